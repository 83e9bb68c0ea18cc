//! Provers that crash and start the job again.

/// Mean time that a job holds its prover, s: `(MTBF + R)(1/L(1/MTBF) − 1)`.
///
/// `transform` is the Laplace transform of prove time at `1/MTBF`: the chance that an attempt ends before
/// the prover crashes. Assumes exponential times between crashes and a fresh draw for each attempt.
/// Source: attempts are geometric with success `L`; each failed one costs its own time and a repair.
///
/// ```
/// // Fixed 120 s, MTBF 1 h, repair 10 min: L = exp(−120/3600).
/// let occupancy = planner::formulas::crash::occupancy_s(3600.0, 600.0, (-120.0_f64 / 3600.0).exp());
/// assert!((occupancy - 142.35948).abs() < 1e-5);
/// ```
pub fn occupancy_s(mtbf_s: f64, repair_s: f64, transform: f64) -> f64 {
    (mtbf_s + repair_s) * (1.0 / transform - 1.0)
}
