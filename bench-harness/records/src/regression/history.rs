//! `history.jsonl`: the results of a commit on a machine, one JSON line each, appended and flushed, so that the file
//! can live on a branch of its own and be merged by appending.

use crate::file::{ReadError, WriteError, check_version, field_error};
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;

/// Version of every line written by this program.
pub const HISTORY_SCHEMA_VERSION: u32 = 1;

/// One line: the results of a commit on a machine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HistoryRecord {
    /// [`HISTORY_SCHEMA_VERSION`] of the writer.
    pub schema_version: u32,
    /// The commit that was measured.
    pub commit: String,
    /// When the line was written, in seconds since 1970.
    pub recorded_unix_s: u64,
    /// The version of the program that measured.
    pub program_version: String,
    /// The machine: only lines of one machine are compared.
    pub machine: HistoryMachineRecord,
    /// The results.
    pub points: Vec<HistoryPointRecord>,
}

/// Which machine, in short.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HistoryMachineRecord {
    /// FNV-1a of its identity and of the instruction sets compiled in, as 16 hexadecimal digits.
    pub fingerprint: String,
    /// For a person: processor, CPUs, memory.
    pub words: String,
}

/// One result: the median of a quantity of a cell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HistoryPointRecord {
    /// The key of the cell.
    pub cell: String,
    /// The quantity, with its level where it has one: `aggregate_merge 2`.
    pub quantity: String,
    /// Median.
    pub value_s: f64,
    /// Lower end of its interval; none from one sample.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub low_s: Option<f64>,
    /// Upper end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub high_s: Option<f64>,
    /// Samples behind it.
    pub samples: u64,
}

/// Reads a history. A last line that was cut off is an error, since what it said is lost.
///
/// # Errors
/// [`ReadError`] with line and field.
pub fn read(path: &Path) -> Result<Vec<HistoryRecord>, ReadError> {
    let bytes = std::fs::read(path).map_err(|source| ReadError::Io { file: path.to_owned(), source })?;
    let (records, whole) = parse(&bytes, path)?;
    if whole < bytes.len() {
        let problem = format!(
            "cut off after {} bytes, whoever wrote this line was stopped: the next `history add` leaves it out, or delete the line",
            bytes.len() - whole
        );
        return Err(field_error(path, records.len() + 1, ".", problem));
    }
    Ok(records)
}

/// The records of all whole lines, and how many bytes those are: a line is whole where its newline is, since both are
/// written together.
fn parse(bytes: &[u8], path: &Path) -> Result<(Vec<HistoryRecord>, usize), ReadError> {
    let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1);
    let lines = bytes[..whole].split_inclusive(|byte| *byte == b'\n').zip(1..);
    let records = lines.map(|(line, number)| parse_line(line, path, number)).collect::<Result<_, _>>()?;
    Ok((records, whole))
}

fn parse_line(text: &[u8], file: &Path, line: usize) -> Result<HistoryRecord, ReadError> {
    let value: serde_json::Value =
        serde_json::from_slice(text).map_err(|error| field_error(file, line, ".", error.to_string()))?;
    check_version(&value, file, line, HISTORY_SCHEMA_VERSION)?;
    let record: HistoryRecord = serde_path_to_error::deserialize(value).map_err(|error| {
        let field = error.path().to_string();
        field_error(file, line, &field, error.into_inner().to_string())
    })?;
    let wrong = record.points.iter().position(|point| !(point.value_s > 0.0 && point.value_s.is_finite()));
    match wrong {
        Some(at) => {
            let (field, got) = (format!("points[{at}].value_s"), record.points[at].value_s);
            Err(field_error(file, line, &field, format!("expected a time above zero, got {got}")))
        }
        None => Ok(record),
    }
}

/// Why a line cannot be appended.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    /// What is there cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The file cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
}

/// A history that is open for appending, and locked against a second writer.
#[derive(Debug)]
pub struct HistoryFile {
    path: std::path::PathBuf,
    file: File,
    /// What it holds.
    pub records: Vec<HistoryRecord>,
    whole_bytes: usize,
    /// Bytes of a last line that was cut off; the first line that is appended takes its place.
    pub cut_off_bytes: usize,
}

impl HistoryFile {
    /// Opens a history, or makes one; nothing is changed yet.
    ///
    /// # Errors
    /// A file that cannot be opened, is being written to, or holds what is no history.
    pub fn open(path: &Path) -> Result<Self, AppendError> {
        let error = |source| WriteError { file: path.to_owned(), source };
        let open = File::options().read(true).write(true).create(true).truncate(false).open(path);
        let file = open.map_err(error)?;
        file.try_lock().map_err(|locked| {
            error(match locked {
                std::fs::TryLockError::WouldBlock => {
                    std::io::Error::other("another process is writing to it")
                }
                std::fs::TryLockError::Error(source) => source,
            })
        })?;
        let bytes = std::fs::read(path).map_err(error)?;
        let (records, whole_bytes) = parse(&bytes, path)?;
        let cut_off_bytes = bytes.len() - whole_bytes;
        Ok(Self { path: path.to_owned(), file, records, whole_bytes, cut_off_bytes })
    }

    /// Appends a line in one write, and waits until the disk has it.
    ///
    /// # Errors
    /// [`WriteError`].
    pub fn append(mut self, record: &HistoryRecord) -> Result<(), WriteError> {
        let mut write = || {
            let line = serde_json::to_string(record)? + "\n";
            if self.cut_off_bytes > 0 {
                self.file.set_len(self.whole_bytes as u64)?;
            }
            self.file.seek(SeekFrom::End(0))?;
            self.file.write_all(line.as_bytes())?;
            self.file.sync_data()
        };
        write().map_err(|source| WriteError { file: self.path.clone(), source })
    }
}
