//! A second, independent implementation of the pipeline: a max-plus recursion over whole vectors of times.
//!
//! No events and no heap. A stage is a maximum of what it waits for, plus a time. For stages without crashes. Merges
//! that share aggregators are a list schedule (`common/merges.rs`); a recursion too where aggregators are ample.

use planner::domain::TimeDist;
use planner::sim::{Stage, Stream};

use crate::merges::{Proof, Shape, ample_s, scheduled_s};

/// How L1 takes proofs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Chain {
    /// Any number at once, a block after they are handed in.
    Latency,
    /// The same, but the next proof is handed in only when the last is included.
    Serial,
    /// Slots as long as a block from this time on, each of which takes so many.
    Slots { phase_s: f64, proofs_max: usize },
}

/// The numbers of a pipeline.
pub(crate) struct Oracle {
    pub(crate) close_s: f64,
    pub(crate) poisson: bool,
    pub(crate) prove: TimeDist,
    pub(crate) provers: usize,
    pub(crate) shape: Shape,
    /// Whether merges start before all proofs of a group are there.
    pub(crate) eager: bool,
    pub(crate) step: TimeDist,
    pub(crate) aggregators: usize,
    pub(crate) n: usize,
    pub(crate) block_s: f64,
    pub(crate) chain: Chain,
    /// Whether a batch closes only when a prover is free.
    pub(crate) held_back: bool,
}

impl Oracle {
    /// Delays of the oldest transaction of each group, s, with merges played through.
    pub(crate) fn delays_s(&self, batches: usize, seed: u64, replication: u32) -> Vec<f64> {
        let mut draws = Stream::new(seed, replication, Stage::Aggregate);
        let mut draw_s = || self.step.quantile_s(draws.uniform());
        let (opened_s, proofs) = self.proofs(batches, seed, replication);
        let aggregated_s = match self.shape {
            Shape::Total => self.totals_s(&proofs, &mut draw_s),
            _ => scheduled_s(self.shape, self.n, self.eager, &proofs, self.aggregators, &mut draw_s),
        };
        self.included_s(&opened_s, &aggregated_s)
    }

    /// The same with aggregators without number and merges of one length: no schedule at all.
    pub(crate) fn delays_ample_s(&self, batches: usize, seed: u64, replication: u32) -> Vec<f64> {
        let (opened_s, proofs) = self.proofs(batches, seed, replication);
        let mut in_order_s = 0.0_f64;
        let mut aggregated_s = Vec::new();
        for group in proofs.chunks(self.n) {
            in_order_s = group.iter().fold(in_order_s, |max_s, proof| max_s.max(proof.end_s));
            let leaves_s: Vec<f64> =
                group.iter().map(|proof| if self.eager { proof.end_s } else { in_order_s }).collect();
            aggregated_s.push(ample_s(self.shape, &leaves_s, self.step.mean_s()));
        }
        self.included_s(&opened_s, &aggregated_s)
    }

    /// When each batch was opened, and its proof.
    fn proofs(&self, batches: usize, seed: u64, replication: u32) -> (Vec<f64>, Vec<Proof>) {
        let mut arrivals = Stream::new(seed, replication, Stage::Arrivals);
        let mut prove = Stream::new(seed, replication, Stage::Prove);
        let mut free_s = vec![0.0_f64; self.provers];
        let mut opened_s = vec![0.0_f64];
        let mut proofs = Vec::new();
        for i in 0..batches {
            let gap_s = if self.poisson { self.close_s * arrivals.exponential() } else { self.close_s };
            let soonest = least(&free_s);
            let full_s = opened_s[i] + gap_s;
            let closed_s = if self.held_back { full_s.max(free_s[soonest]) } else { full_s };
            let start_s = closed_s.max(free_s[soonest]);
            free_s[soonest] = start_s + self.prove.quantile_s(prove.uniform());
            proofs.push(Proof { start_s, end_s: free_s[soonest] });
            opened_s.push(closed_s);
        }
        (opened_s, proofs)
    }

    /// Whole groups in order, one at a time on each aggregator.
    fn totals_s(&self, proofs: &[Proof], draw_s: &mut dyn FnMut() -> f64) -> Vec<f64> {
        let mut free_s = vec![0.0_f64; self.aggregators];
        let mut in_order_s = 0.0_f64;
        let mut done_s = Vec::new();
        for group in proofs.chunks(self.n) {
            in_order_s = group.iter().fold(in_order_s, |max_s, proof| max_s.max(proof.end_s));
            let soonest = least(&free_s);
            free_s[soonest] = in_order_s.max(free_s[soonest]) + draw_s();
            done_s.push(free_s[soonest]);
        }
        done_s
    }

    /// Delays, given when each group was one proof.
    fn included_s(&self, opened_s: &[f64], aggregated_s: &[f64]) -> Vec<f64> {
        let (mut handed_in_s, mut included_s) = (0.0_f64, 0.0_f64);
        let mut delays_s = Vec::new();
        let mut slots: Vec<f64> = Vec::new();
        for (group, &done_s) in aggregated_s.iter().enumerate() {
            handed_in_s = handed_in_s.max(done_s);
            included_s = match self.chain {
                Chain::Latency => handed_in_s + self.block_s,
                Chain::Serial => handed_in_s.max(included_s) + self.block_s,
                Chain::Slots { phase_s, proofs_max } => {
                    let next = ((handed_in_s - phase_s) / self.block_s).floor() + 1.0;
                    let before =
                        |by: usize| group.checked_sub(by).map_or(f64::NEG_INFINITY, |group| slots[group]);
                    // Not before the proof before it, and after the one that filled a slot.
                    let slot = next.max(before(1)).max(before(proofs_max) + 1.0);
                    slots.push(slot);
                    phase_s + slot * self.block_s
                }
            };
            delays_s.push(included_s - opened_s[group * self.n]);
        }
        delays_s
    }
}

fn least(times: &[f64]) -> usize {
    (0..times.len()).min_by(|&a, &b| times[a].total_cmp(&times[b])).expect("at least one")
}
