//! Execution of a block whose writes are known beforehand: every transaction at once, even where all touch one pool.
//!
//! That is how a prover or a full node may execute again what a builder has executed in order and published with its
//! values ([`super::access_list`], EIP-7928). Each transaction is executed from the listed values before it, and what
//! it writes is compared with the listed values after it; so a wrong list is found, and no value of it is believed.

use super::access_list::{BlockAccessList, ListedView};
use super::sync::{AtomicBool, AtomicUsize, Ordering};
use super::workers::{Share, joined, on_each};
use super::{Block, Executed, Executor, ExecutorError};
use crate::ledger::Ledger;
use crate::rules::{self, Effects, ExecutionError};
use std::num::NonZeroUsize;

/// The executor of a block with an access list.
#[derive(Clone, Copy, Debug)]
pub struct KnownValues<'a> {
    list: &'a BlockAccessList,
}

impl<'a> KnownValues<'a> {
    /// An executor of the block to which the list belongs.
    pub fn new(list: &'a BlockAccessList) -> Self {
        Self { list }
    }
}

impl Executor for KnownValues<'_> {
    fn name(&self) -> &'static str {
        "known_values"
    }

    fn execute(
        &self,
        ledger: &mut Ledger,
        block: Block<'_>,
        threads: NonZeroUsize,
    ) -> Result<Executed, ExecutorError> {
        let run = Run {
            list: self.list,
            block,
            ledger,
            next: AtomicUsize::new(0),
            is_wrong: AtomicBool::new(false),
        };
        let mut shares = Vec::new();
        let mut written = 0;
        for done in on_each(threads, || run.work(), || run.is_wrong.store(true, Ordering::Relaxed)) {
            let (share, writes) = done?;
            shares.push(share);
            written += writes;
        }
        // Every write has its entry, and no two writes have the same: so there are as many, or some are too many.
        if written < self.list.len() {
            return Err(run.never_written());
        }
        let (outcomes, counts) = joined(block.transactions.len(), shares);
        self.list.last().for_each(|leaf| ledger.write(leaf));
        Ok(Executed { outcomes, counts })
    }
}

/// A block under execution, shared by its threads.
#[derive(Debug)]
struct Run<'a> {
    list: &'a BlockAccessList,
    block: Block<'a>,
    ledger: &'a Ledger,
    next: AtomicUsize,
    /// Another thread has found the list to be wrong, or has panicked.
    is_wrong: AtomicBool,
}

impl Run<'_> {
    /// Executes transactions until there are none, and counts the leaves that they write.
    fn work(&self) -> Result<(Share, usize), ExecutorError> {
        let mut share = Share::default();
        let mut written = 0;
        while !self.is_wrong.load(Ordering::Relaxed) {
            let index = self.next.fetch_add(1, Ordering::Relaxed);
            if index >= self.block.transactions.len() {
                break;
            }
            let effects = self.effects(index);
            self.block.work.spend();
            share.counts.executions += 1;
            share.counts.validations += 1;
            if let Ok(effects) = &effects {
                written += self.check(index, effects)?;
            }
            share.outcomes.push((index, effects.map(|effects| effects.receipt)));
        }
        Ok((share, written))
    }

    fn effects(&self, index: usize) -> Result<Effects, ExecutionError> {
        let mut view = ListedView { list: self.list, ledger: self.ledger, index };
        rules::effects(&mut view, &self.block.transactions[index])
    }

    /// Compares what a transaction writes with the list, and counts it.
    fn check(&self, index: usize, effects: &Effects) -> Result<usize, ExecutorError> {
        let mut written = 0;
        for got in effects.writes() {
            let expected = self.list.after(index, got.id());
            if expected != Some(got) {
                self.is_wrong.store(true, Ordering::Relaxed);
                return Err(ExecutorError::WrongValue { index, leaf: got.id(), expected, got });
            }
            written += 1;
        }
        Ok(written)
    }

    /// The first entry of the list that no transaction writes.
    fn never_written(&self) -> ExecutorError {
        let is_written = |index: usize, leaf| {
            index < self.block.transactions.len()
                && self.effects(index).is_ok_and(|effects| effects.writes().any(|write| write.id() == leaf))
        };
        let extra = self.list.iter().map(|(index, write)| (index, write.id()));
        let extra = extra.filter(|(index, leaf)| !is_written(*index, *leaf)).min();
        let (index, leaf) =
            extra.unwrap_or_else(|| unreachable!("every entry is written by its transaction"));
        ExecutorError::NeverWritten { index, leaf }
    }
}
