//! The recommended fleet of one request: the search, the simulation that decides, and the figures.

use records::plan::{LimitVerdict, PipelineStageRecord, RecommendationRecord, SearchRecord, Term};

use crate::domain::Close;
use crate::error::PlanError;
use crate::formulas::capacity::{balance_batches, group_capacity, prover_capacity};
use crate::formulas::cost::usd_per_month;
use crate::plan::climb::climbed;
use crate::plan::fewer::{Decide, Decided, with_fewer_machines};
use crate::plan::fleet::Fleet;
use crate::plan::fleet_estimate::{precise, simulated_until};
use crate::plan::frontier;
use crate::plan::infeasible;
use crate::plan::judge::{Judge, Judged, SEARCH_BATCHES};
use crate::plan::needs::{
    batches_per_aggregation_range, capacity_of, consolidated_limit, consolidated_s, forming_s, provers_min,
};
use crate::plan::objective::{Cost, cost, transactions_per_batch};
use crate::plan::request::PlanRequest;
use crate::plan::run_length::{DECIDES, Effort};
use crate::plan::search::{Outcome, cheapest, is_simulated};
use crate::sim::{Simulated, check_attempts};

/// How often the long simulation may refuse what the search found.
const CORRECTIONS: u32 = 8;

/// Batches of long simulations that refuse, about, after which no other fleet is searched for.
const CORRECTING_BATCHES: u64 = 2_400_000;

/// A delay up to so many times the limit may be within it by a longer simulation.
const CLOSE: f64 = 1.1;

/// A fleet that was chosen, and how.
#[derive(Debug, Clone)]
pub(crate) struct Chosen {
    pub(crate) fleet: Fleet,
    /// None where nothing had to be simulated.
    pub(crate) judged: Option<Judged>,
    /// The long simulation behind that.
    pub(crate) simulated: Option<Simulated>,
    pub(crate) search: SearchRecord,
}

impl Chosen {
    fn decided(fleet: Fleet, (judged, simulated): (Judged, Simulated), search: SearchRecord) -> Self {
        Self { fleet, judged: Some(judged), simulated: Some(simulated), search }
    }

    /// Whether it misses what was asked: a fleet that was given, or a part of it, and no other came nearer.
    pub(crate) fn is_missed(&self) -> bool {
        self.judged.is_some_and(|judged| judged.verdict == LimitVerdict::Misses)
    }
}

/// No fleet is good enough.
#[derive(Debug)]
pub(crate) struct Refused {
    /// Why: [`PlanError::Infeasible`], or whatever else is wrong with the request.
    pub(crate) error: Box<PlanError>,
    /// The fleet that came nearest, and what short simulations say of it; none where none was simulated.
    pub(crate) nearest: Option<(Fleet, Judged)>,
    search: SearchRecord,
}

impl From<PlanError> for Refused {
    fn from(error: PlanError) -> Self {
        Self {
            error: Box::new(error),
            nearest: None,
            search: SearchRecord { fleets_simulated: 0, is_complete: true },
        }
    }
}

/// The cheapest fleet for `request`.
///
/// # Errors
/// [`PlanError::Infeasible`].
pub(crate) fn smallest(request: &PlanRequest) -> Result<RecommendationRecord, PlanError> {
    chosen_or_given(request, SEARCH_BATCHES).map(|chosen| figures(request, &chosen))
}

/// The cheapest fleet for `request`, found by simulating about `batches`. Where P or A is given and no fleet with it is
/// good enough, the one that comes nearest.
///
/// # Errors
/// [`PlanError::Infeasible`].
pub(crate) fn chosen_or_given(request: &PlanRequest, batches: u64) -> Result<Chosen, PlanError> {
    chosen(request, None, batches).or_else(|refused| given(request, refused))
}

/// The fleet that came nearest where P or A is given: what was asked about is judged, whatever it does.
///
/// # Errors
/// That of `refused`, where nothing is given or the request is wrong in itself.
pub(crate) fn given(request: &PlanRequest, refused: Refused) -> Result<Chosen, PlanError> {
    let Refused { error, nearest, search } = refused;
    let is_judged = request.is_fleet_fixed() && matches!(*error, PlanError::Infeasible { .. });
    if !is_judged || by_request(request).is_err() {
        return Err(*error);
    }
    let fleet = nearest.map_or_else(|| fewest_given(request), |(fleet, _)| fleet);
    Ok(match is_simulated(request) {
        true => Chosen::decided(fleet, decided(&request.clone().only(fleet), fleet, DECIDES)?, search),
        false => Chosen { fleet, judged: None, simulated: None, search },
    })
}

