//! The record types of scaling laws: what was measured over cores, clock, batch size and N, and the curves fitted to it.
//!
//! One shape for every law, so that one table prints them and one picture draws them: measured points, and of each
//! fit its coefficients with intervals, its error when each point is predicted from the others, and its curve with
//! its band. Plain data: the fitting is `planner::scaling`.

use crate::file::Versioned;
use crate::names::names;
use crate::profile::QuantityName;
use serde::{Deserialize, Serialize};

/// Version of [`LawsRecord`] written by this program.
pub const LAWS_SCHEMA_VERSION: u32 = 2;

/// The scaling laws of a profile.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LawsRecord {
    /// [`LAWS_SCHEMA_VERSION`] of the writer.
    pub schema_version: u32,
    /// The run whose profile this is of.
    pub run: String,
    /// The laws: over cores, clock, fraction of the processor, batch size, N; within each by family, then by stage.
    pub laws: Vec<LawRecord>,
    /// What this profile cannot answer, a sentence each: how many points there are, how
    /// many it takes.
    pub missing: Vec<String>,
}

impl Versioned for LawsRecord {
    const SCHEMA_VERSION: u32 = LAWS_SCHEMA_VERSION;
}

/// One quantity of one family of cells over one variable.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LawRecord {
    /// What is varied: the unit of every `x`.
    pub over: OverName,
    /// What is measured: the unit of every `y`.
    pub of: OfName,
    /// The stage; none for memory, which is of the whole process.
    pub stage: Option<QuantityName>,
    /// The level of aggregation, where the stage has one.
    pub level: Option<u64>,
    /// What all its points share.
    pub family: FamilyRecord,
    /// What was measured, by `x`: one point a cell.
    pub points: Vec<LawPointRecord>,
    /// What was fitted; nothing with too few points.
    pub fits: Vec<FitRecord>,
    /// What a reader must know, a sentence each: points that are too few, an exact fit, threads that share a core.
    pub notes: Vec<String>,
    /// For laws over N alone: what a tree of pairwise merges takes at the N asked for.
    pub trees: Vec<TreeRecord>,
}

/// What the cells of a law share. What is varied is none here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FamilyRecord {
    /// `transfer`, `swap`, `mix` or `trace`.
    pub workload: String,
    /// The fraction of swaps, from 0 to 1, where the workload has one.
    pub swap_ratio: Option<f64>,
    /// `plonky2`, `scripted` or `command`.
    pub proof_system: String,
    /// Transactions in a full batch.
    pub batch_transactions: Option<u64>,
    /// Transactions for which the circuit has room.
    pub capacity_transactions: Option<u64>,
    /// Batches in an aggregation, N.
    pub batches_per_aggregation: Option<u64>,
    /// Threads of the prover, one a core.
    pub cores: Option<u64>,
    /// `as_is`, or the clock or quota that was set.
    pub clock: Option<String>,
    /// Provers that ran at once, each with its own cores.
    #[serde(default)]
    pub provers: Option<u64>,
    /// Rows of the batch circuit after padding, for laws over batch size: no line may cross a power of two.
    pub padded_rows: Option<u64>,
}

impl FamilyRecord {
    /// The family for a person: `swap of 32, plonky2, N = 2`.
    pub fn words(&self) -> String {
        let Self {
            workload,
            swap_ratio,
            proof_system,
            batch_transactions,
            capacity_transactions,
            batches_per_aggregation,
            cores,
            clock,
            provers,
            padded_rows,
        } = self;
        let mut words = match (workload.as_str(), swap_ratio) {
            ("mix", Some(ratio)) => format!("mix {ratio}"),
            _ => workload.clone(),
        };
        if let Some(size) = batch_transactions {
            words += &format!(" of {size}");
        }
        if let (Some(capacity), true) = (capacity_transactions, capacity_transactions != batch_transactions) {
            words += &format!(" in room for {capacity}");
        }
        words += &format!(", {proof_system}");
        if let Some(n) = batches_per_aggregation {
            words += &format!(", N = {n}");
        }
        if let Some(cores) = cores {
            words += &format!(", {cores} {}", if *cores == 1 { "core" } else { "cores" });
        }
        if let Some(clock) = clock.as_ref().filter(|clock| *clock != "as_is") {
            words += &format!(", {clock}");
        }
        if let Some(provers) = provers.filter(|provers| *provers > 1) {
            words += &format!(", {provers} provers at once");
        }
        if let Some(rows) = padded_rows {
            words += &format!(", {rows} rows");
        }
        words
    }
}

