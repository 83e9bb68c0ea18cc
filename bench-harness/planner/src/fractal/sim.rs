//! The tree at work, event by event: rounds follow each other, batches queue for provers, merges for aggregators.
//!
//! ```text
//! R rollups close b batches each ─> queue ─> P provers ─> ready merges ─> A aggregators ─> one proof ─> L1
//!      every close time, out of step          by closing     by round, then the longest way to go    in order
//! ```
//!
//! **Closings.** Rollup `i` closes its batches every close time, from a phase of `frac(i·φ)` of it on (φ the golden
//! ratio): rollups are not in step, and their closings lie evenly. A round is the `b` batches after each other of each.
//! **Provers** take batches by time of closing. **Aggregators** take merges that are ready: of the oldest round first, of
//! those the one with the longest way to the last job (for one length of job the quickest order, Hu 1961), then the first
//! in the tree. A job that has begun is not interrupted, and no pool waits while there is a job for it. **L1** takes one
//! proof after the other, a block time each, as in the published formula.
//!
//! Where nothing is random one replication tells all. Sequencers, transport and set-up take no time here.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use rayon::prelude::*;
use records::fractal::FractalStageName;

use crate::fractal::graph::{LAST, RoundGraph};
use crate::fractal::times::FractalTimes;
use crate::fractal::tree::RollupTree;
use crate::sim::{DelayFigures, Estimate, Stage, Stream};

/// Jobs of a simulation, all rounds and replications together.
const JOBS: u64 = 6_000_000;
/// Rounds that are counted where nothing is random, and where something is.
const ROUNDS: [u64; 2] = [8, 32];
/// Replications where something is random.
const REPLICATIONS: u32 = 8;

/// What is simulated.
#[derive(Debug, Clone)]
pub(crate) struct Rounds<'a> {
    pub(crate) tree: &'a RollupTree,
    pub(crate) times: &'a FractalTimes,
    /// Between two closings of a rollup, s.
    pub(crate) close_s: f64,
    /// Batches of a rollup in a round.
    pub(crate) batches: u32,
    pub(crate) block_s: f64,
    pub(crate) seed: u64,
    pub(crate) graph: RoundGraph,
}

/// Machines at work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct FractalFleet {
    /// Provers of all layers.
    pub provers: u32,
    /// Aggregators of all layers.
    pub aggregators: u32,
}

/// What a fleet does.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct SimulatedRounds {
    /// Oldest transaction of a round to consolidated, by layer from layer 2.
    pub(crate) layers: Vec<DelayFigures>,
    /// The same over all rollups.
    pub(crate) all: DelayFigures,
    /// From a rollup's last closing of a round to the last closing of all, mean, s.
    pub(crate) waiting_s: f64,
    /// From the last closing of all to the one proof, mean, s.
    pub(crate) proving_s: f64,
    /// From the one proof to its inclusion, mean, s.
    pub(crate) block_s: f64,
    /// Rounds counted, all replications together.
    pub(crate) rounds: u64,
    pub(crate) replications: u32,
}

/// One replication: for each counted round when its proof was there and when L1 had it, both from the round's begin.
type Proofs = Vec<(f64, f64)>;

impl<'a> Rounds<'a> {
    /// The rounds of a tree.
    pub(crate) fn new(
        tree: &'a RollupTree,
        times: &'a FractalTimes,
        (close_s, batches, block_s): (f64, u32, f64),
        seed: u64,
    ) -> Self {
        let graph = RoundGraph::new(tree, batches, times);
        Self { tree, times, close_s, batches, block_s, seed, graph }
    }

    /// Between two rounds, s.
    pub(crate) fn round_s(&self) -> f64 {
        self.close_s * f64::from(self.batches)
    }

    /// When a rollup, numbered over all layers, begins its first round, s.
    pub(crate) fn phase_s(&self, rollup: u32) -> f64 {
        /// φ − 1.
        const STEP: f64 = 0.618_033_988_749_894_9;
        (f64::from(rollup) * STEP).fract() * self.close_s
    }

