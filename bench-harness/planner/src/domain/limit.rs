//! The longest delay that an operator accepts: to which state, and in which statistic.

use crate::error::{PlanError, positive};

/// The state that ends a delay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Sequenced on L1, not yet proved.
    Virtual,
    /// Proved and verified on L1.
    Consolidated,
}

/// The figure of a delay's distribution that must stay within the limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Statistic {
    /// The mean.
    Mean,
    /// The median.
    P50,
    /// The 99th percentile.
    P99,
}

/// A limit on the delay of a group's oldest transaction.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DelayLimit {
    state: State,
    statistic: Statistic,
    limit_s: f64,
}

impl DelayLimit {
    /// A limit of `limit_s` seconds.
    ///
    /// # Errors
    /// [`PlanError::BadInput`] if it is not a finite number above zero.
    pub fn new(state: State, statistic: Statistic, limit_s: f64) -> Result<Self, PlanError> {
        Ok(Self { state, statistic, limit_s: positive("delay_limit_s", limit_s)? })
    }

    /// The state that ends the delay.
    pub fn state(&self) -> State {
        self.state
    }

    /// The statistic that must stay within the limit.
    pub fn statistic(&self) -> Statistic {
        self.statistic
    }

    /// The limit in seconds.
    pub fn limit_s(&self) -> f64 {
        self.limit_s
    }
}
