//! One cell: all executors at all numbers of threads on one block, interleaved, each result checked.

use crate::execution::grid::{ExecutionGrid, ExecutionGridError};
use crate::pool::pool_of;
use machine::usage::process_cpu_s;
use rayon::ThreadPool;
use records::execution::ExecutorName;
use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::time::Instant;
use workloads::executor::access_list::BlockAccessList;
use workloads::executor::account_locks::AccountLocks;
use workloads::executor::block_stm::BlockStm;
use workloads::executor::known_values::KnownValues;
use workloads::executor::sequential::Sequential;
use workloads::executor::{
    Block, Executed, ExecutionCounts, Executor, TransactionOutcome, WorkPerTransaction,
};
use workloads::generate::Contention;
use workloads::state::State;
use workloads::transaction::Transaction;

/// One timed execution.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Timed {
    pub(super) execute_s: f64,
    pub(super) execute_cpu_s: f64,
    pub(super) root_s: f64,
    pub(super) root_cpu_s: f64,
    pub(super) counts: ExecutionCounts,
}

/// The repeats of one executor at one number of threads, in the order in which they ran.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Variant {
    pub(super) executor: ExecutorName,
    pub(super) threads: usize,
    pub(super) repeats: Vec<Timed>,
}

/// A block and what executing it in order leads to.
pub(super) struct Bench<'a> {
    pub(super) accounts: u32,
    pub(super) hot_pool: f64,
    genesis: &'a State,
    pub(super) transactions: Vec<Transaction>,
    list: BlockAccessList,
    after: State,
    pub(super) outcomes: Vec<TransactionOutcome>,
    pools: BTreeMap<usize, ThreadPool>,
}

impl<'a> Bench<'a> {
    pub(super) fn new(
        grid: &ExecutionGrid,
        genesis: &'a State,
        accounts: u32,
        hot_pool: f64,
    ) -> Result<Self, ExecutionGridError> {
        let generator = grid.population(accounts).generator(grid.seed, grid.traffic)?;
        let mut generator = generator.contended(Contention { hot_pool, chain: grid.chain })?;
        let transactions = generator.next_batch(grid.transactions as usize).transactions;
        let mut after = genesis.clone();
        let block = Block { transactions: &transactions, work: WorkPerTransaction::default() };
        let refused =
            |source| ExecutionGridError::Refused { point: "sequential".to_owned(), source: Box::new(source) };
        let executed = after.execute_by(&Sequential, block, NonZeroUsize::MIN).map_err(refused)?;
        after.update_root();
        let list = BlockAccessList::of(genesis.ledger(), &transactions);
        let mut pools = BTreeMap::new();
        for (_, threads) in grid.variants() {
            pools.insert(threads, pool_of(threads)?);
        }
        let outcomes = executed.outcomes;
        Ok(Self { accounts, hot_pool, genesis, transactions, list, after, outcomes, pools })
    }

    /// Times every variant `repeats` times, after one round that is checked and not counted. Each round begins with
    /// another variant, so that none always runs first or after the same.
    pub(super) fn run(
        &self,
        grid: &ExecutionGrid,
        iterations: u64,
    ) -> Result<Vec<Variant>, ExecutionGridError> {
        let variant = |(executor, threads)| Variant { executor, threads, repeats: Vec::new() };
        let mut variants: Vec<Variant> = grid.variants().into_iter().map(variant).collect();
        let count = variants.len();
        for round in 0..=grid.repeats as usize {
            for step in 0..count {
                let variant = &mut variants[(round + step) % count];
                let timed = self.timed(variant, WorkPerTransaction(iterations))?;
                if round > 0 {
                    variant.repeats.push(timed);
                }
            }
        }
        Ok(variants)
    }

    fn timed(&self, variant: &Variant, work: WorkPerTransaction) -> Result<Timed, ExecutionGridError> {
        let known = KnownValues::new(&self.list);
        let executor: &dyn Executor = match variant.executor {
            ExecutorName::Sequential => &Sequential,
            ExecutorName::BlockStm => &BlockStm,
            ExecutorName::Locks => &AccountLocks,
            ExecutorName::KnownValues => &known,
        };
        let threads = NonZeroUsize::new(variant.threads).unwrap_or(NonZeroUsize::MIN);
        let mut state = self.genesis.clone();
        let block = Block { transactions: &self.transactions, work };
        let (executed, execute_s, execute_cpu_s) = clocked(|| state.execute_by(executor, block, threads));
        let point = || self.point(variant);
        let executed = executed
            .map_err(|source| ExecutionGridError::Refused { point: point(), source: Box::new(source) })?;
        let pool = &self.pools[&variant.threads];
        let (_, root_s, root_cpu_s) = clocked(|| pool.install(|| state.update_root()));
        if let Some(what) = self.difference(&state, &executed) {
            return Err(ExecutionGridError::Differs { point: point(), what });
        }
        Ok(Timed { execute_s, execute_cpu_s, root_s, root_cpu_s, counts: executed.counts })
    }

    /// What differs from execution in order, if anything does.
    fn difference(&self, state: &State, executed: &Executed) -> Option<&'static str> {
        let (got, expected) = (state.ledger(), self.after.ledger());
        let same = [
            (executed.outcomes == self.outcomes, "the outcomes of transactions"),
            (got.accounts() == expected.accounts(), "the accounts"),
            (got.pools() == expected.pools(), "the pools"),
            (state.root() == self.after.root(), "the roots"),
        ];
        same.into_iter().find_map(|(is_same, what)| (!is_same).then_some(what))
    }

    fn point(&self, variant: &Variant) -> String {
        format!(
            "{} on {} threads, {} accounts, {} of the swaps on one pool",
            variant.executor.key(),
            variant.threads,
            self.accounts,
            self.hot_pool
        )
    }
}

/// What was done, and its wall and CPU time.
fn clocked<T>(work: impl FnOnce() -> T) -> (T, f64, f64) {
    let (cpu_s, start) = (process_cpu_s(), Instant::now());
    let done = work();
    let wall_s = start.elapsed().as_secs_f64();
    (done, wall_s, process_cpu_s() - cpu_s)
}
