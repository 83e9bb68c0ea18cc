//! A profile for a person at a terminal: one row a cell, then what must be known beside it.

use crate::profile::rows::{cell_table, circuits, measured, quantity_table, remarks};
use crate::text::{trimmed, wrap};
use records::profile::ProfileRecord;

/// A profile as tables of at most `width_columns`.
pub fn render(profile: &ProfileRecord, width_columns: u16, details: bool) -> String {
    let mut text = cell_table(profile).ruled(width_columns);
    for remark in profile.cells.iter().flat_map(remarks) {
        text += &format!("{}\n", wrap(&format!("! {remark}"), width_columns, "  "));
    }
    if details {
        for summary in measured(profile) {
            text += &format!("\n{}\n", summary.cell.words());
            for circuit in circuits(summary) {
                text += &format!("{circuit}\n");
            }
            text += &quantity_table(summary).ruled(width_columns);
        }
    }
    trimmed(&text)
}

#[cfg(test)]
mod tests {
    use super::render;
    use fixtures::profile;

    #[test]
    fn cells_first_then_details() {
        insta::assert_snapshot!(render(&profile::profile(), 120, true));
    }
}
