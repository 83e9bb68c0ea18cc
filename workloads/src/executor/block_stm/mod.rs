//! Optimistic execution: every transaction at once, validated in order, executed again where it read too early.
//!
//! Block-STM: Gelashvili, Spiegelman, Xiang, Danezis, Li, Malkhi, Xia, Zhou, *Block-STM: Scaling Blockchain Execution
//! by Turning Ordering Curse to a Performance Blessing*, PPoPP 2023 (arXiv 2203.06871). A transaction reads the value
//! of the nearest transaction before it that has written, and notes which; where a validation finds another one there,
//! the transaction is aborted, its writes become estimates, at which later readers wait, and it is executed anew.

mod schedule;
mod versions;

use super::workers::on_each;
use super::{Block, Executed, ExecutionCounts, Executor, ExecutorError};
use crate::leaf::{LeafId, LeafWrite};
use crate::ledger::Ledger;
use crate::rules::{self, ExecutionError, LeafView};
use schedule::{Schedule, Task};
use std::num::NonZeroUsize;
use versions::{Found, Origin, ReadSet, Version, Versions};

/// The optimistic executor.
#[derive(Clone, Copy, Debug, Default)]
pub struct BlockStm;

impl Executor for BlockStm {
    fn name(&self) -> &'static str {
        "block_stm"
    }

    fn execute(
        &self,
        ledger: &mut Ledger,
        block: Block<'_>,
        threads: NonZeroUsize,
    ) -> Result<Executed, ExecutorError> {
        let size = block.transactions.len();
        let run =
            Run { block, ledger, versions: Versions::new(size), schedule: Schedule::new(size, threads) };
        let mut counts = ExecutionCounts::default();
        for done in on_each(threads, || run.work(), || run.schedule.abandon()) {
            counts += done;
        }
        counts.re_executions = counts.executions - size as u64;
        let (outcomes, leaves) = run.versions.finished();
        leaves.into_iter().for_each(|leaf| ledger.write(leaf));
        Ok(Executed { outcomes, counts })
    }
}

/// A block under execution, shared by its threads.
#[derive(Debug)]
struct Run<'a> {
    block: Block<'a>,
    ledger: &'a Ledger,
    versions: Versions,
    schedule: Schedule,
}

/// Why a transaction is not evaluated to its end.
enum Halt {
    Rule(ExecutionError),
    /// It waits for the transaction at this place.
    Estimate(usize),
}

impl From<ExecutionError> for Halt {
    fn from(rule: ExecutionError) -> Self {
        Self::Rule(rule)
    }
}

/// The leaves as one transaction of the block sees them now; what it reads is noted.
struct VersionView<'a> {
    run: &'a Run<'a>,
    index: usize,
    reads: ReadSet,
}

impl LeafView for VersionView<'_> {
    type Stop = Halt;

    fn leaf(&mut self, id: LeafId) -> Result<LeafWrite, Halt> {
        match self.run.versions.read(id, self.index) {
            Found::Ledger => {
                self.reads.push(id, Origin::Ledger);
                let mut ledger = self.run.ledger;
                Ok(ledger.leaf(id)?)
            }
            Found::Value(version, value) => {
                self.reads.push(id, Origin::Written(version));
                Ok(value)
            }
            Found::Estimate { of } => Err(Halt::Estimate(of)),
        }
    }
}

impl Run<'_> {
    /// Works on tasks until there are none, and counts them.
    fn work(&self) -> ExecutionCounts {
        let mut counts = ExecutionCounts::default();
        let mut next = None;
        while let Some(task) = next.take().or_else(|| self.schedule.next_task()) {
            next = match task {
                Task::Execute(version) => self.execute(version, &mut counts),
                Task::Validate(version) => self.validate(version, &mut counts),
            };
        }
        counts
    }

    fn execute(&self, version: Version, counts: &mut ExecutionCounts) -> Option<Task> {
        let Version { index, .. } = version;
        loop {
            let mut view = VersionView { run: self, index, reads: ReadSet::default() };
            let evaluated = match rules::effects(&mut view, &self.block.transactions[index]) {
                Ok(effects) => Ok(effects),
                Err(Halt::Rule(rule)) => Err(rule),
                Err(Halt::Estimate(blocking)) => {
                    counts.suspensions += 1;
                    if self.schedule.wait_for(index, blocking) {
                        return None;
                    }
                    continue;
                }
            };
            self.block.work.spend();
            counts.executions += 1;
            let wrote_new_leaf = self.versions.record(version, view.reads, evaluated);
            return self.schedule.executed(version, wrote_new_leaf);
        }
    }

    fn validate(&self, version: Version, counts: &mut ExecutionCounts) -> Option<Task> {
        counts.validations += 1;
        let aborts = !self.versions.is_valid(version.index) && self.schedule.try_abort(version);
        if aborts {
            counts.aborts += 1;
            self.versions.mark_estimates(version.index);
        }
        self.schedule.validated(version, aborts)
    }
}
