//! Thread pools of a study's own, beside the one of the process.

use rayon::{ThreadPool, ThreadPoolBuilder};
use thiserror::Error;

/// Why a pool cannot be had.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{threads} threads cannot be started: {why}")]
pub struct PoolError {
    /// Threads that were asked for.
    pub threads: usize,
    /// What the system says.
    pub why: String,
}

/// A pool of so many threads.
pub(crate) fn pool_of(threads: usize) -> Result<ThreadPool, PoolError> {
    let pool = ThreadPoolBuilder::new().num_threads(threads).build();
    pool.map_err(|error| PoolError { threads, why: error.to_string() })
}
