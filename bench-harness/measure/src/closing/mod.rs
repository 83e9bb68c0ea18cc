//! Batches closed under a load: arrivals and waiting in virtual time, the sequencer's work really done and timed.
//!
//! ```text
//! arrivals ─> rules close ─> wait for the work before ─> signatures ─> execution ─> state root ─> data
//!    virtual: first transaction to closing, and waiting          measured, one batch at a time
//! ```
//!
//! | file | what it owns |
//! |---|---|
//! | [`study`] | what is asked for, and what cannot be |
//! | `work` | the work on one batch, each stage timed |
//! | `summary` | from batches to what they come to |
//!
//! Rules close batches whether or not the sequencer is still at work on those before, as in the planner's simulation:
//! what is closed waits its turn. Signatures are prepared beforehand, and are no part of the work.
//!
//! **Invariant:** the state after the last batch is compared with execution in order on a fresh copy, and its root with
//! a tree built anew; data that was compressed is read back. What differs ends the study.

pub mod study;
mod summary;
mod work;

use crate::closing::study::{ClosingStudy, ClosingStudyError};
use crate::closing::work::Sequencing;
use machine::{Processor, Root};
use records::closing::{
    CLOSING_SCHEMA_VERSION, ClosedBatchRecord, ClosingLoadRecord, ClosingRecord, ClosingRulesRecord,
    ClosingWorkRecord,
};
use records::fleet::pipeline::ClosedByName;
use std::collections::VecDeque;
use std::time::Instant;
use workloads::data::COMMITMENT_BYTES;
use workloads::sequencer::{ClosingRules, SequencedBatch, Sequencer};
use workloads::transaction::Transaction;

/// Batches that are always closed, however little time there is.
const MIN_BATCHES: usize = 3;

/// A transaction, and when it comes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Arrival {
    /// In seconds from the beginning, not before the one that came last.
    pub at_s: f64,
    /// What comes.
    pub transaction: Transaction,
}

/// Closes the batches of `arrivals` by the rules of a study, and does the work on each. `load` says what arrives, as
/// the record carries it.
///
/// # Errors
/// What was asked for cannot be, or a result was wrong.
pub fn measure(
    study: &ClosingStudy,
    load: ClosingLoadRecord,
    arrivals: impl Iterator<Item = Arrival>,
) -> Result<ClosingRecord, ClosingStudyError> {
    let ClosingRules { capacity, count, timeout_s, unproved_max: _ } = study.rules;
    let batches = closed_batches(study, arrivals)?;
    let summary = summary::summary(&batches, capacity).ok_or(ClosingStudyError::Nothing)?;
    let cpus = std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
    Ok(ClosingRecord {
        schema_version: CLOSING_SCHEMA_VERSION,
        processor: Processor::read(&Root::system()).name,
        cpus: u32::try_from(cpus).unwrap_or(u32::MAX),
        load,
        rules: ClosingRulesRecord { capacity, count, timeout_s },
        work: ClosingWorkRecord {
            executor: study.executor,
            threads: u32::try_from(study.threads.get()).unwrap_or(u32::MAX),
            compression_quality: study.compression_quality,
            on_chain_fraction: study.on_chain.fraction,
            commitment_bytes: COMMITMENT_BYTES,
        },
        batches,
        summary,
    })
}

fn closed_batches(
    study: &ClosingStudy,
    arrivals: impl Iterator<Item = Arrival>,
) -> Result<Vec<ClosedBatchRecord>, ClosingStudyError> {
    let mut sequencing = Sequencing::new(study)?;
    let mut queue = VirtualQueue::new(study.rules, arrivals);
    let (begun, mut free_s) = (Instant::now(), 0.0_f64);
    let mut batches: Vec<ClosedBatchRecord> = Vec::new();
    while batches.len() < study.batches_max {
        let is_out_of_time = study.time_limit.is_some_and(|limit| begun.elapsed() >= limit);
        if is_out_of_time && batches.len() >= MIN_BATCHES {
            break;
        }
        let Some((batch, transactions)) = queue.next_batch() else { break };
        let opened_s = batch.arrived_s.first().copied().unwrap_or(batch.closed_s);
        let worked = sequencing.work(&transactions)?;
        let start_s = free_s.max(batch.closed_s);
        free_s = start_s + worked.total_s();
        batches.push(worked.record(opened_s, &batch, start_s - batch.closed_s));
    }
    sequencing.check()?;
    Ok(batches)
}

/// Arrivals and closings in virtual time.
struct VirtualQueue<A> {
    sequencer: Sequencer,
    /// The transactions that the sequencer counts, in order.
    waiting: VecDeque<Transaction>,
    arrivals: A,
    /// When the last of them came, s.
    latest_s: f64,
    has_ended: bool,
}

impl<A: Iterator<Item = Arrival>> VirtualQueue<A> {
    fn new(rules: ClosingRules, arrivals: A) -> Self {
        let sequencer = Sequencer::new(rules);
        Self { sequencer, waiting: VecDeque::new(), arrivals, latest_s: 0.0, has_ended: false }
    }

    /// The next batch, with its transactions; none once all that came are in one.
    fn next_batch(&mut self) -> Option<(SequencedBatch, Vec<Transaction>)> {
        loop {
            if let Some((due_s, closed_by)) = self.sequencer.due_s() {
                // What comes until a timeout may fill the batch before it, or comes into it.
                let is_full = matches!(closed_by, ClosedByName::Full | ClosedByName::Count);
                if is_full || self.has_ended || self.latest_s > due_s {
                    let batch = self.sequencer.close(due_s, 0)?;
                    let transactions = self.waiting.drain(..batch.arrived_s.len()).collect();
                    return Some((batch, transactions));
                }
            }
            match self.arrivals.next() {
                Some(Arrival { at_s, transaction }) => {
                    self.sequencer.arrive(at_s);
                    self.waiting.push_back(transaction);
                    self.latest_s = at_s;
                }
                None if self.has_ended => return None,
                None => {
                    self.has_ended = true;
                    self.sequencer.end(self.latest_s);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
