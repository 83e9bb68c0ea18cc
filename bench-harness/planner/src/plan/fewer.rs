//! Machines of a chosen fleet that make no difference are taken back.

use records::plan::LimitVerdict;

use crate::error::PlanError;
use crate::fewest::{fewest, grain};
use crate::plan::fleet::Fleet;
use crate::plan::frontier;
use crate::plan::judge::Judged;
use crate::plan::request::PlanRequest;
use crate::plan::run_length::{Effort, simulated_like};
use crate::sim::Simulated;

/// A long simulation of a fleet, from this effort on, or what a test says in its place.
pub(crate) type Decide = fn(&PlanRequest, Fleet, Effort) -> Result<(Judged, Simulated), PlanError>;

/// A fleet with what a long simulation says of it.
pub(crate) type Decided = (Fleet, (Judged, Simulated));

/// The fleet with the fewest aggregators and then the fewest provers of which simulations say no worse: short ones cannot
/// tell a machine more or less from chance, and a search doubles machines and may have had nothing left to take them back.
pub(crate) fn with_fewer_machines(
    request: &PlanRequest,
    found: Decided,
    is_spent: bool,
) -> Result<Decided, PlanError> {
    let aggregators = |fleet: Fleet, count: u32| Fleet { aggregators: count, ..fleet };
    let provers = |fleet: Fleet, count: u32| Fleet { provers: count, ..fleet };
    let fleet = found.0;
    let of_aggregators =
        (frontier::aggregators(request, fleet.batches_per_aggregation).min, fleet.aggregators);
    let of_provers = (frontier::provers(request).min, fleet.provers);
    // What takes long to simulate is asked about once, where it is likeliest to be far too large.
    let each = found.1.1.batches * u64::from(found.1.1.replications);
    if each <= FEWER_BATCHES / 8 {
        let found = with_fewer(request, found, of_aggregators, aggregators, false)?;
        return with_fewer(request, found, of_provers, provers, false);
    }
    let excess = |(least, count): (u32, u32)| f64::from(count) / f64::from(least.max(1));
    let (more_aggregators, more_provers) = (excess(of_aggregators), excess(of_provers));
    match more_aggregators.max(more_provers) {
        most if most <= LARGE && !is_spent => Ok(found),
        most if most <= 1.0 => Ok(found),
        _ if more_aggregators >= more_provers => {
            with_fewer(request, found, of_aggregators, aggregators, true)
        }
        _ => with_fewer(request, found, of_provers, provers, true),
    }
}

/// The fleet with the fewest machines of one kind, from `least` to the `count` that it has, that is as good.
fn with_fewer(
    request: &PlanRequest,
    found: Decided,
    (least, count): (u32, u32),
    with: impl Fn(Fleet, u32) -> Fleet,
    is_long: bool,
) -> Result<Decided, PlanError> {
    let before = found.1.0;
    let tries_max = match is_long {
        true if f64::from(count) > FAR_TOO_LARGE * f64::from(least.max(1)) => 2 * LONG_TRIES,
        true => LONG_TRIES,
        false => u32::MAX,
    };
    // Some of many machines are no finer than chance.
    let few = tries_max.min(TRIES);
    let grain = grain(least).max(count.saturating_sub(least) / few);
    let mut best = None;
    let (mut spent, mut tries) = (0, 0);
    let fleet = found.0;
    let wanted = fewest(least, count, grain, |tried| {
        if spent > FEWER_BATCHES || tries >= tries_max {
            return Ok(None);
        }
        tries += 1;
        // On the same random numbers, so that chance is no difference between the two.
        let tried = with(fleet, tried);
        let (simulated, batches) = simulated_like(request, tried, &found.1.1)?;
        spent += batches;
        let judged = Judged::new(request, tried, &simulated);
        // Of one that is open already, a machine less is no reason where it moves the delay by far less than chance.
        let is_near = judged.delay_s <= before.delay_s + NEAR * before.half_width_s;
        let is_no_worse = match before.is_clearly_good() {
            true => judged.is_clearly_good(),
            false => judged.is_good() || (judged.verdict == LimitVerdict::Unclear && is_near),
        };
        if is_no_worse {
            best = Some((tried, (judged, simulated)));
        }
        Ok(Some(is_no_worse))
    })?;
    Ok(best.filter(|best| best.0 == with(fleet, wanted)).unwrap_or(found))
}

/// Batches that may be simulated to take machines of one kind back, about.
const FEWER_BATCHES: u64 = 400_000;
/// Tries of a fleet that takes long to simulate.
const LONG_TRIES: u32 = 1;
/// So many times as many machines as the fewest that carry the load are far too many, perhaps.
const LARGE: f64 = 2.0;
/// So many times as many are, for certain.
const FAR_TOO_LARGE: f64 = 4.0;

/// So many half-widths are no difference.
const NEAR: f64 = 1.0;

/// Machines of one kind that are taken back one by one; of more some at once.
const TRIES: u32 = 16;
