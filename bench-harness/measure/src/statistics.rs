//! Medians with exact intervals, quantiles with what stands behind them.
//!
//! Pure arithmetic on lists of times. Assumes that the samples of a list are independent and of one distribution:
//! what breaks that (a machine that drifts, a neighbour) is for others to find and to discard.

use hdrhistogram::Histogram;
use records::execution::MiddleRecord;
use records::profile::{
    CyclesRecord, IntervalRecord, OutliersRecord, QuantileRecord, QuantityName, QuantityRecord,
};
use records::sample::SampleRecord;
use serde::{Deserialize, Serialize};

/// The coverage that an interval is asked for.
pub const COVERAGE: f64 = 0.95;

/// The quantiles of every summary.
pub const QUANTILES: [f64; 5] = [0.1, 0.25, 0.75, 0.9, 0.99];

/// The median of ascending values; of an even number, the mean of the middle two. None of none.
pub fn median(ascending: &[f64]) -> Option<f64> {
    let middle = ascending.len() / 2;
    let upper = *ascending.get(middle)?;
    if ascending.len() % 2 == 1 {
        return Some(upper);
    }
    Some((ascending[middle - 1] + upper) / 2.0)
}

/// The median of values in any order, with the least and the greatest of them; all unknown of none.
pub(crate) fn middle(mut values: Vec<f64>) -> MiddleRecord {
    values.sort_by(f64::total_cmp);
    MiddleRecord {
        median: median(&values).unwrap_or(f64::NAN),
        min: values.first().copied().unwrap_or(f64::NAN),
        max: values.last().copied().unwrap_or(f64::NAN),
    }
}

/// The place of the lower end (from 0; the upper end stands as far from the other side) of the narrowest symmetric
/// interval of order statistics that holds the median with at least the given coverage, and its exact coverage. Where
/// there are too few samples for that, the widest there is: least to greatest. None of fewer than two.
///
/// Source: Thompson, Annals of Mathematical Statistics 7 (1936) 122–128. For independent samples of a continuous
/// distribution, the number below the median is binomial(n, ½), whatever the distribution: the interval from the
/// k-th least to the k-th greatest misses the median with probability 2·P(B < k), that is, covers it with
/// 1 − 2·Σ_{i<k} C(n, i)/2ⁿ. With ties it covers at least as often.
///
/// ```
/// use measure::statistics::median_interval_place;
/// // Six samples: least to greatest covers 1 − 2/64.
/// assert_eq!(median_interval_place(6, 0.95), Some((0, 0.96875)));
/// // Five cannot reach 95 %: 1 − 2/32.
/// assert_eq!(median_interval_place(5, 0.95), Some((0, 0.9375)));
/// // Twenty: the 6th and the 15th, 95.86 %, as in printed tables.
/// let (place, coverage) = median_interval_place(20, 0.95).unwrap();
/// assert_eq!(place, 5);
/// assert!((coverage - 0.958_610_5).abs() < 1e-6);
/// ```
pub fn median_interval_place(samples: usize, coverage: f64) -> Option<(usize, f64)> {
    if samples < 2 {
        return None;
    }
    // Logarithms, since 2^-n is no double beyond n = 1074.
    let n = samples as f64;
    let mut ln_term = -n * std::f64::consts::LN_2;
    let mut below = ln_term.exp();
    let mut best = (0, 1.0 - 2.0 * below);
    for place in 1..samples / 2 {
        let i = place as f64;
        ln_term += ((n - i + 1.0) / i).ln();
        below += ln_term.exp();
        let covered = 1.0 - 2.0 * below;
        if covered < coverage {
            break;
        }
        best = (place, covered);
    }
    Some(best)
}

/// The interval of the median of ascending values.
pub fn median_interval(ascending: &[f64], coverage: f64) -> Option<IntervalRecord> {
    let (place, coverage) = median_interval_place(ascending.len(), coverage)?;
    Some(IntervalRecord { low_s: ascending[place], high_s: ascending[ascending.len() - 1 - place], coverage })
}

/// Quantiles by HdrHistogram, to three significant digits, each with the number of samples at or above it.
pub fn quantiles(values_s: &[f64]) -> Vec<QuantileRecord> {
    // 1 ns to some 584 years.
    let Ok(mut histogram) = Histogram::<u64>::new(3) else {
        return Vec::new();
    };
    for value_s in values_s {
        // A histogram that grows by itself takes any u64.
        let _ = histogram.record((value_s * 1e9).round().max(1.0) as u64);
    }
    let records = QUANTILES.iter().map(|quantile| {
        let value_ns = histogram.value_at_quantile(*quantile);
        QuantileRecord {
            quantile: *quantile,
            value_s: histogram.highest_equivalent(value_ns) as f64 * 1e-9,
            samples_at_or_above: histogram
                .count_between(histogram.lowest_equivalent(value_ns), histogram.high().max(value_ns)),
        }
    });
    records.collect()
}

