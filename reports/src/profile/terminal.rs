//! A profile for a person at a terminal: one row a cell, then what must be known beside it.

use crate::export::{ExportError, Exporter};
use crate::profile::rows::{
    CELL_HEADER, QUANTITY_HEADER, cell_row, circuits, measured, quantity_row, remarks,
};
use comfy_table::{ContentArrangement, Table, presets};
use records::profile::ProfileRecord;

/// A profile as tables of at most `width_columns`.
#[derive(Clone, Copy, Debug)]
pub struct ProfileTable {
    /// The width of the terminal.
    pub width_columns: u16,
    /// Whether every quantity of every cell is shown below the cells.
    pub details: bool,
}

impl ProfileTable {
    fn table(self, header: &[&str]) -> Table {
        let mut table = Table::new();
        table.load_style(presets::UTF8_HORIZONTAL_ONLY).set_width(self.width_columns);
        table.set_content_arrangement(ContentArrangement::Dynamic).set_header(header);
        table
    }
}

impl Exporter<ProfileRecord> for ProfileTable {
    fn name(&self) -> &'static str {
        "terminal"
    }

    fn export(&self, profile: &ProfileRecord) -> Result<String, ExportError> {
        let mut cells = self.table(&CELL_HEADER);
        for summary in &profile.cells {
            cells.add_row(cell_row(summary));
        }
        let mut text = format!("{cells}\n");
        for summary in &profile.cells {
            for remark in remarks(summary) {
                text += &format!("! {remark}\n");
            }
        }
        if self.details {
            for summary in measured(profile) {
                text += &format!("\n{}\n", summary.cell.words());
                for circuit in circuits(summary) {
                    text += &format!("{circuit}\n");
                }
                let mut table = self.table(&QUANTITY_HEADER);
                for quantity in &summary.quantities {
                    table.add_row(quantity_row(quantity));
                }
                text += &format!("{table}\n");
            }
        }
        Ok(text.lines().map(str::trim_end).fold(String::new(), |page, line| page + line + "\n"))
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
