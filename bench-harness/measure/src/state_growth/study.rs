//! What is asked for of a growing state, and what cannot be.

use crate::pool::PoolError;
use machine::{Headroom, Root};
use records::number::bytes;
use records::state_growth::StatePlaceName;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use thiserror::Error;
use workloads::depth::{Depth, DepthError};
use workloads::executor::ExecutorError;
use workloads::generate::{Traffic, TrafficError};
use workloads::population::{Population, PopulationError};
use workloads::store::error::StoreError;

/// Bytes that one account takes in memory: the leaf in the state and again in the generator of transactions, two digests
/// of the tree, and what building a level takes beside.
const BYTES_PER_ACCOUNT: u64 = 2 * 40 + 2 * 32 + 16;

/// Blocks over states of several sizes.
#[derive(Clone, Debug, PartialEq)]
pub struct StateGrowthStudy {
    /// Numbers of accounts.
    pub accounts: Vec<u32>,
    /// Transactions of a block, at least 1.
    pub transactions: u32,
    /// Pools.
    pub pools: u32,
    /// Fee of every pool, in basis points.
    pub fee_bps: u16,
    /// Depth of the state tree, the same at all sizes.
    pub depth: Depth,
    /// What the transactions are like.
    pub traffic: Traffic,
    /// Threads that read leaves and compute roots.
    pub threads: NonZeroUsize,
    /// Timed blocks of each point, at least 1.
    pub repeats: u32,
    /// Seed of all draws.
    pub seed: u64,
    /// Where stores are kept and used again; a temporary folder otherwise.
    pub folder: Option<PathBuf>,
}

/// Why a growing state was not measured.
#[derive(Debug, Error)]
pub enum StateGrowthError {
    /// A list or a count of nothing.
    #[error("{what}: expected at least 1, got 0")]
    Nothing {
        /// `transactions`, `repeats`, …
        what: &'static str,
    },
    /// The state.
    #[error(transparent)]
    Population(#[from] PopulationError),
    /// The tree is too small for it.
    #[error(transparent)]
    Depth(#[from] DepthError),
    /// The transactions.
    #[error(transparent)]
    Traffic(#[from] TrafficError),
    /// Threads cannot be started.
    #[error(transparent)]
    Pool(#[from] PoolError),
    /// No room in memory.
    #[error(
        "{accounts} accounts take about {needed} in memory, and {left} are left: ask for fewer accounts",
        needed = bytes(*needed_bytes), left = bytes(*left_bytes)
    )]
    Memory {
        /// How many were asked for.
        accounts: u32,
        /// What they take.
        needed_bytes: u64,
        /// What there is.
        left_bytes: u64,
    },
    /// The folder of stores.
    #[error("{folder}: {source}", folder = folder.display())]
    Folder {
        /// Which.
        folder: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A store of the right shape after blocks of another traffic.
    #[error(
        "{file}: holds a state that {blocks} blocks of this traffic do not lead to; take another folder, or delete it",
        file = file.display()
    )]
    OtherBlocks {
        /// Which file.
        file: PathBuf,
        /// How many blocks it says were executed.
        blocks: u64,
    },
    /// Our own transactions were refused.
    #[error("{accounts} accounts in memory: {source}")]
    Refused {
        /// At which size.
        accounts: u32,
        /// What the executor says.
        source: Box<ExecutorError>,
    },
    /// Another result on disk than in memory.
    #[error("{accounts} accounts, {place}: {what} differ from those in memory")]
    Differs {
        /// At which size.
        accounts: u32,
        /// Where.
        place: StatePlaceName,
        /// `the outcomes of transactions`, `the roots`.
        what: &'static str,
    },
}

impl StateGrowthError {
    /// Whether a result was wrong, and not the request.
    pub fn is_wrong_result(&self) -> bool {
        matches!(self, Self::Refused { .. } | Self::Differs { .. })
    }
}

impl StateGrowthStudy {
    pub(super) fn check(&self) -> Result<(), StateGrowthError> {
        let counts = [
            ("numbers of accounts", self.accounts.len()),
            ("transactions", self.transactions as usize),
            ("repeats", self.repeats as usize),
        ];
        if let Some((what, _)) = counts.into_iter().find(|(_, count)| *count == 0) {
            return Err(StateGrowthError::Nothing { what });
        }
        // Before the first store is filled, since the greatest comes last.
        for &accounts in &self.accounts {
            self.depth.check_room("accounts", accounts as usize)?;
        }
        Ok(self.depth.check_room("pools", self.pools as usize)?)
    }

    /// Says whether a state of so many accounts fits the memory that is left, where that is known.
    pub(super) fn check_memory(&self, accounts: u32) -> Result<(), StateGrowthError> {
        fits(accounts, Headroom::read(&Root::system()).map(|headroom| headroom.bytes))
    }

    pub(super) fn population(&self, accounts: u32) -> Population {
        Population { accounts, pools: self.pools, depth: self.depth, fee_bps: self.fee_bps }
    }
}

fn fits(accounts: u32, left_bytes: Option<u64>) -> Result<(), StateGrowthError> {
    let needed_bytes = u64::from(accounts) * BYTES_PER_ACCOUNT;
    match left_bytes {
        Some(left_bytes) if left_bytes < needed_bytes => {
            Err(StateGrowthError::Memory { accounts, needed_bytes, left_bytes })
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn a_state_that_does_not_fit_is_refused_with_both_figures() {
        let said = fits(1 << 24, Some(1_000_000_000)).expect_err("too large").to_string();
        assert!(said.contains("16777216 accounts take about 2.68 GB in memory, and 1 GB are left"), "{said}");
        assert!(fits(1 << 24, Some(4_000_000_000)).is_ok() && fits(1 << 24, None).is_ok());
    }
}
