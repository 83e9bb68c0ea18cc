//! Threads that work on one block together.

use super::executed::{ExecutionCounts, TransactionOutcome};
use super::sync::scope;
use std::num::NonZeroUsize;

/// Calls `work` once on each of so many threads, the calling one among them, and returns what each returned.
pub(super) fn on_each<T: Send>(threads: NonZeroUsize, work: impl Fn() -> T + Sync) -> Vec<T> {
    scope(|scope| {
        let others: Vec<_> = (1..threads.get()).map(|_| scope.spawn(&work)).collect();
        let mut done = vec![work()];
        for other in others {
            match other.join() {
                Ok(value) => done.push(value),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        done
    })
}

/// What one worker did of a block.
#[derive(Debug, Default)]
pub(super) struct Share {
    /// Places of transactions, and their outcomes.
    pub(super) outcomes: Vec<(usize, TransactionOutcome)>,
    /// What it took.
    pub(super) counts: ExecutionCounts,
}

/// The outcomes of all workers in the order of the block, and the sum of their counts.
///
/// # Panics
/// If a transaction was executed by none.
pub(super) fn joined(
    transactions: usize,
    shares: impl IntoIterator<Item = Share>,
) -> (Vec<TransactionOutcome>, ExecutionCounts) {
    let mut outcomes = vec![None; transactions];
    let mut counts = ExecutionCounts::default();
    for share in shares {
        counts += share.counts;
        for (index, outcome) in share.outcomes {
            outcomes[index] = Some(outcome);
        }
    }
    let outcomes: Option<Vec<_>> = outcomes.into_iter().collect();
    (outcomes.unwrap_or_else(|| unreachable!("a transaction was left out")), counts)
}
