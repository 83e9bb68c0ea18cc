//! The search for P, N and A that meet the target at the lowest cost, and the term that forbids it if none do.
//!
//! Without prices the cost is machines. What is random is judged by simulation, all fleets on the same
//! random numbers; what is not, by the closed form, which is exact there.

use records::plan::{RecommendationRecord, Term};

use crate::error::PlanError;
use crate::formulas::capacity::{balance_batches, group_capacity, prover_capacity, whole_at_least};
use crate::plan::fleet_estimate::{Fleet, capacity_of, carries, delay_s, precise};
use crate::plan::infeasible;
use crate::plan::needs::{consolidated_limit, forming_s, meets, provers_min};
use crate::plan::request::PlanRequest;
use crate::plan::search::cheapest;
use crate::sim::{Closing, Simulated};

/// The cheapest fleet for `request`.
///
/// # Errors
/// [`PlanError::Infeasible`].
pub(crate) fn smallest(request: &PlanRequest) -> Result<RecommendationRecord, PlanError> {
    if let Some(provers) = request.provers {
        let enough = smallest(&request.clone().with_provers_free())?;
        return Ok(figures(request, Fleet { provers, ..Fleet::of(&enough) }));
    }
    infeasible::by_close(request)?;
    infeasible::by_virtual_delay(request)?;
    let provers = infeasible::by_provers(request, provers_min(request))?;
    if request.is_deterministic() {
        let (aggregators, n) = aggregation_for(request)?;
        return Ok(figures(request, Fleet { provers, batches_per_aggregation: n, aggregators }));
    }
    let mut fleet = cheapest(request, provers)?;
    // The search judged by short runs; the long one decides.
    let limit = consolidated_limit(request);
    if limit.is_some() || request.closing == Closing::ProverFree {
        for _ in 0..3 {
            let result = precise(request, fleet)?;
            let is_soon =
                limit.is_none_or(|limit| meets(limit, delay_s(&result, limit.state, limit.statistic)));
            if is_soon && carries(request, &result) || at_most(request, fleet.provers) {
                break;
            }
            fleet.provers += 1;
        }
    }
    Ok(figures(request, fleet))
}

/// The cheapest fleet as the short runs of the search find it, and one longer simulation of it: for ranking many machines.
///
/// # Errors
/// [`PlanError::Infeasible`].
pub(crate) fn quick(request: &PlanRequest) -> Result<(Fleet, Simulated), PlanError> {
    if request.is_deterministic() {
        let fleet = Fleet::of(&smallest(request)?);
        return Ok((fleet, precise(request, fleet)?));
    }
    infeasible::by_close(request)?;
    let fleet = cheapest(request, infeasible::by_provers(request, provers_min(request))?)?;
    Ok((fleet, precise(request, fleet)?))
}

fn at_most(request: &PlanRequest, provers: u32) -> bool {
    request.provers_max.is_some_and(|max| provers >= max)
}

/// Without randomness: the fewest aggregators and then the smallest N that carry the target in time.
fn aggregation_for(request: &PlanRequest) -> Result<(u32, u32), PlanError> {
    let target = request.batches_per_s();
    let limit = consolidated_limit(request);
    let mut nearest: Option<(f64, u32, u32)> = None;
    let mut smallest: Option<(u32, u32)> = None;
    for n in request.batches_per_aggregation_tried() {
        if group_capacity(n, 1, request.l1_work_s()) < target * (1.0 - 1e-9) {
            continue;
        }
        let carrying = whole_at_least(target * request.aggregation.work_s(n) / f64::from(n)).max(1);
        for aggregators in carrying..=carrying.max(request.aggregation.useful_aggregators(n)) {
            if smallest.is_some_and(|found| found <= (aggregators, n)) {
                break;
            }
            let consolidated_s = consolidated_s(request, n, aggregators);
            if nearest.is_none_or(|(s, ..)| consolidated_s < s) {
                nearest = Some((consolidated_s, aggregators, n));
            }
            if limit.is_none_or(|limit| meets(limit, consolidated_s)) {
                smallest = Some((aggregators, n));
            }
        }
    }
    match (smallest, nearest, limit) {
        (Some(found), ..) => Ok(found),
        (None, Some((best_s, aggregators, n)), Some(limit)) => {
            let fleet = Fleet { provers: provers_min(request), batches_per_aggregation: n, aggregators };
            Err(infeasible::too_slow(request, limit, best_s, fleet))
        }
        _ => Err(infeasible::blocked(request)),
    }
}

/// Mean delay of a group's oldest transaction to consolidated, without queueing, s.
fn consolidated_s(request: &PlanRequest, n: u32, aggregators: u32) -> f64 {
    let aggregate_s = request.aggregation.latency_s(n, aggregators, request.interval_s());
    forming_s(request, n) + request.prove_mean_s() + aggregate_s + request.l1.mean_wait_s()
}

/// A fleet with the figures of the closed form.
fn figures(request: &PlanRequest, fleet: Fleet) -> RecommendationRecord {
    let Fleet { provers, batches_per_aggregation: n, aggregators } = fleet;
    let load = &request.load;
    let shortest_s = load.shortest_interval_s();
    let closing = if shortest_s > 0.0 { 1.0 / shortest_s } else { f64::INFINITY };
    let capacities = [
        (Term::Prove, prover_capacity(provers, request.prove_effective_s())),
        (Term::Close, closing),
        (Term::Aggregate, group_capacity(n, aggregators, request.aggregation.work_s(n))),
        (Term::Block, group_capacity(n, 1, request.l1_work_s())),
    ];
    let (bottleneck, capacity) = capacities
        .into_iter()
        .fold(capacities[0], |min, term| if term.1 < min.1 * (1.0 - 1e-9) { term } else { min });
    let throughput = request.batches_per_s().min(capacity_of(request, fleet)).min(closing);
    let (prices, rented) = (request.prices, provers + request.spares);
    RecommendationRecord {
        provers,
        spares: request.spares,
        batches_per_aggregation: n,
        aggregators,
        usd_per_batch: prices.map(|prices| prices.usd_per_batch(rented, aggregators, n, throughput)),
        usd_per_hour: prices.map(|prices| prices.usd_per_hour(rented, aggregators)),
        capacity_batches_per_s: capacity,
        throughput_batches_per_s: throughput,
        throughput_transactions_per_s: load
            .batch_transactions()
            .map(|size| throughput * request.fill_fraction() * f64::from(size)),
        delay_virtual_s: forming_s(request, 1) + request.l1.mean_wait_s(),
        delay_consolidated_s: consolidated_s(request, n, aggregators),
        verifications_per_group: 1,
        verifications_per_hour: 3600.0 * throughput / f64::from(n),
        bottleneck,
        provers_only_add_delay_after: balance_batches(
            request.interval_s(),
            request.prove_mean_s(),
            request.aggregation.whole_group_s(n, aggregators),
            request.block_s,
        ),
    }
}
