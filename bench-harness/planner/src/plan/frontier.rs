//! The cheapest P and A for one N.
//!
//! The fleets that are good enough form a staircase: with more aggregators fewer provers are needed, and the other way
//! round. Cost rises with both, so that the cheapest fleet stands on a corner of it. Both are grown only while
//! something waits for them, so that a fleet is refused because machines do not help and not because a bound was
//! reached.

use crate::error::PlanError;
use crate::fewest::{fewest, grain};
use crate::plan::fleet::Fleet;
use crate::plan::judge::{Judge, Judged};
use crate::plan::needs::{MACHINES_MAX, aggregators_min, provers_min};
use crate::plan::objective::{Cost, cost};
use crate::plan::request::PlanRequest;

/// Corners of the staircase that are looked at one by one; a longer staircase is looked at in steps.
const CORNERS: u32 = 32;

/// The fewest and the most machines of one kind that may be chosen.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Machines {
    pub(crate) min: u32,
    pub(crate) max: u32,
}

/// The provers that may be chosen.
pub(crate) fn provers(request: &PlanRequest) -> Machines {
    match request.provers {
        Some(fixed) => Machines { min: fixed, max: fixed },
        None => {
            let min = provers_min(request);
            let max = request.provers_max.map_or(MACHINES_MAX, |max| max.saturating_sub(request.spares));
            Machines { min, max: max.clamp(min, MACHINES_MAX.max(min)) }
        }
    }
}

/// The aggregators that may be chosen for groups of `n`.
pub(crate) fn aggregators(request: &PlanRequest, n: u32) -> Machines {
    match request.aggregators {
        Some(fixed) => Machines { min: fixed, max: fixed },
        None => match aggregators_min(request, n) {
            0 => Machines { min: 0, max: 0 },
            min => Machines { min, max: MACHINES_MAX.max(min) },
        },
    }
}

/// More machines to look at than so many that are too few: twice as many, or of a long day, of which the fewest are nearly
/// known, an eighth more.
fn grown(request: &PlanRequest, machines: u32) -> u32 {
    match request.is_day_too_long() {
        true => machines.saturating_add(machines / 8),
        false => machines.saturating_mul(2),
    }
}

/// The best of one N.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Corner {
    /// The cheapest fleet that meets the limit.
    Found(Fleet),
    /// None does that is cheaper than the cut-off; the one that came nearest, if any was simulated.
    None(Option<(Fleet, Judged)>),
}

/// The cheapest fleet with groups of `n` that meets the limit and costs less than `below`.
///
/// # Errors
/// None that the request did not have.
pub(crate) fn cheapest_corner(
    judge: &mut Judge<'_>,
    n: u32,
    below: Option<Cost>,
) -> Result<Corner, PlanError> {
    let request = judge.request;
    if judge.bounds.is_too_late(n) {
        return Ok(Corner::None(None));
    }
    let mut walk =
        Walk { n, provers: provers(request), aggregators: aggregators(request, n), below, nearest: None };
    let least = walk.fleet(walk.provers.min, walk.aggregators.min);
    if !walk.is_affordable(request, least) {
        return Ok(Corner::None(None));
    }
    let first = walk.judge(judge, least)?;
    if first.is_good() {
        return Ok(Corner::Found(least));
    }
    let Some(ample) = walk.ample(judge, least)? else {
        return Ok(Corner::None(walk.nearest));
    };
    match walk.corners(judge, ample)? {
        Some(fleet) => Ok(Corner::Found(fleet)),
        None => Ok(Corner::None(walk.nearest)),
    }
}

/// Whether groups of `n` meet the limit with machines in such number that nothing waits for them.
///
/// # Errors
/// None that the request did not have.
pub(crate) fn is_possible(judge: &mut Judge<'_>, n: u32) -> Result<bool, PlanError> {
    let request = judge.request;
    if judge.bounds.is_too_late(n) {
        return Ok(false);
    }
    let (provers, aggregators) = (provers(request), aggregators(request, n));
    let mut walk = Walk { n, provers, aggregators, below: None, nearest: None };
    let least = walk.fleet(provers.min, aggregators.min);
    Ok(walk.ample(judge, least)?.is_some())
}

struct Walk {
    n: u32,
    provers: Machines,
    aggregators: Machines,
    below: Option<Cost>,
    nearest: Option<(Fleet, Judged)>,
}

impl Walk {
    fn fleet(&self, provers: u32, aggregators: u32) -> Fleet {
        Fleet { provers, batches_per_aggregation: self.n, aggregators }
    }

    fn is_affordable(&self, request: &PlanRequest, fleet: Fleet) -> bool {
        self.below.is_none_or(|below| cost(request, fleet).is_below(below))
    }

    fn judge(&mut self, judge: &mut Judge<'_>, fleet: Fleet) -> Result<Judged, PlanError> {
        let judged = judge.judge(fleet)?;
        if self.nearest.is_none_or(|(_, nearest)| judged.delay_s < nearest.delay_s) {
            self.nearest = Some((fleet, judged));
        }
        Ok(judged)
    }

