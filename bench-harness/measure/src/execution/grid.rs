//! What is to be measured of executors, and what cannot be.

use crate::pool::PoolError;
use records::execution::ExecutorName;
use std::collections::BTreeSet;
use thiserror::Error;
use workloads::depth::Depth;
use workloads::executor::ExecutorError;
use workloads::generate::{Traffic, TrafficError};
use workloads::population::{Population, PopulationError};

/// Executors over state size × contention × work × threads.
#[derive(Clone, Debug, PartialEq)]
pub struct ExecutionGrid {
    /// Transactions of the block, at least 1.
    pub transactions: u32,
    /// Numbers of accounts.
    pub accounts: Vec<u32>,
    /// Pools.
    pub pools: u32,
    /// Fee of every pool, in basis points.
    pub fee_bps: u16,
    /// Depth of the state tree.
    pub depth: Depth,
    /// What the transactions are like.
    pub traffic: Traffic,
    /// Transactions that one account sends in a row, at least 1.
    pub chain: u32,
    /// Fractions of swaps on pool 0, each 0 to 1.
    pub hot_pool: Vec<f64>,
    /// Work of each execution of a transaction, in µs.
    pub work_us: Vec<f64>,
    /// Whether what the transactions cost in a virtual machine is measured and is one more work.
    pub work_of_evm: bool,
    /// Numbers of threads; 1 is measured in any case, since speed-ups are over the best single thread.
    pub threads: Vec<u32>,
    /// Executors; `sequential` is measured in any case.
    pub executors: Vec<ExecutorName>,
    /// Timed repeats of each point, at least 1.
    pub repeats: u32,
    /// Seed of all draws.
    pub seed: u64,
}

/// Why executors were not measured.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum ExecutionGridError {
    /// A list or a count of nothing.
    #[error("{what}: expected at least 1, got 0")]
    Nothing {
        /// `transactions`, `threads`, …
        what: &'static str,
    },
    /// The state.
    #[error(transparent)]
    Population(#[from] PopulationError),
    /// The transactions.
    #[error(transparent)]
    Traffic(#[from] TrafficError),
    /// Threads cannot be started.
    #[error(transparent)]
    Pool(#[from] PoolError),
    /// An executor refused its own access list.
    #[error("{point}: {source}")]
    Refused {
        /// `known_values on 2 threads, …`
        point: String,
        /// What it says.
        source: Box<ExecutorError>,
    },
    /// An executor gave another result than execution in order.
    #[error("{point}: {what} differ from execution in order")]
    Differs {
        /// `block_stm on 2 threads, …`
        point: String,
        /// `the outcomes of transactions`, `the accounts`, `the pools`, `the roots`.
        what: &'static str,
    },
}

impl ExecutionGridError {
    /// Whether a result was wrong, and not the request.
    pub fn is_wrong_result(&self) -> bool {
        matches!(self, Self::Refused { .. } | Self::Differs { .. })
    }
}

impl ExecutionGrid {
    pub(super) fn check(&self) -> Result<(), ExecutionGridError> {
        let counts = [
            ("transactions", self.transactions as usize),
            ("numbers of accounts", self.accounts.len()),
            ("fractions on one pool", self.hot_pool.len()),
            ("works", self.work_us.len() + usize::from(self.work_of_evm)),
            ("threads", self.threads.iter().copied().min().unwrap_or(0) as usize),
            ("repeats", self.repeats as usize),
        ];
        match counts.into_iter().find(|(_, count)| *count == 0) {
            Some((what, _)) => Err(ExecutionGridError::Nothing { what }),
            None => Ok(()),
        }
    }

    pub(super) fn population(&self, accounts: u32) -> Population {
        Population { accounts, pools: self.pools, depth: self.depth, fee_bps: self.fee_bps }
    }

    /// Every executor with its threads, `sequential` on one first.
    pub(super) fn variants(&self) -> Vec<(ExecutorName, usize)> {
        let executors: BTreeSet<_> =
            self.executors.iter().copied().chain([ExecutorName::Sequential]).collect();
        let threads: BTreeSet<_> = self.threads.iter().map(|count| *count as usize).chain([1]).collect();
        let of = |executor| {
            let threads = threads.iter().copied();
            threads.filter(move |count| executor != ExecutorName::Sequential || *count == 1)
        };
        executors.into_iter().flat_map(|executor| of(executor).map(move |count| (executor, count))).collect()
    }
}
