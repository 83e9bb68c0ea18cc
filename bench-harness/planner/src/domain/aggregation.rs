//! How N proofs become one: a fixed total, a tree of merges, or a serial fold.

use crate::domain::TimeDist;
use crate::error::PlanError;
use crate::formulas::capacity::{merges, tree_aggregation_s};

/// How N proofs become one, and how long that takes.
#[derive(Debug, Clone, PartialEq)]
pub enum Aggregation {
    /// One figure for all N proofs, whatever N is: as the published formulas have it. One group at a time on each aggregator.
    FixedTotal {
        /// Time of a whole group.
        total: TimeDist,
    },
    /// A tree of merges of up to `arity` proofs; merges of a level run on different aggregators.
    Tree {
        /// Proofs per merge, at least 2.
        arity: u32,
        /// Time of one merge.
        merge: TimeDist,
    },
    /// N − 1 merges one after another, each with the result so far.
    Fold {
        /// Time of one merge.
        merge: TimeDist,
    },
}

impl Aggregation {
    /// A fixed time for a whole group.
    pub fn fixed_total(total: TimeDist) -> Self {
        Self::FixedTotal { total }
    }

    /// A binary tree of `merge`-long merges.
    pub fn pairwise(merge: TimeDist) -> Self {
        Self::Tree { arity: 2, merge }
    }

    /// A tree of merges of up to `arity` proofs.
    ///
    /// # Errors
    /// [`PlanError::BadInput`] if `arity` is below 2.
    pub fn tree(arity: u32, merge: TimeDist) -> Result<Self, PlanError> {
        if arity < 2 {
            return Err(PlanError::bad("aggregate_arity", "a whole number, 2 or above", arity));
        }
        Ok(Self::Tree { arity, merge })
    }

    /// A serial fold of `merge`-long merges.
    pub fn fold(merge: TimeDist) -> Self {
        Self::Fold { merge }
    }

    /// Mean time from the last proof of a group of `n` to its aggregate, on `aggregators` free machines, s.
    pub fn latency_s(&self, n: u32, aggregators: u32) -> f64 {
        match self {
            Self::FixedTotal { total } => total.mean_s(),
            Self::Tree { arity, merge } => {
                tree_aggregation_s(n, (*arity).max(2), aggregators.max(1), merge.mean_s())
            }
            Self::Fold { merge } => f64::from(merges(n, 2)) * merge.mean_s(),
        }
    }

    /// Mean machine time that a group of `n` costs, in aggregator-seconds.
    pub fn work_s(&self, n: u32) -> f64 {
        match self {
            Self::FixedTotal { total } => total.mean_s(),
            Self::Tree { arity, merge } => f64::from(merges(n, (*arity).max(2))) * merge.mean_s(),
            Self::Fold { merge } => f64::from(merges(n, 2)) * merge.mean_s(),
        }
    }

    /// The distribution that one step draws from.
    pub fn step(&self) -> &TimeDist {
        match self {
            Self::FixedTotal { total } => total,
            Self::Tree { merge, .. } | Self::Fold { merge } => merge,
        }
    }

    /// Aggregators beyond which the latency of one group no longer falls.
    pub fn useful_aggregators(&self, n: u32) -> u32 {
        match self {
            Self::FixedTotal { .. } | Self::Fold { .. } => 1,
            Self::Tree { arity, .. } => n.div_ceil((*arity).max(2)).max(1),
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
            assert_eq!(tree.latency_s(n, 1), fold.latency_s(n, 1), "one aggregator makes a tree a fold");
            assert!(tree.latency_s(n, tree.useful_aggregators(n)) <= fold.latency_s(n, 9));
        }
    }

    #[test]
    fn a_fixed_total_does_not_ask_how_many() {
        let total = Aggregation::fixed_total(TimeDist::fixed("aggregate", 12.0).unwrap());
        assert_eq!(total.latency_s(1, 1), 12.0);
        assert_eq!(total.latency_s(1000, 7), 12.0);
    }

    #[test]
    fn a_tree_of_ones_is_refused() {
        let merge = TimeDist::fixed("merge", 12.0).unwrap();
        assert!(matches!(Aggregation::tree(1, merge), Err(PlanError::BadInput { .. })));
    }
}
