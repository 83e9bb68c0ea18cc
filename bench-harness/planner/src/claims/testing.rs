//! Records for tests of verdicts, with typed numbers.

use fixtures::execution;
use records::execution::{ExecutionPointRecord, ExecutionRecord, ExecutorName, MiddleRecord};
use records::profile::{
    CellSummaryRecord, IntervalRecord, OutliersRecord, ProfileRecord, QuantityName, QuantityRecord,
};
use records::sample::CellRecord;

/// Five per cent to both sides.
pub(super) fn middle(median: f64) -> MiddleRecord {
    execution::middle(median, 0.95, 1.05)
}

fn point(executor: ExecutorName, threads: u32, hot_pool: f64, speedup: f64) -> ExecutionPointRecord {
    let speed = execution::speed(middle(0.05 / speedup), middle(speedup));
    let point = execution::point(hot_pool, executor, threads, 0.05);
    ExecutionPointRecord { execution: speed, with_root: speed, ..point }
}

/// Seven repeats of 1,000 swaps with 50 µs of work: Block-STM `hot` times as fast as in order where all go to one pool,
/// `cool` times where none does.
pub(super) fn execution(hot: f64, cool: f64, threads: u32) -> ExecutionRecord {
    let points = vec![
        point(ExecutorName::Sequential, 1, 0.0, 1.0),
        point(ExecutorName::BlockStm, threads, 0.0, cool),
        point(ExecutorName::Sequential, 1, 1.0, 1.0),
        point(ExecutorName::BlockStm, threads, 1.0, hot),
    ];
    execution::of_points(points, vec![])
}

/// A stage of 20 samples, its interval `spread` to both sides.
pub(super) fn stage(quantity: QuantityName, median_s: f64, spread: f64) -> QuantityRecord {
    let ends = [1.0 - spread, 1.0, 1.0 + spread].map(|part| part * median_s);
    QuantityRecord {
        quantity,
        level: None,
        samples: 20,
        median_s,
        interval: Some(IntervalRecord { low_s: ends[0], high_s: ends[2], coverage: 0.95 }),
        mean_s: median_s,
        deviation_s: Some(spread * median_s),
        min_s: ends[0],
        max_s: ends[2],
        quantiles: vec![],
        cycles: None,
        outliers: OutliersRecord::default(),
        values_s: ends.to_vec(),
        discarded_values_s: vec![],
    }
}

/// A cell of 64 swaps.
pub(super) fn cell(system: &str, cores: u64, quantities: Vec<QuantityRecord>) -> CellSummaryRecord {
    let example = fixtures::profile::profile().cells.swap_remove(0);
    let cell =
        CellRecord { proof_system: system.to_owned(), cores, ..fixtures::profile::cell("swap", cores) };
    CellSummaryRecord { cell, clean_samples: 20, quantities, ..example }
}

/// A profile of these cells.
pub(super) fn profile(cells: Vec<CellSummaryRecord>) -> ProfileRecord {
    ProfileRecord { cells, ..fixtures::profile::profile() }
}
