//! The published group of 12, simulated with the spread of prove times that was measured.

use super::claim::Claim;
use super::cores::FROM;
use super::figure::Figure;
use super::rule::{Bound, Rule};
use crate::claims::evidence::Evidence;
use crate::domain::{Aggregation, TimeDist};
use crate::error::PlanError;
use crate::formulas::capacity::balance_batches;
use crate::formulas::published::{aggregated_delay_s, aggregated_throughput};
use crate::sim::{Arrivals, Estimate, L1, Pipeline, RunLength, Simulated, simulate};
use records::claims::{ClaimRecord, ClaimSourceName};
use records::profile::{CellSummaryRecord, QuantityName};

/// The numbers of the source, s.
const CLOSE_S: f64 = 10.0;
const PROVE_S: f64 = 120.0;
const BLOCK_S: f64 = 15.0;
const AGGREGATE_S: f64 = 12.0;
/// A day of batches, after a tenth of a day that is not counted; as often, for an interval.
const DAY_BATCHES: u64 = 8_640;
const WARMUP_BATCHES: u64 = 864;
const REPLICATIONS: u32 = 8;
/// Provers beside those that the formula asks for.
const SPARE: u32 = 2;

pub(super) fn balance(evidence: &Evidence<'_>) -> Result<ClaimRecord, PlanError> {
    const RULE: Rule = Rule {
        of: "the mean delay of a day at 12 provers, simulated with the published times and the measured spread of prove \
             times, over the published delay",
        bound: Bound::AtMost,
        threshold: 1.1,
        unit: "×",
    };
    let claim = Claim {
        id: "balance-12",
        title: "12 provers balance the published numbers",
        source: ClaimSourceName::OrderThenProve,
        quote: "notice that we have increased the systems throughput by factor of N",
        quoted: &[
            ("10 s (max)", "close_a_batch_time"),
            (
                "120 s (min)",
                "prove_a_batch_time: with the above, the terms of the maximum are equal at N = 12",
            ),
            ("12 s, 15 s", "aggregation_time and block_time"),
        ],
    };
    let times = evidence.profile.and_then(|profile| profile.cells.iter().max_by_key(|cell| samples(cell)));
    let Some(cell) = times.filter(|cell| samples(cell) > 1) else {
        return Ok(claim.not_measured(&RULE, "bench-harness run, then --profile bench-out/profile.json"));
    };
    let n = balance_batches(CLOSE_S, PROVE_S, AGGREGATE_S, BLOCK_S);
    let prove = scaled(cell)?;
    let (at_balance, with_spare) = (day(n, n, &prove)?, day(n, n + SPARE, &prove)?);
    let published_s = aggregated_delay_s(n, CLOSE_S, PROVE_S, AGGREGATE_S, BLOCK_S);
    let over = |estimate: Estimate| of(estimate, cell).times(1.0 / published_s);
    let spread = format!("spread of {}: {:.3} of the mean", cell.cell.words(), prove.cv());
    let from = format!("simulation; spread from {FROM}");
    let figures = vec![
        over(at_balance.consolidated.mean_s).deciding(
            format!("mean delay at 12 provers; {spread}"),
            "×",
            &from,
        ),
        over(at_balance.consolidated.p99_s).beside("p99 of the delay at 12 provers", "×", &from),
        over(with_spare.consolidated.p99_s).beside("p99 of the delay at 14 provers", "×", &from),
        of(at_balance.throughput_batches_per_s, cell).beside("throughput at 12 provers", "batches/s", &from),
        Figure::exact(aggregated_throughput(n, CLOSE_S, PROVE_S, AGGREGATE_S, BLOCK_S)).beside(
            "throughput by the published formula",
            "batches/s",
            "formula",
        ),
        Figure::exact(published_s).beside("delay by the published formula", "s", "formula"),
    ];
    let cautions = vec![
        "At the balance point every prover is always at work, so that whatever one proof takes longer is never made up: a \
         longer run has a longer delay. Times are the published ones, the spread alone is measured."
            .to_owned(),
    ];
    Ok(claim.answered(&RULE, figures, cautions, None))
}

fn samples(cell: &CellSummaryRecord) -> u64 {
    cell.quantity(QuantityName::ProveBatch).map_or(0, |quantity| quantity.samples)
}

/// The measured prove times as parts of their mean, times the published one.
fn scaled(cell: &CellSummaryRecord) -> Result<TimeDist, PlanError> {
    let values =
        cell.quantity(QuantityName::ProveBatch).map_or_else(Vec::new, |quantity| quantity.values_s.clone());
    let mean_s = values.iter().sum::<f64>() / values.len() as f64;
    TimeDist::empirical("prove", values.iter().map(|s| s / mean_s * PROVE_S).collect())
}

fn day(n: u32, provers: u32, prove: &TimeDist) -> Result<Simulated, PlanError> {
    let aggregation = Aggregation::fixed_total(TimeDist::fixed("aggregate", AGGREGATE_S)?);
    let pipeline =
        Pipeline::new(Arrivals::fixed(CLOSE_S)?, prove.clone(), provers, aggregation, L1::Serial(BLOCK_S))?;
    let length = RunLength::new(DAY_BATCHES + WARMUP_BATCHES, WARMUP_BATCHES, REPLICATIONS, 1)?;
    Ok(simulate(&pipeline.with_groups(n, 1)?, length))
}

fn of(estimate: Estimate, cell: &CellSummaryRecord) -> Figure {
    let Estimate { value, half_width } = estimate;
    Figure { value, ends: half_width.map(|half| (value - half, value + half)), samples: Some(samples(cell)) }
}

#[cfg(test)]
mod tests {
    use super::balance;
    use crate::claims::evidence::Evidence;
    use crate::claims::testing::{cell, profile, stage};
    use records::claims::ClaimVerdictName::{DoesNotHold, Holds};
    use records::profile::QuantityName;

    #[test]
    fn the_balance_holds_without_a_spread_and_not_with_one() {
        let verdict = |spread| {
            let prove = stage(QuantityName::ProveBatch, 3.0, spread);
            let profile = profile(vec![cell("plonky2", 1, vec![prove])]);
            balance(&Evidence { profile: Some(&profile), ..Evidence::default() }).unwrap()
        };
        let without = verdict(0.0);
        assert_eq!(without.verdict, Holds);
        assert!((without.figures[0].value - 1.0).abs() < 0.01, "{without:?}");
        assert_eq!(verdict(0.4).verdict, DoesNotHold);
    }
}
