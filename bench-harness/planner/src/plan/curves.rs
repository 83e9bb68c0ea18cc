//! Fleets around the one recommended, for the report to draw: over N, over P, and a day of uneven load.
//!
//! Owned here: which fleets are tried and which figures are taken of each. Not here: the formulas ([`crate::formulas`]),
//! the simulation ([`crate::sim`]), the pictures (`reports`).

use crate::backlog::day::run;
use crate::backlog::{DayCurve, fixed_fleet, provers_for_day};
use crate::domain::time::DAY_S;
use crate::error::PlanError;
use crate::plan::Plan;
use crate::plan::fleet::Fleet;
use crate::plan::fleet_estimate::{ClosedForm, closed_form, rough, settles};
use crate::plan::needs::capacity_of;
use crate::plan::needs::provers_min;
use crate::plan::request::{BATCHES_PER_AGGREGATION_MAX, PlanRequest};
use crate::sim::{Estimate, Simulated};
use records::plan::curves::{
    CURVES_SCHEMA_VERSION, CurvesRecord, DayFleetRecord, DayRecord, DelayAtRecord, FloorRecord,
    OverBatchesRecord, OverProversRecord, QuantileAtRecord,
};

/// The longest wait that the larger fleet of the day may leave, s.
const DAY_WAIT_S: f64 = 600.0;
/// Steps of the day's fluid from one place of its curve to the next: ten minutes of ten seconds.
const DAY_EVERY_S: f64 = 600.0;

/// Fleets around the one that `plan` recommends.
///
/// All are simulated in short runs on the same random numbers, so that a difference between two is theirs; the
/// figures of the plan itself are of longer runs.
///
/// # Errors
/// None that the request did not have.
pub fn curves(plan: &Plan) -> Result<CurvesRecord, PlanError> {
    let Plan { request, choice, .. } = plan;
    let over_batches: Result<_, PlanError> =
        batches_tried(plan).into_iter().map(|n| over_batches(plan, n)).collect();
    let over_provers: Result<_, PlanError> =
        provers_tried(plan).into_iter().map(|provers| over_provers(plan, provers)).collect();
    Ok(CurvesRecord {
        schema_version: CURVES_SCHEMA_VERSION,
        over_batches: over_batches?,
        balance_batches: choice.provers_only_add_delay_after,
        over_provers: over_provers?,
        floor: floor(plan)?,
        day: day(request, choice.provers)?,
    })
}

/// Values of N from 1 to beyond both the balance point and the recommended one, some twenty of them.
fn batches_tried(plan: &Plan) -> Vec<u32> {
    let Plan { choice, .. } = plan;
    let (chosen, balance) = (choice.batches_per_aggregation, choice.provers_only_add_delay_after);
    let max = chosen.max(balance.min(BATCHES_PER_AGGREGATION_MAX));
    let mut tried = vec![chosen, balance];
    let mut n = 1u32;
    while n <= max.saturating_mul(2) {
        tried.extend([n, n.saturating_add(n / 2)]);
        n = n.saturating_mul(2);
    }
    tried.retain(|n| (1..=BATCHES_PER_AGGREGATION_MAX).contains(n));
    tried.sort_unstable();
    tried.dedup();
    tried
}

fn over_batches(plan: &Plan, n: u32) -> Result<OverBatchesRecord, PlanError> {
    let Plan { request, choice, .. } = plan;
    let aggregators = choice.aggregators.max(request.aggregation.useful_aggregators(n));
    let fleet = Fleet { provers: choice.provers, batches_per_aggregation: n, aggregators };
    let ClosedForm {
        published_throughput_batches_per_s,
        published_delay_s,
        corrected_throughput_batches_per_s,
        corrected_delay_s,
        utilization: _,
    } = closed_form(request, fleet);
    let simulated = simulated(request, fleet)?;
    Ok(OverBatchesRecord {
        batches_per_aggregation: n,
        published_throughput_batches_per_s,
        published_delay_s,
        corrected_throughput_batches_per_s,
        corrected_delay_s,
        simulated: simulated.map(|simulated| QuantileAtRecord {
            mean_s: simulated.consolidated.mean_s.value,
            p99_s: simulated.consolidated.p99_s.value,
        }),
    })
}

/// Arrivals over what a fleet can carry.
fn utilization(request: &PlanRequest, fleet: Fleet) -> f64 {
    request.load.batches_per_s() / capacity_of(request, fleet)
}

