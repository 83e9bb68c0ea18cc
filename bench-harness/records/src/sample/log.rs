//! `samples.jsonl`: one JSON record a line, appended and flushed one by one, so that a crash loses nothing that was
//! measured.

use crate::file::{ReadError, WriteError, check_version, field_error};
use crate::sample::record::{LogRecord, SAMPLE_SCHEMA_VERSION};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// The open file of a run that is being written. It is locked against a second writer.
#[derive(Debug)]
pub struct SampleLog {
    path: PathBuf,
    file: File,
}

/// What a log holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LogContents {
    /// All whole lines.
    pub records: Vec<LogRecord>,
    /// Bytes of a last line that was cut off, and is no record.
    pub cut_off_bytes: u64,
    /// Bytes of all whole lines.
    pub whole_bytes: u64,
}

impl SampleLog {
    /// Creates the file, or takes over an empty one: whoever made it was killed before it had anything to write.
    ///
    /// # Errors
    /// [`WriteError`], also where the file is there already and holds anything, or is another's.
    pub fn create(path: &Path) -> Result<Self, WriteError> {
        let log = Self::locked(path, File::options().append(true).create(true).open(path))?;
        match log.file.metadata() {
            Ok(metadata) if metadata.len() == 0 => Ok(log),
            Ok(_) => Err(log.error(std::io::ErrorKind::AlreadyExists.into())),
            Err(source) => Err(log.error(source)),
        }
    }

    /// Opens the file to go on with it, and cuts off a last line that is not whole.
    ///
    /// # Errors
    /// [`WriteError`].
    pub fn resume(path: &Path, contents: &LogContents) -> Result<Self, WriteError> {
        // Without `append`, since a file that can be cut must be opened for plain writing.
        let log = Self::locked(path, File::options().write(true).open(path))?;
        let cut = || {
            if contents.cut_off_bytes > 0 {
                log.file.set_len(contents.whole_bytes)?;
            }
            (&log.file).seek(SeekFrom::End(0)).map(drop)
        };
        cut().map_err(|source| log.error(source))?;
        Ok(log)
    }

    fn locked(path: &Path, file: std::io::Result<File>) -> Result<Self, WriteError> {
        let lock = || {
            let file = file?;
            file.try_lock().map_err(|error| match error {
                std::fs::TryLockError::WouldBlock => std::io::Error::other("another run is writing to it"),
                std::fs::TryLockError::Error(error) => error,
            })?;
            Ok(file)
        };
        match lock() {
            Ok(file) => Ok(Self { path: path.to_owned(), file }),
            Err(source) => Err(WriteError { file: path.to_owned(), source }),
        }
    }

    fn error(&self, source: std::io::Error) -> WriteError {
        WriteError { file: self.path.clone(), source }
    }

    /// Appends one record in one write, so that it outlives this process whatever happens to it.
    ///
    /// # Errors
    /// [`WriteError`].
    pub fn append(&mut self, record: &LogRecord) -> Result<(), WriteError> {
        let line = serde_json::to_string(record).map_err(|error| self.error(error.into()))?;
        let written = self.file.write_all((line + "\n").as_bytes());
        written.map_err(|source| self.error(source))
    }

    /// Waits until the disk has all of it, so that it outlives the machine: after each repeat.
    ///
    /// # Errors
    /// [`WriteError`].
    pub fn sync(&self) -> Result<(), WriteError> {
        self.file.sync_data().map_err(|source| self.error(source))
    }
}

/// Reads a log. A last line that was cut off is an error; [`read_unfinished`] tolerates it.
///
/// # Errors
/// [`ReadError`] with line and field.
pub fn read_log(path: &Path) -> Result<Vec<LogRecord>, ReadError> {
    let contents = read_unfinished(path)?;
    if contents.cut_off_bytes > 0 {
        return Err(ReadError::Truncated {
            file: path.to_owned(),
            line: contents.records.len() + 1,
            bytes: contents.cut_off_bytes as usize,
        });
    }
    Ok(contents.records)
}

/// Reads the log of a run that is to be resumed, and says how much of a last line was cut off.
///
/// # Errors
/// [`ReadError`] with line and field.
pub fn read_unfinished(path: &Path) -> Result<LogContents, ReadError> {
    let bytes = std::fs::read(path).map_err(|source| ReadError::Io { file: path.to_owned(), source })?;
    // A line is whole where its newline is: each is written together with it.
    let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1);
    let mut records = Vec::new();
    for (index, line) in bytes[..whole].split_inclusive(|byte| *byte == b'\n').enumerate() {
        records.push(parse_line(line, path, index + 1)?);
    }
    Ok(LogContents { records, cut_off_bytes: (bytes.len() - whole) as u64, whole_bytes: whole as u64 })
}

/// One line as a record. `file` and `line` are for messages.
///
/// # Errors
/// [`ReadError`] with the field.
pub fn parse_line(text: &[u8], file: &Path, line: usize) -> Result<LogRecord, ReadError> {
    let mut value: Value =
        serde_json::from_slice(text).map_err(|error| field_error(file, line, ".", error.to_string()))?;
    check_version(&value, file, line, SAMPLE_SCHEMA_VERSION)?;
    let kind = value.as_object_mut().and_then(|fields| fields.remove("record"));
    match kind.as_ref().and_then(Value::as_str) {
        Some("set_up") => fields(value, file, line).map(LogRecord::SetUp),
        Some("sample") => fields(value, file, line).map(LogRecord::Sample),
        Some("repeat") => fields(value, file, line).map(LogRecord::Repeat),
        Some("failure") => fields(value, file, line).map(LogRecord::Failure),
        Some("cell_end") => fields(value, file, line).map(LogRecord::CellEnd),
        _ => {
            let got = kind.map_or_else(|| "nothing".to_owned(), |kind| kind.to_string());
            let problem = format!("expected set_up, sample, repeat, failure or cell_end, got {got}");
            Err(field_error(file, line, "record", problem))
        }
    }
}

fn fields<T: DeserializeOwned>(value: Value, file: &Path, line: usize) -> Result<T, ReadError> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let field = error.path().to_string();
        field_error(file, line, &field, error.into_inner().to_string())
    })
}
