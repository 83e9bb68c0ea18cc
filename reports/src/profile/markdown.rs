//! A profile as Markdown: fit for a pull-request comment.

use crate::markdown::{list, text};
use crate::profile::rows::{cell_table, circuits, measured, quantity_table, remarks};
use records::profile::ProfileRecord;

/// A profile as Markdown.
pub fn render(profile: &ProfileRecord) -> String {
    let mut page = format!("## Profile {}\n\n", text(&profile.run));
    page += &cell_table(profile).markdown();
    page += &format!("\n{}", list(profile.cells.iter().flat_map(remarks)));
    for summary in measured(profile) {
        page += &format!("\n### {}\n\n", text(&summary.cell.words()));
        let circuits = circuits(summary);
        page += &list(&circuits);
        if !circuits.is_empty() {
            page.push('\n');
        }
        page += &quantity_table(summary).markdown();
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
