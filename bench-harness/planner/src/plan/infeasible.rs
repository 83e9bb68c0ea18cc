//! What forbids a plan, with the term, the best figure it allows, and what would have to change.

use records::plan::{BatchState, DelayLimitRecord, Statistic, Term};

use crate::domain::{Aggregation, Close};
use crate::error::{Figure, PlanError};
use crate::formulas::capacity::{group_capacity, prover_capacity};
use crate::formulas::corrected::in_order_floor_s;
use crate::plan::fleet::Fleet;
use crate::plan::fleet_estimate::rough;
use crate::plan::judge::Judged;
use crate::plan::needs::{
    DelayBounds, aggregators_min, batches_per_aggregation_min, batches_per_block, consolidated_limit,
    forming_s, meets, provers_min,
};
use crate::plan::request::{BATCHES_PER_AGGREGATION_MAX, PlanRequest};
use crate::plan::sequencing::virtual_s;

/// Batches must close as fast as the target asks, with headroom where closing is work. A close time given by hand is
/// taken as it is.
pub(crate) fn by_close(request: &PlanRequest) -> Result<(), PlanError> {
    let target = request.closings_per_s();
    let shortest_s = request.load.shortest_interval_s();
    let used = match request.load.close() {
        Close::Fixed { .. } => 1.0,
        Close::Filled { .. } => request.utilization_max(),
    };
    let best = if shortest_s > 0.0 { used / shortest_s } else { f64::INFINITY };
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
            Figure(used / target)
        ),
    })
}

/// The delay to virtual has no prover in it: closing and L1 alone must be short enough.
pub(crate) fn by_virtual_delay(request: &PlanRequest) -> Result<(), PlanError> {
    let Some(limit) = request.delay_limit.filter(|limit| limit.state == BatchState::Virtual) else {
        return Ok(());
    };
    let best_s = virtual_s(request)?;
    if meets(limit, best_s) {
        return Ok(());
    }
    let (close_s, block_s) = (forming_s(request, request.batches_per_sequence(1)), request.l1.mean_wait_s());
    Err(PlanError::Infeasible {
        term: if close_s > block_s { Term::Close } else { Term::Block },
        best: Figure(best_s),
        wanted: Figure(limit.limit_s),
        unit: "s",
        advice: format!("closing {} s and L1 {} s come before any prover", Figure(close_s), Figure(block_s)),
    })
}

/// A block must have room for one proof, and where none is merged for all that are made in a block time, with headroom.
pub(crate) fn by_l1_room(request: &PlanRequest) -> Result<(), PlanError> {
    let Some(room) = request.l1_room else { return Ok(()) };
    let proofs = room.verifications_per_block();
    let million = |gas: f64| Figure(gas / 1e6);
    let sizes = format!(
        "a proof takes {} million gas on L1, and a block has {} million",
        million(room.verification_gas()),
        million(room.block_gas())
    );
    let (best, wanted, advice) = match request.aggregation {
        _ if proofs == 0 => {
            (0.0, 1.0, "wrap the proof into one that is cheaper to verify, and give --verify-gas")
        }
        Aggregation::Separate => (
            request.utilization_max() * f64::from(proofs),
            batches_per_block(request),
            "each batch's proof is verified by itself; aggregate, put more transactions in a batch, or wrap the proof \
             into one that is cheaper to verify and give --verify-gas",
        ),
        Aggregation::FixedTotal { .. } | Aggregation::Tree { .. } | Aggregation::Fold { .. } => {
            let Some(n) = request.batches_per_aggregation else { return Ok(()) };
            let wanted = batches_per_block(request) / f64::from(n);
            (request.utilization_max() * f64::from(proofs), wanted, "aggregate more batches into one proof")
        }
    };
    if wanted <= best * (1.0 + 1e-9) {
        return Ok(());
    }
    Err(PlanError::Infeasible {
        term: Term::Block,
        best: Figure(best),
        wanted: Figure(wanted),
        unit: "proofs a block",
        advice: format!("{sizes}; {advice}"),
    })
}

/// So many provers and the spares must be allowed.
pub(crate) fn by_provers(request: &PlanRequest, provers: u32) -> Result<(), PlanError> {
    let prove_s = request.prove_effective_s();
    let needed = provers.saturating_add(request.spares);
    match request.provers_max {
        Some(max) if max < needed => Err(PlanError::Infeasible {
            term: Term::Prove,
            best: Figure(
                request.utilization_max() * prover_capacity(max.saturating_sub(request.spares), prove_s),
            ),
            wanted: Figure(request.batches_per_s()),
            unit: "batches/s",
            advice: format!(
                "{provers} provers at {} s a batch and at most {} % of use{} are needed and {max} allowed",
                Figure(prove_s),
                Figure(100.0 * request.utilization_max()),
                if request.spares > 0 {
                    format!(", and {} to spare,", request.spares)
                } else {
                    String::new()
                },
            ),
        }),
        _ => Ok(()),
    }
}

