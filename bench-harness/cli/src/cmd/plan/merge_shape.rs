//! The shape of aggregation, as it is written on the command line.

use planner::PlanError;
use planner::domain::{Aggregation, TimeDist};
use std::str::FromStr;

/// The most proofs of one merge.
const ARITY_MAX: u32 = 1_000_000;

/// How merges make one proof of N.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Merging {
    /// Merges of up to so many proofs, level by level.
    Tree(u32),
    /// One after another, each with the result so far.
    Fold,
    /// Not at all: each proof is verified on L1 by itself.
    Separate,
}

impl Default for Merging {
    /// Pairs: what merges by hand are where nothing else is said.
    fn default() -> Self {
        Self::Tree(2)
    }
}

impl Merging {
    /// Aggregation in this shape with merges of this time.
    pub(crate) fn of(self, merge: TimeDist) -> Result<Aggregation, PlanError> {
        match self {
            Self::Tree(arity) => Aggregation::tree(arity, merge),
            Self::Fold => Ok(Aggregation::fold(merge)),
            Self::Separate => Ok(Aggregation::Separate),
        }
    }
}

impl FromStr for Merging {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!("expected pairwise, fold, separate or tree:K with K from 2 to {ARITY_MAX}, got `{text}`")
        };
        match text.split_once(':') {
            None if text == "pairwise" => Ok(Self::Tree(2)),
            None if text == "fold" => Ok(Self::Fold),
            None if text == "separate" => Ok(Self::Separate),
            Some(("tree", arity)) => match arity.parse() {
                Ok(arity) if (2..=ARITY_MAX).contains(&arity) => Ok(Self::Tree(arity)),
                _ => Err(wrong()),
            },
            _ => Err(wrong()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Merging;

    #[test]
    fn shapes() {
        let shape = |text: &str| text.parse::<Merging>();
        assert_eq!(shape("pairwise"), Ok(Merging::Tree(2)));
        assert_eq!(shape("tree:8"), Ok(Merging::Tree(8)));
        assert_eq!(shape("fold"), Ok(Merging::Fold));
        assert_eq!(shape("separate"), Ok(Merging::Separate));
        for bad in ["", "tree", "tree:1", "tree:x", "tree:1000001", "tree:-2", "fold:2", "star"] {
            assert!(shape(bad).is_err(), "{bad}");
        }
    }
}
