//! The search for P, N and A, each the smallest that will do, and the term that forbids it if none will.
//!
//! Machines are counted before everything else: fewest provers, then fewest aggregators, then the smallest
//! N, since N costs delay and no machine.

use crate::domain::{DelayLimit, State, Statistic, Term};
use crate::error::{Figure, PlanError};
use crate::formulas::capacity::{balance_batches, group_capacity, prover_capacity, whole_at_least};
use crate::plan::request::PlanRequest;

/// The fleet that is recommended, with the figures that it gives.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
    /// Provers, P.
    pub provers: u32,
    /// Batches per aggregation, N.
    pub batches_per_aggregation: u32,
    /// Aggregators, A.
    pub aggregators: u32,
    /// What the fleet can carry, batches/s.
    pub capacity_batches_per_s: f64,
    /// What it carries of this load, batches/s.
    pub throughput_batches_per_s: f64,
    /// Oldest transaction of a batch to virtual, s; one batch a sequence transaction.
    pub delay_virtual_s: f64,
    /// Oldest transaction of a group to consolidated, s; means added up, without queueing.
    pub delay_consolidated_s: f64,
    /// The term with the least capacity.
    pub bottleneck: Term,
    /// The N = P after which provers only add delay.
    pub provers_only_add_delay_after: u32,
}

/// The smallest fleet for `request`.
///
/// # Errors
/// [`PlanError::Infeasible`].
pub(crate) fn smallest(request: &PlanRequest) -> Result<Choice, PlanError> {
    let target = request.load().batches_per_s();
    closes_fast_enough(request, target)?;
    virtual_soon_enough(request)?;
    let provers = provers_for(request, target)?;
    let (aggregators, n) = aggregation_for(request, target, provers)?;
    Ok(figures(request, provers, n, aggregators))
}

