//! Intervals that know of proofs too rare for a simulation to have seen enough of them.
//!
//! A very long proof holds up every batch behind it. Where a few such decide the 99th percentile, replications in which none
//! was drawn agree with one another and are wrong together: their interval is too narrow, and excludes the truth.

use crate::domain::TimeDist;
use crate::plan::fleet::Fleet;
use crate::plan::needs::forming_s;
use crate::plan::request::PlanRequest;
use crate::sim::{DelayFigures, Estimate, Simulated};

/// The fraction of delays beyond the 99th percentile.
const TAIL: f64 = 0.01;
/// A coefficient of variation below which a long proof is not long enough to hold up many batches.
pub(crate) const SCATTERED: f64 = 1.5;
/// Steps in which the tail of a law is integrated.
const STEPS: u32 = 64;

/// The chance that a time is longer than `threshold_s`, and by how much it is longer on average over all times, s.
fn beyond(law: &TimeDist, threshold_s: f64) -> (f64, f64) {
    // By halving in the logarithm of what is left of the law.
    let (mut low, mut high) = (0.0_f64, 30.0_f64);
    if law.quantile_s(0.0) > threshold_s {
        return (1.0, law.mean_s() - threshold_s);
    }
    for _ in 0..50 {
        let middle = f64::midpoint(low, high);
        if law.quantile_s(1.0 - (-middle).exp()) > threshold_s { high = middle } else { low = middle }
    }
    let chance = (-high).exp();
    let excess_s = |step: u32| {
        let left = chance * (f64::from(step) + 0.5) / f64::from(STEPS);
        (law.quantile_s(1.0 - left) - threshold_s).max(0.0)
    };
    (chance, chance * (0..STEPS).map(excess_s).sum::<f64>() / f64::from(STEPS))
}

/// The same figures, the interval of the 99th percentile no narrower than the number of proofs allows that are longer than it:
/// of `k` such proofs, which hold up a part of the hundredth of all groups beyond it, that part of `1.96/√k`. So much of the mean
/// as they make up is as uncertain. Simulated was a load of so many batches/s.
pub(crate) fn known(
    request: &PlanRequest,
    fleet: Fleet,
    batches_per_s: f64,
    simulated: Simulated,
) -> Simulated {
    let delay = simulated.consolidated;
    let counted = (simulated.batches - simulated.warmup) as f64 * f64::from(simulated.replications);
    let threshold_s = delay.p99_s.value
        - forming_s(request, fleet.batches_per_aggregation) * request.batches_per_s() / batches_per_s;
    if threshold_s <= 0.0 || request.prove().cv() < SCATTERED {
        return simulated;
    }
    let (chance, excess_s) = beyond(request.prove(), threshold_s);
    let proofs = counted * chance;
    let held_up = batches_per_s * excess_s / TAIL;
    if proofs < 1e-3 || held_up < 1e-3 {
        return simulated;
    }
    let relative = (1.96 / proofs.sqrt() * held_up.min(1.0)).min(1.0);
    let wider = |estimate: Estimate, least: f64| Estimate {
        half_width: estimate.half_width.map(|half| half.max(least)),
        ..estimate
    };
    let tail_s = TAIL * held_up.min(1.0) * delay.p99_s.value;
    let consolidated = DelayFigures {
        mean_s: wider(delay.mean_s, relative * tail_s),
        p99_s: wider(delay.p99_s, relative * delay.p99_s.value),
        ..delay
    };
    Simulated { consolidated, ..simulated }
}

#[cfg(test)]
mod tests {
    use super::beyond;
    use crate::domain::TimeDist;
    use crate::normal;

    #[test]
    fn what_lies_beyond_is_that_of_the_law() {
        let (mean, cv) = (10.0_f64, 2.0_f64);
        let law = TimeDist::log_normal("prove", mean, cv).unwrap();
        let deviation = (cv * cv).ln_1p().sqrt();
        for threshold in [20.0_f64, 100.0, 400.0] {
            // Black and Scholes' formula of a call.
            let far = ((mean / threshold).ln() - deviation * deviation / 2.0) / deviation;
            let chance = normal::cdf(far);
            let excess = mean * normal::cdf(far + deviation) - threshold * chance;
            let found = beyond(&law, threshold);
            assert!((found.0 / chance - 1.0).abs() < 0.01, "{threshold}: {} of {chance}", found.0);
            assert!((found.1 / excess - 1.0).abs() < 0.1, "{threshold}: {} of {excess}", found.1);
        }
        let fixed = TimeDist::fixed("prove", 10.0).unwrap();
        assert_eq!(beyond(&fixed, 4.0), (1.0, 6.0));
    }
}