/// What no fleet can change.
fn by_request(request: &PlanRequest) -> Result<(), PlanError> {
    check_attempts(&request.prove, request.stragglers, request.crashes)?;
    infeasible::by_close(request)?;
    infeasible::by_l1_room(request)
}

/// The cheapest fleet for `request` that is good enough and costs less than `below`, found by simulating about `batches`.
///
/// # Errors
/// [`PlanError::Infeasible`], also where every plan costs more.
pub(crate) fn chosen(request: &PlanRequest, below: Option<Cost>, batches: u64) -> Result<Chosen, Refused> {
    by_request(request)?;
    if !request.is_fleet_fixed() {
        infeasible::by_virtual_delay(request)?;
        infeasible::by_provers(request, provers_min(request))?;
    }
    searched(&mut Judge::new(request, batches), below, decided)
}

/// The search with this judge, and the long simulations that have the last word.
fn searched(judge: &mut Judge<'_>, below: Option<Cost>, decide: Decide) -> Result<Chosen, Refused> {
    let request = judge.request;
    // What long simulations refused: the first that is within the limit by its figure, and the nearest.
    let mut within: Option<Decided> = None;
    let mut nearest: Option<(Fleet, Judged)> = None;
    let (mut refusals, mut batches) = (0, 0);
    let missed = loop {
        let found = match cheapest(judge, below)? {
            Outcome::Found(found) => found.fleet,
            Outcome::None(missed) => break missed,
        };
        if !is_simulated(request) {
            let search = SearchRecord { fleets_simulated: 0, is_complete: true };
            return Ok(Chosen { fleet: found, judged: None, simulated: None, search });
        }
        // The search judged by short runs; a long one decides, and where it refuses the next cheapest is looked for.
        let decision = decide(request, found, judge.decides_from(found))?;
        let judged = decision.0;
        if judged.is_clearly_good() || request.is_one_fleet() || judged.is_hopeless(request) {
            return Ok(fewer(judge, (found, decision))?);
        }
        refusals += 1;
        batches += decision.1.batches * u64::from(decision.1.replications);
        if judged.is_good() && within.is_none() {
            within = Some((found, decision));
        }
        nearest = nearer(nearest, Some((found, judged)));
        judge.overrule(found, judged);
        if refusals > CORRECTIONS || batches > CORRECTING_BATCHES {
            break None;
        }
    };
    if let Some(decided) = within {
        return Ok(fewer(judge, decided)?);
    }
    // Short simulations that refuse, and long ones that refuse what short ones found, do so by chance at times.
    let is_close = |(_, judged): &(Fleet, Judged)| {
        let limit = consolidated_limit(request);
        refusals > 0
            || judged.verdict == LimitVerdict::Unclear
            || limit.is_some_and(|limit| judged.delay_s <= CLOSE * limit.limit_s)
    };
    let search = SearchRecord { is_complete: false, ..progress(judge, None) };
    let refused = nearest;
    let nearest = nearer(nearest, missed);
    if let Some((fleet, _)) = nearest.filter(is_close).filter(|_| !request.is_one_fleet())
        && let Some(decided) = climbed(request, fleet, decide)?
        && below.is_none_or(|below| cost(request, decided.0).is_below(below))
    {
        return Ok(Chosen { search, ..fewer(judge, decided)? });
    }
    let error = match refused {
        Some((fleet, judged)) => infeasible::refused(request, fleet, judged, refusals),
        None => infeasible::nothing(request, nearest, below.is_some()).unfinished(judge.is_exhausted()),
    };
    Err(Refused { error: Box::new(error), nearest, search: progress(judge, None) })
}

/// That of two fleets with the shorter delay.
fn nearer(one: Option<(Fleet, Judged)>, other: Option<(Fleet, Judged)>) -> Option<(Fleet, Judged)> {
    one.into_iter().chain(other).min_by(|(_, one), (_, other)| one.delay_s.total_cmp(&other.delay_s))
}

