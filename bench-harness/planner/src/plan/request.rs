//! What is asked of the planner.

use crate::domain::{Aggregation, DelayLimit, Load, TimeDist};
use crate::error::{PlanError, at_least_one, positive};

/// The largest N tried when the request does not fix it.
pub const BATCHES_PER_AGGREGATION_MAX: u32 = 1024;

/// A load, the measured times, and what would be good enough.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanRequest {
    load: Load,
    prove: TimeDist,
    aggregation: Aggregation,
    block_s: f64,
    delay_limit: Option<DelayLimit>,
    batches_per_aggregation: Option<u32>,
    provers_max: Option<u32>,
}

impl PlanRequest {
    /// A request without a limit on delay, with N free.
    ///
    /// # Errors
    /// [`PlanError::BadInput`] unless `block_s` is a finite number above zero.
    pub fn new(
        load: Load,
        prove: TimeDist,
        aggregation: Aggregation,
        block_s: f64,
    ) -> Result<Self, PlanError> {
        let block_s = positive("block_s", block_s)?;
        let (delay_limit, batches_per_aggregation, provers_max) = (None, None, None);
        Ok(Self { load, prove, aggregation, block_s, delay_limit, batches_per_aggregation, provers_max })
    }

    /// The same request with a limit on delay.
    #[must_use]
    pub fn with_delay_limit(self, limit: DelayLimit) -> Self {
        Self { delay_limit: Some(limit), ..self }
    }

    /// The same request with N fixed.
    ///
    /// # Errors
    /// [`PlanError::BadInput`] if `n` is 0.
    pub fn with_batches_per_aggregation(self, n: u32) -> Result<Self, PlanError> {
        Ok(Self { batches_per_aggregation: Some(at_least_one("batches_per_aggregation", n)?), ..self })
    }

    /// The same request with at most `provers` provers.
    ///
    /// # Errors
    /// [`PlanError::BadInput`] if `provers` is 0.
    pub fn with_provers_max(self, provers: u32) -> Result<Self, PlanError> {
        Ok(Self { provers_max: Some(at_least_one("provers_max", provers)?), ..self })
    }

    /// The load.
    pub fn load(&self) -> &Load {
        &self.load
    }

    /// Time to prove one batch on one prover.
    pub fn prove(&self) -> &TimeDist {
        &self.prove
    }

    /// How N proofs become one.
    pub fn aggregation(&self) -> &Aggregation {
        &self.aggregation
    }

    /// L1 block time, s.
    pub fn block_s(&self) -> f64 {
        self.block_s
    }

    /// The delay asked for.
    pub fn delay_limit(&self) -> Option<DelayLimit> {
        self.delay_limit
    }

    /// N, where the request fixes it.
    pub fn batches_per_aggregation(&self) -> Option<u32> {
        self.batches_per_aggregation
    }

    /// The most provers allowed.
    pub fn provers_max(&self) -> Option<u32> {
        self.provers_max
    }

    /// The values of N that may be chosen, smallest first.
    pub(crate) fn batches_per_aggregation_tried(&self) -> std::ops::RangeInclusive<u32> {
        self.batches_per_aggregation.map_or(1..=BATCHES_PER_AGGREGATION_MAX, |n| n..=n)
    }
}
