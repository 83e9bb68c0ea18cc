//! Sums and quantiles of one replication, in memory that does not grow with the number of batches.

use hdrhistogram::Histogram;

/// Steps of the histogram to one `unit_s`: times below a millionth of it are taken as one.
const STEPS: f64 = 1_048_576.0;

/// The mean of values seen one at a time.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Mean {
    sum_s: f64,
    count: u64,
}

impl Mean {
    #[inline]
    pub(crate) fn add(&mut self, s: f64) {
        self.sum_s += s;
        self.count += 1;
    }

    /// 0 of nothing.
    pub(crate) fn mean_s(&self) -> f64 {
        if self.count == 0 { 0.0 } else { self.sum_s / self.count as f64 }
    }
}

/// A distribution seen one value at a time: exact sum and extremes, quantiles from steps of one part in 2,000.
#[derive(Debug, Clone)]
pub(crate) struct Tally {
    unit_s: f64,
    steps_per_s: f64,
    sum_s: f64,
    count: u64,
    min_s: f64,
    max_s: f64,
    // A replication is far from 4 billion batches, and half the memory is cleared and scanned in half the time.
    histogram: Histogram<u32>,
}

impl Tally {
    /// An empty tally of times whose scale is `unit_s`.
    pub(crate) fn new(unit_s: f64) -> Self {
        // Three significant digits are always a valid precision.
        let histogram = Histogram::new_with_bounds(1, 1 << 42, 3)
            .unwrap_or_else(|error| unreachable!("bounds of a histogram: {error}"));
        Self {
            unit_s,
            steps_per_s: STEPS / unit_s,
            sum_s: 0.0,
            count: 0,
            min_s: f64::INFINITY,
            max_s: f64::NEG_INFINITY,
            histogram,
        }
    }

    #[inline]
    pub(crate) fn add(&mut self, s: f64) {
        self.sum_s += s;
        self.count += 1;
        self.min_s = self.min_s.min(s);
        self.max_s = self.max_s.max(s);
        self.histogram.saturating_record(self.steps(s));
    }

    #[inline]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "saturates; times are not negative"
    )]
    fn steps(&self, s: f64) -> u64 {
        (s * self.steps_per_s) as u64
    }

    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    /// The largest value seen; minus infinity if none was.
    pub(crate) fn max_s(&self) -> f64 {
        self.max_s
    }

    pub(crate) fn mean_s(&self) -> f64 {
        self.sum_s / self.count as f64
    }

    /// The value at quantile `q`, s; never outside what was seen. Within a step of the sketch values are taken as
    /// evenly spread, which for times that vary smoothly leaves nothing of its 1 in 2,000.
    pub(crate) fn quantile_s(&self, q: f64) -> f64 {
        let at = self.histogram.value_at_quantile(q);
        let first = self.histogram.lowest_equivalent(at);
        let after = self.histogram.next_non_equivalent(at);
        // Nothing lies below the least value seen, so that only the steps from it on are counted.
        let least = self.steps(self.min_s);
        let below = if first <= least { 0 } else { self.histogram.count_between(least, first - 1) };
        let within = u64::from(self.histogram.count_at(first)).max(1);
        let fraction = ((q * self.count as f64 - below as f64) / within as f64).clamp(0.0, 1.0);
        let value = first as f64 + fraction * (after - first) as f64;
        (value * self.unit_s / STEPS).clamp(self.min_s, self.max_s)
    }
}

#[cfg(test)]
mod tests {
    use super::Tally;

    #[test]
    fn quantiles_are_within_their_resolution() {
        let mut tally = Tally::new(120.0);
        for i in 0..1_000_000 {
            tally.add(100.0 + f64::from(i) / 1_000.0);
        }
        for q in [0.01, 0.5, 0.9, 0.99] {
            let exact = 100.0 + 1_000.0 * q;
            assert!((tally.quantile_s(q) / exact - 1.0).abs() < 2e-5, "{q}: {}", tally.quantile_s(q));
        }
        assert!((tally.mean_s() - 599.9995).abs() < 1e-6);
        assert_eq!(tally.count(), 1_000_000);
    }

    #[test]
    fn equal_values_come_back_exactly() {
        let mut tally = Tally::new(120.0);
        (0..10).for_each(|_| tally.add(267.0));
        assert_eq!((tally.quantile_s(0.5), tally.quantile_s(0.99), tally.mean_s()), (267.0, 267.0, 267.0));
    }
}
