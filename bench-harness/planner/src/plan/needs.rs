//! What a request needs whatever the fleet: the fewest provers and aggregators, the range of N, the limit, the time to
//! form a group, and a delay that no fleet goes below.
//!
//! Choosing, searching and refusing all use it; it uses none of them.

use std::cell::OnceCell;

use records::plan::{BatchState, DelayLimitRecord, Statistic};

use crate::domain::Aggregation;
use crate::formulas::capacity::{group_capacity, prover_capacity, whole_at_least, whole_at_most};
use crate::formulas::corrected::slowest_quantile_s;
use crate::plan::arrival_law::ArrivalLaw;
use crate::plan::fleet::Fleet;
use crate::plan::long_day::LongDay;
use crate::plan::request::{BATCHES_PER_AGGREGATION_MAX, PlanRequest};
use crate::sim::{DelayFloor, ProofFloor};

/// Where no delay limit bounds N, a group forms within this time, s: beyond an hour the share of gas of a batch is too
/// small to wait for.
pub(crate) const FORMING_S_MAX: f64 = 3_600.0;

/// The most machines of one kind that are tried.
pub(crate) const MACHINES_MAX: u32 = 1 << 20;

/// Machines that carry `work` (machine-seconds a second) and keep the headroom. At least one where there is work.
///
/// Without headroom: all of their time if nothing is random, less than all of it otherwise.
fn machines_for(request: &PlanRequest, work: f64) -> u32 {
    let wanted = work / request.utilization_max();
    if request.headroom > 0.0 || request.is_deterministic() {
        whole_at_least(wanted).max(1)
    } else {
        more_than(wanted)
    }
}

/// The fewest provers that carry the load with the headroom asked for, and the peak of a long day within the limit.
pub(crate) fn provers_min(request: &PlanRequest) -> u32 {
    let least = machines_for(request, request.batches_per_s() * request.prove_effective_s());
    fewest_in_day(request, least, |provers| prover_capacity(provers, request.prove_effective_s()))
}

/// The fewest machines, from `least` on, of which `capacity` says what so many carry, batches/s, and whose queue on a long day is
/// no longer than the limit by itself: fewer keep it in no way.
fn fewest_in_day(request: &PlanRequest, least: u32, capacity: impl Fn(u32) -> f64) -> u32 {
    let Some(limit) = consolidated_limit(request).filter(|_| request.is_day_too_long()) else { return least };
    let is_enough = |machines: u32| {
        let day = LongDay::of(request, capacity(machines));
        day.is_none_or(|day| meets(limit, day.queue_s(limit.statistic)))
    };
    let (mut fails, mut enough) = (least.saturating_sub(1), least);
    while !is_enough(enough) && enough < MACHINES_MAX {
        (fails, enough) = (enough, enough.saturating_mul(2).min(MACHINES_MAX));
    }
    while enough - fails > 1 {
        let middle = u32::midpoint(fails, enough);
        if is_enough(middle) { enough = middle } else { fails = middle }
    }
    enough
}

/// The fewest aggregators that carry groups of `n` with the headroom asked for; none where nothing is aggregated.
pub(crate) fn aggregators_min(request: &PlanRequest, n: u32) -> u32 {
    let work_s = request.aggregation.work_s(n);
    if work_s == 0.0 {
        return 0;
    }
    let least = machines_for(request, request.batches_per_s() * work_s / f64::from(n));
    fewest_in_day(request, least, |aggregators| group_capacity(n, aggregators, work_s))
}

/// The smallest N that L1 carries with the headroom asked for.
pub(crate) fn batches_per_aggregation_min(request: &PlanRequest) -> u32 {
    let work_s = request.l1_work_s();
    let by_time = if work_s == 0.0 { 1 } else { machines_for(request, request.batches_per_s() * work_s) };
    match request.verifications_per_block() {
        Some(proofs) if proofs > 0 && request.aggregation != Aggregation::Separate => {
            by_time.max(machines_for(request, batches_per_block(request) / f64::from(proofs)))
        }
        _ => by_time,
    }
}

/// Batches that close in a block time of L1, mean.
pub(crate) fn batches_per_block(request: &PlanRequest) -> f64 {
    request.batches_per_s() * request.block_s
}

/// What a fleet can carry, whatever arrives, batches/s; closing is not counted.
pub(crate) fn capacity_of(request: &PlanRequest, fleet: Fleet) -> f64 {
    let Fleet { provers, batches_per_aggregation: n, aggregators } = fleet;
    prover_capacity(provers, request.prove_effective_s())
        .min(group_capacity(n, aggregators, request.aggregation.work_s(n)))
        .min(group_capacity(n, 1, request.l1_work_s()))
}

