//! The designs nearest to the recommended one: smaller and larger groups, each on its cheapest fleet.

use records::plan::{AlternativeRecord, RecommendationRecord};

use crate::error::PlanError;
use crate::plan::fleet::Fleet;
use crate::plan::frontier::{Corner, aggregators, cheapest_corner, provers};
use crate::plan::judge::{Judge, Judged};
use crate::plan::needs::{batches_per_aggregation_min, consolidated_limit};
use crate::plan::objective::cost;
use crate::plan::request::{BATCHES_PER_AGGREGATION_MAX, PlanRequest};
use crate::plan::run_length::{is_large, look_batches};
use crate::plan::search::is_simulated;
use crate::plan::simulations::Simulations;

/// Batches that may be simulated for all of them.
const BATCHES: u64 = 250_000;
/// Batches of a first look above which other groups are not looked at.
const LOOK_MAX: u64 = 60_000;
/// First looks that the search of one of them takes.
const LOOKS: u64 = 10;

/// Up to three others: half of N, twice N, and a quarter more provers at the same N.
///
/// # Errors
/// None that the request did not have.
pub(crate) fn of(
    simulations: &mut Simulations<'_>,
    choice: &RecommendationRecord,
) -> Result<Vec<AlternativeRecord>, PlanError> {
    let request = simulations.request;
    let chosen = Fleet::of(choice);
    let mut rows = Vec::new();
    if is_large(request, chosen) {
        return Ok(rows);
    }
    let is_searched = look_batches(request, chosen) * LOOKS <= BATCHES;
    let mut judge = Judge::new(request, BATCHES);
    for n in other_groups(request, chosen.batches_per_aggregation) {
        let fleet = match is_simulated(request) {
            // Where a search takes long, what carries the load.
            true if look_batches(request, chosen) > LOOK_MAX => continue,
            true if !is_searched => Fleet {
                provers: chosen.provers,
                batches_per_aggregation: n,
                aggregators: aggregators(request, n).min,
            },
            true => match cheapest_corner(&mut judge, n, None)? {
                Corner::Found(fleet) | Corner::None(Some((fleet, _))) => fleet,
                Corner::None(None) => continue,
            },
            false => Fleet {
                provers: provers(request).min,
                batches_per_aggregation: n,
                aggregators: aggregators(request, n).min,
            },
        };
        rows.push(record(simulations, fleet)?);
    }
    if !request.is_fleet_fixed() {
        let more = chosen.provers.saturating_add((chosen.provers / 4).max(1));
        let provers = more.min(provers(request).max);
        if provers > chosen.provers {
            rows.push(record(simulations, Fleet { provers, ..chosen })?);
        }
    }
    Ok(rows)
}

/// Half and twice `n`, where N is free and L1 carries them.
fn other_groups(request: &PlanRequest, n: u32) -> Vec<u32> {
    if request.batches_per_aggregation.is_some() {
        return Vec::new();
    }
    let min = batches_per_aggregation_min(request);
    let others = [(n / 2).max(min), n.saturating_mul(2).min(BATCHES_PER_AGGREGATION_MAX)];
    others.into_iter().filter(|other| *other != n).collect()
}

fn record(simulations: &mut Simulations<'_>, fleet: Fleet) -> Result<AlternativeRecord, PlanError> {
    let request = simulations.request;
    let result = simulations.fair(fleet)?;
    let judged = Judged::new(request, fleet, result);
    let cost = cost(request, fleet);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a whole number of cores")]
    Ok(AlternativeRecord {
        option: None,
        provers: fleet.provers,
        batches_per_aggregation: fleet.batches_per_aggregation,
        aggregators: fleet.aggregators,
        cores: cost.cores as u64,
        usd_per_unit: request.prices.map(|_| cost.amount),
        p99_s: result.consolidated.p99_s.value,
        p99_half_width_s: result.consolidated.p99_s.half_width,
        verdict: consolidated_limit(request).map(|_| judged.verdict),
    })
}
