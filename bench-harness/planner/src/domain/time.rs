//! How long a stage takes: a fixed time, a law with two parameters, or the times that were measured.

use crate::error::{PlanError, at_most, not_negative, positive};
use crate::normal;

/// A day, s.
pub(crate) const DAY_S: f64 = 86_400.0;

/// The largest coefficient of variation of a lognormal law: beyond it the mean is made by times that no run draws.
pub const CV_MAX: f64 = 10.0;

/// A distribution of times, in seconds. All times are positive and finite.
#[derive(Debug, Clone, PartialEq)]
pub struct TimeDist {
    law: Law,
}

#[derive(Debug, Clone, PartialEq)]
enum Law {
    Fixed { s: f64 },
    LogNormal { mean_s: f64, cv: f64, mu: f64, sigma: f64 },
    Exponential { mean_s: f64 },
    Empirical { sorted_s: Vec<f64>, mean_s: f64, cv: f64 },
}

/// A distribution as plain data, for records and for printing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum TimeShape<'a> {
    /// Always the same time.
    Fixed,
    /// Lognormal.
    LogNormal,
    /// Exponential.
    Exponential,
    /// The samples, sorted.
    Empirical(&'a [f64]),
}

impl TimeDist {
    /// Always `s` seconds. `field` names the stage in an error.
    ///
    /// # Errors
    /// [`PlanError::BadInput`] unless `s` is a finite number above zero.
    pub fn fixed(field: &str, s: f64) -> Result<Self, PlanError> {
        Ok(Self { law: Law::Fixed { s: positive(&format!("{field}_s"), s)? } })
    }

    /// No time at all: of a step that there is not.
    pub(crate) const NOTHING: Self = Self { law: Law::Fixed { s: 0.0 } };

    /// Lognormal with this mean and coefficient of variation; `cv` 0 is [`TimeDist::fixed`].
    ///
    /// Parameters: `σ² = ln(1 + cv²)`, `μ = ln(mean) − σ²/2`.
    ///
    /// # Errors
    /// [`PlanError::BadInput`] unless the mean is finite and above zero and `cv` lies in 0 to [`CV_MAX`].
    pub fn log_normal(field: &str, mean_s: f64, cv: f64) -> Result<Self, PlanError> {
        let mean_s = positive(&format!("{field}_s"), mean_s)?;
        let cv = not_negative(&format!("{field}_cv"), cv)?;
        if at_most(&format!("{field}_cv"), cv, CV_MAX, "measured times may vary more")? == 0.0 {
            return Self::fixed(field, mean_s);
        }
        let variance = (cv * cv).ln_1p();
        Ok(Self {
            law: Law::LogNormal { mean_s, cv, mu: mean_s.ln() - variance / 2.0, sigma: variance.sqrt() },
        })
    }

    /// Exponential with this mean.
    ///
    /// # Errors
    /// [`PlanError::BadInput`] unless the mean is a finite number above zero.
    pub fn exponential(field: &str, mean_s: f64) -> Result<Self, PlanError> {
        Ok(Self { law: Law::Exponential { mean_s: positive(&format!("{field}_s"), mean_s)? } })
    }

    /// The times that were measured; each is as likely as the next.
    ///
    /// # Errors
    /// [`PlanError::BadInput`] if there are none, or one is not a finite number above zero.
    pub fn empirical(field: &str, mut samples_s: Vec<f64>) -> Result<Self, PlanError> {
        if samples_s.is_empty() {
            return Err(PlanError::bad(&format!("{field} samples"), "at least one measured time", "none"));
        }
        for (index, &s) in samples_s.iter().enumerate() {
            positive(&format!("{field} sample {}", index + 1), s)?;
        }
        samples_s.sort_by(f64::total_cmp);
        let count = samples_s.len() as f64;
        let mean_s = samples_s.iter().sum::<f64>() / count;
        let spread = samples_s.iter().map(|s| (s - mean_s) * (s - mean_s)).sum::<f64>() / count;
        Ok(Self { law: Law::Empirical { cv: spread.sqrt() / mean_s, sorted_s: samples_s, mean_s } })
    }

