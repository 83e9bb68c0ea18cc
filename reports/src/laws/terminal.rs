//! Scaling laws for a person at a terminal.

use crate::export::{ExportError, Exporter};
use crate::laws::rows::{CURVE_HEADER, FIT_HEADER, TREE_HEADER, blocks, curve_rows, fit_rows, tree_rows};
use crate::text::{framed, trimmed, wrap};
use records::laws::LawsRecord;

/// Laws as tables of at most `width_columns`.
#[derive(Clone, Copy, Debug)]
pub struct LawsTable {
    /// The width of the terminal.
    pub width_columns: u16,
}

impl Exporter<LawsRecord> for LawsTable {
    fn export(&self, laws: &LawsRecord) -> Result<String, ExportError> {
        let width = self.width_columns;
        let mut text = format!("Scaling laws of {}\n", laws.run);
        for block in blocks(laws) {
            text += &format!("\n{}\n", block.title());
            text += &table(&FIT_HEADER, fit_rows(&block), width);
            text += &table(&CURVE_HEADER, curve_rows(&block), width);
            text += &table(&TREE_HEADER, tree_rows(&block), width);
            for note in block.notes() {
                text += &format!("{}\n", wrap(&format!("! {note}"), width, "  "));
            }
        }
        if !laws.missing.is_empty() {
            text += "\nNot determined by this profile:\n";
        }
        for missing in &laws.missing {
            text += &format!("{}\n", wrap(&format!("- {missing}"), width, "  "));
        }
        Ok(trimmed(&text))
    }
}

/// A table; nothing without rows.
fn table<const C: usize>(header: &[&str; C], rows: Vec<[String; C]>, width: u16) -> String {
    if rows.is_empty() { String::new() } else { format!("{}\n", framed(*header, rows, width)) }
}

#[cfg(test)]
mod tests {
    use super::LawsTable;
    use crate::export::Exporter;
    use fixtures::laws;

    #[test]
    fn laws_for_a_terminal_of_80_columns() {
        let page = LawsTable { width_columns: 80 }.export(&laws::laws()).expect("renders");
        for line in page.lines() {
            assert!(line.chars().count() <= 80, "{} columns: {line}", line.chars().count());
        }
        insta::assert_snapshot!(page);
    }
}
