//! Waiting in the textbook queues: starting points and yardsticks for the simulation.
//!
//! Time in mean service times unless said; `utilization` is arrivals × service / servers, below 1.

/// Chance that an arrival waits in M/M/c (Erlang C), by the stable recursion over Erlang B.
///
/// ```
/// assert!((planner::formulas::queue::erlang_c(2, 0.5) - 1.0 / 3.0).abs() < 1e-12);
/// ```
pub fn erlang_c(servers: u32, utilization: f64) -> f64 {
    let load = utilization * f64::from(servers);
    let blocked = (1..=servers).fold(1.0, |b, k| load * b / (f64::from(k) + load * b));
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
