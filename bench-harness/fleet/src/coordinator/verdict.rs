//! What is made of an answer: used, refused, tried again.

use crate::coordinator::Coordinator;
use crate::coordinator::job::{Attempt, Done};
use crate::error::FleetError;
use crate::queue::JobQueue;
use crate::task::Task;
use crate::worker::{proof_of, proof_record};
use prover::statement::Statement;
use prover::system::{Proof, verify_against_native};
use records::fleet::job::{FleetOutcomeRecord, FleetResultRecord, FleetStagesRecord};
use records::fleet::ledger::{FleetEventRecord, FleetVerifiedRecord};
use records::machine::MachineRecord;
use std::time::Instant;

impl Coordinator {
    /// Takes an answer, whoever sent it, however late, however often.
    pub(super) fn judge(
        &mut self,
        queue: &dyn JobQueue,
        mut result: FleetResultRecord,
        now_s: f64,
    ) -> Result<(), FleetError> {
        if let Some(machine) = result.machine.take() {
            self.joined(&result.worker, machine, now_s)?;
        }
        let Some(task) = Task::named(&result.job).filter(|task| self.jobs.contains_key(task)) else {
            return self.refuse(&result, "no such job", now_s);
        };
        if self.excluded.contains_key(&result.worker) {
            if !self.is_late(task, &result) {
                self.again(task);
            }
            return self.refuse(&result, "the worker is left out", now_s);
        }
        match &result.outcome {
            FleetOutcomeRecord::Failed { why } => {
                let why = why.clone();
                self.failed(task, &result, why, now_s)
            }
            FleetOutcomeRecord::OtherCircuits { circuits } => {
                let why = format!(
                    "the keys of its circuits are {circuits}, those of the run {}: another version of the program",
                    self.circuits
                );
                self.refuse(&result, &why, now_s)?;
                if !self.is_late(task, &result) {
                    self.again(task);
                }
                self.leave_out(&result.worker, why, now_s)
            }
            FleetOutcomeRecord::Exhausted { deliveries } => {
                let why = format!("handed out {deliveries} times, and no worker answered");
                self.exhausted(task, &result, why, now_s)
            }
            FleetOutcomeRecord::Proof { proof, prove_s, stages } => {
                let (proof, times) = (proof_of(proof), (*prove_s, *stages));
                self.proved(queue, task, &result, proof, times, now_s)
            }
        }
    }

    fn joined(&mut self, worker: &str, machine: Box<MachineRecord>, now_s: f64) -> Result<(), FleetError> {
        if self.machines.insert(worker.to_owned(), machine.clone()).is_some() {
            return Ok(());
        }
        self.write(now_s, FleetEventRecord::Joined { worker: worker.to_owned(), machine })
    }

    fn refuse(&mut self, result: &FleetResultRecord, why: &str, now_s: f64) -> Result<(), FleetError> {
        let FleetResultRecord { job, worker, .. } = result;
        let (job, worker, why) = (job.clone(), worker.clone(), why.to_owned());
        self.write(now_s, FleetEventRecord::Refused { job, worker, why })
    }

    /// Whether an answer is from a lease that was lost: the job was handed out or submitted again since.
    fn is_late(&self, task: Task, result: &FleetResultRecord) -> bool {
        let job = &self.jobs[&task];
        let attempt = Attempt { submission: result.submission, delivery: result.delivery };
        attempt < job.latest || result.submission < job.submission
    }

    fn failed(
        &mut self,
        task: Task,
        result: &FleetResultRecord,
        why: String,
        now_s: f64,
    ) -> Result<(), FleetError> {
        if !self.jobs[&task].is_open() || self.is_late(task, result) {
            self.counts.late_failures += 1;
            return self.refuse(result, "a failure from a lease that was lost", now_s);
        }
        self.counts.failed_attempts += 1;
        let Some(job) = self.jobs.get_mut(&task) else { return Ok(()) };
        job.failed += 1;
        if job.failed >= self.rules.attempts_max {
            let why = format!("{} attempts failed, the last on {}: {why}", job.failed, result.worker);
            return self.give_up(task, why, now_s);
        }
        let (job, worker) = (result.job.clone(), result.worker.clone());
        self.write(now_s, FleetEventRecord::Failed { job, worker, why })?;
        self.again(task);
        Ok(())
    }

    fn exhausted(
        &mut self,
        task: Task,
        result: &FleetResultRecord,
        why: String,
        now_s: f64,
    ) -> Result<(), FleetError> {
        let job = &self.jobs[&task];
        if !job.is_open() || result.submission < job.submission {
            self.counts.late_failures += 1;
            return self.refuse(result, "about a submission that was replaced", now_s);
        }
        self.give_up(task, why, now_s)
    }

    pub(super) fn give_up(&mut self, task: Task, why: String, now_s: f64) -> Result<(), FleetError> {
        if let Some(job) = self.jobs.get_mut(&task).filter(|job| job.is_open()) {
            job.given_up = Some(why.clone());
            self.given_up += 1;
            self.closed(task);
        }
        self.write(now_s, FleetEventRecord::GivenUp { job: task.name(), why })
    }

