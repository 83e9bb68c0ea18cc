//! The cheapest provers and aggregators that carry a tree of rollups, keep the headroom and meet its delay limit.
//!
//! Both pools are shared by all layers. More provers are taken never to make a delay longer, and neither are more
//! aggregators: then for each P there is one least A, and the search goes over P alone. What it looked at is told; tests
//! compare it with every fleet of small trees.

use std::cell::RefCell;
use std::collections::BTreeMap;

use records::fractal::FractalStageName;
use records::plan::{BatchState, DelayLimitRecord, Statistic, Term};

use crate::error::{Figure, PlanError};
use crate::formulas::capacity::whole_at_least;
use crate::fractal::data::BlockUse;
use crate::fractal::delays::virtual_s;
use crate::fractal::jobs::{jobs_of_round, work_s};
use crate::fractal::request::FractalRequest;
use crate::fractal::sim::{FractalFleet, Rounds, SimulatedRounds};
use crate::plan::needs::{MACHINES_MAX, meets, more_than};
use crate::sim::DelayFigures;

/// Jobs that a search simulates, all fleets together.
const SEARCH_JOBS: u64 = 20_000_000;
/// Fleets that a search simulates at the least before it is ended.
const FLEETS_MIN: u64 = 40;

/// A fleet and what it does.
#[derive(Debug, Clone)]
pub(crate) struct ChosenFleet {
    pub(crate) fleet: FractalFleet,
    /// What the load alone asks for.
    pub(crate) for_load: FractalFleet,
    pub(crate) simulated: SimulatedRounds,
    pub(crate) fleets_simulated: u64,
    pub(crate) is_complete: bool,
}

/// The fewest machines of each pool that carry the load with the headroom.
pub(crate) fn for_load(request: &FractalRequest) -> FractalFleet {
    let (prove_s, merge_s) = work_s(&jobs_of_round(&request.tree, request.cadence.batches, &request.times));
    let machines = |work_s: f64| {
        let wanted = work_s / request.cadence.round_s() / (1.0 - request.headroom);
        let is_tight = request.headroom == 0.0 && !request.times.is_fixed();
        if is_tight { more_than(wanted) } else { whole_at_least(wanted).max(1) }
    };
    FractalFleet { provers: machines(prove_s), aggregators: machines(merge_s) }
}

/// The cheapest fleet.
///
/// # Errors
/// [`PlanError::Infeasible`] where no fleet meets the limit, or a fixed one does not carry the load.
pub(crate) fn choose(request: &FractalRequest, rounds: &Rounds<'_>) -> Result<ChosenFleet, PlanError> {
    check_l1(request)?;
    let for_load = for_load(request);
    let least = FractalFleet {
        provers: fixed(request.provers, for_load.provers, Term::Prove, request)?,
        aggregators: fixed(request.aggregators, for_load.aggregators, Term::Aggregate, request)?,
    };
    if least.provers.max(least.aggregators) > MACHINES_MAX {
        let most = least.provers.max(least.aggregators);
        return Err(infeasible(
            Term::Prove,
            f64::from(MACHINES_MAX),
            f64::from(most),
            "machines",
            "fewer rollups",
        ));
    }
    let search = Search { request, rounds, least, seen: RefCell::default() };
    let (fleet, is_complete) = search.cheapest()?;
    let simulated = rounds.simulate(fleet);
    let fleets_simulated = search.seen.borrow().len() as u64;
    Ok(ChosenFleet { fleet, for_load, simulated, fleets_simulated, is_complete })
}

/// A fixed number of machines, which must carry the load; the least one otherwise.
fn fixed(given: Option<u32>, least: u32, term: Term, request: &FractalRequest) -> Result<u32, PlanError> {
    let Some(given) = given else { return Ok(least) };
    let (prove_s, merge_s) = work_s(&jobs_of_round(&request.tree, request.cadence.batches, &request.times));
    let work_s = if term == Term::Prove { prove_s } else { merge_s };
    let wanted = work_s / request.cadence.round_s();
    if f64::from(given) * (1.0 + 1e-9) < wanted || given == 0 {
        let advice = "the queue grows without end: more of them, or longer between closings";
        return Err(infeasible(term, f64::from(given), wanted, "machines", advice));
    }
    Ok(given)
}

