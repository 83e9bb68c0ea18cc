//! `samples.jsonl`: one JSON record a line, appended and flushed one by one, so that a crash loses nothing that was
//! measured.

use crate::file::{ReadError, WriteError, field_error, write_whole};
use crate::lines::{LineFile, Lines, record, value};
use crate::sample::record::{LogRecord, SAMPLE_SCHEMA_VERSION};
use serde_json::Value;
use std::fs::File;
use std::path::Path;

/// The open file of a run that is being written. It is locked against a second writer.
#[derive(Debug)]
pub struct SampleLog(LineFile);

const ANOTHER: &str = "another run";

/// What a log holds.
pub type LogContents = Lines<LogRecord>;

impl SampleLog {
    /// Creates the file, or takes over an empty one: whoever made it was killed before it had anything to write.
    ///
    /// # Errors
    /// [`WriteError`], also where the file is there already and holds anything, or is another's.
    pub fn create(path: &Path) -> Result<Self, WriteError> {
        let log = LineFile::open(path, File::options().append(true).create(true), ANOTHER)?;
        match log.file.metadata() {
            Ok(metadata) if metadata.len() == 0 => Ok(Self(log)),
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
        let log = LineFile::open(path, File::options().write(true), ANOTHER)?;
        log.cut(contents)?;
        Ok(Self(log))
    }

    /// Appends one record in one write, so that it outlives this process whatever happens to it.
    ///
    /// # Errors
    /// [`WriteError`].
    pub fn append(&mut self, record: &LogRecord) -> Result<(), WriteError> {
        self.0.append(record)
    }

    /// Waits until the disk has all of it, so that it outlives the machine: after each repeat.
    ///
    /// # Errors
    /// [`WriteError`].
    pub fn sync(&self) -> Result<(), WriteError> {
        self.0.sync()
    }
}

/// Writes a whole log at once: there is either the one before or this.
///
/// # Errors
/// [`WriteError`].
pub fn write_log(path: &Path, records: &[LogRecord]) -> Result<(), WriteError> {
    let mut text = String::new();
    for record in records {
        let line = serde_json::to_string(record);
        let failed = |error: serde_json::Error| WriteError { file: path.to_owned(), source: error.into() };
        text += &line.map_err(failed)?;
        text.push('\n');
    }
    write_whole(path, &text)
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
    Lines::read(path, |line, number| parse_line(line, path, number))
}

/// One line as a record. `file` and `line` are for messages.
///
/// # Errors
/// [`ReadError`] with the field.
pub fn parse_line(text: &[u8], file: &Path, line: usize) -> Result<LogRecord, ReadError> {
    let mut value = value(text, file, line, SAMPLE_SCHEMA_VERSION)?;
    let kind = value.as_object_mut().and_then(|fields| fields.remove("record"));
    match kind.as_ref().and_then(Value::as_str) {
        Some("set_up") => record(value, file, line).map(LogRecord::SetUp),
        Some("sample") => record(value, file, line).map(LogRecord::Sample),
        Some("repeat") => record(value, file, line).map(LogRecord::Repeat),
        Some("failure") => record(value, file, line).map(LogRecord::Failure),
        Some("cell_end") => record(value, file, line).map(LogRecord::CellEnd),
        _ => {
            let got = kind.map_or_else(|| "nothing".to_owned(), |kind| kind.to_string());
            let problem = format!("expected set_up, sample, repeat, failure or cell_end, got {got}");
            Err(field_error(file, line, "record", problem))
        }
    }
}
