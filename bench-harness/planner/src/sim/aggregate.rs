//! The aggregators of one replication: the merges that are possible, oldest group first.
//!
//! A merge starts when its children are done and an aggregator is free. Its children may be done while other proofs of
//! the group are missing, or only when all N are there: [`MergeStart`]. Of the merges that could start the oldest
//! group's go first, since groups are verified in order; within it the lowest level, which has the longest way to the
//! root before it; within that the oldest proofs. No merge holds a machine while it waits, so none waits for ever.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use crate::domain::{Aggregation, AggregationTree, MergeStart};
use crate::sim::streams::Stream;

/// One merge. The order of the fields is the order of precedence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Task {
    group: u64,
    level: u32,
    node: u32,
    /// When it became possible, in seconds, as bits: never compared, since the fields above differ.
    ready_bits: u64,
}

/// A group some of whose proofs are there, and whose last merge is not done.
#[derive(Debug, Default)]
struct Open {
    /// Children not done: of each inner node of a tree, level after level; of each proof of a fold, 1 until it is there.
    missing: Vec<u32>,
    /// Proofs of a fold that are one already.
    folded: u32,
    /// Whether a merge of a fold waits or runs.
    is_folding: bool,
    is_done: bool,
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
    /// Nodes of each level of the tree, leaves first, and where the level begins among a group's inner nodes.
    widths: Vec<u32>,
    begins: Vec<u32>,
    /// What an open group begins with.
    all_missing: Vec<u32>,
    step_s: Option<f64>,
    free: Vec<u32>,
    running: Vec<Option<Task>>,
    queue: BinaryHeap<Reverse<Task>>,
    /// Groups from the oldest that is not done; `first` is its number.
    open: VecDeque<Open>,
    first: u64,
    unused: Vec<Open>,
    stream: Stream,
}

impl<'a> Aggregators<'a> {
    pub(crate) fn new(shape: &'a Aggregation, n: u32, aggregators: u32, stream: Stream) -> Self {
        let (mut widths, mut begins, mut all_missing) = (vec![n], vec![0], vec![]);
        match shape {
            Aggregation::Separate | Aggregation::FixedTotal { .. } => {}
            Aggregation::Fold { .. } => all_missing = vec![1; n as usize],
            Aggregation::Tree { tree, .. } => {
                widths = tree.widths(n).collect();
                for level in widths.windows(2) {
                    let (below, nodes, arity) = (level[0], level[1], tree.arity());
                    begins.push(u32::try_from(all_missing.len()).unwrap_or(u32::MAX));
                    all_missing.extend((0..nodes).map(|node| (below - node * arity).min(arity)));
                }
            }
        }
        Self {
            shape,
            widths,
            begins,
            all_missing,
            // A draw of a time that is always the same would change nothing.
            step_s: shape.step().is_fixed().then(|| shape.step().quantile_s(0.0)),
            free: (0..aggregators).rev().collect(),
            running: vec![None; aggregators as usize],
            queue: BinaryHeap::new(),
            open: VecDeque::new(),
            first: 0,
            unused: Vec::new(),
            stream,
        }
    }

    /// Whether merges start before all proofs of a group are there, so that proofs are told one by one.
    pub(crate) fn is_eager(&self) -> bool {
        self.shape.merge_start() == MergeStart::Eager && self.widths[0] > 1
    }

    /// Takes one proof of `group`, the `leaf`-th of it from 0, where merges start early.
    pub(crate) fn take_one(&mut self, group: u64, leaf: u32, now_s: f64) {
        self.open(group);
        match self.shape {
            Aggregation::Tree { tree, .. } => {
                self.child_done(group, 0, leaf, *tree, now_s);
            }
            Aggregation::Fold { .. } => {
                let at = self.at(group);
                self.open[at].missing[leaf as usize] = 0;
                self.fold_on(group, now_s);
            }
            Aggregation::Separate | Aggregation::FixedTotal { .. } => {
                unreachable!("without merges the whole group is waited for")
            }
        }
    }

