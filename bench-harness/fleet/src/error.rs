//! Why a run of a fleet, or a worker, ends early.

use prover::system::ProverError;
use records::file::{ReadError, WriteError};
use std::path::PathBuf;
use thiserror::Error;

/// Why it ends.
#[derive(Debug, Error)]
pub enum FleetError {
    /// What was asked for cannot be.
    #[error("{what}: expected {expected}, got {got}")]
    Input {
        /// Which input.
        what: &'static str,
        /// What it should be.
        expected: String,
        /// What it is.
        got: String,
    },
    /// The folder holds another run, or none where one is to be resumed.
    #[error("{}: {why}", folder.display())]
    Folder {
        /// Which.
        folder: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// A proof system cannot be set up, or a batch cannot be executed.
    #[error(transparent)]
    Prover(#[from] ProverError),
    /// A file that cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A file that cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The queue cannot be used at all.
    #[error(transparent)]
    Queue(#[from] crate::queue::QueueError),
    /// No worker can be started.
    #[error("worker {worker} cannot be started: {why}")]
    Worker {
        /// Which.
        worker: String,
        /// What happened.
        why: String,
    },
}
