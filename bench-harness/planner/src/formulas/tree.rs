//! The tree of merges over N proofs: how many merges, levels and rounds it takes.
//!
//! Knows numbers of proofs and machines alone. When merges start before all proofs of a group are there:
//! [`crate::formulas::merging`].

/// What becomes of the last proof of a level where no neighbour is left for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoneProof {
    /// It goes up as it is and costs nothing, so that pairs of N proofs take N − 1 merges.
    Passes,
    /// A merge of its own makes it a proof of the next level, since a merge takes children of one level alone: its
    /// circuit knows their verifier key. So it is with recursive circuits that have a key a level.
    Lifted,
}

/// A balanced tree of merges of up to `arity` proofs, level by level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AggregationTree {
    arity: u32,
    lone: LoneProof,
}

impl AggregationTree {
    /// Pairs, of which a lone proof passes up unmerged.
    pub const PAIRS: Self = Self { arity: 2, lone: LoneProof::Passes };
    /// Pairs, of which a lone proof is lifted.
    pub const LIFTED_PAIRS: Self = Self { arity: 2, lone: LoneProof::Lifted };

    /// Merges of up to `arity` proofs; none below 2, since a merge of one proof never ends.
    ///
    /// ```
    /// use planner::formulas::tree::{AggregationTree, LoneProof};
    /// assert_eq!([0, 1].map(|arity| AggregationTree::new(arity, LoneProof::Passes)), [None, None]);
    /// ```
    pub fn new(arity: u32, lone: LoneProof) -> Option<Self> {
        (arity >= 2).then_some(Self { arity, lone })
    }

    /// Proofs that a merge takes at most, 2 or above.
    pub fn arity(self) -> u32 {
        self.arity
    }

    /// What a lone proof costs.
    pub fn lone(self) -> LoneProof {
        self.lone
    }

    /// Whether that many children, 1 or more, take a merge.
    pub fn is_merged(self, children: u32) -> bool {
        children > 1 || self.lone == LoneProof::Lifted
    }

    /// The merges that make a level of `below` nodes, 2 or more, the level above it.
    pub fn level_merges(self, below: u32) -> u32 {
        below.div_ceil(self.arity) - u32::from(below % self.arity == 1 && !self.is_merged(1))
    }

    /// Nodes of each level over `n` proofs, the proofs first and the root last.
    pub(crate) fn widths(self, n: u32) -> impl Iterator<Item = u32> {
        std::iter::successors(Some(n), move |&below| (below > 1).then(|| below.div_ceil(self.arity)))
    }

    /// Merges of the tree over `n` proofs. Where lone proofs pass, `n − 1` for pairs.
    ///
    /// For `arity` above 2 this can be more than `⌈(n − 1)/(arity − 1)⌉`, since the last merge of a level may be of
    /// fewer proofs.
    ///
    /// ```
    /// use planner::formulas::tree::{LoneProof, AggregationTree};
    /// let threes = AggregationTree::new(3, LoneProof::Passes).unwrap();
    /// assert_eq!((AggregationTree::PAIRS.merges(1), AggregationTree::PAIRS.merges(12)), (0, 11));
    /// assert_eq!((threes.merges(9), threes.merges(5)), (4, 3));
    /// // Of 5 the last one is lifted twice: 3 + 2 + 1 merges.
    /// assert_eq!(AggregationTree::LIFTED_PAIRS.merges(5), 6);
    /// ```
    pub fn merges(self, n: u32) -> u32 {
        self.widths(n).filter(|&below| below > 1).map(|below| self.level_merges(below)).sum()
    }

    /// Levels of merges over `n` proofs, `⌈log_arity n⌉`.
    ///
    /// ```
    /// use planner::formulas::tree::AggregationTree;
    /// assert_eq!([1, 2, 3, 8, 9, 12].map(|n| AggregationTree::PAIRS.levels(n)), [0, 1, 2, 3, 4, 4]);
    /// ```
    pub fn levels(self, n: u32) -> u32 {
        self.widths(n).filter(|&below| below > 1).map(|_| 1).sum()
    }

