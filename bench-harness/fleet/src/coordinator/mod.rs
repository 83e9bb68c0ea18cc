//! The coordinator: submits what can be begun, verifies what comes back, tries again what failed or was lost, leaves out
//! who cheats. It reads no clock of its own: the time since the run began comes from its caller.
//!
//! | room | what it owns |
//! |---|---|
//! | `batches` | the batches of the run, as they are closed |
//! | [`job`] | what is known of one job |
//! | [`verdict`] | what is made of an answer |
//! | `restored` | what a ledger says is done already |
//!
//! Whatever the queue does, each job ends verified once or given up once: a job without a verified proof that the queue
//! no longer holds is submitted again, and a proof that comes twice counts once.

mod batches;
pub mod job;
mod restored;
pub mod verdict;

use crate::chain::{ClosedBatch, Statements, shape_of, system_of, to_numbers};
use crate::coordinator::job::{JobState, Progress};
use crate::error::FleetError;
use crate::queue::{JobQueue, QueueDepth, QueueError, QueueErrorKind, QueueEvent};
use crate::task::{Groups, Task};
use crate::worker::{circuits_digest, proof_record};
use prover::statement::Statement;
use prover::system::ProofSystem;
use records::fleet::FLEET_SCHEMA_VERSION;
use records::fleet::job::FleetJobRecord;
use records::fleet::ledger::{FleetBeganRecord, FleetEventRecord, FleetLedger};
use records::fleet::summary::FleetCountsRecord;
use records::machine::MachineRecord;
use records::sample::SystemRecord;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;
use workloads::batcher::BatchRooms;

/// When the coordinator acts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CoordinatorRules {
    /// Attempts of a job that may fail before it is given up.
    pub attempts_max: u64,
    /// Workers that may begin a job and vanish with it, the queue's copy included, before it is given up.
    pub vanished_max: u64,
    /// How often the queue is asked what it still holds, s.
    pub audit_s: f64,
    /// How long nothing was heard of a job that the queue does not hold before it is submitted again, s.
    pub silent_s: f64,
}

impl Default for CoordinatorRules {
    /// Three attempts, five workers; asked each second; two seconds.
    fn default() -> Self {
        Self { attempts_max: 3, vanished_max: 5, audit_s: 1.0, silent_s: 2.0 }
    }
}

/// What a queue says, unless nothing can be done about it.
fn passing(error: QueueError) -> Result<String, FleetError> {
    if error.kind == QueueErrorKind::Final { Err(error.into()) } else { Ok(error.to_string()) }
}

impl CoordinatorRules {
    /// For workers that are far away, with such a lease, s: one at a job is heard every quarter of it.
    pub fn far(lease_s: f64) -> Self {
        let rules = Self::default();
        Self { silent_s: rules.silent_s.max(1.5 * lease_s), ..rules }
    }
}

/// The coordinator of one run.
pub struct Coordinator {
    pub(crate) began: FleetBeganRecord,
    rules: CoordinatorRules,
    pub(crate) groups: Groups,
    circuits: String,
    /// The set-up.
    pub(crate) system: SystemRecord,
    verifier: Box<dyn ProofSystem + Send>,
    statements: Statements,
    /// By which batches are cut, where the proof system has two.
    rooms: Option<BatchRooms>,
    ledger: FleetLedger,
    pub(crate) jobs: BTreeMap<Task, JobState>,
    /// What was closed, in order.
    pub(crate) batches: Vec<ClosedBatch>,
    /// Jobs to submit, the oldest first.
    due: VecDeque<Task>,
    pub(crate) excluded: BTreeMap<String, String>,
    /// What each worker runs on, where it said so.
    pub(crate) machines: BTreeMap<String, Box<MachineRecord>>,
    /// Excluded workers of which the queue was not told yet.
    to_exclude: BTreeSet<String>,
    pub(crate) counts: FleetCountsRecord,
    open: u64,
    /// Of the open ones, batches.
    pub(crate) open_batches: u64,
    done: u64,
    given_up: u64,
    /// When it was started again.
    pub(crate) resumed_s: Vec<f64>,
    next_audit_s: f64,
    unsynced: bool,
    /// When each group's last proof was verified; groups count in order.
    pub(crate) group_done_s: BTreeMap<u64, f64>,
}

impl std::fmt::Debug for Coordinator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Coordinator").field("run", &self.began.run).finish_non_exhaustive()
    }
}