/// The values of N that may be chosen: from what L1 carries to what the delay limit allows, or to what forms within
/// [`FORMING_S_MAX`] where there is none. Empty where none does both.
pub(crate) fn batches_per_aggregation_range(request: &PlanRequest) -> std::ops::RangeInclusive<u32> {
    let min = batches_per_aggregation_min(request);
    if request.is_each_proof_alone() {
        return alone(request, min);
    }
    // Proofs that are verified together share a block.
    let room = match request.aggregation {
        Aggregation::Separate => request.verifications_per_block().unwrap_or(u32::MAX),
        Aggregation::FixedTotal { .. } | Aggregation::Tree { .. } | Aggregation::Fold { .. } => u32::MAX,
    };
    if let Some(n) = request.batches_per_aggregation {
        return n.max(min)..=n.min(room);
    }
    let max = match consolidated_limit(request) {
        Some(limit) => {
            let left_s = limit.limit_s
                - by_terms_s(request, limit.statistic, 1, proof_min_s(request, limit.statistic));
            let is_too_late = left_s < -1e-9 * limit.limit_s;
            if is_too_late {
                0
            } else {
                1 + whole_at_most(left_s.max(0.0) / forming_step_min_s(request, limit.statistic))
            }
        }
        None => min.max(whole_at_most(FORMING_S_MAX / request.interval_s())),
    };
    min..=max.min(BATCHES_PER_AGGREGATION_MAX).min(room)
}

/// The values of N where each proof goes to L1 by itself: where a block takes a given number of proofs each counts.
fn alone(request: &PlanRequest, min: u32) -> std::ops::RangeInclusive<u32> {
    let is_counted = request.l1_work_s() > 0.0;
    match request.batches_per_aggregation {
        Some(n) if !is_counted => n..=n,
        Some(n) => n.max(min)..=n.min(1),
        None => min..=1,
    }
}

/// The smallest whole number above `x`, by more than rounding.
pub(crate) fn more_than(x: f64) -> u32 {
    whole_at_most(x).saturating_add(1)
}

/// The limit on the delay to consolidated, if there is one.
pub(crate) fn consolidated_limit(request: &PlanRequest) -> Option<DelayLimitRecord> {
    request.delay_limit.filter(|limit| limit.state == BatchState::Consolidated)
}

/// Whether a delay is within a limit, by more than rounding.
pub(crate) fn meets(limit: DelayLimitRecord, delay_s: f64) -> bool {
    delay_s <= limit.limit_s * (1.0 + 1e-9)
}

/// From the first transaction of a group to the closing of its last batch; mean, s.
pub(crate) fn forming_s(request: &PlanRequest, n: u32) -> f64 {
    let interval_s = request.interval_s();
    f64::from(n - 1) * interval_s + request.close_s()
}

/// Mean delay of a group's oldest transaction to consolidated, without queueing, s.
pub(crate) fn consolidated_s(request: &PlanRequest, n: u32, aggregators: u32) -> f64 {
    let aggregate_s = request.aggregation.latency_s(n, aggregators.max(1), request.interval_s());
    forming_s(request, n) + request.prove_mean_s() + aggregate_s + request.l1.mean_wait_s()
}

/// What one more batch a group adds to a delay at the least, s: the interval between batches for a mean or a 99th
/// percentile. Half of it for a median of intervals that vary, whose median lies below their mean.
fn forming_step_min_s(request: &PlanRequest, statistic: Statistic) -> f64 {
    let interval_s = request.interval_s();
    match (statistic, &request.arrival_law) {
        (_, ArrivalLaw::Fixed) | (Statistic::Mean, _) => interval_s,
        // A day has hours in which batches come many times as fast, and they hold most of the groups.
        (_, ArrivalLaw::Daily { shape, .. }) => {
            let mean = shape.iter().sum::<f64>() / shape.len() as f64;
            interval_s * mean / shape.iter().copied().fold(mean, f64::max)
        }
        (Statistic::P99, _) => interval_s,
        (Statistic::P50, _) => interval_s / 2.0,
    }
}

/// Delays that no fleet goes below, by the size of its groups: forming, the last proof, the merges on its way to the root
/// and L1, with machines without number. The higher of two bounds: by the terms of the formula, and by the laws of the
/// times, which knows that the slowest of several proofs is waited for.
///
/// What proofs take is the same for every size, and takes longest to find: it is found once.
#[derive(Debug)]
pub(crate) struct DelayBounds<'a> {
    request: &'a PlanRequest,
    statistic: Statistic,
    proof: OnceCell<(f64, Option<ProofFloor>)>,
}

impl<'a> DelayBounds<'a> {
    /// The bounds of the statistic that `request` limits, or of the mean.
    pub(crate) fn new(request: &'a PlanRequest) -> Self {
        let statistic = consolidated_limit(request).map_or(Statistic::Mean, |limit| limit.statistic);
        Self { request, statistic, proof: OnceCell::new() }
    }

    /// The bound for groups of `n`, s.
    pub(crate) fn at(&self, n: u32) -> f64 {
        let Self { request, statistic, proof } = self;
        let pipeline = || request.pipeline(MACHINES_MAX, n, MACHINES_MAX);
        let (proof_s, floor) = *proof.get_or_init(|| {
            (proof_min_s(request, *statistic), pipeline().map(|pipeline| pipeline.proof_floor()).ok())
        });
        let by_laws_s = floor.zip(pipeline().ok()).map_or(0.0, |(floor, pipeline)| {
            let DelayFloor { mean_s, p99_s } = pipeline.delay_floor_after(floor);
            match statistic {
                Statistic::Mean => mean_s,
                Statistic::P50 => 0.0,
                Statistic::P99 => p99_s,
            }
        });
        by_terms_s(request, *statistic, n, proof_s).max(by_laws_s)
    }

