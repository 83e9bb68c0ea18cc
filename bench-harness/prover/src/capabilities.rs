//! What a proof system can do: everything that depends on it (schedule, measuring, reports, plans) asks here and
//! nowhere by name.

use records::sample::CapabilitiesRecord;

/// What a proof system can do beside proving one batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// Whether it verifies its own proofs. Times of one that does not are measured with the user's leave alone.
    pub verifies: bool,
    /// How it makes one proof from many; `None` where it cannot, so that each batch is verified on L1 by itself.
    pub aggregation: Option<MergeCapability>,
    /// Transactions for which a batch can have room.
    pub batch_sizes: BatchSizes,
    /// The most pools that a full batch may swap against, for a system whose full batches are of swaps alone; `None` where
    /// they are of transfers too, and of swaps against any number of pools.
    pub swaps_over_pools_max: Option<usize>,
    /// Whether such a system proves other batches too, with room for fewer transactions: for how many its set-up decides
    /// ([`crate::system::ProofSystem::rooms`]).
    pub falls_back: bool,
    /// Whether two proofs of one shape may differ in length, so that it is no exact figure.
    pub varies_in_length: bool,
    /// How hard it is to prove something false; `None` where the system does not say.
    pub security: Option<Security>,
}

/// How a system aggregates: as a tree of merges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MergeCapability {
    /// Proofs that one merge takes at most, the k of a k-ary tree; at least 2.
    pub merge_children: usize,
}

/// Transactions for which a batch can have room, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BatchSizes {
    /// The fewest, at least 1.
    pub min: usize,
    /// The most; `None` where nothing but memory limits it.
    pub max: Option<usize>,
}

/// Bits of security against a prover that does not keep to the protocol: what it must try is two to this power.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Security {
    /// By the conjecture that systems of this kind are used under.
    pub conjectured_bits: u32,
    /// What is proven without one.
    pub proven_bits: Option<u32>,
}

impl BatchSizes {
    /// Any number of transactions from 1.
    pub const ANY: Self = Self { min: 1, max: None };

    /// Whether a batch can have room for so many transactions.
    ///
    /// ```
    /// use prover::capabilities::BatchSizes;
    /// let sizes = BatchSizes { min: 32, max: Some(4_096) };
    /// assert!(sizes.allow(32) && sizes.allow(4_096));
    /// assert!(!sizes.allow(31) && !sizes.allow(4_097));
    /// assert!(BatchSizes::ANY.allow(1));
    /// ```
    pub fn allow(self, transactions: usize) -> bool {
        transactions >= self.min && self.max.is_none_or(|max| transactions <= max)
    }
}

impl std::fmt::Display for BatchSizes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.max {
            Some(max) => write!(f, "{} to {max} transactions", self.min),
            None => write!(f, "at least {} transactions", self.min),
        }
    }
}

impl Capabilities {
    /// As it is written down.
    pub fn record(&self) -> CapabilitiesRecord {
        let Self {
            verifies,
            aggregation,
            batch_sizes,
            swaps_over_pools_max: _,
            falls_back: _,
            varies_in_length: _,
            security,
        } = *self;
        CapabilitiesRecord {
            verifies,
            aggregates: aggregation.is_some(),
            merge_children: aggregation.map(|aggregation| aggregation.merge_children as u64),
            min_batch_transactions: batch_sizes.min as u64,
            max_batch_transactions: batch_sizes.max.map(|max| max as u64),
            conjectured_security_bits: security.map(|security| u64::from(security.conjectured_bits)),
            proven_security_bits: security.and_then(|security| security.proven_bits).map(u64::from),
        }
    }
}
