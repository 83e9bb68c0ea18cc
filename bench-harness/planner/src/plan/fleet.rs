//! How many machines of each kind, and how many batches they make one proof of.

use records::plan::{FleetEstimateRecord, RecommendationRecord};

/// A fleet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fleet {
    /// Provers, P.
    pub provers: u32,
    /// Batches per aggregation, N.
    pub batches_per_aggregation: u32,
    /// Aggregators, A.
    pub aggregators: u32,
}

impl Fleet {
    /// The fleet that is recommended, without spares.
    pub fn of(choice: &RecommendationRecord) -> Self {
        let RecommendationRecord { provers, batches_per_aggregation, aggregators, .. } = *choice;
        Self { provers, batches_per_aggregation, aggregators }
    }

    /// The fleet of an estimate.
    pub(crate) fn of_estimate(estimate: &FleetEstimateRecord) -> Self {
        let FleetEstimateRecord { provers, batches_per_aggregation, aggregators, .. } = *estimate;
        Self { provers, batches_per_aggregation, aggregators }
    }
}
