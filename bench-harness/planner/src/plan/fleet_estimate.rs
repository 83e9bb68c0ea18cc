//! What a given fleet would do: the seed's figure, the corrected closed form and the simulation side by side.

use crate::domain::{State, Statistic};
use crate::error::PlanError;
use crate::formulas::{capacity, corrected, published};
use crate::plan::request::{ArrivalLaw, PlanRequest};
use crate::sim::{Closing, Pipeline, RunLength, Simulated, simulate};

/// Replications of every simulation.
const REPLICATIONS: u32 = 8;
const DAY_S: f64 = 86_400.0;
/// The most batches of an overloaded fleet that are simulated: a week of them may be hundreds of millions.
const OVERLOADED_BATCHES_MAX: u64 = 500_000;
/// More batches a day than this would take minutes to plan for.
const DAY_BATCHES_MOST: u64 = 2_000_000;

/// A fleet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fleet {
    /// Provers, P.
    pub provers: u32,
    /// Batches per aggregation, N.
    pub batches_per_aggregation: u32,
    /// Aggregators, A.
    pub aggregators: u32,
}

/// Three figures for one fleet.
#[derive(Debug, Clone, PartialEq)]
pub struct FleetEstimate {
    /// The fleet.
    pub fleet: Fleet,
    /// The seed's throughput for this N, batches/s. The seed has N provers whatever P is.
    pub published_throughput_batches_per_s: f64,
    /// The seed's delay to consolidated for this N, s.
    pub published_delay_s: f64,
    /// The corrected throughput, batches/s.
    pub corrected_throughput_batches_per_s: f64,
    /// The corrected delay to consolidated, s; mean, without queueing.
    pub corrected_delay_s: f64,
    /// The highest use of a stage: provers, aggregators or L1.
    pub utilization: f64,
    /// What the simulation says.
    pub simulation: Outcome,
}

/// What a simulation says of a fleet.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// The delay settles.
    Settles(Box<Simulated>),
    /// A stage is used all the time or more: the delay never settles.
    Unstable {
        /// By how much each batch waits longer than the one before, s, from the capacities. 0 at full use,
        /// where the delay wanders upwards all the same.
        growth_s_per_batch: f64,
        /// 99th percentile to consolidated over a day from a start without a queue, s.
        p99_after_a_day_s: f64,
        /// Over a week, s.
        p99_after_a_week_s: f64,
    },
}

/// What the formulas say of a fleet, without simulation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ClosedForm {
    /// As [`FleetEstimate::published_throughput_batches_per_s`].
    pub published_throughput_batches_per_s: f64,
    /// As [`FleetEstimate::published_delay_s`].
    pub published_delay_s: f64,
    /// As [`FleetEstimate::corrected_throughput_batches_per_s`].
    pub corrected_throughput_batches_per_s: f64,
    /// As [`FleetEstimate::corrected_delay_s`].
    pub corrected_delay_s: f64,
    /// As [`FleetEstimate::utilization`].
    pub utilization: f64,
}

/// The two closed forms for `fleet`.
pub fn closed_form(request: &PlanRequest, fleet: Fleet) -> ClosedForm {
    let Fleet { provers: _, batches_per_aggregation: n, aggregators } = fleet;
    let (interval_s, prove_s, block_s) = (request.interval_s(), request.prove_mean_s(), request.block_s());
    let aggregate_s = request.aggregation().latency_s(n, aggregators);
    let extra_s = request.close_s() - interval_s;
    let capacity = capacity_of(request, fleet);
    let throughput = capacity.min(1.0 / interval_s);
    ClosedForm {
        published_throughput_batches_per_s: published::aggregated_throughput(
            n,
            interval_s,
            prove_s,
            aggregate_s,
            block_s,
        ),
        published_delay_s: extra_s
            + published::aggregated_delay_s(n, interval_s, prove_s, aggregate_s, block_s),
        corrected_throughput_batches_per_s: throughput,
        corrected_delay_s: extra_s
            + corrected::delay_s(n, throughput, prove_s, aggregate_s, request.l1().mean_wait_s()),
        utilization: 1.0 / interval_s / capacity,
    }
}

