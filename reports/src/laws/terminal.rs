//! Scaling laws for a person at a terminal.

use crate::export::{ExportError, Exporter};
use crate::laws::rows::{CURVE_HEADER, FIT_HEADER, TREE_HEADER, blocks, curve_rows, fit_rows, tree_rows};
use crate::text::{table, wrap};
use records::laws::LawsRecord;

/// Laws as tables of at most `width_columns`.
#[derive(Clone, Copy, Debug)]
pub struct LawsTable {
    /// The width of the terminal.
    pub width_columns: u16,
}

impl Exporter<LawsRecord> for LawsTable {
    fn name(&self) -> &'static str {
        "terminal"
    }

    fn export(&self, laws: &LawsRecord) -> Result<String, ExportError> {
        let width = self.width_columns;
        let mut text = format!("Scaling laws of {}\n", laws.run);
        for block in blocks(laws) {
            text += &format!("\n{}\n", block.title());
            for (header, rows) in [
                (FIT_HEADER.as_slice(), vecs(fit_rows(&block))),
                (CURVE_HEADER.as_slice(), vecs(curve_rows(&block))),
                (TREE_HEADER.as_slice(), vecs(tree_rows(&block))),
            ] {
                if !rows.is_empty() {
                    text += &format!("{}\n", table(header, rows, width));
                }
            }
            for note in block.notes() {
                text += &format!("{}\n", wrap(&format!("! {note}"), width, "  "));
            }
        }
        if !laws.missing.is_empty() {
            text += "\nNot to be told from this profile:\n";
        }
        for missing in &laws.missing {
            text += &format!("{}\n", wrap(&format!("- {missing}"), width, "  "));
        }
        Ok(text.lines().map(str::trim_end).fold(String::new(), |page, line| page + line + "\n"))
    }
}

fn vecs<const C: usize>(rows: Vec<[String; C]>) -> Vec<Vec<String>> {
    rows.into_iter().map(|row| row.to_vec()).collect()
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
