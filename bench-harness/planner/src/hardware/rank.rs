//! Machines in order of cost for one request, and two of them side by side.

use rayon::prelude::*;
use records::plan::answers::{MachineFleetRecord, MachineRecord};

use crate::domain::{State, Statistic};
use crate::error::PlanError;
use crate::formulas::corrected::in_order_floor_s;
use crate::hardware::catalogue::{Catalogue, Machine};
use crate::hardware::predict::{Basis, MeasuredProver, Neighbours};
use crate::plan::fleet_estimate::limited_s;
use crate::plan::needs::consolidated_limit;
use crate::plan::recommendation::{self, Recommendation};
use crate::plan::request::PlanRequest;
use crate::scaling::Reach;
use crate::scaling::turn::turning_fraction;

/// A machine with the fleet it would take, or why there is none.
#[derive(Debug, Clone, PartialEq)]
pub struct Ranked {
    /// The machine's id.
    pub id: String,
    /// The fleet, or the reason in words.
    pub placed: Result<Placed, String>,
}

/// A fleet on one kind of machine.
#[derive(Debug, Clone, PartialEq)]
pub struct Placed {
    /// Cores of each prover.
    pub cores_per_prover: u32,
    /// Provers on one machine.
    pub provers_per_machine: u32,
    /// Time to prove a batch there, s.
    pub prove_s: f64,
    /// What that time stands on.
    pub basis: Basis,
    /// How far its core count is from those measured.
    pub reach: Reach,
    /// Whether the others on the machine are in that time.
    pub neighbours: Neighbours,
    /// Provers, spares included.
    pub provers: u32,
    /// Batches per aggregation.
    pub batches_per_aggregation: u32,
    /// Machines for the provers.
    pub machines: u32,
    /// Their price; unknown where the catalogue has none.
    pub usd_per_hour: Option<f64>,
    /// Mean delay to consolidated, oldest transaction, s.
    pub mean_s: f64,
    /// 99th percentile of it, s.
    pub p99_s: f64,
}

impl Ranked {
    /// The machine as a record.
    pub fn to_record(&self) -> MachineRecord {
        let Self { id, placed } = self;
        let fleet = placed.as_ref().ok().map(|placed| {
            let Placed {
                cores_per_prover,
                provers_per_machine,
                prove_s,
                basis,
                reach,
                neighbours,
                provers,
                batches_per_aggregation: _,
                machines,
                usd_per_hour,
                mean_s,
                p99_s,
            } = *placed;
            let beyond = match reach {
                Reach::Within => "",
                Reach::Beyond { .. } | Reach::Far { .. } => ", MORE CORES",
            };
            let alone = match neighbours {
                Neighbours::None | Neighbours::Measured { .. } => "",
                Neighbours::Unknown => ", SOLO",
            };
            MachineFleetRecord {
                cores_per_prover,
                provers_per_machine,
                provers,
                machines,
                prove_s,
                basis: basis.words().to_owned() + beyond + alone,
                usd_per_hour,
                delay_s_mean: mean_s,
                delay_s_p99: p99_s,
            }
        });
        MachineRecord { id: id.clone(), fleet, problem: placed.as_ref().err().cloned() }
    }
}

/// Every machine of the catalogue, cheapest first, those without a price after those with one by number of
/// machines, and those that cannot do it last.
///
/// Every N is looked at again on each machine; `base`, the recommendation where the prover was measured, says which
/// splits of a machine are worth a search.
pub fn rank(
    request: &PlanRequest,
    base: &Recommendation,
    catalogue: &Catalogue,
    prover: &MeasuredProver,
) -> Vec<Ranked> {
    let mut ranked: Vec<Ranked> = catalogue
        .machines()
        .par_iter()
        .map(|machine| Ranked {
            id: machine.id.clone(),
            placed: place(request, base, machine, prover).map_err(|error| error.to_string()),
        })
        .collect();
    // Stable: equal machines keep the catalogue's order, a user's own first.
    ranked.sort_by(|a, b| order(a).partial_cmp(&order(b)).unwrap_or(std::cmp::Ordering::Equal));
    ranked
}

fn order(ranked: &Ranked) -> (u8, f64) {
    match &ranked.placed {
        Ok(Placed { usd_per_hour: Some(usd), .. }) => (0, *usd),
        Ok(placed) => (1, f64::from(placed.machines)),
        Err(_) => (2, 0.0),
    }
}