/// A measured point: the median of one cell.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LawPointRecord {
    /// Where, in the unit of [`LawRecord::over`].
    pub x: f64,
    /// What, in the unit of [`LawRecord::of`].
    pub y: f64,
    /// Lower end of the interval of the cell's median.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// Samples behind it.
    pub samples: u64,
}

/// A law fitted to the points.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FitRecord {
    /// Which.
    pub law: LawName,
    /// Its coefficients.
    pub coefficients: Vec<CoefficientRecord>,
    /// Points more than coefficients; 0 is a curve through every point, which nothing checks.
    pub degrees_of_freedom: u64,
    /// Root mean square of the relative errors when each point is predicted from the others: 0.05 is 5 %. None with
    /// too few points.
    pub leave_one_out_fraction: Option<f64>,
    /// For the universal law: cores beyond which more make it slower, and how far that is from what was measured.
    pub peak: Option<PeakRecord>,
    /// The curve at the `x` asked for.
    pub curve: Vec<CurvePointRecord>,
    /// The `x` asked for at which nothing is said.
    pub refused: Vec<RefusedRecord>,
}

/// A fitted coefficient.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CoefficientRecord {
    /// Its name: `serial_fraction`, `contention`, `crosstalk`, `one_core_s`, `a_ghz_s`, `b_s`, `fixed_s`,
    /// `each_s`, `fixed_bytes`, `each_bytes`, `merge_s`. The unit stands last; without one it is a pure number.
    pub name: String,
    /// Its value.
    pub value: f64,
    /// Lower end of its 95 % interval by Student's t; none without a degree of freedom, or where it was held at 0.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
}

/// Where the universal law turns.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PeakRecord {
    /// Cores of the shortest time.
    pub cores: f64,
    /// How far that is from what was measured.
    pub reach: Reach,
}

/// A point of a fitted curve.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CurvePointRecord {
    /// Where.
    pub x: f64,
    /// What the law says.
    pub y: f64,
    /// Lower end of the 95 % band of the curve; none without a degree of freedom.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// How far `x` is from what was measured.
    pub reach: Reach,
}

/// A place at which a law says nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RefusedRecord {
    /// Where.
    pub x: f64,
    /// Why.
    pub why: String,
}

/// A tree of pairwise merges over N proofs.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TreeRecord {
    /// N.
    pub batches_per_aggregation: u64,
    /// Merges, N − 1.
    pub merges: u64,
    /// Levels, ⌈log₂ N⌉.
    pub levels: u64,
    /// All merges one after the other.
    pub one_aggregator_s: f64,
    /// One merge a level, the others of it at the same time.
    pub enough_aggregators_s: f64,
}

names! {
    /// What is varied.
    pub enum OverName {
        /// Cores of a prover.
        Cores = "cores";
        /// The clock, GHz.
        ClockGhz = "clock_ghz", "clock, GHz";
        /// The fraction of the processor's time that a quota leaves; never a clock, since memory keeps its speed.
        CpuFraction = "cpu_fraction", "share of the processor";
        /// Transactions in a batch, all within one padded circuit size.
        BatchTransactions = "batch_transactions", "transactions in a batch";
        /// Batches in an aggregation, N.
        BatchesPerAggregation = "batches_per_aggregation", "batches per aggregation, N";
    }
}

names! {
    /// What is measured.
    pub enum OfName {
        /// Time, s.
        TimeS = "time_s", "time";
        /// Peak memory, bytes.
        MemoryBytes = "memory_bytes", "peak memory";
    }
}

names! {
    /// A law.
    pub enum LawName {
        /// `t(n) = t(1)·(s + (1 − s)/n)`, s the serial fraction.
        Amdahl = "amdahl", "Amdahl";
        /// `t(n) = t(1)·(1 + α(n − 1) + βn(n − 1))/n`: the universal scalability law as a time.
        Usl = "usl", "USL";
        /// `t = A/f + B`.
        InverseClock = "inverse_clock", "A/f + B";
        /// `y = fixed + each·size`.
        Line = "line";
        /// `t = merge·(N − 1)`.
        Merges = "merges";
    }
}

names! {
    /// How far a place is from what was measured.
    pub enum Reach {
        /// Measured, or between two measured points.
        Within = "within", "measured range";
        /// Up to twice as far: extrapolated.
        Beyond = "beyond", "EXTRAPOLATED";
        /// More than twice as far: not to be believed.
        Far = "far", "EXTRAPOLATED more than twice beyond what was measured";
    }
}
