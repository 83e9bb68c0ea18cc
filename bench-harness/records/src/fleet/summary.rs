//! The summary of a fleet's run: `fleet.json`.

use crate::file::Versioned;
use crate::fleet::FLEET_SCHEMA_VERSION;
use crate::fleet::job::{FleetStagesRecord, FleetWorkRecord};
use crate::machine::MachineRecord;
use serde::{Deserialize, Serialize};

/// Mean and quantiles of times, s. Quantiles are order statistics: the p-th of n is the ⌈p·n⌉-th smallest.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FleetTimesRecord {
    /// How many.
    pub samples: u64,
    /// Mean.
    pub mean_s: f64,
    /// Median.
    pub p50_s: f64,
    /// 99th percentile.
    pub p99_s: f64,
    /// The longest.
    pub max_s: f64,
}

/// One job that was done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FleetSampleRecord {
    /// Its name.
    pub job: String,
    /// By whom.
    pub worker: String,
    /// How often it was submitted.
    pub submissions: u64,
    /// When it was there to be begun, s since the beginning, as all times of the run.
    pub ready_s: f64,
    /// When a worker was first heard to be at the attempt that counted; none where that was not heard.
    pub started_s: Option<f64>,
    /// When a worker was first heard to be at it, where that was another attempt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_started_s: Option<f64>,
    /// When it could be begun: it was there, and so was the worker that began it. None where no start was heard.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub could_start_s: Option<f64>,
    /// When its proof was verified.
    pub verified_s: f64,
    /// How long the worker was busy, s.
    pub busy_s: f64,
    /// Of that what a prover is busy with, s: record, witness and proof of a batch, or the merge.
    pub prove_s: f64,
    /// The parts of that; none of a merge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stages: Option<FleetStagesRecord>,
}

/// What one worker did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FleetWorkerRecord {
    /// Its name.
    pub worker: String,
    /// Jobs whose proofs count.
    pub jobs: u64,
    /// Time that it was busy with those, s.
    pub busy_s: f64,
    /// Why it is left out; none where it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub excluded: Option<String>,
    /// What it runs on; none where it did not say so, as workers on the coordinator's own machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub machine: Option<Box<MachineRecord>>,
}

/// What was counted beside proofs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FleetCountsRecord {
    /// Jobs submitted more than once, each time but the first.
    pub resubmitted: u64,
    /// Proofs of what was proved already: not used.
    pub duplicates: u64,
    /// Proofs that were wrong.
    pub wrong_proofs: u64,
    /// Valid proofs from a lease that was lost: used.
    pub late_proofs: u64,
    /// Failures from a lease that was lost: not used.
    pub late_failures: u64,
    /// Attempts that failed.
    pub failed_attempts: u64,
}

/// How batches were cut that have one of two rooms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FleetRoomsRecord {
    /// Batches of swaps over few pools, in registers.
    pub register_batches: u64,
    /// All others, in plain slots.
    pub plain_batches: u64,
    /// Transactions of all of them.
    pub transactions: u64,
}

/// The summary of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FleetSummaryRecord {
    /// [`FLEET_SCHEMA_VERSION`] of the writer.
    pub schema_version: u32,
    /// Which run.
    pub run: String,
    /// What was proved.
    pub work: FleetWorkRecord,
    /// Batches of the run.
    pub batches: u64,
    /// Batches in aggregates that are verified.
    pub consolidated_batches: u64,
    /// Whether that is all of them.
    pub is_complete: bool,
    /// Jobs that were given up, with why.
    pub given_up: Vec<String>,
    /// From the beginning to the last aggregate in order, s.
    pub elapsed_s: f64,
    /// Consolidated batches over that time.
    pub throughput_batches_per_s: f64,
    /// From the beginning of a group's first batch to its aggregate, all groups before it included.
    pub delay: Option<FleetTimesRecord>,
    /// From the arrival of a batch to when its proof could be begun: until a worker was free.
    pub prover_wait: Option<FleetTimesRecord>,
    /// Time of the proof of a batch: record, witness and proof.
    pub prove: Option<FleetTimesRecord>,
    /// Time of a merge alone.
    pub merge: Option<FleetTimesRecord>,
    /// What a job took beside its proof, from when it could be begun to its verification: being taken, transport, being heard.
    pub handling: Option<FleetTimesRecord>,
    /// Fraction of the time that workers for batches were busy with them; none where their number is not known.
    pub prover_use: Option<f64>,
    /// Of a proof system with two rooms for a batch, how the batches were cut.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rooms: Option<FleetRoomsRecord>,
    /// Beside the proofs.
    pub counts: FleetCountsRecord,
    /// Each worker.
    pub workers: Vec<FleetWorkerRecord>,
    /// Each job.
    pub samples: Vec<FleetSampleRecord>,
}

impl Versioned for FleetSummaryRecord {
    const SCHEMA_VERSION: u32 = FLEET_SCHEMA_VERSION;
}
