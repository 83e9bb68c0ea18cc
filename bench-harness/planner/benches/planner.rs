//! Simulated events a second, a million batches, and a full recommendation over the catalogue.

#![expect(clippy::unwrap_used, reason = "a benchmark that cannot build its input has failed")]

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use planner::domain::{Aggregation, BatchState, Close, DelayLimitRecord, Load, Statistic, Target, TimeDist};
use planner::hardware::{Catalogue, MeasuredProver, rank};
use planner::sim::{Arrivals, L1, Pipeline, RunLength, simulate};
use planner::{PlanRequest, recommend};

fn prove() -> TimeDist {
    TimeDist::log_normal("prove", 120.0, 0.3).unwrap()
}

fn one_core<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap().install(work)
}

fn events(c: &mut Criterion) {
    let total = Aggregation::fixed_total(TimeDist::fixed("aggregate", 12.0).unwrap());
    let published = |prove| {
        Pipeline::new(Arrivals::fixed(10.0).unwrap(), prove, 14, total.clone(), L1::Serial(15.0))
            .and_then(|pipeline| pipeline.with_groups(12, 1))
            .unwrap()
    };
    let nothing = Aggregation::pairwise(TimeDist::fixed("merge", 1.0).unwrap());
    let mmc = Pipeline::new(
        Arrivals::poisson(1.0 / 4.5).unwrap(),
        TimeDist::exponential("service", 1.0).unwrap(),
        5,
        nothing,
        L1::Latency(1e-6),
    )
    .unwrap();
    let pipelines = [
        ("pipeline, fixed", published(TimeDist::fixed("prove", 120.0).unwrap())),
        ("pipeline, lognormal", published(prove())),
        ("M/M/5", mmc),
    ];
    let mut group = c.benchmark_group("events");
    for (name, pipeline) in pipelines {
        let length = RunLength::new(200_000, 1_000, 1, 1).unwrap();
        group.throughput(Throughput::Elements(simulate(&pipeline, length).events));
        group.bench_function(name, |b| b.iter(|| one_core(|| simulate(black_box(&pipeline), length))));
    }
    group.finish();
    let mut group = c.benchmark_group("batches");
    let length = RunLength::new(1_000_000, 1_000, 1, 1).unwrap();
    let pipeline = published(prove());
    group.bench_function("one million", |b| b.iter(|| one_core(|| simulate(black_box(&pipeline), length))));
    group.finish();
}

fn recommendation(c: &mut Criterion) {
    let load = Load::new(Target::BatchesPerS(0.1), None, Close::Fixed { close_s: 10.0 }).unwrap();
    let total = Aggregation::fixed_total(TimeDist::fixed("aggregate", 12.0).unwrap());
    let limit =
        DelayLimitRecord { state: BatchState::Consolidated, statistic: Statistic::P99, limit_s: 450.0 };
    let request = PlanRequest::new(load, prove(), total, 15.0).unwrap().with_delay_limit(limit).unwrap();
    let catalogue = Catalogue::starter().unwrap();
    let points: Vec<(f64, f64)> =
        [1.0, 2.0, 4.0, 8.0, 16.0].map(|n: f64| (n, 480.0 * (0.05 + 0.95 / n))).to_vec();
    let prover = MeasuredProver::new(&points, 3.0).unwrap();
    let mut group = c.benchmark_group("recommendation");
    group.bench_function("one machine", |b| b.iter(|| recommend(black_box(&request)).unwrap()));
    group.bench_function("and a catalogue of 17", |b| {
        b.iter(|| {
            let plan = recommend(black_box(&request)).unwrap();
            rank(&request, &plan.choice, &catalogue, &prover)
        })
    });
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(3));
    targets = events, recommendation
}
criterion_main!(benches);
