//! Vertical against horizontal on one machine: few provers of many cores, or many of few.

use records::plan::RecommendationRecord;
use records::plan::answers::SplitRecord;

use crate::error::{PlanError, positive};
use crate::formulas::capacity::whole_at_most;
use crate::formulas::corrected::in_order_floor_s;
use crate::hardware::catalogue::Machine;
use crate::hardware::fleet::{Division, Times, divisions};
use crate::hardware::predict::MeasuredProver;
use crate::plan::needs::more_than;
use crate::plan::request::PlanRequest;

/// Splits for a fixed target (`budget` none: as many machines as the target takes) or for a fixed budget in
/// dollars an hour (as many as it pays). From one core a prover to all of a machine's, as far as was measured. Machines
/// hold the provers, and the aggregators that carry what they prove.
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
    let divisions = divisions(request, machine, prover)?;
    let paid = budget_usd_per_hour.map(|budget| machines_for(machine, budget)).transpose()?;
    let (n, interval_s) = (base.batches_per_aggregation, request.interval_s());
    let mut rows = Vec::new();
    for Division { cores_per_prover, fits, times } in divisions {
        let (Ok(times), true) = (times, fits > 0) else { continue };
        let prove_s = times.prove.prove_s;
        let counts = match paid {
            Some(machines) => carried_by(request, n, &times, machines)?,
            None => needed_for(request, n, &times)?,
        };
        let Some((provers, aggregators, machines)) = counts else { continue };
        let scaled = request.prove.scaled(prove_s / request.prove.mean_s())?;
        rows.push(SplitRecord {
            cores_per_prover,
            prove_s,
            neighbours: times.prove.neighbours.words(),
            provers,
            aggregators,
            cores_per_aggregator: times.merge.cores,
            merge_s: times.merge.merge_s,
            machines,
            usd_per_hour: machine.usd_per_hour.map(|usd| usd * f64::from(machines)),
            throughput_batches_per_s: f64::from(provers) / prove_s,
            proof_p50_s: in_order_floor_s(&scaled, n, interval_s, 0.5) - f64::from(n) * interval_s,
        });
    }
    Ok(rows)
}

/// Provers with spares, aggregators and machines for the target.
fn needed_for(request: &PlanRequest, n: u32, times: &Times) -> Result<Option<(u32, u32, u32)>, PlanError> {
    let rate = request.batches_per_s();
    let provers = request.provers_rented(more_than(rate * times.prove.prove_s));
    let aggregators = request.aggregators_rented(times.aggregators_for(request, n, rate)?);
    Ok(times.machines(provers, aggregators).map(|machines| (provers, aggregators, machines)))
}

/// The most provers, with the aggregators that carry what they prove, on so many machines.
fn carried_by(
    request: &PlanRequest,
    n: u32,
    times: &Times,
    machines: u32,
) -> Result<Option<(u32, u32, u32)>, PlanError> {
    let (mut fits, mut over) =
        (0_u32, machines.saturating_mul(times.room.fits(times.prover)).saturating_add(1));
    while over - fits > 1 {
        let provers = u32::midpoint(fits, over);
        let aggregators = times.aggregators_for(request, n, f64::from(provers) / times.prove.prove_s)?;
        if times.machines(provers, aggregators).is_some_and(|needed| needed <= machines) {
            fits = provers;
        } else {
            over = provers;
        }
    }
    let aggregators = times.aggregators_for(request, n, f64::from(fits) / times.prove.prove_s)?;
    Ok((fits > 0).then_some((fits, aggregators, machines)))
}

/// Machines that a budget in dollars an hour pays.
fn machines_for(machine: &Machine, budget_usd_per_hour: f64) -> Result<u32, PlanError> {
    let Some(price) = machine.usd_per_hour else {
        return Err(PlanError::bad(&format!("price of {}", machine.id), "dollars an hour", "unknown"));
    };
    Ok(whole_at_most(positive("budget_usd_per_hour", budget_usd_per_hour)? / price))
}
