//! One combination that is measured: workload, batch size, proof system, cores, clock.

use crate::spec::choice::SystemChoice;
use machine::{ClockSetting, CoreCount};
use prover::system::SlotKind;
use records::sample::CellRecord;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// Where batches come from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Workload {
    /// Transfers alone.
    Transfer,
    /// Swaps alone.
    Swap,
    /// Both.
    Mix {
        /// The share of swaps.
        swap_ratio: f64,
    },
    /// The user's own.
    Trace {
        /// A CSV file.
        file: PathBuf,
    },
}

impl Workload {
    /// Its name in files.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Transfer => "transfer",
            Self::Swap => "swap",
            Self::Mix { .. } => "mix",
            Self::Trace { .. } => "trace",
        }
    }

    /// The share of swaps, where it is drawn.
    pub fn swap_ratio(&self) -> Option<f64> {
        match self {
            Self::Transfer => Some(0.0),
            Self::Swap => Some(1.0),
            Self::Mix { swap_ratio } => Some(*swap_ratio),
            Self::Trace { .. } => None,
        }
    }

    /// What a slot of its circuit must hold.
    pub fn slots(&self) -> SlotKind {
        match self.swap_ratio() {
            Some(0.0) => SlotKind::Transfer,
            _ => SlotKind::Any,
        }
    }
}

/// How many provers run at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ProverCount(std::num::NonZeroUsize);

impl ProverCount {
    /// One alone.
    pub const ONE: Self = Self(std::num::NonZeroUsize::MIN);

    /// None of zero.
    pub fn new(count: usize) -> Option<Self> {
        std::num::NonZeroUsize::new(count).map(Self)
    }

    /// How many.
    pub fn get(self) -> usize {
        self.0.get()
    }
}

/// One combination. It comes from a [`crate::spec::Spec`], and so can be measured: its fields are checked values with
/// what they mean, where those of a [`CellRecord`] are the words and numbers of a file that anybody may have written.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    /// Where its batches come from.
    pub workload: Workload,
    /// Transactions in a batch.
    pub batch_transactions: usize,
    /// Transactions for which the circuit has room, no fewer.
    pub capacity_transactions: usize,
    /// Batches in an aggregation; 1 where the proof system is known to have none.
    pub batches_per_aggregation: usize,
    /// What proves.
    pub system: SystemChoice,
    /// Threads of the prover.
    pub cores: CoreCount,
    /// How the clock is held.
    pub clock: ClockSetting,
    /// Provers at once, each with so many threads.
    pub provers: ProverCount,
}

impl Cell {
    /// As it is written down.
    pub fn record(&self) -> CellRecord {
        let Self {
            workload,
            batch_transactions,
            capacity_transactions,
            batches_per_aggregation,
            system,
            cores,
            clock,
            provers,
        } = self;
        CellRecord {
            workload: workload.name().to_owned(),
            swap_ratio: workload.swap_ratio(),
            batch_transactions: *batch_transactions as u64,
            capacity_transactions: *capacity_transactions as u64,
            batches_per_aggregation: *batches_per_aggregation as u64,
            proof_system: system.name().to_owned(),
            cores: cores.get() as u64,
            clock: clock.to_string(),
            provers: provers.get() as u64,
        }
    }
}
