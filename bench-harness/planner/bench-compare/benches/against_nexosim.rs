//! Events a second of both, on one core.

use std::hint::black_box;
use std::time::Duration;

use bench_compare::{Case, general, ours};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

const BATCHES: u64 = 60_000;

fn both(c: &mut Criterion) {
    for (name, case) in [("M/M/5", Case::Queue), ("pipeline", Case::Pipeline)] {
        let mut group = c.benchmark_group(name);
        let events = ours::run(case, BATCHES, 1).unwrap().events;
        group.throughput(Throughput::Elements(events));
        group.bench_function("planner", |b| b.iter(|| ours::run(black_box(case), BATCHES, 1).unwrap()));
        group.bench_function("nexosim", |b| b.iter(|| general::run(black_box(case), BATCHES, 1).unwrap()));
        group.finish();
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(6));
    targets = both
}
criterion_main!(benches);
