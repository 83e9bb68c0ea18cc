//! What has drifted in a history: the record types. Plain data.

use crate::names::names;
use crate::regression::history::HistoryMachineRecord;
use serde::{Deserialize, Serialize};

/// Version of [`DriftRecord`] written by this program.
pub const DRIFT_SCHEMA_VERSION: u32 = 2;

/// What has drifted, machine by machine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DriftRecord {
    /// [`DRIFT_SCHEMA_VERSION`] of the writer.
    pub schema_version: u32,
    /// By which rules.
    pub rules: DriftRules,
    /// The machines, in the order of their first results.
    pub machines: Vec<MachineDriftRecord>,
}

/// The rules of a search for drift.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DriftRules {
    /// The level of a machine, shared among its series.
    pub level: f64,
    /// Permutations of each test, at least.
    pub permutations: u64,
    /// The minimum shift that counts: 0.03 is 3 %.
    pub min_shift: f64,
    /// Results of each series that are tested, counted from the last.
    pub last: u64,
    /// A shift is recent where it began among this many last results.
    pub recent: u64,
    /// The seed of the permutations.
    pub seed: u64,
}

/// The series of one machine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MachineDriftRecord {
    /// Which machine.
    pub machine: HistoryMachineRecord,
    /// Its series.
    pub series: Vec<SeriesDriftRecord>,
}

names! {
    /// What a series does.
    pub enum DriftName {
        /// It stands where it stood, or has moved by less than counts.
        Steady = "steady";
        /// Slower than it was at its best.
        Slower = "slower", "SLOWER";
        /// Faster than it was at its worst, and nowhere slower.
        Faster = "faster";
        /// Fewer than six results.
        TooFew = "too_few", "too few results";
    }
}

/// One series: a quantity of a cell over commits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeriesDriftRecord {
    /// The key of the cell.
    pub cell: String,
    /// The quantity.
    pub quantity: String,
    /// What it does.
    pub drift: DriftName,
    /// By how much, where it is slower or faster.
    pub shift: Option<ShiftRecord>,
    /// Its change points, in order.
    pub changes: Vec<ChangeRecord>,
    /// Its results, in the order of the history.
    pub points: Vec<DriftPointRecord>,
}

/// How far the last results are from what was before.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShiftRecord {
    /// The first commit that is as the last.
    pub since: String,
    /// The last commit of the stretch that it is compared with: the best, or of what got faster the worst.
    pub compared_with: String,
    /// The median there.
    pub before_s: f64,
    /// The median now.
    pub after_s: f64,
    /// Now over then.
    pub ratio: f64,
    /// Whether it began lately: what is older was warned of when it was new.
    pub is_recent: bool,
}

/// One change point.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangeRecord {
    /// The place of the first result after it, from 0.
    pub index: u64,
    /// The commit of that result.
    pub commit: String,
    /// The median of the stretch before.
    pub before_s: f64,
    /// The median of the stretch after.
    pub after_s: f64,
    /// After over before.
    pub ratio: f64,
    /// p of its permutation test.
    pub p: f64,
}

/// One result.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DriftPointRecord {
    /// The commit.
    pub commit: String,
    /// When it was recorded, in seconds since 1970.
    pub recorded_unix_s: u64,
    /// Median.
    pub value_s: f64,
    /// Lower end of its interval.
    pub low_s: Option<f64>,
    /// Upper end.
    pub high_s: Option<f64>,
}
