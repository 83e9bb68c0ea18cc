//! How N proofs become one: a fixed total, a tree of merges, or a serial fold; and when a merge may start. Or that they
//! do not, since the proof system cannot aggregate.

use crate::domain::TimeDist;
use crate::formulas::merging::{eager_fold_s, eager_tree_s};
pub use crate::formulas::tree::{AggregationTree, LoneProof};

/// When a merge of a tree or a fold may start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MergeStart {
    /// As soon as its own children are there, whatever other proofs of the group are missing: in a tree the
    /// neighbours below it, in a fold the result so far and the next proof.
    #[default]
    Eager,
    /// When all N proofs of the group are there.
    WholeGroup,
}

/// How N proofs become one, and how long that takes; or that each is verified on L1 by itself.
#[derive(Debug, Clone, PartialEq)]
pub enum Aggregation {
    /// Not at all: N proofs go to L1 together and are verified one by one, as in the *horizontal, naive* design.
    Separate,
    /// One figure for all N proofs, whatever N is: as the published formulas have it. One group at a time on each
    /// aggregator, and only when all its proofs are there.
    FixedTotal {
        /// Time of a whole group.
        total: TimeDist,
    },
    /// A tree of merges; those of a level run on different aggregators.
    Tree {
        /// Proofs per merge, and what a lone one costs.
        tree: AggregationTree,
        /// Time of one merge.
        merge: TimeDist,
        /// When a merge may start.
        start: MergeStart,
    },
    /// N − 1 merges one after another, each with the result so far.
    Fold {
        /// Time of one merge.
        merge: TimeDist,
        /// When a merge may start.
        start: MergeStart,
    },
}

impl Aggregation {
    /// A fixed time for a whole group.
    pub fn fixed_total(total: TimeDist) -> Self {
        Self::FixedTotal { total }
    }

    /// A binary tree of `merge`-long merges, each begun as soon as its two neighbours are there; a lone proof passes.
    pub fn pairwise(merge: TimeDist) -> Self {
        Self::tree(AggregationTree::PAIRS, merge)
    }

    /// A tree of `merge`-long merges, each begun as soon as its children are there.
    pub fn tree(tree: AggregationTree, merge: TimeDist) -> Self {
        Self::Tree { tree, merge, start: MergeStart::Eager }
    }

    /// A serial fold of `merge`-long merges, each begun as soon as its next proof is there.
    pub fn fold(merge: TimeDist) -> Self {
        Self::Fold { merge, start: MergeStart::Eager }
    }

    /// The same with merges that start by another rule; a fixed total always waits for the whole group.
    #[must_use]
    pub fn with_merge_start(self, start: MergeStart) -> Self {
        match self {
            Self::Separate => Self::Separate,
            Self::FixedTotal { total } => Self::FixedTotal { total },
            Self::Tree { tree, merge, start: _ } => Self::Tree { tree, merge, start },
            Self::Fold { merge, start: _ } => Self::Fold { merge, start },
        }
    }

    /// When a merge may start.
    pub fn merge_start(&self) -> MergeStart {
        match self {
            Self::Separate | Self::FixedTotal { .. } => MergeStart::WholeGroup,
            Self::Tree { start, .. } | Self::Fold { start, .. } => *start,
        }
    }

    /// Mean time from the last proof of a group of `n` to its aggregate, on `aggregators` machines, when a proof
    /// comes every `interval_s`, s.
    ///
    /// Exact where every merge takes its mean time and proofs come in order: see [`crate::formulas::merging`]. Where
    /// merges wait for the whole group it is [`Aggregation::whole_group_s`], and the interval makes no difference.
    pub fn latency_s(&self, n: u32, aggregators: u32, interval_s: f64) -> f64 {
        if self.merge_start() == MergeStart::WholeGroup {
            return self.whole_group_s(n, aggregators);
        }
        match self {
            Self::Separate => 0.0,
            Self::FixedTotal { total } => total.mean_s(),
            Self::Tree { tree, merge, .. } => {
                eager_tree_s(n, *tree, aggregators.max(1), interval_s, merge.mean_s())
            }
            Self::Fold { merge, .. } => eager_fold_s(n, interval_s, merge.mean_s()),
        }
    }

    /// Mean time to aggregate `n` proofs that are all there, on `aggregators` free machines, s: `a` of the published
    /// formulas, which know no merge that starts before the last proof.
    pub fn whole_group_s(&self, n: u32, aggregators: u32) -> f64 {
        match self {
            Self::Separate => 0.0,
            Self::FixedTotal { total } => total.mean_s(),
            Self::Tree { tree, merge, .. } => tree.whole_group_s(n, aggregators.max(1), merge.mean_s()),
            Self::Fold { .. } => self.work_s(n),
        }
    }

