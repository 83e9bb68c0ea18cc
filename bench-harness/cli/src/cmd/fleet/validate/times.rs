//! Where a prediction has its times from: a script, or a profile that was measured; and what a job takes beside its proof.

use super::cells::Cell;
use crate::cmd::plan::from_profile::merge_children;
use crate::exit::usage;
use planner::domain::{Aggregation, AggregationTree, LoneProof, TimeDist};
use records::profile::{ProfileRecord, QuantityName};

/// Times of one prover, s.
pub(super) struct Times {
    /// Values of one law, each as likely.
    pub(super) prove_s: Vec<f64>,
    /// None where nothing is aggregated.
    pub(super) merge_s: Vec<f64>,
    /// Proofs that a merge takes.
    pub(super) merge_children: u32,
}

/// A further fleet, as it may be.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Further {
    /// Beside proofs and beside merges, s.
    pub(super) beside_s: [Vec<f64>; 2],
    /// How many times as long proofs and merges take.
    pub(super) pace: [f64; 2],
}

/// Values that stand for a law.
const VALUES: u32 = 2_000;

/// Proofs that a merge of a scripted system takes.
const SCRIPTED_CHILDREN: u32 = 2;

pub(super) const GOLDEN_RATIO: f64 = 1.618_033_988_749_895;

pub(super) fn mean(values: &[f64]) -> f64 {
    if values.is_empty() { 0.0 } else { values.iter().sum::<f64>() / values.len() as f64 }
}

impl Times {
    /// Those of a cell: by its script, or of the cell of the profile with the same system and batch size and with as many
    /// provers at once as the fleet has workers.
    pub(super) fn of(cell: &Cell, profile: Option<&ProfileRecord>) -> anyhow::Result<Self> {
        if cell.is_scripted() {
            return Ok(Self {
                prove_s: log_normal(cell.prove_s, cell.prove_cv)?,
                merge_s: if cell.is_aggregated() { vec![cell.merge_s] } else { Vec::new() },
                merge_children: SCRIPTED_CHILDREN,
            });
        }
        let profile = profile.ok_or_else(|| {
            usage(format!(
                "{}: times of {} are those of a profile; give --profile",
                cell.name, cell.proof_system
            ))
        })?;
        let workers = u64::from(cell.provers + cell.aggregators);
        let found = profile.cells.iter().find(|measured| {
            let of = &measured.cell;
            of.proof_system == cell.proof_system
                && of.batch_transactions == cell.batch_transactions
                && of.cores == 1
                && of.provers == workers
        });
        let prove_s =
            found.and_then(|measured| Some(measured.quantity(QuantityName::ProveBatch)?.values_s.clone()));
        let (Some(measured), Some(prove_s)) = (found, prove_s) else {
            return Err(usage(format!(
                "{}: the profile has no times of {} at {} transactions a batch with {workers} provers of 1 core at once",
                cell.name, cell.proof_system, cell.batch_transactions
            )));
        };
        let merges = measured.levels(QuantityName::AggregateMerge);
        let merge_s: Vec<f64> = merges.iter().flat_map(|level| level.values_s.clone()).collect();
        if cell.is_aggregated() && merge_s.is_empty() {
            return Err(usage(format!("{}: the profile has no times of a merge", cell.name)));
        }
        let merge_s = if cell.is_aggregated() { merge_s } else { Vec::new() };
        Ok(Self { prove_s, merge_s, merge_children: merge_children(measured) })
    }

    /// The law of a proof in a fleet, with what a job takes beside it.
    pub(super) fn prove(&self, fleet: &Further) -> anyhow::Result<TimeDist> {
        let prove_s = scaled(&self.prove_s, fleet.pace[0]);
        Ok(TimeDist::empirical("prove", beside(&prove_s, &fleet.beside_s[0]))?)
    }

