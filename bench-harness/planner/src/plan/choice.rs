//! The search for P, N and A that meet the target at the least cost, and the term that forbids it if none do.
//!
//! Without prices the cost is machines. What is random is judged by simulation, all fleets on the same
//! random numbers; what is not, by the closed form, which is exact there.

use crate::domain::{DelayLimit, State, Statistic, Term};
use crate::error::PlanError;
use crate::formulas::capacity::{balance_batches, group_capacity, prover_capacity, whole_at_least};
use crate::plan::infeasible;
use crate::plan::outlook::{Fleet, capacity_of, limited_s, precise, rough};
use crate::plan::request::PlanRequest;

/// The fleet that is recommended, with the figures of the closed form.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
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

impl Choice {
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
pub(crate) fn smallest(request: &PlanRequest) -> Result<Choice, PlanError> {
    infeasible::by_close(request)?;
    infeasible::by_virtual_delay(request)?;
    let least = infeasible::by_provers(request, provers_least(request))?;
    if request.is_deterministic() {
        let (aggregators, n) = aggregation_for(request)?;
        return Ok(figures(request, Fleet { provers: least, batches_per_aggregation: n, aggregators }));
    }
    let mut fleet = cheapest(request, least)?;
    // The search judged by short runs; the long one decides.
    if let Some(limit) = consolidated_limit(request) {
        for _ in 0..3 {
            let result = precise(request, fleet)?;
            if meets(limit, limited_s(&result, limit.state(), limit.statistic()))
                || at_most(request, fleet.provers)
            {
                break;
            }
            fleet.provers += 1;
        }
    }
    Ok(figures(request, fleet))
}

/// The fewest provers that are not behind for ever: all of their time if nothing is random, less than all
/// of it otherwise.
pub(crate) fn provers_least(request: &PlanRequest) -> u32 {
    let needed = request.load().batches_per_s() * request.prove_effective_s();
    if request.is_deterministic() { whole_at_least(needed).max(1) } else { more_than(needed) }
}

/// The smallest whole number above `x`, by more than rounding.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates; never negative")]
fn more_than(x: f64) -> u32 {
    (x * (1.0 + 1e-9)).floor() as u32 + 1
}

pub(crate) fn consolidated_limit(request: &PlanRequest) -> Option<DelayLimit> {
    request.delay_limit().filter(|limit| limit.state() == State::Consolidated)
}

fn meets(limit: DelayLimit, delay_s: f64) -> bool {
    delay_s <= limit.limit_s() * (1.0 + 1e-9)
}

fn at_most(request: &PlanRequest, provers: u32) -> bool {
    request.provers_max().is_some_and(|most| provers >= most)
}

/// The statistic that a fleet is judged by, s: the limit's, or the mean where there is none.
fn judged_s(request: &PlanRequest, fleet: Fleet) -> Result<f64, PlanError> {
    let (state, statistic) = consolidated_limit(request)
        .map_or((State::Consolidated, Statistic::Mean), |l| (l.state(), l.statistic()));
    Ok(limited_s(&rough(request, fleet)?, state, statistic))
}

/// Provers in such number that more would not help.
fn plenty(request: &PlanRequest, least: u32) -> u32 {
    let plenty = least.saturating_mul(2).saturating_add(8);
    request.provers_max().map_or(plenty, |most| plenty.min(most))
}

fn cheapest(request: &PlanRequest, least: u32) -> Result<Fleet, PlanError> {
    let limit = consolidated_limit(request);
    let plenty = plenty(request, least);
    let mut best: Option<(f64, f64, Fleet)> = None;
    let mut nearest: Option<(f64, Fleet)> = None;
    for (n, aggregators) in groups_tried(request)? {
        let ample = Fleet { provers: plenty, batches_per_aggregation: n, aggregators };
        let floor_s = judged_s(request, ample)?;
        if nearest.is_none_or(|(s, _)| floor_s < s) {
            nearest = Some((floor_s, ample));
        }
        if limit.is_some_and(|limit| !meets(limit, floor_s)) {
            continue;
        }
        let provers = fewest(request, least, ample)?;
        let fleet = Fleet { provers, ..ample };
        let cost = match request.prices() {
            Some(prices) => prices.usd_per_batch(
                provers + request.spares(),
                aggregators,
                n,
                request.load().batches_per_s(),
            ),
            None => f64::from(provers) + f64::from(aggregators),
        };
        let better = best.is_none_or(|(c, s, _)| cost < c * (1.0 - 1e-9) || (cost <= c && floor_s < s));
        if better {
            best = Some((cost, floor_s, fleet));
        }
    }
    match (best, nearest, limit) {
        (Some((.., fleet)), ..) => Ok(fleet),
        (None, Some((best_s, fleet)), Some(limit)) => {
            Err(infeasible::too_slow(request, limit, best_s, fleet))
        }
        _ => Err(infeasible::blocked(request)),
    }
}

/// The fewest provers between `least` and those of `ample` that meet the limit; `ample` is known to.
///
/// Doubles the step up from `least`, then bisects: delay never rises with provers on the same numbers.
pub(crate) fn fewest(request: &PlanRequest, least: u32, ample: Fleet) -> Result<u32, PlanError> {
    let Some(limit) = consolidated_limit(request) else {
        return Ok(least);
    };
    let holds =
        |provers: u32| Ok::<bool, PlanError>(meets(limit, judged_s(request, Fleet { provers, ..ample })?));
    if least >= ample.provers || holds(least)? {
        return Ok(least.min(ample.provers));
    }
    let (mut fails, mut step) = (least, 1);
    let mut passes = ample.provers;
    while fails + step < passes {
        if holds(fails + step)? {
            passes = fails + step;
            break;
        }
        fails += step;
        step *= 2;
    }
    while passes - fails > 1 {
        let middle = u32::midpoint(fails, passes);
        if holds(middle)? { passes = middle } else { fails = middle }
    }
    Ok(passes)
}

/// The pairs of N and A worth simulating: from the smallest N that L1 carries upwards, and for each the
/// fewest aggregators that carry it and as many as still shorten it.
fn groups_tried(request: &PlanRequest) -> Result<Vec<(u32, u32)>, PlanError> {
    let target = request.load().batches_per_s();
    let (first, last) = request.batches_per_aggregation_tried().into_inner();
    let carried = |n: u32| group_capacity(n, 1, request.l1_work_s()) > target * (1.0 + 1e-9);
    let Some(smallest) = (first..=last).find(|&n| carried(n)) else {
        return Err(infeasible::blocked(request));
    };
    let mut sizes = vec![smallest, smallest + 1, smallest * 3 / 2, smallest * 2, smallest * 3, smallest * 4];
    if request.prices().is_some() {
        // With L1 gas a larger group may be the cheaper one.
        sizes.extend([8, 16, 32, 64, 128].map(|times| smallest * times));
    }
    sizes.retain(|n| (first..=last).contains(n));
    sizes.sort_unstable();
    sizes.dedup();
    let mut pairs = Vec::new();
    for n in sizes {
        let work_s = request.aggregation().work_s(n);
        let least = more_than(target * work_s / f64::from(n));
        let useful = request.aggregation().useful_aggregators(n).max(least);
        // More aggregators are tried only for a limit: they cost and the throughput does not need them.
        let most = if consolidated_limit(request).is_some() { useful } else { least };
        let mut aggregators = least;
        loop {
            pairs.push((n, aggregators));
            if aggregators >= most {
                break;
            }
            aggregators = (aggregators * 2).min(most);
        }
    }
    Ok(pairs)
}

/// Without randomness: the fewest aggregators and then the smallest N that carry the target in time.
fn aggregation_for(request: &PlanRequest) -> Result<(u32, u32), PlanError> {
    let target = request.load().batches_per_s();
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
            let fleet = Fleet { provers: provers_least(request), batches_per_aggregation: n, aggregators };
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
            let fleet = Fleet { provers: provers_least(request), batches_per_aggregation: n, aggregators };
            Err(infeasible::too_slow(request, limit, best_s, fleet))
        }
        _ => Err(infeasible::blocked(request)),
    }
}

