//! The record types of many rollups settled by one proof. Plain data: nothing is proved or planned here.

use crate::execution::MiddleRecord;
use crate::file::Versioned;
use crate::names::names;
use serde::{Deserialize, Serialize};

/// Version of [`FractalRecord`] written by this program.
pub const FRACTAL_SCHEMA_VERSION: u32 = 1;

names! {
    /// What the circuit of a rollup can hold.
    pub enum RollupCircuitName {
        /// Transfers and swaps.
        General = "general", "general";
        /// Transfers alone.
        Transfers = "transfers", "transfers only";
        /// Swaps alone, each of which opens its pool.
        Swaps = "swaps", "swaps only";
        /// Swaps alone, against pools that a batch opens once.
        SwapRegisters = "swap_registers", "swaps only, pools in registers";
    }
}

names! {
    /// A kind of job on the way from transactions to the one proof.
    pub enum FractalStageName {
        /// A batch is proved, from its trace to its proof.
        Prove = "prove", "prove a batch";
        /// Two neighbours of a rollup's chain become one; a lone one is lifted.
        Chain = "chain", "merge of a chain";
        /// A rollup's proof is bound to the transactions of the rollup that it settles on.
        Attach = "attach", "attach to the parent";
        /// A rollup and what is attached to it become one, or two that are attached to the same rollup.
        Join = "join", "join a family";
        /// Two that settle on layer 1 become one.
        Settle = "settle", "merge for layer 1";
    }
}

/// A tree of rollups proved as one, and what each stage took.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FractalRecord {
    /// [`FRACTAL_SCHEMA_VERSION`] of the writer.
    pub schema_version: u32,
    /// Processor as the system names it, where it does.
    pub processor: Option<String>,
    /// CPUs that the process may use.
    pub cpus: u32,
    /// Threads that prove.
    pub threads: u32,
    /// Seed of all draws.
    pub seed: u64,
    /// Depth of each rollup's state tree.
    pub depth: u8,
    /// Transactions that a batch has room for, the same in each rollup.
    pub capacity_transactions: u32,
    /// Batches of each rollup, merged in the order of its chain.
    pub batches_per_rollup: u32,
    /// The rollups, parents before children.
    pub rollups: Vec<RollupRecord>,
    /// One kind of circuit each, proved for the same traffic.
    pub circuits: Vec<RollupCircuitRecord>,
    /// Provers for the same traffic on each of them; by the planner.
    pub same_traffic: Option<SameTrafficRecord>,
    /// CPU time of one job of each stage, measured on other rollups between the proofs of the tree; the circuit where it matters.
    pub unit_costs: Vec<FractalUnitRecord>,
    /// The stages that a plan of this tree has, the highest layer first, with the CPU time that the unit costs give them.
    pub predicted: Vec<FractalPredictionRecord>,
    /// The stages of the tree as it was proved, the highest layer first.
    pub stages: Vec<FractalStageRecord>,
    /// Time to build circuits and keys, wall clock. Counted nowhere else.
    pub set_up_s: f64,
    /// Wall time from the first proof to the last.
    pub wall_s: f64,
    /// Bytes of the one proof.
    pub proof_bytes: u64,
    /// How often it was verified.
    pub verify_repeats: u32,
    /// Wall time to verify it.
    pub verify_s: MiddleRecord,
}

impl Versioned for FractalRecord {
    const SCHEMA_VERSION: u32 = FRACTAL_SCHEMA_VERSION;
}

/// A rollup of the tree.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RollupRecord {
    /// Its identifier, part of what the proof commits to.
    pub id: u64,
    /// Its layer: 2 settles on layer 1.
    pub layer: u32,
    /// The rollup that it settles on; none on layer 2.
    pub parent: Option<u64>,
    /// What its circuit can hold.
    pub circuit: RollupCircuitName,
    /// Its transactions.
    pub transactions: u64,
    /// Transfers that came in from its parent.
    pub deposits: u32,
    /// Transfers that went out to its parent.
    pub withdrawals: u32,
}

/// One kind of batch circuit and its costs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RollupCircuitRecord {
    /// What it can hold.
    pub circuit: RollupCircuitName,
    /// What the batches held: fraction of swaps, 0 to 1.
    pub swap_ratio: f64,
    /// Transactions of a batch.
    pub transactions: u32,
    /// Rows used.
    pub rows: u64,
    /// Rows with padding to a power of two.
    pub rows_padded: u64,
    /// Batches proved.
    pub repeats: u32,
    /// CPU time of a batch, witness included.
    pub cpu_s: MiddleRecord,
    /// Most memory that a process held which built this circuit alone and proved one batch with it, bytes; over as many
    /// processes as `repeats`. None where the system does not say.
    pub peak_rss_bytes: Option<MiddleRecord>,
}

/// How many provers the same traffic takes on each circuit that can hold it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SameTrafficRecord {
    /// The traffic.
    pub transactions_per_s: f64,
    /// The fraction of each prover's time that stays unused, 0 to 1.
    pub headroom: f64,
    /// In the order of the record's `circuits`.
    pub provers: Vec<CircuitProversRecord>,
}

/// Provers of one core each, by the CPU time of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CircuitProversRecord {
    /// What the circuit can hold.
    pub circuit: RollupCircuitName,
    /// What the batches held: fraction of swaps, 0 to 1.
    pub swap_ratio: f64,
    /// By the median of the CPU time.
    pub provers: u32,
    /// By the least.
    pub provers_min: u32,
    /// By the greatest.
    pub provers_max: u32,
}

/// What one job of a stage takes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FractalUnitRecord {
    /// The stage.
    pub stage: FractalStageName,
    /// The circuit of the batch; none of other stages, whose jobs cost the same whatever they merge.
    pub circuit: Option<RollupCircuitName>,
    /// Jobs measured.
    pub repeats: u32,
    /// CPU time of a job.
    pub cpu_s: MiddleRecord,
    /// Wall time of a job on all threads.
    pub wall_s: MiddleRecord,
}

/// All jobs of one stage in one layer, as planned.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FractalPredictionRecord {
    /// The stage.
    pub stage: FractalStageName,
    /// The layer of the rollups that it serves; 1 of merges for layer 1.
    pub layer: u32,
    /// Jobs.
    pub jobs: u64,
    /// Their CPU time: jobs times unit costs.
    pub cpu_s: f64,
}

/// All jobs of one stage in one layer, as proved.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FractalStageRecord {
    /// The stage.
    pub stage: FractalStageName,
    /// The layer of the rollups that it served; 1 of merges for layer 1.
    pub layer: u32,
    /// Jobs.
    pub jobs: u64,
    /// CPU time measured.
    pub cpu_s: f64,
    /// Wall time measured, the jobs one after another.
    pub wall_s: f64,
}
