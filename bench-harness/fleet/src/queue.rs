//! What a queue of jobs must do, whoever carries it. It is never trusted to keep anything: see [`crate::coordinator`].

use crate::task::WorkerClass;
use records::fleet::job::{FleetJobRecord, FleetResultRecord};
use std::sync::Arc;
use std::time::Duration;
use thiserror::Error;

/// What can be done about an error of a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QueueErrorKind {
    /// Ask again: a server may be back in a moment, and what it had may be lost.
    Passing,
    /// Ask again later: the queue answered and has no room, say; nothing is lost.
    Refused,
    /// Nothing: the queue is another's.
    Final,
}

/// The queue did not do what it was asked to.
#[derive(Debug, Error)]
#[error("{what}: {why}")]
pub struct QueueError {
    /// What was asked of it.
    pub what: &'static str,
    /// What happened.
    pub why: String,
    /// What can be done.
    pub kind: QueueErrorKind,
}

impl QueueError {
    /// An error of `what` that may pass.
    pub fn new(what: &'static str, why: impl std::fmt::Display) -> Self {
        Self { what, why: why.to_string(), kind: QueueErrorKind::Passing }
    }

    /// The same, of another kind.
    #[must_use]
    pub fn of_kind(self, kind: QueueErrorKind) -> Self {
        Self { kind, ..self }
    }
}

/// Jobs that a queue holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct QueueDepth {
    /// Waiting for a worker.
    pub pending: u64,
    /// In the hands of workers.
    pub unacknowledged: u64,
    /// Answered, and not heard yet.
    pub answered: u64,
}

/// A job in the hands of a worker, until its time is over.
#[derive(Clone, Debug)]
pub struct Lease {
    /// The job.
    pub job: Arc<FleetJobRecord>,
    /// How often this submission was handed out, this time included.
    pub delivery: u64,
    /// Which hand-out this is, for the queue.
    pub token: u64,
}

/// What the coordinator hears.
#[derive(Clone, Debug, PartialEq)]
pub enum QueueEvent {
    /// A worker has begun a job, or is still at it.
    Working {
        /// The run of the job.
        run: String,
        /// Which.
        job: String,
        /// Its submission.
        submission: u64,
        /// How often that was handed out.
        delivery: u64,
        /// Who.
        worker: String,
    },
    /// An answer.
    Result(Box<FleetResultRecord>),
}

/// A queue of jobs with leases. All methods may be called from many threads.
pub trait JobQueue: Send + Sync {
    /// Takes a job, to be handed to one worker at a time. A job of the same name and submission is taken once.
    ///
    /// # Errors
    /// [`QueueError`]: it is not known whether the job is there.
    fn publish(&self, job: &FleetJobRecord) -> Result<(), QueueError>;

    /// Hands a job to a worker; none where none came within `wait`.
    ///
    /// # Errors
    /// [`QueueError`].
    fn take(&self, worker: &str, class: WorkerClass, wait: Duration) -> Result<Option<Lease>, QueueError>;

    /// Says that a worker is at its job, which lengthens the lease.
    ///
    /// # Errors
    /// [`QueueError`].
    fn beat(&self, lease: &Lease, worker: &str) -> Result<(), QueueError>;

    /// Takes an answer, and then takes the job off the queue. An answer from a lost lease is taken too: the
    /// coordinator judges it.
    ///
    /// # Errors
    /// [`QueueError`]: the answer may not be there, and the worker tries again.
    fn finish(&self, lease: &Lease, result: &FleetResultRecord) -> Result<(), QueueError>;

    /// Puts a job back for another worker, at once.
    ///
    /// # Errors
    /// [`QueueError`].
    fn give_back(&self, lease: &Lease) -> Result<(), QueueError>;

    /// What was heard since it was last asked, waiting for the first at most `wait`.
    ///
    /// # Errors
    /// [`QueueError`].
    fn events(&self, wait: Duration) -> Result<Vec<QueueEvent>, QueueError>;

    /// Jobs that it holds: waiting, in the hands of workers, and answered.
    ///
    /// # Errors
    /// [`QueueError`].
    fn depth(&self) -> Result<QueueDepth, QueueError>;

    /// Whether it holds this job, so that a worker will be handed it. Of one that is in a worker's hands either answer may
    /// come: the coordinator hears of those.
    ///
    /// # Errors
    /// [`QueueError`].
    fn holds(&self, job: &str) -> Result<bool, QueueError>;

    /// Takes a job off that is done already; does nothing where it has none.
    ///
    /// # Errors
    /// [`QueueError`].
    fn withdraw(&self, job: &str) -> Result<(), QueueError>;

    /// Hands nothing to this worker any more.
    ///
    /// # Errors
    /// [`QueueError`].
    fn exclude(&self, worker: &str) -> Result<(), QueueError>;
}
