//! What is wrong with a store. Each message says what to do about it.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Why a store cannot be filled, opened, read or written. What it held before is as it was.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The system: no room, no permission, no such folder.
    #[error("{file}: {source}", file = file.display())]
    Io {
        /// Which file.
        file: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// Somebody else has it.
    #[error("{file}: another process has this store open", file = file.display())]
    Busy {
        /// Which file.
        file: PathBuf,
    },
    /// Cut off, overwritten, or never a store.
    #[error("{file}: not a whole store: {why}; delete it, and it is filled anew", file = file.display())]
    Damaged {
        /// Which file.
        file: PathBuf,
        /// What was found.
        why: String,
    },
    /// Whole, and of another genesis.
    #[error(
        "{file}: holds another state: {what} is {got}, expected {expected}; take another folder, or delete it",
        file = file.display()
    )]
    OtherShape {
        /// Which file.
        file: PathBuf,
        /// `accounts`, `depth`, `seed`, …
        what: &'static str,
        /// What the caller has.
        expected: u64,
        /// What the store has.
        got: u64,
    },
}

impl StoreError {
    /// What the library says, as it concerns whoever asked.
    pub(super) fn of(file: &Path, error: impl Into<redb::Error>) -> Self {
        let file = file.to_owned();
        match error.into() {
            redb::Error::DatabaseAlreadyOpen => Self::Busy { file },
            // What is read beyond the end was cut off; what is no store at all is invalid data.
            redb::Error::Io(source)
                if matches!(source.kind(), ErrorKind::UnexpectedEof | ErrorKind::InvalidData) =>
            {
                Self::Damaged { file, why: source.to_string() }
            }
            redb::Error::Io(source) => Self::Io { file, source },
            redb::Error::PreviousIo => {
                let source = std::io::Error::other("an earlier write to it failed");
                Self::Io { file, source }
            }
            other => Self::Damaged { file, why: other.to_string() },
        }
    }
}