/// One proof a round: a block must have room for it and for the data, and rounds must not come more often than blocks.
pub(super) fn check_l1(request: &FractalRequest) -> Result<(), PlanError> {
    let cadence = request.cadence;
    if cadence.round_s() < cadence.block_s * (1.0 - 1e-9) {
        let advice = "settle more batches in one proof";
        return Err(infeasible(Term::Block, cadence.block_s, cadence.round_s(), "s between proofs", advice));
    }
    match request.l1_room {
        Some(room) if room.verifications_per_block() == 0 => {
            let advice = "a proof that takes less gas";
            return Err(infeasible(Term::Block, room.block_gas(), room.verification_gas(), "gas", advice));
        }
        _ => {}
    }
    match request.block_use() {
        Some(BlockUse { used, room, unit }) if used > room * (1.0 - request.headroom) * (1.0 + 1e-9) => {
            let advice =
                "L1 has no room for the data: fewer transactions, or less of their data on L1 (--data)";
            Err(infeasible(Term::Block, room * (1.0 - request.headroom), used, unit, advice))
        }
        _ => Ok(()),
    }
}

fn infeasible(term: Term, best: f64, wanted: f64, unit: &'static str, advice: &str) -> PlanError {
    let (best, wanted) = (Figure(best), Figure(wanted));
    PlanError::Infeasible { term, best, wanted, unit, advice: advice.to_owned() }
}

struct Search<'a> {
    request: &'a FractalRequest,
    rounds: &'a Rounds<'a>,
    least: FractalFleet,
    /// The delay of each fleet that was simulated, upper end of its interval, s.
    seen: RefCell<BTreeMap<FractalFleet, f64>>,
}

