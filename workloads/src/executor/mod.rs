//! Executors of a block: one in order, three in parallel, with the same result.
//!
//! | executor | what it knows beforehand | what it does on a conflict |
//! |---|---|---|
//! | [`Sequential`](sequential::Sequential) | nothing | there are none |
//! | [`BlockStm`](block_stm::BlockStm) | nothing | executes again what read a value too early |
//! | [`AccountLocks`](account_locks::AccountLocks) | which leaves each transaction touches | waits for the transaction before |
//! | [`KnownValues`](known_values::KnownValues) | what each transaction writes | there are none; a list that is wrong is refused |
//!
//! The result of each is that of the order of the block: state, outcome of every transaction, and so the root. A
//! transaction that breaks a rule changes nothing, and its outcome is the rule. The unit of conflict is a leaf: an
//! account or a pool. No root is computed here ([`crate::state`]), and no clock is read.

pub mod access_list;
pub mod account_locks;
pub mod block;
pub mod block_stm;
mod events;
pub mod executed;
#[cfg(test)]
mod interleavings;
pub mod known_values;
mod lock_graph;
pub mod sequential;
mod sync;
mod workers;

use crate::ledger::Ledger;
pub use block::{Block, WorkPerTransaction};
pub use executed::{Executed, ExecutionCounts, ExecutorError, TransactionOutcome};
use std::num::NonZeroUsize;

/// A way to execute a block.
pub trait Executor: Sync {
    /// A short name, as records carry it.
    fn name(&self) -> &'static str;

    /// Executes a block and leaves the ledger as executing it in order would, on at most so many threads, the calling
    /// one among them.
    ///
    /// # Errors
    /// What the executor was given beside the block does not fit it. The ledger is then unchanged.
    fn execute(
        &self,
        ledger: &mut Ledger,
        block: Block<'_>,
        threads: NonZeroUsize,
    ) -> Result<Executed, ExecutorError>;
}
