//! The search by simulation: which N and A, and the fewest provers for them.
//!
//! Every N that may be chosen is considered, up to 1,024, with every number of aggregators that shortens the delay.
//! The lower bounds on cost and delay of a pair are closed form, so that few pairs need a simulation:
//! pairs are taken cheapest first, and the search ends where no other can be cheaper. All fleets see the same random
//! numbers, so that a difference between two is theirs.

use records::plan::{BatchState, DelayLimitRecord, Statistic};

use crate::domain::Aggregation;
use crate::error::PlanError;
use crate::formulas::capacity::{group_capacity, tree_levels};
use crate::formulas::corrected::{slowest_mean_s, slowest_quantile_s};
use crate::plan::fleet_estimate::{Fleet, carries, delay_s, rough};
use crate::plan::infeasible;
use crate::plan::needs::{consolidated_limit, forming_s, meets, more_than};
use crate::plan::request::PlanRequest;
use crate::sim::Closing;

/// Above this use of L1 or the aggregators a larger group can be the quicker one; below it never is.
const CROWDED: f64 = 0.8;

/// What a simulation says of a fleet against what was asked.
struct Judged {
    /// The statistic of the limit, or the mean where there is none, s.
    delay_s: f64,
    /// Whether the target comes through: a sequencer that holds back may lose some of it.
    carries: bool,
}

impl Judged {
    fn is_good(&self, limit: Option<DelayLimitRecord>) -> bool {
        self.carries && limit.is_none_or(|limit| meets(limit, self.delay_s))
    }
}

fn judged(request: &PlanRequest, fleet: Fleet) -> Result<Judged, PlanError> {
    let result = rough(request, fleet)?;
    let statistic = consolidated_limit(request).map_or(Statistic::Mean, |limit| limit.statistic);
    Ok(Judged {
        delay_s: delay_s(&result, BatchState::Consolidated, statistic),
        carries: carries(request, &result),
    })
}

/// Provers in such number that more would not help.
fn plenty(request: &PlanRequest, provers_min: u32) -> u32 {
    let plenty = provers_min.saturating_mul(2).saturating_add(8);
    request.provers_max.map_or(plenty, |max| plenty.min(max))
}

/// N and A with the bounds that need no simulation.
#[derive(Debug, Clone, Copy)]
struct Pair {
    n: u32,
    aggregators: u32,
    /// With the fewest provers that are not behind for ever.
    cost_min: f64,
    /// With provers without number.
    delay_min_s: f64,
    /// The higher use of L1 and aggregators.
    utilization: f64,
}

/// What a fleet costs: dollars a batch, or machines where there is no price.
fn cost(request: &PlanRequest, provers: u32, n: u32, aggregators: u32) -> f64 {
    match request.prices {
        Some(prices) => {
            prices.usd_per_batch(provers + request.spares, aggregators, n, request.batches_per_s())
        }
        None => f64::from(provers) + f64::from(aggregators),
    }
}

pub(crate) fn cheapest(request: &PlanRequest, provers_min: u32) -> Result<Fleet, PlanError> {
    let limit = consolidated_limit(request);
    let plenty = plenty(request, provers_min);
    let pairs = pairs(request, provers_min)?;
    if let ([only], None, false) = (pairs.as_slice(), limit, request.closing == Closing::ProverFree) {
        // Nothing to choose between, and nothing to hold it against: the capacities alone decide.
        let Pair { n, aggregators, .. } = *only;
        return Ok(Fleet { provers: provers_min.min(plenty), batches_per_aggregation: n, aggregators });
    }
    let mut best: Option<(f64, f64, Fleet)> = None;
    let mut nearest: Option<(f64, Fleet)> = None;
    // Fleets that failed where nothing was crowded: with a larger group and no more machines they fail again.
    let mut failed: Vec<Fleet> = Vec::new();
    for pair in pairs {
        let Pair { n, aggregators, cost_min, delay_min_s, utilization } = pair;
        let provers_max = match best {
            None => plenty,
            Some((found, found_s, _)) => {
                if cost_min > found * (1.0 + 1e-9) {
                    break;
                }
                let affordable = affordable(request, pair, (provers_min, plenty), found);
                // At the same cost only a quicker pair is better.
                if affordable.is_none() && delay_min_s >= found_s {
                    continue;
                }
                affordable.unwrap_or(provers_min)
            }
        };
        let ample = Fleet { provers: provers_max, batches_per_aggregation: n, aggregators };
        let no_better = |known: &Fleet| {
            known.batches_per_aggregation <= n
                && known.provers >= provers_max
                && known.aggregators >= aggregators
        };
        if failed.iter().any(no_better) {
            continue;
        }
        let floor = judged(request, ample)?;
        if nearest.is_none_or(|(s, _)| floor.delay_s < s) {
            nearest = Some((floor.delay_s, ample));
        }
        if !floor.is_good(limit) {
            if utilization < CROWDED {
                failed.push(ample);
            }
            continue;
        }
        let provers = fewest(request, provers_min, ample)?;
        let fleet = Fleet { provers, ..ample };
        let found = cost(request, provers, n, aggregators);
        let better = best.is_none_or(|(c, s, _)| {
            found < c * (1.0 - 1e-9) || (found <= c * (1.0 + 1e-9) && floor.delay_s < s)
        });
        if better {
            best = Some((found, floor.delay_s, fleet));
        }
    }
    match (best, nearest, limit) {
        (Some((.., fleet)), ..) => Ok(fleet),
        (None, Some((best_s, fleet)), Some(limit)) => {
            Err(infeasible::too_slow(request, limit, best_s, fleet))
        }
        (None, Some((_, fleet)), None) => Err(infeasible::held_back(request, fleet)),
        _ => Err(infeasible::blocked(request)),
    }
}

