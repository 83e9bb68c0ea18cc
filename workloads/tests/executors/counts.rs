//! What the executors say they did: exact where it must be, bounded where it depends on threads.

use std::num::NonZeroUsize;
use workloads::executor::access_list::BlockAccessList;
use workloads::executor::account_locks::AccountLocks;
use workloads::executor::block_stm::BlockStm;
use workloads::executor::known_values::KnownValues;
use workloads::executor::sequential::Sequential;
use workloads::executor::{Block, ExecutionCounts, Executor, WorkPerTransaction};
use workloads::generate::{Contention, Traffic};
use workloads::ledger::Ledger;
use workloads::population::Population;
use workloads::random::Skew;
use workloads::transaction::Transaction;

const SIZE: u64 = 400;

fn world(hot_pool: f64) -> (Ledger, Vec<Transaction>) {
    let population = Population { accounts: 5_000, pools: 50, ..Population::default() };
    let generator = population.generator(2, Traffic { swap_ratio: 1.0, skew: Skew::Uniform }).expect("valid");
    let mut generator = generator.contended(Contention { hot_pool, chain: 1 }).expect("valid");
    (population.ledger(2).expect("valid"), generator.next_batch(SIZE as usize).transactions)
}

fn counts(executor: &dyn Executor, threads: usize, hot_pool: f64, work: u64) -> ExecutionCounts {
    let (mut ledger, transactions) = world(hot_pool);
    let block = Block { transactions: &transactions, work: WorkPerTransaction(work) };
    let threads = NonZeroUsize::new(threads).expect("some threads");
    executor.execute(&mut ledger, block, threads).expect("a right list").counts
}

#[test]
fn nothing_is_executed_twice_but_by_optimism() {
    let once = ExecutionCounts { executions: SIZE, ..ExecutionCounts::default() };
    let (ledger, transactions) = world(1.0);
    let list = BlockAccessList::of(&ledger, &transactions);
    assert_eq!(list.len() as u64, 2 * SIZE);
    for threads in [1, 4] {
        assert_eq!(counts(&Sequential, threads, 1.0, 0), once);
        assert_eq!(counts(&AccountLocks, threads, 1.0, 0), once);
        assert_eq!(
            counts(&KnownValues::new(&list), threads, 1.0, 0),
            ExecutionCounts { validations: SIZE, ..once }
        );
    }
}

/// Alone, an optimist is never too early; each execution is validated.
#[test]
fn one_optimistic_thread_aborts_nothing() {
    let alone = counts(&BlockStm, 1, 1.0, 0);
    let ExecutionCounts { executions, re_executions, aborts, suspensions, validations } = alone;
    assert_eq!((executions, re_executions, aborts, suspensions), (SIZE, 0, 0, 0));
    assert!(validations >= SIZE, "{alone:?}");
}

/// With work that is long against a thread's start, threads meet on the hot pool: an abort is an execution more, and
/// the window bounds how often a transaction stops at an estimate.
#[test]
fn optimists_on_one_pool_abort_and_execute_anew() {
    let met = (0..20).map(|_| counts(&BlockStm, 4, 1.0, 20_000)).find(|counts| counts.aborts > 0);
    let counts = met.expect("four threads never met in 8,000 swaps on one pool");
    assert_eq!(counts.re_executions, counts.executions - SIZE);
    assert_eq!(counts.re_executions, counts.aborts, "{counts:?}");
    assert!(counts.suspensions < SIZE * 200, "{counts:?}");
}
