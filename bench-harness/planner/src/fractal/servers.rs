//! How many rollups a given number of servers carries: one that executes for each, and the provers and aggregators that
//! keep up with the headroom and within the limit on the delay.

use records::plan::{BatchState, ServerBudgetRecord};

use crate::error::PlanError;
use crate::fractal::graph::JOBS_MAX;
use crate::fractal::jobs::chain_merges;
use crate::fractal::request::{Cadence, FractalRequest};
use crate::fractal::round_length::{LENGTHS_MAX, SEARCHED_MAX, fleet_of, lengths};
use crate::fractal::search::{check_l1, for_load};
use crate::fractal::sim::FractalFleet;
use crate::fractal::tree::{ROLLUPS_MAX, RollupTree};

/// The request with the balanced tree of the most rollups that `servers` carry, and the split of the servers.
///
/// Each rollup has one server that executes, which is taken to keep up with its batches. The number of machines rises
/// with the rollups, so that halving finds the most. With a limit on the delay their fleet keeps it, and a request that
/// chooses its rounds has those with which most rollups are carried, the shorter of two.
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
/// [`PlanError::BadInput`] where they carry not even one rollup a layer, [`PlanError::Infeasible`] where no fleet of theirs keeps
/// the limit.
pub fn within_servers(
    request: FractalRequest,
    servers: u32,
) -> Result<(FractalRequest, ServerBudgetRecord), PlanError> {
    // Rounds by what they carry at the most, the shorter first of equals: a stable sort.
    let mut by_bound = Vec::new();
    for round in rounds(&request)? {
        let budget = Budget { request: round, servers };
        if let Some(bound) = budget.for_load()? {
            by_bound.push(bound);
        }
    }
    by_bound.sort_by_key(|carried| std::cmp::Reverse(carried.rollups()));
    let mut best: Option<Carried> = None;
    let mut refusal = None;
    for bound in by_bound.into_iter().take(SEARCHED_MAX) {
        if best.as_ref().is_some_and(|best| best.rollups() > bound.rollups()) {
            break;
        }
        match bound.within_limit(servers) {
            Ok(carried) if best.as_ref().is_none_or(|best| carried.is_better_than(best)) => {
                best = Some(carried);
            }
            Ok(_) => {}
            Err(error @ PlanError::Infeasible { .. }) => refusal = refusal.or(Some(error)),
            Err(error) => return Err(error),
        }
    }
    match (best, refusal) {
        (Some(carried), _) => Ok(carried.split(servers)),
        (None, Some(refusal)) => Err(refusal),
        (None, None) => {
            let layers = request.tree.layer_max() - 1;
            let tree = RollupTree::balanced(layers, request.tree.layer_max())?;
            check_l1(&request.with_tree(tree)?)?;
            let expected =
                format!("enough for a rollup on each of {layers} layers, its prover and an aggregator");
            Err(PlanError::bad("servers", &expected, servers))
        }
    }
}

/// The request with each round that may be: all that the limit has room for, or its own.
fn rounds(request: &FractalRequest) -> Result<Vec<FractalRequest>, PlanError> {
    match request.delay_limit {
        Some(limit) if request.chooses_round && limit.state == BatchState::Consolidated => {
            let of = |batches| FractalRequest {
                cadence: Cadence { batches, ..request.cadence },
                chooses_round: false,
                ..request.clone()
            };
            // Trees of all sizes are asked about: what proving takes at the least is not known.
            let lengths = lengths(request.cadence, limit, 0.0)?;
            let shortest = *lengths.start();
            let lengths = lengths.take(LENGTHS_MAX as usize);
            let all: Vec<_> = lengths.map(of).collect();
            // Without any the shortest says what is in the way.
            Ok(if all.is_empty() { vec![of(shortest)] } else { all })
        }
        _ => Ok(vec![FractalRequest { chooses_round: false, ..request.clone() }]),
    }
}

/// Servers, and rounds of one length.
struct Budget {
    request: FractalRequest,
    servers: u32,
}

/// A tree that the servers carry, and its fleet with spares.
struct Carried {
    request: FractalRequest,
    fleet: FractalFleet,
}

