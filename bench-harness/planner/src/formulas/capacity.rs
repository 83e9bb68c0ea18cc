//! What each stage allows, when batches per aggregation, provers and aggregators are three numbers.
//!
//! The published `max()` has one `N` for all three. Here a stage's capacity is its own figure, in batches
//! per second, and the pipeline runs at the lowest of them. Assumes work is divided freely among the
//! provers and aggregators of a stage (true in the long run for whole batches and whole merges).

/// The `N` after which more provers only add delay: `⌈max(p, a, b) / c⌉`, at least 1.
///
/// Source: the published `max()`; above this `N` the term `N·c` is the largest, so the rate stays `1/c` while
/// the delay grows by `c` for each batch more.
///
/// ```
/// use planner::formulas::capacity::balance_batches;
/// assert_eq!(balance_batches(10.0, 120.0, 12.0, 15.0), 12);
/// assert_eq!(balance_batches(3.0, 120.0, 12.0, 15.0), 40); // the edition with c = 3
/// ```
pub fn balance_batches(close_s: f64, prove_s: f64, aggregate_s: f64, block_s: f64) -> u32 {
    whole_at_least(prove_s.max(aggregate_s).max(block_s) / close_s).max(1)
}

/// The smallest whole number not below `x`, forgiving rounding noise of one part in 10⁹.
///
/// `0.1 × 120` must be 12 provers and not 13. Saturates at `u32::MAX`; 0 for `x ≤ 0`.
///
/// ```
/// use planner::formulas::capacity::whole_at_least;
/// assert_eq!(whole_at_least(0.1 * 120.0), 12);
/// assert_eq!(whole_at_least(12.0 + 1e-12), 12);
/// assert_eq!(whole_at_least(12.001), 13);
/// ```
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a float-to-int cast saturates, as documented"
)]
pub fn whole_at_least(x: f64) -> u32 {
    (x * (1.0 - 1e-9)).ceil() as u32
}

/// The largest whole number not above `x`, forgiving rounding noise of one part in 10⁹.
///
/// Saturates at `u32::MAX`; 0 for `x < 1`.
///
/// ```
/// use planner::formulas::capacity::whole_at_most;
/// assert_eq!(whole_at_most(0.3 / 0.1), 3); // 2.9999999999999996
/// assert_eq!(whole_at_most(3.999), 3);
/// ```
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a float-to-int cast saturates, as documented"
)]
pub fn whole_at_most(x: f64) -> u32 {
    (x * (1.0 + 1e-9)).floor() as u32
}

/// Batches per second that `provers` allow: `P / p`.
///
/// ```
/// assert_eq!(planner::formulas::capacity::prover_capacity(12, 120.0), 0.1);
/// ```
pub fn prover_capacity(provers: u32, prove_s: f64) -> f64 {
    f64::from(provers) / prove_s
}

/// Batches per second that a stage taking `work_s` per group of `n` batches allows on `servers` machines.
///
/// For aggregation `work_s` is the sum of all merges of a group; for L1 it is the block time on one server.
/// No work is no limit: infinite.
///
/// ```
/// use planner::formulas::capacity::group_capacity;
/// // 12 s merges, N = 7, one aggregator: 7/72, less than the 0.1 wanted.
/// assert!(group_capacity(7, 1, 6.0 * 12.0) < 0.1);
/// assert_eq!(group_capacity(1, 1, 0.0), f64::INFINITY);
/// ```
pub fn group_capacity(n: u32, servers: u32, work_s: f64) -> f64 {
    if work_s > 0.0 { f64::from(n) * f64::from(servers) / work_s } else { f64::INFINITY }
}