fn closes_fast_enough(request: &PlanRequest, target: f64) -> Result<(), PlanError> {
    let shortest_s = request.load().shortest_interval_s();
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

fn virtual_soon_enough(request: &PlanRequest) -> Result<(), PlanError> {
    let Some(limit) = request.delay_limit().filter(|limit| limit.state() == State::Virtual) else {
        return Ok(());
    };
    let delay_s = delay_virtual_s(request);
    if delay_s <= limit.limit_s() {
        return Ok(());
    }
    let close_s = request.load().close_s();
    let term = if close_s > request.block_s() { Term::Close } else { Term::Block };
    Err(PlanError::Infeasible {
        term,
        best: Figure(delay_s),
        wanted: Figure(limit.limit_s()),
        unit: "s",
        advice: format!(
            "closing {} s and the block {} s come before any prover",
            Figure(close_s),
            Figure(request.block_s())
        ),
    })
}

fn provers_for(request: &PlanRequest, target: f64) -> Result<u32, PlanError> {
    let prove_s = request.prove().mean_s();
    let provers = whole_at_least(target * prove_s).max(1);
    match request.provers_max() {
        Some(most) if most < provers => Err(PlanError::Infeasible {
            term: Term::Prove,
            best: Figure(prover_capacity(most, prove_s)),
            wanted: Figure(target),
            unit: "batches/s",
            advice: format!(
                "{provers} provers at {} s a batch are needed and {most} allowed",
                Figure(prove_s)
            ),
        }),
        _ => Ok(provers),
    }
}

/// The fewest aggregators and then the smallest N that carry the target within the limit.
fn aggregation_for(request: &PlanRequest, target: f64, provers: u32) -> Result<(u32, u32), PlanError> {
    let limit = request.delay_limit().filter(|limit| limit.state() == State::Consolidated);
    let mut best_s = f64::INFINITY;
    let mut best: Option<(u32, u32)> = None;
    let mut smallest: Option<(u32, u32)> = None;
    for n in request.batches_per_aggregation_tried() {
        if group_capacity(n, 1, request.block_s()) < target * (1.0 - 1e-9) {
            continue;
        }
        let carrying = whole_at_least(target * request.aggregation().work_s(n) / f64::from(n)).max(1);
        for aggregators in carrying..=carrying.max(request.aggregation().useful_aggregators(n)) {
            if smallest.is_some_and(|found| found <= (aggregators, n)) {
                break;
            }
            let delay_s = limited_delay_s(request, limit, provers, n, aggregators);
            if delay_s < best_s {
                (best_s, best) = (delay_s, Some((aggregators, n)));
            }
            if limit.is_none_or(|limit| delay_s <= limit.limit_s()) {
                smallest = Some((aggregators, n));
            }
        }
    }
    match (smallest, best, limit) {
        (Some(found), ..) => Ok(found),
        (None, Some((aggregators, n)), Some(limit)) => Err(too_slow(request, limit, best_s, n, aggregators)),
        _ => Err(blocked(request, target)),
    }
}

fn blocked(request: &PlanRequest, target: f64) -> PlanError {
    let most = *request.batches_per_aggregation_tried().end();
    PlanError::Infeasible {
        term: Term::Block,
        best: Figure(group_capacity(most, 1, request.block_s())),
        wanted: Figure(target),
        unit: "batches/s",
        advice: format!(
            "one proof of {most} batches fits a block of {} s; aggregate {} batches or more",
            Figure(request.block_s()),
            whole_at_least(target * request.block_s())
        ),
    }
}

fn too_slow(request: &PlanRequest, limit: DelayLimit, best_s: f64, n: u32, aggregators: u32) -> PlanError {
    let parts = [
        (Term::Close, forming_s(request, n)),
        (Term::Prove, prove_s(request, Some(limit))),
        (Term::Aggregate, request.aggregation().latency_s(n, aggregators)),
        (Term::Block, request.block_s()),
    ];
    let (term, part_s) =
        parts.into_iter().fold(parts[0], |most, part| if part.1 > most.1 { part } else { most });
    PlanError::Infeasible {
        term,
        best: Figure(best_s),
        wanted: Figure(limit.limit_s()),
        unit: "s",
        advice: format!(
            "at N = {n} {term} alone takes {} s of it; more provers do not shorten it",
            Figure(part_s)
        ),
    }
}

fn figures(request: &PlanRequest, provers: u32, n: u32, aggregators: u32) -> Choice {
    let load = request.load();
    let prove_s = request.prove().mean_s();
    let aggregate_s = request.aggregation().latency_s(n, aggregators);
    let shortest_s = load.shortest_interval_s();
    let capacities = [
        (Term::Prove, prover_capacity(provers, prove_s)),
        (Term::Close, if shortest_s > 0.0 { 1.0 / shortest_s } else { f64::INFINITY }),
        (Term::Aggregate, group_capacity(n, aggregators, request.aggregation().work_s(n))),
        (Term::Block, group_capacity(n, 1, request.block_s())),
    ];
    let (bottleneck, capacity) = capacities
        .into_iter()
        .fold(capacities[0], |least, term| if term.1 < least.1 * (1.0 - 1e-9) { term } else { least });
    Choice {
        provers,
        batches_per_aggregation: n,
        aggregators,
        capacity_batches_per_s: capacity,
        throughput_batches_per_s: load.batches_per_s().min(capacity),
        delay_virtual_s: delay_virtual_s(request),
        delay_consolidated_s: forming_s(request, n) + prove_s + aggregate_s + request.block_s(),
        bottleneck,
        provers_only_add_delay_after: balance_batches(
            load.interval_s(),
            prove_s,
            aggregate_s,
            request.block_s(),
        ),
    }
}

/// From the first transaction of a group to the closing of its last batch, s.
fn forming_s(request: &PlanRequest, n: u32) -> f64 {
    let interval_s = request.load().interval_s();
    f64::from(n - 1) * interval_s + request.load().close_s().max(interval_s)
}

fn delay_virtual_s(request: &PlanRequest) -> f64 {
    forming_s(request, 1) + request.block_s()
}

fn prove_s(request: &PlanRequest, limit: Option<DelayLimit>) -> f64 {
    match limit.map(|limit| limit.statistic()) {
        None | Some(Statistic::Mean) => request.prove().mean_s(),
        Some(Statistic::P50) => request.prove().quantile_s(0.5),
        Some(Statistic::P99) => request.prove().quantile_s(0.99),
    }
}

/// The delay that a limit is held against, s: with prove time in the limit's statistic, without queueing.
fn limited_delay_s(
    request: &PlanRequest,
    limit: Option<DelayLimit>,
    provers: u32,
    n: u32,
    aggregators: u32,
) -> f64 {
    let mean = figures(request, provers, n, aggregators).delay_consolidated_s;
    mean - request.prove().mean_s() + prove_s(request, limit)
}
