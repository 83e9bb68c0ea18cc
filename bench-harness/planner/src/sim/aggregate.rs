//! The aggregators of one replication: the merges that are possible, oldest group first.
//!
//! Aggregation of a group starts when all its N proofs are there. A merge starts when its children are done
//! and an aggregator is free; groups may overlap, but the older goes first, since they are verified in order.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::domain::Aggregation;
use crate::sim::streams::Stream;

/// One merge, of the group in `slot`. The order of the fields is the order of precedence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Task {
    group: u64,
    level: u32,
    node: u32,
    slot: u32,
    /// When it became possible, in seconds, as bits: never compared, since the fields above differ.
    ready_bits: u64,
}

/// A group that is being aggregated.
#[derive(Debug, Default)]
struct Work {
    group: u64,
    /// Children not done: of each inner node for a tree, of the whole for a fold.
    missing: Vec<Vec<u32>>,
}

/// A merge that was started.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Started {
    pub(crate) aggregator: u32,
    pub(crate) done_s: f64,
    pub(crate) waited_s: f64,
    pub(crate) group: u64,
    pub(crate) level: u32,
}

#[derive(Debug)]
pub(crate) struct Aggregators<'a> {
    shape: &'a Aggregation,
    /// Nodes of each level of the tree, leaves first.
    widths: Vec<u32>,
    free: Vec<u32>,
    running: Vec<Option<Task>>,
    queue: BinaryHeap<Reverse<Task>>,
    works: Vec<Work>,
    unused: Vec<u32>,
    stream: Stream,
}

impl<'a> Aggregators<'a> {
    pub(crate) fn new(shape: &'a Aggregation, n: u32, aggregators: u32, stream: Stream) -> Self {
        let widths = match shape {
            Aggregation::FixedTotal { .. } => vec![n, 1],
            Aggregation::Fold { .. } => vec![n],
            Aggregation::Tree { arity, .. } => {
                let mut widths = vec![n];
                while widths.last().is_some_and(|&width| width > 1) {
                    widths.push(widths[widths.len() - 1].div_ceil(*arity));
                }
                widths
            }
        };
        Self {
            shape,
            widths,
            free: (0..aggregators).rev().collect(),
            running: vec![None; aggregators as usize],
            queue: BinaryHeap::new(),
            works: Vec::new(),
            unused: Vec::new(),
            stream,
        }
    }

    /// Takes the proofs of `group`; true if it needs no merge and is one proof already.
    pub(crate) fn take(&mut self, group: u64, now_s: f64) -> bool {
        let n = self.widths[0];
        match self.shape {
            Aggregation::FixedTotal { .. } => {
                let slot = self.slot(group, vec![]);
                self.push(slot, 1, 0, now_s);
                false
            }
            _ if n == 1 => true,
            Aggregation::Fold { .. } => {
                let slot = self.slot(group, vec![vec![n - 1]]);
                self.push(slot, 1, 0, now_s);
                false
            }
            Aggregation::Tree { arity, .. } => {
                let children = |below: u32, node: u32| (below - node * arity).min(*arity);
                let missing = self
                    .widths
                    .windows(2)
                    .map(|w| (0..w[1]).map(|node| children(w[0], node)).collect())
                    .collect();
                let slot = self.slot(group, missing);
                for leaf in 0..n {
                    self.child_done(slot, 0, leaf, *arity, now_s);
                }
                false
            }
        }
    }

    /// Starts the next merge if there is one and a machine for it.
    pub(crate) fn start(&mut self, now_s: f64) -> Option<Started> {
        if self.free.is_empty() {
            return None;
        }
        let Reverse(task) = self.queue.pop()?;
        let aggregator = self.free.pop()?;
        self.running[aggregator as usize] = Some(task);
        let done_s = now_s + self.shape.step().quantile_s(self.stream.uniform());
        let Task { group, level, ready_bits, .. } = task;
        Some(Started { aggregator, done_s, waited_s: now_s - f64::from_bits(ready_bits), group, level })
    }

