//! Two builds compared in pairs of runs: the record types of `gate paired`. Plain data: the statistics are in the crate
//! `regression`.
//!
//! A ratio is time (or memory) of head over that of base: 1.061 is 6.1 % slower.

use crate::machine::FieldRecord;
use crate::names::names;
use crate::sample::{CellRecord, MarkName};
use serde::{Deserialize, Serialize};

/// Version of [`PairedRecord`] written by this program.
pub const PAIRED_SCHEMA_VERSION: u32 = 2;

names! {
    /// What a comparison comes to.
    pub enum VerdictName {
        /// A regression of the minimum effect or more is excluded.
        Pass = "pass";
        /// Slower by at least the minimum effect, in two independent blocks of pairs.
        Regressed = "regressed";
        /// Faster by at least the minimum effect, in two independent blocks of pairs.
        Improved = "improved";
        /// Neither is shown: there may be a regression, or none.
        Inconclusive = "inconclusive";
    }
}

names! {
    /// What of a cell is compared: a time, or memory.
    pub enum ComparedName {
        /// Witness and proof of one batch, the mean over the batches of a sample.
        Prove = "prove";
        /// The same without the search that ends a proof (grinding), which is luck and says nothing of a program.
        ProveWithoutGrind = "prove_without_grind";
        /// From the proofs of a sample's batches to one proof.
        Aggregate = "aggregate";
        /// Verifying one batch's proof, the mean over the batches of a sample.
        Verify = "verify";
        /// Building circuits and keys, or what an external prover does before its first proof.
        SetUp = "set_up";
        /// Peak resident memory of whatever a sample took to make.
        Memory = "memory";
    }
}

/// How a verdict is made of many comparisons.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Many {
    /// Each decides, its p-values adjusted by Holm's method over all of them.
    #[default]
    Holm,
    /// Their geometric mean alone decides; the comparisons are shown only.
    GeometricMean,
}

/// A whole comparison.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PairedRecord {
    /// [`PAIRED_SCHEMA_VERSION`] of the writer.
    pub schema_version: u32,
    /// What it comes to as a whole.
    pub verdict: VerdictName,
    /// What gives that verdict, a sentence each: the comparisons that have it, or the mean where that decides.
    pub reasons: Vec<String>,
    /// What head is compared with.
    pub base: ArmRecord,
    /// What is to be judged.
    pub head: ArmRecord,
    /// By which rules.
    pub rules: PairedRules,
    /// Each cell and time that was compared.
    pub comparisons: Vec<PairedComparisonRecord>,
    /// The geometric mean over all of them, where that decides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub geometric_mean: Option<ComparedRecord>,
    /// The impact on the fleet for a target, where one was given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fleet_impact: Vec<FleetImpactRecord>,
    /// The file that says what is compared, as the user named it, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spec_file: Option<String>,
    /// How long the comparison took.
    pub wall_s: f64,
}

/// One of the two programs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ArmRecord {
    /// As the user named it: a file or a revision.
    pub name: String,
    /// The commit that was built, where it was a revision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// The version of the program.
    pub version: String,
    /// Its build: commit, compiler, target features, …
    pub build: Vec<FieldRecord>,
    /// The machine that it runs on.
    pub machine: Vec<FieldRecord>,
}

/// The rules of a comparison, fixed before the first pair.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PairedRules {
    /// Pairs of a block.
    pub pairs: usize,
    /// The minimum effect that counts, δ: 0.03 is 3 %.
    pub min_effect: f64,
    /// The level of each one-sided test, α.
    pub level: f64,
    /// How a verdict is made of many comparisons.
    pub many: Many,
    /// Maximum pairs of a cell and block that are repeated because a sample was discarded.
    pub repeat_discarded: usize,
    /// The seed from which that of each pair is drawn.
    pub seed: u64,
    /// Whether an inconclusive verdict fails.
    pub strict: bool,
}

impl Default for PairedRules {
    /// Ten pairs, δ 3 % as for a quiet machine, α 5 %, and as many repeats as pairs.
    fn default() -> Self {
        let many = Many::Holm;
        Self { pairs: 10, min_effect: 0.03, level: 0.05, many, repeat_discarded: 10, seed: 1, strict: false }
    }
}

/// One time of one cell, or its memory.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PairedComparisonRecord {
    /// The cell.
    pub cell: CellRecord,
    /// [`CellRecord::key`].
    pub key: String,
    /// What of it.
    pub time: ComparedName,
    /// What came of it.
    pub compared: ComparedRecord,
}