    /// Lower bound on the mean time from the last proof of a group of `n` to its aggregate, on `aggregators`
    /// machines, in whatever order the proofs come, s.
    ///
    /// Merges that start early leave the path of the proof that came last, which is shortest for the group's last.
    /// Whole groups leave the levels, or the work divided among all machines.
    pub fn latency_min_s(&self, n: u32, aggregators: u32) -> f64 {
        let shared_s = self.work_s(n) / f64::from(aggregators.max(1));
        match self {
            Self::Separate => 0.0,
            Self::FixedTotal { total } => total.mean_s(),
            Self::Tree { tree, merge, start: MergeStart::Eager } => {
                f64::from(tree.last_path_merges(n)) * merge.mean_s()
            }
            Self::Tree { tree, merge, start: MergeStart::WholeGroup } => {
                shared_s.max(f64::from(tree.levels(n)) * merge.mean_s())
            }
            Self::Fold { merge, start: MergeStart::Eager } => f64::from(u8::from(n > 1)) * merge.mean_s(),
            Self::Fold { start: MergeStart::WholeGroup, .. } => self.work_s(n),
        }
    }

    /// Mean machine time that a group of `n` costs, in aggregator-seconds.
    pub fn work_s(&self, n: u32) -> f64 {
        match self {
            Self::Separate => 0.0,
            Self::FixedTotal { total } => total.mean_s(),
            Self::Tree { tree, merge, .. } => f64::from(tree.merges(n)) * merge.mean_s(),
            Self::Fold { merge, .. } => f64::from(n.saturating_sub(1)) * merge.mean_s(),
        }
    }

    /// The distribution that one step draws from; no time where nothing is aggregated.
    pub fn step(&self) -> &TimeDist {
        match self {
            Self::Separate => &TimeDist::NOTHING,
            Self::FixedTotal { total } => total,
            Self::Tree { merge, .. } | Self::Fold { merge, .. } => merge,
        }
    }

    /// Batches that one verification on L1 covers, in groups of `n`.
    pub fn batches_per_verification(&self, n: u32) -> u32 {
        match self {
            Self::Separate => 1,
            Self::FixedTotal { .. } | Self::Tree { .. } | Self::Fold { .. } => n,
        }
    }

    /// Aggregators beyond which the latency of one group alone no longer falls; groups that overlap can use more.
    pub fn useful_aggregators(&self, n: u32) -> u32 {
        match self {
            Self::Separate => 0,
            Self::FixedTotal { .. } | Self::Fold { .. } => 1,
            Self::Tree { tree, .. } => n.div_ceil(tree.arity()).max(1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_three_shapes_agree_where_they_must() {
        let merge = TimeDist::fixed("merge", 12.0).unwrap();
        let (tree, fold) = (Aggregation::pairwise(merge.clone()), Aggregation::fold(merge));
        for n in 1..=64 {
            assert_eq!(tree.work_s(n), fold.work_s(n), "the same merges, in another order");
            assert_eq!(
                tree.whole_group_s(n, 1),
                fold.whole_group_s(n, 1),
                "one aggregator makes a tree a fold"
            );
            assert!(tree.whole_group_s(n, tree.useful_aggregators(n)) <= fold.whole_group_s(n, 9));
        }
    }

    #[test]
    fn a_fixed_total_does_not_ask_how_many() {
        let total = Aggregation::fixed_total(TimeDist::fixed("aggregate", 12.0).unwrap());
        assert_eq!(total.latency_s(1, 1, 10.0), 12.0);
        assert_eq!(total.latency_s(1000, 7, 0.1), 12.0);
        assert_eq!(total.clone().with_merge_start(MergeStart::Eager), total, "it waits for the whole group");
    }

    #[test]
    fn an_early_start_is_the_default_and_never_slower() {
        let merge = TimeDist::fixed("merge", 12.0).unwrap();
        let shapes = [
            Aggregation::pairwise(merge.clone()),
            Aggregation::tree(AggregationTree::new(3, LoneProof::Passes).unwrap(), merge.clone()),
            Aggregation::tree(AggregationTree::new(2, LoneProof::Lifted).unwrap(), merge.clone()),
            Aggregation::fold(merge),
        ];
        for eager in shapes {
            let whole = eager.clone().with_merge_start(MergeStart::WholeGroup);
            assert_eq!(eager.merge_start(), MergeStart::default());
            for n in 1..=40 {
                for aggregators in [1, 2, 5, 40] {
                    // So slow that the machines are never short of time.
                    let interval_s = 12.0 * f64::from(n);
                    let (early_s, late_s) = (
                        eager.latency_s(n, aggregators, interval_s),
                        whole.latency_s(n, aggregators, interval_s),
                    );
                    assert!(early_s <= late_s, "N {n}, A {aggregators}: {early_s} against {late_s}");
                    assert!(early_s >= eager.latency_min_s(n, aggregators));
                    assert!(late_s >= whole.latency_min_s(n, aggregators));
                }
            }
        }
    }
}