    /// Merges on the way of a group's last proof to the root.
    ///
    /// ```
    /// use planner::formulas::tree::{LoneProof, AggregationTree};
    /// let on_the_way = |lone| [1, 2, 3, 4, 5, 6, 12].map(|n| AggregationTree::new(2, lone).unwrap().last_path_merges(n));
    /// assert_eq!(on_the_way(LoneProof::Passes), [0, 1, 1, 2, 1, 2, 3]);
    /// assert_eq!(on_the_way(LoneProof::Lifted), [0, 1, 2, 2, 3, 3, 4]);
    /// ```
    pub fn last_path_merges(self, n: u32) -> u32 {
        let is_merge = |below: u32| below > 1 && self.is_merged((below - 1) % self.arity + 1);
        self.widths(n).map(|below| u32::from(is_merge(below))).sum()
    }

    /// Time to merge `n` proofs that are all there on `aggregators` machines, 1 or more: the rounds it takes, times
    /// `merge_s`.
    ///
    /// Merges start in the order in which they became possible, as many at once as there are machines. With machines
    /// enough this is `⌈log_arity n⌉` rounds, with one it is all merges.
    ///
    /// ```
    /// use planner::formulas::tree::AggregationTree;
    /// let pairs = AggregationTree::PAIRS;
    /// assert_eq!(pairs.whole_group_s(12, 64, 12.0), 48.0); // enough aggregators: 4 levels
    /// assert_eq!(pairs.whole_group_s(12, 1, 12.0), 132.0); // one aggregator: all 11 merges in turn
    /// assert_eq!(pairs.whole_group_s(u32::MAX, 1, 1.0), f64::from(u32::MAX - 1)); // and soon
    /// ```
    ///
    /// # Panics
    /// If there is no aggregator.
    pub fn whole_group_s(self, n: u32, aggregators: u32, merge_s: f64) -> f64 {
        assert!(aggregators >= 1, "a tree needs at least one aggregator");
        // How many merges of each level are done. In this order a level's merges all come before those of the next.
        let shape = Levels::new(n, self);
        let mut done = vec![0; shape.merges.len()];
        done[0] = n;
        let mut rounds = 0_u32;
        loop {
            // While the lowest level that is not done keeps every machine busy, whole rounds of it pass at once.
            if let Some(level) = (1..done.len()).find(|&level| done[level] < shape.merges[level]) {
                let whole = (shape.merges[level] - done[level]) / aggregators;
                (rounds, done[level]) = (rounds + whole, done[level] + whole * aggregators);
            }
            let before = done.clone();
            let mut left = aggregators;
            for (level, done) in done.iter_mut().enumerate().skip(1) {
                let now = (shape.possible(level, &before) - *done).min(left);
                *done += now;
                left -= now;
            }
            if left == aggregators {
                return f64::from(rounds) * merge_s;
            }
            rounds += 1;
        }
    }
}

/// Nodes and merges of each level of a tree; level 0 are the proofs.
#[derive(Debug)]
pub(super) struct Levels {
    arity: u32,
    pub(super) widths: Vec<u32>,
    /// What has to happen at each level: proofs that come, merges above. A lone last node that passes is no merge.
    pub(super) merges: Vec<u32>,
}

impl Levels {
    pub(super) fn new(n: u32, tree: AggregationTree) -> Self {
        let widths: Vec<u32> = tree.widths(n).collect();
        let above = widths[..widths.len() - 1].iter().map(|&below| tree.level_merges(below));
        Self { arity: tree.arity, merges: std::iter::once(n).chain(above).collect(), widths }
    }

    /// Merges of `level` whose children are there, given what is done on each level: merges end in their order.
    pub(super) fn possible(&self, level: usize, done: &[u32]) -> u32 {
        let mut below = level - 1;
        if done[below] == self.merges[below] {
            // The last node may be a lone one that waits for a level further down.
            while self.merges[below] < self.widths[below] {
                below -= 1;
                if done[below] < self.merges[below] {
                    return (done[level - 1] / self.arity).min(self.merges[level]);
                }
            }
            return self.merges[level];
        }
        (done[below] / self.arity).min(self.merges[level])
    }
}
