//! Reading JSON with file, line and field in every error; writing a file whole or not at all.

use serde::Serialize;
use serde::de::DeserializeOwned;
use std::io::Write;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Why a record file cannot be read.
#[derive(Debug, Error)]
pub enum ReadError {
    /// The file itself.
    #[error("{file}: {source}", file = file.display())]
    Io {
        /// Which file.
        file: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A field is missing, unknown or of another type, or the text is no JSON.
    #[error("{file}, line {line}, field {field}: {problem}", file = file.display())]
    Field {
        /// Which file.
        file: PathBuf,
        /// From 1.
        line: usize,
        /// Its path in the record, `cell.cores` for example, or `.` for the record itself.
        field: String,
        /// What was expected and what came.
        problem: String,
    },
    /// Another version of the program wrote it.
    #[error(
        "{file}, line {line}, field schema_version: expected {known}, got {got}: read it with the version of the program that wrote it",
        file = file.display()
    )]
    Version {
        /// Which file.
        file: PathBuf,
        /// From 1.
        line: usize,
        /// The version that this program knows.
        known: u32,
        /// The version found.
        got: String,
    },
    /// The last line has no end: the writer was stopped in the middle of it.
    #[error(
        "{file}, line {line}: cut off after {bytes} bytes, the run was stopped while it wrote this line: resume the run, which leaves the rest of the line out, or delete the line",
        file = file.display()
    )]
    Truncated {
        /// Which file.
        file: PathBuf,
        /// From 1.
        line: usize,
        /// How much of it there is.
        bytes: usize,
    },
}

/// Why a record file cannot be written.
#[derive(Debug, Error)]
#[error("{file}: cannot be written: {source}", file = file.display())]
pub struct WriteError {
    /// Which file.
    pub file: PathBuf,
    /// What the system says.
    pub source: std::io::Error,
}

/// Reads a text file.
///
/// # Errors
/// [`ReadError::Io`].
pub fn read_text(file: &Path) -> Result<String, ReadError> {
    std::fs::read_to_string(file).map_err(|source| ReadError::Io { file: file.to_owned(), source })
}

/// A record that is a JSON file of its own, with its version in `schema_version`.
pub trait Versioned: DeserializeOwned {
    /// The version that this program writes, and the only one that it reads.
    const SCHEMA_VERSION: u32;
}

/// Reads a record.
///
/// # Errors
/// [`ReadError`] with file, line and field.
pub fn read<T: Versioned>(file: &Path) -> Result<T, ReadError> {
    parse(&read_text(file)?, file)
}

/// The record of a text; `file` is for messages.
///
/// # Errors
/// [`ReadError`] with line and field; the version is looked at before anything else.
pub fn parse<T: Versioned>(text: &str, file: &Path) -> Result<T, ReadError> {
    let whole: serde_json::Value = serde_json::from_str(text).map_err(|error| {
        let at_end = error.is_eof();
        let (line, problem) = (error.line(), error.to_string());
        if at_end {
            ReadError::Field {
                file: file.to_owned(),
                line,
                field: ".".to_owned(),
                problem: format!("the file is cut off: {problem}"),
            }
        } else {
            field_error(file, line, ".", problem)
        }
    })?;
    check_version(&whole, file, 1, T::SCHEMA_VERSION)?;
    let mut parser = serde_json::Deserializer::from_str(text);
    serde_path_to_error::deserialize(&mut parser).map_err(|error| {
        let field = error.path().to_string();
        let inner = error.into_inner();
        field_error(file, inner.line(), &field, inner.to_string())
    })
}

pub(crate) fn field_error(file: &Path, line: usize, field: &str, problem: String) -> ReadError {
    ReadError::Field { file: file.to_owned(), line, field: field.to_owned(), problem }
}

