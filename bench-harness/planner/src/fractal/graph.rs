//! The jobs of one round as a graph: which waits for which. Every job but the last has one successor, so that it is a tree.
//!
//! Of several proofs that become one, neighbours are merged level by level. In a chain the last of an odd number is
//! lifted by a job of its own; in a family and for layer 1 it passes up as it is. A family is the rollup's own chain,
//! then what is attached to it in the order of the children. An attach waits for all below the rollup that it binds, and
//! not for its parent's proof.

use records::fractal::FractalStageName;

use crate::fractal::times::FractalTimes;
use crate::fractal::tree::RollupTree;

/// No successor: the last job.
pub(crate) const LAST: u32 = u32::MAX;

/// One job.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Job {
    /// What it does.
    pub(crate) stage: FractalStageName,
    /// The rollup whose batch it proves, over all layers; 0 of other stages.
    pub(crate) rollup: u32,
    /// The batch of a round that it proves, from 0; 0 of other stages.
    pub(crate) batch: u32,
    /// Jobs that it waits for.
    pub(crate) waits_for: u32,
    /// The job that waits for it, or [`LAST`].
    pub(crate) next: u32,
    /// Mean time from its start to the end of the round's last job, machines without number, s.
    pub(crate) left_s: f64,
}

/// The jobs of a round.
#[derive(Debug, Clone)]
pub(crate) struct RoundGraph {
    /// Every job, children before those that wait for them.
    pub(crate) jobs: Vec<Job>,
}

/// The most jobs of a round.
pub(crate) const JOBS_MAX: u64 = 4_000_000;

impl RoundGraph {
    /// The jobs of a round of `batches` batches a rollup.
    pub(crate) fn new(tree: &RollupTree, batches: u32, times: &FractalTimes) -> Self {
        let mut graph = Self { jobs: Vec::new() };
        let mut first = tree.rollups();
        // What is attached to the layer above: one proof a rollup of the layer that was done before.
        let mut attached: Vec<u32> = Vec::new();
        let layers: Vec<_> = tree.layers().collect();
        for &(layer, width) in layers.iter().rev() {
            first -= width;
            let mut proofs = Vec::with_capacity(width as usize);
            for index in 0..width {
                let mut family = vec![graph.chain(first + index, batches)];
                family.extend(tree.children(layer, index).map(|child| attached[child as usize]));
                let whole = graph.merged(FractalStageName::Join, family);
                proofs.push(match layer {
                    2 => whole,
                    _ => graph.job(FractalStageName::Attach, &[whole]),
                });
            }
            attached = proofs;
        }
        graph.merged(FractalStageName::Settle, attached);
        graph.find_times(tree, times);
        graph
    }

    /// Proofs of a rollup's batches, merged; the last of its merges.
    fn chain(&mut self, rollup: u32, batches: u32) -> u32 {
        let prove = |batch| Job {
            stage: FractalStageName::Prove,
            rollup,
            batch,
            waits_for: 0,
            next: LAST,
            left_s: 0.0,
        };
        let mut level: Vec<u32> = (0..batches).map(|batch| self.push(prove(batch))).collect();
        loop {
            level = level.chunks(2).map(|pair| self.job(FractalStageName::Chain, pair)).collect();
            if let [root] = level.as_slice() {
                return *root;
            }
        }
    }

    /// Several proofs made one, a lone one of a level passed up as it is.
    fn merged(&mut self, stage: FractalStageName, proofs: Vec<u32>) -> u32 {
        let mut level = proofs;
        while level.len() > 1 {
            let merge = |pair: &[u32]| match pair {
                [lone] => *lone,
                pair => self.job(stage, pair),
            };
            level = level.chunks(2).map(merge).collect();
        }
        level[0]
    }

    fn job(&mut self, stage: FractalStageName, children: &[u32]) -> u32 {
        let waits_for = u32::try_from(children.len()).unwrap_or(u32::MAX);
        let at = self.push(Job { stage, rollup: 0, batch: 0, waits_for, next: LAST, left_s: 0.0 });
        for &child in children {
            self.jobs[child as usize].next = at;
        }
        at
    }

    fn push(&mut self, job: Job) -> u32 {
        self.jobs.push(job);
        u32::try_from(self.jobs.len() - 1).unwrap_or(LAST)
    }

    /// Fills in the time that is left from each job on, from the last one down.
    fn find_times(&mut self, tree: &RollupTree, times: &FractalTimes) {
        let prove_s = prove_means_s(tree, times);
        for at in (0..self.jobs.len()).rev() {
            let job = self.jobs[at];
            let own_s = match job.stage {
                FractalStageName::Prove => prove_s[job.rollup as usize],
                merge => times.of(merge).wall.mean_s(),
            };
            let after_s = if job.next == LAST { 0.0 } else { self.jobs[job.next as usize].left_s };
            self.jobs[at].left_s = own_s + after_s;
        }
    }

    /// The longest chain of jobs that wait for each other, mean times, s.
    pub(crate) fn critical_path_s(&self) -> f64 {
        self.jobs.iter().map(|job| job.left_s).fold(0.0, f64::max)
    }

    /// Merges on that chain.
    pub(crate) fn critical_merges(&self) -> u32 {
        let longest = |a: &&Job, b: &&Job| a.left_s.total_cmp(&b.left_s);
        let mut at = self.jobs.iter().max_by(longest).map_or(LAST, |job| job.next);
        let mut merges = 0;
        while at != LAST {
            merges += 1;
            at = self.jobs[at as usize].next;
        }
        merges
    }
}

/// The mean time of a proof of each rollup, over all layers, s.
pub(crate) fn prove_means_s(tree: &RollupTree, times: &FractalTimes) -> Vec<f64> {
    let of =
        |(layer, width): (u32, u32)| (0..width).map(move |index| times.prove(layer, index).wall.mean_s());
    tree.layers().flat_map(of).collect()
}
