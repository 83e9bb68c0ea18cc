//! A profile as Markdown: fit for a pull-request comment.

use crate::markdown::{list, table, text};
use crate::profile::rows::{
    CELL_HEADER, QUANTITY_HEADER, cell_row, circuits, measured, quantity_row, remarks,
};
use records::profile::ProfileRecord;

/// A profile as Markdown.
pub fn render(profile: &ProfileRecord) -> String {
    let mut page = format!("## Profile {}\n\n", text(&profile.run));
    page += &table(&CELL_HEADER, profile.cells.iter().map(cell_row));
    page += &format!("\n{}", list(profile.cells.iter().flat_map(remarks)));
    for summary in measured(profile) {
        page += &format!("\n### {}\n\n", text(&summary.cell.words()));
        let circuits = circuits(summary);
        page += &list(&circuits);
        if !circuits.is_empty() {
            page.push('\n');
        }
        page += &table(&QUANTITY_HEADER, summary.quantities.iter().map(quantity_row));
    }
    page
}

#[cfg(test)]
mod tests {
    use super::render;
    use fixtures::profile;

    #[test]
    fn a_page() {
        insta::assert_snapshot!(render(&profile::profile()));
    }
}