/// Looks at `schema_version` alone, so that a newer record is named as such before its fields confuse.
pub(crate) fn check_version(
    record: &serde_json::Value,
    file: &Path,
    line: usize,
    known: u32,
) -> Result<(), ReadError> {
    let got = record.get("schema_version");
    if got.and_then(serde_json::Value::as_u64) == Some(u64::from(known)) {
        return Ok(());
    }
    Err(ReadError::Version {
        file: file.to_owned(),
        line,
        known,
        got: got.map_or_else(|| "none".to_owned(), ToString::to_string),
    })
}

/// Writes a text so that the file is either as it was or wholly new: a temporary file beside it, flushed to the
/// disk, then renamed over it.
///
/// # Errors
/// [`WriteError`]; the file is then as it was.
pub fn write_whole(file: &Path, content: &(impl AsRef<[u8]> + ?Sized)) -> Result<(), WriteError> {
    let folder = match file.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let write = || {
        let mut builder = tempfile::Builder::new();
        // A temporary file is for its owner alone; a record is for whoever may read the folder.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644));
        let mut temporary = builder.prefix(".writing-").tempfile_in(folder)?;
        temporary.write_all(content.as_ref())?;
        temporary.as_file().sync_all()?;
        temporary.persist(file).map_err(|error| error.error)?;
        Ok(())
    };
    write().map_err(|source| WriteError { file: file.to_owned(), source })
}

/// Writes a record as indented JSON, whole or not at all.
///
/// # Errors
/// [`WriteError`]; the file is then as it was.
pub fn write_json(file: &Path, record: &impl Serialize) -> Result<(), WriteError> {
    let text = to_json(record).map_err(|error| WriteError { file: file.to_owned(), source: error.into() })?;
    write_whole(file, &text)
}

/// A record as indented JSON, ending in a newline.
///
/// # Errors
/// Where a number is one that JSON cannot hold.
pub fn to_json(record: &impl Serialize) -> serde_json::Result<String> {
    Ok(serde_json::to_string_pretty(record)? + "\n")
}

#[cfg(test)]
mod tests {
    use super::{ReadError, Versioned, write_whole};
    use serde::Deserialize;
    use std::path::Path;

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(deny_unknown_fields)]
    struct Thing {
        schema_version: u32,
        inner: Inner,
    }

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(deny_unknown_fields)]
    struct Inner {
        cores: u64,
    }

    impl Versioned for Thing {
        const SCHEMA_VERSION: u32 = 1;
    }

    fn parse(text: &str) -> Result<Thing, ReadError> {
        super::parse(text, Path::new("thing.json"))
    }

    #[test]
    fn errors_name_file_line_and_field() {
        assert!(parse("{\"schema_version\":1,\"inner\":{\"cores\":2}}").is_ok());
        let error = |text| parse(text).expect_err("bad").to_string();
        let wrong = error("{\"schema_version\":1,\n\"inner\":{\n\"cores\":\"two\"}}");
        assert!(wrong.starts_with("thing.json, line 3, field inner.cores: invalid type: string"), "{wrong}");
        assert!(error("{\"schema_version\":1,\"inner\":{}}").contains("missing field `cores`"));
        assert!(error("{\"schema_version\":2,\"all\":\"new\"}").contains("expected 1, got 2"));
        assert!(error("{\"inner\":1}").contains("expected 1, got none"));
        assert!(error("{\"schema_version\":1,").contains("cut off"));
    }

    #[test]
    fn a_file_is_replaced_whole_and_no_temporary_file_stays() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("profile.json");
        write_whole(&file, "old").expect("written");
        write_whole(&file, "new").expect("written");
        assert_eq!(std::fs::read_to_string(&file).expect("there"), "new");
        assert_eq!(std::fs::read_dir(folder.path()).expect("there").count(), 1);
        let nowhere = folder.path().join("missing/profile.json");
        let error = write_whole(&nowhere, "x").expect_err("no such folder");
        assert!(error.to_string().contains("missing/profile.json: cannot be written"));
    }
}
