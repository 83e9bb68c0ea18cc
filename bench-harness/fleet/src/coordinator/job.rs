//! What is known of one job.

use prover::statement::Statement;
use prover::system::Proof;
use records::fleet::job::FleetStagesRecord;
use records::fleet::ledger::FleetVerifiedRecord;

/// How long after its last sign of life a job still counts as worked on, s.
const FRESH_S: f64 = 10.0;

/// What is going on in a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Batches of the run.
    pub batches: u64,
    /// Of which have arrived.
    pub arrived: u64,
    /// Jobs of the run, merges included.
    pub jobs: u64,
    /// Jobs whose proofs are verified.
    pub done: u64,
    /// Jobs that were given up.
    pub given_up: u64,
    /// Jobs that could be begun and are not.
    pub waiting: u64,
    /// Jobs that workers are at.
    pub working: u64,
    /// Groups that are complete, in order.
    pub groups_done: u64,
    /// Groups of the run.
    pub groups: u64,
    /// Workers that are left out.
    pub left_out: u64,
}

/// An attempt by the latest hand-out that was heard of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Attempt {
    pub(crate) submission: u64,
    pub(crate) delivery: u64,
}

/// A proof that counts, and by whom and when it was made.
#[derive(Clone, Debug, PartialEq)]
pub struct Done {
    /// By whom.
    pub worker: String,
    /// When it was verified, s since the beginning.
    pub verified_s: f64,
    /// When a worker was heard to have begun it; none where that was not heard.
    pub started_s: Option<f64>,
    /// When one was first heard to have begun it, where that was another attempt.
    pub first_started_s: Option<f64>,
    /// Its threads; none where it did not say.
    pub cores: Option<u64>,
    /// How long the worker was busy, s.
    pub busy_s: f64,
    /// Of that what a prover is busy with, s: record, witness and proof of a batch, or the merge.
    pub prove_s: f64,
    /// The parts of that; none of a merge.
    pub stages: Option<FleetStagesRecord>,
    /// What verifying took here, s.
    pub verify_s: f64,
    /// The length of the proof.
    pub proof_bytes: u64,
}

impl Done {
    /// What a line of the ledger says.
    pub(crate) fn of(verified: &FleetVerifiedRecord, verified_s: f64) -> Self {
        Self {
            worker: verified.worker.clone(),
            verified_s,
            started_s: verified.started_s,
            first_started_s: verified.first_started_s,
            cores: verified.cores,
            busy_s: verified.busy_s,
            prove_s: verified.prove_s,
            stages: verified.stages,
            verify_s: verified.verify_s,
            proof_bytes: verified.proof.bytes.0.len() as u64,
        }
    }
}

/// One job.
#[derive(Clone, Debug)]
pub struct JobState {
    /// What its proof must say.
    pub statement: Statement,
    /// When it could be begun, s since the beginning.
    pub ready_s: f64,
    /// How often it was submitted.
    pub submission: u64,
    /// What came of it.
    pub done: Option<Done>,
    /// Its proof, until the merge above it is done.
    pub proof: Option<Proof>,
    /// Why it was given up.
    pub given_up: Option<String>,
    /// Whether the queue has it, as far as is known.
    pub(crate) is_out: bool,
    /// When something was last heard of it.
    pub(crate) heard_s: f64,
    /// The latest hand-out, who has it, and when that was first heard.
    pub(crate) latest: Attempt,
    pub(crate) started_s: Option<f64>,
    /// When any hand-out was first heard of.
    pub(crate) first_started_s: Option<f64>,
    /// Attempts that failed.
    pub(crate) failed: u64,
    /// Workers that began it and were not heard of again, nor the job.
    pub(crate) vanished: u64,
}

impl JobState {
    pub(crate) fn new(statement: Statement, ready_s: f64) -> Self {
        Self {
            statement,
            ready_s,
            submission: 0,
            done: None,
            proof: None,
            given_up: None,
            is_out: false,
            heard_s: ready_s,
            latest: Attempt::default(),
            started_s: None,
            first_started_s: None,
            failed: 0,
            vanished: 0,
        }
    }

    pub(crate) fn is_open(&self) -> bool {
        self.done.is_none() && self.given_up.is_none()
    }

    pub(crate) fn is_worked_on(&self, now_s: f64) -> bool {
        self.is_open() && self.is_out && self.started_s.is_some() && now_s - self.heard_s < FRESH_S
    }

    pub(crate) fn submitted(&mut self, submission: u64, now_s: f64) {
        self.submission = submission;
        self.is_out = true;
        self.heard_s = now_s;
        self.started_s = None;
    }

    pub(crate) fn heard(&mut self, submission: u64, delivery: u64, now_s: f64) {
        let attempt = Attempt { submission, delivery };
        self.heard_s = now_s;
        if attempt > self.latest {
            self.latest = attempt;
            self.started_s = Some(now_s);
            self.first_started_s.get_or_insert(now_s);
        }
    }
}
