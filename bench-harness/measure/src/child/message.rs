//! What a child tells its parent, a JSON line each. No public format: parent and child are the same program.

use records::sample::LogRecord;
use serde::{Deserialize, Serialize};

/// One line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "message", rename_all = "snake_case")]
pub enum Message {
    /// One proof was made, verified and thrown away.
    WarmUp {
        /// What it took: witness and proof.
        wall_s: f64,
    },
    /// A prover that keeps cores busy beside the one that is measured has warmed up and goes on.
    Loading,
    /// A repeat begins.
    Started {
        /// Which.
        repeat: u64,
        /// The seed of its batches.
        seed: u64,
    },
    /// A line for the log.
    Record {
        /// The line.
        record: Box<LogRecord>,
    },
    /// The run cannot go on.
    Fatal {
        /// What kind of end it is.
        fatal: FatalName,
        /// What happened.
        why: String,
    },
}

/// Why a run cannot go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FatalName {
    /// A proof or a state root is wrong.
    WrongProof,
    /// What was asked for cannot be.
    Input,
}
