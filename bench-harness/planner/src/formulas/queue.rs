//! Waiting in the textbook queues: starting points and yardsticks for the simulation.
//!
//! Time in mean service times unless said; `utilization` is arrivals × service / servers, below 1.

use crate::formulas::capacity::whole_at_most;

/// Chance that an arrival waits in M/M/c (Erlang C), by the stable recursion over Erlang B.
///
/// ```
/// use planner::formulas::queue::erlang_c;
/// assert!((erlang_c(2, 0.5) - 1.0 / 3.0).abs() < 1e-12);
/// assert_eq!(erlang_c(u32::MAX, 0.5), 0.0); // and soon
/// ```
pub fn erlang_c(servers: u32, utilization: f64) -> f64 {
    let load = utilization * f64::from(servers);
    // Of many servers the first ones are soon forgotten: ten times √load before the load an error is worth e⁻⁵⁰ of it.
    let from = whole_at_most((load - 10.0 * load.sqrt() - 10.0).max(0.0)).min(servers);
    let mut blocked = 1.0 - f64::from(from) / load.max(1.0);
    for k in from + 1..=servers {
        blocked = load * blocked / (f64::from(k) + load * blocked);
        if blocked < f64::MIN_POSITIVE {
            return 0.0;
        }
    }
    blocked / (1.0 - utilization * (1.0 - blocked))
}

/// Mean wait in M/M/c: `C / (c(1 − ρ))`.
///
/// ```
/// assert!((planner::formulas::queue::mmc_mean_wait(1, 0.9) - 9.0).abs() < 1e-9);
/// ```
pub fn mmc_mean_wait(servers: u32, utilization: f64) -> f64 {
    erlang_c(servers, utilization) / (f64::from(servers) * (1.0 - utilization))
}

/// Quantile `q` of the wait in M/M/c: `ln(C/(1 − q)) / (c(1 − ρ))`, 0 if so few wait.
///
/// ```
/// assert!((planner::formulas::queue::mmc_wait_quantile(1, 0.9, 0.99) - 44.9980967).abs() < 1e-6);
/// ```
pub fn mmc_wait_quantile(servers: u32, utilization: f64, q: f64) -> f64 {
    let waits = erlang_c(servers, utilization);
    ((waits / (1.0 - q)).ln() / (f64::from(servers) * (1.0 - utilization))).max(0.0)
}

/// Mean wait in M/G/1 (Pollaczek and Khinchine): `ρ(1 + cv²) / (2(1 − ρ))`.
///
/// ```
/// assert!((planner::formulas::queue::mg1_mean_wait(0.9, 0.3) - 4.905).abs() < 1e-12);
/// ```
pub fn mg1_mean_wait(utilization: f64, service_cv: f64) -> f64 {
    utilization * (1.0 + service_cv * service_cv) / (2.0 * (1.0 - utilization))
}

/// Mean wait in G/G/c after Allen and Cunneen: M/M/c times `(cv_arrivals² + cv_service²)/2`.
///
/// Only to start a search from: for fixed arrivals, lognormal service of CV 0.3 and 13 servers at 70 % use
/// it is 54 times off.
///
/// ```
/// use planner::formulas::queue::{allen_cunneen_mean_wait, mmc_mean_wait};
/// assert_eq!(allen_cunneen_mean_wait(5, 0.8, 1.0, 1.0), mmc_mean_wait(5, 0.8));
/// ```
pub fn allen_cunneen_mean_wait(servers: u32, utilization: f64, arrival_cv: f64, service_cv: f64) -> f64 {
    mmc_mean_wait(servers, utilization) * (arrival_cv * arrival_cv + service_cv * service_cv) / 2.0
}
