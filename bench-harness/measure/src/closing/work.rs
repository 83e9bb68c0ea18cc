//! The sequencer's work on one batch, each stage timed: signatures, execution, state root, data.

use crate::closing::study::{ClosingStudy, ClosingStudyError};
use crate::pool::pool_of;
use rayon::ThreadPool;
use records::closing::ClosedBatchRecord;
use records::execution::ExecutorName;
use std::num::NonZeroUsize;
use std::time::Instant;
use workloads::data::{OnChainChoice, compress, decompress};
use workloads::encoding::encode;
use workloads::executor::account_locks::AccountLocks;
use workloads::executor::block_stm::BlockStm;
use workloads::executor::sequential::Sequential;
use workloads::executor::{Block, Executor, WorkPerTransaction};
use workloads::sequencer::SequencedBatch;
use workloads::signature::{KeyRing, verify_in_order, verify_in_parallel};
use workloads::state::State;
use workloads::transaction::{Batch, BatchId, Transaction};

/// What the work on a batch took, and what came of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Worked {
    transactions: usize,
    refused: usize,
    signatures_s: f64,
    signatures_one_thread_s: f64,
    execute_s: f64,
    root_s: f64,
    encode_s: f64,
    data_bytes: usize,
    rollup_bytes: usize,
    volition_bytes: usize,
}

impl Worked {
    /// All stages that are part of the close time, s.
    pub(super) fn total_s(&self) -> f64 {
        self.signatures_s + self.execute_s + self.root_s + self.encode_s
    }

    pub(super) fn record(self, opened_s: f64, batch: &SequencedBatch, wait_s: f64) -> ClosedBatchRecord {
        let Self {
            transactions,
            refused,
            signatures_s,
            signatures_one_thread_s,
            execute_s,
            root_s,
            encode_s,
            data_bytes,
            rollup_bytes,
            volition_bytes,
        } = self;
        let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        ClosedBatchRecord {
            transactions: count(transactions),
            refused: count(refused),
            opened_s,
            closed_s: batch.closed_s,
            closed_by: batch.closed_by,
            wait_s,
            signatures_s,
            signatures_one_thread_s,
            execute_s,
            root_s,
            encode_s,
            data_bytes: data_bytes as u64,
            rollup_bytes: rollup_bytes as u64,
            volition_bytes: volition_bytes as u64,
        }
    }
}

/// A sequencer at work: its state, its keys and its threads.
pub(super) struct Sequencing {
    genesis: State,
    state: State,
    executor: ExecutorName,
    threads: NonZeroUsize,
    pool: ThreadPool,
    keys: KeyRing,
    quality: u8,
    on_chain: OnChainChoice,
    /// All transactions of all batches, for the check at the end.
    done: Vec<Transaction>,
    batches: u64,
}

impl Sequencing {
    pub(super) fn new(study: &ClosingStudy) -> Result<Self, ClosingStudyError> {
        if study.executor == ExecutorName::KnownValues {
            return Err(ClosingStudyError::KnownValues);
        }
        Ok(Self {
            genesis: study.genesis.clone(),
            state: study.genesis.clone(),
            executor: study.executor,
            threads: study.threads,
            pool: pool_of(study.threads.get())?,
            keys: KeyRing::new(study.seed),
            quality: study.compression_quality,
            on_chain: study.on_chain,
            done: Vec::new(),
            batches: 0,
        })
    }

    /// Works on the next batch. The first is worked on twice, and counted the second time: caches are cold, and tables
    /// of the curve are made, once.
    pub(super) fn work(&mut self, transactions: &[Transaction]) -> Result<Worked, ClosingStudyError> {
        if self.batches == 0 {
            let before = self.state.clone();
            self.timed(transactions)?;
            self.state = before;
        }
        let worked = self.timed(transactions)?;
        self.batches += 1;
        self.done.extend_from_slice(transactions);
        Ok(worked)
    }

    fn timed(&mut self, transactions: &[Transaction]) -> Result<Worked, ClosingStudyError> {
        let Self { state, keys, pool, batches, .. } = self;
        let batch = *batches;
        let signed = pool.install(|| keys.sign(transactions));
        let (one, signatures_one_thread_s) = clocked(|| verify_in_order(&signed));
        let (all, signatures_s) = match self.threads.get() {
            1 => (one, signatures_one_thread_s),
            _ => clocked(|| pool.install(|| verify_in_parallel(&signed))),
        };
        one.and(all).map_err(|source| ClosingStudyError::Signature { batch, source })?;
        let executor: &dyn Executor = match self.executor {
            ExecutorName::Sequential | ExecutorName::KnownValues => &Sequential,
            ExecutorName::BlockStm => &BlockStm,
            ExecutorName::Locks => &AccountLocks,
        };
        let block = Block { transactions, work: WorkPerTransaction::default() };
        let (executed, execute_s) = clocked(|| state.execute_by(executor, block, self.threads));
        let executed =
            executed.map_err(|source| ClosingStudyError::Refused { batch, source: Box::new(source) })?;
        let (_, root_s) = clocked(|| pool.install(|| state.update_root()));
        let closed = Batch { id: BatchId(batch), transactions: transactions.to_vec() };
        let ((data, compressed), encode_s) = clocked(|| {
            let data = encode(&closed);
            let compressed = compress(&data, self.quality);
            (data, compressed)
        });
        if decompress(&compressed).ok().as_ref() != Some(&data) {
            return Err(ClosingStudyError::Data { batch });
        }
        let chosen = self.on_chain.encode(&closed);
        let volition_bytes = if chosen.is_empty() { 0 } else { compress(&chosen, self.quality).len() };
        Ok(Worked {
            transactions: transactions.len(),
            refused: executed.outcomes.iter().filter(|outcome| outcome.is_err()).count(),
            signatures_s,
            signatures_one_thread_s,
            execute_s,
            root_s,
            encode_s,
            data_bytes: data.len(),
            rollup_bytes: compressed.len(),
            volition_bytes,
        })
    }

    /// Compares the state with that of execution in order and a tree built anew.
    pub(super) fn check(self) -> Result<(), ClosingStudyError> {
        let mut ledger = self.genesis.ledger().clone();
        for transaction in &self.done {
            // One that breaks a rule changes nothing.
            let _ = ledger.apply(transaction);
        }
        let (accounts, pools) = (ledger.accounts().to_vec(), ledger.pools().to_vec());
        let root = State::new(self.state.depth(), ledger).map(|state| state.root());
        let got = self.state.ledger();
        let same = [
            (got.accounts() == accounts, "the accounts"),
            (got.pools() == pools, "the pools"),
            (root == Ok(self.state.root()), "the roots"),
        ];
        match same.into_iter().find(|(is_same, _)| !is_same) {
            Some((_, what)) => Err(ClosingStudyError::Differs { what }),
            None => Ok(()),
        }
    }
}

/// What a call gave, and how long it took, s.
fn clocked<T>(call: impl FnOnce() -> T) -> (T, f64) {
    let start = Instant::now();
    let result = call();
    (result, start.elapsed().as_secs_f64())
}
