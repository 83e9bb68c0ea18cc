//! A machine for a person at a terminal.

use crate::text::ruled;
use records::machine::MachineRecord;

/// A machine as a table of at most `width_columns`.
pub fn render(machine: &MachineRecord, width_columns: u16) -> String {
    let rows = machine.sections.iter().flat_map(|section| {
        section.fields.iter().enumerate().map(move |(place, field)| {
            let name = if place == 0 { section.name.clone() } else { String::new() };
            [name, field.name.clone(), field.words()]
        })
    });
    format!("{}\n", ruled(["section", "field", "value"], rows, width_columns))
}

#[cfg(test)]
mod tests {
    use super::render;
    use fixtures::profile;

    #[test]
    fn what_cannot_be_read_is_unknown() {
        insta::assert_snapshot!(render(&profile::machine(), 80));
    }
}
