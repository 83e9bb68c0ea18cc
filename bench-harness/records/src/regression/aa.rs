//! What a machine can decide: the record types of `gate aa`. Plain data.

use crate::regression::paired::{ArmRecord, ComparedName, SamplePairRecord};
use crate::sample::CellRecord;
use serde::{Deserialize, Serialize};

/// Version of [`AaRecord`] written by this program.
pub const AA_SCHEMA_VERSION: u32 = 2;

/// One program compared with itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AaRecord {
    /// [`AA_SCHEMA_VERSION`] of the writer.
    pub schema_version: u32,
    /// The program.
    pub program: ArmRecord,
    /// The level of each one-sided test.
    pub level: f64,
    /// Comparisons that were drawn for each figure.
    pub trials: u64,
    /// Each cell and time.
    pub cells: Vec<AaCellRecord>,
    /// How long it took.
    pub wall_s: f64,
}

/// One time of one cell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AaCellRecord {
    /// The cell.
    pub cell: CellRecord,
    /// Which of its times.
    pub time: ComparedName,
    /// Pairs that enter.
    pub pairs_used: u64,
    /// Pairs of which a sample was discarded.
    pub pairs_discarded: u64,
    /// Standard deviation of ln(time / time) of a pair: 0.02 is about 2 %.
    pub deviation: f64,
    /// Correlation of one pair's difference with the next one's; far from 0 the figures below are too good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correlation: Option<f64>,
    /// Exact p of the study's own pairs, one-sided each way: the program against itself.
    pub p_slower: f64,
    /// The other way.
    pub p_faster: f64,
    /// What the regression check would do, by number of pairs and minimum effect.
    pub rows: Vec<AaRowRecord>,
    /// Which rules fit; none where no row does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub advice: Option<AaAdviceRecord>,
    /// Every pair.
    pub pairs: Vec<SamplePairRecord>,
}

/// What the regression check would do by some rules.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AaRowRecord {
    /// Pairs of a block.
    pub pairs: u64,
    /// The minimum effect that counts.
    pub min_effect: f64,
    /// The fraction of unchanged builds that it fails.
    pub false_positive_fraction: f64,
    /// The fraction of unchanged builds that pass; the rest is inconclusive.
    pub pass_fraction: f64,
    /// The smallest slowdown that it detects in 80 % of comparisons; none up to a doubling.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detectable_80: Option<f64>,
    /// The smallest that it detects in 90 %.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detectable_90: Option<f64>,
}

/// Rules that fit a machine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AaAdviceRecord {
    /// Pairs of a block.
    pub pairs: u64,
    /// The minimum effect that counts.
    pub min_effect: f64,
    /// The fraction of unchanged builds that pass.
    pub pass_fraction: f64,
    /// The smallest slowdown that is detected in 80 % of comparisons.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detectable_80: Option<f64>,
}
