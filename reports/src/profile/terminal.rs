//! A profile for a person at a terminal: one row a cell, then what must be known beside it.

use crate::export::{ExportError, Exporter};
use crate::profile::rows::{
    CELL_HEADER, QUANTITY_HEADER, cell_row, circuits, measured, quantity_row, remarks,
};
use crate::text::{ruled, trimmed};
use records::profile::ProfileRecord;

/// A profile as tables of at most `width_columns`.
#[derive(Clone, Copy, Debug)]
pub struct ProfileTable {
    /// The width of the terminal.
    pub width_columns: u16,
    /// Whether every quantity of every cell is shown below the cells.
    pub details: bool,
}

impl Exporter<ProfileRecord> for ProfileTable {
    fn export(&self, profile: &ProfileRecord) -> Result<String, ExportError> {
        let mut text =
            format!("{}\n", ruled(CELL_HEADER, profile.cells.iter().map(cell_row), self.width_columns));
        for remark in profile.cells.iter().flat_map(remarks) {
            text += &format!("! {remark}\n");
        }
        if self.details {
            for summary in measured(profile) {
                text += &format!("\n{}\n", summary.cell.words());
                for circuit in circuits(summary) {
                    text += &format!("{circuit}\n");
                }
                let quantities = summary.quantities.iter().map(quantity_row);
                text += &format!("{}\n", ruled(QUANTITY_HEADER, quantities, self.width_columns));
            }
        }
        Ok(trimmed(&text))
    }
}

#[cfg(test)]
mod tests {
    use super::ProfileTable;
    use crate::export::Exporter;
    use fixtures::profile;

    #[test]
    fn cells_first_then_details() {
        let table = ProfileTable { width_columns: 120, details: true };
        insta::assert_snapshot!(table.export(&profile::profile()).expect("renders"));
    }
}