    fn proved(
        &mut self,
        queue: &dyn JobQueue,
        task: Task,
        result: &FleetResultRecord,
        proof: Proof,
        (prove_s, stages): (f64, Option<FleetStagesRecord>),
        now_s: f64,
    ) -> Result<(), FleetError> {
        if self.jobs[&task].done.is_some() {
            self.counts.duplicates += 1;
            return self.refuse(result, "proved already", now_s);
        }
        let started = Instant::now();
        if let Err(why) = self.check(task, &proof) {
            self.counts.wrong_proofs += 1;
            self.refuse(result, &why, now_s)?;
            let why = format!("{}: {why}", task.words(self.groups));
            if !self.is_late(task, result) {
                self.again(task);
            }
            return self.leave_out(&result.worker, why, now_s);
        }
        let verify_s = started.elapsed().as_secs_f64();
        self.counts.late_proofs += u64::from(self.is_late(task, result));
        let job = &self.jobs[&task];
        // Who answers from a lease that was lost began earlier than what was heard last.
        let started_s = job.started_s.filter(|_| !self.is_late(task, result));
        let verified = FleetVerifiedRecord {
            job: result.job.clone(),
            worker: result.worker.clone(),
            submission: result.submission,
            delivery: result.delivery,
            ready_s: job.ready_s,
            started_s,
            first_started_s: job.first_started_s.filter(|first_s| Some(*first_s) != started_s),
            cores: result.cores,
            busy_s: result.busy_s,
            prove_s,
            stages,
            verify_s,
            proof: proof_record(&proof),
        };
        let is_elsewhere = result.submission < job.submission || job.latest.delivery > result.delivery;
        let done = Done::of(&verified, now_s);
        self.write(now_s, FleetEventRecord::Verified(Box::new(verified)))?;
        if is_elsewhere {
            // Another copy may still wait; one that is not taken off is only work done twice.
            let _ = queue.withdraw(&result.job);
        }
        self.settle(task, done, proof);
        Ok(())
    }

    /// Verifies a proof and compares what it says with native execution.
    pub(super) fn check(&self, task: Task, proof: &Proof) -> Result<(), String> {
        let level = match task {
            Task::Prove(_) => 0,
            Task::Merge { level, .. } => level as usize,
        };
        if proof.kind.level() != level {
            return Err(format!("a proof of level {} where level {level} was asked for", proof.kind.level()));
        }
        let native = &self.jobs[&task].statement;
        verify_against_native(self.verifier.as_ref(), proof, native)
            .map(drop)
            .map_err(|error| error.to_string())
    }

    fn leave_out(&mut self, worker: &str, why: String, now_s: f64) -> Result<(), FleetError> {
        if self.excluded.insert(worker.to_owned(), why.clone()).is_none() {
            self.to_exclude.insert(worker.to_owned());
            self.write(now_s, FleetEventRecord::Excluded { worker: worker.to_owned(), why })?;
        }
        Ok(())
    }

    /// Counts a verified proof, once, and begins the merge that it makes possible.
    pub(super) fn settle(&mut self, task: Task, done: Done, proof: Proof) {
        let at_s = done.verified_s;
        let Some(job) = self.jobs.get_mut(&task).filter(|job| job.done.is_none()) else { return };
        job.done = Some(done);
        job.proof = Some(proof);
        if job.given_up.take().is_some() {
            // A valid proof came after all.
            self.given_up -= 1;
        } else {
            self.closed(task);
        }
        self.done += 1;
        for child in self.groups.children(task) {
            if let Some(child) = self.jobs.get_mut(&child) {
                child.proof = None;
            }
        }
        self.go_on_from(task, at_s);
    }

    /// What a job's being done makes possible: the merge above it, or its group is complete.
    pub(super) fn go_on_from(&mut self, task: Task, at_s: f64) {
        match self.groups.parent(task) {
            Some(parent) => self.begin_merge(parent, at_s),
            None => {
                let group = self.groups.group_of(task);
                let is_done = |task: &Task| self.jobs.get(task).is_some_and(|job| job.done.is_some());
                if self.groups.tops(group).iter().all(is_done) {
                    self.group_done_s.entry(group).or_insert(at_s);
                }
            }
        }
    }

    fn begin_merge(&mut self, parent: Task, at_s: f64) {
        if self.jobs.contains_key(&parent) {
            return;
        }
        let children = self.groups.children(parent).into_iter();
        let statements: Option<Vec<Statement>> = children
            .map(|child| self.jobs.get(&child).filter(|job| job.done.is_some()).map(|job| job.statement))
            .collect();
        // Statements of neighbours follow each other, since native execution made them.
        if let Some(statement) = statements.and_then(|statements| Statement::join_all(&statements)) {
            self.begin(parent, statement, at_s);
        }
    }
}
