//! Scaling laws as Markdown: fit for a pull-request comment.

use crate::laws::rows::{CURVE_HEADER, FIT_HEADER, TREE_HEADER, blocks, curve_rows, fit_rows, tree_rows};
use crate::markdown::list;
use records::laws::LawsRecord;

/// Laws as Markdown.
pub fn render(laws: &LawsRecord) -> String {
    let mut page = format!("## Scaling laws of {}\n", laws.run);
    for block in blocks(laws) {
        page += &format!("\n### {}\n\n", block.title());
        page += &table(&FIT_HEADER, fit_rows(&block));
        page += &table(&CURVE_HEADER, curve_rows(&block));
        page += &table(&TREE_HEADER, tree_rows(&block));
        page += &list(block.notes());
    }
    if !laws.missing.is_empty() {
        page += "\nNot determined by this profile:\n\n";
    }
    page + &list(&laws.missing)
}

/// A table and an empty line; nothing without rows.
fn table<const C: usize>(header: &[&str; C], rows: Vec<[String; C]>) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let one_line = |row: [String; C]| row.map(|cell| cell.replace('\n', "; "));
    crate::markdown::table(header, rows.into_iter().map(one_line)) + "\n"
}

#[cfg(test)]
mod tests {
    use super::render;
    use fixtures::laws;

    #[test]
    fn a_page_of_laws() {
        insta::assert_snapshot!(render(&laws::laws()));
    }
}
