//! The closed form with its known errors taken out.
//!
//! Source: worked out for this project and checked against exact simulation (tests of this crate). Times in
//! seconds, rates in batches per second. Still without queueing: random times add what only the simulation
//! gives.

use crate::domain::TimeDist;
use crate::domain::time::TimeShape;

/// Delay to consolidated of a group's oldest transaction: `N/X + p + a + b`, with `X` the true throughput.
///
/// The published formula has `N·c` where this has `N/X`: below the balance point batches cannot close every `c`, since
/// the provers do not take them. Assumes a sequencer that waits for them; in an open loop the queue grows
/// instead, by [`growth_s_per_batch`].
///
/// ```
/// use planner::formulas::corrected::delay_s;
/// assert_eq!(delay_s(4, 4.0 / 120.0, 120.0, 12.0, 15.0), 267.0); // the published formula says 187
/// assert_eq!(delay_s(12, 0.1, 120.0, 12.0, 15.0), 267.0); // at the balance point both agree
/// ```
pub fn delay_s(n: u32, throughput: f64, prove_s: f64, aggregate_s: f64, block_s: f64) -> f64 {
    f64::from(n) / throughput + prove_s + aggregate_s + block_s
}

/// Throughput with P, N and A apart: `min(1/c, P/p, A·N/work, N/block)`.
///
/// `aggregate_work_s` is the aggregator time of one group. `block_s` is `None` where the submitter does not
/// wait for inclusion before handing in the next proof.
///
/// ```
/// use planner::formulas::corrected::throughput;
/// assert_eq!(throughput(10.0, (14, 120.0), (32, 1, 12.0), Some(15.0)), 0.1);
/// assert_eq!(throughput(10.0, (8, 120.0), (8, 1, 12.0), Some(15.0)), 8.0 / 120.0);
/// assert_eq!(throughput(10.0, (14, 120.0), (1, 1, 12.0), Some(15.0)), 1.0 / 15.0);
/// ```
pub fn throughput(close_s: f64, prove: (u32, f64), aggregate: (u32, u32, f64), block_s: Option<f64>) -> f64 {
    use crate::formulas::capacity::{group_capacity, prover_capacity};
    let (provers, prove_s) = prove;
    let (n, aggregators, work_s) = aggregate;
    (1.0 / close_s)
        .min(prover_capacity(provers, prove_s))
        .min(group_capacity(n, aggregators, work_s))
        .min(group_capacity(n, 1, block_s.unwrap_or(0.0)))
}

/// By how much each batch waits longer than the one before when more arrive than are carried:
/// `1/capacity − 1/arrivals`, 0 if they are carried.
///
/// ```
/// use planner::formulas::corrected::growth_s_per_batch;
/// assert!((growth_s_per_batch(0.1, 4.0 / 120.0) - 20.0).abs() < 1e-9);
/// assert_eq!(growth_s_per_batch(0.1, 0.2), 0.0);
/// ```
pub fn growth_s_per_batch(arrivals: f64, capacity: f64) -> f64 {
    (1.0 / capacity - 1.0 / arrivals).max(0.0)
}

/// Quantile `q` of the time from a group's first opening to its last proof, with provers without limit: s.
///
/// Batch `i` closes at `i·c`; batches are verified in order, so a group waits for every earlier proof as
/// well. The law of the maximum is a product: `P(T ≤ t) = Π F(t − i·c)` over `i = n, n−1, …` down to where
/// the factor is 1. No fleet is faster: this is the first test of feasibility. Found by bisection.
///
/// ```
/// use planner::domain::TimeDist;
/// use planner::formulas::corrected::in_order_floor_s;
/// let prove = TimeDist::log_normal("prove", 120.0, 0.3)?;
/// assert!((in_order_floor_s(&prove, 12, 10.0, 0.99) - 374.96008).abs() < 1e-4);
/// # Ok::<(), planner::PlanError>(())
/// ```
pub fn in_order_floor_s(prove: &TimeDist, n: u32, close_s: f64, q: f64) -> f64 {
    f64::from(n) * close_s + slowest_quantile_s(prove, u32::MAX, close_s, q)
}

/// Quantile `q` of the time from a group's last closing to its last proof, provers without limit, whatever
/// came before the group: the slowest of `n` proofs begun `c` apart, s.
///
/// ```
/// use planner::domain::TimeDist;
/// use planner::formulas::corrected::slowest_quantile_s;
/// let prove = TimeDist::log_normal("prove", 120.0, 0.3)?;
/// assert!((slowest_quantile_s(&prove, 12, 0.0, 0.99) - 289.15287).abs() < 1e-4);
/// assert!((slowest_quantile_s(&prove, 12, 10.0, 0.99) + 120.0 - 374.73898).abs() < 1e-4);
/// # Ok::<(), planner::PlanError>(())
/// ```
pub fn slowest_quantile_s(prove: &TimeDist, n: u32, close_s: f64, q: f64) -> f64 {
    let (mut low, mut high) = (0.0, prove.mean_s());
    while all_within(prove, n, close_s, high) < q {
        high *= 2.0;
    }
    loop {
        let middle = f64::midpoint(low, high);
        if high - low <= 1e-13 * high || middle <= low || middle >= high {
            return high;
        }
        if all_within(prove, n, close_s, middle) < q { low = middle } else { high = middle }
    }
}

