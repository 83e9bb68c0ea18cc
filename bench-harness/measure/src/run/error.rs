//! Why a run ends early.

use crate::spec::SpecError;
use records::file::{ReadError, WriteError};
use std::path::PathBuf;
use thiserror::Error;

/// Why a run ends early. What was measured until then stands in its folder.
#[derive(Debug, Error)]
pub enum MeasureError {
    /// The spec.
    #[error(transparent)]
    Spec(#[from] SpecError),
    /// A file cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A file cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The folder cannot be made.
    #[error("{folder}: cannot be made: {source}", folder = folder.display())]
    Folder {
        /// Which folder.
        folder: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The folder holds a run.
    #[error(
        "{folder} holds a run already ({file}): resume it, or name another folder; nothing was changed",
        folder = folder.display()
    )]
    Taken {
        /// Which folder.
        folder: PathBuf,
        /// The file that says so.
        file: &'static str,
    },
    /// The run that is to be resumed has another spec.
    #[error(
        "the run in {folder} has another spec: {differences}; resume it as it was begun, or begin another in a new folder",
        folder = folder.display()
    )]
    OtherSpec {
        /// Which folder.
        folder: PathBuf,
        /// `repeats: 5 there, 7 now; …`
        differences: String,
    },
    /// The run that is to be resumed was made on another machine, or by a build for other instruction sets.
    #[error(
        "the run in {folder} was made on another machine or by another build (there / here): {differences}; measure this one in a new folder",
        folder = folder.display()
    )]
    OtherMachine {
        /// Which folder.
        folder: PathBuf,
        /// `processor.model: A / B; …`
        differences: String,
    },
    /// The child cannot be started.
    #[error("the measuring process cannot be started: {program}: {source}", program = program.display())]
    Launch {
        /// Which program.
        program: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A proof or a state root is wrong.
    #[error("{cell}: {why}")]
    WrongProof {
        /// Which cell.
        cell: String,
        /// What the verifier says.
        why: String,
    },
    /// What was asked for cannot be.
    #[error("{cell}: {why}")]
    Input {
        /// Which cell.
        cell: String,
        /// What the child says.
        why: String,
    },
}

/// What kind of end it is, for an exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// The user can mend it.
    Input,
    /// A proof or a state root is wrong.
    WrongProof,
    /// The run cannot be joined with what is there.
    CannotCompare,
}

impl MeasureError {
    /// What kind of end it is.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Spec(_)
            | Self::Read(_)
            | Self::Write(_)
            | Self::Folder { .. }
            | Self::Taken { .. }
            | Self::Launch { .. }
            | Self::Input { .. } => ErrorKind::Input,
            Self::WrongProof { .. } => ErrorKind::WrongProof,
            Self::OtherSpec { .. } | Self::OtherMachine { .. } => ErrorKind::CannotCompare,
        }
    }
}
