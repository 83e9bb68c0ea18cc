//! Aggregating a group with merges that start as soon as their children are there: from its last proof to its aggregate.
//!
//! Source: worked out for this project, and equal to the simulation where nothing is random (tests of this crate).
//! Times in seconds. Assumes that a proof comes every `interval_s`, in order, that every merge takes `merge_s`, and
//! that of the merges that could start the one of the oldest group goes first, then the lowest level, then the
//! oldest proofs. Merges of the lowest level have the longest way to the root before them: for merges of one length
//! that order is the quickest (Hu 1961, *Parallel sequencing and assembly line problems*).
//!
//! Not here: groups that wait until all their proofs are there (see [`crate::formulas::tree`]).

use std::collections::VecDeque;

use crate::formulas::tree::{AggregationTree, Levels};

/// Groups that are tried until one is like the last: the start from idle machines is forgotten long before.
const GROUPS_MAX: u32 = 256;
/// Proofs that are played through: of larger groups fewer are tried, of still larger ones none.
const PROOFS_MAX: u32 = 1 << 20;

/// Time from the last proof of a group to its aggregate, aggregators without number, s.
///
/// The node that ends with proof `e` (from 0) on level `h` of a full subtree is there at `e·interval + h·merge`. Only
/// the last node of a level may be of fewer levels, and it waits for the one before it, which may be of more. So with
/// N a power of the arity this is `⌈log N⌉` merges, and never more than that.
///
/// ```
/// use planner::formulas::merging::eager_tree_ample_s;
/// use planner::formulas::tree::AggregationTree;
/// let (pairs, lifting) = (AggregationTree::PAIRS, AggregationTree::LIFTED_PAIRS);
/// assert_eq!(eager_tree_ample_s(8, pairs, 10.0, 12.0), 36.0); // three levels
/// // Of 5 the last one passes up twice, and merges with the other 4, which were one at 30 + 2·12 = 54, 14 s after it.
/// assert_eq!(eager_tree_ample_s(5, pairs, 10.0, 12.0), 14.0 + 12.0);
/// assert_eq!(eager_tree_ample_s(5, pairs, 60.0, 12.0), 12.0);
/// // Lifted twice, it has its own three merges.
/// assert_eq!(eager_tree_ample_s(5, lifting, 60.0, 12.0), 36.0);
/// ```
pub fn eager_tree_ample_s(n: u32, tree: AggregationTree, interval_s: f64, merge_s: f64) -> f64 {
    // Times from the last proof on. `last_s` is the last node of the level; the one before it ends with an earlier
    // proof, `before` proofs before the last, and is full.
    let (mut last_s, mut left, mut below) = (0.0_f64, n, 1_u64);
    let mut level = 0_u32;
    while left > 1 {
        let children = (left - 1) % tree.arity() + 1;
        if children > 1 {
            let ends_with = u64::from(left - 1) * below;
            let before = u64::from(n) - ends_with;
            let sibling_s = f64::from(level) * merge_s - before as f64 * interval_s;
            last_s = last_s.max(sibling_s);
        }
        if tree.is_merged(children) {
            last_s += merge_s;
        }
        (left, below, level) = (left.div_ceil(tree.arity()), below * u64::from(tree.arity()), level + 1);
    }
    last_s
}

