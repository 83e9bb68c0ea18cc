//! Multi-version memory: each leaf as every transaction of the block left it, and what each transaction has read.
//!
//! `MVMemory` of the Block-STM paper (algorithms 2 and 3). Does not know which transaction is to run: that is
//! [`super::schedule`]'s.

use crate::executor::executed::TransactionOutcome;
use crate::executor::sync::{Mutex, lock};
use crate::leaf::{LeafId, LeafWrite};
use crate::rules::{Effects, ExecutionError};
use foldhash::fast::FixedState;
use std::collections::HashMap;
use std::hash::BuildHasher;

/// Locks over the leaves: many more than threads, so that two seldom want one.
const SHARDS: usize = if cfg!(test) { 2 } else { 256 };

/// One execution of one transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Version {
    /// The place of the transaction in the block.
    pub(super) index: usize,
    /// How often it was begun before.
    pub(super) incarnation: u32,
}

/// Where a value that was read came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// The state before the block.
    Ledger,
    /// A transaction before the reader.
    Written(Version),
}

/// What a transaction finds at a leaf.
#[derive(Clone, Copy, Debug)]
pub(super) enum Found {
    /// No transaction before it has written: the state before the block holds.
    Ledger,
    /// The value of the nearest transaction before it that has.
    Value(Version, LeafWrite),
    /// That transaction is to be executed anew and will probably write again.
    Estimate {
        /// Its place.
        of: usize,
    },
}

/// What one execution has read: at most the two leaves that a transaction touches.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ReadSet([Option<(LeafId, Origin)>; 2]);

impl ReadSet {
    /// Notes a reading.
    ///
    /// # Panics
    /// At a third: no transaction reads more than two leaves.
    pub(super) fn push(&mut self, leaf: LeafId, origin: Origin) {
        let free = self.0.iter_mut().find(|read| read.is_none());
        *free.unwrap_or_else(|| unreachable!("a transaction read a third leaf")) = Some((leaf, origin));
    }
}

#[derive(Clone, Copy, Debug)]
enum Cell {
    Value { incarnation: u32, write: LeafWrite },
    Estimate,
}

/// What is remembered of the last execution of a transaction that ran to its end.
#[derive(Debug, Default)]
struct LastRun {
    reads: ReadSet,
    written: [Option<LeafId>; 2],
    outcome: Option<TransactionOutcome>,
}

/// By leaf, who wrote what, in the order of the block.
type Shard = HashMap<LeafId, Vec<(usize, Cell)>, FixedState>;

/// The memory of one block.
#[derive(Debug)]
pub(super) struct Versions {
    shards: Vec<Mutex<Shard>>,
    runs: Vec<Mutex<LastRun>>,
}

impl Versions {
    pub(super) fn new(transactions: usize) -> Self {
        Self {
            shards: (0..SHARDS).map(|_| Mutex::default()).collect(),
            runs: (0..transactions).map(|_| Mutex::default()).collect(),
        }
    }

    fn shard(&self, leaf: LeafId) -> &Mutex<Shard> {
        // The upper half: a shard's own table uses the lower bits.
        &self.shards[(FixedState::default().hash_one(leaf) >> 32) as usize % SHARDS]
    }

    /// What transaction `reader` finds at a leaf.
    pub(super) fn read(&self, leaf: LeafId, reader: usize) -> Found {
        let shard = lock(self.shard(leaf));
        let Some(cells) = shard.get(&leaf) else { return Found::Ledger };
        match cells[..cells.partition_point(|(writer, _)| *writer < reader)].last() {
            None => Found::Ledger,
            Some((of, Cell::Estimate)) => Found::Estimate { of: *of },
            Some((index, Cell::Value { incarnation, write })) => {
                Found::Value(Version { index: *index, incarnation: *incarnation }, *write)
            }
        }
    }

    /// Keeps an execution: what it read, and its effects or the rule that the transaction breaks. True if it wrote a
    /// leaf that the execution before it did not.
    pub(super) fn record(
        &self,
        version: Version,
        reads: ReadSet,
        evaluated: Result<Effects, ExecutionError>,
    ) -> bool {
        let Version { index, incarnation } = version;
        let mut written = [None; 2];
        if let Ok(effects) = &evaluated {
            for (place, write) in written.iter_mut().zip(effects.writes()) {
                *place = Some(write.id());
                self.put(index, write.id(), Cell::Value { incarnation, write });
            }
        }
        let outcome = evaluated.map(|effects| effects.receipt);
        let mut run = lock(&self.runs[index]);
        let before = run.written;
        *run = LastRun { reads, written, outcome: Some(outcome) };
        drop(run);
        for leaf in before.into_iter().flatten().filter(|leaf| !written.contains(&Some(*leaf))) {
            self.remove(index, leaf);
        }
        written.iter().flatten().any(|leaf| !before.contains(&Some(*leaf)))
    }

    fn put(&self, index: usize, leaf: LeafId, cell: Cell) {
        let mut shard = lock(self.shard(leaf));
        let cells = shard.entry(leaf).or_default();
        match cells.binary_search_by_key(&index, |(writer, _)| *writer) {
            Ok(at) => cells[at].1 = cell,
            Err(at) => cells.insert(at, (index, cell)),
        }
    }

    fn remove(&self, index: usize, leaf: LeafId) {
        let mut shard = lock(self.shard(leaf));
        if let Some(cells) = shard.get_mut(&leaf)
            && let Ok(at) = cells.binary_search_by_key(&index, |(writer, _)| *writer)
        {
            cells.remove(at);
        }
    }

    /// Marks what a transaction has written as to be written anew, so that readers wait for it.
    pub(super) fn mark_estimates(&self, index: usize) {
        let written = lock(&self.runs[index]).written;
        for leaf in written.into_iter().flatten() {
            self.put(index, leaf, Cell::Estimate);
        }
    }

    /// Whether the transaction would read the same now.
    pub(super) fn is_valid(&self, index: usize) -> bool {
        let ReadSet(reads) = lock(&self.runs[index]).reads;
        reads.into_iter().flatten().all(|(leaf, origin)| match self.read(leaf, index) {
            Found::Ledger => origin == Origin::Ledger,
            Found::Value(version, _) => origin == Origin::Written(version),
            Found::Estimate { .. } => false,
        })
    }

    /// The outcomes in the order of the block, and each leaf that was written as the block leaves it.
    ///
    /// # Panics
    /// If a transaction was not executed, or is to be executed anew.
    pub(super) fn finished(self) -> (Vec<TransactionOutcome>, Vec<LeafWrite>) {
        let outcomes = self.runs.iter().map(|run| {
            lock(run).outcome.take().unwrap_or_else(|| unreachable!("a transaction was not executed"))
        });
        let outcomes = outcomes.collect();
        let mut leaves = Vec::new();
        for shard in &self.shards {
            for cells in lock(shard).values() {
                match cells.last() {
                    Some((_, Cell::Value { write, .. })) => leaves.push(*write),
                    Some((index, Cell::Estimate)) => {
                        unreachable!("transaction {index} was not executed anew")
                    }
                    None => {}
                }
            }
        }
        (outcomes, leaves)
    }
}
