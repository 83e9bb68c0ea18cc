//! The record types of execution and state root as the state grows. Plain data: nothing is executed or timed here.

use crate::execution::MiddleRecord;
use crate::file::Versioned;
use crate::names::names;
use serde::{Deserialize, Serialize};

/// Version of [`StateGrowthRecord`] written by this program.
pub const STATE_GROWTH_SCHEMA_VERSION: u32 = 1;

names! {
    /// Where the state is when a block is executed.
    pub enum StatePlaceName {
        /// All leaves and all nodes in this process's memory.
        Memory = "memory", "in memory";
        /// In a store on disk whose pages for this block were read just before.
        DiskWarm = "disk_warm", "on disk, warm";
        /// In a store on disk that was opened anew, after the system was asked to forget the file's pages.
        DiskCold = "disk_cold", "on disk, cold";
    }
}

/// Blocks over states of several sizes, in memory and on disk, all with the same roots.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StateGrowthRecord {
    /// [`STATE_GROWTH_SCHEMA_VERSION`] of the writer.
    pub schema_version: u32,
    /// Processor as the system names it, where it does.
    pub processor: Option<String>,
    /// CPUs that the process may use.
    pub cpus: u32,
    /// Threads that read leaves and compute roots; execution is in order, on one.
    pub threads: u32,
    /// What was executed.
    pub workload: StateGrowthWorkloadRecord,
    /// Timed blocks of each point; those of one size are interleaved.
    pub repeats: u32,
    /// The store.
    pub store: StateStoreRecord,
    /// Every place at every size.
    pub points: Vec<StateGrowthPointRecord>,
}

impl Versioned for StateGrowthRecord {
    const SCHEMA_VERSION: u32 = STATE_GROWTH_SCHEMA_VERSION;
}

/// What is the same at all sizes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StateGrowthWorkloadRecord {
    /// Transactions of a block.
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
    /// Seed of all draws.
    pub seed: u64,
}

/// The store on disk.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StateStoreRecord {
    /// The library.
    pub engine: String,
    /// What it may keep of the file in its own memory.
    pub cache_bytes: u64,
    /// Where the files were.
    pub folder: String,
}

/// One place of the state at one size.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StateGrowthPointRecord {
    /// Accounts of the state.
    pub accounts: u32,
    /// Where it was.
    pub place: StatePlaceName,
    /// Transactions over the median wall time of a block.
    pub tx_per_s: f64,
    /// Wall time of a block, all stages.
    pub wall_s: MiddleRecord,
    /// Of it, reading the leaves that the block declares; 0 in memory.
    pub read_s: MiddleRecord,
    /// Of it, executing the block in order.
    pub execute_s: MiddleRecord,
    /// Of it, the state root: hashing what changed, and on disk reading the nodes beside it.
    pub root_s: MiddleRecord,
    /// Of it, writing leaves, nodes and root in one transaction, flushed to the disk; 0 in memory.
    pub commit_s: MiddleRecord,
    /// CPU time of all threads over the transactions of the block, median.
    pub cpu_s_per_tx: f64,
    /// Inner nodes of the tree that a block changes, each hashed once; mean.
    pub changed_nodes: f64,
    /// Bytes that a block fetched from the storage and not from the system's memory, mean; none where the system does
    /// not count them, and in memory.
    pub storage_bytes: Option<f64>,
    /// Size of the file on disk; in memory, of leaves and nodes.
    pub state_bytes: u64,
}
