//! What the parent asks a child for. Both are the same program, so this is no public format.

use crate::cell::{Cell, Workload};
use crate::spec::{Spec, SystemChoice};
use machine::DutyMeter;
use prover::scripted::Script;
use records::sample::CellRecord;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// One cell to measure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CellRequest {
    /// Which run, for the records.
    pub run: String,
    /// Which cell, for the records, and for batch size, capacity and N.
    pub cell: CellRecord,
    /// The seed of the spec.
    pub seed: u64,
    /// Accounts at the start.
    pub accounts: u32,
    /// Pools at the start.
    pub pools: u32,
    /// Their fee.
    pub fee_bps: u16,
    /// Levels of the tree.
    pub depth: u64,
    /// Zipf's exponent; none for uniform.
    pub skew: Option<f64>,
    /// The file of a trace.
    pub trace: Option<PathBuf>,
    /// What proves.
    pub system: SystemRequest,
    /// Whether a prover that cannot verify is measured all the same.
    pub allow_unverified: bool,
    /// Whether samples that something spoiled enter the estimate all the same.
    pub keep_discarded: bool,
    /// Threads.
    pub cores: usize,
    /// The CPUs of its threads; none where they are not held to any.
    pub placement: Option<PlacementRequest>,
    /// The best share of a core that was seen before.
    pub best_adds_per_cycle: Option<f64>,
    /// The duty cycle that this process is under.
    pub duty: Option<DutyMeter>,
    /// What this process is for.
    pub role: Role,
    /// What is still to be done.
    pub remaining: Remaining,
    /// When to end.
    pub stopping: Stopping,
    /// Whether the end of the input means that the parent has gone.
    pub guard_input: bool,
}

/// What proves.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum SystemRequest {
    /// The real one.
    Plonky2,
    /// A script.
    Scripted(Box<Script>),
    /// The user's own.
    Command {
        /// Program and arguments.
        argv: Vec<String>,
        /// How long it may take for one answer.
        timeout_s: f64,
    },
}

/// What a child is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// To be measured.
    #[default]
    Measured,
    /// To prove without end beside the one that is measured; each has another number.
    Neighbour(u64),
}

/// The CPUs of one prover.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlacementRequest {
    /// One a thread, in order.
    pub cpus: Vec<usize>,
    /// The same in rounds of which no two share a physical core.
    pub rounds: Vec<Vec<usize>>,
    /// `physical`, `smt` or `unknown`.
    pub kind: String,
}

/// What of a cell is still to be done.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Remaining {
    /// The repeats that may still be made, in order.
    pub repeats: Vec<u64>,
    /// Repeats that were made before.
    pub made: u64,
    /// Of these, those of which a proof is left out of the estimate.
    pub spoiled: u64,
    /// Repeats that failed in this run.
    pub failed: u64,
    /// The times of all batch proofs so far that are in the estimate.
    pub prove_batch_s: Vec<f64>,
    /// The times of all aggregations so far that are in the estimate.
    pub aggregate_s: Vec<f64>,
    /// Time that is left.
    pub time_left_s: f64,
}

/// When a cell ends.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stopping {
    /// Repeats that are asked for.
    pub repeats: u64,
    /// Repeats more, at most, for those that were spoiled.
    pub reruns: u64,
    /// Repeats that are made whatever the time and the interval.
    pub min_repeats: u64,
    /// The relative width of the interval that is narrow enough.
    pub interval_width: Option<f64>,
}

impl CellRequest {
    /// The request for what remains of a cell.
    pub fn new(run: &str, spec: &Spec, cell: &Cell, remaining: Remaining) -> Self {
        let skew = match spec.skew {
            workloads::random::Skew::Uniform => None,
            workloads::random::Skew::Zipf { exponent } => Some(exponent),
        };
        let trace = match &cell.workload {
            Workload::Trace { file } => Some(file.clone()),
            Workload::Transfer | Workload::Swap | Workload::Mix { .. } => None,
        };
        let system = match &spec.system {
            SystemChoice::Plonky2 => SystemRequest::Plonky2,
            SystemChoice::Scripted(script) => SystemRequest::Scripted(script.clone()),
            SystemChoice::Command { argv, timeout } => {
                SystemRequest::Command { argv: argv.clone(), timeout_s: timeout.as_secs_f64() }
            }
        };
        Self {
            run: run.to_owned(),
            cell: cell.record(),
            seed: spec.seed,
            accounts: spec.population.accounts,
            pools: spec.population.pools,
            fee_bps: spec.population.fee_bps,
            depth: spec.population.depth.levels() as u64,
            skew,
            trace,
            system,
            allow_unverified: spec.allow_unverified,
            keep_discarded: spec.keep_discarded,
            cores: cell.cores.get(),
            placement: None,
            best_adds_per_cycle: None,
            duty: None,
            role: Role::Measured,
            remaining,
            stopping: Stopping {
                repeats: spec.repeats,
                reruns: spec.reruns,
                min_repeats: spec.min_repeats,
                interval_width: spec.interval_width,
            },
            guard_input: false,
        }
    }
}

/// The seed of a repeat: SplitMix64 (Steele, Lea and Flood, OOPSLA 2014) of the spec's seed, cut to 53 bits so that
/// every reader of JSON keeps it whole. It is the same in every cell: cells are compared on the same batches.
///
/// ```
/// use measure::child::request::seed_of;
/// assert_ne!(seed_of(1, 0), seed_of(1, 1));
/// assert_ne!(seed_of(1, 1), seed_of(2, 0));
/// assert!(seed_of(u64::MAX, u64::MAX) < 1 << 53);
/// ```
pub fn seed_of(seed: u64, repeat: u64) -> u64 {
    const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;
    let mix = |mut z: u64| {
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    };
    // Mixed twice, so that the sequences of two seeds that are near each other do not overlap.
    let start = mix(seed.wrapping_add(GOLDEN));
    mix(start.wrapping_add(repeat.wrapping_add(1).wrapping_mul(GOLDEN))) >> 11
}
