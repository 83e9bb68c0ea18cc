//! What a given fleet would do: the published formula, the corrected closed form and the simulation side by side.

use records::plan::{BatchState, FleetEstimateRecord, SimulatedRecord, Statistic, UnstableRecord};

use crate::domain::time::DAY_S;
use crate::error::PlanError;
use crate::formulas::{corrected, published};
use crate::plan::delay_record::delay_record;
use crate::plan::fleet::Fleet;
use crate::plan::needs::capacity_of;
use crate::plan::request::PlanRequest;
use crate::plan::run_length::{DECIDES, Effort, batches_of, simulated_for, whole};
use crate::sim::{Closing, Estimate, RunLength, Simulated, simulate};

/// Replications of every simulation.
const REPLICATIONS: u32 = 8;
/// The most batches of an overloaded fleet that are simulated: a week of them may be hundreds of millions.
const OVERLOADED_BATCHES_MAX: u64 = 61_000;
/// Batches of a fleet in use at exactly all times that are simulated where there are more than that.
const BALANCED_BATCHES: u64 = 15_000;

/// What the formulas say of a fleet, without simulation. Times in seconds.
///
/// The published formula has N provers whatever P is; the corrected delay is a mean, without queueing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ClosedForm {
    /// The published throughput for this N, batches/s.
    pub published_throughput_batches_per_s: f64,
    /// The published delay to consolidated for this N.
    pub published_delay_s: f64,
    /// The corrected throughput, batches/s.
    pub corrected_throughput_batches_per_s: f64,
    /// The corrected delay to consolidated.
    pub corrected_delay_s: f64,
    /// The highest utilization of a stage: provers, aggregators or L1; 1 is full.
    pub utilization: f64,
}

/// Whether the delay of a fleet settles at this utilization: at full utilization it does where nothing is random.
pub(crate) fn settles(request: &PlanRequest, utilization: f64) -> bool {
    if request.is_deterministic() { utilization <= 1.0 + 1e-9 } else { utilization < 1.0 - 1e-9 }
}

/// Whether the delay of `fleet` settles. A sequencer that holds back loses batches and never falls behind.
pub(crate) fn keeps_up(request: &PlanRequest, fleet: Fleet) -> bool {
    let utilization = request.batches_per_s() / capacity_of(request, fleet);
    request.closing == Closing::ProverFree || settles(request, utilization)
}

/// The two closed forms for `fleet`.
pub fn closed_form(request: &PlanRequest, fleet: Fleet) -> ClosedForm {
    let Fleet { provers: _, batches_per_aggregation: n, aggregators } = fleet;
    let (interval_s, prove_s, block_s) = (request.interval_s(), request.prove_mean_s(), request.block_s);
    // The published formula knows no merge before the last proof.
    let whole_s = request.aggregation.whole_group_s(n, aggregators.max(1));
    let extra_s = request.close_s() - interval_s;
    let capacity = capacity_of(request, fleet);
    let throughput = capacity.min(1.0 / interval_s);
    let aggregate_s = request.aggregation.latency_s(n, aggregators.max(1), 1.0 / throughput);
    ClosedForm {
        published_throughput_batches_per_s: published::aggregated_throughput(
            n, interval_s, prove_s, whole_s, block_s,
        ),
        published_delay_s: extra_s + published::aggregated_delay_s(n, interval_s, prove_s, whole_s, block_s),
        corrected_throughput_batches_per_s: throughput,
        corrected_delay_s: extra_s
            + corrected::delay_s(n, throughput, prove_s, aggregate_s, request.l1.mean_wait_s()),
        utilization: 1.0 / interval_s / capacity,
    }
}

/// The two closed forms and the simulation for `fleet`.
///
/// # Errors
/// [`PlanError::BadInput`] if the fleet has none of something.
pub fn fleet_estimate(request: &PlanRequest, fleet: Fleet) -> Result<FleetEstimateRecord, PlanError> {
    estimate_by(request, fleet, || precise(request, fleet))
}

/// The same with a simulation from elsewhere, which is asked for only where the fleet settles.
///
/// # Errors
/// As [`fleet_estimate`], and those of `simulated`.
pub(crate) fn estimate_by(
    request: &PlanRequest,
    fleet: Fleet,
    simulated: impl FnOnce() -> Result<Simulated, PlanError>,
) -> Result<FleetEstimateRecord, PlanError> {
    let Fleet { provers, batches_per_aggregation, aggregators } = fleet;
    let ClosedForm {
        published_throughput_batches_per_s,
        published_delay_s,
        corrected_throughput_batches_per_s,
        corrected_delay_s,
        utilization,
    } = closed_form(request, fleet);
    let (simulated, unstable) = if keeps_up(request, fleet) {
        (Some(record(&simulated()?)), None)
    } else {
        (None, Some(overloaded(request, fleet, corrected_delay_s)?))
    };
    Ok(FleetEstimateRecord {
        provers,
        batches_per_aggregation,
        aggregators,
        utilization,
        published_throughput_batches_per_s,
        published_delay_s,
        corrected_throughput_batches_per_s,
        corrected_delay_s,
        simulated,
        unstable,
    })
}

