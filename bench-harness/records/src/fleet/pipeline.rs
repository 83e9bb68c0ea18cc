//! A live pipeline: `pipeline.json`. Times are seconds since it began, unless named otherwise.

use crate::file::Versioned;
use crate::fleet::job::FleetWorkRecord;
use crate::fleet::summary::{FleetCountsRecord, FleetTimesRecord, FleetWorkerRecord};
use crate::names::names;
use crate::timeline::TimelineRecord;
use serde::{Deserialize, Serialize};

/// Version of [`PipelineRecord`] written by this program.
pub const PIPELINE_SCHEMA_VERSION: u32 = 1;

names! {
    /// Why a batch was closed.
    pub enum ClosedByName {
        /// It had as many transactions as the circuit has room for.
        Full = "full";
        /// It had as many transactions as were asked for, fewer than the circuit has room for.
        Count = "count";
        /// Its oldest transaction had waited for the timeout.
        Timeout = "timeout";
        /// No further transaction came.
        End = "end";
    }
}

/// What the pipeline was asked to do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PipelineRulesRecord {
    /// `fixed` or `poisson`.
    pub arrivals: String,
    /// Transactions that arrive a second, on average.
    pub rate_transactions_per_s: f64,
    /// How long they arrive, s.
    pub duration_s: f64,
    /// What closes a batch that is not full, s after its oldest transaction; none where nothing does.
    pub close_timeout_s: Option<f64>,
    /// The most batches that may be sequenced and not proved, those in proof among them; none without a bound.
    pub unproved_max_batches: Option<u64>,
    /// The time between slots of the simulated L1, s.
    pub block_s: f64,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PipelineSummaryRecord {
    /// From the beginning to the last proof on L1; to the end of the run where it was stopped.
    pub elapsed_s: f64,
    /// Transactions that arrived.
    pub transactions: u64,
    /// Of these, sequenced on L1.
    pub sequenced_transactions: u64,
    /// Of these, proven on L1.
    pub consolidated_transactions: u64,
    /// Batches that were closed.
    pub batches: u64,
    /// Of these, proven on L1.
    pub consolidated_batches: u64,
    /// Consolidated transactions over the elapsed time.
    pub throughput_transactions_per_s: f64,
    /// Transactions of a closed batch over the capacity of its circuit, mean, 0 to 1.
    pub fill_fraction: f64,
    /// From a transaction's arrival to its sequencing on L1, over transactions.
    pub virtual_delay: Option<FleetTimesRecord>,
    /// From a transaction's arrival to its proof on L1, over transactions.
    pub consolidated_delay: Option<FleetTimesRecord>,
    /// From the closing of a batch to the start of its proof.
    pub prover_wait: Option<FleetTimesRecord>,
    /// Time of a batch proof alone.
    pub prove: Option<FleetTimesRecord>,
    /// Time of a merge alone.
    pub merge: Option<FleetTimesRecord>,
    /// The most batches that were closed and not proved at once.
    pub unproved_max_batches: u64,
    /// How long the bound on unproved batches kept transactions waiting, s.
    pub held_s: f64,
    /// Time that workers were busy with proofs that count, s.
    pub busy_s: f64,
    /// Time that workers were there, all together, s; none where they are not of this process.
    pub present_s: Option<f64>,
    /// The first over the second, 0 to 1.
    pub worker_use: Option<f64>,
}

/// One batch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PipelineBatchRecord {
    /// Its number, from 0.
    pub batch: u64,
    /// Its transactions.
    pub transactions: u64,
    /// When its oldest transaction arrived.
    pub opened_s: f64,
    /// When it was closed.
    pub closed_s: f64,
    /// Why.
    pub closed_by: ClosedByName,
    /// When it was sequenced on L1: from then on its transactions are virtual. None where that was not reached, as below.
    pub sequenced_s: Option<f64>,
    /// When it could be proved.
    pub ready_s: f64,
    /// When a worker was first heard to be at it; none also where that was not heard.
    pub started_s: Option<f64>,
    /// When its proof was verified.
    pub proved_s: Option<f64>,
    /// When the proof of its group was verified.
    pub aggregated_s: Option<f64>,
    /// When it was proven on L1, after all before it.
    pub consolidated_s: Option<f64>,
}

/// The pipeline at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PipelinePointRecord {
    /// When.
    pub at_s: f64,
    /// Transactions that are in no closed batch.
    pub waiting_transactions: u64,
    /// Batches that are closed and not proved, those in proof among them.
    pub unproved_batches: u64,
    /// Batches that workers are at.
    pub proving: u64,
    /// Merges that workers are at.
    pub merging: u64,
    /// Workers that are there; none where they are not of this process.
    pub workers: Option<u64>,
}

/// A change of the number of provers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PipelineScalingRecord {
    /// When it was asked for.
    pub at_s: f64,
    /// Workers that prove, from then on.
    pub provers: u64,
    /// By whom: `the beginning`, `the restart`, `--scale`, or `the control file`.
    pub by: String,
}

/// A pipeline that was run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PipelineRecord {
    /// [`PIPELINE_SCHEMA_VERSION`] of the writer.
    pub schema_version: u32,
    /// Which run.
    pub run: String,
    /// When it began, s since 1970.
    pub began_unix_s: f64,
    /// What was proved.
    pub work: FleetWorkRecord,
    /// What was asked for.
    pub rules: PipelineRulesRecord,
    /// Whether every transaction that arrived is proven on L1.
    pub is_complete: bool,
    /// Jobs that were given up, with why.
    pub given_up: Vec<String>,
    /// What came of it.
    pub summary: PipelineSummaryRecord,
    /// Faults that were met.
    pub counts: FleetCountsRecord,
    /// Each batch, in order.
    pub batches: Vec<PipelineBatchRecord>,
    /// The queue and the workers over time.
    pub series: Vec<PipelinePointRecord>,
    /// Changes of the number of provers.
    pub scaling: Vec<PipelineScalingRecord>,
    /// When it was started again after it had been stopped or killed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resumed_s: Vec<f64>,
    /// Each worker.
    pub workers: Vec<FleetWorkerRecord>,
    /// Each worker's jobs, and what waited for L1.
    pub timeline: TimelineRecord,
}

impl Versioned for PipelineRecord {
    const SCHEMA_VERSION: u32 = PIPELINE_SCHEMA_VERSION;
}
