//! Threads that work on one block together.

use super::executed::{ExecutionCounts, TransactionOutcome};
use super::sync::scope;
use std::num::NonZeroUsize;

/// Calls what it holds where it is dropped by a panic.
struct OnPanic<'a>(&'a (dyn Fn() + Sync));

impl Drop for OnPanic<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            (self.0)();
        }
    }
}

/// Calls `work` once on each of so many threads, the calling one among them, and returns what each returned.
///
/// Where one panics, `abandon` is called on it: it must see to it that none of the others waits for what that one will
/// never do. Once all have ended, the panic goes on in the caller.
pub(super) fn on_each<T: Send>(
    threads: NonZeroUsize,
    work: impl Fn() -> T + Sync,
    abandon: impl Fn() + Sync,
) -> Vec<T> {
    let work = || {
        let _guard = OnPanic(&abandon);
        work()
    };
    scope(|scope| {
        let others: Vec<_> = (1..threads.get()).map(|_| scope.spawn(work)).collect();
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

#[cfg(test)]
mod tests {
    use super::OnPanic;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn a_panic_and_nothing_else_abandons_the_block() {
        let abandoned = AtomicUsize::new(0);
        let abandon = || {
            abandoned.fetch_add(1, Ordering::SeqCst);
        };
        drop(OnPanic(&abandon));
        assert_eq!(abandoned.load(Ordering::SeqCst), 0);
        let ended = std::thread::scope(|scope| {
            let thread = scope.spawn(|| {
                let _guard = OnPanic(&abandon);
                std::panic::resume_unwind(Box::new("a test's own"));
            });
            thread.join()
        });
        assert!(ended.is_err());
        assert_eq!(abandoned.load(Ordering::SeqCst), 1);
    }
}
