//! The grid behind the sliders: every position is what a plan of the same numbers says, and it is small.

use planner::domain::{Aggregation, Close, Load, Prices, Target, TimeDist};
use planner::plan::{PlanRequest, recommend, what_if};
use records::number::significant;
use records::what_if::WhatIfRecord;

/// Measured times, a hundred transactions a second, two dollars a prover.
fn request() -> PlanRequest {
    let close = Close::Filled { execute_s: 0.001, root_s: 0.002, encode_s: 0.001 };
    let load = Load::new(Target::TransactionsPerS(100.0), Some(32), close).expect("good numbers");
    let prove = TimeDist::empirical("prove", vec![0.9, 0.95, 1.0, 0.85]).expect("good numbers");
    let merge = Aggregation::pairwise(TimeDist::empirical("merge", vec![1.0, 1.1]).expect("good numbers"));
    let prices = Prices::new(2.0, 1.0, None).expect("good numbers");
    PlanRequest::new(load, prove, merge, 12.0).expect("good numbers").with_prices(prices)
}

fn index(grid: &WhatIfRecord, at: [usize; 5]) -> usize {
    let axes = &grid.axes;
    let sizes = [
        axes.target.len(),
        axes.close_s.len(),
        axes.block_s.len(),
        axes.batches_per_aggregation.len(),
        axes.provers.len(),
    ];
    at.into_iter().zip(sizes).fold(0, |index, (at, size)| index * size + at)
}

#[test]
fn every_position_is_what_the_plan_of_its_numbers_says() {
    let plan = recommend(&request()).unwrap();
    let grid = what_if(&plan, "").unwrap();
    let axes = &grid.axes;
    let mut looked_at = 0;
    // A stride that is prime to every axis visits positions of all of them.
    for step in (0..grid.answers.len()).step_by(997) {
        let mut rest = step;
        let mut digit = |size: usize| {
            let at = rest % size;
            rest /= size;
            at
        };
        let p = digit(axes.provers.len());
        let n = digit(axes.batches_per_aggregation.len());
        let (block, close) = (digit(axes.block_s.len()), digit(axes.close_s.len()));
        let target = digit(axes.target.len());
        let answer = grid.answers[index(&grid, [target, close, block, n, p])];
        let close_of =
            axes.close_s[close].map_or(request().load().close(), |close_s| Close::Fixed { close_s });
        let load = Load::new(Target::TransactionsPerS(axes.target[target]), Some(32), close_of).unwrap();
        let mut asked = request().with_load(load).with_block(axes.block_s[block]).unwrap();
        asked = asked.with_batches_per_aggregation(axes.batches_per_aggregation[n]).unwrap();
        if let Some(provers) = axes.provers[p] {
            asked = asked.with_provers(provers).unwrap();
        }
        match (recommend(&asked), usize::try_from(answer)) {
            (Ok(plan), Ok(row)) => {
                let (row, record) = (grid.rows[row], plan.to_record());
                let fleet_estimate = &record.fleet_estimates[0];
                assert_eq!(
                    (row.0, row.1),
                    (record.recommendation.provers, record.recommendation.aggregators)
                );
                let pairs = [
                    (row.2, 100.0 * fleet_estimate.utilization, 3),
                    (row.3, record.recommendation.throughput_batches_per_s, 4),
                    (row.4.unwrap(), record.recommendation.throughput_transactions_per_s.unwrap(), 4),
                    (row.5, record.recommendation.delay_virtual_s, 4),
                    (row.6, fleet_estimate.corrected_delay_s, 4),
                    (row.7, fleet_estimate.published_delay_s, 4),
                ];
                for (shown, exact, digits) in pairs {
                    assert_eq!(shown.to_string(), significant(exact, digits), "{step}: {exact}");
                }
                assert_eq!(row.8, record.recommendation.bottleneck);
                let cost = grid.costs[row.9 as usize][grid.start.usd];
                let exact = record.recommendation.usd_per_batch.unwrap();
                assert_eq!(cost.1.unwrap().to_string(), significant(exact, 3), "{step}");
            }
            (Err(error), Err(_)) => {
                let refusal = usize::try_from(-answer - 1).unwrap();
                assert_eq!(grid.refusals[refusal], error.to_string());
            }
            (plan, _) => panic!("{step}: the grid says {answer}, the plan {plan:?}"),
        }
        looked_at += 1;
    }
    assert!(looked_at >= 10, "only {looked_at}");
}

#[test]
fn the_start_is_the_plan_and_the_grid_is_small() {
    let plan = recommend(&request()).unwrap();
    let grid = what_if(&plan, "bench-harness plan").unwrap();
    let start = grid.start;
    let at = index(&grid, [start.target, start.close, start.block, start.n, start.p]);
    let row = grid.rows[usize::try_from(grid.answers[at]).unwrap()];
    assert_eq!((row.0, row.1), (plan.choice.provers, plan.choice.aggregators));
    assert_eq!(grid.axes.batches_per_aggregation[start.n], plan.choice.batches_per_aggregation);
    assert_eq!(grid.axes.prover_usd_per_hour[start.usd], Some(2.0));
    let bytes = serde_json::to_string(&grid).unwrap().len();
    assert!(bytes < 1_000_000, "{bytes} bytes for {} answers", grid.answers.len());
}

#[test]
fn too_few_provers_are_an_answer_and_no_error() {
    let load = Load::new(Target::BatchesPerS(0.1), None, Close::Fixed { close_s: 10.0 }).unwrap();
    let aggregation = Aggregation::fixed_total(TimeDist::fixed("aggregate", 12.0).unwrap());
    let prove = TimeDist::fixed("prove", 120.0).unwrap();
    let request = PlanRequest::new(load, prove, aggregation, 15.0).unwrap();
    let request = request.with_batches_per_aggregation(4).unwrap().with_provers(4).unwrap();
    let record = recommend(&request).unwrap().to_record();
    // Where the published formula says 187 s: 4 batches at 1/30 a second, a proof, an aggregation, a block.
    let fleet_estimate = &record.fleet_estimates[0];
    assert_eq!((fleet_estimate.published_delay_s, fleet_estimate.corrected_delay_s), (187.0, 267.0));
    assert!(fleet_estimate.unstable.is_some());
    assert!(record.reasons.iter().any(|reason| reason.contains("P was fixed at 4, too few")), "{record:?}");
}
