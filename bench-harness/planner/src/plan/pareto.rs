//! Cost against delay: the fleets that no other beats in both.

use records::plan::{ParetoRecord, RecommendationRecord};

use crate::domain::Prices;
use crate::error::PlanError;
use crate::plan::fleet::Fleet;
use crate::plan::fleet_estimate::rough;
use crate::plan::needs::capacity_of;
use crate::plan::needs::provers_min;
use crate::plan::request::PlanRequest;
use crate::plan::run_length::look_batches;

/// Batches of all first looks together.
const BATCHES: u64 = 250_000;
/// Fleets of which fewer are no front.
const FLEETS_MIN: u64 = 4;

/// The front around `choice`: more provers, and smaller and larger groups. Cheapest first.
///
/// # Errors
/// None that the request did not have.
pub(crate) fn front(
    request: &PlanRequest,
    choice: &RecommendationRecord,
) -> Result<Vec<ParetoRecord>, PlanError> {
    let affordable = BATCHES / look_batches(request, Fleet::of(choice)).max(1);
    if affordable < FLEETS_MIN {
        return Ok(Vec::new());
    }
    let min = provers_min(request);
    let n = choice.batches_per_aggregation;
    let sizes = if request.batches_per_aggregation.is_some() { vec![n] } else { vec![n, n * 2, n * 4] };
    let mut points = Vec::new();
    for n in sizes {
        for provers in [min, min + 1, min + 2, min + 4, min + min / 4 + 4, min + min / 2 + 8] {
            let fleet = Fleet { provers, batches_per_aggregation: n, aggregators: choice.aggregators };
            let allowed = request.provers_max.is_none_or(|max| provers <= max);
            let carries = capacity_of(request, fleet) >= request.batches_per_s() * (1.0 - 1e-9);
            if allowed && carries && (points.len() as u64) < affordable {
                points.push(point(request, fleet)?);
            }
        }
    }
    Ok(undominated(points))
}

fn point(request: &PlanRequest, fleet: Fleet) -> Result<ParetoRecord, PlanError> {
    let Fleet { provers, batches_per_aggregation, aggregators } = fleet;
    let (rented, merging) = (request.provers_rented(provers), request.aggregators_rented(aggregators));
    let cost = |prices: Prices| {
        prices.usd_per_batch(rented, merging, batches_per_aggregation, request.batches_per_s())
    };
    Ok(ParetoRecord {
        provers,
        batches_per_aggregation,
        aggregators,
        machines: rented.saturating_add(merging),
        usd_per_batch: request.prices_for(batches_per_aggregation).map(cost),
        p99_s: rough(request, fleet)?.consolidated.p99_s.value,
    })
}

/// Points by cost, each with a delay at least one per cent below that of every cheaper one.
fn undominated(mut points: Vec<ParetoRecord>) -> Vec<ParetoRecord> {
    let cost = |point: &ParetoRecord| point.usd_per_batch.unwrap_or(f64::from(point.machines));
    points.sort_by(|a, b| cost(a).total_cmp(&cost(b)).then(a.p99_s.total_cmp(&b.p99_s)));
    let mut best_s = f64::INFINITY;
    points.retain(|point| {
        let better = point.p99_s < best_s * 0.99;
        if better {
            best_s = point.p99_s;
        }
        better
    });
    points
}
