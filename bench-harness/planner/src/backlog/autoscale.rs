//! A fleet that follows the queue, against one that does not.

use std::collections::VecDeque;

use crate::backlog::day::{DayCurve, DayOutcome, run};
use crate::domain::{Autoscaler, LoadSeen};

/// What an autoscaled fleet makes of the curve. It sees arrivals and queue as they are, and acts late.
///
/// ```
/// use planner::backlog::{Autoscaler, DayCurve, autoscaled, fixed_fleet};
/// let curve = DayCurve::new(vec![0.15, 0.05])?;
/// let fixed = fixed_fleet(&curve, 18, 120.0);
/// let scaled = autoscaled(&curve, 120.0, &Autoscaler::new((1, 30), 300.0, 0.9, 600.0)?);
/// assert!(scaled.prover_hours < 0.9 * fixed.prover_hours); // cheaper
/// assert!(scaled.wait_max_s > fixed.wait_max_s); // and late at the rise
/// # Ok::<(), planner::PlanError>(())
/// ```
pub fn autoscaled(curve: &DayCurve, prove_s: f64, rule: &Autoscaler) -> DayOutcome {
    let mut at_work = f64::from(rule.provers_min());
    // What was asked for and when it comes; stopping is at once.
    let mut coming: VecDeque<(f64, f64)> = VecDeque::new();
    run(curve, prove_s, &mut |time_s, queue| {
        while coming.front().is_some_and(|&(at_s, _)| at_s <= time_s) {
            if let Some((_, provers)) = coming.pop_front() {
                at_work += provers;
            }
        }
        let arrivals_per_s = curve.at(time_s);
        // A fluid has no jobs: in proof is what arrivals keep at work.
        let in_proof = prove_s * arrivals_per_s;
        let wanted = f64::from(rule.wanted(LoadSeen { arrivals_per_s, waiting: queue, in_proof, prove_s }));
        let asked: f64 = coming.iter().map(|&(_, provers)| provers).sum();
        if wanted > at_work + asked {
            coming.push_back((time_s + rule.start_s(), wanted - at_work - asked));
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
        assert!(slow.wait_max_s > quick.wait_max_s + 300.0, "{quick:?} {slow:?}");
    }

    #[test]
    fn a_bound_below_the_peak_is_a_queue() {
        let bound = autoscaled(&rise(), 120.0, &Autoscaler::new((2, 20), 10.0, 0.9, 600.0).unwrap());
        assert_eq!(bound.provers_max, 20.0);
        assert!(bound.queue_max > 1_000.0, "{bound:?}");
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