impl Search<'_> {
    /// The cheapest fleet, and whether no cheaper one can be left.
    fn cheapest(&self) -> Result<(FractalFleet, bool), PlanError> {
        let Some(limit) = self.request.delay_limit else {
            return Ok((self.least, true));
        };
        if limit.state == BatchState::Virtual {
            let carried_s = virtual_s(self.request, self.request.tree.layer_max());
            let proven_s = self.rounds.simulate(self.least).layers.last().map(|layer| layer.mean_s.value);
            let virtual_s = proven_s.map_or(carried_s, |proven_s| carried_s.min(proven_s));
            if meets(limit, virtual_s) {
                return Ok((self.least, true));
            }
            let advice = "close sooner, or settle on a layer that is nearer to layer 1";
            return Err(infeasible(Term::Close, virtual_s, limit.limit_s, "s", advice));
        }
        if self.delay_s(self.least, limit) <= limit.limit_s * (1.0 + 1e-9) {
            return Ok((self.least, true));
        }
        let ample = self.ample();
        if !self.is_met(ample, limit) {
            let best_s = self.delay_s(ample, limit);
            let sooner = match self.request.cadence.batches {
                1 => "shorter closings (--close)",
                _ => "shorter rounds (--settle-every)",
            };
            let advice = format!(
                "{sooner}, batches that are proved sooner, or faster machines: more of these do not help"
            );
            return Err(infeasible(self.longest_term(), best_s, limit.limit_s, "s", &advice));
        }
        self.cheapest_within(limit, ample)
    }

    fn cheapest_within(
        &self,
        limit: DelayLimitRecord,
        ample: FractalFleet,
    ) -> Result<(FractalFleet, bool), PlanError> {
        // The fewest provers that meet it with aggregators without number.
        let at = |provers: u32| FractalFleet { provers, ..ample };
        let first = least_of(self.least.provers, ample.provers, |provers| self.is_met(at(provers), limit));
        let mut best = self.with(first, limit, ample);
        let (mut provers, mut step) = (first, 1_u32);
        let mut is_complete = true;
        loop {
            let is_spent =
                self.jobs_simulated() > SEARCH_JOBS && self.seen.borrow().len() as u64 > FLEETS_MIN;
            if is_spent {
                // What is left is looked at ever more coarsely.
                step = step.saturating_mul(2);
                is_complete = false;
            }
            provers = provers.saturating_add(step);
            let bound = FractalFleet { provers, aggregators: self.least.aggregators };
            if provers > ample.provers || self.cost(bound) >= self.cost(best) {
                return Ok((best, is_complete));
            }
            let candidate = self.with(provers, limit, ample);
            if self.cost(candidate) < self.cost(best) * (1.0 - 1e-9) {
                best = candidate;
            }
        }
    }

    /// The fleet of so many provers with the fewest aggregators that meet the limit.
    fn with(&self, provers: u32, limit: DelayLimitRecord, ample: FractalFleet) -> FractalFleet {
        let at = |aggregators: u32| FractalFleet { provers, aggregators };
        let is_met = |aggregators: u32| self.is_met(at(aggregators), limit);
        at(least_of(self.least.aggregators, ample.aggregators, is_met))
    }

    /// Dollars an hour, or machines where there is no price.
    fn cost(&self, fleet: FractalFleet) -> f64 {
        let FractalFleet { provers, aggregators } = fleet;
        match &self.request.prices {
            Some(prices) => prices.usd_per_hour(provers, aggregators),
            None => f64::from(provers) + f64::from(aggregators),
        }
    }

    fn is_met(&self, fleet: FractalFleet, limit: DelayLimitRecord) -> bool {
        meets(limit, self.delay_s(fleet, limit))
    }

    fn delay_s(&self, fleet: FractalFleet, limit: DelayLimitRecord) -> f64 {
        if let Some(&delay_s) = self.seen.borrow().get(&fleet) {
            return delay_s;
        }
        let DelayFigures { mean_s, p50_s, p99_s, .. } = self.rounds.simulate(fleet).all;
        let estimate = match limit.statistic {
            Statistic::Mean => mean_s,
            Statistic::P50 => p50_s,
            Statistic::P99 => p99_s,
        };
        let delay_s = estimate.value + estimate.half_width.unwrap_or(0.0);
        self.seen.borrow_mut().insert(fleet, delay_s);
        delay_s
    }

    /// As many machines as there are ever jobs at once; a pool that is fixed stays so.
    fn ample(&self) -> FractalFleet {
        let jobs = &self.rounds.graph.jobs;
        let proofs = jobs.iter().filter(|job| job.stage == FractalStageName::Prove).count();
        // Twice as long as any job may last, for those that last longer by chance.
        let at_once = (2.0 * self.rounds.graph.critical_path_s() / self.rounds.round_s()).ceil() + 1.0;
        let machines = |jobs: usize, least: u32| {
            let wanted = whole_at_least(jobs as f64 * at_once).min(MACHINES_MAX);
            wanted.max(least)
        };
        let FractalFleet { provers, aggregators } = self.least;
        FractalFleet {
            provers: self.request.provers.unwrap_or_else(|| machines(proofs, provers)),
            aggregators: self
                .request
                .aggregators
                .unwrap_or_else(|| machines(jobs.len() - proofs, aggregators)),
        }
    }

    /// What of the delay is longest on machines without number.
    fn longest_term(&self) -> Term {
        let cadence = self.request.cadence;
        let jobs = &self.rounds.graph.jobs;
        let path_s = self.rounds.graph.critical_path_s();
        let is_proof = |job: &&crate::fractal::graph::Job| job.stage == FractalStageName::Prove;
        let merges_s = jobs.iter().filter(|job| !is_proof(job)).map(|job| job.left_s).fold(0.0, f64::max);
        let terms = [
            (Term::Close, cadence.round_s()),
            (Term::Prove, path_s - merges_s),
            (Term::Aggregate, merges_s),
            (Term::Block, cadence.block_s),
        ];
        terms.into_iter().max_by(|a, b| a.1.total_cmp(&b.1)).map_or(Term::Close, |term| term.0)
    }

    fn jobs_simulated(&self) -> u64 {
        // A simulation has about so many rounds.
        self.seen.borrow().len() as u64 * self.rounds.graph.jobs.len() as u64 * 12
    }
}

/// The least number from `low` to `high` for which `is_enough`, which holds for `high` and for all above one that does.
fn least_of(low: u32, high: u32, is_enough: impl Fn(u32) -> bool) -> u32 {
    if low >= high || is_enough(low) {
        return low;
    }
    // Close to the low end first: there is where it mostly lies.
    let (mut below, mut step) = (low, 1_u32);
    let mut enough = loop {
        let next = below.saturating_add(step).min(high);
        if next == high || is_enough(next) {
            break next;
        }
        (below, step) = (next, step.saturating_mul(2));
    };
    while enough - below > 1 {
        let middle = below + (enough - below) / 2;
        if is_enough(middle) {
            enough = middle;
        } else {
            below = middle;
        }
    }
    enough
}

#[cfg(test)]
mod tests {
    use super::least_of;

    #[test]
    fn the_least_that_is_enough_is_found() {
        for wanted in 3..40 {
            assert_eq!(least_of(3, 40, |n| n >= wanted), wanted);
        }
        assert_eq!(least_of(5, 5, |_| false), 5);
    }
}