    /// Ends the merge on `aggregator`; the group, if that was its last.
    pub(crate) fn finish(&mut self, aggregator: u32, now_s: f64) -> Option<u64> {
        let task = self.running[aggregator as usize].take()?;
        self.free.push(aggregator);
        let done = match self.shape {
            Aggregation::FixedTotal { .. } => true,
            Aggregation::Fold { .. } => {
                let left = &mut self.works[task.slot as usize].missing[0][0];
                *left -= 1;
                let done = *left == 0;
                if !done {
                    self.push(task.slot, task.level, task.node, now_s);
                }
                done
            }
            Aggregation::Tree { arity, .. } => {
                self.child_done(task.slot, task.level, task.node, *arity, now_s)
            }
        };
        done.then(|| {
            self.unused.push(task.slot);
            self.works[task.slot as usize].group
        })
    }

    /// Tells the parent of a node that it is done; true if the node was the root.
    fn child_done(&mut self, slot: u32, mut level: u32, mut node: u32, arity: u32, now_s: f64) -> bool {
        loop {
            if level as usize + 1 == self.widths.len() {
                return true;
            }
            let parent = node / arity;
            let left = &mut self.works[slot as usize].missing[level as usize][parent as usize];
            *left -= 1;
            if *left > 0 {
                return false;
            }
            let below = self.widths[level as usize];
            (level, node) = (level + 1, parent);
            // A lone proof passes up without a merge.
            if below - parent * arity > 1 {
                self.push(slot, level, node, now_s);
                return false;
            }
        }
    }

    fn push(&mut self, slot: u32, level: u32, node: u32, now_s: f64) {
        let group = self.works[slot as usize].group;
        self.queue.push(Reverse(Task { group, level, node, slot, ready_bits: now_s.to_bits() }));
    }

    fn slot(&mut self, group: u64, missing: Vec<Vec<u32>>) -> u32 {
        let work = Work { group, missing };
        if let Some(slot) = self.unused.pop() {
            self.works[slot as usize] = work;
            return slot;
        }
        self.works.push(work);
        u32::try_from(self.works.len() - 1).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::TimeDist;
    use crate::sim::streams::Stage;

    /// Time of one group alone on `aggregators` machines, and the merges it took.
    fn alone(shape: &Aggregation, n: u32, aggregators: u32) -> (f64, u32) {
        let mut machines = Aggregators::new(shape, n, aggregators, Stream::new(1, 0, Stage::Aggregate));
        if machines.take(0, 0.0) {
            return (0.0, 0);
        }
        let (mut now_s, mut merges, mut events) = (0.0, 0, Vec::new());
        loop {
            while let Some(started) = machines.start(now_s) {
                merges += 1;
                events.push((started.done_s, merges, started.aggregator));
            }
            events.sort_by(|a: &(f64, u32, u32), b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            let (done_s, _, aggregator) = events.remove(0);
            now_s = done_s;
            if machines.finish(aggregator, now_s).is_some() {
                return (now_s, merges);
            }
        }
    }

    #[test]
    fn a_group_alone_takes_what_the_formula_says() {
        let merge = TimeDist::fixed("merge", 12.0).unwrap();
        for arity in [2, 3, 8] {
            let tree = Aggregation::tree(arity, merge.clone()).unwrap();
            for n in 1..=70 {
                for aggregators in [1, 2, 3, 5, 64] {
                    let (took_s, merges) = alone(&tree, n, aggregators);
                    assert_eq!(
                        took_s,
                        tree.latency_s(n, aggregators),
                        "N {n}, A {aggregators}, arity {arity}"
                    );
                    assert_eq!(f64::from(merges) * 12.0, tree.work_s(n), "N {n}, arity {arity}");
                }
            }
        }
        let fold = Aggregation::fold(merge.clone());
        assert_eq!(alone(&fold, 12, 3), (132.0, 11));
        assert_eq!(alone(&Aggregation::fixed_total(merge), 12, 3), (12.0, 1));
    }
}