impl Coordinator {
    /// A coordinator that has done nothing yet; the ledger is open.
    ///
    /// # Errors
    /// A run that cannot be.
    pub fn new(
        began: FleetBeganRecord,
        rules: CoordinatorRules,
        ledger: FleetLedger,
    ) -> Result<Self, FleetError> {
        let mut verifier = system_of(&began.work)?;
        let per_group = began.work.batches_per_aggregation;
        let record =
            verifier.set_up(shape_of(&began.work)?, usize::try_from(per_group).unwrap_or(usize::MAX))?;
        let groups = Groups {
            batches: if began.batches == 0 { Groups::OPEN } else { began.batches },
            batches_per_group: per_group,
            merge_children: verifier.capabilities().aggregation.map(|can| can.merge_children as u64),
        };
        Ok(Self {
            groups,
            circuits: circuits_digest(&record),
            system: record,
            rooms: verifier.rooms(),
            verifier,
            statements: Statements::new(&began.work)?,
            ledger,
            jobs: BTreeMap::new(),
            batches: Vec::new(),
            due: VecDeque::new(),
            excluded: BTreeMap::new(),
            machines: BTreeMap::new(),
            to_exclude: BTreeSet::new(),
            counts: FleetCountsRecord::default(),
            open: 0,
            open_batches: 0,
            done: 0,
            given_up: 0,
            resumed_s: Vec::new(),
            next_audit_s: 0.0,
            unsynced: false,
            group_done_s: BTreeMap::new(),
            began,
            rules,
        })
    }

    /// Writes the first line: the run begins at this time, s since 1970.
    ///
    /// # Errors
    /// A ledger that cannot be written.
    pub fn begin_now(&mut self, unix_s: f64) -> Result<(), FleetError> {
        self.began.began_unix_s = unix_s;
        let began = Box::new(self.began.clone());
        self.write(0.0, FleetEventRecord::Began(began))
    }

    /// One turn: batches that have arrived, submissions, answers (waiting for the first at most `wait`), what was lost.
    ///
    /// `now` is the time since the run began, s.
    ///
    /// A queue that fails is no error: the turn goes on without it, and the next asks again. What it said last is
    /// returned.
    ///
    /// # Errors
    /// A ledger that cannot be written, a batch that cannot be executed, or a queue that is another's now.
    pub fn turn(
        &mut self,
        queue: &dyn JobQueue,
        now: &dyn Fn() -> f64,
        wait: Duration,
    ) -> Result<Option<String>, FleetError> {
        let mut trouble = None;
        let now_s = now();
        self.arrive(now_s)?;
        if let Err(error) = self.submit(queue, now_s)? {
            trouble = Some(passing(error)?);
        }
        let wait = if trouble.is_some() { wait.min(Duration::from_millis(50)) } else { wait };
        let heard = queue.events(wait);
        // What was waited for came now, not when the turn began.
        let now_s = now();
        match heard {
            Ok(events) => {
                for event in events {
                    self.hear(queue, event, now_s)?;
                }
            }
            Err(error) => trouble = Some(passing(error)?),
        }
        self.exclude(queue);
        if let Err(error) = self.submit(queue, now_s)? {
            trouble = Some(passing(error)?);
        }
        if now_s >= self.next_audit_s {
            self.next_audit_s = now_s + self.rules.audit_s;
            if let Err(error) = self.audit(queue, now_s)? {
                trouble = Some(passing(error)?);
            }
            if std::mem::take(&mut self.unsynced) {
                self.ledger.sync()?;
            }
        }
        Ok(trouble)
    }

    /// Whether every job is verified, given up, or waits for one that was given up.
    pub fn is_over(&self) -> bool {
        self.arrived() == self.groups.batches && self.open == 0
    }

    /// Whether every group is complete.
    pub fn is_complete(&self) -> bool {
        self.group_done_s.len() as u64 == self.groups.count()
    }

    /// When the next batch arrives; none after the last.
    pub fn next_arrival_s(&self) -> Option<f64> {
        self.began.arrivals_s.get(self.batches.len()).copied()
    }

    /// What is going on.
    pub fn progress(&self, now_s: f64) -> Progress {
        // Of a run that may go on, what is known so far.
        let batches = self.groups.batches.min(self.arrived().max(self.began.batches));
        let groups = Groups { batches, ..self.groups };
        let working = self.jobs.values().filter(|job| job.is_worked_on(now_s)).count() as u64;
        Progress {
            batches: groups.batches,
            arrived: self.arrived(),
            jobs: groups.jobs(),
            done: self.done,
            given_up: self.given_up,
            waiting: self.open.saturating_sub(working),
            working,
            groups_done: self.consolidated_groups(),
            groups: groups.count(),
            left_out: self.excluded.len() as u64,
        }
    }

    /// Groups that are complete, all before them included.
    pub fn consolidated_groups(&self) -> u64 {
        (0..self.groups.count()).take_while(|group| self.group_done_s.contains_key(group)).count() as u64
    }

    /// Jobs that were given up, in words.
    pub fn given_up(&self) -> Vec<String> {
        self.jobs
            .iter()
            .filter_map(|(task, job)| {
                Some(format!("{}: {}", task.words(self.groups), job.given_up.as_ref()?))
            })
            .collect()
    }

    /// Writes the last line.
    ///
    /// # Errors
    /// A ledger that cannot be written.
    pub fn end(&mut self, now_s: f64) -> Result<(), FleetError> {
        let is_complete = self.is_complete();
        self.ledger.append(now_s, FleetEventRecord::Ended { is_complete })?;
        Ok(self.ledger.sync()?)
    }

    fn write(&mut self, now_s: f64, event: FleetEventRecord) -> Result<(), FleetError> {
        self.unsynced = true;
        Ok(self.ledger.append(now_s, event)?)
    }

