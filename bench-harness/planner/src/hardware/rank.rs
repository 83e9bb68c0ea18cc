//! Machines in order of cost for one request, and two of them side by side.

use rayon::prelude::*;
use records::laws::Reach;
use records::plan::answers::{CatalogueMachineRecord, MachineComparisonRecord, MachineFleetRecord};
use records::plan::{RecommendationRecord, Statistic};

use crate::error::PlanError;
use crate::formulas::capacity::whole_at_least;
use crate::formulas::corrected::in_order_floor_s;
use crate::hardware::catalogue::{Catalogue, Machine};
use crate::hardware::fleet::{Division, Times, divisions};
use crate::hardware::predict::{MeasuredProver, Neighbours, Prediction};
use crate::hardware::shopping::{DailyUse, FleetToHouse, Offer, list};
use crate::plan::Fleet;
use crate::plan::needs::consolidated_limit;
use crate::plan::recommendation;
use crate::plan::request::PlanRequest;
use crate::scaling::turn::turning_fraction;
use crate::sim::Simulated;

/// Every machine of the catalogue: first those that were measured or are of the same family, then guesses across
/// families, and those that cannot do it last. Of each the cheapest first, those without a price after those with one by
/// number of machines.
///
/// Every N is considered anew on each machine; `base`, the recommendation where the prover was measured, says which
/// splits of a machine are worth a search.
pub fn rank(
    request: &PlanRequest,
    base: &RecommendationRecord,
    catalogue: &Catalogue,
    prover: &MeasuredProver,
) -> Vec<CatalogueMachineRecord> {
    let machines: Vec<&Machine> = catalogue.machines().iter().collect();
    let mut ranked = placed(request, base, &machines, prover);
    // Stable: equal machines keep the catalogue's order, a user's own first.
    ranked.sort_by(|a, b| order(a).partial_cmp(&order(b)).unwrap_or(std::cmp::Ordering::Equal));
    ranked
}

fn order(machine: &CatalogueMachineRecord) -> (u8, u8, f64) {
    let Some(fleet) = &machine.fleet else { return (2, 0, 0.0) };
    let guess = u8::from(fleet.order.is_guess);
    match fleet.usd_per_hour {
        Some(usd) => (guess, 0, usd),
        None => (guess, 1, f64::from(fleet.machines)),
    }
}

/// Compares two machines of the catalogue.
///
/// # Errors
/// [`PlanError::BadInput`] for an id that is not there.
pub fn compare(
    request: &PlanRequest,
    base: &RecommendationRecord,
    catalogue: &Catalogue,
    prover: &MeasuredProver,
    ids: (&str, &str),
) -> Result<MachineComparisonRecord, PlanError> {
    let (first, second) = (catalogue.find(ids.0)?, catalogue.find(ids.1)?);
    let whole = |machine: &Machine| Some((f64::from(machine.cores?), machine.clock_ghz?.0));
    let turning_fraction = match (whole(first), whole(second)) {
        (Some(a), Some(b)) => turning_fraction(a, b),
        _ => None,
    };
    let mut placed = placed(request, base, &[first, second], prover).into_iter();
    match (placed.next(), placed.next()) {
        (Some(first), Some(second)) => Ok(MachineComparisonRecord { first, second, turning_fraction }),
        _ => unreachable!("one record a machine"),
    }
}

/// Each machine with the fleet it would take, or why there is none.
fn placed(
    request: &PlanRequest,
    base: &RecommendationRecord,
    machines: &[&Machine],
    prover: &MeasuredProver,
) -> Vec<CatalogueMachineRecord> {
    let splits: Vec<_> =
        machines.iter().map(|machine| cheapest_split(request, base, machine, prover)).collect();
    // Sizes of one family have the same times and prices a core: one search serves them all.
    let mut searched: Vec<&PlanRequest> = Vec::new();
    for split in splits.iter().flatten() {
        if !searched.contains(&&split.request) {
            searched.push(&split.request);
        }
    }
    let found: Vec<_> = searched.par_iter().map(|request| recommendation::quick(request)).collect();
    let fleet = |machine: &Machine, split: &Result<Split, PlanError>| {
        let split = split.as_ref().map_err(Clone::clone)?;
        let fleets = searched.iter().zip(&found).find(|(searched, _)| **searched == &split.request);
        let Some((_, found)) = fleets else { unreachable!("every request was searched") };
        let (fleet, result) = found.as_ref().map_err(Clone::clone)?;
        order_of(machine, split, *fleet, result)
    };
    let record = |(machine, split): (&&Machine, &Result<Split, PlanError>)| {
        let (fleet, problem) = match fleet(machine, split) {
            Ok(fleet) => (Some(fleet), None),
            Err(error) => (None, Some(error.to_string())),
        };
        CatalogueMachineRecord { id: machine.id.clone(), fleet, problem }
    };
    machines.iter().zip(&splits).map(record).collect()
}

