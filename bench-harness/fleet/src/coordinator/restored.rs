//! What a ledger says is done already. Each of its proofs is verified again: a file can be damaged.

use crate::coordinator::Coordinator;
use crate::coordinator::job::{Done, JobState};
use crate::error::FleetError;
use crate::task::Task;
use crate::worker::proof_of;
use records::fleet::ledger::{FleetEventRecord, FleetLedgerRecord, FleetVerifiedRecord};

impl Coordinator {
    /// Takes over what the lines of this run's ledger say and writes that the run goes on. A run whose last batch is not
    /// known stays open for further ones. Where the queue is a new one
    /// (`is_new_queue`) everything without a proof is submitted again at once.
    ///
    /// # Errors
    /// A ledger that cannot be written, or a batch that cannot be executed.
    pub fn restore(
        &mut self,
        lines: Vec<FleetLedgerRecord>,
        is_new_queue: bool,
        now_s: f64,
    ) -> Result<(), FleetError> {
        for FleetLedgerRecord { schema_version: _, at_s, event } in lines {
            match event {
                // Whoever resumes wants it tried again, also what was given up.
                FleetEventRecord::Began(_)
                | FleetEventRecord::Refused { .. }
                | FleetEventRecord::Failed { .. }
                | FleetEventRecord::GivenUp { .. }
                | FleetEventRecord::Ended { .. } => {}
                FleetEventRecord::Resumed {} => self.resumed_s.push(at_s),
                FleetEventRecord::Closed { batch: _, transactions, ready_s, closed_by } => {
                    self.add(transactions, (ready_s, closed_by))?;
                }
                FleetEventRecord::LastClosed { .. } => self.end_batches(at_s),
                FleetEventRecord::Submitted { job, submission } => {
                    if let Some(job) = self.known(&job).and_then(|task| self.jobs.get_mut(&task)) {
                        job.submitted(submission, at_s);
                    }
                }
                FleetEventRecord::Excluded { worker, why } => {
                    self.excluded.insert(worker.clone(), why);
                    self.to_exclude.insert(worker);
                }
                FleetEventRecord::Verified(verified) => self.take_over(*verified, at_s),
                FleetEventRecord::Joined { worker, machine } => {
                    self.machines.insert(worker, machine);
                }
            }
        }
        // What was submitted is held by the queue, or the audit finds that it is not; what was not is due.
        for job in self.jobs.values_mut() {
            job.heard_s = now_s;
            job.is_out &= !is_new_queue;
        }
        let is_due = |job: &JobState| job.is_open() && !job.is_out;
        self.due = self.jobs.iter().filter(|(_, job)| is_due(job)).map(|(task, _)| *task).collect();
        self.resumed_s.push(now_s);
        self.write(now_s, FleetEventRecord::Resumed {})
    }

    /// The job of a name that has begun: a batch once it was closed, a merge once its children are done.
    fn known(&self, name: &str) -> Option<Task> {
        Task::named(name).filter(|task| self.jobs.contains_key(task))
    }

    fn take_over(&mut self, verified: FleetVerifiedRecord, at_s: f64) {
        let Some(task) = self.known(&verified.job) else { return };
        let proof = proof_of(&verified.proof);
        if self.check(task, &proof).is_ok() {
            self.settle(task, Done::of(&verified, at_s), proof);
        }
    }
}
