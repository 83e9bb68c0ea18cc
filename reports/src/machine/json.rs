//! `machine.json`.

use crate::export::{ExportError, Exporter};
use crate::file::{ReadError, parse_json, read_text};
use crate::machine::record::{MACHINE_SCHEMA_VERSION, MachineRecord};
use std::path::Path;

/// A machine as indented JSON.
#[derive(Clone, Copy, Debug)]
pub struct MachineJson;

impl Exporter<MachineRecord> for MachineJson {
    fn name(&self) -> &'static str {
        "json"
    }

    fn export(&self, machine: &MachineRecord) -> Result<String, ExportError> {
        Ok(serde_json::to_string_pretty(machine)? + "\n")
    }
}

/// Reads a machine.
///
/// # Errors
/// [`ReadError`] with file, line and field.
pub fn read(file: &Path) -> Result<MachineRecord, ReadError> {
    parse_json(&read_text(file)?, file, MACHINE_SCHEMA_VERSION)
}

#[cfg(test)]
mod tests {
    use super::{MachineJson, read};
    use crate::export::Exporter;
    use crate::profile::fixture;

    #[test]
    fn what_was_written_is_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("machine.json");
        let text = MachineJson.export(&fixture::machine()).expect("renders");
        insta::assert_snapshot!(text);
        std::fs::write(&file, &text).expect("written");
        assert_eq!(read(&file).expect("reads"), fixture::machine());
        std::fs::write(&file, text.replace("\"identity\": true", "\"identity\": 1")).expect("written");
        let error = read(&file).expect_err("a wrong type").to_string();
        assert!(error.contains("machine.json, line 6, field sections[0].identity: invalid type"), "{error}");
    }

    #[test]
    fn differences_are_those_of_identity_alone() {
        let (here, mut there) = (fixture::machine(), fixture::machine());
        there.sections[1].fields[0].value = None;
        assert!(here.differences(&there).is_empty());
        there.sections[0].fields.remove(1);
        let differences: Vec<_> = here.differences(&there).iter().map(ToString::to_string).collect();
        assert_eq!(differences, ["processor.cores: 2 / missing"]);
    }
}