/// The fleet that was found with the fewest machines that make no difference.
fn fewer(judge: &Judge<'_>, found: Decided) -> Result<Chosen, PlanError> {
    let (fleet, decision) = with_fewer_machines(judge.request, found, judge.is_spent())?;
    Ok(Chosen::decided(fleet, decision, progress(judge, Some(fleet))))
}

/// How far the search went. That nothing cheaper is good is known where each that costs less than `chosen` was clearly
/// refused.
fn progress(judge: &Judge<'_>, chosen: Option<Fleet>) -> SearchRecord {
    let is_clear = chosen.is_none_or(|fleet| !judge.is_unclear_below(cost(judge.request, fleet)));
    SearchRecord { fleets_simulated: judge.fleets() as u64, is_complete: !judge.is_spent() && is_clear }
}

/// The cheapest fleet as the search finds it, and one longer simulation of it: for ranking many machines.
///
/// # Errors
/// [`PlanError::Infeasible`].
pub(crate) fn quick(request: &PlanRequest) -> Result<(Fleet, Simulated), PlanError> {
    let chosen = chosen_or_given(request, SEARCH_BATCHES / 8)?;
    let simulated = match chosen.simulated {
        Some(simulated) => simulated,
        None => precise(request, chosen.fleet)?,
    };
    Ok((chosen.fleet, simulated))
}

/// What a long simulation says of a fleet. Of one that clearly misses the limit nothing further is asked, unless there is no
/// other.
fn decided(request: &PlanRequest, fleet: Fleet, from: Effort) -> Result<(Judged, Simulated), PlanError> {
    let is_enough = |result: &Simulated, is_known: bool| match Judged::new(request, fleet, result).verdict {
        LimitVerdict::Meets => is_known,
        LimitVerdict::Misses => !request.is_one_fleet() || is_known,
        LimitVerdict::Unclear => false,
    };
    let simulated = simulated_until(request, fleet, from, is_enough)?;
    Ok((Judged::new(request, fleet, &simulated), simulated))
}

/// The fleet that was fixed, with the smallest group that L1 carries and the fewest of what was left open.
fn fewest_given(request: &PlanRequest) -> Fleet {
    let range = batches_per_aggregation_range(request);
    let n = request.batches_per_aggregation.unwrap_or(*range.start());
    Fleet {
        provers: frontier::provers(request).min,
        batches_per_aggregation: n,
        aggregators: frontier::aggregators(request, n).min,
    }
}

/// Each stage with what it carries and how much of that is used.
pub(crate) fn stages(request: &PlanRequest, fleet: Fleet) -> Vec<PipelineStageRecord> {
    let Fleet { provers, batches_per_aggregation: n, aggregators } = fleet;
    // A timeout closes batches sooner than the time that was given by hand.
    let shortest_s = match request.load.close() {
        Close::Fixed { close_s } => close_s.min(request.interval_s()),
        Close::Filled { .. } => request.load.shortest_interval_s(),
    };
    let closing = if shortest_s > 0.0 { 1.0 / shortest_s } else { f64::INFINITY };
    let capacities = [
        (Term::Close, closing),
        (Term::Prove, prover_capacity(provers, request.prove_effective_s())),
        (Term::Aggregate, group_capacity(n, aggregators, request.aggregation.work_s(n))),
        (Term::Block, group_capacity(n, 1, request.l1_work_s())),
    ];
    let stage = |(stage, capacity): (Term, f64)| PipelineStageRecord {
        stage,
        capacity_batches_per_s: capacity.is_finite().then_some(capacity),
        utilization: request.batches_per_s() / capacity,
    };
    capacities.map(stage).into()
}

/// The stage with the lowest capacity, and that capacity, batches/s. Proving, where several are equal.
fn bottleneck(stages: &[PipelineStageRecord]) -> (Term, f64) {
    let capacity = |stage: &PipelineStageRecord| stage.capacity_batches_per_s.unwrap_or(f64::INFINITY);
    let lowest = stages.iter().map(capacity).fold(f64::INFINITY, f64::min);
    let order = [Term::Prove, Term::Close, Term::Aggregate, Term::Block];
    let is_lowest = |term: &Term| {
        stages.iter().any(|stage| stage.stage == *term && capacity(stage) <= lowest * (1.0 + 1e-9))
    };
    (order.into_iter().find(is_lowest).unwrap_or(Term::Prove), lowest)
}

