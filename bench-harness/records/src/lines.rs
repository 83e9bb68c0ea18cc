//! Files of JSON lines that only grow: locked against a second writer, appended to in whole lines, cut back to their
//! last whole line. A line is whole where its newline is, since both are written together.

use crate::file::{ReadError, WriteError, check_version, field_error};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// What a file of lines holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Lines<T> {
    /// The records of all whole lines.
    pub records: Vec<T>,
    /// Bytes of a last line that was cut off, and is no record.
    pub cut_off_bytes: u64,
    /// Bytes of all whole lines.
    pub whole_bytes: u64,
}

impl<T> Default for Lines<T> {
    fn default() -> Self {
        Self { records: Vec::new(), cut_off_bytes: 0, whole_bytes: 0 }
    }
}

impl<T> Lines<T> {
    /// Reads a file; `parse` is given each line with its number from 1.
    pub(crate) fn read(
        path: &Path,
        parse: impl Fn(&[u8], usize) -> Result<T, ReadError>,
    ) -> Result<Self, ReadError> {
        let bytes = std::fs::read(path).map_err(|source| ReadError::Io { file: path.to_owned(), source })?;
        let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1);
        let lines = bytes[..whole].split_inclusive(|byte| *byte == b'\n').zip(1..);
        let records = lines.map(|(line, number)| parse(line, number)).collect::<Result<_, _>>()?;
        Ok(Self { records, cut_off_bytes: (bytes.len() - whole) as u64, whole_bytes: whole as u64 })
    }
}

/// A line as JSON of the known version.
pub(crate) fn value(text: &[u8], file: &Path, line: usize, version: u32) -> Result<Value, ReadError> {
    let value: Value =
        serde_json::from_slice(text).map_err(|error| field_error(file, line, ".", error.to_string()))?;
    check_version(&value, file, line, version)?;
    Ok(value)
}

/// The record of a line.
pub(crate) fn record<T: DeserializeOwned>(value: Value, file: &Path, line: usize) -> Result<T, ReadError> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let field = error.path().to_string();
        field_error(file, line, &field, error.into_inner().to_string())
    })
}

/// An open file of lines, locked against a second writer.
#[derive(Debug)]
pub(crate) struct LineFile {
    path: PathBuf,
    pub(crate) file: File,
}

impl LineFile {
    /// Opens and locks a file; `writer` names in an error who else would be writing.
    pub(crate) fn open(path: &Path, options: &OpenOptions, writer: &str) -> Result<Self, WriteError> {
        let locked = || {
            let file = options.open(path)?;
            file.try_lock().map_err(|error| match error {
                TryLockError::WouldBlock => std::io::Error::other(format!("{writer} is writing to it")),
                TryLockError::Error(error) => error,
            })?;
            Ok(file)
        };
        match locked() {
            Ok(file) => Ok(Self { path: path.to_owned(), file }),
            Err(source) => Err(WriteError { file: path.to_owned(), source }),
        }
    }

    pub(crate) fn error(&self, source: std::io::Error) -> WriteError {
        WriteError { file: self.path.clone(), source }
    }

    /// Cuts off a last line that is not whole, and goes to the end.
    pub(crate) fn cut<T>(&self, lines: &Lines<T>) -> Result<(), WriteError> {
        let cut = || {
            if lines.cut_off_bytes > 0 {
                self.file.set_len(lines.whole_bytes)?;
            }
            (&self.file).seek(SeekFrom::End(0)).map(drop)
        };
        cut().map_err(|source| self.error(source))
    }

    /// Appends one record in one write.
    pub(crate) fn append(&mut self, record: &impl Serialize) -> Result<(), WriteError> {
        let line = serde_json::to_string(record).map_err(|error| self.error(error.into()))?;
        let written = self.file.write_all((line + "\n").as_bytes());
        written.map_err(|source| self.error(source))
    }

    /// Waits until the disk has all of it.
    pub(crate) fn sync(&self) -> Result<(), WriteError> {
        self.file.sync_data().map_err(|source| self.error(source))
    }
}