/// The three figures for `fleet`.
///
/// # Errors
/// [`PlanError::BadInput`] if the fleet has none of something.
pub fn fleet_estimate(request: &PlanRequest, fleet: Fleet) -> Result<FleetEstimate, PlanError> {
    let Fleet { provers, batches_per_aggregation: n, aggregators } = fleet;
    let pipeline = request.pipeline(provers, n, aggregators)?;
    let interval_s = request.interval_s();
    let ClosedForm {
        published_throughput_batches_per_s,
        published_delay_s,
        corrected_throughput_batches_per_s,
        corrected_delay_s,
        utilization,
    } = closed_form(request, fleet);
    let (arriving, capacity) = (1.0 / interval_s, capacity_of(request, fleet));
    let settles = match (request.closing(), request.is_deterministic()) {
        // A sequencer that holds back loses batches and never falls behind.
        (Closing::ProverFree, _) => true,
        (_, true) => utilization <= 1.0 + 1e-9,
        (_, false) => utilization < 1.0 - 1e-9,
    };
    let simulation = if settles {
        Outcome::Settles(Box::new(precise(request, fleet)?))
    } else {
        let growth_s_per_batch = corrected::growth_s_per_batch(arriving, capacity);
        let over = |days: f64| -> Result<f64, PlanError> {
            let batches = whole(days * DAY_S / interval_s).max(u64::from(n));
            if batches > OVERLOADED_BATCHES_MAX && growth_s_per_batch > 0.0 {
                // So many batches that chance is averaged out: the queue grows as a fluid does.
                return Ok(corrected_delay_s + 0.99 * batches as f64 * growth_s_per_batch);
            }
            let length =
                RunLength::new(batches.min(OVERLOADED_BATCHES_MAX), 0, REPLICATIONS, request.seed())?;
            Ok(simulate(&pipeline, length).consolidated.p99_s.value)
        };
        Outcome::Unstable {
            growth_s_per_batch,
            p99_after_a_day_s: over(1.0)?,
            p99_after_a_week_s: over(7.0)?,
        }
    };
    Ok(FleetEstimate {
        fleet,
        published_throughput_batches_per_s,
        published_delay_s,
        corrected_throughput_batches_per_s,
        corrected_delay_s,
        utilization,
        simulation,
    })
}

/// What a fleet can carry, whatever arrives, batches/s; closing left out.
pub(crate) fn capacity_of(request: &PlanRequest, fleet: Fleet) -> f64 {
    let Fleet { provers, batches_per_aggregation: n, aggregators } = fleet;
    capacity::prover_capacity(provers, request.prove_effective_s())
        .min(capacity::group_capacity(n, aggregators, request.aggregation().work_s(n)))
        .min(capacity::group_capacity(n, 1, request.l1_work_s()))
}

/// A short simulation, to choose by. The streams are the same for every fleet of a request.
pub(crate) fn rough(request: &PlanRequest, fleet: Fleet) -> Result<Simulated, PlanError> {
    simulated(request, fleet, 400, 20_000)
}

/// A simulation long enough that the 99th percentile is known to 2 %, or as long as is reasonable: the
/// interval says which.
pub(crate) fn precise(request: &PlanRequest, fleet: Fleet) -> Result<Simulated, PlanError> {
    let (mut groups, mut most) = (1_600, 60_000);
    loop {
        let result = simulated(request, fleet, groups, most)?;
        let known = result.consolidated.p99_s.relative().is_some_and(|share| share <= 0.02);
        if known || most >= 480_000 {
            return Ok(result);
        }
        (groups, most) = (groups * 2, most * 2);
    }
}

/// Whether a simulation carried the target, to one part in a hundred. Only a sequencer that holds back until a prover
/// is free loses batches; any other lets the queue grow, and use tells.
pub(crate) fn carries(request: &PlanRequest, result: &Simulated) -> bool {
    request.closing() != Closing::ProverFree
        || result.throughput_batches_per_s.value >= 0.99 * request.batches_per_s()
}

/// `groups` groups in each replication, but not more than `most` batches, and never fewer than 30 groups.
fn simulated(request: &PlanRequest, fleet: Fleet, groups: u64, most: u64) -> Result<Simulated, PlanError> {
    let n = u64::from(fleet.batches_per_aggregation);
    // Without chance every group is like the last one.
    let (batches, replications) = match request.is_deterministic() {
        true => (20 * n, 2),
        false => ((groups * n).max(6_000).min(most).max(30 * n), REPLICATIONS),
    };
    let pipeline = request.pipeline(fleet.provers, fleet.batches_per_aggregation, fleet.aggregators)?;
    if let ArrivalLaw::Daily { .. } = request.arrival_law() {
        return days(request, &pipeline);
    }
    // A tenth, and the time in which every prover has ended a few proofs.
    let warmup = (batches / 10).max((5 * u64::from(fleet.provers)).min(batches / 2));
    Ok(simulate(&pipeline, RunLength::new(batches, warmup, replications, request.seed())?))
}

/// Whole days: the first leaves its queue to those that count.
fn days(request: &PlanRequest, pipeline: &Pipeline) -> Result<Simulated, PlanError> {
    let day = whole(DAY_S / request.interval_s()).max(1);
    if day > DAY_BATCHES_MOST {
        return Err(PlanError::bad(
            "arrivals daily",
            &format!(
                "at most {DAY_BATCHES_MOST} batches a day to simulate; larger batches, or the verb queue"
            ),
            day,
        ));
    }
    let (days, replications) = if day > 100_000 { (2, 4) } else { (4, REPLICATIONS) };
    Ok(simulate(pipeline, RunLength::new(days * day, day, replications, request.seed())?))
}

/// The figure of a simulation that a limit is held against, s.
pub(crate) fn limited_s(result: &Simulated, state: State, statistic: Statistic) -> f64 {
    let delay = match state {
        State::Virtual => &result.virtual_state,
        State::Consolidated => &result.consolidated,
    };
    match statistic {
        Statistic::Mean => delay.mean_s.value,
        Statistic::P50 => delay.p50_s.value,
        Statistic::P99 => delay.p99_s.value,
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates; a count of batches")]
fn whole(x: f64) -> u64 {
    x.ceil() as u64
}