    /// Takes all proofs of `group`, the one after the last it took; true if it needs no merge.
    pub(crate) fn take(&mut self, group: u64, now_s: f64) -> bool {
        let n = self.widths[0];
        match self.shape {
            Aggregation::Separate => return true,
            Aggregation::FixedTotal { .. } => self.push(group, 1, 0, now_s),
            _ if n == 1 => return true,
            Aggregation::Fold { .. } => {
                self.open(group);
                let at = self.at(group);
                self.open[at].missing.fill(0);
                self.fold_on(group, now_s);
            }
            Aggregation::Tree { tree, .. } => {
                self.open(group);
                let (nodes, merges, ready_bits) = (self.widths[1], tree.level_merges(n), now_s.to_bits());
                self.queue
                    .extend((0..merges).map(|node| Reverse(Task { group, level: 1, node, ready_bits })));
                if merges < nodes {
                    self.child_done(group, 0, n - 1, *tree, now_s);
                }
            }
        }
        false
    }

    /// Starts the next merge if there is one and a machine for it.
    #[inline]
    pub(crate) fn start(&mut self, now_s: f64) -> Option<Started> {
        if self.free.is_empty() {
            return None;
        }
        let Reverse(task) = self.queue.pop()?;
        let aggregator = self.free.pop()?;
        self.running[aggregator as usize] = Some(task);
        let step_s = self.step_s.unwrap_or_else(|| self.shape.step().quantile_s(self.stream.uniform()));
        let Task { group, level, ready_bits, .. } = task;
        Some(Started {
            aggregator,
            done_s: now_s + step_s,
            waited_s: now_s - f64::from_bits(ready_bits),
            group,
            level,
        })
    }

    /// Ends the merge on `aggregator`; the group, if that was its last.
    pub(crate) fn finish(&mut self, aggregator: u32, now_s: f64) -> Option<u64> {
        let Task { group, level, node, .. } = self.running[aggregator as usize].take()?;
        self.free.push(aggregator);
        let is_done = match self.shape {
            Aggregation::Separate | Aggregation::FixedTotal { .. } => return Some(group),
            Aggregation::Fold { .. } => {
                let at = self.at(group);
                let Open { folded, is_folding, .. } = &mut self.open[at];
                (*folded, *is_folding) = (*folded + 1, false);
                let is_done = *folded == self.widths[0];
                if !is_done {
                    self.fold_on(group, now_s);
                }
                is_done
            }
            Aggregation::Tree { tree, .. } => self.child_done(group, level, node, *tree, now_s),
        };
        is_done.then(|| self.close(group))
    }

    /// Tells the parent of a node that it is done; true if the node was the root.
    fn child_done(
        &mut self,
        group: u64,
        mut level: u32,
        mut node: u32,
        tree: AggregationTree,
        now_s: f64,
    ) -> bool {
        let (at, arity) = (self.at(group), tree.arity());
        loop {
            if level as usize + 1 == self.widths.len() {
                return true;
            }
            let (below, parent) = (self.widths[level as usize], node / arity);
            level += 1;
            let left = &mut self.open[at].missing[(self.begins[level as usize] + parent) as usize];
            *left -= 1;
            if *left > 0 {
                return false;
            }
            if tree.is_merged((below - parent * arity).min(arity)) {
                self.push(group, level, parent, now_s);
                return false;
            }
            node = parent;
        }
    }

    /// Queues the next merge of a fold if the result so far and the next proof are there.
    fn fold_on(&mut self, group: u64, now_s: f64) {
        let at = self.at(group);
        let Open { missing, folded, is_folding, .. } = &mut self.open[at];
        if *folded == 0 && missing[0] == 0 {
            *folded = 1;
        }
        if *folded > 0 && !*is_folding && missing[*folded as usize] == 0 {
            *is_folding = true;
            self.push(group, 1, 0, now_s);
        }
    }

