//! The queue of sequenced batches that wait to be proved: draining, daily peaks, autoscaling.
//!
//! A fluid: batches come and go at rates, without chance. Right for backlogs of many batches, which is when
//! an operator asks; for few, the simulation is the tool. Times in seconds, rates in batches per second.
//!
//! | module | what |
//! |---|---|
//! | [`day`] | a daily curve met by a fixed fleet |
//! | [`autoscale`] | the same met by a fleet that follows the queue |
//! | [`planned`] | the rate that each number of provers carries within a limit on the wait |
//! | [`run_ahead`] | [`RunAhead`]: how many sequenced, unproved batches a limit allows, and with a burst to come |
//! | `simulated` | [`DayQueue`]: both batch by batch, with the distribution of waits |

pub mod autoscale;
pub mod day;
pub mod planned;
pub mod run_ahead;
mod simulated;

pub use crate::domain::{Autoscaler, LoadSeen, ScalingMemory, ScalingPolicy};
pub use autoscale::autoscaled;
pub use day::{DayCurve, DayOutcome, fixed_fleet, provers_for_day};
pub use run_ahead::{Burst, RunAhead};
pub use simulated::DayQueue;

/// Time to drain a backlog: `backlog / (P/p − arrivals)`; none if it never drains.
///
/// ```
/// use planner::backlog::drain_s;
/// // 100 batches behind, 14 provers of 120 s against a batch every 10 s.
/// assert!((drain_s(100.0, 14, 120.0, 0.1).unwrap() - 6_000.0).abs() < 1e-6);
/// assert_eq!(drain_s(100.0, 12, 120.0, 0.1), None);
/// ```
pub fn drain_s(backlog_batches: f64, provers: u32, prove_s: f64, arrivals_per_s: f64) -> Option<f64> {
    let spare = f64::from(provers) / prove_s - arrivals_per_s;
    (spare > 1e-12).then(|| backlog_batches / spare)
}

/// The fewest provers that drain a backlog within `within_s`: `p·(arrivals + backlog/within)`, rounded up.
///
/// ```
/// assert_eq!(planner::backlog::provers_to_drain(100.0, 120.0, 0.1, 6_000.0), 14);
/// ```
pub fn provers_to_drain(backlog_batches: f64, prove_s: f64, arrivals_per_s: f64, within_s: f64) -> u32 {
    crate::formulas::capacity::whole_at_least(prove_s * (arrivals_per_s + backlog_batches / within_s))
}