/// Time from the last proof of a group to its aggregate on `aggregators` machines, groups following each other, s.
///
/// With as many as ever work at once this is [`eager_tree_ample_s`]. With fewer the merges are played through, group
/// after group, until one is like the last; where groups bring more work than the machines do in their time there is
/// no such group, and the figure is that of the first. Groups of more than a million are taken to have aggregators
/// enough.
///
/// ```
/// use planner::formulas::merging::eager_tree_s;
/// use planner::formulas::tree::AggregationTree;
/// let pairs = AggregationTree::PAIRS;
/// // A proof every 10 s, 12 s a merge: 8 of them are one 36 s after the last, with 2 machines.
/// assert_eq!(eager_tree_s(8, pairs, 2, 10.0, 12.0), 36.0);
/// // Of 7, merges of 11 s: the third pair is there at 50 s, two seconds before one machine has merged the first four.
/// assert_eq!(eager_tree_s(7, pairs, 1, 10.0, 11.0), 25.0);
/// assert_eq!(eager_tree_s(7, pairs, 9, 10.0, 11.0), 23.0);
/// ```
///
/// # Panics
/// If there is no aggregator.
pub fn eager_tree_s(n: u32, tree: AggregationTree, aggregators: u32, interval_s: f64, merge_s: f64) -> f64 {
    assert!(aggregators >= 1, "a tree needs at least one aggregator");
    if n > PROOFS_MAX || f64::from(aggregators) >= at_once_max(n, tree.arity(), interval_s, merge_s) {
        return eager_tree_ample_s(n, tree, interval_s, merge_s);
    }
    let shape = Levels::new(n, tree);
    let group_s = f64::from(n) * interval_s;
    let is_carried = f64::from(tree.merges(n)) * merge_s <= f64::from(aggregators) * group_s * (1.0 + 1e-9);
    let mut stream = Stream::new(shape, aggregators as usize, interval_s, merge_s);
    let groups_max = GROUPS_MAX.min(4 + PROOFS_MAX / n) as usize;
    let mut latencies_s: Vec<f64> = Vec::new();
    let mut before: Option<Snapshot> = None;
    loop {
        let latency_s = stream.next_group();
        if !is_carried {
            return latency_s;
        }
        let now = stream.snapshot();
        if before.is_some_and(|before| before.is_like(&now, merge_s)) {
            return latency_s;
        }
        before = Some(now);
        latencies_s.push(latency_s);
        if latencies_s.len() >= groups_max {
            // A pattern of several groups, or a rise that has not ended: the mean of what was seen last.
            let settled = &latencies_s[latencies_s.len() / 2..];
            return settled.iter().sum::<f64>() / settled.len() as f64;
        }
    }
}

/// The most merges that are ever at work at once, machines without number: a full node of level `h` starts every
/// `arity^h` proofs, and each group has one of fewer proofs a level.
fn at_once_max(n: u32, arity: u32, interval_s: f64, merge_s: f64) -> f64 {
    let groups = (merge_s / (f64::from(n) * interval_s)).ceil();
    let (mut at_once, mut left, mut below) = (0.0, n, 1.0);
    while left > 1 {
        below *= f64::from(arity);
        at_once += (merge_s / (below * interval_s)).ceil() + groups;
        left = left.div_ceil(arity);
    }
    at_once
}

/// Time from the last proof of a group to its aggregate by a serial fold, s: `m + (N − 2)·max(0, m − interval)`, 0 for
/// one proof.
///
/// A fold that is slower than its proofs has done merges of `m` since the second of them; one that is quicker waits
/// for each. Aggregators are as many as carry the work: a fold never leaves its own, so that more do not help it.
///
/// ```
/// use planner::formulas::merging::eager_fold_s;
/// assert_eq!(eager_fold_s(12, 10.0, 8.0), 8.0);
/// assert_eq!(eager_fold_s(12, 10.0, 12.0), 32.0); // 11·12 s of merges, begun 100 s before the last proof
/// assert_eq!(eager_fold_s(1, 10.0, 12.0), 0.0);
/// ```
pub fn eager_fold_s(n: u32, interval_s: f64, merge_s: f64) -> f64 {
    if n < 2 { 0.0 } else { merge_s + f64::from(n - 2) * (merge_s - interval_s).max(0.0) }
}

/// A group on its way: what was started and done on each level.
#[derive(Debug)]
struct OnItsWay {
    started: Vec<u32>,
    done: Vec<u32>,
}

