//! How many iterations of the work a microsecond has, on one core of this machine now.

use std::time::Instant;
use workloads::executor::WorkPerTransaction;

/// Iterations of one run: some hundred microseconds, so that the clock's own cost is nothing.
const RUN: u64 = 200_000;
/// Runs, of which the fastest counts: whatever else the core does makes a run longer and never shorter.
const RUNS: u32 = 25;

pub(super) fn iterations_per_us() -> f64 {
    let run_s = |_| {
        let start = Instant::now();
        WorkPerTransaction(RUN).spend();
        start.elapsed().as_secs_f64()
    };
    RUN as f64 / ((0..RUNS).map(run_s).fold(f64::INFINITY, f64::min) * 1e6)
}
