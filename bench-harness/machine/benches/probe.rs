//! What a reading of the probes costs: half a second between two of them keeps it under 0.5 % of a proof.

use criterion::{Criterion, criterion_group, criterion_main};
use machine::usage::UsageMark;
use machine::{CpuList, Probe, Root};
use std::hint::black_box;

fn probe(criterion: &mut Criterion) {
    criterion.bench_function("one reading of clock and share", |bencher| {
        bencher.iter(|| black_box(Probe::new().read()));
    });
    let cpus: CpuList = [0].into_iter().collect();
    criterion.bench_function("counters of this process", |bencher| {
        bencher.iter(|| black_box(UsageMark::now(&Root::system(), &cpus).used()));
    });
}

criterion_group!(benches, probe);
criterion_main!(benches);
