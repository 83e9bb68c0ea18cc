//! How many batches of each rollup one proof settles, where the user has not said: the number with which a transaction
//! costs least, on the cheapest fleet that keeps the limit on the delay.
//!
//! Long rounds share one verification among more transactions and have fewer merges a batch; but what they take to form is
//! part of the delay, and what is left of the limit then asks for more machines. The machines for the load alone bound the
//! cost of a length from below without a simulation: lengths are looked at by that bound, until it exceeds the best cost.

use records::fractal::FractalStageName;
use records::plan::{BatchState, DelayLimitRecord, FractalRoundRecord};

use crate::error::PlanError;
use crate::fractal::cost::usd_per_transaction;
use crate::fractal::graph::RoundGraph;
use crate::fractal::request::{Cadence, FractalRequest};
use crate::fractal::search::{ChosenFleet, choose, for_load};
use crate::fractal::sim::{FractalFleet, Rounds};
use crate::sim::DelayFigures;

/// The most lengths whose fleets are searched.
pub(super) const SEARCHED_MAX: usize = 24;
/// The most lengths that are looked at.
pub(super) const LENGTHS_MAX: u32 = 10_000;

/// The request with the rounds that were chosen, and all lengths that were searched.
#[derive(Debug, Clone)]
pub(crate) struct ChosenRound {
    pub(crate) request: FractalRequest,
    pub(crate) chosen: ChosenFleet,
    /// By length.
    pub(crate) searched: Vec<FractalRoundRecord>,
    /// Whether no other length can be cheaper.
    pub(crate) is_complete: bool,
}

/// The rounds of the request and their fleet where the user gave their length, or no limit that says how long they may be;
/// otherwise those with which a transaction costs least.
///
/// # Errors
/// As [`choose`], where no length has a fleet: the refusal of the shortest.
pub(crate) fn choose_round(request: &FractalRequest) -> Result<ChosenRound, PlanError> {
    match request.delay_limit {
        Some(limit) if request.chooses_round && limit.state == BatchState::Consolidated => {
            cheapest_round(request, limit)
        }
        _ => {
            let chosen = fleet_of(request)?;
            Ok(ChosenRound { request: request.clone(), chosen, searched: Vec::new(), is_complete: true })
        }
    }
}

fn cheapest_round(request: &FractalRequest, limit: DelayLimitRecord) -> Result<ChosenRound, PlanError> {
    let mut by_bound: Vec<(f64, FractalRequest)> = Vec::new();
    let lengths = lengths(request.cadence, limit, least_proving_s(request)?)?;
    let mut is_complete = lengths.clone().nth(LENGTHS_MAX as usize).is_none();
    for batches in lengths {
        let cadence = Cadence { batches, ..request.cadence };
        let longer = FractalRequest { cadence, ..request.clone() };
        // Longer ones have more jobs still, more than are simulated.
        if longer.check_jobs().is_err() {
            is_complete = false;
            break;
        }
        by_bound.push((cost(&longer, least(&longer)), longer));
    }
    // Of equal bounds the shorter first: a stable sort.
    by_bound.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut best: Option<(f64, ChosenRound)> = None;
    let mut searched = Vec::new();
    for (count, (bound, longer)) in by_bound.into_iter().enumerate() {
        if best.as_ref().is_some_and(|(least, _)| bound > least * (1.0 + 1e-9)) {
            break;
        }
        if count >= SEARCHED_MAX {
            is_complete = false;
            break;
        }
        let chosen = match fleet_of(&longer) {
            Ok(chosen) => chosen,
            Err(PlanError::Infeasible { .. }) => continue,
            Err(error) => return Err(error),
        };
        searched.push(row(&longer, &chosen));
        let found = cost(&longer, chosen.fleet);
        let batches = longer.cadence.batches;
        let is_better = best.as_ref().is_none_or(|(least, round)| {
            let is_same = (found - least).abs() <= 1e-9 * least;
            if is_same { batches < round.request.cadence.batches } else { found < *least }
        });
        if is_better {
            let round = ChosenRound { request: longer, chosen, searched: Vec::new(), is_complete: true };
            best = Some((found, round));
        }
    }
    searched.sort_by_key(|round| round.batches_per_round);
    match best {
        Some((_, round)) => Ok(ChosenRound { searched, is_complete, ..round }),
        // Nothing keeps the limit: the shortest round that L1 takes says what is in the way.
        None => {
            let cadence = Cadence::shortest(request.cadence.close_s, request.cadence.block_s)?;
            let request = FractalRequest { cadence, ..request.clone() };
            let chosen = fleet_of(&request)?;
            Ok(ChosenRound { request, chosen, searched, is_complete })
        }
    }
}

/// The lengths that can keep a limit. Every delay of the oldest transaction has a round and a block in it, and what proving
/// takes at the least.
pub(super) fn lengths(
    cadence: Cadence,
    limit: DelayLimitRecord,
    proving_s: f64,
) -> Result<std::ops::RangeInclusive<u32>, PlanError> {
    let Cadence { close_s, block_s, .. } = cadence;
    let shortest = Cadence::shortest(close_s, block_s)?.batches;
    let most = ((limit.limit_s - block_s - proving_s) / close_s * (1.0 + 1e-9)).floor();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a float is cut to a u32")]
    let most = (most as u32).min(shortest.saturating_add(LENGTHS_MAX));
    Ok(shortest..=most)
}

/// Where times are fixed, the shortest chain of jobs from a closing to the one proof, s: it is never shorter in a longer
/// round.
fn least_proving_s(request: &FractalRequest) -> Result<f64, PlanError> {
    if !request.times.is_fixed() {
        return Ok(0.0);
    }
    let shortest = Cadence::shortest(request.cadence.close_s, request.cadence.block_s)?.batches;
    let graph = RoundGraph::new(&request.tree, shortest, &request.times);
    let proofs = graph.jobs.iter().filter(|job| job.stage == FractalStageName::Prove);
    Ok(proofs.map(|job| job.left_s).fold(f64::INFINITY, f64::min))
}

/// The machines for the load alone: no fleet of this length has fewer of either.
fn least(request: &FractalRequest) -> FractalFleet {
    let FractalFleet { provers, aggregators } = for_load(request);
    FractalFleet {
        provers: request.provers.unwrap_or(provers),
        aggregators: request.aggregators.unwrap_or(aggregators),
    }
}

/// Dollars a transaction, or machines where nothing is priced.
fn cost(request: &FractalRequest, fleet: FractalFleet) -> f64 {
    usd_per_transaction(request, fleet)
        .unwrap_or_else(|| f64::from(fleet.provers) + f64::from(fleet.aggregators))
}

pub(super) fn fleet_of(request: &FractalRequest) -> Result<ChosenFleet, PlanError> {
    let cadence = (request.cadence.close_s, request.cadence.batches, request.cadence.block_s);
    choose(request, &Rounds::new(&request.tree, &request.times, cadence, request.seed))
}

fn row(request: &FractalRequest, chosen: &ChosenFleet) -> FractalRoundRecord {
    let DelayFigures { mean_s, p99_s, .. } = chosen.simulated.all;
    FractalRoundRecord {
        batches_per_round: request.cadence.batches,
        round_s: request.cadence.round_s(),
        provers: chosen.fleet.provers,
        aggregators: chosen.fleet.aggregators,
        consolidated_mean_s: mean_s.value,
        consolidated_p99_s: p99_s.value,
        usd_per_transaction: usd_per_transaction(request, chosen.fleet),
    }
}
