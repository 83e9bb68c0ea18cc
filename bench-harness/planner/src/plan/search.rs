//! The search over N: for each the cheapest P and A, the cheapest of all.
//!
//! Every N that L1 and the delay limit allow is a candidate, with a lower bound on its cost in closed form. Candidates
//! are taken cheapest bound first, and the search ends where no other can be cheaper, so that few need a simulation. Of
//! a long range a grid is searched first, and then finer around the best.

use crate::error::PlanError;
use crate::plan::fleet::Fleet;
use crate::plan::frontier::{Corner, aggregators, cheapest_corner, is_possible, provers};
use crate::plan::judge::{Judge, Judged};
use crate::plan::needs::{batches_per_aggregation_range, consolidated_limit, consolidated_s};
use crate::plan::objective::{Cost, cost};
use crate::plan::request::PlanRequest;
use crate::sim::Closing;

/// A range of N up to this long is searched one by one; a longer one as a grid of about so many values first.
const CANDIDATES: u32 = 64;

/// What a search found.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Found {
    pub(crate) fleet: Fleet,
    pub(crate) cost: Cost,
}

/// The outcome of a search.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Outcome {
    /// The cheapest fleet.
    Found(Found),
    /// No fleet is good enough, or none below the cut-off; the one that came nearest.
    None(Option<(Fleet, Judged)>),
}

/// Whether fleets have to be simulated to be chosen between: only a limit on delay, or a sequencer that holds back, needs
/// it.
pub(crate) fn is_simulated(request: &PlanRequest) -> bool {
    consolidated_limit(request).is_some() || request.closing == Closing::ProverFree
}

/// N with the fewest machines that carry it, which is the lower bound on its cost.
#[derive(Debug, Clone, Copy)]
struct Candidate {
    fleet: Fleet,
    cost_min: Cost,
    /// A lower bound; the mean without queueing where nothing is simulated and groups are not too large for it.
    delay_min_s: f64,
}

/// Groups up to this size, on up to so many aggregators, have the merges of their mean delay played through, to order those
/// of one cost.
const PLAYED_MAX: u32 = 256;

impl Candidate {
    fn new(judge: &Judge<'_>, n: u32) -> Self {
        let request = judge.request;
        let fleet = fewest(request, n);
        let aggregators = fleet.aggregators;
        let delay_min_s = match is_simulated(request) {
            true => judge.bounds.at(n),
            false if n.max(aggregators) > PLAYED_MAX => judge.bounds.by_terms(n),
            false => consolidated_s(request, n, aggregators),
        };
        Self { fleet, cost_min: cost(request, fleet), delay_min_s }
    }
}

/// The fewest machines that carry groups of `n`.
fn fewest(request: &PlanRequest, n: u32) -> Fleet {
    Fleet {
        provers: provers(request).min,
        batches_per_aggregation: n,
        aggregators: aggregators(request, n).min,
    }
}

/// A lower bound on the cost of every plan of `request`; none where no N is possible.
pub(crate) fn cost_min(request: &PlanRequest) -> Option<Cost> {
    let range = batches_per_aggregation_range(request);
    let all = grid(*range.start(), *range.end()).into_iter().map(|n| cost(request, fewest(request, n)));
    all.min_by(|a, b| a.compare(*b))
}

/// The cheapest fleet of the judge's request that costs less than `below`.
///
/// # Errors
/// None that the request did not have.
pub(crate) fn cheapest(judge: &mut Judge<'_>, below: Option<Cost>) -> Result<Outcome, PlanError> {
    let request = judge.request;
    let range = batches_per_aggregation_range(request);
    let (mut low, mut high) = (*range.start(), *range.end());
    let mut search = Search { below, best: None, nearest: None };
    loop {
        let all = grid(low, high);
        let quick = quick(judge, &all);
        let is_all = quick.len() == all.len();
        let mut tried = search.possible(judge, quick)?;
        search.candidates(judge, &tried)?;
        if search.best.is_none() && !is_all {
            tried = search.possible(judge, all)?;
            search.candidates(judge, &tried)?;
        }
        let Some(best) = search.best else { break };
        // Finer between the neighbours of the best, until they are its neighbours in truth.
        let n = best.fleet.batches_per_aggregation;
        let at = tried.partition_point(|&tried| tried < n);
        let neighbours = (at.checked_sub(1).map_or(n, |i| tried[i]), tried.get(at + 1).copied().unwrap_or(n));
        let is_finest = neighbours.1.saturating_sub(neighbours.0) <= 2;
        if is_finest || (low, high) == neighbours || (judge.is_spent() && is_simulated(request)) {
            break;
        }
        (low, high) = neighbours;
    }
    Ok(match search.best.or_else(|| seen(judge, below)) {
        Some(found) => Outcome::Found(found),
        None => Outcome::None(search.nearest),
    })
}

/// The cheapest fleet that the judge found good: a search that is cut off may have seen one on the way to cheaper ones.
fn seen(judge: &Judge<'_>, below: Option<Cost>) -> Option<Found> {
    let found = |fleet| Found { fleet, cost: cost(judge.request, fleet) };
    let size =
        |found: &Found| (found.fleet.batches_per_aggregation, found.fleet.provers, found.fleet.aggregators);
    judge
        .good_fleets()
        .map(found)
        .filter(|found| below.is_none_or(|below| found.cost.is_below(below)))
        .min_by(|a, b| a.cost.compare(b.cost).then(size(a).cmp(&size(b))))
}

/// Those of `all` that can be looked at without a large part of what the search may simulate.
fn quick(judge: &Judge<'_>, all: &[u32]) -> Vec<u32> {
    let request = judge.request;
    let is_quick = |n: &u32| !is_simulated(request) || judge.is_quick(fewest(request, *n));
    all.iter().copied().filter(is_quick).collect()
}

