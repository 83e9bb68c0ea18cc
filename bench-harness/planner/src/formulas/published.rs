//! The formulas of *System Performance and the "Order then Prove" Paradigm*, v1.0 (June 2024), §3.
//!
//! They are computed exactly as printed, and shown as such. Throughput is in batches per second, every
//! time in seconds. Assumptions of the source, not ours: each stage takes a fixed time; `n` batches are
//! proved by `n` provers at once; closing, proving, aggregating and the L1 block overlap between groups;
//! no queue ever forms. Where those fail, so do the figures: the source says so of none of them.

/// Throughput of the single-batch design, `1/p`.
///
/// ```
/// let batches_per_s = planner::formulas::published::single_throughput(120.0);
/// assert!((batches_per_s - 1.0 / 120.0).abs() < 1e-12);
/// ```
pub fn single_throughput(prove_s: f64) -> f64 {
    1.0 / prove_s
}

/// Delay to consolidated of the single-batch design, `c + p + b`.
///
/// ```
/// assert_eq!(planner::formulas::published::single_delay_s(10.0, 120.0, 15.0), 145.0);
/// ```
pub fn single_delay_s(close_s: f64, prove_s: f64, block_s: f64) -> f64 {
    close_s + prove_s + block_s
}

/// Throughput of naive horizontal scaling, `n / max(p, n·c, b)`.
///
/// ```
/// let batches_per_s = planner::formulas::published::naive_throughput(12, 10.0, 120.0, 15.0);
/// assert!((batches_per_s - 0.1).abs() < 1e-12);
/// ```
pub fn naive_throughput(n: u32, close_s: f64, prove_s: f64, block_s: f64) -> f64 {
    let n = f64::from(n);
    n / prove_s.max(n * close_s).max(block_s)
}

/// Delay to consolidated of naive horizontal scaling, `n·c + p + b`.
///
/// ```
/// assert_eq!(planner::formulas::published::naive_delay_s(12, 10.0, 120.0, 15.0), 255.0);
/// ```
pub fn naive_delay_s(n: u32, close_s: f64, prove_s: f64, block_s: f64) -> f64 {
    f64::from(n) * close_s + prove_s + block_s
}

/// Throughput of horizontal scaling with aggregation, `n / max(p, n·c, b, a)`.
///
/// ```
/// use planner::formulas::published::aggregated_throughput;
/// assert!((aggregated_throughput(12, 10.0, 120.0, 12.0, 15.0) - 0.1).abs() < 1e-12);
/// assert!((aggregated_throughput(4, 10.0, 120.0, 12.0, 15.0) - 4.0 / 120.0).abs() < 1e-12);
/// ```
pub fn aggregated_throughput(n: u32, close_s: f64, prove_s: f64, aggregate_s: f64, block_s: f64) -> f64 {
    let n = f64::from(n);
    n / prove_s.max(n * close_s).max(block_s).max(aggregate_s)
}

/// Delay to consolidated of horizontal scaling with aggregation, `n·c + p + a + b`.
///
/// ```
/// assert_eq!(planner::formulas::published::aggregated_delay_s(12, 10.0, 120.0, 12.0, 15.0), 267.0);
/// ```
pub fn aggregated_delay_s(n: u32, close_s: f64, prove_s: f64, aggregate_s: f64, block_s: f64) -> f64 {
    f64::from(n) * close_s + prove_s + aggregate_s + block_s
}

/// Delay to virtual of order-then-prove, `n·c + b`, with `n` batches in one sequence transaction.
///
/// The source gives `c + b` for one batch and this form for several.
///
/// ```
/// use planner::formulas::published::virtual_delay_s;
/// assert_eq!(virtual_delay_s(1, 10.0, 15.0), 25.0);
/// assert_eq!(virtual_delay_s(12, 10.0, 15.0), 135.0);
/// ```
pub fn virtual_delay_s(n: u32, close_s: f64, block_s: f64) -> f64 {
    f64::from(n) * close_s + block_s
}

/// Proofs verified on L1 for each group of `n` batches: `n` when naive, 1 when aggregated.
///
/// ```
/// use planner::formulas::published::verifications;
/// assert_eq!(verifications(12, false), 12);
/// assert_eq!(verifications(12, true), 1);
/// ```
pub fn verifications(n: u32, aggregated: bool) -> u32 {
    if aggregated { 1 } else { n }
}

/// How many times faster one prover must be to reach a target alone: `target · p`.
///
/// The source names vertical scaling and gives it no formula. This is the single-batch throughput
/// `1/(p/s)` solved for the speed-up `s`; below 1 the prover is already fast enough.
///
/// ```
/// use planner::formulas::published::{single_delay_s, vertical_speedup};
/// let speedup = vertical_speedup(0.1, 120.0);
/// assert!((speedup - 12.0).abs() < 1e-12);
/// assert_eq!(single_delay_s(10.0, 120.0 / speedup, 15.0), 35.0);
/// ```
pub fn vertical_speedup(target_batches_per_s: f64, prove_s: f64) -> f64 {
    target_batches_per_s * prove_s
}
