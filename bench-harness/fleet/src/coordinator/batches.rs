//! The batches of a run, as they are closed: at the times that were known before, or by a sequencer. Each stands in the
//! ledger with its number of transactions before it is submitted, so that whoever resumes means the same batches.

use crate::chain::{BatchRange, ClosedBatch};
use crate::coordinator::Coordinator;
use crate::error::FleetError;
use crate::task::{Groups, Task};
use records::fleet::ledger::FleetEventRecord;
use records::fleet::pipeline::ClosedByName;

impl Coordinator {
    /// Batches that were closed.
    pub fn arrived(&self) -> u64 {
        self.batches.len() as u64
    }

    /// Takes the next batch: so many of the next transactions of the traffic, at least 1 and at most the capacity; with
    /// when it was closed, s, and why, where a sequencer did that.
    ///
    /// # Errors
    /// A ledger that cannot be written, or a batch that cannot be executed.
    pub fn close_batch(
        &mut self,
        transactions: u64,
        (ready_s, closed_by): (f64, Option<ClosedByName>),
        now_s: f64,
    ) -> Result<(), FleetError> {
        let batch = self.arrived();
        self.add(transactions, (ready_s, closed_by))?;
        self.write(now_s, FleetEventRecord::Closed { batch, transactions, ready_s, closed_by })
    }

    /// Says that no further batch comes. The last group is aggregated with the batches that it has.
    ///
    /// # Errors
    /// A ledger that cannot be written.
    pub fn close_last(&mut self, now_s: f64) -> Result<(), FleetError> {
        if self.is_open_ended() {
            self.end_batches(now_s);
            self.write(now_s, FleetEventRecord::LastClosed { batches: self.arrived() })?;
        }
        Ok(())
    }

    /// Whether further batches may be closed that nobody knows of yet.
    pub fn is_open_ended(&self) -> bool {
        self.groups.batches == Groups::OPEN
    }

    /// The most transactions that the next batch can have: the capacity, or, where the proof system has two rooms, as many
    /// of those that come next as one of them holds.
    pub(crate) fn next_room(&mut self) -> u64 {
        let capacity = self.began.work.batch_transactions;
        let longest = self.rooms.and_then(|rooms| self.statements.next_room(rooms, capacity));
        longest.map_or(capacity, |(transactions, _)| transactions)
    }

    /// Closes what has arrived, where the times were known before.
    pub(super) fn arrive(&mut self, now_s: f64) -> Result<(), FleetError> {
        while let Some(at_s) = self.next_arrival_s().filter(|at_s| *at_s <= now_s) {
            let transactions = self.next_room();
            self.close_batch(transactions, (at_s, None), now_s)?;
        }
        Ok(())
    }

    pub(super) fn add(
        &mut self,
        transactions: u64,
        (ready_s, closed_by): (f64, Option<ClosedByName>),
    ) -> Result<(), FleetError> {
        let end = |last: &ClosedBatch| last.range.first_transaction + last.range.transactions;
        let first_transaction = self.batches.last().map_or(0, end);
        let range = BatchRange { batch: self.arrived(), first_transaction, transactions };
        let room = self.rooms.and_then(|rooms| self.statements.next_room(rooms, transactions));
        let room = room.map(|(_, room)| room);
        let (statement, times) = self.statements.next(range)?;
        self.batches.push(ClosedBatch { range, ready_s, closed_by, times, room });
        self.begin(Task::Prove(range.batch), statement, ready_s);
        Ok(())
    }

    /// What the last group lacks never comes: a merge that was waiting for it may be begun, or is not needed.
    pub(super) fn end_batches(&mut self, now_s: f64) {
        self.groups.batches = self.arrived();
        let Some(group) = self.groups.count().checked_sub(1) else { return };
        let of_group = |task: &Task| self.groups.group_of(*task) == group;
        let done: Vec<Task> = self
            .jobs
            .iter()
            .filter(|(task, job)| of_group(task) && job.done.is_some())
            .map(|(task, _)| *task)
            .collect();
        for task in done {
            self.go_on_from(task, now_s);
        }
    }

    /// The transactions that the proof of a job covers: the first, and how many.
    pub(crate) fn transactions_of(&self, task: Task) -> (u64, u64) {
        let batches = self.groups.batches_of(task);
        let at = |batch: u64| self.batches.get(usize::try_from(batch).unwrap_or(usize::MAX));
        let first = at(batches.start).map_or(0, |first| first.range.first_transaction);
        let all = batches.filter_map(at).map(|batch| batch.range.transactions);
        (first, all.sum())
    }
}
