//! The search by simulation: which N and A, and the fewest provers for them.
//!
//! All fleets of a search see the same random numbers, so that a difference between two is theirs.

use crate::domain::{State, Statistic};
use crate::error::PlanError;
use crate::formulas::capacity::group_capacity;
use crate::plan::choice::{consolidated_limit, meets, more_than, provers_least};
use crate::plan::infeasible;
use crate::plan::outlook::{Fleet, limited_s, rough};
use crate::plan::request::PlanRequest;

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

pub(crate) fn cheapest(request: &PlanRequest, least: u32) -> Result<Fleet, PlanError> {
    let limit = consolidated_limit(request);
    let plenty = plenty(request, least);
    let tried = groups_tried(request)?;
    if let ([(n, aggregators)], None) = (tried.as_slice(), limit) {
        // Nothing to choose between, and nothing to hold it against: the capacities alone decide.
        return Ok(Fleet { provers: least, batches_per_aggregation: *n, aggregators: *aggregators });
    }
    let mut best: Option<(f64, f64, Fleet)> = None;
    let mut nearest: Option<(f64, Fleet)> = None;
    for (n, aggregators) in tried {
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
