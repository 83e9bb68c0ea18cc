//! How far sequencing may run ahead of proving with a recommended fleet, so that its limit on delay outlasts a burst.
//!
//! Owned here: what the limit leaves for waiting, and the stages beside provers. Not here: the bound for provers alone
//! ([`crate::backlog::RunAhead`]).

use records::plan::{RunAheadRecord, Statistic};

use crate::backlog::RunAhead;
use crate::formulas::capacity::group_capacity;
use crate::plan::needs::capacity_of;
use crate::plan::needs::consolidated_limit;
use crate::plan::{Fleet, Plan, PlanRequest};

/// The fraction of bursts after which the wait is kept, where prove times scatter.
const CONFIDENCE: f64 = 0.99;

/// The bound for the recommended fleet: none without a limit on the delay to consolidated, or where the fleet as it
/// stands does not keep it.
///
/// What the limit leaves is the limit less the simulated delay, with its half-width. That delay has the usual queue in
/// it, which a burst does not add to: the bound is on the safe side. Batches behind those in proof go no faster through
/// aggregators and L1 than these carry.
pub(super) fn of(plan: &Plan) -> Option<RunAheadRecord> {
    let Plan { request, choice, .. } = plan;
    let limit = consolidated_limit(request)?;
    let delay = &plan.fleet_estimates.first()?.simulated.as_ref()?.consolidated;
    let (delay_s, half_width_s) = match limit.statistic {
        Statistic::Mean => (delay.mean_s, delay.mean_half_width_s),
        Statistic::P50 => (delay.p50_s, delay.p50_half_width_s),
        Statistic::P99 => (delay.p99_s, delay.p99_half_width_s),
    };
    let wait_max_s = limit.limit_s - delay_s - half_width_s.unwrap_or(0.0);
    if wait_max_s < 0.0 {
        return None;
    }
    let fleet = Fleet::of(choice);
    let prove = (request.prove_effective_s(), prove_cv(request));
    let provers = RunAhead::new(fleet.provers, prove, wait_max_s, CONFIDENCE).ok()?;
    let rate = request.batches_per_s();
    let unproved_max = provers.unproved_max().min(past_the_provers(request, fleet, wait_max_s));
    let in_proof = rate * request.prove_effective_s();
    let spare_per_s = capacity_of(request, fleet) - rate;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "not negative; saturates")]
    let burst_max = unproved_max.saturating_sub((in_proof * (1.0 - 1e-9)).ceil() as u64);
    Some(RunAheadRecord {
        wait_max_s,
        confidence: CONFIDENCE,
        unproved_max_batches: unproved_max,
        in_proof_mean_batches: in_proof,
        burst_max_batches: burst_max,
        drained_s: (spare_per_s > 1e-9 * rate).then(|| burst_max as f64 / spare_per_s),
    })
}

/// Unproved batches of which the newest is through aggregators and L1 no later than the wait after it would have been.
fn past_the_provers(request: &PlanRequest, fleet: Fleet, wait_max_s: f64) -> u64 {
    let n = fleet.batches_per_aggregation;
    let capacity = group_capacity(n, fleet.aggregators, request.aggregation.work_s(n)).min(group_capacity(
        n,
        1,
        request.l1_work_s(),
    ));
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "not negative; saturates")]
    let behind = (wait_max_s * capacity * (1.0 + 1e-9)).floor() as u64;
    u64::from(fleet.provers).saturating_add(behind)
}

/// Coefficient of variation of a proof, stragglers among them: `E[S²] = (1 − f + f·k²)·E[T²]`.
fn prove_cv(request: &PlanRequest) -> f64 {
    let cv = request.prove.cv();
    match request.stragglers {
        None => cv,
        Some(stragglers) => {
            let (fraction, factor) = (stragglers.fraction, stragglers.factor);
            let mean = 1.0 - fraction + fraction * factor;
            let second = 1.0 - fraction + fraction * factor * factor;
            ((1.0 + cv * cv) * second / (mean * mean) - 1.0).max(0.0).sqrt()
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::domain::{
        Aggregation, BatchState, Close, DelayLimitRecord, Load, Statistic, Target, TimeDist,
    };
    use crate::plan::{PlanRequest, recommend};
    use crate::sim::L1;

    fn request(merge_s: f64) -> PlanRequest {
        let load = Load::new(Target::BatchesPerS(0.1), None, Close::Fixed { close_s: 10.0 }).unwrap();
        let aggregation = Aggregation::pairwise(TimeDist::fixed("merge", merge_s).unwrap());
        let prove = TimeDist::fixed("prove", 120.0).unwrap();
        PlanRequest::new(load, prove, aggregation, 12.0)
            .and_then(|request| request.with_l1(L1::Latency(12.0)))
            .and_then(|request| request.with_batches_per_aggregation(2))
            .unwrap()
    }

    fn within(request: PlanRequest, limit_s: f64) -> PlanRequest {
        let limit = DelayLimitRecord { state: BatchState::Consolidated, statistic: Statistic::Mean, limit_s };
        request.with_delay_limit(limit).unwrap()
    }

    #[test]
    fn what_the_limit_leaves_is_the_room_for_a_burst() {
        // Two batches of 10 s, a proof of 120 s, a merge of 1 s and 12 s of L1 are 153 s, and 15 provers have a fifth
        // to spare. 250 s less that are time for two more proofs of each: but for a mean of 153 s that is 97 s, none.
        let plan = recommend(&within(request(1.0), 250.0)).unwrap();
        let run_ahead = plan.to_record().run_ahead.unwrap();
        assert_eq!(plan.choice.provers, 15);
        assert!((run_ahead.wait_max_s - 97.0).abs() < 1e-6, "{run_ahead:?}");
        assert_eq!((run_ahead.unproved_max_batches, run_ahead.burst_max_batches), (15, 3));
        // 3 batches drain at 0.125 − 0.1.
        assert!((run_ahead.drained_s.unwrap() - 120.0).abs() < 1e-6, "{run_ahead:?}");
        let plan = recommend(&within(request(1.0), 153.0 + 360.0)).unwrap();
        assert_eq!(plan.to_record().run_ahead.unwrap().unproved_max_batches, 15 * (1 + 3));
    }

    #[test]
    fn a_slow_aggregator_allows_less_and_no_limit_says_nothing() {
        // One aggregator merges a pair in 16 s: 0.125 batches/s, 45 of them within 360 s, where provers allow 45 too;
        // at a longer wait the provers allow more than it does.
        let unlimited = recommend(&request(1.0)).unwrap();
        assert_eq!(unlimited.to_record().run_ahead, None);
        let room = |merge_s: f64| {
            let plan = recommend(&within(request(merge_s), 152.0 + merge_s + 359.0 + 1.0)).unwrap();
            plan.to_record().run_ahead.unwrap().unproved_max_batches
        };
        assert!(room(15.99) <= room(1.0));
    }
}