    fn push(&mut self, group: u64, level: u32, node: u32, now_s: f64) {
        self.queue.push(Reverse(Task { group, level, node, ready_bits: now_s.to_bits() }));
    }

    /// Opens every group up to this one: a proof of a young group may be there before any of an older one.
    fn open(&mut self, group: u64) {
        while self.first + self.open.len() as u64 <= group {
            let mut open = self.unused.pop().unwrap_or_default();
            open.missing.clone_from(&self.all_missing);
            (open.folded, open.is_folding, open.is_done) = (0, false, false);
            self.open.push_back(open);
        }
    }

    fn close(&mut self, group: u64) -> u64 {
        let at = self.at(group);
        self.open[at].is_done = true;
        while self.open.front().is_some_and(|oldest| oldest.is_done) {
            self.unused.extend(self.open.pop_front());
            self.first += 1;
        }
        group
    }

    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "as many as are in memory")]
    fn at(&self, group: u64) -> usize {
        (group - self.first) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{LoneProof, TimeDist};
    use crate::sim::streams::Stage;

    const LONE_PROOFS: [LoneProof; 2] = [LoneProof::Passes, LoneProof::Lifted];

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
        for (arity, lone) in [2, 3, 8].into_iter().flat_map(|arity| LONE_PROOFS.map(|lone| (arity, lone))) {
            let tree = Aggregation::tree(AggregationTree::new(arity, lone).unwrap(), merge.clone());
            let tree = tree.with_merge_start(MergeStart::WholeGroup);
            for n in 1..=70 {
                for aggregators in [1, 2, 3, 5, 64] {
                    let (took_s, merges) = alone(&tree, n, aggregators);
                    assert_eq!(
                        took_s,
                        tree.latency_s(n, aggregators, 10.0),
                        "N {n}, A {aggregators}, arity {arity}, {lone:?}"
                    );
                    assert_eq!(f64::from(merges) * 12.0, tree.work_s(n), "N {n}, arity {arity}, {lone:?}");
                }
            }
        }
        let fold = Aggregation::fold(merge.clone()).with_merge_start(MergeStart::WholeGroup);
        assert_eq!(alone(&fold, 12, 3), (132.0, 11));
        assert_eq!(alone(&Aggregation::fixed_total(merge), 12, 3), (12.0, 1));
    }

    #[test]
    fn early_merges_need_their_own_children_alone() {
        let merge = TimeDist::fixed("merge", 12.0).unwrap();
        let stream = || Stream::new(1, 0, Stage::Aggregate);
        let levels = |machines: &mut Aggregators, now_s: f64| -> Vec<(u64, u32)> {
            std::iter::from_fn(|| machines.start(now_s))
                .map(|started| (started.group, started.level))
                .collect()
        };
        let tree = Aggregation::pairwise(merge.clone());
        let mut machines = Aggregators::new(&tree, 4, 3, stream());
        // A young group's proofs come first, then a pair that does not belong together, then one that does.
        machines.take_one(1, 2, 0.0);
        machines.take_one(1, 3, 0.0);
        machines.take_one(0, 1, 1.0);
        machines.take_one(0, 2, 1.0);
        assert_eq!(levels(&mut machines, 1.0), [(1, 1)]);
        machines.take_one(0, 0, 2.0);
        assert_eq!(levels(&mut machines, 2.0), [(0, 1)]);
        let fold = Aggregation::fold(merge);
        let mut machines = Aggregators::new(&fold, 3, 2, stream());
        machines.take_one(0, 1, 0.0);
        machines.take_one(0, 2, 0.0);
        assert_eq!(levels(&mut machines, 0.0), [], "without the first proof there is nothing to add to");
        machines.take_one(0, 0, 5.0);
        assert_eq!(levels(&mut machines, 5.0), [(0, 1)], "one at a time");
        assert_eq!(machines.finish(0, 17.0), None);
        assert_eq!(levels(&mut machines, 17.0), [(0, 1)]);
        assert_eq!(machines.finish(0, 29.0), Some(0));
    }
}
