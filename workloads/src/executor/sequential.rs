//! The executor in order, on one thread: what all others are held against.

use super::{Block, Executed, ExecutionCounts, Executor, ExecutorError};
use crate::ledger::Ledger;
use crate::rules;
use std::num::NonZeroUsize;

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
        Block { transactions, work }: Block<'_>,
        _threads: NonZeroUsize,
    ) -> Result<Executed, ExecutorError> {
        let mut outcomes = Vec::with_capacity(transactions.len());
        for transaction in transactions {
            let effects = rules::effects(&mut &*ledger, transaction);
            work.spend();
            outcomes.push(effects.map(|effects| {
                effects.writes().for_each(|write| ledger.write(write));
                effects.receipt
            }));
        }
        let executions = transactions.len() as u64;
        Ok(Executed { outcomes, counts: ExecutionCounts { executions, ..ExecutionCounts::default() } })
    }
}
