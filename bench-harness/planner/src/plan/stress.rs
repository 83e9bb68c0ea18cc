//! What more load, or a machine or a block less, makes of the recommended fleet.
//!
//! Spares are at work: that is what they are for. A fleet that settles is simulated; of one that does not the queue is
//! a fluid, whose growth and draining are exact in the mean.

use records::plan::{RecommendationRecord, StressEvent, StressRecord, Term};

use crate::domain::{Close, Load, Target};
use crate::error::PlanError;
use crate::plan::fleet::Fleet;
use crate::plan::fleet_estimate::{fair, settles};
use crate::plan::needs::capacity_of;
use crate::plan::recommendation::stages;
use crate::plan::request::PlanRequest;
use crate::plan::run_length::{is_large, look_batches};
use crate::plan::simulations::Simulations;

/// Batches of a first look above which chance is averaged out in a short simulation too.
const CORRECTED_MAX: u64 = 60_000;

/// Each change, in the order in which they are shown.
///
/// # Errors
/// None that the request did not have.
pub(crate) fn of(
    simulations: &mut Simulations<'_>,
    choice: &RecommendationRecord,
) -> Result<Vec<StressRecord>, PlanError> {
    let request = simulations.request;
    let fleet = Fleet::of(choice);
    let rested = Fleet {
        provers: request.provers_rented(fleet.provers),
        aggregators: request.aggregators_rented(fleet.aggregators),
        ..fleet
    };
    // All rows are short simulations on the same random numbers; the fleet itself was simulated for longer. What a short one
    // leaves out of its p99 it leaves out of theirs.
    let correction = match look_batches(request, fleet) > CORRECTED_MAX {
        true => 1.0,
        false => {
            let long_s = simulations.fair(fleet)?.consolidated.p99_s.value;
            let short_s = fair(request, fleet)?.consolidated.p99_s.value;
            if short_s > 0.0 { (long_s / short_s).max(1.0) } else { 1.0 }
        }
    };
    let corrected = |row: StressRecord| {
        let times = |p99_s: Option<f64>| p99_s.map(|p99_s| p99_s * correction);
        StressRecord { p99_s: times(row.p99_s), p99_half_width_s: times(row.p99_half_width_s), ..row }
    };
    let mut rows = Vec::new();
    for (event, factor) in
        [(StressEvent::Load10, 1.1), (StressEvent::Load20, 1.2), (StressEvent::Load50, 1.5)]
    {
        let changed = with_load(request, factor)?;
        let mut loaded = Simulations::new(&changed);
        rows.push(corrected(row(event, request, &mut loaded, (rested, rested))?));
    }
    if rested.provers > 1 {
        let fewer = Fleet { provers: rested.provers - 1, ..rested };
        rows.push(corrected(row(StressEvent::ProverMissing, request, simulations, (fewer, rested))?));
    }
    if rested.aggregators > 1 {
        let fewer = Fleet { aggregators: rested.aggregators - 1, ..rested };
        rows.push(corrected(row(StressEvent::AggregatorMissing, request, simulations, (fewer, rested))?));
    }
    let settled = corrected(row(StressEvent::BlockMissing, request, simulations, (rested, rested))?);
    rows.push(without_block(request, rested, settled));
    Ok(rows)
}

/// The same request with `factor` times the load. A close time given by hand shortens with it: batches fill sooner.
pub(crate) fn with_load(request: &PlanRequest, factor: f64) -> Result<PlanRequest, PlanError> {
    let load = request.load();
    let target = match load.transactions_per_s() {
        Some(rate) => Target::TransactionsPerS(rate * factor),
        None => Target::BatchesPerS(load.batches_per_s() * factor),
    };
    let close = match load.close() {
        Close::Fixed { close_s } => Close::Fixed { close_s: close_s / factor },
        filled @ Close::Filled { .. } => filled,
    };
    Ok(request.clone().with_load(Load::new(target, load.batch_transactions(), close)?))
}

