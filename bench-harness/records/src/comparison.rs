//! The record types of a comparison. Plain data: nothing is computed here.

use crate::machine::{DifferenceRecord, MachineRecord};
use crate::plan::PlanRecord;
use crate::profile::QuantityName;
use crate::sample::CellRecord;
use serde::{Deserialize, Serialize};

/// Version of [`ProfileComparisonRecord`] written by this program.
pub const COMPARISON_SCHEMA_VERSION: u32 = 1;

/// Two profiles side by side.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProfileComparisonRecord {
    /// [`COMPARISON_SCHEMA_VERSION`] of the writer.
    pub schema_version: u32,
    /// The first.
    pub first: SideRecord,
    /// The second.
    pub second: SideRecord,
    /// What differs between the two beside their times.
    pub differences: Vec<DifferenceRecord>,
    /// The cells that stand against each other.
    pub pairs: Vec<CellPairRecord>,
    /// Cells without one to stand against, in words.
    pub unpaired: Vec<String>,
}

/// One of the two.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SideRecord {
    /// As the user named it.
    pub name: String,
    /// Which run.
    pub run: String,
    /// The version of the program that measured.
    pub program_version: String,
}

/// Two cells that prove the same work.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CellPairRecord {
    /// Of the first.
    pub first: CellRecord,
    /// Of the second.
    pub second: CellRecord,
    /// What differs between the cells: cores, clock, rows of a circuit, verification.
    pub differences: Vec<DifferenceRecord>,
    /// Stage by stage, in the order of the pipeline.
    pub stages: Vec<StageRecord>,
    /// The fleet that the first needs for the target, where one was given.
    pub first_fleet: Option<FleetRecord>,
    /// The fleet that the second needs.
    pub second_fleet: Option<FleetRecord>,
}

/// One stage on both sides; none on a side that has not measured it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StageRecord {
    /// Which.
    pub quantity: QuantityName,
    /// The level of aggregation, from 1, where it has one.
    pub level: Option<u64>,
    /// Of the first.
    pub first: Option<FigureRecord>,
    /// Of the second.
    pub second: Option<FigureRecord>,
    /// Second over first, in seconds.
    pub seconds_ratio: Option<RatioRecord>,
    /// Second over first, in cycles of the probe: what is left when the clock is taken out.
    pub cycles_ratio: Option<RatioRecord>,
}

/// A stage of one side.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FigureRecord {
    /// Samples in the estimate.
    pub samples: u64,
    /// Median.
    pub median_s: f64,
    /// Lower end of its interval; none from one sample.
    pub low_s: Option<f64>,
    /// Upper end.
    pub high_s: Option<f64>,
    /// How often such an interval holds the true median.
    pub coverage: Option<f64>,
    /// Median of CPU time times the clock that the probe saw; none without a probe.
    pub median_cycles: Option<f64>,
    /// Lower end of its interval.
    pub low_cycles: Option<f64>,
    /// Upper end.
    pub high_cycles: Option<f64>,
}

/// Second over first.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RatioRecord {
    /// Of the medians.
    pub value: f64,
    /// The second's lower end over the first's upper end.
    pub low: Option<f64>,
    /// The second's upper end over the first's lower end.
    pub high: Option<f64>,
    /// How often the true ratio lies between, at least: one less what each interval misses (Bonferroni).
    pub coverage: Option<f64>,
}

impl RatioRecord {
    /// Whether the interval excludes 1: the two differ by more than their medians are uncertain.
    pub fn is_distinct(&self) -> bool {
        self.low.is_some_and(|low| low > 1.0) || self.high.is_some_and(|high| high < 1.0)
    }
}

/// The fleet that a side needs for the target.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FleetRecord {
    /// Provers, P.
    pub provers: Option<u32>,
    /// Their cores.
    pub cores: Option<u64>,
    /// Batches per aggregation, N.
    pub batches_per_aggregation: Option<u32>,
    /// Aggregators, A.
    pub aggregators: Option<u32>,
    /// Machines, spares among them, where prices were given.
    pub usd_per_hour: Option<f64>,
    /// Machines and L1 gas for each batch, where prices were given.
    pub usd_per_batch: Option<f64>,
    /// Why there is none, where there is none.
    pub infeasible: Option<String>,
}

/// Several runs for one page. It is written to no file: each run has its own.
#[derive(Clone, Debug, PartialEq)]
pub struct ComparedRunsRecord {
    /// In the order in which they were named.
    pub runs: Vec<ComparedRunRecord>,
    /// Each run after the first against it, in the same order.
    pub comparisons: Vec<ProfileComparisonRecord>,
}

/// One of several runs: where it was measured, and what it would need.
#[derive(Clone, Debug, PartialEq)]
pub struct ComparedRunRecord {
    /// As the user named it.
    pub name: String,
    /// The machine that it was measured on.
    pub machine: MachineRecord,
    /// The plan with its cheapest cell.
    pub plan: Option<PlanRecord>,
    /// One prover of that plan, in words.
    pub planned_with: Option<String>,
    /// Why there is no plan, where there is none.
    pub no_plan: Option<String>,
}