/// No fleet is good enough, or none below a cut-off; `nearest` came nearest.
pub(crate) fn nothing(
    request: &PlanRequest,
    nearest: Option<(Fleet, Judged)>,
    is_cut_off: bool,
) -> PlanError {
    let min = batches_per_aggregation_min(request);
    if request.is_each_proof_alone() && min > 1 {
        return blocked_alone(request);
    }
    let cannot_pass_l1 =
        request.batches_per_aggregation.is_some_and(|n| n < min) || min > BATCHES_PER_AGGREGATION_MAX;
    if cannot_pass_l1 {
        return blocked(request);
    }
    match (consolidated_limit(request), nearest) {
        (Some(limit), Some((fleet, judged))) => too_slow(request, limit, judged.delay_s, fleet),
        (Some(limit), None) if !is_cut_off => {
            let n = request.batches_per_aggregation.unwrap_or(min);
            let fleet = Fleet {
                provers: provers_min(request),
                batches_per_aggregation: n,
                aggregators: aggregators_min(request, n),
            };
            too_slow(request, limit, DelayBounds::new(request).at(n), fleet)
        }
        (None, Some((fleet, _))) => held_back(request, fleet),
        _ => PlanError::Infeasible {
            term: Term::Prove,
            best: Figure(request.batches_per_s()),
            wanted: Figure(request.batches_per_s()),
            unit: "batches/s",
            advice: "every fleet costs more than another way to run the prover".to_owned(),
        },
    }
}

/// So many fleets looked good in short simulations, and a long one refused each; `fleet` came nearest.
pub(crate) fn refused(request: &PlanRequest, fleet: Fleet, judged: Judged, fleets: u32) -> PlanError {
    let Some(limit) = consolidated_limit(request) else { return held_back(request, fleet) };
    let PlanError::Infeasible { term, best, wanted, unit, .. } =
        too_slow(request, limit, judged.delay_s, fleet)
    else {
        return held_back(request, fleet);
    };
    PlanError::Infeasible {
        term,
        best,
        wanted,
        unit,
        advice: format!(
            "{} kept the limit in short simulations and missed it in long ones, the nearest with {} \
             provers and N = {}; allow a little more",
            if fleets == 1 { "1 fleet".to_owned() } else { format!("{fleets} fleets") },
            fleet.provers,
            fleet.batches_per_aggregation
        ),
    }
}

/// L1 verifies fewer proofs than batches close, each by itself.
fn blocked_alone(request: &PlanRequest) -> PlanError {
    PlanError::Infeasible {
        term: Term::Block,
        best: Figure(request.utilization_max() * group_capacity(1, 1, request.l1_work_s())),
        wanted: Figure(request.batches_per_s()),
        unit: "batches/s",
        advice: "each batch's proof is verified on L1 by itself, and a block takes so many and no more; aggregate, or put \
                 more transactions in a batch"
            .to_owned(),
    }
}

/// L1 takes more batches a proof than N is or can be.
fn blocked(request: &PlanRequest) -> PlanError {
    let n = request.batches_per_aggregation.unwrap_or(BATCHES_PER_AGGREGATION_MAX);
    PlanError::Infeasible {
        term: Term::Block,
        best: Figure(request.utilization_max() * group_capacity(n, 1, request.l1_work_s())),
        wanted: Figure(request.batches_per_s()),
        unit: "batches/s",
        advice: format!(
            "one proof of {n} batches takes L1 for {} s, and at most {} % of it is planned; aggregate {} batches or more",
            Figure(request.l1_work_s()),
            Figure(100.0 * request.utilization_max()),
            batches_per_aggregation_min(request)
        ),
    }
}

/// A sequencer that closes only when a prover is free loses too much of the target with any fleet.
fn held_back(request: &PlanRequest, fleet: Fleet) -> PlanError {
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
fn too_slow(request: &PlanRequest, limit: DelayLimitRecord, best_s: f64, fleet: Fleet) -> PlanError {
    let (n, interval_s) = (fleet.batches_per_aggregation, request.interval_s());
    let prove_s = match limit.statistic {
        Statistic::Mean => request.prove_mean_s(),
        Statistic::P50 => in_order_floor_s(&request.prove, 1, interval_s, 0.5) - interval_s,
        Statistic::P99 => in_order_floor_s(&request.prove, 1, interval_s, 0.99) - interval_s,
    };
    let times = [
        (Term::Close, forming_s(request, n)),
        (Term::Prove, prove_s),
        (Term::Aggregate, request.aggregation.latency_s(n, fleet.aggregators.max(1), interval_s)),
        (Term::Block, request.l1.mean_wait_s()),
    ];
    let (term, longest_s) =
        times.into_iter().fold(times[0], |max, time| if time.1 > max.1 { time } else { max });
    let capped = if request.provers_max.is_some_and(|max| max <= fleet.provers.saturating_add(request.spares))
    {
        " (and no more are allowed)"
    } else {
        ""
    };
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
