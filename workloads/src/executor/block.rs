//! What an executor is given: transactions in order, and the work that each costs beside its own rule.

use crate::transaction::Transaction;
use std::hint::black_box;

/// Transactions in their order.
#[derive(Clone, Copy, Debug, Default)]
pub struct Block<'a> {
    /// What is executed.
    pub transactions: &'a [Transaction],
    /// What each costs beside its own rule.
    pub work: WorkPerTransaction,
}

/// Work that each execution of a transaction costs beside its own rule, in iterations of a cheap function: what a
/// virtual machine would add. A native swap takes some tens of nanoseconds, one in a real EVM tens of microseconds.
///
/// It is spent after the leaves were read and before anything is written, by transactions that break a rule as well.
/// This crate reads no clock: the caller finds how many iterations a microsecond has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct WorkPerTransaction(pub u64);

impl WorkPerTransaction {
    /// Spends the work. Each iteration waits for the one before, so that no vector unit shortens it.
    #[inline]
    pub fn spend(self) {
        let mut mixed = black_box(0x9e37_79b9_7f4a_7c15_u64);
        for round in 0..self.0 {
            // The finalizer of SplitMix64: a shift, an exclusive or and a multiplication.
            mixed = (mixed ^ (mixed >> 27) ^ round).wrapping_mul(0x94d0_49bb_1331_11eb);
        }
        black_box(mixed);
    }
}
