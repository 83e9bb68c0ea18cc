//! A plan held against fleets that were run: what was predicted before each run, and what was measured in it.

use crate::file::WriteError;
use crate::lines::LineFile;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::path::Path;

/// One figure that was predicted, s or batches/s or a fraction.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FleetPredictionRecord {
    /// Mean over simulated runs of the same length.
    pub value: f64,
    /// The 2.5th percentile of those runs.
    pub low: f64,
    /// The 97.5th.
    pub high: f64,
}

/// The figures of one cell, in one order everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FleetFiguresRecord<T> {
    /// Consolidated batches/s.
    pub throughput_batches_per_s: T,
    /// Mean delay of the oldest transaction of a group, s.
    pub delay_mean_s: T,
    /// Its median.
    pub delay_p50_s: T,
    /// Its 99th percentile.
    pub delay_p99_s: T,
    /// Fraction of the provers' time in use.
    pub prover_use: T,
}

/// A line of `validation.jsonl`: the prediction is written and flushed before the run begins, the measurement after it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum FleetValidationRecord {
    /// Before the run.
    Predicted {
        /// The cell's name.
        cell: String,
        /// When it was written, s since 1970.
        unix_s: f64,
        /// The figures.
        figures: FleetFiguresRecord<FleetPredictionRecord>,
    },
    /// After it.
    Measured {
        /// The cell's name.
        cell: String,
        /// When the run began, s since 1970.
        began_unix_s: f64,
        /// Groups behind the delays.
        groups: u64,
        /// The figures.
        figures: FleetFiguresRecord<f64>,
        /// Mean time between a worker's being busy and the job's whole time, queue left out, s.
        handling_mean_s: f64,
    },
}

/// The open file of a validation.
#[derive(Debug)]
pub struct FleetValidationLog(LineFile);

impl FleetValidationLog {
    /// Creates the file.
    ///
    /// # Errors
    /// [`WriteError`], also where it is there already.
    pub fn create(path: &Path) -> Result<Self, WriteError> {
        LineFile::open(path, File::options().append(true).create_new(true), "another validation").map(Self)
    }

    /// Appends one line, and waits until the disk has it: a prediction is there before its run begins.
    ///
    /// # Errors
    /// [`WriteError`].
    pub fn append(&mut self, record: &FleetValidationRecord) -> Result<(), WriteError> {
        self.0.append(record)?;
        self.0.sync()
    }
}
