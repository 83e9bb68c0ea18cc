//! The record types of `samples.jsonl`. Plain data: nothing is measured or summed here.

use crate::names::names;
use crate::sample::cell::{CellRecord, SystemRecord};
use serde::{Deserialize, Serialize};

/// Version of every line of `samples.jsonl` written by this program.
pub const SAMPLE_SCHEMA_VERSION: u32 = 2;

/// One line. Its kind stands in the field `record`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "record", rename_all = "snake_case")]
pub enum LogRecord {
    /// A proof system after its set-up.
    SetUp(SetUpRecord),
    /// One timed run of one stage.
    Sample(SampleRecord),
    /// A repeat is complete: all its samples stand above.
    Repeat(RepeatRecord),
    /// Something gave no time.
    Failure(FailureRecord),
    /// A cell is complete.
    CellEnd(CellEndRecord),
}

names! {
    /// What is timed.
    pub enum StageName {
        /// Circuits and keys; never counted as proving.
        SetUp = "set_up";
        /// Drawing the batch from its seed.
        Generate = "generate";
        /// From when a job of a fleet could be begun to when a worker was heard to be at it: the proof of a batch, or with a
        /// level a merge, whose place in the level then stands in `batch`.
        QueueWait = "queue_wait", "queue wait";
        /// Native execution, without roots.
        Execute = "execute";
        /// The new state root.
        Root = "root";
        /// The bytes for L1.
        Encode = "encode";
        /// Replaying the batch to keep each leaf that it touches, with its path.
        Record = "record";
        /// From those leaves to all wire values; as the proof system reports it.
        Witness = "witness";
        /// From wire values to the proof; as the proof system reports it.
        Prove = "prove";
        /// The call that made witness and proof, as the harness timed it: both of the above and what lies between.
        ProveCall = "prove_call";
        /// Verifying the proof of a batch.
        Verify = "verify";
        /// One level of aggregation; as the proof system reports it.
        Aggregate = "aggregate";
        /// The call that made all levels, as the harness timed it.
        AggregateCall = "aggregate_call";
        /// Verifying the proof of an aggregation.
        VerifyAggregate = "verify_aggregate";
        /// The search for the number that ends a proof (proof of work): part of the proof, and the part of its time that
        /// is luck. With a level, that of all merges of the level.
        Grind = "grind";
    }
}

names! {
    /// Whether a sample may stand for the machine.
    pub enum MarkName {
        /// Nothing is known against it.
        Clean = "clean";
        /// A neighbour shared the core: discarded: in the log and in no estimate.
        SharedCore = "shared_core";
        /// Others ran on our CPUs while we were ready to: discarded: in the log and in no estimate.
        LostTime = "lost_time";
        /// The CPU quota of a duty cycle did not bind as it should: discarded: in the log and in no estimate.
        OffQuota = "off_quota";
        /// It would be discarded, and the user asked to keep such samples: in the estimate, and said wherever it is shown.
        Kept = "kept";
        /// The proof system cannot verify, and the user allowed that: in the estimate, and said wherever it is shown.
        Unverified = "unverified";
    }
}

impl MarkName {
    /// Whether the sample enters the estimate.
    pub fn counts(self) -> bool {
        match self {
            Self::Clean | Self::Kept | Self::Unverified => true,
            Self::SharedCore | Self::LostTime | Self::OffQuota => false,
        }
    }

    /// Whether the time was taken beside others that used the same core.
    pub fn is_interference(self) -> bool {
        match self {
            Self::SharedCore | Self::LostTime => true,
            Self::Clean | Self::OffQuota | Self::Kept | Self::Unverified => false,
        }
    }

    /// Why a sample is discarded, in words; none where it counts.
    pub fn why_discarded(self) -> Option<&'static str> {
        match self {
            Self::Clean | Self::Kept | Self::Unverified => None,
            Self::SharedCore => Some("a neighbour shared the core"),
            Self::LostTime => Some("others ran on our CPUs"),
            Self::OffQuota => Some("the CPU quota did not bind as it should"),
        }
    }
}