    /// A fleet that is good enough at a first look: whatever is waited for is doubled until nothing is or the cut-off is
    /// reached; none if it still is not, looked at as long as the search allows.
    fn ample(&mut self, judge: &mut Judge<'_>, least: Fleet) -> Result<Option<Fleet>, PlanError> {
        let request = judge.request;
        let mut fleet = least;
        loop {
            let glanced = judge.glance(fleet)?;
            if glanced.is_clearly_good() {
                return Ok(Some(fleet));
            }
            let mut next = fleet;
            if glanced.provers_waited_for {
                let grown = grown(request, fleet.provers).max(fleet.provers.saturating_add(8));
                let with = |provers| Fleet { provers, aggregators: least.aggregators, ..fleet };
                next.provers = self.affordable(request, grown.min(self.provers.max), with, fleet.provers);
            }
            if glanced.aggregators_waited_for {
                let grown = grown(request, fleet.aggregators).max(fleet.aggregators.saturating_add(2));
                let with = |aggregators| Fleet { provers: least.provers, aggregators, ..fleet };
                next.aggregators =
                    self.affordable(request, grown.min(self.aggregators.max), with, fleet.aggregators);
            }
            if next == fleet || (judge.is_spent() && !judge.is_known(next)) {
                return Ok(self.judge(judge, fleet)?.is_good().then_some(fleet));
            }
            fleet = next;
        }
    }

    /// The most machines from `from` to `to` with which a fleet costs less than the cut-off.
    fn affordable(&self, request: &PlanRequest, to: u32, fleet: impl Fn(u32) -> Fleet, from: u32) -> u32 {
        if self.is_affordable(request, fleet(to)) || to <= from {
            return to.max(from);
        }
        let (mut low, mut high) = (from, to);
        while high - low > 1 {
            let middle = u32::midpoint(low, high);
            if self.is_affordable(request, fleet(middle)) { low = middle } else { high = middle }
        }
        low
    }

    /// The cheapest corner of the staircase below `ample`, which is good enough whatever it costs.
    fn corners(&mut self, judge: &mut Judge<'_>, ample: Fleet) -> Result<Option<Fleet>, PlanError> {
        let request = judge.request;
        let mut best: Option<Fleet> = None;
        let first = self.fewest(judge, self.aggregators.min, ample.aggregators, |aggregators| Fleet {
            aggregators,
            ..ample
        })?;
        let (mut aggregators, mut provers) =
            self.fewer_aggregators(judge, Fleet { aggregators: first, ..ample })?;
        let step = (ample.aggregators - aggregators).div_ceil(CORNERS).max(1);
        while !judge.is_spent() || best.is_none() {
            provers = self.fewest(judge, self.provers.min, provers, |provers| Fleet {
                provers,
                aggregators,
                ..ample
            })?;
            let fleet = Fleet { provers, aggregators, ..ample };
            let judged = self.judge(judge, fleet)?;
            let cheaper = best.is_none_or(|found| cost(request, fleet).is_below(cost(request, found)));
            if judged.is_good() && cheaper && self.is_affordable(request, fleet) {
                best = Some(fleet);
                self.below = Some(cost(request, fleet));
            }
            let next = aggregators.saturating_add(step);
            let at_least = Fleet { provers: self.provers.min, aggregators: next, ..ample };
            let done = provers == self.provers.min
                || next > self.aggregators.max
                || !judged.aggregators_waited_for
                || !self.is_affordable(request, at_least);
            if done {
                break;
            }
            aggregators = next;
        }
        // A step of several aggregators may have gone past the corner.
        if let (Some(fleet), true) = (best, step > 1) {
            let from = fleet.aggregators.saturating_sub(step - 1).max(self.aggregators.min);
            let fewest =
                self.fewest(judge, from, fleet.aggregators, |aggregators| Fleet { aggregators, ..fleet })?;
            best = Some(Fleet { aggregators: fewest, ..fleet });
        }
        Ok(best)
    }

    /// From a fleet that is good enough down to aggregators that need more provers than it has, where those are cheaper.
    fn fewer_aggregators(&mut self, judge: &mut Judge<'_>, good: Fleet) -> Result<(u32, u32), PlanError> {
        let request = judge.request;
        let Fleet { mut provers, mut aggregators, .. } = good;
        'fewer: while aggregators > self.aggregators.min && !judge.is_spent() {
            let mut fleet = Fleet { provers, aggregators: aggregators - 1, ..good };
            loop {
                let judged = self.judge(judge, fleet)?;
                if judged.is_good() {
                    (provers, aggregators) = (fleet.provers, fleet.aggregators);
                    continue 'fewer;
                }
                let more = fleet.provers.saturating_mul(2).min(self.provers.max);
                let grown = Fleet { provers: more, ..fleet };
                if !judged.provers_waited_for || more == fleet.provers || !self.is_affordable(request, grown)
                {
                    break 'fewer;
                }
                fleet = grown;
            }
        }
        Ok((aggregators, provers))
    }

    /// The fewest machines from `min` to `enough` with which `fleet` is good enough; with `enough` it is known to be.
    fn fewest(
        &mut self,
        judge: &mut Judge<'_>,
        min: u32,
        enough: u32,
        fleet: impl Fn(u32) -> Fleet,
    ) -> Result<u32, PlanError> {
        fewest(min, enough, grain(min), |count| match judge.is_spent() && count != min {
            true => Ok(None),
            false => Ok(Some(self.judge(judge, fleet(count))?.is_good())),
        })
    }
}

/// The fewest provers with which `fleet` meets the limit of the judge's request, from those that carry the load; none if
/// no number is enough.
///
/// # Errors
/// None that the request did not have.
pub(crate) fn fewest_provers(judge: &mut Judge<'_>, fleet: Fleet) -> Result<Option<u32>, PlanError> {
    let machines = provers(judge.request);
    let fixed = Machines { min: fleet.aggregators, max: fleet.aggregators };
    let n = fleet.batches_per_aggregation;
    let mut walk = Walk { n, provers: machines, aggregators: fixed, below: None, nearest: None };
    let least = walk.fleet(machines.min, fleet.aggregators);
    let Some(ample) = walk.ample(judge, least)? else { return Ok(None) };
    walk.fewest(judge, machines.min, ample.provers, |provers| Fleet { provers, ..fleet }).map(Some)
}
