//! `history.jsonl`: the results of a commit on a machine, one JSON line each, appended and flushed, so that the file
//! can live on a branch of its own and be merged by appending.

use crate::file::{ReadError, WriteError, field_error};
use crate::lines::{LineFile, Lines, record, value};
use serde::{Deserialize, Serialize};
use std::fs::File;
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
    let Lines { records, cut_off_bytes, .. } = read_unfinished(path)?;
    if cut_off_bytes > 0 {
        let problem = format!(
            "cut off after {cut_off_bytes} bytes, whoever wrote this line was stopped: the next `history add` discards it, or delete the line"
        );
        return Err(field_error(path, records.len() + 1, ".", problem));
    }
    Ok(records)
}

fn read_unfinished(path: &Path) -> Result<Lines<HistoryRecord>, ReadError> {
    Lines::read(path, |line, number| parse_line(line, path, number))
}

fn parse_line(text: &[u8], file: &Path, line: usize) -> Result<HistoryRecord, ReadError> {
    let record: HistoryRecord = record(value(text, file, line, HISTORY_SCHEMA_VERSION)?, file, line)?;
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
    file: LineFile,
    /// What it holds; the first line that is appended takes the place of one that was cut off.
    pub lines: Lines<HistoryRecord>,
}

impl HistoryFile {
    /// Opens a history, or creates one; nothing is changed yet.
    ///
    /// # Errors
    /// A file that cannot be opened, is being written to, or holds what is no history.
    pub fn open(path: &Path) -> Result<Self, AppendError> {
        let options = File::options().read(true).write(true).create(true).truncate(false).to_owned();
        let file = LineFile::open(path, &options, "another process")?;
        Ok(Self { file, lines: read_unfinished(path)? })
    }

    /// Appends a line in one write, and waits until the disk has it.
    ///
    /// # Errors
    /// [`WriteError`].
    pub fn append(mut self, record: &HistoryRecord) -> Result<(), WriteError> {
        self.file.cut(&self.lines)?;
        self.file.append(record)?;
        self.file.sync()
    }
}