/// `fleet` under the request of `changes`, until it is `restored` and has the load that was `planned` again.
fn row(
    event: StressEvent,
    planned: &PlanRequest,
    changes: &mut Simulations<'_>,
    (fleet, restored): (Fleet, Fleet),
) -> Result<StressRecord, PlanError> {
    let changed = changes.request;
    let (stage, utilization) = busiest(changed, fleet);
    if settles(changed, utilization) {
        let p99 = match is_large(changed, fleet) {
            true => None,
            false => Some(changes.fair(fleet)?.consolidated.p99_s),
        };
        return Ok(StressRecord {
            event,
            utilization,
            stage,
            p99_s: p99.map(|p99| p99.value),
            p99_half_width_s: p99.and_then(|p99| p99.half_width),
            growth_batches_per_hour: None,
            drain_s: None,
        });
    }
    let capacity = changed.batches_per_s() / utilization;
    let growth = 3_600.0 * (changed.batches_per_s() - capacity);
    let spare = capacity_of(planned, restored) - planned.batches_per_s();
    Ok(StressRecord {
        event,
        utilization,
        stage,
        p99_s: None,
        p99_half_width_s: None,
        growth_batches_per_hour: Some(growth),
        drain_s: (spare > 0.0).then(|| growth / spare),
    })
}

/// The stage with the highest use, and that use. A close time given by hand is no work of a machine.
fn busiest(request: &PlanRequest, fleet: Fleet) -> (Term, f64) {
    let mut stages = stages(request, fleet);
    if matches!(request.load().close(), Close::Fixed { .. }) {
        stages.retain(|stage| stage.stage != Term::Close);
    }
    let highest = |a: (Term, f64), b: (Term, f64)| if b.1 > a.1 * (1.0 + 1e-9) { b } else { a };
    stages.iter().map(|stage| (stage.stage, stage.utilization)).fold((Term::Prove, 0.0), highest)
}

/// One block is left out: what waits for it waits a block longer, and proofs that come meanwhile are handed in after it,
/// at the pace that L1 has left. A fleet that does not carry the load without that does not with it.
fn without_block(request: &PlanRequest, fleet: Fleet, settled: StressRecord) -> StressRecord {
    if settled.growth_batches_per_hour.is_some() {
        return settled;
    }
    let l1_use = stages(request, fleet)[3].utilization;
    StressRecord {
        p99_s: settled.p99_s.map(|p99_s| p99_s + request.block_s),
        drain_s: (l1_use < 1.0).then(|| request.block_s * l1_use / (1.0 - l1_use)),
        ..settled
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Aggregation, TimeDist};
    use crate::plan::recommend;

    fn of_provers(provers: u32) -> Vec<StressRecord> {
        let load = Load::new(Target::BatchesPerS(0.1), None, Close::Fixed { close_s: 10.0 }).unwrap();
        let aggregation = Aggregation::fixed_total(TimeDist::fixed("aggregate", 12.0).unwrap());
        let prove = TimeDist::fixed("prove", 120.0).unwrap();
        let request = PlanRequest::new(load, prove, aggregation, 15.0).unwrap();
        recommend(&request.with_spares(0).with_provers(provers).unwrap()).unwrap().stress
    }

    #[test]
    fn a_missing_block_costs_a_block_and_nothing_is_drained_that_grows_without_it() {
        let plan = of_provers(15);
        let of = |plan: &[StressRecord], event| plan.iter().find(|row| row.event == event).unwrap().clone();
        let (missing, fewer) = (of(&plan, StressEvent::BlockMissing), of(&plan, StressEvent::ProverMissing));
        // Nothing is random, and one prover of fifteen is not waited for.
        assert!((missing.p99_s.unwrap() - fewer.p99_s.unwrap() - 15.0).abs() < 1e-6, "{missing:?} {fewer:?}");
        assert!(missing.drain_s.unwrap() > 0.0);
        let short = of(&of_provers(11), StressEvent::BlockMissing);
        assert!(short.growth_batches_per_hour.unwrap() > 0.0, "{short:?}");
        assert_eq!((short.p99_s, short.drain_s), (None, None));
    }
}