/// What a fleet does whose delay never settles, from a start without a queue.
fn overloaded(
    request: &PlanRequest,
    fleet: Fleet,
    corrected_delay_s: f64,
) -> Result<UnstableRecord, PlanError> {
    let Fleet { provers, batches_per_aggregation: n, aggregators } = fleet;
    let pipeline = request.pipeline(provers, n, aggregators)?;
    let interval_s = request.interval_s();
    let growth_s_per_batch = corrected::growth_s_per_batch(1.0 / interval_s, capacity_of(request, fleet));
    let p99_after_s = |days: f64| -> Result<f64, PlanError> {
        let batches = whole(days * DAY_S / interval_s).max(u64::from(n));
        if batches > OVERLOADED_BATCHES_MAX && growth_s_per_batch > 0.0 {
            // So many batches that chance is averaged out: the queue grows as a fluid does.
            return Ok(corrected_delay_s + 0.99 * batches as f64 * growth_s_per_batch);
        }
        let simulated =
            if batches > OVERLOADED_BATCHES_MAX { BALANCED_BATCHES.max(u64::from(n)) } else { batches };
        let length = RunLength::new(simulated, 0, REPLICATIONS, request.seed)?;
        let p99_s = simulate(&pipeline, length).consolidated.p99_s.value;
        // Without growth the queue is a reflected random walk: it goes as the root of time.
        let times = (batches as f64 / simulated as f64).sqrt();
        Ok(corrected_delay_s + (p99_s - corrected_delay_s).max(0.0) * times)
    };
    Ok(UnstableRecord {
        growth_s_per_batch,
        p99_after_a_day_s: p99_after_s(1.0)?,
        p99_after_a_week_s: p99_after_s(7.0)?,
    })
}

/// A first look. The streams are the same for every fleet of a request.
pub(crate) fn rough(request: &PlanRequest, fleet: Fleet) -> Result<Simulated, PlanError> {
    simulated_for(request, fleet, Effort(0)).map(|(result, _)| result)
}

/// A simulation long enough for a figure beside others; no longer than a first look where that takes long.
pub(crate) fn fair(request: &PlanRequest, fleet: Fleet) -> Result<Simulated, PlanError> {
    let effort = if batches_of(request, fleet, Effort(1)) > FAIR_BATCHES { Effort(0) } else { Effort(1) };
    simulated_for(request, fleet, effort).map(|(result, _)| result)
}

/// Batches that a figure beside others may take, all replications together.
const FAIR_BATCHES: u64 = 60_000;

/// Batches that one simulation for printing may take, all replications together.
const PRECISE_BATCHES: u64 = 700_000;

/// A simulation long enough that the 99th percentile is known to 2 %, or as long as is reasonable: the interval says
/// which.
pub(crate) fn precise(request: &PlanRequest, fleet: Fleet) -> Result<Simulated, PlanError> {
    simulated_until(request, fleet, DECIDES, |_, is_known| is_known)
}

/// A simulation as long as is reasonable, from this effort on, or until `is_enough`, which is also told whether the 99th
/// percentile is known to 2 %.
pub(crate) fn simulated_until(
    request: &PlanRequest,
    fleet: Fleet,
    from: Effort,
    is_enough: impl Fn(&Simulated, bool) -> bool,
) -> Result<Simulated, PlanError> {
    let is_short = batches_of(request, fleet, from) <= PRECISE_BATCHES;
    let mut effort = if is_short { from } else { DECIDES };
    loop {
        let (result, batches) = simulated_for(request, fleet, effort)?;
        let is_known = result.consolidated.p99_s.relative().is_none_or(|fraction| fraction <= 0.02);
        if is_enough(&result, is_known) || 2 * batches > PRECISE_BATCHES {
            return Ok(result);
        }
        // Half the width takes four times as long: what cannot be enough is not simulated on the way there.
        let widths = result.consolidated.p99_s.relative().map_or(1.0, |fraction| fraction / 0.02);
        let wanted = (widths * widths / 2.0).max(2.0) * batches as f64;
        effort = effort.longer(request, fleet);
        loop {
            let next = effort.longer(request, fleet);
            let is_wanted = (batches_of(request, fleet, effort) as f64) < wanted;
            if !is_wanted || batches_of(request, fleet, next) > PRECISE_BATCHES {
                break;
            }
            effort = next;
        }
    }
}

/// Whether a simulation carried the target, to one part in a hundred. Only a sequencer that holds back until a prover
/// is free loses batches; any other lets the queue grow, which shows in the utilization.
pub(crate) fn carries(request: &PlanRequest, result: &Simulated) -> bool {
    request.closing != Closing::ProverFree
        || result.throughput_batches_per_s.value >= 0.99 * request.batches_per_s()
}

/// A statistic of a simulated delay to a state, s, with its interval.
pub(crate) fn delay_of(result: &Simulated, state: BatchState, statistic: Statistic) -> Estimate {
    let delay = match state {
        BatchState::Virtual => &result.virtual_state,
        BatchState::Consolidated => &result.consolidated,
    };
    match statistic {
        Statistic::Mean => delay.mean_s,
        Statistic::P50 => delay.p50_s,
        Statistic::P99 => delay.p99_s,
    }
}

fn record(result: &Simulated) -> SimulatedRecord {
    SimulatedRecord {
        throughput_batches_per_s: result.throughput_batches_per_s.value,
        prover_use: result.prover_use.value,
        prover_queue_mean: result.prover_queue_mean.value,
        consolidated: delay_record(&result.consolidated),
        consolidated_random: delay_record(&result.consolidated_random),
        virtual_oldest: delay_record(&result.virtual_state),
        virtual_random: delay_record(&result.virtual_random),
        replications: result.replications,
        batches: result.batches,
    }
}
