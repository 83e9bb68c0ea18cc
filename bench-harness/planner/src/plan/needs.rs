//! What a request needs whatever the fleet: the fewest provers, the limit, the time to form a group.
//!
//! Choosing, searching and refusing all use it; it uses none of them.

use records::plan::{BatchState, DelayLimitRecord};

use crate::formulas::capacity::{whole_at_least, whole_at_most};
use crate::plan::request::PlanRequest;

/// The fewest provers whose queue does not grow for ever: all of their time if nothing is random, less than all
/// of it otherwise.
pub(crate) fn provers_min(request: &PlanRequest) -> u32 {
    let needed = request.batches_per_s() * request.prove_effective_s();
    if request.is_deterministic() { whole_at_least(needed).max(1) } else { more_than(needed) }
}

/// The smallest whole number above `x`, by more than rounding.
pub(crate) fn more_than(x: f64) -> u32 {
    whole_at_most(x) + 1
}

/// The limit on the delay to consolidated, if there is one.
pub(crate) fn consolidated_limit(request: &PlanRequest) -> Option<DelayLimitRecord> {
    request.delay_limit.filter(|limit| limit.state == BatchState::Consolidated)
}

/// Whether a delay is within a limit, by more than rounding.
pub(crate) fn meets(limit: DelayLimitRecord, delay_s: f64) -> bool {
    delay_s <= limit.limit_s * (1.0 + 1e-9)
}

/// From the first transaction of a group to the closing of its last batch, s.
pub(crate) fn forming_s(request: &PlanRequest, n: u32) -> f64 {
    let interval_s = request.interval_s();
    f64::from(n - 1) * interval_s + request.close_s()
}
