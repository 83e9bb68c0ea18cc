//! How many batches share a sequence transaction, where such a transaction has a price: the most that keep the limit on
//! the delay to virtual.
//!
//! More of them are cheaper, and add nothing but delay to virtual, which no fleet changes: S is therefore known before
//! any fleet is searched for. Not here: the bound by the group ([`PlanRequest::batches_per_sequence`]).

use records::plan::BatchState;

use crate::error::PlanError;
use crate::formulas::capacity::{whole_at_least, whole_at_most};
use crate::plan::fleet::Fleet;
use crate::plan::fleet_estimate::{delay_of, precise};
use crate::plan::needs::{forming_s, meets};
use crate::plan::request::{BATCHES_PER_AGGREGATION_MAX, PlanRequest};

/// `request` with the most batches of a sequence transaction that the limit on the delay to virtual allows.
///
/// # Errors
/// None that the request did not have.
pub(crate) fn resolved(request: &PlanRequest) -> Result<PlanRequest, PlanError> {
    let limit = request.delay_limit.filter(|limit| limit.state == BatchState::Virtual);
    let Some(limit) = limit.filter(|_| request.is_sequence_free()) else { return Ok(request.clone()) };
    // S batches take S − 1 intervals at the least on average; the statistic may lie lower by a little.
    let beyond = whole_at_most(2.0 * limit.limit_s / request.interval_s()).saturating_add(2);
    let (mut passes, mut fails) = (1, beyond.min(BATCHES_PER_AGGREGATION_MAX));
    while fails - passes > 1 {
        let middle = u32::midpoint(passes, fails);
        let with = request.clone().with_batches_per_sequence(middle)?;
        if meets(limit, virtual_s(&with)?) { passes = middle } else { fails = middle }
    }
    Ok(PlanRequest { batches_per_sequence_max: passes, ..request.clone() })
}

/// The delay to virtual of a sequence transaction's oldest transaction, by the statistic of the limit and with its
/// half-width, s; with the fewest batches of such a transaction where their number is free.
pub(crate) fn virtual_s(request: &PlanRequest) -> Result<f64, PlanError> {
    let batches = request.batches_per_sequence(1);
    let Some(limit) = request.delay_limit.filter(|_| !request.is_deterministic()) else {
        return Ok(forming_s(request, batches) + request.l1.mean_wait_s());
    };
    // Any fleet will do: the delay to virtual does not depend on it.
    let provers = whole_at_least(2.0 * request.batches_per_s() * request.prove_effective_s()).max(1);
    let fleet = Fleet { provers, batches_per_aggregation: batches, aggregators: provers.max(1) };
    let delay = delay_of(&precise(request, fleet)?, BatchState::Virtual, limit.statistic);
    Ok(delay.value + delay.half_width.unwrap_or(0.0))
}
