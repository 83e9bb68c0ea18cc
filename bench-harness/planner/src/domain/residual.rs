//! What is left of a time that is under way.

use crate::domain::TimeDist;
use crate::domain::time::TimeShape;
use crate::normal;

/// The time that is left of a proof which is seen at work at a random moment: a uniform part of a time that is drawn in
/// proportion to its length, since a long one is the likelier to be seen (Cox, Renewal Theory, 1962, section 5).
#[derive(Debug, Clone)]
pub(crate) struct Residual<'a> {
    law: &'a TimeDist,
    /// Of measured times, the sum of each and all shorter ones, s.
    sums_s: Vec<f64>,
}

impl<'a> Residual<'a> {
    pub(crate) fn of(law: &'a TimeDist) -> Self {
        let mut sum_s = 0.0;
        let sums_s = match law.shape() {
            TimeShape::Empirical(sorted_s) => sorted_s
                .iter()
                .map(|time_s| {
                    sum_s += time_s;
                    sum_s
                })
                .collect(),
            _ => Vec::new(),
        };
        Self { law, sums_s }
    }

    /// One draw from two independent uniform numbers, s.
    pub(crate) fn draw_s(&self, seen: f64, part: f64) -> f64 {
        match self.law.shape() {
            TimeShape::Fixed => part * self.law.mean_s(),
            // In proportion to its length a log-normal time is log-normal with the same deviation, σ² further up.
            TimeShape::LogNormal => {
                let cv = self.law.cv();
                let variance = (cv * cv).ln_1p();
                let longer_s =
                    self.law.mean_s() * libm::exp(variance / 2.0 + variance.sqrt() * normal::quantile(seen));
                part * longer_s
            }
            // It has no memory.
            TimeShape::Exponential => self.law.quantile_s(seen),
            TimeShape::Empirical(sorted_s) => {
                let sum_s = self.sums_s.last().copied().unwrap_or(0.0);
                let at = self.sums_s.partition_point(|sum| *sum <= seen * sum_s);
                part * sorted_s[at.min(sorted_s.len() - 1)]
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Residual;
    use crate::domain::TimeDist;

    /// E[S²] / 2E[S], over a grid of both numbers.
    #[test]
    fn its_mean_is_that_of_renewal_theory() {
        let laws = [
            (TimeDist::fixed("prove", 120.0).unwrap(), 60.0),
            (TimeDist::exponential("prove", 120.0).unwrap(), 120.0),
            (TimeDist::log_normal("prove", 120.0, 1.0).unwrap(), 120.0),
            (TimeDist::log_normal("prove", 120.0, 0.3).unwrap(), 60.0 * 1.09),
            (TimeDist::empirical("prove", vec![1.0, 3.0, 2.0]).unwrap(), 14.0 / 12.0),
        ];
        for (law, mean_s) in laws {
            let residual = Residual::of(&law);
            let middle = |step: u32, of: u32| (f64::from(step) + 0.5) / f64::from(of);
            let draws = (0..20_000).map(|at| residual.draw_s(middle(at, 20_000), middle(at * 7 % 100, 100)));
            let found_s = draws.sum::<f64>() / 20_000.0;
            assert!((found_s / mean_s - 1.0).abs() < 0.01, "{law:?}: {found_s} of {mean_s}");
        }
    }
}
