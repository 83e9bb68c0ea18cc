//! The planner's own answer for a load, as a table: the rate of batches that each number of provers carries so that 99 of
//! 100 batches wait no longer than a limit.

use crate::domain::{Aggregation, TimeDist};
use crate::error::{PlanError, positive};
use crate::sim::{Arrivals, L1, Pipeline, RunLength, simulate};

/// Batches of a replication, those of the warm-up, and replications behind a step.
const BATCHES: u64 = 3_000;
const WARMUP: u64 = 500;
const REPLICATIONS: u32 = 4;
/// Halvings of the interval in which the utilization of a step lies: to a thousandth.
const HALVINGS: u32 = 9;
/// Above that a queue takes longer to settle than is simulated.
const USE_MAX: f64 = 0.97;

/// The rates, 1/s, of 1 to `provers_max` provers, not falling: batches come at random, and of their waits for a prover
/// the 99th percentile is at most `wait_limit_s` by simulation. No rate is above 97 % of what the provers can do.
///
/// ```
/// use planner::backlog::planned::planned_rates;
/// use planner::domain::TimeDist;
/// let rates = planned_rates(&TimeDist::fixed("prove", 120.0)?, 4, 120.0, 1)?;
/// // Four provers together carry more than four times what one carries alone.
/// assert!(rates[3] > 4.0 * rates[0] && rates[3] < 4.0 / 120.0);
/// # Ok::<(), planner::PlanError>(())
/// ```
///
/// # Errors
/// [`PlanError::BadInput`] for a limit that is not above zero, or no prover.
pub fn planned_rates(
    prove: &TimeDist,
    provers_max: u32,
    wait_limit_s: f64,
    seed: u64,
) -> Result<Vec<f64>, PlanError> {
    positive("wait_limit_s", wait_limit_s)?;
    let nothing = Aggregation::pairwise(TimeDist::fixed("merge", 1.0)?);
    let holds = |provers: u32, utilization: f64| -> Result<bool, PlanError> {
        let every_s = prove.mean_s() / (utilization * f64::from(provers));
        let arrivals = Arrivals::poisson(every_s)?;
        let pipeline = Pipeline::new(arrivals, prove.clone(), provers, nothing.clone(), L1::Latency(1e-6))?;
        let seen = simulate(&pipeline, RunLength::new(BATCHES, WARMUP, REPLICATIONS, seed)?);
        Ok(seen.prover_wait.p99_s.value <= wait_limit_s)
    };
    let mut rates = Vec::new();
    // More provers wait less at the same utilization, so that each step begins where the last ended.
    let mut utilization = 0.0;
    for provers in 1..=provers_max {
        let mut fails = USE_MAX;
        if holds(provers, fails)? {
            utilization = fails;
        }
        for _ in 0..HALVINGS {
            if fails - utilization < 1e-3 {
                break;
            }
            let middle = f64::midpoint(utilization, fails);
            if holds(provers, middle)? { utilization = middle } else { fails = middle }
        }
        rates.push(utilization * f64::from(provers) / prove.mean_s());
    }
    if rates.is_empty() {
        return Err(PlanError::bad("provers_max", "at least 1", provers_max));
    }
    Ok(rates)
}
