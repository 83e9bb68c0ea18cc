//! A machine for a person at a terminal.

use crate::export::{ExportError, Exporter};
use comfy_table::{ContentArrangement, Table, presets};
use records::machine::MachineRecord;

/// A machine as a table of at most `width_columns`.
#[derive(Clone, Copy, Debug)]
pub struct MachineTable {
    /// The width of the terminal.
    pub width_columns: u16,
}

impl Exporter<MachineRecord> for MachineTable {
    fn name(&self) -> &'static str {
        "terminal"
    }

    fn export(&self, machine: &MachineRecord) -> Result<String, ExportError> {
        let mut table = Table::new();
        table.load_style(presets::UTF8_HORIZONTAL_ONLY).set_width(self.width_columns);
        table.set_content_arrangement(ContentArrangement::Dynamic).set_header(["section", "field", "value"]);
        for section in &machine.sections {
            for (place, field) in section.fields.iter().enumerate() {
                let name = if place == 0 { section.name.as_str() } else { "" };
                table.add_row([name, &field.name, &field.words()]);
            }
        }
        Ok(format!("{table}\n"))
    }
}

#[cfg(test)]
mod tests {
    use super::MachineTable;
    use crate::export::Exporter;
    use fixtures::profile;

    #[test]
    fn what_cannot_be_read_is_unknown() {
        let table = MachineTable { width_columns: 80 };
        insta::assert_snapshot!(table.export(&profile::machine()).expect("renders"));
    }
}
