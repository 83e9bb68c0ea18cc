//! A second, independent implementation of the pipeline: a max-plus recursion over whole vectors of times.
//!
//! No events and no heap. A stage is a maximum of what it waits for, plus a time. For stages without
//! crashes, groups aggregated in one step each.

use planner::domain::TimeDist;
use planner::sim::{Stage, Stream};

/// The numbers of a pipeline.
pub(crate) struct Oracle {
    pub(crate) close_s: f64,
    pub(crate) poisson: bool,
    pub(crate) prove: TimeDist,
    pub(crate) provers: usize,
    pub(crate) aggregate: TimeDist,
    pub(crate) aggregators: usize,
    pub(crate) n: usize,
    pub(crate) block_s: f64,
    /// Whether the next proof is handed in only when the last is included.
    pub(crate) serial: bool,
    /// Whether a batch closes only when a prover is free.
    pub(crate) held_back: bool,
}

impl Oracle {
    /// Delays of the oldest transaction of each group, s.
    pub(crate) fn delays_s(&self, batches: usize, seed: u64, replication: u32) -> Vec<f64> {
        let mut arrivals = Stream::new(seed, replication, Stage::Arrivals);
        let mut prove = Stream::new(seed, replication, Stage::Prove);
        let mut aggregate = Stream::new(seed, replication, Stage::Aggregate);
        let mut free_s = vec![0.0_f64; self.provers];
        let mut aggregator_free_s = vec![0.0_f64; self.aggregators];
        let (mut opened_s, mut handed_in_s, mut included_s) = (0.0_f64, 0.0_f64, 0.0_f64);
        let (mut group_opened_s, mut proofs_s, mut in_order_s) = (0.0_f64, 0.0_f64, 0.0_f64);
        let mut delays_s = Vec::new();
        for i in 0..batches {
            if i % self.n == 0 {
                (group_opened_s, proofs_s) = (opened_s, 0.0);
            }
            let gap_s = if self.poisson { self.close_s * arrivals.exponential() } else { self.close_s };
            let soonest = least(&free_s);
            let full_s = opened_s + gap_s;
            let closed_s = if self.held_back { full_s.max(free_s[soonest]) } else { full_s };
            free_s[soonest] = closed_s.max(free_s[soonest]) + self.prove.quantile_s(prove.uniform());
            proofs_s = proofs_s.max(free_s[soonest]);
            opened_s = closed_s;
            if (i + 1) % self.n == 0 {
                in_order_s = in_order_s.max(proofs_s);
                let soonest = least(&aggregator_free_s);
                let start_s = in_order_s.max(aggregator_free_s[soonest]);
                aggregator_free_s[soonest] = start_s + self.aggregate.quantile_s(aggregate.uniform());
                handed_in_s = handed_in_s.max(aggregator_free_s[soonest]);
                included_s =
                    if self.serial { handed_in_s.max(included_s) } else { handed_in_s } + self.block_s;
                delays_s.push(included_s - group_opened_s);
            }
        }
        delays_s
    }
}

fn least(times: &[f64]) -> usize {
    (0..times.len()).min_by(|&a, &b| times[a].total_cmp(&times[b])).expect("at least one")
}
