//! The shape of aggregation, as it is written on the command line.

use crate::exit::usage;
use clap::ValueEnum;
use planner::domain::{Aggregation, AggregationTree, LoneProof, TimeDist};
use std::str::FromStr;

/// The most proofs of one merge.
const ARITY_MAX: u32 = 1_000_000;

/// `--lone-proof`: what the last proof of a level costs where no neighbour is left for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LoneProofKind {
    /// Nothing: it goes up as it is.
    Pass,
    /// A merge of its own.
    Lift,
}

impl From<LoneProofKind> for LoneProof {
    fn from(kind: LoneProofKind) -> Self {
        match kind {
            LoneProofKind::Pass => Self::Passes,
            LoneProofKind::Lift => Self::Lifted,
        }
    }
}

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
    /// What a lone proof costs: as asked, or else `default`.
    ///
    /// # Errors
    /// Usage where it was asked of a shape that has no levels.
    pub(crate) fn lone(self, asked: Option<LoneProofKind>, default: LoneProof) -> anyhow::Result<LoneProof> {
        match (self, asked) {
            (_, None) => Ok(default),
            (Self::Tree(_), Some(kind)) => Ok(kind.into()),
            (Self::Fold | Self::Separate, Some(_)) => Err(usage(
                "--lone-proof: only a tree of merges has proofs without a neighbour on their level",
            )),
        }
    }

    /// Aggregation in this shape with merges of this time. A shape that was parsed has two proofs a merge or more.
    pub(crate) fn of(self, lone: LoneProof, merge: TimeDist) -> Aggregation {
        match self {
            Self::Tree(arity) => {
                Aggregation::tree(AggregationTree::new(arity, lone).unwrap_or(AggregationTree::PAIRS), merge)
            }
            Self::Fold => Aggregation::fold(merge),
            Self::Separate => Aggregation::Separate,
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