/// The most provers that this pair may have and be cheaper than `found`; none if not even the fewest are.
fn affordable(
    request: &PlanRequest,
    pair: Pair,
    (provers_min, plenty): (u32, u32),
    found: f64,
) -> Option<u32> {
    let cheaper = |provers: u32| cost(request, provers, pair.n, pair.aggregators) < found * (1.0 - 1e-9);
    if !cheaper(provers_min) {
        return None;
    }
    let (mut low, mut high) = (provers_min, plenty + 1);
    while high - low > 1 {
        let middle = u32::midpoint(low, high);
        if cheaper(middle) { low = middle } else { high = middle }
    }
    Some(low)
}

/// The fewest provers between `provers_min` and those of `ample` that are good enough; `ample` is known to be.
///
/// Doubles the step up from `provers_min`, then bisects: delay never rises with provers on the same numbers.
pub(crate) fn fewest(request: &PlanRequest, provers_min: u32, ample: Fleet) -> Result<u32, PlanError> {
    let limit = consolidated_limit(request);
    if limit.is_none() && request.closing != Closing::ProverFree {
        return Ok(provers_min.min(ample.provers));
    }
    let holds =
        |provers: u32| judged(request, Fleet { provers, ..ample }).map(|judged| judged.is_good(limit));
    if provers_min >= ample.provers || holds(provers_min)? {
        return Ok(provers_min.min(ample.provers));
    }
    let (mut fails, mut step) = (provers_min, 1);
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

/// Every N that L1 carries, with the fewest aggregators that carry it and twice as many up to those that still
/// shorten it, cheapest first, of equal ones the quickest; those that no number of provers makes quick enough are
/// dropped, unless they all are.
fn pairs(request: &PlanRequest, provers_min: u32) -> Result<Vec<Pair>, PlanError> {
    let target = request.batches_per_s();
    let limit = consolidated_limit(request);
    let proofs_s = last_proof_s(request);
    let mut pairs = Vec::new();
    for n in request.batches_per_aggregation_tried() {
        let l1_use = target / group_capacity(n, 1, request.l1_work_s());
        if l1_use >= 1.0 - 1e-9 {
            continue;
        }
        let work_s = request.aggregation.work_s(n);
        let fewest = more_than(target * work_s / f64::from(n));
        let useful = request.aggregation.useful_aggregators(n).max(fewest);
        // More aggregators are tried only for a limit: they cost and the throughput does not need them.
        let aggregators_max = if limit.is_some() { useful } else { fewest };
        let mut aggregators = fewest;
        loop {
            let busy = target / group_capacity(n, aggregators, work_s);
            pairs.push(Pair {
                n,
                aggregators,
                cost_min: cost(request, provers_min, n, aggregators),
                delay_min_s: forming_s(request, n)
                    + proofs_s
                    + aggregation_min_s(request, n, aggregators)
                    + request.l1.mean_wait_s(),
                utilization: l1_use.max(busy),
            });
            if aggregators >= aggregators_max {
                break;
            }
            aggregators = (aggregators * 2).min(aggregators_max);
        }
    }
    let quickest = pairs.iter().map(|pair| pair.delay_min_s).fold(f64::INFINITY, f64::min);
    if pairs.is_empty() {
        return Err(infeasible::blocked(request));
    }
    if let Some(limit) = limit {
        // A hundredth is left for what the bound takes as fixed. The quickest stays, to say how near it comes.
        let within = |pair: &Pair| pair.delay_min_s <= limit.limit_s * 1.01 || pair.delay_min_s == quickest;
        pairs.retain(within);
    }
    pairs.sort_by(|a, b| a.cost_min.total_cmp(&b.cost_min).then(a.delay_min_s.total_cmp(&b.delay_min_s)));
    Ok(pairs)
}

/// From the closing of a group's last batch to its last proof verified in order: a lower bound, s.
fn last_proof_s(request: &PlanRequest) -> f64 {
    let (prove, interval_s) = (&request.prove, request.interval_s());
    match consolidated_limit(request).map(|limit| limit.statistic) {
        Some(Statistic::P99) => slowest_quantile_s(prove, u32::MAX, interval_s, 0.99),
        Some(Statistic::P50) => slowest_quantile_s(prove, u32::MAX, interval_s, 0.5),
        Some(Statistic::Mean) => slowest_mean_s(prove, u32::MAX, interval_s),
        // Without a limit this only orders pairs of one cost, for all of which it is the same.
        None => prove.mean_s(),
    }
}

/// Lower bound on the time to aggregate, s: the levels, or the work divided among all.
fn aggregation_min_s(request: &PlanRequest, n: u32, aggregators: u32) -> f64 {
    let aggregation = &request.aggregation;
    let shared_s = aggregation.work_s(n) / f64::from(aggregators);
    match aggregation {
        Aggregation::FixedTotal { total } => total.mean_s(),
        Aggregation::Fold { .. } => aggregation.work_s(n),
        Aggregation::Tree { arity, merge } => {
            shared_s.max(f64::from(tree_levels(n, (*arity).max(2))) * merge.mean_s())
        }
    }
}
