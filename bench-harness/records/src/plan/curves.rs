//! The planner's figures of fleets around the one recommended: the curves of the report. Plain data.

use serde::{Deserialize, Serialize};

/// Version of [`CurvesRecord`] written by this program.
pub const CURVES_SCHEMA_VERSION: u32 = 2;

/// Curves around a plan. All delays are of a group's oldest transaction to consolidated.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CurvesRecord {
    /// [`CURVES_SCHEMA_VERSION`] of the writer.
    pub schema_version: u32,
    /// Over N.
    pub over_batches: Vec<OverBatchesRecord>,
    /// The N from which provers only add delay: batches do not close faster.
    pub balance_batches: u32,
    /// Over P, with N and A as recommended.
    pub over_provers: Vec<OverProversRecord>,
    /// Batches are verified in order: the p99 delay that even unlimited provers leave. None where nothing is random.
    pub floor: Option<FloorRecord>,
    /// The queue of a day in which the load is uneven.
    pub day: Option<DayRecord>,
}

/// One N.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OverBatchesRecord {
    /// N.
    pub batches_per_aggregation: u32,
    /// By the published formula, with N provers, whatever arrives.
    pub published_throughput_batches_per_s: f64,
    /// By the published formula.
    pub published_delay_s: f64,
    /// By the corrected form, of the recommended P on aggregators enough for this N: what it carries of the load.
    pub corrected_throughput_batches_per_s: f64,
    /// By the corrected form, of the same fleet; mean, without queueing.
    pub corrected_delay_s: f64,
    /// Of the same fleet by simulation; none where it is unstable at this N.
    pub simulated: Option<QuantileAtRecord>,
}

/// A delay in two figures.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuantileAtRecord {
    /// Mean.
    pub mean_s: f64,
    /// 99th percentile.
    pub p99_s: f64,
}

/// One P.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OverProversRecord {
    /// P.
    pub provers: u32,
    /// The highest utilization of a stage; 1 is full.
    pub utilization: f64,
    /// The simulated delay; none where it never settles.
    pub delay: Option<DelayAtRecord>,
}

/// Quantiles of a delay, with half-widths of 95 % intervals.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DelayAtRecord {
    /// Median.
    pub p50_s: f64,
    /// Its half-width.
    pub p50_half_width_s: Option<f64>,
    /// 90th percentile.
    pub p90_s: f64,
    /// Its half-width.
    pub p90_half_width_s: Option<f64>,
    /// 99th percentile.
    pub p99_s: f64,
    /// Its half-width.
    pub p99_half_width_s: Option<f64>,
    /// Samples behind them.
    pub samples: u64,
}

/// The delay that no number of provers can go below.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FloorRecord {
    /// Median.
    pub p50_s: f64,
    /// 99th percentile.
    pub p99_s: f64,
    /// Provers so many that more changed nothing.
    pub provers: u32,
}

/// A day of uneven load and what fleets make of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DayRecord {
    /// Where the shape of the day is from, in words.
    pub shape: String,
    /// Batches a second, in equal slots from midnight.
    pub load_batches_per_s: Vec<f64>,
    /// Fleets, fewest provers first.
    pub fleets: Vec<DayFleetRecord>,
}

/// What one fleet makes of the day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DayFleetRecord {
    /// P.
    pub provers: u32,
    /// Why this fleet is shown: `recommended`, `for the peak`.
    pub why: String,
    /// Batches that wait to be proved, every ten minutes from midnight, on the second day.
    pub queue_batches: Vec<f64>,
    /// The longest wait for a prover.
    pub wait_max_s: f64,
    /// Whether the queue is empty at some time of the day; if not it grows from day to day.
    pub settles: bool,
}
