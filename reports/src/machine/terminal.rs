//! A machine for a person at a terminal.

use crate::export::{ExportError, Exporter};
use crate::text::ruled;
use records::machine::MachineRecord;

/// A machine as a table of at most `width_columns`.
#[derive(Clone, Copy, Debug)]
pub struct MachineTable {
    /// The width of the terminal.
    pub width_columns: u16,
}

impl Exporter<MachineRecord> for MachineTable {
    fn export(&self, machine: &MachineRecord) -> Result<String, ExportError> {
        let rows = machine.sections.iter().flat_map(|section| {
            section.fields.iter().enumerate().map(move |(place, field)| {
                let name = if place == 0 { section.name.clone() } else { String::new() };
                [name, field.name.clone(), field.words()]
            })
        });
        Ok(format!("{}\n", ruled(["section", "field", "value"], rows, self.width_columns)))
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