    fn begin(&mut self, task: Task, statement: Statement, ready_s: f64) {
        self.jobs.insert(task, JobState::new(statement, ready_s));
        self.opened(task);
        self.due.push_back(task);
    }

    fn opened(&mut self, task: Task) {
        self.open += 1;
        self.open_batches += u64::from(matches!(task, Task::Prove(_)));
    }

    fn closed(&mut self, task: Task) {
        self.open -= 1;
        self.open_batches -= u64::from(matches!(task, Task::Prove(_)));
    }

    /// Submits what is due. The inner error is the queue's: what it did not take stays due.
    fn submit(&mut self, queue: &dyn JobQueue, now_s: f64) -> Result<Result<(), QueueError>, FleetError> {
        while let Some(&task) = self.due.front() {
            let Some(job) = self.jobs.get(&task).filter(|job| job.is_open()) else {
                self.due.pop_front();
                continue;
            };
            let submission = job.submission + 1;
            let record = self.record(task, submission);
            if let Err(error) = queue.publish(&record) {
                return Ok(Err(error));
            }
            self.due.pop_front();
            if let Some(job) = self.jobs.get_mut(&task) {
                job.submitted(submission, now_s);
            }
            self.counts.resubmitted += u64::from(submission > 1);
            self.write(now_s, FleetEventRecord::Submitted { job: task.name(), submission })?;
        }
        Ok(Ok(()))
    }

    fn record(&self, task: Task, submission: u64) -> FleetJobRecord {
        let children = self.groups.children(task).into_iter();
        let children = children.filter_map(|child| self.jobs.get(&child)?.proof.as_ref()).map(proof_record);
        let (first_transaction, transactions) = self.transactions_of(task);
        FleetJobRecord {
            schema_version: FLEET_SCHEMA_VERSION,
            run: self.began.run.clone(),
            job: task.name(),
            submission,
            work: self.began.work.clone(),
            circuits: self.circuits.clone(),
            first_transaction,
            transactions,
            statement: to_numbers(&self.jobs[&task].statement),
            children: children.collect(),
        }
    }

    /// Submits again what the queue has lost. A job that waits long is not lost: the queue holds it.
    fn audit(&mut self, queue: &dyn JobQueue, now_s: f64) -> Result<Result<(), QueueError>, FleetError> {
        let is_out = |job: &JobState| job.is_open() && job.is_out;
        let out = self.jobs.values().filter(|job| is_out(job)).count() as u64;
        if out == 0 {
            return Ok(Ok(()));
        }
        match queue.depth() {
            Err(error) => return Ok(Err(error)),
            Ok(QueueDepth { pending, unacknowledged, answered })
                if pending + unacknowledged + answered >= out =>
            {
                return Ok(Ok(()));
            }
            Ok(_) => {}
        }
        let silent = |job: &JobState| now_s - job.heard_s >= self.rules.silent_s;
        let suspects: Vec<Task> =
            self.jobs.iter().filter(|(_, job)| is_out(job) && silent(job)).map(|(task, _)| *task).collect();
        for task in suspects {
            match queue.holds(&task.name()).and_then(|held| match held {
                true => Ok(true),
                false => queue.withdraw(&task.name()).map(|()| false),
            }) {
                Err(error) => return Ok(Err(error)),
                Ok(true) => {}
                Ok(false) => self.lost(task, now_s)?,
            }
        }
        Ok(Ok(()))
    }

    /// Submits a job again that is lost. Where workers begin it and vanish with it again and again, it is the job's fault.
    fn lost(&mut self, task: Task, now_s: f64) -> Result<(), FleetError> {
        if let Some(job) = self.jobs.get_mut(&task) {
            job.vanished += u64::from(job.started_s.is_some());
            if job.vanished >= self.rules.vanished_max {
                let why = format!("{} workers began it and were not heard of again", job.vanished);
                return self.give_up(task, why, now_s);
            }
        }
        self.again(task);
        Ok(())
    }

    /// Puts a job back among those to submit.
    fn again(&mut self, task: Task) {
        if let Some(job) = self.jobs.get_mut(&task)
            && job.is_open()
            && std::mem::take(&mut job.is_out)
        {
            self.due.push_back(task);
        }
    }

    fn exclude(&mut self, queue: &dyn JobQueue) {
        self.to_exclude.retain(|worker| queue.exclude(worker).is_err());
    }

    fn hear(&mut self, queue: &dyn JobQueue, event: QueueEvent, now_s: f64) -> Result<(), FleetError> {
        match event {
            QueueEvent::Working { run, job, submission, delivery, worker: _ } => {
                let task = Task::named(&job).filter(|_| run == self.began.run);
                if let Some(job) = task.and_then(|task| self.jobs.get_mut(&task)) {
                    job.heard(submission, delivery, now_s);
                }
                Ok(())
            }
            QueueEvent::Result(result) => {
                if result.run == self.began.run && result.schema_version == FLEET_SCHEMA_VERSION {
                    self.judge(queue, *result, now_s)?;
                }
                Ok(())
            }
        }
    }
}
