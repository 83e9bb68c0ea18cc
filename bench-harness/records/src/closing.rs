//! Batches closed under a load, and what closing each took. Plain data: nothing is closed or timed here.

use crate::execution::ExecutorName;
use crate::file::Versioned;
use crate::fleet::pipeline::ClosedByName;
use crate::names::names;
use serde::{Deserialize, Serialize};

/// Version of [`ClosingRecord`] written by this program.
pub const CLOSING_SCHEMA_VERSION: u32 = 1;

names! {
    /// Where the data of transactions is.
    pub enum DataModeName {
        /// All of it on L1.
        Rollup = "rollup";
        /// None of it on L1: a commitment alone.
        Validium = "validium";
        /// On L1 for accounts that chose so, a commitment for the rest.
        Volition = "volition";
    }
}

names! {
    /// What the close time of a batch is made of, in order.
    pub enum ClosingStageName {
        /// From its first transaction until a rule closed it. Virtual time.
        Fill = "fill";
        /// For the sequencer's work on batches before it. Virtual time.
        Wait = "wait", "wait for the sequencer";
        /// Verifying its signatures.
        Signatures = "signatures";
        /// Executing it.
        Execute = "execute", "execution";
        /// The state root.
        Root = "root", "state root";
        /// Encoding and compressing its data.
        Encode = "encode", "data";
    }
}

/// Batches that a sequencer closed: arrivals and waiting in virtual time, the stages of its work really measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClosingRecord {
    /// [`CLOSING_SCHEMA_VERSION`] of the writer.
    pub schema_version: u32,
    /// Processor as the system names it, where it does.
    pub processor: Option<String>,
    /// CPUs that the process may use.
    pub cpus: u32,
    /// What arrived.
    pub load: ClosingLoadRecord,
    /// What closed batches.
    pub rules: ClosingRulesRecord,
    /// How their work was done.
    pub work: ClosingWorkRecord,
    /// Every batch, in order.
    pub batches: Vec<ClosedBatchRecord>,
    /// All of them but those that the end of the arrivals closed.
    pub summary: ClosingSummaryRecord,
}

impl Versioned for ClosingRecord {
    const SCHEMA_VERSION: u32 = CLOSING_SCHEMA_VERSION;
}

/// What arrived, on average and in kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClosingLoadRecord {
    /// The law of arrivals as it was asked for: `fixed`, `poisson`, `erlang:4`, …; `trace` for recorded times.
    pub arrivals: String,
    /// Whether the order of batches says something that their distribution does not: arrivals were recorded.
    pub is_ordered: bool,
    /// Transactions that arrive in a second, on average over the law or the trace.
    pub transactions_per_s: f64,
    /// Whether the transactions are a trace's; generated otherwise, by the fields below.
    pub is_trace: bool,
    /// Fraction of swaps that was asked for, 0 to 1; none for a trace.
    pub swap_ratio: Option<f64>,
    /// Exponent of Zipf's law by which accounts and pools are chosen; none for uniform, and for a trace.
    pub zipf: Option<f64>,
    /// Accounts of the state.
    pub accounts: u32,
    /// Pools of the state.
    pub pools: u32,
    /// Fee of every pool, in basis points.
    pub fee_bps: u16,
    /// Depth of the state tree.
    pub depth: u8,
    /// Seed of all draws.
    pub seed: u64,
}

/// What closed batches, whichever came first.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClosingRulesRecord {
    /// Transactions that the circuit has room for.
    pub capacity: u64,
    /// Fewer transactions that close a batch; none where only the capacity counts.
    pub count: Option<u64>,
    /// Time from the oldest transaction; none without.
    pub timeout_s: Option<f64>,
}

