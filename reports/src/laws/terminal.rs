//! Scaling laws for a person at a terminal.

use crate::laws::rows::{CURVE_HEADER, FIT_HEADER, TREE_HEADER, blocks, curve_rows, fit_rows, tree_rows};
use crate::text::{framed, trimmed, wrap};
use records::laws::LawsRecord;

/// Laws as tables of at most `width_columns`.
pub fn render(laws: &LawsRecord, width_columns: u16) -> String {
    let width = width_columns;
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
    trimmed(&text)
}

/// A table; nothing without rows.
fn table<const C: usize>(header: &[&str; C], rows: Vec<[String; C]>, width: u16) -> String {
    if rows.is_empty() { String::new() } else { format!("{}\n", framed(*header, rows, width)) }
}

#[cfg(test)]
mod tests {
    use super::render;
    use fixtures::laws;

    #[test]
    fn laws_for_a_terminal_of_80_columns() {
        let page = render(&laws::laws(), 80);
        for line in page.lines() {
            assert!(line.chars().count() <= 80, "{} columns: {line}", line.chars().count());
        }
        insta::assert_snapshot!(page);
    }
}
