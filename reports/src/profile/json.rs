//! `profile.json`.

use crate::export::{ExportError, Exporter};
use crate::file::{ReadError, parse_json, read_text};
use crate::profile::record::{PROFILE_SCHEMA_VERSION, ProfileRecord};
use std::path::Path;

/// A profile as indented JSON.
#[derive(Clone, Copy, Debug)]
pub struct ProfileJson;

impl Exporter<ProfileRecord> for ProfileJson {
    fn name(&self) -> &'static str {
        "json"
    }

    fn export(&self, profile: &ProfileRecord) -> Result<String, ExportError> {
        Ok(serde_json::to_string_pretty(profile)? + "\n")
    }
}

/// Reads a profile.
///
/// # Errors
/// [`ReadError`] with file, line and field.
pub fn read(file: &Path) -> Result<ProfileRecord, ReadError> {
    parse(&read_text(file)?, file)
}

/// The profile of a text; `file` is for messages.
///
/// # Errors
/// [`ReadError`] with line and field.
pub fn parse(text: &str, file: &Path) -> Result<ProfileRecord, ReadError> {
    parse_json(text, file, PROFILE_SCHEMA_VERSION)
}
