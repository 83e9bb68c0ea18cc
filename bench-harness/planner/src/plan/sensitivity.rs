//! How the number of provers moves: with a slower or faster prover, and with what was measured.

use records::plan::{RecommendationRecord, SensitivityRecord};

use crate::domain::time::{TimeShape, index_at};
use crate::error::PlanError;
use crate::plan::fleet::Fleet;
use crate::plan::frontier::fewest_provers;
use crate::plan::judge::Judge;
use crate::plan::needs::provers_min;
use crate::plan::recommendation::chosen;
use crate::plan::request::PlanRequest;
use crate::plan::run_length::look_batches;
use crate::plan::search::is_simulated;
use crate::sim::{Stage, Stream};

/// Batches that may be simulated for one number of provers.
const BATCHES: u64 = 100_000;
/// First looks that finding one takes.
const LOOKS: u64 = 8;

/// Resamples of the bootstrap.
const RESAMPLES: u32 = 400;

/// So many samples that their mean is normal, whatever the law of a prove time.
const NORMAL_SAMPLES_MIN: usize = 2000;

/// The provers that `choice` would need under other prove times, with its N and A; none where no number is enough.
///
/// # Errors
/// None that the request did not have.
pub(crate) fn of(
    request: &PlanRequest,
    choice: &RecommendationRecord,
) -> Result<SensitivityRecord, PlanError> {
    // A fleet that was chosen does no worse with faster proofs, and no better with slower ones.
    let at = |factor: f64| -> Result<Option<u32>, PlanError> {
        let found = provers_at(request, choice, factor)?;
        Ok(match factor > 1.0 {
            _ if request.provers.is_some() => found,
            true => found.map(|provers| provers.max(choice.provers)),
            false => Some(found.map_or(choice.provers, |provers| provers.min(choice.provers))),
        })
    };
    let mean_s = request.prove.mean_s();
    let mut record = SensitivityRecord {
        provers_if_10_percent_slower: at(1.1)?,
        provers_if_10_percent_faster: at(1.0 / 1.1)?,
        prove_mean_low_s: None,
        prove_mean_high_s: None,
        provers_low: None,
        provers_high: None,
    };
    if let TimeShape::Empirical(samples) = request.prove.shape()
        && samples.len() > 1
    {
        let (low_s, high_s) = mean_interval_s(samples, request.seed);
        (record.prove_mean_low_s, record.prove_mean_high_s) = (Some(low_s), Some(high_s));
        (record.provers_low, record.provers_high) = (at(low_s / mean_s)?, at(high_s / mean_s)?);
    }
    Ok(record)
}

/// Provers needed if every prove time is `factor` times as long, with N and A of `choice`; of the cheapest plan with others
/// where no number is enough with these.
fn provers_at(
    request: &PlanRequest,
    choice: &RecommendationRecord,
    factor: f64,
) -> Result<Option<u32>, PlanError> {
    let free = PlanRequest { provers: None, provers_max: None, ..request.clone() };
    let scaled = free.with_prove_scaled(factor)?;
    if !is_simulated(&scaled) {
        return Ok(Some(provers_min(&scaled)));
    }
    if look_batches(&scaled, Fleet::of(choice)) * LOOKS > BATCHES {
        // As many more or less as capacity takes: chance is averaged out in a fleet so large.
        let moved = i64::from(provers_min(&scaled)) - i64::from(provers_min(request));
        return Ok(u32::try_from((i64::from(choice.provers) + moved).max(1)).ok());
    }
    let mut judge = Judge::new(&scaled, BATCHES);
    if let Some(provers) = fewest_provers(&mut judge, Fleet::of(choice))? {
        return Ok(Some(provers));
    }
    // With this N and A none is enough: another plan may be.
    match chosen(&scaled, None, BATCHES) {
        Ok(chosen) => Ok(Some(chosen.fleet.provers)),
        Err(refused) if matches!(*refused.error, PlanError::Infeasible { .. }) => Ok(None),
        Err(refused) => Err(*refused.error),
    }
}

/// The 95 % interval of the mean by resampling, s.
///
/// Percentile bootstrap: a little narrow below some 20 samples, which the notes of a plan say. Above
/// [`NORMAL_SAMPLES_MIN`] samples the mean ± 1.96 standard errors, which resampling would only find again.
fn mean_interval_s(samples_s: &[f64], seed: u64) -> (f64, f64) {
    if samples_s.len() > NORMAL_SAMPLES_MIN {
        let n = samples_s.len() as f64;
        let mean_s = samples_s.iter().sum::<f64>() / n;
        let variance = samples_s.iter().map(|x| (x - mean_s).powi(2)).sum::<f64>() / (n - 1.0);
        let half_s = 1.96 * (variance / n).sqrt();
        return (mean_s - half_s, mean_s + half_s);
    }
    let mut stream = Stream::new(seed, 0, Stage::Bootstrap);
    let len = samples_s.len();
    let mut means: Vec<f64> = (0..RESAMPLES)
        .map(|_| (0..len).map(|_| samples_s[index_at(stream.uniform(), len)]).sum::<f64>() / len as f64)
        .collect();
    means.sort_by(f64::total_cmp);
    (means[index_at(0.025, means.len())], means[index_at(0.975, means.len())])
}

#[cfg(test)]
mod tests {
    use super::{NORMAL_SAMPLES_MIN, mean_interval_s};

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
        let ((low, high), (low_many, high_many)) = (
            mean_interval_s(&values(NORMAL_SAMPLES_MIN), 1),
            mean_interval_s(&values(NORMAL_SAMPLES_MIN + 10), 1),
        );
        assert!(((high - low) / (high_many - low_many) - 1.0).abs() < 0.1, "{low} {high}");
        assert!(low_many < 104.5 && 104.5 < high_many);
    }
}
