//! The cases as configurations of the planner's simulation.

use planner::PlanError;
use planner::domain::{Aggregation, TimeDist};
use planner::sim::{Arrivals, L1, Pipeline, RunLength, simulate};

use crate::{Case, Numbers, Seen};

/// Time to prove in a case.
///
/// # Errors
/// None: the numbers are good.
pub fn prove(case: Case) -> Result<TimeDist, PlanError> {
    match case {
        Case::Queue => TimeDist::exponential("service", 1.0),
        Case::Pipeline => TimeDist::log_normal("prove", 120.0, 0.3),
    }
}

/// A pipeline to simulate.
///
/// # Errors
/// None: the numbers are good.
pub fn pipeline(case: Case) -> Result<Pipeline, PlanError> {
    let Numbers { interval_s, provers, batches_per_group, block_s } = case.numbers();
    let (arrivals, aggregation, l1) = match case {
        Case::Queue => {
            let nothing = Aggregation::pairwise(TimeDist::fixed("merge", 1.0)?);
            (Arrivals::poisson(interval_s)?, nothing, L1::Latency(block_s))
        }
        Case::Pipeline => {
            let total = Aggregation::fixed_total(TimeDist::fixed("aggregate", 12.0)?);
            (Arrivals::fixed(interval_s)?, total, L1::Serial(block_s))
        }
    };
    Pipeline::new(arrivals, prove(case)?, provers, aggregation, l1)?.with_groups(batches_per_group, 1)
}

/// One replication of `batches` batches, without a warm-up.
///
/// # Errors
/// None: the numbers are good.
pub fn run(case: Case, batches: u64, seed: u64) -> Result<Seen, PlanError> {
    let result = simulate(&pipeline(case)?, RunLength::new(batches, 0, 1, seed)?);
    Ok(Seen {
        groups: result.consolidated.samples,
        mean_s: result.consolidated.mean_s.value,
        events: result.events,
    })
}
