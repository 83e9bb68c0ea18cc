//! Scaling laws as Markdown: fit for a pull-request comment.

use crate::laws::rows::{blocks, curve_table, fit_table, tree_table};
use crate::markdown::list;
use records::laws::LawsRecord;

/// Laws as Markdown.
pub fn render(laws: &LawsRecord) -> String {
    let mut page = format!("## Scaling laws of {}\n", laws.run);
    for block in blocks(laws) {
        page += &format!("\n### {}\n\n", block.title());
        let tables = [fit_table(&block), curve_table(&block), tree_table(&block)];
        for mut table in tables.into_iter().filter(|table| !table.rows.is_empty()) {
            table.rows.iter_mut().flatten().for_each(|cell| *cell = cell.replace('\n', "; "));
            page += &format!("{}\n", table.markdown());
        }
        page += &list(block.notes());
    }
    if !laws.missing.is_empty() {
        page += "\nNot determined by this profile:\n\n";
    }
    page + &list(&laws.missing)
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
