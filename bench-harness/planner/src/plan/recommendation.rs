//! The search for P, N and A that meet the target at the least cost, and the term that forbids it if none do.
//!
//! Without prices the cost is machines. What is random is judged by simulation, all fleets on the same
//! random numbers; what is not, by the closed form, which is exact there.

use crate::domain::Term;
use crate::error::PlanError;
use crate::formulas::capacity::{balance_batches, group_capacity, prover_capacity, whole_at_least};
use crate::plan::fleet_estimate::{Fleet, capacity_of, carries, limited_s, precise};
use crate::plan::infeasible;
use crate::plan::needs::{consolidated_limit, forming_s, meets, provers_min};
use crate::plan::request::PlanRequest;
use crate::plan::search::cheapest;
use crate::sim::{Closing, Simulated};

/// The fleet that is recommended, with the figures of the closed form.
#[derive(Debug, Clone, PartialEq)]
pub struct Recommendation {
    /// Provers, P, without spares.
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

impl Recommendation {
    /// The fleet.
    pub fn fleet(&self) -> Fleet {
        Fleet {
            provers: self.provers,
            batches_per_aggregation: self.batches_per_aggregation,
            aggregators: self.aggregators,
        }
    }
}

/// The cheapest fleet for `request`.
///
/// # Errors
/// [`PlanError::Infeasible`].
pub(crate) fn smallest(request: &PlanRequest) -> Result<Recommendation, PlanError> {
    if let Some(provers) = request.provers() {
        let enough = smallest(&request.clone().with_provers_free())?;
        return Ok(figures(request, Fleet { provers, ..enough.fleet() }));
    }
    infeasible::by_close(request)?;
    infeasible::by_virtual_delay(request)?;
    let least = infeasible::by_provers(request, provers_min(request))?;
    if request.is_deterministic() {
        let (aggregators, n) = aggregation_for(request)?;
        return Ok(figures(request, Fleet { provers: least, batches_per_aggregation: n, aggregators }));
    }
    let mut fleet = cheapest(request, least)?;
    // The search judged by short runs; the long one decides.
    let limit = consolidated_limit(request);
    if limit.is_some() || request.closing() == Closing::ProverFree {
        for _ in 0..3 {
            let result = precise(request, fleet)?;
            let is_soon =
                limit.is_none_or(|limit| meets(limit, limited_s(&result, limit.state(), limit.statistic())));
            if is_soon && carries(request, &result) || at_most(request, fleet.provers) {
                break;
            }
            fleet.provers += 1;
        }
    }
    Ok(figures(request, fleet))
}

/// The cheapest fleet as the short runs of the search find it, with one longer look at it: for ranking many machines.
///
/// # Errors
/// [`PlanError::Infeasible`].
pub(crate) fn quick(request: &PlanRequest) -> Result<(Fleet, Simulated), PlanError> {
    if request.is_deterministic() {
        let fleet = smallest(request)?.fleet();
        return Ok((fleet, precise(request, fleet)?));
    }
    infeasible::by_close(request)?;
    let fleet = cheapest(request, infeasible::by_provers(request, provers_min(request))?)?;
    Ok((fleet, precise(request, fleet)?))
}

fn at_most(request: &PlanRequest, provers: u32) -> bool {
    request.provers_max().is_some_and(|most| provers >= most)
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
        let carrying = whole_at_least(target * request.aggregation().work_s(n) / f64::from(n)).max(1);
        for aggregators in carrying..=carrying.max(request.aggregation().useful_aggregators(n)) {
            if smallest.is_some_and(|found| found <= (aggregators, n)) {
                break;
            }
            let fleet = Fleet { provers: provers_min(request), batches_per_aggregation: n, aggregators };
            let delay_s = figures(request, fleet).delay_consolidated_s;
            if nearest.is_none_or(|(s, ..)| delay_s < s) {
                nearest = Some((delay_s, aggregators, n));
            }
            if limit.is_none_or(|limit| meets(limit, delay_s)) {
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

fn figures(request: &PlanRequest, fleet: Fleet) -> Recommendation {
    let Fleet { provers, batches_per_aggregation: n, aggregators } = fleet;
    let load = request.load();
    let prove_s = request.prove_mean_s();
    let aggregate_s = request.aggregation().latency_s(n, aggregators);
    let shortest_s = load.shortest_interval_s();
    let closing = if shortest_s > 0.0 { 1.0 / shortest_s } else { f64::INFINITY };
    let capacities = [
        (Term::Prove, prover_capacity(provers, request.prove_effective_s())),
        (Term::Close, closing),
        (Term::Aggregate, group_capacity(n, aggregators, request.aggregation().work_s(n))),
        (Term::Block, group_capacity(n, 1, request.l1_work_s())),
    ];
    let (bottleneck, capacity) = capacities
        .into_iter()
        .fold(capacities[0], |least, term| if term.1 < least.1 * (1.0 - 1e-9) { term } else { least });
    let throughput = request.batches_per_s().min(capacity_of(request, fleet)).min(closing);
    let wait_s = request.l1().mean_wait_s();
    Recommendation {
        provers,
        batches_per_aggregation: n,
        aggregators,
        capacity_batches_per_s: capacity,
        throughput_batches_per_s: throughput,
        delay_virtual_s: forming_s(request, 1) + wait_s,
        delay_consolidated_s: forming_s(request, n) + prove_s + aggregate_s + wait_s,
        bottleneck,
        provers_only_add_delay_after: balance_batches(
            request.interval_s(),
            prove_s,
            aggregate_s,
            request.block_s(),
        ),
    }
}