    /// How groups are aggregated: merge by merge, each with what a job takes beside it, or not at all.
    pub(super) fn aggregation(&self, fleet: &Further) -> anyhow::Result<Aggregation> {
        if self.merge_s.is_empty() {
            return Ok(Aggregation::Separate);
        }
        let merge =
            TimeDist::empirical("merge", beside(&scaled(&self.merge_s, fleet.pace[1]), &fleet.beside_s[1]))?;
        let tree = AggregationTree::new(self.merge_children, LoneProof::Lifted)
            .unwrap_or(AggregationTree::LIFTED_PAIRS);
        Ok(Aggregation::tree(tree, merge))
    }
}

fn scaled(times_s: &[f64], times: f64) -> Vec<f64> {
    times_s.iter().map(|time_s| times * time_s).collect()
}

/// Sums of two independent times, as values of one law: each of the first beside each of a few of the second.
fn beside(times_s: &[f64], handling_s: &[f64]) -> Vec<f64> {
    if handling_s.is_empty() {
        return times_s.to_vec();
    }
    // Each time as often, beside values of the other that are spread evenly by the golden ratio.
    let count = times_s.len() * (VALUES as usize).div_ceil(times_s.len());
    let other = |at: usize| {
        let place = (at as f64 * GOLDEN_RATIO).fract() * handling_s.len() as f64;
        handling_s[(place as usize).min(handling_s.len() - 1)]
    };
    (0..count).map(|at| times_s[at % times_s.len()] + other(at)).collect()
}

/// The law by its quantiles in the middle of equal parts, scaled so that the mean is exact.
fn log_normal(mean_s: f64, cv: f64) -> anyhow::Result<Vec<f64>> {
    if cv == 0.0 {
        return Ok(vec![mean_s]);
    }
    let law = TimeDist::log_normal("prove", mean_s, cv)?;
    let middle = |part: u32| (f64::from(part) + 0.5) / f64::from(VALUES);
    let values: Vec<f64> = (0..VALUES).map(|part| law.quantile_s(middle(part))).collect();
    let scale = mean_s / mean(&values);
    Ok(values.into_iter().map(|value| value * scale).collect())
}

#[cfg(test)]
mod tests {
    use super::{Further, Times, beside, log_normal, mean};
    use planner::domain::{Aggregation, LoneProof};

    #[test]
    fn values_of_a_law_have_its_mean_and_spread() {
        let values = log_normal(1.2, 0.3).expect("a law");
        let deviation = mean(&values.iter().map(|x| (x - 1.2).powi(2)).collect::<Vec<_>>()).sqrt();
        assert!((mean(&values) - 1.2).abs() < 1e-9 && (deviation / 1.2 - 0.3).abs() < 0.003, "{deviation}");
    }

    #[test]
    fn without_merges_a_group_is_verified_proof_by_proof() {
        let times = |merge_s| Times { prove_s: vec![1.0], merge_s, merge_children: 4 };
        // Some jobs took no longer than their proof.
        let fleet = Further { beside_s: [vec![0.1, 0.0], vec![0.1, 0.0]], pace: [1.0, 2.0] };
        let separate = times(Vec::new()).aggregation(&fleet).expect("no law of a merge is needed");
        assert_eq!(separate, Aggregation::Separate);
        let tree = times(vec![0.5]).aggregation(&fleet).expect("a law");
        assert!(
            matches!(&tree, Aggregation::Tree { tree, merge, .. }
                if (tree.arity(), tree.lone()) == (4, LoneProof::Lifted) && (merge.mean_s() - 1.05).abs() < 1e-9),
            "{tree:?}"
        );
        // Proofs at their own pace.
        let prove = times(Vec::new()).prove(&Further { pace: [1.5, 1.0], ..fleet }).expect("a law");
        assert!((prove.mean_s() - 1.55).abs() < 1e-9, "{prove:?}");
    }

    #[test]
    fn handling_adds_its_mean() {
        let sums = beside(&[1.0, 2.0, 3.0], &[0.1, 0.3]);
        assert!((mean(&sums) - 2.2).abs() < 0.002, "{}", mean(&sums));
        assert_eq!(beside(&[1.0], &[]), [1.0]);
    }
}