/// Every value from `low` to `high`, or of a long range some [`CANDIDATES`] of them, evenly spaced by ratio, with both
/// ends.
fn grid(low: u32, high: u32) -> Vec<u32> {
    if high < low {
        return Vec::new();
    }
    if high - low <= CANDIDATES {
        return (low..=high).collect();
    }
    let ratio = (f64::from(high) / f64::from(low)).powf(1.0 / f64::from(CANDIDATES));
    let mut values = vec![low];
    let mut x = f64::from(low);
    while values[values.len() - 1] < high {
        x *= ratio;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between low and high")]
        let next = x.round() as u32;
        values.push(next.max(values[values.len() - 1] + 1).min(high));
        x = x.max(f64::from(values[values.len() - 1]));
    }
    values
}

struct Search {
    below: Option<Cost>,
    best: Option<Found>,
    nearest: Option<(Fleet, Judged)>,
}

impl Search {
    fn candidates(&mut self, judge: &mut Judge<'_>, tried: &[u32]) -> Result<(), PlanError> {
        let request = judge.request;
        let mut candidates: Vec<_> = tried.iter().map(|&n| Candidate::new(judge, n)).collect();
        candidates
            .sort_by(|a, b| a.cost_min.compare(b.cost_min).then(a.delay_min_s.total_cmp(&b.delay_min_s)));
        for candidate in candidates {
            if self.below.is_some_and(|below| !candidate.cost_min.is_below(below)) {
                break;
            }
            if !is_simulated(request) {
                self.take(Found { fleet: candidate.fleet, cost: candidate.cost_min });
                continue;
            }
            if (judge.is_spent() && self.best.is_some()) || judge.is_exhausted() {
                break;
            }
            let n = candidate.fleet.batches_per_aggregation;
            match cheapest_corner(judge, n, self.below)? {
                Corner::Found(fleet) => self.take(Found { fleet, cost: cost(request, fleet) }),
                Corner::None(Some((fleet, judged))) => self.missed(fleet, judged),
                Corner::None(None) => {}
            }
        }
        Ok(())
    }

    /// `tried`, ascending, without the N that no number of machines makes quick enough. A larger group is the slower
    /// one, so that the largest that is quick enough is bisected; above it stay those that have fewer merges on their
    /// way than the smallest that is not.
    fn possible(&mut self, judge: &mut Judge<'_>, tried: Vec<u32>) -> Result<Vec<u32>, PlanError> {
        let request = judge.request;
        let is_short = tried.len() <= 4;
        if !is_simulated(request) || is_short || !is_possible(judge, tried[0])? {
            return Ok(tried);
        }
        let (mut passes, mut fails) = (0, tried.len());
        while fails - passes > 1 && !judge.is_spent() {
            let middle = usize::midpoint(passes, fails);
            if is_possible(judge, tried[middle])? { passes = middle } else { fails = middle }
        }
        let Some(&failing) = tried.get(fails) else { return Ok(tried) };
        let failing = Candidate::new(judge, failing);
        let stays = |n: &u32| {
            *n <= tried[passes]
                || (*n > failing.fleet.batches_per_aggregation
                    && Candidate::new(judge, *n).delay_min_s < failing.delay_min_s)
        };
        Ok(tried.iter().copied().filter(stays).collect())
    }

    fn take(&mut self, found: Found) {
        if self.best.is_none_or(|best| found.cost.is_below(best.cost)) {
            (self.best, self.below) = (Some(found), Some(found.cost));
        }
    }

    fn missed(&mut self, fleet: Fleet, judged: Judged) {
        if self.nearest.is_none_or(|(_, nearest)| judged.delay_s < nearest.delay_s) {
            self.nearest = Some((fleet, judged));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        Aggregation, BatchState, Close, DelayLimitRecord, Load, Statistic, Target, TimeDist,
    };

    fn request(batches_per_s: f64) -> PlanRequest {
        let load =
            Load::new(Target::BatchesPerS(batches_per_s), None, Close::Fixed { close_s: 1e-4 }).unwrap();
        let prove = TimeDist::log_normal("prove", 120.0, 0.3).unwrap();
        let aggregation = Aggregation::fixed_total(TimeDist::fixed("aggregate", 12.0).unwrap());
        let limit =
            DelayLimitRecord { state: BatchState::Consolidated, statistic: Statistic::P99, limit_s: 900.0 };
        PlanRequest::new(load, prove, aggregation, 12.0).unwrap().with_delay_limit(limit).unwrap()
    }

    #[test]
    fn a_good_fleet_that_was_seen_is_found_where_nothing_cheaper_was() {
        let request = request(0.1);
        let mut judge = Judge::new(&request, 1_000_000);
        assert!(seen(&judge, None).is_none());
        let fleet = |provers| Fleet { provers, batches_per_aggregation: 4, aggregators: 1 };
        for provers in [24, 20] {
            assert!(judge.glance(fleet(provers)).unwrap().is_clearly_good());
        }
        assert_eq!(seen(&judge, None).map(|found| found.fleet), Some(fleet(20)), "the cheaper of both");
        assert!(seen(&judge, Some(cost(&request, fleet(20)))).is_none());
    }

    #[test]
    fn a_look_that_takes_most_of_the_search_waits_for_the_others() {
        let request = request(50.0);
        let judge = Judge::new(&request, 1_200_000);
        let kept = quick(&judge, &[20_000, 50_000, 400_000]);
        assert!(kept.contains(&20_000) && !kept.contains(&400_000), "{kept:?}");
    }
}
