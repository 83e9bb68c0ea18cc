//! `ledger.jsonl`: what the coordinator of a fleet knows for certain, one JSON record a line, only ever appended to. A
//! proof stands in it only after it was verified.

use crate::file::{ReadError, WriteError};
use crate::fleet::FLEET_SCHEMA_VERSION;
use crate::fleet::job::{FleetProofRecord, FleetStagesRecord, FleetWorkRecord};
use crate::fleet::pipeline::{ClosedByName, PipelineRulesRecord};
use crate::lines::{LineFile, Lines, record, value};
use crate::machine::MachineRecord;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::path::Path;

/// One line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FleetLedgerRecord {
    /// [`FLEET_SCHEMA_VERSION`] of the writer.
    pub schema_version: u32,
    /// Time since the run began, s.
    pub at_s: f64,
    /// What happened.
    pub event: FleetEventRecord,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum FleetEventRecord {
    /// The run began: the first line.
    Began(Box<FleetBeganRecord>),
    /// The coordinator was started again.
    Resumed {},
    /// A batch was closed: it may be proved. Batches are numbered in this order, and their transactions are the next of
    /// the run's traffic.
    Closed {
        /// Which, from 0.
        batch: u64,
        /// How many transactions it has.
        transactions: u64,
        /// When it could be proved, s since the beginning.
        ready_s: f64,
        /// Why a sequencer closed it; none where its time was known before.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        closed_by: Option<ClosedByName>,
    },
    /// No batch comes after so many, in a run that did not know their number when it began.
    LastClosed {
        /// Batches of the run.
        batches: u64,
    },
    /// The queue took a job.
    Submitted {
        /// Which.
        job: String,
        /// For which time, from 1.
        submission: u64,
    },
    /// A proof was verified and compared with native execution.
    Verified(Box<FleetVerifiedRecord>),
    /// An answer was not used.
    Refused {
        /// To which job.
        job: String,
        /// Whose.
        worker: String,
        /// Why not.
        why: String,
    },
    /// An attempt failed, and the job is tried again.
    Failed {
        /// Which job.
        job: String,
        /// Whose attempt.
        worker: String,
        /// What it says.
        why: String,
    },
    /// A job that nobody could do: it is not tried again.
    GivenUp {
        /// Which.
        job: String,
        /// Why.
        why: String,
    },
    /// A worker said for the first time what it runs on.
    Joined {
        /// Which.
        worker: String,
        /// Its machine.
        machine: Box<MachineRecord>,
    },
    /// A worker that returned a wrong proof or has other circuits, and of which no answer is used any more.
    Excluded {
        /// Which.
        worker: String,
        /// What it did.
        why: String,
    },
    /// All of it was done, or given up.
    Ended {
        /// Whether every batch is proved and aggregated.
        is_complete: bool,
    },
}

/// What a run is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FleetBeganRecord {
    /// Its name, unique.
    pub run: String,
    /// When it began, s since 1970.
    pub began_unix_s: f64,
    /// What is proved.
    pub work: FleetWorkRecord,
    /// How many batches; 0 where a sequencer closes them while the run goes on.
    pub batches: u64,
    /// When each full batch is there to be proved, s since the beginning; none where a sequencer closes them.
    pub arrivals_s: Vec<f64>,
    /// What the sequencer of a live pipeline was asked to do, from which with the seed every arrival follows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sequencing: Option<PipelineRulesRecord>,
}

/// A proof that counts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FleetVerifiedRecord {
    /// Which job.
    pub job: String,
    /// By whom.
    pub worker: String,
    /// Which submission.
    pub submission: u64,
    /// How often that submission was handed out.
    pub delivery: u64,
    /// When the job could be begun, s since the beginning.
    pub ready_s: f64,
    /// When a worker was first heard to have begun the attempt that counted; none where that was not heard.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_s: Option<f64>,
    /// When a worker was first heard to have begun the job, where that was another attempt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_started_s: Option<f64>,
    /// Threads of the worker; none where it did not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cores: Option<u64>,
    /// How long the worker was busy with it, s.
    pub busy_s: f64,
    /// Of that what a prover is busy with, s: record, witness and proof of a batch, or the merge.
    pub prove_s: f64,
    /// The parts of that; none of a merge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stages: Option<FleetStagesRecord>,
    /// What verifying took, s.
    pub verify_s: f64,
    /// The proof.
    pub proof: FleetProofRecord,
}

/// The open ledger. It is locked against a second coordinator.
#[derive(Debug)]
pub struct FleetLedger(LineFile);

const ANOTHER: &str = "another coordinator";

impl FleetLedger {
    /// Creates the file.
    ///
    /// # Errors
    /// [`WriteError`], also where there is one that holds anything.
    pub fn create(path: &Path) -> Result<Self, WriteError> {
        let ledger = LineFile::open(path, File::options().append(true).create(true), ANOTHER)?;
        match ledger.file.metadata() {
            Ok(metadata) if metadata.len() == 0 => Ok(Self(ledger)),
            Ok(_) => Err(ledger.error(std::io::ErrorKind::AlreadyExists.into())),
            Err(source) => Err(ledger.error(source)),
        }
    }

    /// Opens the file to go on, and cuts off a last line that is not whole.
    ///
    /// # Errors
    /// [`WriteError`], also while another coordinator writes to it.
    pub fn resume(path: &Path, contents: &Lines<FleetLedgerRecord>) -> Result<Self, WriteError> {
        let ledger = LineFile::open(path, File::options().write(true), ANOTHER)?;
        ledger.cut(contents)?;
        Ok(Self(ledger))
    }

    /// Appends one line in one write, so that it outlives this process.
    ///
    /// # Errors
    /// [`WriteError`].
    pub fn append(&mut self, at_s: f64, event: FleetEventRecord) -> Result<(), WriteError> {
        self.0.append(&FleetLedgerRecord { schema_version: FLEET_SCHEMA_VERSION, at_s, event })
    }

    /// Waits until the disk has all of it, so that it outlives the machine.
    ///
    /// # Errors
    /// [`WriteError`].
    pub fn sync(&self) -> Result<(), WriteError> {
        self.0.sync()
    }
}

/// Reads a ledger; a last line that was cut off is left out.
///
/// # Errors
/// [`ReadError`] with line and field.
pub fn read_ledger(path: &Path) -> Result<Lines<FleetLedgerRecord>, ReadError> {
    Lines::read(path, |text, line| record(value(text, path, line, FLEET_SCHEMA_VERSION)?, path, line))
}
