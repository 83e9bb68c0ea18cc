//! Vertical against horizontal on one machine: few provers of many cores, or many of few.

use records::plan::RecommendationRecord;
use records::plan::answers::SplitRecord;

use crate::error::{PlanError, positive};
use crate::formulas::capacity::whole_at_most;
use crate::formulas::corrected::in_order_floor_s;
use crate::hardware::catalogue::Machine;
use crate::hardware::predict::{MeasuredProver, Prediction};
use crate::plan::needs::more_than;
use crate::plan::request::PlanRequest;

/// A machine split into provers of equal size.
pub(crate) struct Division {
    /// Cores of each prover.
    pub(crate) cores_per_prover: u32,
    /// Provers that fit on one machine, by cores and by memory.
    pub(crate) fits: u32,
    /// The time of each, or why none can be predicted.
    pub(crate) prediction: Result<Prediction, PlanError>,
}

/// A machine split into provers of 1, 2, 4, … cores, up to all that it has.
///
/// # Errors
/// [`PlanError::BadInput`] if its cores are unknown.
pub(crate) fn divisions(machine: &Machine, prover: &MeasuredProver) -> Result<Vec<Division>, PlanError> {
    let Some(cores) = machine.cores else {
        return Err(PlanError::bad(&format!("cores of {}", machine.id), "a number", "unknown"));
    };
    let counts = std::iter::successors(Some(1_u32), |count| count.checked_mul(2));
    let division = |cores_per_prover| Division {
        cores_per_prover,
        fits: prover.fit_on(machine, cores_per_prover).unwrap_or(0),
        prediction: prover.on_machine(machine, cores_per_prover),
    };
    Ok(counts.take_while(|count| *count <= cores).map(division).collect())
}

/// Splits for a fixed target (`budget` none: as many machines as the target takes) or for a fixed budget in
/// dollars an hour (as many as it pays). From one core a prover to all of a machine's, as far as was measured.
///
/// # Errors
/// [`PlanError::BadInput`] if the machine's cores, or for a budget its price, are unknown.
pub fn splits(
    request: &PlanRequest,
    base: &RecommendationRecord,
    machine: &Machine,
    prover: &MeasuredProver,
    budget_usd_per_hour: Option<f64>,
) -> Result<Vec<SplitRecord>, PlanError> {
    let divisions = divisions(machine, prover)?;
    let paid = budget_usd_per_hour.map(|budget| machines_for(machine, budget)).transpose()?;
    let (n, interval_s) = (base.batches_per_aggregation, request.interval_s());
    let mut rows = Vec::new();
    for Division { cores_per_prover, fits, prediction } in divisions {
        let (Ok(Prediction { prove_s, neighbours, .. }), true) = (prediction, fits > 0) else { continue };
        let scaled = request.prove.scaled(prove_s / request.prove.mean_s())?;
        let needed = more_than(request.batches_per_s() * prove_s) + request.spares;
        let machines = paid.unwrap_or_else(|| needed.div_ceil(fits));
        let provers = if paid.is_some() { machines * fits } else { needed };
        rows.push(SplitRecord {
            cores_per_prover,
            prove_s,
            neighbours: neighbours.words(),
            provers,
            machines,
            usd_per_hour: machine.usd_per_hour.map(|usd| usd * f64::from(machines)),
            throughput_batches_per_s: f64::from(provers) / prove_s,
            proof_p50_s: in_order_floor_s(&scaled, n, interval_s, 0.5) - f64::from(n) * interval_s,
        });
    }
    Ok(rows)
}

/// Machines that a budget in dollars an hour pays.
fn machines_for(machine: &Machine, budget_usd_per_hour: f64) -> Result<u32, PlanError> {
    let Some(price) = machine.usd_per_hour else {
        return Err(PlanError::bad(&format!("price of {}", machine.id), "dollars an hour", "unknown"));
    };
    Ok(whole_at_most(positive("budget_usd_per_hour", budget_usd_per_hour)? / price))
}