/// A fleet with the figures of the closed form.
pub(crate) fn figures(request: &PlanRequest, chosen: &Chosen) -> RecommendationRecord {
    let Chosen { fleet, judged, .. } = chosen;
    let (fleet, judged) = (*fleet, *judged);
    let Fleet { provers, batches_per_aggregation: n, aggregators } = fleet;
    let load = &request.load;
    let stages = stages(request, fleet);
    let (bottleneck, capacity) = bottleneck(&stages);
    let closing = stages[0].capacity_batches_per_s.unwrap_or(f64::INFINITY);
    let throughput = request.batches_per_s().min(capacity_of(request, fleet)).min(closing);
    let verified = request.aggregation.batches_per_verification(n);
    let prices = request.prices_for(n);
    let rented = (request.provers_rented(provers), request.aggregators_rented(aggregators));
    let usd_per_batch = prices.map(|prices| prices.usd_per_batch(rented.0, rented.1, n, throughput));
    let usd_per_hour = prices.map(|prices| prices.usd_per_hour(rented.0, rented.1));
    let gas_usd_per_hour = prices
        .filter(|prices| prices.has_gas())
        .map(|prices| 3600.0 * throughput * prices.gas_usd_per_batch(n));
    let limit = consolidated_limit(request);
    RecommendationRecord {
        provers,
        spares: request.spares,
        batches_per_aggregation: n,
        aggregators,
        aggregator_spares: request.aggregators_rented(aggregators) - aggregators,
        cores_per_prover: request.cores_per_prover,
        cores_per_aggregator: request.cores_per_aggregator,
        usd_per_batch,
        usd_per_transaction: load
            .batch_transactions()
            .and(usd_per_batch)
            .map(|usd| usd / transactions_per_batch(request)),
        usd_per_hour,
        gas_usd_per_hour,
        usd_per_month: usd_per_hour.map(|usd| usd_per_month(usd + gas_usd_per_hour.unwrap_or(0.0))),
        stages,
        verdict: limit.and(judged).map(|judged| judged.verdict),
        capacity_batches_per_s: capacity,
        throughput_batches_per_s: throughput,
        throughput_transactions_per_s: load
            .batch_transactions()
            .map(|size| throughput * request.fill_fraction() * f64::from(size)),
        delay_virtual_s: forming_s(request, 1) + request.l1.mean_wait_s(),
        delay_consolidated_s: consolidated_s(request, n, aggregators),
        verifications_per_group: n / verified,
        verifications_per_hour: 3600.0 * throughput / f64::from(verified),
        bottleneck,
        provers_only_add_delay_after: balance_batches(
            request.interval_s(),
            request.prove_mean_s(),
            request.aggregation.whole_group_s(n, aggregators.max(1)),
            request.block_s,
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use records::plan::DelayLimitRecord;

    use crate::domain::{Aggregation, BatchState, Load, Statistic, Target, TimeDist};

    fn request(limit_s: f64) -> PlanRequest {
        let load = Load::new(Target::BatchesPerS(0.1), None, Close::Fixed { close_s: 10.0 }).unwrap();
        let prove = TimeDist::log_normal("prove", 120.0, 0.3).unwrap();
        let aggregation = Aggregation::fixed_total(TimeDist::fixed("aggregate", 12.0).unwrap());
        let limit = DelayLimitRecord { state: BatchState::Consolidated, statistic: Statistic::P99, limit_s };
        PlanRequest::new(load, prove, aggregation, 12.0).unwrap().with_delay_limit(limit).unwrap()
    }

    /// A long simulation that finds every fleet late.
    fn late(request: &PlanRequest, fleet: Fleet, from: Effort) -> Result<(Judged, Simulated), PlanError> {
        let tight = request
            .clone()
            .with_delay_limit(DelayLimitRecord { limit_s: 1.0, ..request.delay_limit.unwrap() })?;
        decided(&tight, fleet, from)
    }

    #[test]
    fn fleets_that_every_long_simulation_refuses_are_refused() {
        let request = request(600.0);
        let judge = || Judge::new(&request, SEARCH_BATCHES);
        assert!(searched(&mut judge(), None, decided).is_ok(), "there is a plan");
        let error = searched(&mut judge(), None, late).expect_err("no fleet is good").error;
        let PlanError::Infeasible { advice, .. } = &*error else { panic!("{error}") };
        assert!(advice.contains(" fleets kept the limit in short"), "{advice}");
    }
}
