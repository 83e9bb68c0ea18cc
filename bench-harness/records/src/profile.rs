//! The record types of a profile: every cell of a run in summary, with the raw values kept.

use crate::file::Versioned;
use crate::machine::MachineRecord;
use crate::names::names;
use crate::sample::{CellRecord, EndName, FailureRecord, SystemRecord};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Version of [`ProfileRecord`] written by this program.
pub const PROFILE_SCHEMA_VERSION: u32 = 2;

/// A run in summary.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProfileRecord {
    /// [`PROFILE_SCHEMA_VERSION`] of the writer.
    pub schema_version: u32,
    /// Which run.
    pub run: String,
    /// The version of the program that measured.
    pub program_version: String,
    /// The machine, as it was when the run began.
    pub machine: MachineRecord,
    /// The whole spec, as TOML.
    pub spec_toml: String,
    /// The cells, in the order of the schedule. Cells of which nothing was measured are not among them.
    pub cells: Vec<CellSummaryRecord>,
}

impl Versioned for ProfileRecord {
    const SCHEMA_VERSION: u32 = PROFILE_SCHEMA_VERSION;
}

/// One cell in summary.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CellSummaryRecord {
    /// Which cell.
    pub cell: CellRecord,
    /// The proof system as set up; none where the set-up failed.
    pub system: Option<SystemRecord>,
    /// Complete repeats.
    pub repeats: u64,
    /// Why it ended; none where the run was stopped before.
    pub end: Option<EndName>,
    /// Whether every proof that was timed was verified.
    pub verified: bool,
    /// Samples of any stage that are discarded: in the log and in no estimate.
    pub discarded_samples: u64,
    /// Proofs of batches in the estimate.
    #[serde(default)]
    pub clean_samples: u64,
    /// Proofs of batches that are discarded, by reason.
    #[serde(default)]
    pub discarded_proofs: BTreeMap<String, u64>,
    /// Proofs of batches that would be discarded and are in the estimate all the same, since the spec asks for it.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub kept_samples: u64,
    /// The clock that ran, by the probe: the median over the proofs in the estimate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock_ghz: Option<f64>,
    /// What fraction of the cores was ours, 0 to 1: the same median.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub core_fraction: Option<f64>,
    /// Time that the hypervisor took, over all samples.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub steal_s: Option<f64>,
    /// `physical` where each thread has a physical core, `smt` where some share one, `unknown`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub core_kind: Option<String>,
    /// Peak resident memory of the measuring process, or of an external prover, in any stage.
    pub peak_rss_bytes: Option<u64>,
    /// The length of a batch's proof: the median, where lengths differ; none in a profile of a version that did not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proof_bytes: Option<u64>,
    /// What one prover carries: transactions of a batch (of a trace with uneven batches, their mean) over the median
    /// of its whole proof ([`QuantityName::ProveBatch`]).
    pub transactions_per_s: Option<f64>,
    /// What was measured.
    pub quantities: Vec<QuantityRecord>,
    /// What gave no time.
    pub failures: Vec<FailureRecord>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

names! {
    /// What the values of a summary are.
    pub enum QuantityName {
        /// Circuits and keys.
        SetUp = "set_up", "set-up";
        /// Drawing a batch from its seed.
        Generate = "generate";
        /// Native execution of a batch, without roots.
        Execute = "execute";
        /// The new state root of a batch.
        Root = "root", "state root";
        /// The bytes of a batch for L1.
        Encode = "encode";
        /// Execute, root and encode of one batch: its close time without filling.
        Close = "close";
        /// Keeping each leaf that a batch touches, with its path.
        Record = "record";
        /// From those leaves to all wire values.
        Witness = "witness";
        /// From wire values to the proof.
        Prove = "prove";
        /// The part of it that is luck: the search that ends a proof (proof of work).
        Grind = "grind";
        /// The proof without that search.
        ProveWithoutGrind = "prove_without_grind", "prove without grind";
        /// Record, witness and prove of one batch: what a prover is busy with, the p of the formulas.
        ProveBatch = "prove_batch", "prove batch";
        /// Verifying a batch's proof.
        Verify = "verify";
        /// One level of aggregation, all its merges.
        AggregateLevel = "aggregate_level", "aggregate level";
        /// One merge of that level: the level over its merges.
        AggregateMerge = "aggregate_merge", "aggregate merge";
        /// All levels of one aggregation, one merge after the other: the a of the formulas on one aggregator.
        Aggregate = "aggregate";
        /// Verifying an aggregation's proof.
        VerifyAggregate = "verify_aggregate", "verify aggregate";
    }
}

