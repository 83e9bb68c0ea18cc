//! The record types of a what-if grid. Plain data, packed: answers that are equal are kept once.

use crate::plan::Term;
use serde::{Deserialize, Serialize};

/// Version of [`WhatIfRecord`] written by this program.
pub const WHAT_IF_SCHEMA_VERSION: u32 = 2;

/// The planner's answer at every combination of the positions of some sliders: the closed forms, without limit on
/// delay, exactly as `plan` prints them for the same numbers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WhatIfRecord {
    /// [`WHAT_IF_SCHEMA_VERSION`] of the writer.
    pub schema_version: u32,
    /// `transactions/s`, or `batches/s` where the batch size is not known.
    pub target_unit: String,
    /// Transactions in a full batch, where known.
    pub batch_transactions: Option<u32>,
    /// Provers rented beyond those needed: in every cost.
    pub spares: u32,
    /// Aggregators rented beyond those needed, where any is.
    #[serde(default)]
    pub aggregator_spares: u32,
    /// Whether N was given: if not, a planner that is asked chooses it for each position.
    #[serde(default)]
    pub is_n_given: bool,
    /// The positions of each slider.
    pub axes: WhatIfAxesRecord,
    /// Where the sliders stand when the page opens: the plan itself.
    pub start: PositionRecord,
    /// Row of [`Self::rows`] for each combination, the last axis fastest: target, close, block, N, P. A negative
    /// number −k is refusal k − 1 of [`Self::refusals`].
    pub answers: Vec<i32>,
    /// Distinct answers.
    pub rows: Vec<AnswerRecord>,
    /// Why there is no plan, a sentence each.
    pub refusals: Vec<String>,
    /// Costs of a row, at each combination of prices, gas fastest.
    pub costs: Vec<Vec<CostRecord>>,
    /// The command that prints the plan of a position, without what the sliders say.
    pub command: String,
}

/// The positions of the sliders, each in ascending order; none stands first where it is allowed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct WhatIfAxesRecord {
    /// In [`WhatIfRecord::target_unit`].
    pub target: Vec<f64>,
    /// Close time; none for as measured.
    pub close_s: Vec<Option<f64>>,
    /// L1 block time.
    pub block_s: Vec<f64>,
    /// N.
    pub batches_per_aggregation: Vec<u32>,
    /// P; none for the fewest that keep up.
    pub provers: Vec<Option<u32>>,
    /// Price of a prover; none for no prices.
    pub prover_usd_per_hour: Vec<Option<f64>>,
    /// Price of an aggregator at the same position.
    pub aggregator_usd_per_hour: Vec<Option<f64>>,
    /// Price of gas; a single none where gas is not in the cost.
    pub gwei: Vec<Option<f64>>,
}

/// An index on each axis.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PositionRecord {
    /// Of `target`.
    pub target: usize,
    /// Of `close_s`.
    pub close: usize,
    /// Of `block_s`.
    pub block: usize,
    /// Of `batches_per_aggregation`.
    pub n: usize,
    /// Of `provers`.
    pub p: usize,
    /// Of `prover_usd_per_hour`.
    pub usd: usize,
    /// Of `gwei`.
    pub gwei: usize,
}

/// One answer, each number with the digits with which a plan prints it. As JSON an array, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct AnswerRecord(
    /// Provers, P.
    pub u32,
    /// Aggregators, A.
    pub u32,
    /// Highest utilization of a stage, %; 100 or above never settles if anything is random.
    pub f64,
    /// Throughput, batches/s.
    pub f64,
    /// Throughput, transactions/s, where the batch size is known.
    pub Option<f64>,
    /// Oldest transaction to virtual, s.
    pub f64,
    /// Oldest transaction to consolidated by the corrected form, s.
    pub f64,
    /// The same by the published formula, s.
    pub f64,
    /// The term that limits the rate.
    pub Term,
    /// Row of [`WhatIfRecord::costs`].
    pub u32,
);

/// A cost. As JSON an array, in this order; none where there are no prices.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct CostRecord(
    /// Dollars an hour: machines.
    pub Option<f64>,
    /// Dollars a batch: machines and gas.
    pub Option<f64>,
);
