//! What is asked for of a tree of rollups, and what cannot be.

use crate::fractal::shape::{ShapedRollup, with_circuits};
use crate::pool::PoolError;
use prover::circuit::fractal::crossings::ChainShape;
use prover::fractal::tree::SettlementError;
use prover::system::ProverError;
use records::fractal::RollupCircuitName;
use serde::{Deserialize, Serialize};
use std::num::NonZeroUsize;
use thiserror::Error;
use workloads::depth::Depth;
use workloads::exchange::ExchangeError;
use workloads::population::{Population, PopulationError};

/// A tree of rollups, and how it is measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FractalStudy {
    /// The parent of each rollup, a place before its own; none on layer 2. At least two rollups.
    pub parents: Vec<Option<usize>>,
    /// Batches of each rollup, at least 1.
    pub batches: u32,
    /// Transactions of a batch.
    pub batch_size: u32,
    /// Accounts of each rollup; the last are portal and bridges.
    pub accounts: u32,
    /// Pools of each rollup.
    pub pools: u32,
    /// Depth of each state tree.
    pub depth: Depth,
    /// Seed of all draws.
    pub seed: u64,
    /// Jobs of each kind that are timed for the prediction, at least 1.
    pub repeats: u32,
    /// Threads that prove.
    pub threads: NonZeroUsize,
}

/// Why a tree was not measured.
#[derive(Debug, Error)]
pub enum FractalError {
    /// A count of nothing.
    #[error("{what}: expected at least {min}, got {got}")]
    Count {
        /// `batches`, `repeats`, …
        what: &'static str,
        /// The least.
        min: u32,
        /// What was asked for.
        got: u32,
    },
    /// The rollups are no tree.
    #[error(transparent)]
    Tree(#[from] SettlementError),
    /// What crosses between them.
    #[error(transparent)]
    Exchange(#[from] ExchangeError),
    /// The state of each.
    #[error(transparent)]
    Population(#[from] PopulationError),
    /// Threads cannot be started.
    #[error(transparent)]
    Pool(#[from] PoolError),
    /// A process of its own did not prove.
    #[error("memory of a circuit for {circuit}: {why}")]
    Memory {
        /// Which circuit.
        circuit: RollupCircuitName,
        /// What it said.
        why: String,
        /// Whether a proof was wrong.
        is_wrong_result: bool,
    },
    /// No proof, or a wrong one.
    #[error(transparent)]
    Prover(#[from] ProverError),
}

impl FractalError {
    /// Whether a proof was wrong, and not the request.
    pub fn is_wrong_result(&self) -> bool {
        match self {
            Self::Memory { is_wrong_result, .. } => *is_wrong_result,
            Self::Prover(error) => error.is_wrong_proof(),
            _ => false,
        }
    }
}

impl FractalStudy {
    pub(super) fn check(&self) -> Result<(), FractalError> {
        let counts = [
            ("batches of a rollup", 1, self.batches),
            ("transactions of a batch", 1, self.batch_size),
            ("repeats", 1, self.repeats),
        ];
        if let Some((what, min, got)) = counts.into_iter().find(|(_, min, got)| got < min) {
            return Err(FractalError::Count { what, min, got });
        }
        Ok(())
    }

    /// The rollups of the tree.
    pub(super) fn members(&self) -> Vec<ShapedRollup> {
        with_circuits(&self.parents)
    }

    pub(super) fn chain(&self) -> ChainShape {
        ChainShape { batches: self.batches as usize, capacity: self.batch_size as usize }
    }

    pub(super) fn population(&self) -> Population {
        Population { accounts: self.accounts, pools: self.pools, depth: self.depth, fee_bps: 30 }
    }
}

#[cfg(test)]
mod tests {
    use super::FractalStudy;
    use std::num::NonZeroUsize;
    use workloads::depth::Depth;

    #[test]
    fn what_cannot_be_is_refused_with_figures() {
        let study = FractalStudy {
            parents: vec![None, Some(0)],
            batches: 1,
            batch_size: 8,
            accounts: 100,
            pools: 4,
            depth: Depth::new(10).expect("in range"),
            seed: 1,
            repeats: 1,
            threads: NonZeroUsize::MIN,
        };
        assert!(study.check().is_ok());
        let said = |study: FractalStudy| study.check().expect_err("cannot be").to_string();
        assert_eq!(
            said(FractalStudy { batch_size: 0, ..study.clone() }),
            "transactions of a batch: expected at least 1, got 0"
        );
        assert_eq!(said(FractalStudy { repeats: 0, ..study }), "repeats: expected at least 1, got 0");
    }
}