/// An interval of a median by order statistics.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IntervalRecord {
    /// Lower end.
    pub low_s: f64,
    /// Upper end.
    pub high_s: f64,
    /// How often such an interval holds the true median, exactly, for independent samples: at least 0.95, or what
    /// the least and the greatest of too few samples give.
    pub coverage: f64,
}

/// A quantile with what stands behind it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuantileRecord {
    /// 0 to 1.
    pub quantile: f64,
    /// Its value, to three significant digits.
    pub value_s: f64,
    /// Samples at or above it: a p99 with one sample behind it is the maximum by another name.
    pub samples_at_or_above: u64,
}

/// The same work in cycles of the clock that the probe found: CPU time times clock, over all threads.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CyclesRecord {
    /// Samples of which both are known.
    pub samples: u64,
    /// Their median.
    pub median_cycles: f64,
    /// Lower end of its interval, as that of the time; none from one sample.
    pub low_cycles: Option<f64>,
    /// Upper end.
    pub high_cycles: Option<f64>,
}

/// Values far from the others: reported, and in every estimate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OutliersRecord {
    /// More than 1.5 times the distance of the quartiles below the lower of them (Tukey, 1977).
    pub low: u64,
    /// More than that above the upper.
    pub high: u64,
}

/// One quantity of one cell in summary.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuantityRecord {
    /// What it is.
    pub quantity: QuantityName,
    /// The level of aggregation, from 1, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<u64>,
    /// Samples in the estimate.
    pub samples: u64,
    /// Median; of an even number, the mean of the middle two.
    pub median_s: f64,
    /// Its interval; none from one sample.
    pub interval: Option<IntervalRecord>,
    /// Mean.
    pub mean_s: f64,
    /// Standard deviation (n − 1); none from one sample.
    pub deviation_s: Option<f64>,
    /// Least.
    pub min_s: f64,
    /// Greatest.
    pub max_s: f64,
    /// Quantiles.
    pub quantiles: Vec<QuantileRecord>,
    /// The same work in cycles, where the probe knows the clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cycles: Option<CyclesRecord>,
    /// Values far from the others.
    #[serde(default)]
    pub outliers: OutliersRecord,
    /// Every value, in the order in which they were measured.
    pub values_s: Vec<f64>,
    /// Values that are discarded: in none of the above.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub discarded_values_s: Vec<f64>,
}

impl QuantityName {
    /// The name with the level of aggregation where it has one: `aggregate merge, level 2`.
    pub fn at_level(self, level: Option<u64>) -> String {
        level.map_or_else(|| self.words().to_owned(), |level| format!("{}, level {level}", self.words()))
    }
}

impl QuantityRecord {
    /// Its name with the level: `aggregate merge, level 2`.
    pub fn words(&self) -> String {
        self.quantity.at_level(self.level)
    }
}

impl CellSummaryRecord {
    /// The summary of a quantity that has no levels.
    pub fn quantity(&self, name: QuantityName) -> Option<&QuantityRecord> {
        let mut found = self.quantities.iter();
        found.find(|quantity| quantity.quantity == name && quantity.level.is_none())
    }

    /// The summaries of a quantity that has levels, by level.
    pub fn levels(&self, name: QuantityName) -> Vec<&QuantityRecord> {
        let found = self.quantities.iter();
        found.filter(|quantity| quantity.quantity == name && quantity.level.is_some()).collect()
    }
}
