//! Vertical against horizontal on one machine: few provers of many cores, or many of few.

use records::plan::answers::SplitRecord;

use crate::error::{PlanError, positive};
use crate::formulas::corrected::in_order_floor_s;
use crate::hardware::catalogue::Machine;
use crate::hardware::predict::{MeasuredProver, Neighbours};
use crate::plan::recommendation::Recommendation;
use crate::plan::request::PlanRequest;

/// One way to split machines into provers.
#[derive(Debug, Clone, PartialEq)]
pub struct Split {
    /// Cores of each prover.
    pub cores_per_prover: u32,
    /// Time to prove a batch, s.
    pub prove_s: f64,
    /// Whether the others on the machine are in that time.
    pub neighbours: Neighbours,
    /// Provers in all.
    pub provers: u32,
    /// Machines in all.
    pub machines: u32,
    /// Their price; unknown where the catalogue has none.
    pub usd_per_hour: Option<f64>,
    /// What they carry, batches/s.
    pub throughput_batches_per_s: f64,
    /// Median time from a batch's closing to its proof and all before it, with provers enough, s.
    pub proof_p50_s: f64,
}

impl Split {
    /// The split as a record.
    pub fn to_record(&self) -> SplitRecord {
        SplitRecord {
            cores_per_prover: self.cores_per_prover,
            prove_s: self.prove_s,
            neighbours: self.neighbours.words(),
            provers: self.provers,
            machines: self.machines,
            usd_per_hour: self.usd_per_hour,
            throughput_batches_per_s: self.throughput_batches_per_s,
            proof_p50_s: self.proof_p50_s,
        }
    }
}

/// Splits for a fixed target (`budget` none: as many machines as the target takes) or for a fixed budget in
/// dollars an hour (as many as it pays). From one core a prover to all of a machine's, as far as was measured.
///
/// # Errors
/// [`PlanError::BadInput`] if the machine's cores, or for a budget its price, are unknown.
pub fn splits(
    request: &PlanRequest,
    base: &Recommendation,
    machine: &Machine,
    prover: &MeasuredProver,
    budget_usd_per_hour: Option<f64>,
) -> Result<Vec<Split>, PlanError> {
    let Some(cores) = machine.cores else {
        return Err(PlanError::bad(&format!("cores of {}", machine.id), "a number", "unknown"));
    };
    let paid = match budget_usd_per_hour {
        None => None,
        Some(budget) => {
            let Some(price) = machine.usd_per_hour else {
                return Err(PlanError::bad(
                    &format!("price of {}", machine.id),
                    "dollars an hour",
                    "unknown",
                ));
            };
            Some(whole(positive("budget_usd_per_hour", budget)? / price))
        }
    };
    let mut rows = Vec::new();
    let mut cores_per_prover = 1;
    while cores_per_prover <= cores {
        let fits = prover.fit_on(machine, cores_per_prover).unwrap_or(0);
        if let (Ok(prediction), true) = (prover.on_machine(machine, cores_per_prover), fits > 0) {
            let scaled = request.prove().scaled(prediction.prove_s / request.prove().mean_s())?;
            let needed = whole(request.batches_per_s() * prediction.prove_s) + 1 + request.spares();
            let machines = paid.unwrap_or_else(|| needed.div_ceil(fits));
            let provers = if paid.is_some() { machines * fits } else { needed };
            let interval_s = request.interval_s();
            rows.push(Split {
                cores_per_prover,
                prove_s: prediction.prove_s,
                neighbours: prediction.neighbours,
                provers,
                machines,
                usd_per_hour: machine.usd_per_hour.map(|usd| usd * f64::from(machines)),
                throughput_batches_per_s: f64::from(provers) / prediction.prove_s,
                proof_p50_s: in_order_floor_s(&scaled, base.batches_per_aggregation, interval_s, 0.5)
                    - f64::from(base.batches_per_aggregation) * interval_s,
            });
        }
        cores_per_prover *= 2;
    }
    Ok(rows)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates; never negative")]
fn whole(x: f64) -> u32 {
    (x * (1.0 + 1e-9)).floor() as u32
}
