//! The toy factory of *Order then Prove*, §2: stages in a line, each with parallel operators.
//!
//! Two readings exist. Pipelined (this source): a stage starts the next car as soon as it is free.
//! One car at a time (an older edition): the line is empty before the next car enters. Any one unit of
//! time works; rates are per that unit.

/// Cars per unit of time of a pipelined line: the slowest stage, `min(operators / time)`.
///
/// `stages` is `(time, operators)`. An empty line has no rate: 0.
///
/// ```
/// use planner::formulas::toy::pipelined_rate;
/// assert_eq!(pipelined_rate(&[(1.0, 1), (3.0, 1), (2.0, 1)]), 1.0 / 3.0);
/// assert_eq!(pipelined_rate(&[(1.0, 1), (3.0, 3), (2.0, 2)]), 1.0); // more operators
/// assert_eq!(pipelined_rate(&[(1.0, 1), (1.0, 1), (1.0, 1)]), 1.0); // faster operators
/// ```
pub fn pipelined_rate(stages: &[(f64, u32)]) -> f64 {
    let slowest =
        stages.iter().map(|&(time, operators)| f64::from(operators) / time).fold(f64::INFINITY, f64::min);
    if slowest.is_finite() { slowest } else { 0.0 }
}

/// Lead time of one car through an uncrowded line: the sum of the stage times.
///
/// ```
/// use planner::formulas::toy::lead_time;
/// assert_eq!(lead_time(&[(1.0, 1), (3.0, 3), (2.0, 2)]), 6.0);
/// assert_eq!(lead_time(&[(1.0, 1), (1.0, 1), (1.0, 1)]), 3.0);
/// ```
pub fn lead_time(stages: &[(f64, u32)]) -> f64 {
    stages.iter().map(|&(time, _)| time).sum()
}

/// Cars per unit of time when a car enters only after the last one left: `1 / lead time`.
///
/// ```
/// use planner::formulas::toy::one_at_a_time_rate;
/// assert_eq!(one_at_a_time_rate(&[(1.0, 1), (3.0, 1), (2.0, 1)]), 1.0 / 6.0);
/// ```
pub fn one_at_a_time_rate(stages: &[(f64, u32)]) -> f64 {
    if stages.is_empty() { 0.0 } else { 1.0 / lead_time(stages) }
}
