//! Scaling laws for a person at a terminal.

use crate::laws::rows::{blocks, curve_table, fit_table, tree_table};
use crate::text::{trimmed, wrap};
use records::laws::LawsRecord;

/// Laws as tables of at most `width_columns`.
pub fn render(laws: &LawsRecord, width_columns: u16) -> String {
    let width = width_columns;
    let mut text = format!("Scaling laws of {}\n", laws.run);
    for block in blocks(laws) {
        text += &format!("\n{}\n", block.title());
        let tables = [fit_table(&block), curve_table(&block), tree_table(&block)];
        for table in tables.into_iter().filter(|table| !table.rows.is_empty()) {
            text += &table.framed(width);
        }
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
