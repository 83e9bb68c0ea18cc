//! The record types of executors side by side. Plain data: nothing is executed or timed here.

use crate::file::Versioned;
use crate::names::names;
use serde::{Deserialize, Serialize};

/// Version of [`ExecutionRecord`] written by this program.
pub const EXECUTION_SCHEMA_VERSION: u32 = 1;

names! {
    /// Ways to execute a block. All leave the same state, outcomes and root.
    pub enum ExecutorName {
        /// One transaction after the other.
        Sequential = "sequential";
        /// Optimistic: all at once, validated in order, executed anew where a value was read too early.
        BlockStm = "block_stm", "Block-STM";
        /// Transactions that declare no common leaf at once, others in order.
        Locks = "locks", "declared locks";
        /// All at once, from values known beforehand, each checked against them.
        KnownValues = "known_values", "known values";
    }
}

/// Executors over threads, contention and work on one workload, each execution compared with that in order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExecutionRecord {
    /// [`EXECUTION_SCHEMA_VERSION`] of the writer.
    pub schema_version: u32,
    /// Processor as the system names it, where it does.
    pub processor: Option<String>,
    /// CPUs that the process may use.
    pub cpus: u32,
    /// Iterations of the work that took 1 µs on one core just before.
    pub iterations_per_us: f64,
    /// What was executed.
    pub workload: ExecutionWorkloadRecord,
    /// Timed repeats of each point; those of one cell are interleaved.
    pub repeats: u32,
    /// Every executor at every number of threads in every cell.
    pub points: Vec<ExecutionPointRecord>,
    /// From which work on more threads pay.
    pub break_even: Vec<ExecutionBreakEvenRecord>,
    /// What these transactions cost in a virtual machine; none where it was not asked for.
    pub evm: Option<EvmCostRecord>,
}

impl Versioned for ExecutionRecord {
    const SCHEMA_VERSION: u32 = EXECUTION_SCHEMA_VERSION;
}

/// The transactions of the first cell in a virtual machine, in order on one thread: its median is one of the works.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvmCostRecord {
    /// The library that executed them.
    pub engine: String,
    /// How many, each of them with the native result.
    pub transactions: u32,
    /// Time of one, mean over the block, in µs, over the repeats.
    pub us_per_tx: MiddleRecord,
    /// Gas of one, mean.
    pub gas_per_tx: f64,
}

/// What is the same in all cells.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExecutionWorkloadRecord {
    /// Transactions of the block.
    pub transactions: u32,
    /// Pools.
    pub pools: u32,
    /// Fee of every pool, in basis points.
    pub fee_bps: u16,
    /// Depth of the state tree.
    pub depth: u8,
    /// Fraction of swaps, 0 to 1; the rest are transfers.
    pub swap_ratio: f64,
    /// Exponent of Zipf's law by which accounts and pools are chosen; none for uniform.
    pub zipf: Option<f64>,
    /// Transactions that one account sends in a row.
    pub chain: u32,
    /// Seed of all draws.
    pub seed: u64,
}

/// One executor at one number of threads in one cell: accounts × hot pool × work.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExecutionPointRecord {
    /// Accounts of the state.
    pub accounts: u32,
    /// Fraction of swaps on pool 0, 0 to 1.
    pub hot_pool: f64,
    /// Work of each execution of a transaction beside its own rule, in µs of one core as calibrated.
    pub work_us: f64,
    /// The executor.
    pub executor: ExecutorName,
    /// Its threads.
    pub threads: u32,
    /// Transactions of the block that break a rule, and so change nothing.
    pub refused: u32,
    /// Execution alone.
    pub execution: ExecutionSpeedRecord,
    /// Execution and the state root after it, on as many threads.
    pub with_root: ExecutionSpeedRecord,
    /// What it took, mean of the repeats.
    pub counts: ExecutionCountsRecord,
}

/// How fast a block was.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExecutionSpeedRecord {
    /// Wall time of the block.
    pub wall_s: MiddleRecord,
    /// CPU time of all threads over the transactions of the block, median.
    pub cpu_s_per_tx: f64,
    /// Transactions over the median wall time.
    pub tx_per_s: f64,
    /// Wall time of the best executor on one thread over that of this one, in the same repeat.
    pub speedup: MiddleRecord,
    /// That executor: the lowest median wall time on one thread in the cell.
    pub best_single_thread: ExecutorName,
}

/// A median with the least and the greatest of the repeats.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MiddleRecord {
    /// Median.
    pub median: f64,
    /// Least.
    pub min: f64,
    /// Greatest.
    pub max: f64,
}

/// What an execution of a block took, in transactions.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExecutionCountsRecord {
    /// Executions that ran to their end.
    pub executions: f64,
    /// Executions beyond the first of their transaction.
    pub re_executions: f64,
    /// Executions whose result a validation discarded.
    pub aborts: f64,
    /// Executions that stopped, before their work, at a leaf that was about to be written anew.
    pub suspensions: f64,
    /// Validations.
    pub validations: f64,
}

/// The least work, among those measured, from which on an executor on several threads is faster than the best one on
/// one thread: its speed-up is above 1 there and at every greater work measured.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExecutionBreakEvenRecord {
    /// Accounts of the state.
    pub accounts: u32,
    /// Fraction of swaps on pool 0, 0 to 1.
    pub hot_pool: f64,
    /// The executor.
    pub executor: ExecutorName,
    /// Its threads.
    pub threads: u32,
    /// By execution alone; none where it is slower at the greatest work.
    pub work_us: Option<f64>,
    /// With the state root counted on both sides.
    pub work_us_with_root: Option<f64>,
}
