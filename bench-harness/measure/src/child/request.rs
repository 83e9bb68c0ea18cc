//! What the parent asks a child for. Both are the same program, so this is no public format.

use crate::cell::{Cell, Workload};
use crate::spec::{Spec, SystemChoice};
use crate::stopping::{CellProgress, Stopping};
use machine::{DutyMeter, Placement, Standard};
use records::sample::{
    CellEndRecord, CellRecord, EndName, FailureName, FailureRecord, LogRecord, SAMPLE_SCHEMA_VERSION,
};
use serde::{Deserialize, Serialize};
use workloads::population::Population;
use workloads::random::Skew;

/// One cell to measure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CellRequest {
    /// Which run, for the records.
    pub run: String,
    /// Which cell, for the records, and for threads, batch size, capacity and N.
    pub cell: CellRecord,
    /// Where its batches come from.
    pub workload: Workload,
    /// The seed of the spec.
    pub seed: u64,
    /// Accounts and pools at the start.
    pub population: Population,
    /// How accounts and pools are chosen.
    pub skew: Skew,
    /// What proves.
    pub system: SystemChoice,
    /// Whether a prover that cannot verify is measured all the same.
    pub allow_unverified: bool,
    /// Whether samples that would be discarded enter the estimate all the same.
    pub keep_discarded: bool,
    /// Whether the proofs of a repeat are aggregated, where the proof system can.
    pub aggregates: bool,
    /// The CPUs of its threads; none where they are not held to any.
    pub placement: Option<Placement>,
    /// The best reading of the probe before.
    pub standard: Standard,
    /// The duty cycle that this process is under.
    pub duty: Option<DutyMeter>,
    /// What this process is for.
    pub role: Role,
    /// What the cell has so far.
    pub progress: CellProgress,
    /// When to end.
    pub stopping: Stopping,
    /// Whether the end of the input means that the parent has gone.
    pub guard_input: bool,
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

impl CellRequest {
    /// The request for what remains of a cell.
    pub fn new(run: &str, spec: &Spec, cell: &Cell, progress: CellProgress) -> Self {
        Self {
            run: run.to_owned(),
            cell: cell.record(),
            workload: cell.workload.clone(),
            seed: spec.seed,
            population: spec.population,
            skew: spec.skew,
            system: cell.system.clone(),
            allow_unverified: spec.allow_unverified,
            keep_discarded: spec.keep_discarded,
            aggregates: true,
            placement: None,
            standard: Standard::default(),
            duty: None,
            role: Role::Measured,
            progress,
            stopping: spec.stopping,
            guard_input: false,
        }
    }

    /// The record of something of this cell that gave no time.
    pub(crate) fn failure(&self, repeat: Option<u64>, failure: FailureName, why: String) -> LogRecord {
        LogRecord::Failure(FailureRecord {
            schema_version: SAMPLE_SCHEMA_VERSION,
            run: self.run.clone(),
            cell: self.cell.clone(),
            repeat,
            seed: repeat.map(|repeat| seed_of(self.seed, repeat)),
            failure,
            why,
        })
    }

    /// The record of the end of this cell after so many complete repeats.
    pub(crate) fn end(&self, end: EndName, repeats: u64) -> LogRecord {
        LogRecord::CellEnd(CellEndRecord {
            schema_version: SAMPLE_SCHEMA_VERSION,
            run: self.run.clone(),
            cell: self.cell.clone(),
            end,
            repeats,
        })
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
