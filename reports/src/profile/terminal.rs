//! A profile for a person at a terminal: one row a cell, then what must be known beside it.

use crate::profile::rows::{
    CELL_HEADER, QUANTITY_HEADER, cell_row, circuits, measured, quantity_row, remarks,
};
use crate::text::{ruled, trimmed};
use records::profile::ProfileRecord;

/// A profile as tables of at most `width_columns`.
pub fn render(profile: &ProfileRecord, width_columns: u16, details: bool) -> String {
    let mut text = format!("{}\n", ruled(CELL_HEADER, profile.cells.iter().map(cell_row), width_columns));
    for remark in profile.cells.iter().flat_map(remarks) {
        text += &format!("! {remark}\n");
    }
    if details {
        for summary in measured(profile) {
            text += &format!("\n{}\n", summary.cell.words());
            for circuit in circuits(summary) {
                text += &format!("{circuit}\n");
            }
            let quantities = summary.quantities.iter().map(quantity_row);
            text += &format!("{}\n", ruled(QUANTITY_HEADER, quantities, width_columns));
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