/// One timed run of one stage of one cell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SampleRecord {
    /// [`SAMPLE_SCHEMA_VERSION`] of the writer.
    pub schema_version: u32,
    /// Which run.
    pub run: String,
    /// Which cell.
    pub cell: CellRecord,
    /// Which repeat, from 0; none for the set-up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeat: Option<u64>,
    /// The seed of that repeat's batches.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// The batch's place in the repeat, from 0; none for what covers several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch: Option<u64>,
    /// What was timed.
    pub stage: StageName,
    /// The level of aggregation, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<u64>,
    /// The merges that this level took, one after the other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merges: Option<u64>,
    /// Time on the clock.
    pub wall_s: f64,
    /// CPU time of the measuring process; none where the proof system reports the time of a part of a call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpu_s: Option<f64>,
    /// Peak resident memory of the measuring process during the stage; where an external prover does the stage, of all
    /// of its processes together, since each was started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peak_rss_bytes: Option<u64>,
    /// Transactions that the stage handled.
    pub transactions: u64,
    /// The length of the proof, or of the encoding, that the stage made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output_bytes: Option<u64>,
    /// The clock that ran, by the probe.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock_ghz: Option<f64>,
    /// CPU time times that clock: the work in cycles, whatever the clock and however long it had to wait.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probe_cycles: Option<f64>,
    /// Independent adds a cycle, by the probe: fewer where another used the same physical core.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub adds_per_cycle: Option<f64>,
    /// What fraction of the core was ours, 0 to 1: those adds over the most that were ever seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub core_fraction: Option<f64>,
    /// Time that the hypervisor took.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub steal_s: Option<f64>,
    /// The fraction of the time that it wanted to run for which it could not, 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lost_fraction: Option<f64>,
    /// Whether it may stand for the machine.
    pub mark: MarkName,
}

/// What was measured, apart from its value: two samples of one run with the same key are the same measurement.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SampleKey {
    cell: String,
    repeat: Option<u64>,
    batch: Option<u64>,
    stage: StageName,
    level: Option<u64>,
}

impl SampleRecord {
    /// What was measured, apart from its value.
    pub fn key(&self) -> SampleKey {
        SampleKey {
            cell: self.cell.key(),
            repeat: self.repeat,
            batch: self.batch,
            stage: self.stage,
            level: self.level,
        }
    }
}

/// A repeat is complete.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RepeatRecord {
    /// [`SAMPLE_SCHEMA_VERSION`] of the writer.
    pub schema_version: u32,
    /// Which run.
    pub run: String,
    /// Which cell.
    pub cell: CellRecord,
    /// Which repeat, from 0.
    pub repeat: u64,
    /// The seed of its batches.
    pub seed: u64,
    /// From its first stage to its last.
    pub wall_s: f64,
}

names! {
    /// Why there is no time.
    pub enum FailureName {
        /// The measuring process ended by a signal or an exit code of its own.
        Crash = "crash";
        /// The proof system gave no proof.
        NoProof = "no_proof", "no proof";
        /// The proof system could not be set up.
        SetUp = "set_up", "no set-up";
        /// It would not fit into memory, and was not begun.
        Memory = "memory", "too little memory";
        /// The clock that it asks for cannot be had here.
        Clock = "clock", "no such clock";
        /// Its threads could not be held to their CPUs.
        Cores = "cores", "cores not held";
    }
}

/// Something gave no time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FailureRecord {
    /// [`SAMPLE_SCHEMA_VERSION`] of the writer.
    pub schema_version: u32,
    /// Which run.
    pub run: String,
    /// Which cell.
    pub cell: CellRecord,
    /// Which repeat, from 0; none before the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeat: Option<u64>,
    /// The seed of that repeat's batches.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// What happened.
    pub failure: FailureName,
    /// What the system says, with the end of its error output.
    pub why: String,
}

names! {
    /// Why a cell ended.
    pub enum EndName {
        /// The interval of the median prove time is as narrow as was asked for.
        Width = "width", "interval narrow enough";
        /// All repeats that were asked for.
        Repeats = "repeats", "all repeats made";
        /// All repeats, and all that may be made again because of a neighbour.
        Reruns = "reruns", "limit of re-runs reached";
        /// The time limit was spent and the least number of repeats made.
        TimeLimit = "time_limit", "time limit reached";
        /// It cannot go on; the failure says why.
        Failed = "failed";
    }
}

/// A cell is complete.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CellEndRecord {
    /// [`SAMPLE_SCHEMA_VERSION`] of the writer.
    pub schema_version: u32,
    /// Which run.
    pub run: String,
    /// Which cell.
    pub cell: CellRecord,
    /// Why it ended.
    pub end: EndName,
    /// Complete repeats.
    pub repeats: u64,
}

/// A proof system was set up for a cell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetUpRecord {
    /// [`SAMPLE_SCHEMA_VERSION`] of the writer.
    pub schema_version: u32,
    /// Which run.
    pub run: String,
    /// Which cell.
    pub cell: CellRecord,
    /// What was set up.
    pub system: SystemRecord,
    /// `physical` where each thread has a physical core, `smt` where some share one, `unknown`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub core_kind: Option<String>,
    /// The CPUs that its threads are held to, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cpus: Vec<u64>,
}

impl LogRecord {
    /// The run and the cell of any line.
    pub fn run_and_cell(&self) -> (&str, &CellRecord) {
        match self {
            Self::SetUp(record) => (&record.run, &record.cell),
            Self::Sample(record) => (&record.run, &record.cell),
            Self::Repeat(record) => (&record.run, &record.cell),
            Self::Failure(record) => (&record.run, &record.cell),
            Self::CellEnd(record) => (&record.run, &record.cell),
        }
    }
}