/// A short simulation of a fleet; none where its delay never settles.
fn simulated(request: &PlanRequest, fleet: Fleet) -> Result<Option<Simulated>, PlanError> {
    settles(request, utilization(request, fleet)).then(|| rough(request, fleet)).transpose()
}

/// One prover too few, then in growing steps until more make no difference.
fn provers_tried(plan: &Plan) -> Vec<u32> {
    let Plan { request, choice, .. } = plan;
    let min = provers_min(request);
    let steps = [0, 1, 2, 3, 4, 6, 8, 12, 16];
    let mut tried: Vec<u32> = steps.iter().map(|step| min.saturating_add(*step)).collect();
    tried.extend([min / 4, min / 2, min].map(|more| min.saturating_add(more)));
    tried.extend([min.saturating_sub(1), choice.provers]);
    tried.retain(|provers| *provers >= 1 && *provers <= min.saturating_mul(2).saturating_add(8));
    tried.retain(|provers| request.provers_max.is_none_or(|max| *provers <= max));
    tried.sort_unstable();
    tried.dedup();
    tried
}

fn over_provers(plan: &Plan, provers: u32) -> Result<OverProversRecord, PlanError> {
    let Plan { request, choice, .. } = plan;
    let fleet = Fleet { provers, ..Fleet::of(choice) };
    Ok(OverProversRecord {
        provers,
        utilization: utilization(request, fleet),
        delay: simulated(request, fleet)?.as_ref().map(delay_at),
    })
}

fn delay_at(simulated: &Simulated) -> DelayAtRecord {
    let delay = &simulated.consolidated;
    let half = |estimate: Estimate| estimate.half_width;
    DelayAtRecord {
        p50_s: delay.p50_s.value,
        p50_half_width_s: half(delay.p50_s),
        p90_s: delay.p90_s.value,
        p90_half_width_s: half(delay.p90_s),
        p99_s: delay.p99_s.value,
        p99_half_width_s: half(delay.p99_s),
        samples: delay.samples,
    }
}

/// With so many provers that none is ever waited for: those of the target four times over.
fn floor(plan: &Plan) -> Result<Option<FloorRecord>, PlanError> {
    let Plan { request, choice, .. } = plan;
    let provers = provers_min(request).saturating_mul(4).saturating_add(16);
    let simulated = simulated(request, Fleet { provers, ..Fleet::of(choice) })?;
    Ok(simulated.map(|Simulated { consolidated: delay, .. }| FloorRecord {
        provers,
        p50_s: delay.p50_s.value,
        p99_s: delay.p99_s.value,
    }))
}

/// A day whose load swings as a cosine between half the target at 04:00 and one and a half times it at 16:00: the
/// recommended fleet, and the fewest provers for which nobody waits longer than ten minutes.
fn day(request: &PlanRequest, provers: u32) -> Result<Option<DayRecord>, PlanError> {
    const SLOTS: u32 = 48;
    let target = request.load.batches_per_s();
    let at = |slot: u32| {
        let hour = (f64::from(slot) + 0.5) / f64::from(SLOTS) * 24.0;
        target * (1.0 - 0.5 * libm::cos((hour - 4.0) / 24.0 * std::f64::consts::TAU))
    };
    let curve = DayCurve::new((0..SLOTS).map(at).collect())?;
    let prove_s = request.prove_effective_s();
    if !prove_s.is_finite() {
        return Ok(None);
    }
    let ample = provers_for_day(&curve, prove_s, DAY_WAIT_S)?;
    let mut fleets = vec![day_fleet(&curve, provers, prove_s, "recommended for the mean")];
    if ample > provers {
        fleets.push(day_fleet(&curve, ample, prove_s, "fewest for a wait within 10 min"));
    }
    Ok(Some(DayRecord {
        shape: "An assumption, not a measurement: the target is the day's mean, and the load swings between half of \
                it at 04:00 and one and a half times it at 16:00."
            .to_owned(),
        load_batches_per_s: (0..SLOTS).map(at).collect(),
        fleets,
    }))
}

fn day_fleet(curve: &DayCurve, provers: u32, prove_s: f64, why: &str) -> DayFleetRecord {
    let mut queue_batches = Vec::new();
    let outcome = fixed_fleet(curve, provers, prove_s);
    run(curve, prove_s, &mut |time_s, queue| {
        if time_s >= DAY_S && time_s % DAY_EVERY_S == 0.0 {
            queue_batches.push(queue);
        }
        f64::from(provers)
    });
    DayFleetRecord {
        provers,
        why: why.to_owned(),
        queue_batches,
        wait_max_s: outcome.wait_max_s,
        settles: outcome.settles,
    }
}
