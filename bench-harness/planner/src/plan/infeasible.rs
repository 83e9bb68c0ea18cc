//! What forbids a plan, with the term, the best figure it allows, and what would have to change.

use records::plan::{BatchState, DelayLimitRecord, Statistic, Term};

use crate::error::{Figure, PlanError};
use crate::formulas::capacity::{group_capacity, prover_capacity, whole_at_least};
use crate::formulas::corrected::in_order_floor_s;
use crate::plan::fleet_estimate::{Fleet, delay_s, rough};
use crate::plan::needs::forming_s;
use crate::plan::request::PlanRequest;

/// Batches must close as fast as the target asks.
pub(crate) fn by_close(request: &PlanRequest) -> Result<(), PlanError> {
    let target = request.load.batches_per_s();
    let shortest_s = request.load.shortest_interval_s();
    let best = if shortest_s > 0.0 { 1.0 / shortest_s } else { f64::INFINITY };
    if best >= target * (1.0 - 1e-9) {
        return Ok(());
    }
    Err(PlanError::Infeasible {
        term: Term::Close,
        best: Figure(best),
        wanted: Figure(target),
        unit: "batches/s",
        advice: format!(
            "a batch closes every {} s; close within {} s, or put more transactions in a batch",
            Figure(shortest_s),
            Figure(1.0 / target)
        ),
    })
}

/// The delay to virtual has no prover in it: closing and L1 alone must be short enough.
pub(crate) fn by_virtual_delay(request: &PlanRequest) -> Result<(), PlanError> {
    let Some(limit) = request.delay_limit.filter(|limit| limit.state == BatchState::Virtual) else {
        return Ok(());
    };
    let best_s = if request.is_deterministic() {
        forming_s(request, 1) + request.l1.mean_wait_s()
    } else {
        // Any fleet will do: the delay to virtual does not depend on it.
        let n = request.batches_per_aggregation.unwrap_or(1);
        let provers = whole_at_least(2.0 * request.batches_per_s() * request.prove_effective_s()).max(1);
        let fleet = Fleet { provers, batches_per_aggregation: n, aggregators: 1 };
        delay_s(&rough(request, fleet)?, BatchState::Virtual, limit.statistic)
    };
    if best_s <= limit.limit_s {
        return Ok(());
    }
    let (close_s, block_s) = (forming_s(request, 1), request.l1.mean_wait_s());
    Err(PlanError::Infeasible {
        term: if close_s > block_s { Term::Close } else { Term::Block },
        best: Figure(best_s),
        wanted: Figure(limit.limit_s),
        unit: "s",
        advice: format!("closing {} s and L1 {} s come before any prover", Figure(close_s), Figure(block_s)),
    })
}

/// The fewest provers that keep up, if so many are allowed.
pub(crate) fn by_provers(request: &PlanRequest, provers: u32) -> Result<u32, PlanError> {
    let prove_s = request.prove_effective_s();
    match request.provers_max {
        Some(max) if max < provers => Err(PlanError::Infeasible {
            term: Term::Prove,
            best: Figure(prover_capacity(max, prove_s)),
            wanted: Figure(request.batches_per_s()),
            unit: "batches/s",
            advice: format!(
                "{provers} provers at {} s a batch are needed and {max} allowed",
                Figure(prove_s)
            ),
        }),
        _ => Ok(provers),
    }
}

/// No N that may be chosen gets through L1.
pub(crate) fn blocked(request: &PlanRequest) -> PlanError {
    let max = *request.batches_per_aggregation_tried().end();
    let target = request.batches_per_s();
    PlanError::Infeasible {
        term: Term::Block,
        best: Figure(group_capacity(max, 1, request.l1_work_s())),
        wanted: Figure(target),
        unit: "batches/s",
        advice: format!(
            "one proof of {max} batches fits a block of {} s; aggregate {} batches or more",
            Figure(request.block_s),
            whole_at_least(target * request.block_s)
        ),
    }
}

/// A sequencer that closes only when a prover is free loses too much of the target with any fleet.
pub(crate) fn held_back(request: &PlanRequest, fleet: Fleet) -> PlanError {
    let carried = rough(request, fleet).map_or(0.0, |result| result.throughput_batches_per_s.value);
    PlanError::Infeasible {
        term: Term::Close,
        best: Figure(carried),
        wanted: Figure(request.batches_per_s()),
        unit: "batches/s",
        advice: format!(
            "a sequencer that closes only when a prover is free carries so much with {} provers; let batches close \
             when they are full",
            fleet.provers
        ),
    }
}

/// No fleet is fast enough; `fleet` comes nearest.
pub(crate) fn too_slow(
    request: &PlanRequest,
    limit: DelayLimitRecord,
    best_s: f64,
    fleet: Fleet,
) -> PlanError {
    let (n, interval_s) = (fleet.batches_per_aggregation, request.interval_s());
    let prove_s = match limit.statistic {
        Statistic::Mean => request.prove_mean_s(),
        Statistic::P50 => in_order_floor_s(&request.prove, 1, interval_s, 0.5) - interval_s,
        Statistic::P99 => in_order_floor_s(&request.prove, 1, interval_s, 0.99) - interval_s,
    };
    let times = [
        (Term::Close, forming_s(request, n)),
        (Term::Prove, prove_s),
        (Term::Aggregate, request.aggregation.latency_s(n, fleet.aggregators)),
        (Term::Block, request.l1.mean_wait_s()),
    ];
    let (term, longest_s) =
        times.into_iter().fold(times[0], |max, time| if time.1 > max.1 { time } else { max });
    let capped = if request.provers_max == Some(fleet.provers) { " (and no more are allowed)" } else { "" };
    PlanError::Infeasible {
        term,
        best: Figure(best_s),
        wanted: Figure(limit.limit_s),
        unit: "s",
        advice: format!(
            "with {} provers and N = {n}, {term} alone takes {} s of it; more provers do not shorten it{capped}",
            fleet.provers,
            Figure(longest_s)
        ),
    }
}
