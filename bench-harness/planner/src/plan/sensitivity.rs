//! How the number of provers moves: with a slower or faster prover, and with what was measured.

use crate::domain::time::Shape;
use crate::error::PlanError;
use crate::plan::fleet_estimate::Fleet;
use crate::plan::needs::{consolidated_limit, provers_min};
use crate::plan::recommendation::Recommendation;
use crate::plan::request::PlanRequest;
use crate::plan::search::fewest;
use crate::sim::{Closing, Stage, Stream};

const RESAMPLES: u32 = 400;

/// So many samples that their mean is normal, whatever the law of a prove time.
const MANY: usize = 2000;

/// Provers needed under other prove times, N and A as chosen. `None` where no number of them is enough.
#[derive(Debug, Clone, PartialEq)]
pub struct Sensitivity {
    /// If proving takes 10 % longer.
    pub slower_provers: Option<u32>,
    /// If proving takes 10 % less.
    pub faster_provers: Option<u32>,
    /// For measured prove times: the provers at both ends of the 95 % interval of their mean.
    pub measured: Option<Measured>,
}

/// The interval that the measurements carry into P.
#[derive(Debug, Clone, PartialEq)]
pub struct Measured {
    /// Lower end of the mean, s: the 2.5 % quantile of resampled means.
    pub mean_low_s: f64,
    /// Upper end of the mean, s.
    pub mean_high_s: f64,
    /// Provers at the lower end.
    pub provers_low: Option<u32>,
    /// Provers at the upper end.
    pub provers_high: Option<u32>,
}

/// The sensitivity of `choice`.
///
/// # Errors
/// None that the request did not have.
pub(crate) fn of(request: &PlanRequest, choice: &Recommendation) -> Result<Sensitivity, PlanError> {
    let at = |factor: f64| provers_at(request, choice, factor);
    let mean_s = request.prove().mean_s();
    let measured = match request.prove().shape() {
        Shape::Empirical(samples) if samples.len() > 1 => {
            let (low, high) = mean_interval_s(samples, request.seed());
            Some(Measured {
                mean_low_s: low,
                mean_high_s: high,
                provers_low: at(low / mean_s)?,
                provers_high: at(high / mean_s)?,
            })
        }
        _ => None,
    };
    Ok(Sensitivity { slower_provers: at(1.1)?, faster_provers: at(1.0 / 1.1)?, measured })
}

/// Provers needed if every prove time is `factor` times as long.
fn provers_at(request: &PlanRequest, choice: &Recommendation, factor: f64) -> Result<Option<u32>, PlanError> {
    let scaled = request.clone().with_prove_scaled(factor)?;
    let least = provers_min(&scaled);
    let is_held_back = scaled.closing() == Closing::ProverFree && !scaled.is_deterministic();
    if is_held_back && consolidated_limit(&scaled).is_none() {
        return fewest(&scaled, least, Fleet { provers: least * 2 + 8, ..choice.fleet() }).map(Some);
    }
    let Some(limit) = consolidated_limit(&scaled).filter(|_| !scaled.is_deterministic()) else {
        let added_s = scaled.prove_mean_s() - request.prove_mean_s();
        let late = consolidated_limit(&scaled)
            .is_some_and(|limit| choice.delay_consolidated_s + added_s > limit.limit_s() * (1.0 + 1e-9));
        return Ok((!late).then_some(least));
    };
    let ample = Fleet { provers: least * 2 + 8, ..choice.fleet() };
    let result = crate::plan::fleet_estimate::rough(&scaled, ample)?;
    let floor_s = crate::plan::fleet_estimate::limited_s(&result, limit.state(), limit.statistic());
    if floor_s > limit.limit_s() {
        return Ok(None);
    }
    fewest(&scaled, least, ample).map(Some)
}

/// The 95 % interval of the mean by resampling, s.
///
/// Percentile bootstrap: a little narrow below some 20 samples, which the notes of a plan say. Above
/// [`MANY`] samples the mean ± 1.96 standard errors, which resampling would only find again.
fn mean_interval_s(samples_s: &[f64], seed: u64) -> (f64, f64) {
    if samples_s.len() > MANY {
        let n = samples_s.len() as f64;
        let mean_s = samples_s.iter().sum::<f64>() / n;
        let variance = samples_s.iter().map(|x| (x - mean_s).powi(2)).sum::<f64>() / (n - 1.0);
        let reach_s = 1.96 * (variance / n).sqrt();
        return (mean_s - reach_s, mean_s + reach_s);
    }
    let mut stream = Stream::new(seed, 0, Stage::Bootstrap);
    let len = samples_s.len();
    let mut means: Vec<f64> = (0..RESAMPLES)
        .map(|_| (0..len).map(|_| samples_s[pick(stream.uniform(), len)]).sum::<f64>() / len as f64)
        .collect();
    means.sort_by(f64::total_cmp);
    (means[pick(0.025, means.len())], means[pick(0.975, means.len())])
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the share lies in [0, 1)")]
fn pick(share: f64, len: usize) -> usize {
    ((share * len as f64) as usize).min(len - 1)
}

#[cfg(test)]
mod tests {
    use super::{MANY, mean_interval_s};

    #[test]
    fn the_interval_holds_the_mean_and_narrows() {
        let few: Vec<f64> = (0..10).map(|i| 100.0 + f64::from(i)).collect();
        let many: Vec<f64> = (0..1000).map(|i| 100.0 + f64::from(i % 10)).collect();
        let ((low, high), (low_many, high_many)) = (mean_interval_s(&few, 1), mean_interval_s(&many, 1));
        assert!(low < 104.5 && 104.5 < high, "{low} {high}");
        // 2 × 1.96 × 2.872/√10 = 3.56 wide.
        assert!((high - low - 3.56).abs() < 0.6, "{low} {high}");
        assert!((high_many - low_many) < (high - low) / 5.0);
    }

    #[test]
    fn many_samples_have_the_interval_that_resampling_would_give() {
        let values = |n: usize| -> Vec<f64> { (0..n).map(|i| 100.0 + (i % 10) as f64).collect() };
        let ((low, high), (low_many, high_many)) =
            (mean_interval_s(&values(MANY), 1), mean_interval_s(&values(MANY + 10), 1));
        assert!(((high - low) / (high_many - low_many) - 1.0).abs() < 0.1, "{low} {high}");
        assert!(low_many < 104.5 && 104.5 < high_many);
    }
}
