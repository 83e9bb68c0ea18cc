//! `laws.json`.

use crate::export::{ExportError, Exporter};
use crate::file::{ReadError, parse_json};
use crate::scaling::record::{LAWS_SCHEMA_VERSION, LawsRecord};
use std::path::Path;

/// Laws as indented JSON.
#[derive(Clone, Copy, Debug)]
pub struct LawsJson;

impl Exporter<LawsRecord> for LawsJson {
    fn name(&self) -> &'static str {
        "json"
    }

    fn export(&self, laws: &LawsRecord) -> Result<String, ExportError> {
        Ok(serde_json::to_string_pretty(laws)? + "\n")
    }
}

/// The laws of a text; `file` is for messages.
///
/// # Errors
/// [`ReadError`] with line and field.
pub fn parse(text: &str, file: &Path) -> Result<LawsRecord, ReadError> {
    parse_json(text, file, LAWS_SCHEMA_VERSION)
}

#[cfg(test)]
mod tests {
    use super::{LawsJson, parse};
    use crate::export::Exporter;
    use crate::scaling::fixture;
    use std::path::Path;

    #[test]
    fn what_was_written_is_read() {
        let text = LawsJson.export(&fixture::laws()).expect("renders");
        let file = Path::new("laws.json");
        assert_eq!(parse(&text, file).expect("reads"), fixture::laws());
        let newer = text.replacen("\"schema_version\": 1", "\"schema_version\": 9", 1);
        let error = parse(&newer, file).expect_err("newer").to_string();
        assert!(error.contains("field schema_version: expected 1, got 9"), "{error}");
    }
}
