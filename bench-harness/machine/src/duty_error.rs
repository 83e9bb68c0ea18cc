//! Why a process cannot be slowed down by a CPU quota.

use crate::cores::CoreCount;
use std::io;
use std::path::PathBuf;

/// Why a duty cycle cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum DutyError {
    /// No group can be made here.
    #[error("cannot limit CPU time: {why}. Needed: {needed}")]
    Unavailable {
        /// What is missing.
        why: String,
        /// What would help.
        needed: &'static str,
    },
    /// The percentage is too small for the kernel.
    #[error(
        "{percent} % of {cores} core(s) is below 1 ms in a period of 20 ms, the minimum that the kernel grants"
    )]
    TooSmall {
        /// What was asked.
        percent: u8,
        /// For so many cores.
        cores: CoreCount,
    },
    /// The kernel refused.
    #[error("cannot {doing} {path}: {source}")]
    Refused {
        /// What was tried.
        doing: &'static str,
        /// Where.
        path: PathBuf,
        /// The answer.
        source: io::Error,
    },
}