/// What came of one comparison.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ComparedRecord {
    /// What it comes to.
    pub verdict: VerdictName,
    /// Why, in a sentence.
    pub reason: String,
    /// The first block of pairs.
    pub first: BlockRecord,
    /// The second, independent one: made only where the first suspects anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second: Option<BlockRecord>,
}

impl ComparedRecord {
    /// The block whose figures are shown: the second where there is one. A second is made where the first is large, so
    /// that the estimate of the first is biased upwards.
    pub fn shown(&self) -> &BlockRecord {
        self.second.as_ref().unwrap_or(&self.first)
    }
}

/// One block of pairs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BlockRecord {
    /// Pairs that enter the figures.
    pub pairs_used: u64,
    /// Pairs of which a sample was discarded.
    pub pairs_discarded: u64,
    /// Pairs that were made in place of discarded ones.
    pub pairs_repeated: u64,
    /// Hodges–Lehmann estimate of time of head over time of base.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ratio: Option<f64>,
    /// The lower end of its exact interval.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ratio_low: Option<f64>,
    /// The upper end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ratio_high: Option<f64>,
    /// The interval's exact coverage, at least 1 − 2α where so few pairs can reach it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coverage: Option<f64>,
    /// Exact p of "head is not slower", signed-rank, one-sided.
    pub p_slower: f64,
    /// The same after Holm's adjustment, over all comparisons in the first block and over those that it suspects in
    /// the second; equal to `p_slower` where nothing is adjusted.
    pub p_slower_adjusted: f64,
    /// Exact p of "head is not faster".
    pub p_faster: f64,
    /// The same after Holm's adjustment.
    pub p_faster_adjusted: f64,
    /// Every pair, in the order in which they were made.
    pub pairs: Vec<SamplePairRecord>,
}

/// One pair of samples.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SamplePairRecord {
    /// Its place in the block, from 0; a repeated pair has that of the pair which it replaces.
    pub pair: u64,
    /// The seed of its batches, the same in both arms.
    pub seed: u64,
    /// Whether base ran first.
    pub is_base_first: bool,
    /// Time of base, where times are compared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_s: Option<f64>,
    /// Time of head.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head_s: Option<f64>,
    /// Peak memory of base, where memory is compared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_bytes: Option<u64>,
    /// Peak memory of head.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head_bytes: Option<u64>,
    /// Why the sample of base is discarded, if it is.
    pub base_mark: MarkName,
    /// The same of head.
    pub head_mark: MarkName,
    /// Whether it enters the figures: the first of its place without a discarded sample.
    pub is_used: bool,
}

/// The impact of a ratio of prove times on the fleet for a target: provers and their cost.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FleetImpactRecord {
    /// [`CellRecord::key`] of the prover.
    pub key: String,
    /// The target in words: `500 tx/s within 60 s`.
    pub target: String,
    /// The ratio that is applied to the prove times of base, with its interval.
    pub ratio: f64,
    /// Its lower end.
    pub ratio_low: f64,
    /// Its upper end.
    pub ratio_high: f64,
    /// Provers with base's times.
    pub provers_base: u64,
    /// Provers with head's; none where no number of them meets the target any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provers_head: Option<u64>,
    /// With the lower end of the ratio.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provers_head_low: Option<u64>,
    /// With the upper end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provers_head_high: Option<u64>,
    /// Dollars a month (730 hours) of provers and aggregators with base's times, where prices were given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usd_per_month_base: Option<f64>,
    /// With head's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usd_per_month_head: Option<f64>,
}

/// A ratio as a change in per cent, with its interval.
///
/// ```
/// use records::regression::paired::change;
/// assert_eq!(change(1.061, Some((1.048, 1.075))), "+6.1 % [+4.8, +7.5]");
/// assert_eq!(change(0.97, None), "-3.0 %");
/// assert_eq!(change(0.9999, None), "+0.0 %");
/// ```
pub fn change(ratio: f64, interval: Option<(f64, f64)>) -> String {
    let percent = |ratio: f64| {
        let percent = (ratio - 1.0) * 100.0;
        // No "-0.0".
        let percent = if percent.abs() < 0.05 { 0.0 } else { percent };
        format!("{percent:+.1}")
    };
    let interval =
        interval.map_or_else(String::new, |(low, high)| format!(" [{}, {}]", percent(low), percent(high)));
    format!("{} %{interval}", percent(ratio))
}
