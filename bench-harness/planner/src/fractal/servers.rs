//! How many rollups a given number of servers carries: one that executes for each, and the provers and aggregators that
//! keep up with the headroom.

use records::plan::ServerBudgetRecord;

use crate::error::PlanError;
use crate::fractal::graph::JOBS_MAX;
use crate::fractal::jobs::chain_merges;
use crate::fractal::request::FractalRequest;
use crate::fractal::search::for_load;
use crate::fractal::sim::FractalFleet;
use crate::fractal::tree::{ROLLUPS_MAX, RollupTree};

/// The request with the balanced tree of the most rollups that `servers` carry, and the split of the servers.
///
/// Each rollup has one server that executes, which is taken to keep up with its batches. The number of machines rises
/// with the rollups, so that halving finds the most.
///
/// ```
/// use planner::domain::TimeDist;
/// use planner::fractal::{Cadence, FractalRequest, FractalTimes, JobTime, RollupTree, within_servers};
/// let time = |s| TimeDist::fixed("job", s).map(|time| JobTime::by_hand(time, None));
/// let times = FractalTimes::by_hand(time(8.0)?, time(1.0)?, None);
/// let request = FractalRequest::new(RollupTree::balanced(2, 3)?, times, Cadence::of_rounds(10.0, 10.0, 5.0)?, 50)?
///     .with_headroom(0.0)?;
/// // A rollup takes one server that executes, 0.8 of a prover and 0.275 of an aggregator.
/// let (request, budget) = within_servers(request, 2_076)?;
/// assert_eq!((budget.rollups, budget.provers + budget.aggregators + budget.unused), (1_000, 1_076));
/// assert_eq!(request.tree().rollups(), 1_000);
/// # Ok::<(), planner::PlanError>(())
/// ```
///
/// # Errors
/// [`PlanError::BadInput`] where they carry not even one rollup a layer.
pub fn within_servers(
    request: FractalRequest,
    servers: u32,
) -> Result<(FractalRequest, ServerBudgetRecord), PlanError> {
    let layer_max = request.tree.layer_max();
    let machines = |rollups: u32| -> Result<(FractalRequest, FractalFleet, u64), PlanError> {
        let request = request.clone().with_tree(RollupTree::balanced(rollups, layer_max)?)?;
        let FractalFleet { provers, aggregators } = for_load(&request);
        let provers = provers.saturating_add(request.spares);
        let aggregators = aggregators.saturating_add(request.aggregator_spares);
        let all = u64::from(rollups) + u64::from(provers) + u64::from(aggregators);
        Ok((request, FractalFleet { provers, aggregators }, all))
    };
    let (chain, _) = chain_merges(request.cadence.batches);
    // An attach, a join and less than one merge for layer 1 a rollup.
    let jobs_each = u64::from(request.cadence.batches) + u64::from(chain) + 3;
    let simulated_max = u32::try_from(JOBS_MAX / jobs_each).unwrap_or(u32::MAX);
    let high = servers.min(ROLLUPS_MAX).min(simulated_max);
    let mut most = None;
    let (mut low, mut beyond) = (layer_max - 1, high.saturating_add(1));
    while low < beyond {
        let middle = low + (beyond - low) / 2;
        let fitted = machines(middle)?;
        if fitted.2 <= u64::from(servers) {
            most = Some((middle, fitted));
            low = middle + 1;
        } else {
            beyond = middle;
        }
    }
    let Some((rollups, (request, fleet, all))) = most else {
        let expected =
            format!("enough for a rollup on each of {} layers, its prover and an aggregator", layer_max - 1);
        return Err(PlanError::bad("servers", &expected, servers));
    };
    let FractalFleet { provers, aggregators } = fleet;
    let unused = u32::try_from(u64::from(servers) - all).unwrap_or(0);
    let budget = ServerBudgetRecord { servers, rollups, executors: rollups, provers, aggregators, unused };
    Ok((request, budget))
}
