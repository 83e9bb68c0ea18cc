//! Blocks over a state in memory, timed: what the store is held against.

use crate::state_growth::block::{BlockResult, Stopwatch, TimedBlock};
use crate::state_growth::study::{StateGrowthError, StateGrowthStudy};
use rayon::ThreadPool;
use std::num::NonZeroUsize;
use workloads::executor::Block;
use workloads::executor::sequential::Sequential;
use workloads::generate::Generator;
use workloads::hash::Digest;
use workloads::state::State;
use workloads::transaction::Transaction;

/// A state in memory, and the traffic over it.
pub(super) struct MemoryState<'a> {
    accounts: u32,
    block_size: usize,
    state: State,
    generator: Generator,
    pool: &'a ThreadPool,
}

impl<'a> MemoryState<'a> {
    pub(super) fn new(
        study: &StateGrowthStudy,
        accounts: u32,
        pool: &'a ThreadPool,
    ) -> Result<Self, StateGrowthError> {
        let population = study.population(accounts);
        let state = pool.install(|| population.state(study.seed))?;
        let generator = population.generator(study.seed, study.traffic)?;
        Ok(Self { accounts, block_size: study.transactions as usize, state, generator, pool })
    }

    pub(super) fn state(&self) -> &State {
        &self.state
    }

    /// The next block of the traffic, which must then be executed.
    pub(super) fn next_transactions(&mut self) -> Vec<Transaction> {
        self.generator.next_batch(self.block_size).transactions
    }

    /// Executes so many blocks without a clock and returns the root: what a store that was kept has executed before.
    pub(super) fn catch_up(&mut self, blocks: u64) -> Result<Digest, StateGrowthError> {
        for _ in 0..blocks {
            let transactions = self.next_transactions();
            self.timed(Block { transactions: &transactions, ..Block::default() })?;
        }
        Ok(self.state.root())
    }

    /// Executes a block and computes the root.
    pub(super) fn timed(&mut self, block: Block<'_>) -> Result<(TimedBlock, BlockResult), StateGrowthError> {
        let Self { accounts, state, pool, .. } = self;
        let mut watch = Stopwatch::start();
        let executed = state.execute_by(&Sequential, block, NonZeroUsize::MIN);
        let execute_s = watch.lap_s();
        let root = pool.install(|| state.update_root());
        let root_s = watch.lap_s();
        let timed = TimedBlock { execute_s, root_s, cpu_s: watch.cpu_s(), ..TimedBlock::default() };
        let executed = executed
            .map_err(|source| StateGrowthError::Refused { accounts: *accounts, source: Box::new(source) })?;
        Ok((timed, BlockResult { outcomes: executed.outcomes, root }))
    }

    /// What leaves and nodes take: a tree has as many inner nodes above its leaves as it has leaves, and a path beside.
    pub(super) fn bytes(&self) -> u64 {
        let ledger = self.state.ledger();
        let leaves = (size_of_val(ledger.accounts()), size_of_val(ledger.pools()));
        let digests = 2 * (ledger.accounts().len() + ledger.pools().len()) * size_of::<Digest>();
        (leaves.0 + leaves.1 + digests) as u64
    }
}