fn figures(request: &PlanRequest, fleet: Fleet) -> Choice {
    let Fleet { provers, batches_per_aggregation: n, aggregators } = fleet;
    let load = request.load();
    let prove_s = request.prove().mean_s();
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
    let throughput = load.batches_per_s().min(capacity_of(request, fleet)).min(closing);
    let wait_s = request.l1().mean_wait_s();
    Choice {
        provers,
        batches_per_aggregation: n,
        aggregators,
        capacity_batches_per_s: capacity,
        throughput_batches_per_s: throughput,
        delay_virtual_s: forming_s(request, 1) + wait_s,
        delay_consolidated_s: forming_s(request, n) + prove_s + aggregate_s + wait_s,
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
pub(crate) fn forming_s(request: &PlanRequest, n: u32) -> f64 {
    let interval_s = request.load().interval_s();
    f64::from(n - 1) * interval_s + request.load().close_s().max(interval_s)
}

/// The fewest provers for a request that fixes N, on `aggregators`: one search, for ranking many machines.
///
/// # Errors
/// [`PlanError::Infeasible`] if even plenty of provers miss the limit, or more are needed than allowed.
pub(crate) fn quick(request: &PlanRequest, aggregators: u32) -> Result<Fleet, PlanError> {
    let least = infeasible::by_provers(request, provers_least(request))?;
    let n = *request.batches_per_aggregation_tried().start();
    let ample = Fleet { provers: plenty(request, least), batches_per_aggregation: n, aggregators };
    if let Some(limit) = consolidated_limit(request) {
        let floor_s = judged_s(request, ample)?;
        if !meets(limit, floor_s) {
            return Err(infeasible::too_slow(request, limit, floor_s, ample));
        }
    }
    Ok(Fleet { provers: fewest(request, least, ample)?, ..ample })
}
