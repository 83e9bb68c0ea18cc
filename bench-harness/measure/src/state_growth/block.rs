//! One timed block: what it led to, and how long each stage took.

use machine::usage::process_cpu_s;
use machine::{Root, storage_read_bytes};
use std::time::Instant;
use workloads::executor::TransactionOutcome;
use workloads::hash::Digest;

/// What a block led to.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct BlockResult {
    pub(super) outcomes: Vec<TransactionOutcome>,
    pub(super) root: Digest,
}

impl BlockResult {
    /// What differs, if anything does.
    pub(super) fn difference(&self, other: &Self) -> Option<&'static str> {
        if self.outcomes != other.outcomes {
            return Some("the outcomes of transactions");
        }
        (self.root != other.root).then_some("the roots")
    }
}

/// How long each stage of a block took.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct TimedBlock {
    pub(super) read_s: f64,
    pub(super) execute_s: f64,
    pub(super) root_s: f64,
    pub(super) commit_s: f64,
    pub(super) cpu_s: f64,
    pub(super) changed_nodes: u64,
    /// Fetched from the storage; none where that is not counted.
    pub(super) storage_bytes: Option<u64>,
}

impl TimedBlock {
    pub(super) fn wall_s(&self) -> f64 {
        self.read_s + self.execute_s + self.root_s + self.commit_s
    }
}

/// Clocks that run while a block is worked on, stage by stage.
pub(super) struct Stopwatch {
    cpu_s: f64,
    storage_bytes: Option<u64>,
    lap: Instant,
}

impl Stopwatch {
    pub(super) fn start() -> Self {
        let storage_bytes = storage_read_bytes(&Root::system());
        Self { cpu_s: process_cpu_s(), storage_bytes, lap: Instant::now() }
    }

    /// Seconds since the last call, or since the start.
    pub(super) fn lap_s(&mut self) -> f64 {
        let now = Instant::now();
        let lap_s = (now - self.lap).as_secs_f64();
        self.lap = now;
        lap_s
    }

    /// CPU time of all threads since the start.
    pub(super) fn cpu_s(&self) -> f64 {
        process_cpu_s() - self.cpu_s
    }

    /// Bytes fetched from the storage since the start.
    pub(super) fn storage_bytes(&self) -> Option<u64> {
        let now = storage_read_bytes(&Root::system());
        now.zip(self.storage_bytes).map(|(now, then)| now.saturating_sub(then))
    }
}

#[cfg(test)]
mod tests {
    use super::BlockResult;
    use workloads::hash::EMPTY_LEAF;
    use workloads::rules::Receipt;

    #[test]
    fn what_differs_is_named() {
        let result = BlockResult { outcomes: vec![Ok(Receipt { amount_out: 1 })], root: EMPTY_LEAF };
        assert_eq!(result.difference(&result), None);
        let other = BlockResult { outcomes: vec![], ..result.clone() };
        assert_eq!(result.difference(&other), Some("the outcomes of transactions"));
        let root = workloads::hash::hash_pair(EMPTY_LEAF, EMPTY_LEAF);
        assert_eq!(result.difference(&BlockResult { root, ..result.clone() }), Some("the roots"));
    }
}
