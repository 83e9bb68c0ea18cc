//! The executor in order, on one thread: what all others are held against.

use super::{Block, Executed, ExecutionCounts, Executor, ExecutorError};
use crate::leaf::LeafWrite;
use crate::ledger::Ledger;
use crate::rules::{self, Effects, ExecutionError};
use crate::transaction::Transaction;
use std::num::NonZeroUsize;

/// Where leaves are kept while a block is executed in order.
pub(crate) trait LeafKeeper {
    /// What a transaction does to them; nothing is written.
    fn effects(&self, transaction: &Transaction) -> Result<Effects, ExecutionError>;

    /// Writes a leaf that there is.
    fn write(&mut self, leaf: LeafWrite);
}

impl LeafKeeper for Ledger {
    #[inline]
    fn effects(&self, transaction: &Transaction) -> Result<Effects, ExecutionError> {
        rules::effects(&mut &*self, transaction)
    }

    #[inline]
    fn write(&mut self, leaf: LeafWrite) {
        Ledger::write(self, leaf);
    }
}

/// Executes a block in order, each transaction whole or not at all.
pub(crate) fn in_order(leaves: &mut impl LeafKeeper, block: Block<'_>) -> Executed {
    let Block { transactions, work } = block;
    let mut outcomes = Vec::with_capacity(transactions.len());
    for transaction in transactions {
        let effects = leaves.effects(transaction);
        work.spend();
        outcomes.push(effects.map(|effects| {
            effects.writes().for_each(|write| leaves.write(write));
            effects.receipt
        }));
    }
    let executions = transactions.len() as u64;
    Executed { outcomes, counts: ExecutionCounts { executions, ..ExecutionCounts::default() } }
}

/// One transaction after the other, on the calling thread.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sequential;

impl Executor for Sequential {
    fn name(&self) -> &'static str {
        "sequential"
    }

    fn execute(
        &self,
        ledger: &mut Ledger,
        block: Block<'_>,
        _threads: NonZeroUsize,
    ) -> Result<Executed, ExecutorError> {
        Ok(in_order(ledger, block))
    }
}