/// Groups one after another on some machines. Merges take equally long, so that they end in the order of their start.
#[derive(Debug)]
struct Stream {
    shape: Levels,
    aggregators: usize,
    interval_s: f64,
    merge_s: f64,
    /// Ends of merges at work, each with its group and level.
    running: VecDeque<(f64, usize, usize)>,
    groups: VecDeque<OnItsWay>,
    first_group: usize,
    proofs: u64,
    now_s: f64,
}

/// Where a stream of groups stands when one of them is done.
#[derive(Debug)]
struct Snapshot {
    times_s: Vec<f64>,
    at: Vec<usize>,
}

impl Snapshot {
    fn is_like(&self, other: &Self, merge_s: f64) -> bool {
        let close = |(a, b): (&f64, &f64)| (a - b).abs() <= 1e-9 * merge_s;
        self.at == other.at
            && self.times_s.len() == other.times_s.len()
            && self.times_s.iter().zip(&other.times_s).all(close)
    }
}

impl Stream {
    fn new(shape: Levels, aggregators: usize, interval_s: f64, merge_s: f64) -> Self {
        let (running, groups) = (VecDeque::new(), VecDeque::new());
        Self {
            shape,
            aggregators,
            interval_s,
            merge_s,
            running,
            groups,
            first_group: 0,
            proofs: 0,
            now_s: 0.0,
        }
    }

    /// All that the future hangs on, seen from now.
    fn snapshot(&self) -> Snapshot {
        let since_s = |at_s: f64| at_s - self.now_s;
        let mut times_s = vec![since_s(self.proofs as f64 * self.interval_s)];
        times_s.extend(self.running.iter().map(|&(end_s, ..)| since_s(end_s)));
        let mut at: Vec<usize> = Vec::new();
        at.extend(self.running.iter().flat_map(|&(_, group, level)| [group - self.first_group, level]));
        for OnItsWay { started, done } in &self.groups {
            at.extend(started.iter().chain(done).map(|&merges| merges as usize));
        }
        Snapshot { times_s, at }
    }

    /// Plays on until the next group is one proof; its time from its last proof, s.
    fn next_group(&mut self) -> f64 {
        let n = u64::from(self.shape.widths[0]);
        loop {
            let proof_s = self.proofs as f64 * self.interval_s;
            match self.running.front().copied() {
                Some((end_s, group, level)) if end_s < proof_s => {
                    self.running.pop_front();
                    self.now_s = end_s;
                    self.groups[group - self.first_group].done[level] += 1;
                    self.start(end_s);
                    let root = self.shape.widths.len() - 1;
                    if level == root {
                        while self.groups.front().is_some_and(|oldest| oldest.done[root] > 0) {
                            self.groups.pop_front();
                            self.first_group += 1;
                        }
                        let last_proof = (group as u64 + 1) * n - 1;
                        return end_s - last_proof as f64 * self.interval_s;
                    }
                }
                _ => {
                    if self.proofs.is_multiple_of(n) {
                        let levels = self.shape.widths.len();
                        self.groups.push_back(OnItsWay { started: vec![0; levels], done: vec![0; levels] });
                    }
                    if let Some(group) = self.groups.back_mut() {
                        group.done[0] += 1;
                    }
                    self.proofs += 1;
                    self.now_s = proof_s;
                    self.start(proof_s);
                }
            }
        }
    }

    /// Starts what can start: the oldest group first, then the lowest level.
    fn start(&mut self, now_s: f64) {
        for (at, OnItsWay { started, done }) in self.groups.iter_mut().enumerate() {
            for (level, started) in started.iter_mut().enumerate().skip(1) {
                let possible = self.shape.possible(level, done);
                while *started < possible {
                    if self.running.len() == self.aggregators {
                        return;
                    }
                    *started += 1;
                    self.running.push_back((now_s + self.merge_s, self.first_group + at, level));
                }
            }
        }
    }
}