    /// Simulates a fleet.
    pub(crate) fn simulate(&self, fleet: FractalFleet) -> SimulatedRounds {
        let is_random = !self.times.is_fixed();
        let jobs = self.graph.jobs.len() as u64;
        let replications = if is_random { REPLICATIONS } else { 1 };
        let rounds_max = (JOBS / jobs / u64::from(replications)).max(2);
        // What was there at the beginning is done, and so is what queued behind it.
        let path_rounds = (2.0 * self.graph.critical_path_s() / self.round_s()).ceil();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small whole number")]
        let warm_up = (path_rounds as u64 + 2).min(rounds_max / 2);
        let counted = ROUNDS[usize::from(is_random)].min(rounds_max - warm_up);
        let seen: Vec<Proofs> = (0..replications)
            .into_par_iter()
            .map(|replication| self.replication(fleet, replication, warm_up, counted))
            .collect();
        let mut first = 0;
        let layers = self.tree.widths().iter().map(|&width| {
            let rollups = first..first + width;
            first += width;
            self.delay(&seen, rollups)
        });
        let layers = layers.collect();
        let (proofs, phases) = (seen.iter().flatten(), 0..self.tree.rollups());
        let count = proofs.clone().count() as f64;
        let proof_s = proofs.clone().map(|proof| proof.0).sum::<f64>() / count;
        let phases_s: Vec<f64> = phases.map(|rollup| self.phase_s(rollup)).collect();
        let phase_s = phases_s.iter().sum::<f64>() / f64::from(self.tree.rollups());
        let last_s = phases_s.into_iter().fold(0.0, f64::max);
        SimulatedRounds {
            layers,
            all: self.delay(&seen, 0..self.tree.rollups()),
            waiting_s: last_s - phase_s,
            proving_s: proof_s - last_s - self.round_s(),
            block_s: proofs.map(|proof| proof.1 - proof.0).sum::<f64>() / count,
            rounds: counted * u64::from(replications),
            replications,
        }
    }

    /// The delay of the oldest transaction of a round, of these rollups.
    fn delay(&self, seen: &[Proofs], rollups: std::ops::Range<u32>) -> DelayFigures {
        let phases: Vec<f64> = rollups.map(|rollup| self.phase_s(rollup)).collect();
        let of_one = |proofs: &Proofs| {
            let delay = |phase_s: &f64| proofs.iter().map(|proof| proof.1 - phase_s).collect::<Vec<_>>();
            let mut delays: Vec<f64> = phases.iter().flat_map(delay).collect();
            delays.sort_unstable_by(f64::total_cmp);
            let at = |q: f64| delays[crate::domain::time::index_at(q, delays.len())];
            [delays.iter().sum::<f64>() / delays.len() as f64, at(0.5), at(0.9), at(0.99)]
        };
        let figures: Vec<[f64; 4]> = seen.iter().map(of_one).collect();
        let over = |which: usize| Estimate::of(figures.iter().map(move |figures| figures[which]));
        let samples = seen.iter().map(|proofs| proofs.len() as u64 * phases.len() as u64).sum();
        DelayFigures { mean_s: over(0), p50_s: over(1), p90_s: over(2), p99_s: over(3), samples }
    }

    fn replication(&self, fleet: FractalFleet, replication: u32, warm_up: u64, counted: u64) -> Proofs {
        let rounds = warm_up + counted;
        let proved = self.proved(fleet.provers, replication, rounds);
        let merged = self.merged(&proved, fleet.aggregators, replication, rounds);
        let mut included_s = 0.0_f64;
        let proofs = merged.iter().enumerate().map(|(round, &proof_s)| {
            included_s = included_s.max(proof_s) + self.block_s;
            let begun_s = round as f64 * self.round_s();
            (proof_s - begun_s, included_s - begun_s)
        });
        let proofs: Vec<_> = proofs.collect();
        proofs[usize::try_from(warm_up).unwrap_or(usize::MAX).min(proofs.len())..].to_vec()
    }

    /// When each proof of a batch is there, in order: `(time, round, job)`.
    fn proved(&self, provers: u32, replication: u32, rounds: u64) -> Vec<(f64, u32, u32)> {
        let rollups = self.tree.rollups();
        let mut by_phase: Vec<(f64, u32)> =
            (0..rollups).map(|rollup| (self.phase_s(rollup), rollup)).collect();
        by_phase.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut leaves = vec![0_u32; rollups as usize];
        for (at, job) in (0_u32..).zip(&self.graph.jobs) {
            if job.stage == FractalStageName::Prove && job.batch == 0 {
                leaves[job.rollup as usize] = at;
            }
        }
        let laws: Vec<_> = self
            .tree
            .layers()
            .flat_map(|(layer, width)| (0..width).map(move |index| (layer, index)))
            .map(|(layer, index)| &self.times.prove(layer, index).wall)
            .collect();
        let mut stream = Stream::new(self.seed, replication, Stage::Prove);
        let count = rounds * u64::from(self.batches) * u64::from(rollups);
        let busy = u64::from(provers).min(count).max(1);
        // Times are not negative, so that their bits are in their order.
        let mut free: BinaryHeap<Reverse<u64>> = (0..busy).map(|_| Reverse(0.0_f64.to_bits())).collect();
        let mut proved = Vec::with_capacity(usize::try_from(count).unwrap_or(0));
        for closing in 0..rounds * u64::from(self.batches) {
            let (round, batch) = (closing / u64::from(self.batches), closing % u64::from(self.batches));
            for &(phase_s, rollup) in &by_phase {
                let closed_s = (closing + 1) as f64 * self.close_s + phase_s;
                let law = laws[rollup as usize];
                let time_s = if law.is_fixed() { law.mean_s() } else { law.quantile_s(stream.uniform()) };
                let Reverse(free_s) = free.pop().unwrap_or(Reverse(0));
                let done_s = closed_s.max(f64::from_bits(free_s)) + time_s;
                free.push(Reverse(done_s.to_bits()));
                let job = leaves[rollup as usize] + u32::try_from(batch).unwrap_or(0);
                proved.push((done_s, u32::try_from(round).unwrap_or(u32::MAX), job));
            }
        }
        proved.sort_by(|a, b| a.0.total_cmp(&b.0).then((a.1, a.2).cmp(&(b.1, b.2))));
        proved
    }

