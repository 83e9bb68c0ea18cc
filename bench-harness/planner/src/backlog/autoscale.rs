//! A fleet that follows the queue, against one that does not.

use std::collections::VecDeque;

use crate::backlog::day::{DayCurve, DayOutcome, run};
use crate::error::{PlanError, at_least_one, not_negative, positive};
use crate::formulas::capacity::whole_at_least;

/// A rule that starts and stops provers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Autoscaler {
    provers_least: u32,
    provers_most: u32,
    start_s: f64,
    use_share: f64,
    drain_s: f64,
}

impl Autoscaler {
    /// At least and at most so many provers; a prover works `start_s` after it was asked for (and is paid from
    /// then on). Wanted are arrivals at `use_share` of the fleet, and the queue drained within `drain_s`.
    ///
    /// # Errors
    /// [`PlanError::BadInput`] for bounds the wrong way round, a use outside (0, 1] or bad times.
    pub fn new(bounds: (u32, u32), start_s: f64, use_share: f64, drain_s: f64) -> Result<Self, PlanError> {
        let provers_least = at_least_one("provers_min", bounds.0)?;
        if bounds.1 < bounds.0 {
            return Err(PlanError::bad("provers_max", &format!("at least {}", bounds.0), bounds.1));
        }
        if !(use_share > 0.0 && use_share <= 1.0) {
            return Err(PlanError::bad("use_share", "a share above 0 and up to 1", use_share));
        }
        Ok(Self {
            provers_least,
            provers_most: bounds.1,
            start_s: not_negative("start_s", start_s)?,
            use_share,
            drain_s: positive("drain_s", drain_s)?,
        })
    }

    /// The fewest provers it keeps.
    pub fn provers_least(&self) -> u32 {
        self.provers_least
    }

    /// Time that a prover takes to start, s.
    pub fn start_s(&self) -> f64 {
        self.start_s
    }

    /// The provers wanted for arrivals, a queue and a prove time.
    pub(crate) fn wanted(&self, arrivals_per_s: f64, queue: f64, prove_s: f64) -> u32 {
        let wanted = prove_s * (arrivals_per_s / self.use_share + queue / self.drain_s);
        whole_at_least(wanted).clamp(self.provers_least, self.provers_most)
    }
}

/// What an autoscaled fleet makes of the curve. It sees arrivals and queue as they are, and acts late.
///
/// ```
/// use planner::backlog::{Autoscaler, DayCurve, autoscaled, fixed_fleet};
/// let curve = DayCurve::new(vec![0.15, 0.05])?;
/// let fixed = fixed_fleet(&curve, 18, 120.0);
/// let scaled = autoscaled(&curve, 120.0, &Autoscaler::new((1, 30), 300.0, 0.9, 600.0)?);
/// assert!(scaled.prover_hours < 0.9 * fixed.prover_hours); // cheaper
/// assert!(scaled.wait_most_s > fixed.wait_most_s); // and late at the rise
/// # Ok::<(), planner::PlanError>(())
/// ```
pub fn autoscaled(curve: &DayCurve, prove_s: f64, rule: &Autoscaler) -> DayOutcome {
    let mut at_work = f64::from(rule.provers_least);
    // What was asked for and when it comes; stopping is at once.
    let mut coming: VecDeque<(f64, f64)> = VecDeque::new();
    run(curve, prove_s, &mut |time_s, queue| {
        while coming.front().is_some_and(|&(at_s, _)| at_s <= time_s) {
            if let Some((_, provers)) = coming.pop_front() {
                at_work += provers;
            }
        }
        let wanted = f64::from(rule.wanted(curve.at(time_s), queue, prove_s));
        let asked: f64 = coming.iter().map(|&(_, provers)| provers).sum();
        if wanted > at_work + asked {
            coming.push_back((time_s + rule.start_s, wanted - at_work - asked));
        } else if wanted < at_work {
            at_work = wanted;
            coming.clear();
        }
        at_work
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rise() -> DayCurve {
        DayCurve::new(vec![0.02, 0.2]).unwrap()
    }

    #[test]
    fn a_slower_start_is_a_longer_wait() {
        let wait =
            |start_s| autoscaled(&rise(), 120.0, &Autoscaler::new((2, 60), start_s, 0.9, 600.0).unwrap());
        let (quick, slow) = (wait(10.0), wait(900.0));
        assert!(quick.settles && slow.settles);
        assert!(slow.wait_most_s > quick.wait_most_s + 300.0, "{quick:?} {slow:?}");
    }

    #[test]
    fn a_bound_below_the_peak_is_a_queue() {
        let bound = autoscaled(&rise(), 120.0, &Autoscaler::new((2, 20), 10.0, 0.9, 600.0).unwrap());
        assert_eq!(bound.provers_most, 20.0);
        assert!(bound.queue_most > 1_000.0, "{bound:?}");
    }

    #[test]
    fn nonsense_is_refused() {
        assert!(Autoscaler::new((5, 4), 10.0, 0.9, 600.0).is_err());
        assert!(Autoscaler::new((1, 4), 10.0, 1.1, 600.0).is_err());
        assert!(Autoscaler::new((1, 4), f64::NAN, 0.9, 600.0).is_err());
        assert!(DayCurve::new(vec![]).is_err());
        assert!(DayCurve::new(vec![0.1, -0.1]).is_err());
    }
}