/// Mean of the same time, s: the integral of `1 − P(T ≤ t)`, by Simpson's rule over the logarithm of `t`.
///
/// ```
/// use planner::domain::TimeDist;
/// use planner::formulas::corrected::slowest_mean_s;
/// let prove = TimeDist::exponential("prove", 120.0)?;
/// let harmonic: f64 = (1..=12).map(|i| 1.0 / f64::from(i)).sum();
/// assert!((slowest_mean_s(&prove, 12, 0.0) / (120.0 * harmonic) - 1.0).abs() < 1e-9);
/// # Ok::<(), planner::PlanError>(())
/// ```
pub fn slowest_mean_s(prove: &TimeDist, n: u32, close_s: f64) -> f64 {
    if prove.is_fixed() {
        return prove.mean_s();
    }
    // Before the one end it is certain that a proof is missing, after the other that none is.
    let start_s = slowest_quantile_s(prove, n, close_s, 1e-13);
    let end_s = slowest_quantile_s(prove, n, close_s, 1.0 - 1e-13);
    let steps = 2_048;
    let step = (end_s / start_s).ln() / f64::from(steps);
    let weighted = (0..=steps).map(|i| {
        let weight = match i {
            0 => 1.0,
            i if i == steps => 1.0,
            i if i % 2 == 1 => 4.0,
            _ => 2.0,
        };
        let t_s = start_s * (f64::from(i) * step).exp();
        weight * t_s * (1.0 - all_within(prove, n, close_s, t_s))
    });
    start_s + weighted.sum::<f64>() * step / 3.0
}

/// Factors of the product that are taken one by one; so far on, factors of a smooth law change slowly.
const ONE_BY_ONE: u32 = 64;

/// The chance that `n` proofs, the last begun now and the others `c` apart before it, all end within `t` s.
fn all_within(prove: &TimeDist, n: u32, close_s: f64, t: f64) -> f64 {
    if close_s <= 0.0 {
        return prove.cdf(t).powf(f64::from(n));
    }
    if let TimeShape::Empirical(sorted_s) = prove.shape() {
        return all_samples_within(sorted_s, f64::from(n), close_s, t);
    }
    let mut chance = 1.0;
    for before in 0..n.min(ONE_BY_ONE) {
        let factor = prove.cdf(t + f64::from(before) * close_s);
        chance *= factor;
        // Older proofs have ended for certain, or nothing is left to multiply.
        if factor == 1.0 || chance == 0.0 {
            return chance;
        }
    }
    if n > ONE_BY_ONE { chance * older_within(prove, f64::from(n), close_s, t).exp() } else { chance }
}

/// The logarithm of the rest of the product: the sum over whole numbers as an integral from half to half (Euler and
/// Maclaurin, with the first correction), in pieces that grow by a quarter, five points of Gauss and Legendre each.
fn older_within(prove: &TimeDist, n: f64, close_s: f64, t: f64) -> f64 {
    const POINTS: [(f64, f64); 3] = [
        (0.0, 0.568_888_888_888_888_9),
        (0.538_469_310_105_683_1, 0.478_628_670_499_366_47),
        (0.906_179_845_938_664, 0.236_926_885_056_189_08),
    ];
    let ln_cdf = |before: f64| prove.cdf(t + before * close_s).ln();
    let slope = |before: f64| ln_cdf(before + 0.5) - ln_cdf(before - 0.5);
    let (mut from, end) = (f64::from(ONE_BY_ONE) - 0.5, n - 0.5);
    let mut sum = slope(from) / 24.0;
    while from < end {
        let to = (from * 1.25).min(end);
        let (middle, half) = (f64::midpoint(from, to), (to - from) / 2.0);
        sum += POINTS
            .iter()
            .map(|&(at, weight)| match at {
                0.0 => weight * ln_cdf(middle),
                _ => weight * (ln_cdf(middle - at * half) + ln_cdf(middle + at * half)),
            })
            .sum::<f64>()
            * half;
        from = to;
        // What is left falls faster than it is long; and nothing is left of a chance that is none.
        if ln_cdf(to) * to > -1e-15 || sum < -800.0 {
            return sum;
        }
    }
    sum - slope(end) / 24.0
}

