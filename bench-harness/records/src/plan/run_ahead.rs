//! The record of how far sequencing may run ahead of proving. Plain data: nothing is computed here.

use serde::{Deserialize, Serialize};

/// How far sequencing may run ahead of proving, so that the newest batch still keeps the limit on delay after a burst.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct RunAheadRecord {
    /// What the limit leaves for waiting on a prover: the limit less the delay without a queue.
    pub wait_max_s: f64,
    /// The fraction of bursts after which the wait is kept.
    pub confidence: f64,
    /// The most batches that may be sequenced and not proved, those in proof among them.
    pub unproved_max_batches: u64,
    /// Batches in proof at the planned load, on average.
    pub in_proof_mean_batches: f64,
    /// The largest burst on top of them.
    pub burst_max_batches: u64,
    /// Time in which the queue of that burst drains at the planned load; none where nothing is left for it.
    pub drained_s: Option<f64>,
}