    /// The bound by the terms alone, s.
    pub(crate) fn by_terms(&self, n: u32) -> f64 {
        let proof_s = self.proof.get_or_init(|| (proof_min_s(self.request, self.statistic), None)).0;
        by_terms_s(self.request, self.statistic, n, proof_s)
    }

    /// Whether no fleet with groups of `n` can keep the limit, however many machines it has.
    pub(crate) fn is_too_late(&self, n: u32) -> bool {
        consolidated_limit(self.request).is_some_and(|limit| !meets(limit, self.at(n)))
    }
}

/// The last proof of a group at the least, s.
fn proof_min_s(request: &PlanRequest, statistic: Statistic) -> f64 {
    let prove = &request.prove;
    let fixed_arrivals = request.arrival_law == ArrivalLaw::Fixed;
    match statistic {
        Statistic::Mean => request.prove_mean_s(),
        // Every earlier proof is waited for as well; the product of their laws holds where closings are evenly spaced.
        Statistic::P99 if fixed_arrivals => slowest_quantile_s(prove, u32::MAX, request.interval_s(), 0.99),
        Statistic::P50 if fixed_arrivals => prove.quantile_s(0.5),
        Statistic::P99 => prove.mean_s(),
        Statistic::P50 => prove.quantile_s(0.0),
    }
}

/// The terms of the formula at the least that each can be.
fn by_terms_s(request: &PlanRequest, statistic: Statistic, n: u32, proof_s: f64) -> f64 {
    let steps = f64::from(n - 1) * forming_step_min_s(request, statistic);
    let own_s = match (statistic, &request.arrival_law) {
        (_, ArrivalLaw::Fixed) | (Statistic::Mean, _) => request.close_s(),
        _ => 0.0,
    };
    let l1_s = match statistic {
        Statistic::Mean => request.l1.mean_wait_s(),
        Statistic::P50 | Statistic::P99 => 0.0,
    };
    steps + own_s + proof_s + merging_min_s(&request.aggregation, n, statistic) + l1_s
}

/// The merges that the last proof of a group of `n` waits for at the least, s.
fn merging_min_s(aggregation: &Aggregation, n: u32, statistic: Statistic) -> f64 {
    let step_s = match statistic {
        Statistic::Mean => aggregation.step().mean_s(),
        Statistic::P50 | Statistic::P99 => aggregation.step().quantile_s(0.0),
    };
    match aggregation {
        Aggregation::Separate => 0.0,
        Aggregation::FixedTotal { .. } => step_s,
        Aggregation::Fold { .. } | Aggregation::Tree { .. } if n == 1 => 0.0,
        Aggregation::Fold { .. } => step_s,
        Aggregation::Tree { tree, .. } => step_s * f64::from(tree.last_path_merges(n)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Close, Load, Target, TimeDist};
    use crate::plan::fleet::Fleet;
    use crate::plan::fleet_estimate::fair;

    #[test]
    fn the_laws_of_times_bound_more_than_their_means_and_no_fleet_beats_them() {
        let load = Load::new(Target::BatchesPerS(0.1), None, Close::Fixed { close_s: 10.0 }).unwrap();
        let merge = Aggregation::pairwise(TimeDist::fixed("merge", 3.0).unwrap());
        let prove = TimeDist::log_normal("prove", 60.0, 1.0).unwrap();
        let request = PlanRequest::new(load, prove, merge, 12.0)
            .and_then(|request| request.with_arrivals(ArrivalLaw::Erlang(8)))
            .unwrap();
        for (statistic, n) in [(Statistic::Mean, 4), (Statistic::P99, 4), (Statistic::P99, 12)] {
            let limit = |limit_s| DelayLimitRecord { state: BatchState::Consolidated, statistic, limit_s };
            let within = |limit_s| request.clone().with_delay_limit(limit(limit_s)).unwrap();
            let limited = within(1.0);
            let bounds = DelayBounds::new(&limited);
            let (terms_s, min_s) = (bounds.by_terms(n), DelayBounds::new(&limited).at(n));
            assert!(min_s > 1.1 * terms_s, "{statistic:?} {n}: {min_s} against {terms_s}");
            let ample = Fleet { provers: 200, batches_per_aggregation: n, aggregators: 50 };
            let simulated = fair(&request, ample).unwrap().consolidated;
            let delay = if statistic == Statistic::Mean { simulated.mean_s } else { simulated.p99_s };
            let high_s = delay.value + delay.half_width.unwrap();
            assert!(min_s <= high_s, "{statistic:?} {n}: {min_s} against {high_s}");
            let is_too_late = |limit_s| DelayBounds::new(&within(limit_s)).is_too_late(n);
            assert!(is_too_late(0.99 * min_s) && !is_too_late(1.01 * min_s));
        }
    }
}
