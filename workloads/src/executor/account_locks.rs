//! Execution under locks that are declared beforehand, as Solana's: transactions that share no leaf run at once, those
//! that do in the order of the block.
//!
//! Here the declaration is exact, since a transfer and a swap name all that they touch. Where a contract decides while
//! it runs what it touches, a declaration has to name more than that, and conflicts are more.

use super::lock_graph::LockGraph;
use super::sync::{Mutex, lock};
use super::workers::{Share, joined, on_each};
use super::{Block, Executed, Executor, ExecutorError};
use crate::leaf::{LeafId, LeafWrite};
use crate::ledger::Ledger;
use crate::rules::{self, ExecutionError, LeafView, declared};
use crate::transaction::Transaction;
use foldhash::fast::FixedState;
use std::collections::HashMap;
use std::num::NonZeroUsize;

/// The executor under declared locks.
#[derive(Clone, Copy, Debug, Default)]
pub struct AccountLocks;

impl Executor for AccountLocks {
    fn name(&self) -> &'static str {
        "locks"
    }

    fn execute(
        &self,
        ledger: &mut Ledger,
        block: Block<'_>,
        threads: NonZeroUsize,
    ) -> Result<Executed, ExecutorError> {
        let run = Run {
            block,
            ledger,
            loaded: Loaded::of(block.transactions, ledger),
            graph: LockGraph::new(block.transactions),
        };
        let shares = on_each(threads, || run.work(), || run.graph.abandon());
        let leaves = run.loaded.leaves;
        let (outcomes, counts) = joined(block.transactions.len(), shares);
        for leaf in leaves {
            let leaf = *lock(&leaf);
            if leaf.written {
                ledger.write(leaf.value);
            }
        }
        Ok(Executed { outcomes, counts })
    }
}

#[derive(Clone, Copy, Debug)]
struct LoadedLeaf {
    value: LeafWrite,
    written: bool,
}

/// The declared leaves of a block, each once.
#[derive(Debug)]
struct Loaded {
    /// Never contended: the graph admits one transaction to a leaf at a time.
    leaves: Vec<Mutex<LoadedLeaf>>,
    /// Where the two leaves of each transaction are; none where there is no such leaf.
    places: Vec<[Option<usize>; 2]>,
}

impl Loaded {
    fn of(transactions: &[Transaction], mut ledger: &Ledger) -> Self {
        let mut known: HashMap<LeafId, Option<usize>, FixedState> = HashMap::default();
        let mut leaves = Vec::new();
        let places = transactions.iter().map(|transaction| {
            declared(transaction).map(|id| {
                *known.entry(id).or_insert_with(|| {
                    let value = ledger.leaf(id).ok()?;
                    leaves.push(Mutex::new(LoadedLeaf { value, written: false }));
                    Some(leaves.len() - 1)
                })
            })
        });
        let places = places.collect();
        Self { leaves, places }
    }
}

/// A block under execution, shared by its threads.
#[derive(Debug)]
struct Run<'a> {
    block: Block<'a>,
    ledger: &'a Ledger,
    loaded: Loaded,
    graph: LockGraph,
}

/// The leaves as a transaction sees them that is first in its queues.
struct LockedView<'a> {
    run: &'a Run<'a>,
    index: usize,
}

impl LockedView<'_> {
    fn place(&self, id: LeafId) -> Option<usize> {
        let [sender, target] = self.run.loaded.places[self.index];
        let [sender_id, target_id] = declared(&self.run.block.transactions[self.index]);
        match id {
            id if id == sender_id => sender,
            id if id == target_id => target,
            _ => unreachable!("transaction {} touched {id}, which it did not declare", self.index),
        }
    }
}

impl LeafView for LockedView<'_> {
    type Stop = ExecutionError;

    fn leaf(&mut self, id: LeafId) -> Result<LeafWrite, ExecutionError> {
        match self.place(id) {
            Some(at) => Ok(lock(&self.run.loaded.leaves[at]).value),
            // There is no such leaf, and the ledger says so.
            None => {
                let mut ledger = self.run.ledger;
                ledger.leaf(id)
            }
        }
    }
}

impl Run<'_> {
    fn work(&self) -> Share {
        let mut share = Share::default();
        let mut next = None;
        while let Some(index) = next.take().or_else(|| self.graph.next()) {
            let mut view = LockedView { run: self, index };
            let effects = rules::effects(&mut view, &self.block.transactions[index]);
            self.block.work.spend();
            share.counts.executions += 1;
            let outcome = effects.map(|effects| {
                for value in effects.writes() {
                    if let Some(at) = view.place(value.id()) {
                        *lock(&self.loaded.leaves[at]) = LoadedLeaf { value, written: true };
                    }
                }
                effects.receipt
            });
            share.outcomes.push((index, outcome));
            next = self.graph.finished(index);
        }
        share
    }
}