/// How the sequencer's work was done.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClosingWorkRecord {
    /// The executor.
    pub executor: ExecutorName,
    /// Threads of execution, state root and signatures.
    pub threads: u32,
    /// Quality of Brotli, 0 to 11.
    pub compression_quality: u8,
    /// Fraction of accounts that chose data on L1, for the volition.
    pub on_chain_fraction: f64,
    /// Bytes that go to L1 of a batch in any mode: the state root and the commitment.
    pub commitment_bytes: u64,
}

/// One batch.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClosedBatchRecord {
    /// Its transactions, at least 1.
    pub transactions: u32,
    /// Of these, refused by a rule of the state: they changed nothing.
    pub refused: u32,
    /// When its first transaction arrived, s since the beginning; virtual.
    pub opened_s: f64,
    /// When a rule closed it; virtual.
    pub closed_s: f64,
    /// Which.
    pub closed_by: ClosedByName,
    /// How long it then waited for the work on those before it; virtual.
    pub wait_s: f64,
    /// Verifying signatures on the threads of the study.
    pub signatures_s: f64,
    /// The same on one thread; not part of the close time.
    pub signatures_one_thread_s: f64,
    /// Execution.
    pub execute_s: f64,
    /// State root.
    pub root_s: f64,
    /// Encoding and compressing all of its data.
    pub encode_s: f64,
    /// Bytes of its data before compression.
    pub data_bytes: u64,
    /// Compressed, all of it: a rollup's.
    pub rollup_bytes: u64,
    /// Compressed, of those who chose L1: a volition's.
    pub volition_bytes: u64,
}

/// What the batches come to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClosingSummaryRecord {
    /// Batches that it is over.
    pub batches: u64,
    /// From a batch's first transaction to the end of its work.
    pub close_s: ClosingTimesRecord,
    /// Each stage of it, in order.
    pub stages: Vec<ClosingStageRecord>,
    /// From one closing to the next, mean, s.
    pub interval_s: f64,
    /// Transactions of a batch, mean.
    pub transactions_per_batch: f64,
    /// The same over the capacity.
    pub fill_fraction: f64,
    /// Batches by what closed them.
    pub closed_by: Vec<ClosedByRecord>,
    /// Work of the sequencer over the time between closings: from 1 on it falls behind for ever.
    pub sequencer_use: f64,
    /// Whether it does.
    pub is_sequencer_bottleneck: bool,
    /// Signatures verified a second on one thread.
    pub signatures_per_s_one_thread: f64,
    /// The same on the threads of the study.
    pub signatures_per_s: f64,
    /// Bytes of data a transaction before compression.
    pub data_bytes_per_transaction: f64,
    /// What goes to L1, by mode.
    pub data: Vec<ClosingDataRecord>,
}

/// A distribution of times, s.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClosingTimesRecord {
    /// Mean.
    pub mean_s: f64,
    /// Least.
    pub min_s: f64,
    /// Median.
    pub p50_s: f64,
    /// 90th percentile.
    pub p90_s: f64,
    /// 99th percentile; none of fewer than 100 batches.
    pub p99_s: Option<f64>,
    /// Greatest.
    pub max_s: f64,
}

/// A stage of closing.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClosingStageRecord {
    /// Which.
    pub stage: ClosingStageName,
    /// Its times.
    pub time_s: ClosingTimesRecord,
    /// Of the mean close time, a fraction.
    pub fraction: f64,
}

/// How many batches something closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClosedByRecord {
    /// What closed them.
    pub closed_by: ClosedByName,
    /// How many.
    pub batches: u64,
}

/// What goes to L1 in a mode, commitment included.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClosingDataRecord {
    /// The mode.
    pub mode: DataModeName,
    /// Bytes of calldata a transaction: compressed data and commitment.
    pub calldata_bytes_per_transaction: f64,
    /// Bytes of blobs a transaction, data alone, without the unused rest of a blob; none where no data goes to L1.
    pub blob_bytes_per_transaction: Option<f64>,
    /// Blobs that a batch takes where it shares none, mean; none where no data goes to L1.
    pub blobs_per_batch: Option<f64>,
}
