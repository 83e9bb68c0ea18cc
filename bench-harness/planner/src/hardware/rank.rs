//! Machines in order of cost for one request, and two of them side by side.

use rayon::prelude::*;
use records::laws::Reach;
use records::plan::answers::{CatalogueMachineRecord, MachineComparisonRecord, MachineFleetRecord};
use records::plan::{RecommendationRecord, Statistic};

use crate::error::PlanError;
use crate::formulas::capacity::whole_at_least;
use crate::formulas::corrected::in_order_floor_s;
use crate::hardware::catalogue::{Catalogue, Machine};
use crate::hardware::predict::{MeasuredProver, Neighbours, Prediction};
use crate::hardware::split::{Division, divisions};
use crate::plan::needs::consolidated_limit;
use crate::plan::recommendation;
use crate::plan::request::PlanRequest;
use crate::scaling::turn::turning_fraction;

/// Every machine of the catalogue, cheapest first, those without a price after those with one by number of
/// machines, and those that cannot do it last.
///
/// Every N is considered anew on each machine; `base`, the recommendation where the prover was measured, says which
/// splits of a machine are worth a search.
pub fn rank(
    request: &PlanRequest,
    base: &RecommendationRecord,
    catalogue: &Catalogue,
    prover: &MeasuredProver,
) -> Vec<CatalogueMachineRecord> {
    let machines = catalogue.machines().par_iter();
    let mut ranked: Vec<CatalogueMachineRecord> =
        machines.map(|machine| placed(request, base, machine, prover)).collect();
    // Stable: equal machines keep the catalogue's order, a user's own first.
    ranked.sort_by(|a, b| order(a).partial_cmp(&order(b)).unwrap_or(std::cmp::Ordering::Equal));
    ranked
}

fn order(machine: &CatalogueMachineRecord) -> (u8, f64) {
    match &machine.fleet {
        Some(MachineFleetRecord { usd_per_hour: Some(usd), .. }) => (0, *usd),
        Some(fleet) => (1, f64::from(fleet.machines)),
        None => (2, 0.0),
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
    Ok(MachineComparisonRecord {
        first: placed(request, base, first, prover),
        second: placed(request, base, second, prover),
        turning_fraction,
    })
}

/// A machine with the fleet it would take, or why there is none.
fn placed(
    request: &PlanRequest,
    base: &RecommendationRecord,
    machine: &Machine,
    prover: &MeasuredProver,
) -> CatalogueMachineRecord {
    let (fleet, problem) = match place(request, base, machine, prover) {
        Ok(fleet) => (Some(fleet), None),
        Err(error) => (None, Some(error.to_string())),
    };
    CatalogueMachineRecord { id: machine.id.clone(), fleet, problem }
}

/// The cheapest way to use a machine: its cores split into provers so that the fewest machines are needed,
/// and of equal ones the faster prover.
fn place(
    request: &PlanRequest,
    base: &RecommendationRecord,
    machine: &Machine,
    prover: &MeasuredProver,
) -> Result<MachineFleetRecord, PlanError> {
    let mut best: Option<(u32, Prediction, Division)> = None;
    let mut first_error = None;
    for division in divisions(machine, prover)? {
        let prediction = match &division.prediction {
            Ok(prediction) if division.fits > 0 => *prediction,
            Ok(_) => continue,
            Err(error) => {
                first_error = first_error.or(Some(error.clone()));
                continue;
            }
        };
        let needed = request.batches_per_s() * prediction.prove_s;
        let machines = whole_at_least(needed / f64::from(division.fits)).max(1);
        let better = best
            .as_ref()
            .is_none_or(|(m, fastest, _)| (machines, prediction.prove_s) < (*m, fastest.prove_s));
        if better && soon_enough(request, base, prediction.prove_s)? {
            best = Some((machines, prediction, division));
        }
    }
    let Some((_, prediction, Division { cores_per_prover, fits, .. })) = best else {
        let field = format!("provers on {}", machine.id);
        return Err(first_error
            .unwrap_or_else(|| PlanError::bad(&field, "a split that fits and is fast enough", "none")));
    };
    let prove_s = prediction.prove_s;
    let scaled = request.clone().with_prove_scaled(prove_s / request.prove.mean_s())?;
    let (found, result) = recommendation::quick(&scaled)?;
    let provers = found.provers + request.spares;
    let machines = provers.div_ceil(fits);
    Ok(MachineFleetRecord {
        cores_per_prover,
        provers_per_machine: fits,
        provers,
        machines,
        prove_s,
        basis: basis(prediction),
        usd_per_hour: machine.usd_per_hour.map(|usd| usd * f64::from(machines)),
        delay_s_mean: result.consolidated.mean_s.value,
        delay_s_p99: result.consolidated.p99_s.value,
    })
}

/// What a predicted time is based on, in words.
fn basis(prediction: Prediction) -> String {
    let Prediction { prove_s: _, basis, reach, neighbours } = prediction;
    let cores = if reach == Reach::Within { "" } else { ", MORE CORES" };
    let alone = if neighbours == Neighbours::Unknown { ", SOLO" } else { "" };
    basis.words().to_owned() + cores + alone
}

/// Whether a prover of this mean time can meet the limit at all: the in-order floor and what comes after it.
fn soon_enough(request: &PlanRequest, base: &RecommendationRecord, prove_s: f64) -> Result<bool, PlanError> {
    let Some(limit) = consolidated_limit(request) else {
        return Ok(true);
    };
    let (n, interval_s) = (base.batches_per_aggregation, request.interval_s());
    let prove = request.prove.scaled(prove_s / request.prove.mean_s())?;
    let q = match limit.statistic {
        Statistic::P99 => 0.99,
        // Means lie a little above medians; the search that follows decides.
        Statistic::Mean | Statistic::P50 => 0.5,
    };
    let after_s = request.aggregation.latency_min_s(n, base.aggregators) + request.l1.mean_wait_s();
    Ok(in_order_floor_s(&prove, n, interval_s, q) + after_s <= limit.limit_s)
}
