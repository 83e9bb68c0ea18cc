//! The rule by which a fleet follows the queue.

use crate::error::{PlanError, at_least_one, not_negative, positive};
use crate::formulas::capacity::whole_at_least;

/// A rule that starts and stops provers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Autoscaler {
    provers_min: u32,
    provers_max: u32,
    start_s: f64,
    utilization: f64,
    drain_s: f64,
}

impl Autoscaler {
    /// At least and at most so many provers; a prover works `start_s` after it was asked for (and is paid from
    /// then on). Wanted are arrivals at `utilization` of the fleet, and the queue drained within `drain_s`.
    ///
    /// # Errors
    /// [`PlanError::BadInput`] for bounds the wrong way round, a utilization outside (0, 1] or bad times.
    pub fn new(bounds: (u32, u32), start_s: f64, utilization: f64, drain_s: f64) -> Result<Self, PlanError> {
        let provers_min = at_least_one("provers_min", bounds.0)?;
        if bounds.1 < bounds.0 {
            return Err(PlanError::bad("provers_max", &format!("at least {}", bounds.0), bounds.1));
        }
        if !(utilization > 0.0 && utilization <= 1.0) {
            return Err(PlanError::bad("utilization", "a fraction above 0 and up to 1", utilization));
        }
        Ok(Self {
            provers_min,
            provers_max: bounds.1,
            start_s: not_negative("start_s", start_s)?,
            utilization,
            drain_s: positive("drain_s", drain_s)?,
        })
    }

    /// The fewest provers it keeps.
    pub fn provers_min(&self) -> u32 {
        self.provers_min
    }

    /// Time that a prover takes to start, s.
    pub fn start_s(&self) -> f64 {
        self.start_s
    }

    /// The provers wanted for arrivals, a queue and a prove time.
    pub(crate) fn wanted(&self, arrivals_per_s: f64, queue: f64, prove_s: f64) -> u32 {
        let wanted = prove_s * (arrivals_per_s / self.utilization + queue / self.drain_s);
        whole_at_least(wanted).clamp(self.provers_min, self.provers_max)
    }
}
