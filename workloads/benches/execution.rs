//! Native execution and state roots: `cargo bench -p workloads`.
//!
//! Execution runs on one core. The goal is a million transfers a second without roots, so that native execution
//! never hides in the time of a proof.

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use workloads::encoding::encode;
use workloads::generate::Traffic;
use workloads::population::Population;
use workloads::random::Skew;
use workloads::state::State;
use workloads::transaction::Batch;

const TRANSACTIONS: usize = 10_000;

fn world(swap_ratio: f64) -> (State, Batch) {
    let population = Population::default();
    let traffic = Traffic { swap_ratio, skew: Skew::Uniform };
    let (Ok(state), Ok(mut generator)) = (population.state(1), population.generator(1, traffic)) else {
        unreachable!("the default population is valid")
    };
    (state, generator.next_batch(TRANSACTIONS))
}

fn execution(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("execute");
    group.throughput(Throughput::Elements(TRANSACTIONS as u64));
    for (name, swap_ratio) in [("transfers", 0.0), ("swaps", 1.0)] {
        let (state, batch) = world(swap_ratio);
        group.bench_function(name, |bencher| {
            bencher.iter_batched_ref(
                || state.ledger().clone(),
                |ledger| ledger.apply_all(&batch.transactions),
                BatchSize::LargeInput,
            );
        });
    }
    group.finish();
}

fn roots(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("state root");
    group.sample_size(20).throughput(Throughput::Elements(TRANSACTIONS as u64));
    let (state, batch) = world(0.5);
    for threads in [1, 2] {
        let Ok(pool) = rayon::ThreadPoolBuilder::new().num_threads(threads).build() else {
            unreachable!("threads can be started")
        };
        group.bench_function(format!("once a batch of 10000, {threads} threads"), |bencher| {
            bencher.iter_batched_ref(
                || {
                    let mut after = state.clone();
                    let executed = after.execute(&batch);
                    assert!(executed.is_ok(), "a generated batch executes");
                    after
                },
                |after| pool.install(|| after.update_root()),
                BatchSize::LargeInput,
            );
        });
    }
    group.finish();
}

fn data(criterion: &mut Criterion) {
    let (_, batch) = world(0.5);
    let mut group = criterion.benchmark_group("encode");
    group.throughput(Throughput::Elements(TRANSACTIONS as u64));
    group.bench_function("batch data", |bencher| bencher.iter(|| encode(&batch)));
    group.finish();
}

criterion_group!(benches, execution, roots, data);
criterion_main!(benches);
