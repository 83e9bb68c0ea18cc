//! What the planner's simulation says of a cell, before it is run.

use super::calibration::Calibration;
use super::cells::Cell;
use super::times::{GOLDEN_RATIO, Times};
use planner::domain::{Aggregation, TimeDist};
use planner::sim::{AfterCrash, Arrivals, Closing, Crashes, L1, Pipeline, RunLength, Stragglers, simulate};
use records::fleet::validation::{FleetFiguresRecord, FleetPredictionRecord};

/// Simulated runs of the same length behind a prediction.
const RUNS: u64 = 400;
/// Included at once: the fleet has no L1.
const NO_L1_S: f64 = 1e-6;

/// The mean over runs of this length, with these arrivals, and the middle 95 % of them. Each run is of a further fleet than the small
/// ones: its proofs, and what jobs take beside them, are as long as in one of those that may be.
pub(super) fn predicted(
    cell: &Cell,
    times: &Times,
    calibration: &Calibration,
) -> anyhow::Result<FleetFiguresRecord<FleetPredictionRecord>> {
    let mut runs = [const { Vec::new() }; 7];
    for run in 0..RUNS {
        // Spread evenly, in an order that has nothing to do with the other draws of the run.
        let at = |step: f64| ((run as f64 + 0.5) * step).fract();
        let further = calibration.further(at(GOLDEN_RATIO), at(std::f64::consts::SQRT_2));
        let pipeline = pipeline(cell, (times.prove(&further)?, times.aggregation(&further)?))?;
        let seen = simulate(&pipeline, RunLength::new(cell.batches, 0, 1, 1_000 + run)?);
        let delay = seen.consolidated;
        let figures = [
            seen.throughput_batches_per_s,
            delay.mean_s,
            delay.p50_s,
            delay.p99_s,
            seen.prover_use,
            seen.prover_wait.mean_s,
            seen.prover_hold.mean_s,
        ];
        runs.iter_mut().zip(figures).for_each(|(all, figure)| all.push(figure.value));
    }
    let [throughput, mean, p50, p99, prover_use, wait, hold] = runs.map(middle);
    Ok(FleetFiguresRecord {
        throughput_batches_per_s: throughput,
        delay_mean_s: mean,
        delay_p50_s: p50,
        delay_p99_s: p99,
        prover_use,
        prover_wait_s: wait,
        prover_hold_s: hold,
    })
}

fn pipeline(cell: &Cell, (prove, aggregation): (TimeDist, Aggregation)) -> anyhow::Result<Pipeline> {
    let mut pipeline =
        Pipeline::new(arrivals(cell)?, prove, cell.provers, aggregation, L1::Latency(NO_L1_S))?
            .with_groups(cell.batches_per_aggregation, cell.aggregators.max(1))?;
    if let Some(timeout_s) = cell.closing.and_then(|closing| closing.timeout_s) {
        pipeline = pipeline.with_closing(Closing::Timeout(timeout_s), 0.0)?;
    }
    if cell.straggler_fraction > 0.0 {
        let (fraction, factor) = (cell.straggler_fraction, cell.straggler_factor);
        pipeline = pipeline.with_stragglers(Stragglers { fraction, factor })?;
    }
    if let Some(mtbf_s) = cell.mtbf_s {
        let (repair_s, after) = (cell.restart_s, AfterCrash::Requeue);
        pipeline = pipeline.with_crashes(Crashes { mtbf_s, repair_s, after })?;
    }
    Ok(pipeline)
}

/// Those of the run, to the second; of transactions that rules close into batches, the law.
fn arrivals(cell: &Cell) -> anyhow::Result<Arrivals> {
    if let Some(closing) = cell.closing {
        let capacity = closing.capacity_transactions;
        let fill_s = f64::from(capacity) / closing.rate_transactions_per_s;
        return Ok(Arrivals::erlang(fill_s, capacity)?);
    }
    let arrivals_s = cell.arrivals_s();
    let before_s = std::iter::once(&0.0).chain(&arrivals_s);
    let gaps_s = arrivals_s.iter().zip(before_s).map(|(at_s, before_s)| at_s - before_s);
    Ok(Arrivals::replay(gaps_s.collect())?)
}

fn middle(mut runs: Vec<f64>) -> FleetPredictionRecord {
    runs.sort_by(f64::total_cmp);
    let at = |fraction: f64| runs[((fraction * runs.len() as f64) as usize).min(runs.len() - 1)];
    FleetPredictionRecord {
        value: runs.iter().sum::<f64>() / runs.len() as f64,
        low: at(0.025),
        high: at(0.975),
    }
}