    /// The mean, s.
    pub fn mean_s(&self) -> f64 {
        match self.law {
            Law::Fixed { s } => s,
            Law::LogNormal { mean_s, .. } | Law::Exponential { mean_s } | Law::Empirical { mean_s, .. } => {
                mean_s
            }
        }
    }

    /// Standard deviation over mean.
    pub fn cv(&self) -> f64 {
        match self.law {
            Law::Fixed { .. } => 0.0,
            Law::LogNormal { cv, .. } | Law::Empirical { cv, .. } => cv,
            Law::Exponential { .. } => 1.0,
        }
    }

    /// The time that a fraction `q` of all draws stays within, s. This is also how a draw is made: `q` uniform.
    ///
    /// One uniform number makes one time, and a larger one never a shorter time: so two plans compared on
    /// the same stream differ by the plan alone.
    ///
    /// # Panics
    /// Unless `0 ≤ q < 1`.
    pub fn quantile_s(&self, q: f64) -> f64 {
        assert!((0.0..1.0).contains(&q), "a quantile lies in [0, 1), not at {q}");
        match &self.law {
            Law::Fixed { s } => *s,
            Law::LogNormal { mu, sigma, .. } => libm::exp(mu + sigma * normal::quantile(q)),
            Law::Exponential { mean_s } => -mean_s * libm::log1p(-q),
            Law::Empirical { sorted_s, .. } => sorted_s[index_at(q, sorted_s.len())],
        }
    }

    /// The fraction of draws of at most `s` seconds, from 0 to 1.
    pub fn cdf(&self, s: f64) -> f64 {
        if s <= 0.0 {
            return 0.0;
        }
        match &self.law {
            Law::Fixed { s: time_s } => f64::from(u8::from(s >= *time_s)),
            Law::LogNormal { mu, sigma, .. } => normal::cdf((s.ln() - mu) / sigma),
            Law::Exponential { mean_s } => -(-s / mean_s).exp_m1(),
            Law::Empirical { sorted_s, .. } => {
                sorted_s.partition_point(|&sample| sample <= s) as f64 / sorted_s.len() as f64
            }
        }
    }

    /// The Laplace transform `E[exp(−rate·T)]`: the chance that nothing of this rate happens meanwhile.
    ///
    /// Exact for fixed, exponential and measured times; for lognormal ones by the midpoint rule in the
    /// normal variable, to about 1e-12.
    ///
    /// ```
    /// let prove = planner::domain::TimeDist::exponential("prove", 120.0)?;
    /// assert!((prove.laplace(1.0 / 3600.0) - 3600.0 / 3720.0).abs() < 1e-15);
    /// # Ok::<(), planner::PlanError>(())
    /// ```
    pub fn laplace(&self, rate: f64) -> f64 {
        match &self.law {
            Law::Fixed { s } => (-rate * s).exp(),
            Law::Exponential { mean_s } => 1.0 / (1.0 + rate * mean_s),
            Law::Empirical { sorted_s, .. } => {
                sorted_s.iter().map(|s| (-rate * s).exp()).sum::<f64>() / sorted_s.len() as f64
            }
            Law::LogNormal { mu, sigma, .. } => {
                // The trapezoidal sum of a smooth, fast-falling function converges geometrically.
                let step = 1.0 / 64.0;
                let terms = (-640..=640).map(|i| {
                    let z = f64::from(i) * step;
                    (-z * z / 2.0 - rate * (mu + sigma * z).exp()).exp()
                });
                terms.sum::<f64>() * step / std::f64::consts::TAU.sqrt()
            }
        }
    }

    /// The same law with every time multiplied by `factor`.
    ///
    /// # Errors
    /// [`PlanError::BadInput`] unless `factor` is a finite number above zero.
    pub fn scaled(&self, factor: f64) -> Result<Self, PlanError> {
        let factor = positive("factor", factor)?;
        match &self.law {
            Law::Fixed { s } => Self::fixed("scaled", s * factor),
            Law::LogNormal { mean_s, cv, .. } => Self::log_normal("scaled", mean_s * factor, *cv),
            Law::Exponential { mean_s } => Self::exponential("scaled", mean_s * factor),
            Law::Empirical { sorted_s, .. } => {
                Self::empirical("scaled", sorted_s.iter().map(|s| s * factor).collect())
            }
        }
    }

