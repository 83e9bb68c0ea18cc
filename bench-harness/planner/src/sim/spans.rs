//! Spans of time on lanes: what each prover, aggregator and L1 did, and when.
//!
//! Not here: where spans come from ([`crate::sim::watch`]); how they are drawn or written (`records::timeline`).

/// Who was at work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lane {
    /// The batch that is being filled; one at a time.
    Filling,
    /// Execution, state root and encoding; one batch at a time.
    Closing,
    /// A prover, from 0.
    Prover(u32),
    /// An aggregator, from 0.
    Aggregator(u32),
    /// L1, on its way to the virtual state.
    L1Sequence,
    /// L1, on its way to the consolidated state.
    L1Proof,
}

/// What was done. `SpanName` of the records is another list: it has what is measured as well, and no level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// A batch filled.
    Fill,
    /// A batch was executed, hashed and encoded.
    Close,
    /// A batch was proved.
    Prove,
    /// A proof that a crash ended.
    Crash,
    /// A prover was repaired.
    Repair,
    /// Proofs of a group were merged, at this level of its tree, from 1.
    Merge {
        /// The level.
        level: u32,
    },
    /// A sequence transaction or a proof waited for its inclusion.
    Include,
}

/// One piece of work.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Span {
    /// Who did it.
    pub lane: Lane,
    /// What it was.
    pub work: Work,
    /// The first batch that it was for, from 0.
    pub batch: u64,
    /// How many batches it was for, in a row.
    pub batches: u64,
    /// The group, from 0: N batches each.
    pub group: u64,
    /// Its start, s from the opening of the first batch.
    pub start_s: f64,
    /// Its end, s.
    pub end_s: f64,
}