impl Budget {
    /// The most rollups for the load alone; none where not one a layer is carried.
    fn for_load(self) -> Result<Option<Carried>, PlanError> {
        let Self { request, servers } = self;
        let (chain, _) = chain_merges(request.cadence.batches);
        // An attach, a join and less than one merge for layer 1 a rollup.
        let jobs_each = u64::from(request.cadence.batches) + u64::from(chain) + 3;
        let simulated_max = u32::try_from(JOBS_MAX / jobs_each).unwrap_or(u32::MAX);
        let high = servers.min(ROLLUPS_MAX).min(simulated_max);
        most(request.tree.layer_max() - 1, high, |rollups| {
            let carried = Carried::of(&request, rollups, |request| Ok(for_load(request)))?;
            let is_carried = carried.fits(servers) && check_l1(&carried.request).is_ok();
            Ok(is_carried.then_some(carried))
        })
    }
}

impl Carried {
    fn of(
        request: &FractalRequest,
        rollups: u32,
        fleet: impl FnOnce(&FractalRequest) -> Result<FractalFleet, PlanError>,
    ) -> Result<Self, PlanError> {
        let tree = RollupTree::balanced(rollups, request.tree.layer_max())?;
        let request = request.clone().with_tree(tree)?;
        let FractalFleet { provers, aggregators } = fleet(&request)?;
        let fleet = FractalFleet {
            provers: provers.saturating_add(request.spares),
            aggregators: aggregators.saturating_add(request.aggregator_spares),
        };
        Ok(Self { request, fleet })
    }

    fn rollups(&self) -> u32 {
        self.request.tree.rollups()
    }

    /// Whether more rollups are carried, or as many in shorter rounds.
    fn is_better_than(&self, other: &Self) -> bool {
        let batches = |carried: &Self| carried.request.cadence.batches;
        (self.rollups(), batches(other)) > (other.rollups(), batches(self))
    }

    fn fits(&self, servers: u32) -> bool {
        let FractalFleet { provers, aggregators } = self.fleet;
        u64::from(self.rollups()) + u64::from(provers) + u64::from(aggregators) <= u64::from(servers)
    }

    /// The same or fewer rollups, with the fleet that keeps the limit, and with the machines that are fixed.
    fn within_limit(self, servers: u32) -> Result<Self, PlanError> {
        let is_free = self.request.provers.is_none() && self.request.aggregators.is_none();
        if self.request.delay_limit.is_none() && is_free {
            return Ok(self);
        }
        let mut refusal = None;
        let found = most(self.request.tree.layer_max() - 1, self.rollups(), |rollups| {
            match Self::of(&self.request, rollups, |request| Ok(fleet_of(request)?.fleet)) {
                Ok(carried) => Ok(carried.fits(servers).then_some(carried)),
                Err(error @ PlanError::Infeasible { .. }) => {
                    refusal = Some(error);
                    Ok(None)
                }
                Err(error) => Err(error),
            }
        })?;
        match (found, refusal) {
            (Some(carried), _) => Ok(carried),
            (None, Some(refusal)) => Err(refusal),
            (None, None) => {
                Err(PlanError::bad("servers", "enough for the fleet that keeps the limit", servers))
            }
        }
    }

    fn split(self, servers: u32) -> (FractalRequest, ServerBudgetRecord) {
        let (rollups, FractalFleet { provers, aggregators }) = (self.rollups(), self.fleet);
        let unused = servers.saturating_sub(rollups + provers + aggregators);
        let budget =
            ServerBudgetRecord { servers, rollups, executors: rollups, provers, aggregators, unused };
        (self.request, budget)
    }
}

/// What the largest number from `low` to `high` gives that gives anything. The largest of all is asked first, then every
/// number above one that gives nothing is taken to give nothing.
fn most<T>(
    low: u32,
    high: u32,
    mut of: impl FnMut(u32) -> Result<Option<T>, PlanError>,
) -> Result<Option<T>, PlanError> {
    if low > high {
        return Ok(None);
    }
    if let Some(found) = of(high)? {
        return Ok(Some(found));
    }
    let (mut found, mut low, mut beyond) = (None, low, high);
    while low < beyond {
        let middle = low + (beyond - low) / 2;
        match of(middle)? {
            Some(more) => {
                found = Some(more);
                low = middle + 1;
            }
            None => beyond = middle,
        }
    }
    Ok(found)
}
