//! A plan as JSON text: written in one piece, read with the version checked before anything else.

use crate::plan::record::{PLAN_SCHEMA_VERSION, PlanRecord};

/// Why a text is not a plan.
#[derive(Debug, thiserror::Error)]
pub enum PlanJsonError {
    /// Not JSON, cut short, or a field of the wrong type.
    #[error("plan: expected a plan record, got line {line}, column {column}: {problem}")]
    Malformed {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// What the parser said.
        problem: String,
    },
    /// Written by another version of the program.
    #[error(
        "plan: expected schema_version {PLAN_SCHEMA_VERSION}, got {got}; read it with the program that wrote it"
    )]
    Version {
        /// The version in the file.
        got: u64,
    },
}

impl From<serde_json::Error> for PlanJsonError {
    fn from(error: serde_json::Error) -> Self {
        Self::Malformed { line: error.line(), column: error.column(), problem: error.to_string() }
    }
}

#[derive(serde::Deserialize)]
struct VersionOnly {
    schema_version: u64,
}

/// The record as indented JSON, ending in a newline.
///
/// # Errors
/// [`PlanJsonError::Malformed`] if a number in the record is one that JSON cannot hold.
pub fn write(plan: &PlanRecord) -> Result<String, PlanJsonError> {
    Ok(serde_json::to_string_pretty(plan)? + "\n")
}

/// The record in `text`.
///
/// # Errors
/// [`PlanJsonError`] with line and column, or with the version found.
pub fn read(text: &str) -> Result<PlanRecord, PlanJsonError> {
    let VersionOnly { schema_version } = serde_json::from_str(text)?;
    if schema_version != u64::from(PLAN_SCHEMA_VERSION) {
        return Err(PlanJsonError::Version { got: schema_version });
    }
    Ok(serde_json::from_str(text)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::fixture;

    #[test]
    fn what_is_written_is_read() {
        let plan = fixture::seed_plan();
        assert_eq!(read(&write(&plan).unwrap()).unwrap(), plan);
    }

    #[test]
    fn a_newer_version_is_named_before_its_fields_confuse() {
        let error = read(r#"{"schema_version": 99, "inputs": 3}"#).unwrap_err();
        assert!(matches!(error, PlanJsonError::Version { got: 99 }), "{error}");
    }

    #[test]
    fn a_cut_file_says_where() {
        let text = write(&fixture::seed_plan()).unwrap();
        let error = read(&text[..text.len() / 2]).unwrap_err();
        let PlanJsonError::Malformed { line, .. } = error else { panic!("{error}") };
        assert!(line > 10, "line {line}");
    }
}