    /// When the one proof of each round is there.
    fn merged(
        &self,
        proved: &[(f64, u32, u32)],
        aggregators: u32,
        replication: u32,
        rounds: u64,
    ) -> Vec<f64> {
        let jobs = &self.graph.jobs;
        let merge_s = self.merge_times_s(replication, rounds);
        let slot = |round: u32, job: u32| round as usize * jobs.len() + job as usize;
        let mut waits_for: Vec<u32> =
            (0..rounds).flat_map(|_| jobs.iter().map(|job| job.waits_for)).collect();
        let mut last_s = vec![0.0; usize::try_from(rounds).unwrap_or(0)];
        let mut proofs = proved.iter().peekable();
        let mut at_work: BinaryHeap<Reverse<(u64, u32, u32)>> = BinaryHeap::new();
        let mut ready: BinaryHeap<Reverse<(u32, Reverse<u64>, u32)>> = BinaryHeap::new();
        let mut idle = aggregators.max(1);
        loop {
            let proof = proofs.peek().map(|proof| proof.0);
            let merge = at_work.peek().map(|Reverse((bits, ..))| f64::from_bits(*bits));
            let now_s = match (proof, merge) {
                (Some(proof_s), Some(merge_s)) => proof_s.min(merge_s),
                (Some(one), None) | (None, Some(one)) => one,
                (None, None) => return last_s,
            };
            let mut done = |round: u32, job: u32| {
                let next = jobs[job as usize].next;
                if next == LAST {
                    last_s[round as usize] = now_s;
                    return;
                }
                let left = &mut waits_for[slot(round, next)];
                *left -= 1;
                if *left == 0 {
                    ready.push(Reverse((round, Reverse(jobs[next as usize].left_s.to_bits()), next)));
                }
            };
            // All that ends now ends before anything starts.
            while let Some(&(_, round, job)) = proofs.next_if(|proof| proof.0 <= now_s) {
                done(round, job);
            }
            while at_work.peek().is_some_and(|Reverse((bits, ..))| f64::from_bits(*bits) <= now_s) {
                if let Some(Reverse((_, round, job))) = at_work.pop() {
                    done(round, job);
                    idle += 1;
                }
            }
            while idle > 0
                && let Some(Reverse((round, _, job))) = ready.pop()
            {
                let time_s = match merge_s.get(slot(round, job)) {
                    Some(drawn_s) => *drawn_s,
                    None => self.times.of(jobs[job as usize].stage).wall.mean_s(),
                };
                at_work.push(Reverse(((now_s + time_s).to_bits(), round, job)));
                idle -= 1;
            }
        }
    }

    /// Every merge's time, drawn by its place and not by when it starts, so that fleets differ by their machines alone;
    /// nothing where all are fixed.
    fn merge_times_s(&self, replication: u32, rounds: u64) -> Vec<f64> {
        let laws = crate::fractal::times::MERGES.map(|stage| &self.times.of(stage).wall);
        if laws.iter().all(|law| law.is_fixed()) {
            return Vec::new();
        }
        let mut stream = Stream::new(self.seed, replication, Stage::Aggregate);
        let stages = (0..rounds).flat_map(|_| self.graph.jobs.iter().map(|job| job.stage));
        stages.map(|stage| self.times.of(stage).wall.quantile_s(stream.uniform())).collect()
    }
}

#[cfg(test)]
impl Rounds<'_> {
    /// When the proof of the first round is there, with nothing before or after it, s.
    pub(crate) fn first_proof_s(&self, fleet: FractalFleet) -> f64 {
        let proved = self.proved(fleet.provers, 0, 1);
        self.merged(&proved, fleet.aggregators, 0, 1)[0]
    }
}