/// The same product for measured times, which are steps: each factor as often as it occurs.
fn all_samples_within(sorted_s: &[f64], n: f64, close_s: f64, t: f64) -> f64 {
    // Proofs so old that a sample would have ended them.
    let begun_before = |sample_s: f64| ((sample_s - t) / close_s).ceil().clamp(0.0, n);
    let mut from = begun_before(sorted_s[0]);
    if from > 0.0 {
        return 0.0;
    }
    let mut ln_chance = 0.0;
    for (index, &sample_s) in sorted_s.iter().enumerate().skip(1) {
        let to = begun_before(sample_s);
        ln_chance += (to - from) * (index as f64 / sorted_s.len() as f64).ln();
        from = to;
    }
    ln_chance.exp()
}

/// Mean delay to virtual of the oldest transaction of `n` batches in one sequence transaction: `n·c + wait`.
///
/// `wait_s` is the mean wait for L1 of whoever comes at any time: a residual, half a slot where slots are of fixed length
/// and none is missed, where the published formula has a whole block.
///
/// ```
/// assert_eq!(planner::formulas::corrected::virtual_oldest_s(12, 10.0, 12.0 / 2.0), 126.0);
/// ```
pub fn virtual_oldest_s(n: u32, close_s: f64, wait_s: f64) -> f64 {
    f64::from(n) * close_s + wait_s
}

/// Mean delay to virtual of a random transaction of them: `n·c/2 + wait`.
///
/// ```
/// assert_eq!(planner::formulas::corrected::virtual_random_s(12, 10.0, 12.0 / 2.0), 66.0);
/// ```
pub fn virtual_random_s(n: u32, close_s: f64, wait_s: f64) -> f64 {
    f64::from(n) * close_s / 2.0 + wait_s
}

/// Longest delay to virtual: `n·c + slot`.
///
/// ```
/// assert_eq!(planner::formulas::corrected::virtual_max_s(12, 10.0, 12.0), 132.0);
/// ```
pub fn virtual_max_s(n: u32, close_s: f64, slot_s: f64) -> f64 {
    f64::from(n) * close_s + slot_s
}

/// Delay to virtual of the oldest transaction when closings and slots start at the same instant and the
/// phase locks: `n·c` rounded up to the next slot for the sequence transaction number `k`, from 1.
///
/// Fixed close times meet fixed slots in a pattern that repeats; the mean over it is not half a slot.
///
/// ```
/// use planner::formulas::corrected::virtual_locked_s;
/// assert_eq!(virtual_locked_s(1, 10.0, 12.0, 1), 12.0); // closed at 10, included at 12
/// assert_eq!(virtual_locked_s(1, 10.0, 12.0, 6), 22.0); // closed at 60, just missed that slot
/// ```
pub fn virtual_locked_s(n: u32, close_s: f64, slot_s: f64, k: u32) -> f64 {
    let closed_s = f64::from(n) * close_s * f64::from(k);
    ((closed_s / slot_s).floor() + 1.0) * slot_s - (closed_s - f64::from(n) * close_s)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The product as it is written, factor by factor.
    fn plain(prove: &TimeDist, n: u32, close_s: f64, t: f64) -> f64 {
        (0..n).map(|before| prove.cdf(t + f64::from(before) * close_s)).product()
    }

    #[test]
    fn the_product_is_that_of_its_factors_however_short_the_interval() {
        let samples = vec![90.0, 100.0, 100.0, 118.0, 130.0, 180.0, 300.0];
        let mut laws = vec![
            TimeDist::exponential("prove", 120.0).unwrap(),
            TimeDist::empirical("prove", samples).unwrap(),
            TimeDist::fixed("prove", 120.0).unwrap(),
        ];
        laws.extend([0.02, 0.3, 1.0, 3.0].map(|cv| TimeDist::log_normal("prove", 120.0, cv).unwrap()));
        for prove in laws {
            for close_s in [100.0, 3.0, 0.3, 0.01] {
                for n in [1, 63, 65, 500, 200_000] {
                    for q in [0.01, 0.5, 0.99] {
                        let t_s = slowest_quantile_s(&prove, n, close_s, q) * (1.0 + 1e-9);
                        let (got, expected) =
                            (all_within(&prove, n, close_s, t_s), plain(&prove, n, close_s, t_s));
                        assert!(
                            (got - expected).abs() < 1e-8,
                            "{prove:?} {close_s} {n}: {got} against {expected}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn an_interval_of_microseconds_is_no_long_sum() {
        let prove = TimeDist::log_normal("prove", 120.0, 5.0).unwrap();
        let slowest_s = [1e-3, 1e-6].map(|close_s| slowest_mean_s(&prove, u32::MAX, close_s));
        assert!(slowest_s[0] > 120.0 && slowest_s[1] > slowest_s[0], "{slowest_s:?}");
    }
}
