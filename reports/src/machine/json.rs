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