/// One measured value of a quantity.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MeasuredValue {
    /// Time on the clock.
    pub wall_s: f64,
    /// The work in cycles, where the probe knows the clock.
    pub cycles: Option<f64>,
    /// Whether it enters the estimate.
    pub counts: bool,
}

impl MeasuredValue {
    /// The value of a sample.
    pub fn of(sample: &SampleRecord) -> Self {
        Self { wall_s: sample.wall_s, cycles: sample.probe_cycles, counts: sample.mark.counts() }
    }
}

/// Values beyond 1.5 times the distance of the quartiles outside of them: Tukey, Exploratory Data Analysis (1977).
/// The quartiles are the medians of the lower and the upper half, the middle value of an odd number left out. Fewer
/// than four values have none.
///
/// ```
/// use measure::statistics::outliers;
/// let found = outliers(&[1.0, 1.1, 1.2, 1.3, 1.4, 1.5, 9.0]);
/// assert_eq!((found.low, found.high), (0, 1));
/// ```
pub fn outliers(ascending: &[f64]) -> OutliersRecord {
    let half = ascending.len() / 2;
    let quartiles = median(&ascending[..half]).zip(median(&ascending[ascending.len() - half..]));
    let Some((lower, upper)) = quartiles.filter(|_| ascending.len() >= 4) else {
        return OutliersRecord::default();
    };
    let reach = 1.5 * (upper - lower);
    let count =
        |is_far: &dyn Fn(f64) -> bool| ascending.iter().filter(|value| is_far(**value)).count() as u64;
    OutliersRecord { low: count(&|value| value < lower - reach), high: count(&|value| value > upper + reach) }
}

/// How wide the interval of a median is, as a part of the median. None of fewer than six values, whose interval
/// covers less than 95 %.
pub fn relative_width(values: &[f64]) -> Option<f64> {
    let mut ascending = values.to_vec();
    ascending.sort_by(f64::total_cmp);
    let interval = median_interval(&ascending, COVERAGE).filter(|interval| interval.coverage >= COVERAGE)?;
    let median = median(&ascending).filter(|median| *median > 0.0)?;
    Some((interval.high_s - interval.low_s) / median)
}

fn cycles(values: &[MeasuredValue]) -> Option<CyclesRecord> {
    let mut ascending: Vec<f64> = values.iter().filter_map(|value| value.cycles).collect();
    ascending.sort_by(f64::total_cmp);
    let interval = median_interval(&ascending, COVERAGE);
    Some(CyclesRecord {
        samples: ascending.len() as u64,
        median_cycles: median(&ascending)?,
        low_cycles: interval.map(|interval| interval.low_s),
        high_cycles: interval.map(|interval| interval.high_s),
    })
}

