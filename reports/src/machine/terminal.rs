//! A machine for a person at a terminal.

use crate::text::ruled;
use crate::words::field;
use records::machine::MachineRecord;

/// A machine as a table of at most `width_columns`.
pub fn render(machine: &MachineRecord, width_columns: u16) -> String {
    let rows = machine.sections.iter().flat_map(|section| {
        section.fields.iter().enumerate().map(move |(place, one)| {
            let name = if place == 0 { section.name.clone() } else { String::new() };
            let (what, value) = field(one);
            [name, what, value]
        })
    });
    format!("{}\n", ruled(["section", "field", "value"], rows, width_columns))
}

#[cfg(test)]
mod tests {
    use super::render;
    use fixtures::profile;
    use records::machine::{FieldRecord, ValueRecord};

    #[test]
    fn a_size_is_one_that_people_read() {
        let mut machine = profile::machine();
        let field = FieldRecord {
            name: "memory_total_bytes".to_owned(),
            value: Some(ValueRecord::Count(25_233_047_552)),
        };
        machine.sections[0].fields = vec![field];
        let text = render(&machine, 80);
        assert!(text.contains("memory_total ") && text.contains("25.2 GB"), "{text}");
    }

    #[test]
    fn what_cannot_be_read_is_unknown() {
        insta::assert_snapshot!(render(&profile::machine(), 80));
    }
}
