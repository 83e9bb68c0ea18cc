//! What can go wrong between a batch and its verified proof, whatever the proof system.

use crate::statement::Statement;
use thiserror::Error;

/// Why there is no verified proof.
#[derive(Debug, Error)]
pub enum ProverError {
    /// The shape or the number of proofs cannot be.
    #[error("{what}: expected {expected}, got {got}")]
    Input {
        /// Which input.
        what: &'static str,
        /// What it should be.
        expected: String,
        /// What it is.
        got: String,
    },
    /// A transaction cannot be executed, so there is nothing to prove.
    #[error(transparent)]
    Execution(#[from] workloads::ledger::BatchError),
    /// The prover gave no proof.
    #[error("no proof of {what}: {why}")]
    NoProof {
        /// `batch 3`, or the place in an aggregation.
        what: String,
        /// What the system says.
        why: String,
    },
    /// It was asked for one proof from many, and cannot make one.
    #[error("{system} cannot aggregate proofs: each is verified by itself")]
    NoAggregation {
        /// The system's name.
        system: String,
    },
    /// A proof does not verify, or is not a proof.
    #[error("a proof is wrong: {why}")]
    Rejected {
        /// What the verifier says.
        why: String,
    },
    /// A proof verifies but says something else than native execution.
    #[error("a proof says something else than native execution\n  proof:  {proved}\n  native: {native}")]
    Mismatch {
        /// What the proof says.
        proved: Box<Statement>,
        /// What native execution says.
        native: Box<Statement>,
    },
    /// An external prover failed.
    #[error("prover command, batch {batch}: {why}")]
    Command {
        /// The batch it was given.
        batch: u64,
        /// What happened: a time-out, a crash, a bad reply.
        why: String,
    },
}

impl ProverError {
    /// True where a proof or a state root is wrong, as against a run that could not be made.
    pub fn is_wrong_proof(&self) -> bool {
        matches!(self, Self::Rejected { .. } | Self::Mismatch { .. })
    }
}
