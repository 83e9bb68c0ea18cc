//! The designs that are compared and the terms that can limit them.

/// A way to turn closed batches into verified ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Design {
    /// One prover, one batch at a time.
    SingleBatch,
    /// One prover, made as fast as the target needs.
    Vertical,
    /// P provers, every proof verified on L1.
    HorizontalNaive,
    /// P provers, N proofs aggregated into one.
    HorizontalAggregated,
    /// Batches sequenced on L1 before they are proved; proving as in [`Design::HorizontalAggregated`].
    OrderThenProve,
}

/// A term of the throughput formula: what a plan can be limited by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Term {
    /// Proving.
    Prove,
    /// Closing batches.
    Close,
    /// Aggregating proofs.
    Aggregate,
    /// The L1 block.
    Block,
}

impl std::fmt::Display for Term {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Prove => "prove",
            Self::Close => "close",
            Self::Aggregate => "aggregate",
            Self::Block => "block",
        })
    }
}