    /// Whether every draw is the same.
    pub fn is_fixed(&self) -> bool {
        self.cv() == 0.0
    }

    /// The kind of law, with its samples if it has any.
    pub fn shape(&self) -> TimeShape<'_> {
        match &self.law {
            Law::Fixed { .. } => TimeShape::Fixed,
            Law::LogNormal { .. } => TimeShape::LogNormal,
            Law::Exponential { .. } => TimeShape::Exponential,
            Law::Empirical { sorted_s, .. } => TimeShape::Empirical(sorted_s),
        }
    }
}

/// The index of the entry at a fraction, from 0 to 1, of the way through `len` entries.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "fraction·len lies in [0, len]")]
pub(crate) fn index_at(fraction: f64, len: usize) -> usize {
    ((fraction * len as f64) as usize).min(len - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The mean of a law by the midpoint rule over its quantiles.
    fn mean_of(dist: &TimeDist) -> f64 {
        let steps = 200_000;
        (0..steps).map(|i| dist.quantile_s((f64::from(i) + 0.5) / f64::from(steps))).sum::<f64>()
            / f64::from(steps)
    }

    #[test]
    fn every_law_has_the_mean_it_was_given() {
        let laws = [
            TimeDist::fixed("prove", 120.0),
            TimeDist::log_normal("prove", 120.0, 0.3),
            TimeDist::exponential("prove", 120.0),
            TimeDist::empirical("prove", vec![100.0, 110.0, 150.0]),
        ];
        for law in laws.map(Result::unwrap) {
            assert!((law.mean_s() - 120.0).abs() < 1e-12);
            assert!((mean_of(&law) / 120.0 - 1.0).abs() < 1e-4, "{law:?}: {}", mean_of(&law));
        }
    }

    #[test]
    fn known_quantiles() {
        // reference table fork_join_max, N = 1: p99 of lognormal(120, 0.3) and of exponential(120).
        let log_normal = TimeDist::log_normal("prove", 120.0, 0.3).unwrap();
        assert!((log_normal.quantile_s(0.99) - 227.54009).abs() < 1e-5);
        let exponential = TimeDist::exponential("prove", 120.0).unwrap();
        assert!((exponential.quantile_s(0.99) - 552.62042).abs() < 1e-5);
    }

    #[test]
    fn bad_numbers_are_named() {
        for bad in [0.0, -3.0, f64::NAN, f64::INFINITY] {
            assert!(
                TimeDist::fixed("prove", bad)
                    .unwrap_err()
                    .to_string()
                    .starts_with("prove_s: expected a finite")
            );
            assert!(TimeDist::exponential("prove", bad).is_err());
            assert!(TimeDist::log_normal("prove", bad, 0.3).is_err());
            let one_bad = TimeDist::empirical("prove", vec![1.0, bad]).unwrap_err();
            assert!(one_bad.to_string().starts_with("prove sample 2"), "{one_bad}");
        }
        assert!(TimeDist::log_normal("prove", 1.0, -0.1).unwrap_err().to_string().starts_with("prove_cv"));
        let wild = TimeDist::log_normal("prove", 1.0, 11.0).unwrap_err().to_string();
        assert!(wild.starts_with("prove_cv: expected at most 10") && wild.ends_with("got 11"), "{wild}");
        assert!(TimeDist::empirical("prove", vec![]).is_err());
    }

    #[test]
    fn scaling_scales() {
        let law = TimeDist::log_normal("prove", 120.0, 0.3).unwrap();
        let half = law.scaled(0.5).unwrap();
        assert!((half.quantile_s(0.9) / law.quantile_s(0.9) - 0.5).abs() < 1e-12);
    }
}
