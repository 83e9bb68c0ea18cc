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

#[cfg(test)]
mod tests {
    use super::{ProfileJson, parse};
    use crate::export::Exporter;
    use crate::profile::fixture;
    use std::path::Path;

    #[test]
    fn what_was_written_is_read() {
        let text = ProfileJson.export(&fixture::profile()).expect("renders");
        insta::assert_snapshot!(text);
        let file = Path::new("profile.json");
        assert_eq!(parse(&text, file).expect("reads"), fixture::profile());
        let newer = text.replacen("\"schema_version\": 1", "\"schema_version\": 9", 1);
        let error = parse(&newer, file).expect_err("newer").to_string();
        assert!(error.contains("profile.json, line 1, field schema_version: expected 1, got 9"), "{error}");
        let error = parse(&text[..text.len() / 2], file).expect_err("cut").to_string();
        assert!(error.contains("the file is cut off"), "{error}");
    }
}