/// A machine as it is to be used.
struct Split {
    times: Times,
    /// Provers that fit on one.
    fits: u32,
    /// What is asked, with the times and the price of the machine.
    request: PlanRequest,
}

/// The cheapest way to use a machine: its cores split into provers so that the fewest machines are needed,
/// and of equal ones the faster prover. Machines hold provers, spares and aggregators.
fn cheapest_split(
    request: &PlanRequest,
    base: &RecommendationRecord,
    machine: &Machine,
    prover: &MeasuredProver,
) -> Result<Split, PlanError> {
    let mut best: Option<(u32, Split)> = None;
    let mut first_error = None;
    let (rate, n) = (request.batches_per_s(), base.batches_per_aggregation);
    for Division { cores_per_prover: _, fits, times } in divisions(request, machine, prover)? {
        let times = match times {
            Ok(times) if fits > 0 => times,
            Ok(_) => continue,
            Err(error) => {
                first_error = first_error.or(Some(error));
                continue;
            }
        };
        let provers = request.provers_rented(whole_at_least(rate * times.prove.prove_s).max(1));
        let aggregators = request.aggregators_rented(times.aggregators_for(request, n, rate)?);
        let Some(machines) = times.machines(provers, aggregators) else { continue };
        let prove_s = times.prove.prove_s;
        let fewer = best
            .as_ref()
            .is_none_or(|(fewest, split)| (machines, prove_s) < (*fewest, split.times.prove.prove_s));
        let scaled = times.request(request, machine)?;
        if fewer && soon_enough(&scaled, base)? {
            best = Some((machines, Split { times, fits, request: scaled }));
        }
    }
    let Some((_, split)) = best else {
        let field = format!("provers on {}", machine.id);
        return Err(first_error
            .unwrap_or_else(|| PlanError::bad(&field, "a split that fits and is fast enough", "none")));
    };
    Ok(split)
}

/// A fleet with the times of a machine, packed.
fn order_of(
    machine: &Machine,
    split: &Split,
    found: Fleet,
    result: &Simulated,
) -> Result<MachineFleetRecord, PlanError> {
    let Split { times: Times { prove, merge, prover, aggregator, .. }, fits, request: scaled } = split;
    let (prove, merge, prover, aggregator) = (*prove, *merge, *prover, *aggregator);
    let n = found.batches_per_aggregation;
    let fleet = FleetToHouse::with_spares(scaled, found, prover, aggregator);
    let order = list(&fleet, &Offer::of(machine, prove.basis)?, &DailyUse::at_target(scaled, n))?;
    Ok(MachineFleetRecord {
        cores_per_prover: prover.cores,
        provers_per_machine: *fits,
        provers: scaled.provers_rented(found.provers),
        batches_per_aggregation: n,
        aggregators: scaled.aggregators_rented(fleet.aggregators),
        machines: order.machines,
        prove_s: prove.prove_s,
        merge_s: merge.merge_s,
        merge_basis: merge.scaling.words().to_owned(),
        basis: basis(prove),
        usd_per_hour: order.usd_per_hour,
        delay_s_mean: result.consolidated.mean_s.value,
        delay_s_p99: result.consolidated.p99_s.value,
        order,
    })
}

/// What a predicted time is based on, in words.
fn basis(prediction: Prediction) -> String {
    let Prediction { prove_s: _, basis, reach, neighbours } = prediction;
    let cores = if reach == Reach::Within { "" } else { ", MORE CORES" };
    let alone = if neighbours == Neighbours::Unknown { ", SOLO" } else { "" };
    basis.words().to_owned() + cores + alone
}

/// Whether a fleet with these times can meet the limit at all: the in-order floor and what comes after it.
fn soon_enough(request: &PlanRequest, base: &RecommendationRecord) -> Result<bool, PlanError> {
    let Some(limit) = consolidated_limit(request) else {
        return Ok(true);
    };
    let (n, interval_s) = (base.batches_per_aggregation, request.interval_s());
    let q = match limit.statistic {
        Statistic::P99 => 0.99,
        // Means lie a little above medians; the search that follows decides.
        Statistic::Mean | Statistic::P50 => 0.5,
    };
    let after_s = request.aggregation.latency_min_s(n, base.aggregators) + request.l1.mean_wait_s();
    Ok(in_order_floor_s(&request.prove, n, interval_s, q) + after_s <= limit.limit_s)
}
