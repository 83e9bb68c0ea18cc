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
    /// Fraction of the provers' time in which they were held by batches.
    pub prover_use: T,
    /// Mean wait of a batch for a prover, until one was free, s.
    pub prover_wait_s: T,
    /// Mean time for which a batch held a prover, from then to its verification, s.
    pub prover_hold_s: T,
}

impl<T: Copy> FleetFiguresRecord<T> {
    /// All of them, each with its name.
    pub fn named(&self) -> [(&'static str, T); 7] {
        let Self {
            throughput_batches_per_s,
            delay_mean_s,
            delay_p50_s,
            delay_p99_s,
            prover_use,
            prover_wait_s,
            prover_hold_s,
        } = *self;
        [
            ("throughput, 1/s", throughput_batches_per_s),
            ("mean delay, s", delay_mean_s),
            ("p50, s", delay_p50_s),
            ("p99, s", delay_p99_s),
            ("use", prover_use),
            ("wait, s", prover_wait_s),
            ("proof, s", prover_hold_s),
        ]
    }
}

/// Transactions that come one by one, and what closes a batch of them.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FleetClosingRecord {
    /// Transactions that arrive a second, on average.
    pub rate_transactions_per_s: f64,
    /// A batch of so many is closed.
    pub capacity_transactions: u64,
    /// So is one whose oldest transaction has waited for so long, s; none where only a full one is.
    pub timeout_s: Option<f64>,
}

/// What was run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FleetCellRecord {
    /// Its name, unique.
    pub name: String,
    /// What proves.
    pub proof_system: String,
    /// P.
    pub provers: u32,
    /// A; 0 where nothing is aggregated.
    pub aggregators: u32,
    /// N.
    pub batches_per_aggregation: u32,
    /// How many batches arrive.
    pub batches: u64,
    /// Mean time between batches, s.
    pub interval_s: f64,
    /// `fixed` or `poisson`.
    pub arrivals: String,
    /// Fraction of proofs that take longer for no reason of their own; 0 for none.
    pub straggler_fraction: f64,
    /// How many times as long those take.
    pub straggler_factor: f64,
    /// Mean working time of a prover between crashes, s; none without crashes.
    pub mtbf_s: Option<f64>,
    /// What closes batches; none where full ones arrive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closing: Option<FleetClosingRecord>,
}

/// Where the prediction of a cell has its times from.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FleetTimesUsedRecord {
    /// Mean time of a batch's proof, s: of the script, or of a profile, at the pace of the fleet.
    pub prove_s: f64,
    /// Mean time of a merge, s, likewise; 0 where nothing is merged.
    pub merge_s: f64,
    /// Mean time of everything else that a job has, s: being taken, transport, being heard. Measured in fleets that were run
    /// before the prediction.
    pub handling_s: f64,
    /// Half of the 95 % interval in which the mean of a further fleet lies, s: Student's t over those fleets.
    pub handling_half_width_s: f64,
    /// Those fleets.
    pub handling_fleets: u64,
    /// Jobs of all of them.
    pub handling_samples: u64,
    /// How many times as long as in the profile a proof took in those fleets; none of scripted proofs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pace: Option<f64>,
    /// Half of the 95 % interval in which that of a further fleet lies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pace_half_width: Option<f64>,
}

/// What is written before a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FleetPredictedRecord {
    /// What will be run.
    pub cell: FleetCellRecord,
    /// Which run of this cell, from 1: each has other arrivals and other times of proofs.
    pub repeat: u32,
    /// The seed of both.
    pub seed: u64,
    /// When it was written, s since 1970.
    pub unix_s: f64,
    /// Where its times are from.
    pub times: FleetTimesUsedRecord,
    /// The figures.
    pub figures: FleetFiguresRecord<FleetPredictionRecord>,
}

/// What is written after it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FleetMeasuredRecord {
    /// The cell's name.
    pub cell: String,
    /// Which run of this cell, from 1.
    pub repeat: u32,
    /// When the run began, s since 1970.
    pub began_unix_s: f64,
    /// Groups behind the delays.
    pub groups: u64,
    /// The figures.
    pub figures: FleetFiguresRecord<f64>,
    /// Mean time of a batch's proof alone, s.
    pub prove_s: f64,
    /// Mean time of a merge alone, s; 0 without merges.
    pub merge_s: f64,
    /// Mean time of everything else that a job has, s.
    pub handling_s: f64,
    /// Jobs that were begun again after a worker had gone.
    pub restarted: u64,
}

/// A line of `validation.jsonl`: the prediction is written and flushed before the run begins, the measurement after it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum FleetValidationRecord {
    /// Before the run.
    Predicted(Box<FleetPredictedRecord>),
    /// After it.
    Measured(Box<FleetMeasuredRecord>),
}

/// A cell that was predicted and then measured.
#[derive(Clone, Debug, PartialEq)]
pub struct FleetComparedRecord {
    /// Before its run.
    pub predicted: FleetPredictedRecord,
    /// After it.
    pub measured: FleetMeasuredRecord,
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