/// The summary of what was measured, in the order in which it was. None where nothing counts.
pub fn summarise(
    quantity: QuantityName,
    level: Option<u64>,
    values: &[MeasuredValue],
) -> Option<QuantityRecord> {
    let counted: Vec<MeasuredValue> = values.iter().copied().filter(|value| value.counts).collect();
    let values_s: Vec<f64> = counted.iter().map(|value| value.wall_s).collect();
    let mut ascending = values_s.clone();
    ascending.sort_by(f64::total_cmp);
    let median_s = median(&ascending)?;
    let n = ascending.len() as f64;
    let mean_s = ascending.iter().sum::<f64>() / n;
    let squares: f64 = ascending.iter().map(|x| (x - mean_s).powi(2)).sum();
    let deviation_s = (ascending.len() > 1).then(|| (squares / (n - 1.0)).sqrt());
    Some(QuantityRecord {
        quantity,
        level,
        samples: ascending.len() as u64,
        median_s,
        interval: median_interval(&ascending, COVERAGE),
        mean_s,
        deviation_s,
        min_s: *ascending.first()?,
        max_s: *ascending.last()?,
        quantiles: quantiles(&values_s),
        cycles: cycles(&counted),
        outliers: outliers(&ascending),
        values_s,
        discarded_values_s: values.iter().filter(|value| !value.counts).map(|value| value.wall_s).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::{MeasuredValue, median, median_interval, median_interval_place, quantiles, summarise};
    use proptest::prelude::{prop_assert, proptest};
    use records::profile::QuantityName;

    /// 1 − 2·Σ_{i<=place} C(n, i)/2ⁿ in whole numbers, for n up to 60.
    fn coverage_exactly(n: u32, place: u32) -> f64 {
        let choose = |k: u32| (0..k).fold(1u128, |c, i| c * u128::from(n - i) / u128::from(i + 1));
        let below: u128 = (0..=place).map(choose).sum();
        1.0 - 2.0 * below as f64 / 2f64.powi(n as i32)
    }

    fn timed(values_s: &[f64]) -> Vec<MeasuredValue> {
        values_s.iter().map(|wall_s| MeasuredValue { wall_s: *wall_s, cycles: None, counts: true }).collect()
    }

    #[test]
    fn few_samples_have_the_widest_interval_and_one_has_none() {
        assert_eq!(median_interval_place(0, 0.95), None);
        assert_eq!(median_interval_place(1, 0.95), None);
        assert_eq!(median_interval_place(2, 0.95), Some((0, 0.5)));
        let interval = median_interval(&[1.0, 2.0, 4.0], 0.95).expect("three");
        assert_eq!((interval.low_s, interval.high_s, interval.coverage), (1.0, 4.0, 0.75));
    }

    #[test]
    fn many_samples_do_not_underflow() {
        let (place, coverage) = median_interval_place(10_000, 0.95).expect("many");
        // Normal approximation: 5000 − 1.96·50 = 4902.
        assert!((4899..4904).contains(&place), "{place}");
        assert!((0.95..0.952).contains(&coverage), "{coverage}");
    }

    #[test]
    fn quantiles_say_what_stands_behind_them() {
        let values: Vec<_> = (1..=100).map(|x| f64::from(x) / 1000.0).collect();
        let found = quantiles(&values);
        let p90 = found.iter().find(|q| q.quantile == 0.9).expect("asked for");
        assert!((p90.value_s - 0.090).abs() < 0.000_1, "{p90:?}");
        assert_eq!(p90.samples_at_or_above, 11);
        let p99 = found.iter().find(|q| q.quantile == 0.99).expect("asked for");
        assert_eq!(p99.samples_at_or_above, 2);
        let alone = quantiles(&[3.5]);
        assert!(alone.iter().all(|q| q.samples_at_or_above == 1));
    }

    #[test]
    fn nothing_has_no_summary() {
        assert_eq!(summarise(QuantityName::Prove, None, &[]), None);
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[1.0, 2.0]), Some(1.5));
    }

    proptest! {
        #[test]
        fn coverage_is_exact_and_the_interval_is_the_narrowest(n in 2u32..60) {
            let (place, coverage) = median_interval_place(n as usize, 0.95).expect("two or more");
            let place = place as u32;
            prop_assert!((coverage - coverage_exactly(n, place)).abs() < 1e-12);
            prop_assert!(coverage >= 0.95 || place == 0);
            // One place further in would not do, or there is none.
            prop_assert!(coverage_exactly(n, place + 1) < 0.95 || place + 1 >= n / 2);
        }

        #[test]
        fn a_summary_is_in_order(values in proptest::collection::vec(1e-9f64..1e5, 1..80)) {
            let summary = summarise(QuantityName::Prove, None, &timed(&values)).expect("not empty");
            prop_assert!(summary.min_s <= summary.median_s && summary.median_s <= summary.max_s);
            prop_assert!(summary.min_s <= summary.mean_s * (1.0 + 1e-12));
            if let Some(interval) = summary.interval {
                prop_assert!(interval.low_s <= summary.median_s && summary.median_s <= interval.high_s);
            }
            prop_assert!(summary.values_s == values);
            let ordered = summary.quantiles.windows(2).all(|pair| pair[0].value_s <= pair[1].value_s);
            prop_assert!(ordered);
        }

        /// The claim itself: over many draws from a skewed law the interval holds the true median as often as it
        /// says.
        #[test]
        fn intervals_cover_the_median(seed in 0u64..20) {
            let mut draws = workloads::random::Draws::new(seed, workloads::random::Purpose::Population, 7);
            let mut covered = 0u32;
            const TRIALS: u32 = 2_000;
            for _ in 0..TRIALS {
                // The square of a uniform number has its median at ¼.
                let mut values: Vec<_> = (0..9)
                    .map(|_| ((draws.bits() >> 11) as f64 / (1u64 << 53) as f64).powi(2))
                    .collect();
                values.sort_by(f64::total_cmp);
                let interval = median_interval(&values, 0.95).expect("nine");
                covered += u32::from(interval.low_s <= 0.25 && 0.25 <= interval.high_s);
            }
            // The 2nd of nine covers 96.09 %; four standard deviations of 2 000 trials are 1.7 points.
            let share = f64::from(covered) / f64::from(TRIALS);
            prop_assert!((share - 0.9609).abs() < 0.0174, "{share}");
        }
    }
}