/// Two machines side by side.
#[derive(Debug, Clone, PartialEq)]
pub struct Compared {
    /// The first.
    pub first: Ranked,
    /// The second.
    pub second: Ranked,
    /// The parallel share of the work above which the first proves one batch faster on all its cores than the
    /// second on all of its own, at equal work per cycle; none if one is faster at any share, or if cores or
    /// clock of one are unknown.
    pub turning_fraction: Option<f64>,
}

/// Compares two machines of the catalogue.
///
/// # Errors
/// [`PlanError::BadInput`] for an id that is not there.
pub fn compare(
    request: &PlanRequest,
    base: &Recommendation,
    catalogue: &Catalogue,
    prover: &MeasuredProver,
    ids: (&str, &str),
) -> Result<Compared, PlanError> {
    let (first, second) = (catalogue.find(ids.0)?, catalogue.find(ids.1)?);
    let ranked = |machine: &Machine| Ranked {
        id: machine.id.clone(),
        placed: place(request, base, machine, prover).map_err(|error| error.to_string()),
    };
    let whole = |machine: &Machine| Some((f64::from(machine.cores?), machine.clock_ghz?.0));
    let turning_fraction = match (whole(first), whole(second)) {
        (Some(a), Some(b)) => turning_fraction(a, b),
        _ => None,
    };
    Ok(Compared { first: ranked(first), second: ranked(second), turning_fraction })
}

/// The cheapest way to use a machine: its cores split into provers so that the fewest machines are needed,
/// and of equal ones the faster prover.
fn place(
    request: &PlanRequest,
    base: &Recommendation,
    machine: &Machine,
    prover: &MeasuredProver,
) -> Result<Placed, PlanError> {
    let Some(cores) = machine.cores else {
        return Err(PlanError::bad(&format!("cores of {}", machine.id), "a number", "unknown"));
    };
    let mut best: Option<(u32, f64, u32, u32)> = None;
    let mut first_error = None;
    let mut cores_per_prover = 1;
    while cores_per_prover <= cores {
        match (prover.on_machine(machine, cores_per_prover), prover.fit_on(machine, cores_per_prover)) {
            (Ok(prediction), Some(fits)) if fits > 0 => {
                let needed = request.batches_per_s() * prediction.prove_s;
                let machines = crate::formulas::capacity::whole_at_least(needed / f64::from(fits)).max(1);
                let better = best.is_none_or(|(m, s, ..)| (machines, prediction.prove_s) < (m, s));
                if better && soon_enough(request, base, prediction.prove_s)? {
                    best = Some((machines, prediction.prove_s, cores_per_prover, fits));
                }
            }
            (Err(error), _) => first_error = first_error.or(Some(error)),
            _ => {}
        }
        cores_per_prover *= 2;
    }
    let Some((.., cores_per_prover, fits)) = best else {
        return Err(first_error.unwrap_or_else(|| {
            PlanError::bad(
                &format!("provers on {}", machine.id),
                "a split that fits and is fast enough",
                "none",
            )
        }));
    };
    let prediction = prover.on_machine(machine, cores_per_prover)?;
    let scaled = request.clone().with_prove_scaled(prediction.prove_s / request.prove().mean_s())?;
    let (found, result) = recommendation::quick(&scaled)?;
    let provers = found.provers + request.spares();
    let machines = provers.div_ceil(fits);
    Ok(Placed {
        cores_per_prover,
        provers_per_machine: fits,
        prove_s: prediction.prove_s,
        basis: prediction.basis,
        reach: prediction.reach,
        neighbours: prediction.neighbours,
        provers,
        batches_per_aggregation: found.batches_per_aggregation,
        machines,
        usd_per_hour: machine.usd_per_hour.map(|usd| usd * f64::from(machines)),
        mean_s: limited_s(&result, State::Consolidated, Statistic::Mean),
        p99_s: limited_s(&result, State::Consolidated, Statistic::P99),
    })
}

/// Whether a prover of this mean time can meet the limit at all: the in-order floor and what comes after it.
fn soon_enough(request: &PlanRequest, base: &Recommendation, prove_s: f64) -> Result<bool, PlanError> {
    let Some(limit) = consolidated_limit(request) else {
        return Ok(true);
    };
    let (n, interval_s) = (base.batches_per_aggregation, request.interval_s());
    let prove = request.prove().scaled(prove_s / request.prove().mean_s())?;
    let q = match limit.statistic() {
        Statistic::P99 => 0.99,
        // Means lie a little above medians; the search that follows decides.
        Statistic::Mean | Statistic::P50 => 0.5,
    };
    let after_s = request.aggregation().latency_s(n, base.aggregators) + request.l1().mean_wait_s();
    Ok(in_order_floor_s(&prove, n, interval_s, q) + after_s <= limit.limit_s())
}
