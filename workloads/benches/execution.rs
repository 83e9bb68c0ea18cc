//! Native execution and state roots: `cargo bench -p workloads`.
//!
//! Execution runs on one core. The goals: a million transfers a second without roots, so that native execution never hides in
//! the time of a proof; and a root over 1,000 changed leaves of a tree of height 24 in at most 1.2 times what its distinct
//! nodes take by one permutation each, shared out over the threads. The ratio is from interleaved pairs.

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use plonky2::field::types::Field;
use std::collections::BTreeSet;
use std::hint::black_box;
use std::time::Instant;
use workloads::encoding::encode;
use workloads::generate::Traffic;
use workloads::hash::{Digest, Felt, hash_pair};
use workloads::merkle::DensePrefixTree;
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

/// How far a root is from the hashes that it needs, in wall time.
fn root_over_its_hashes(_: &mut Criterion) {
    const HEIGHT: usize = 24;
    const LEAVES: usize = 1 << 20;
    const CHANGED: usize = 1_000;
    const PAIRS: u64 = 25;
    let leaf = |number: u64| Digest {
        elements: [Felt::from_canonical_u64(number), Felt::ONE, Felt::TWO, Felt::NEG_ONE],
    };
    let mut tree = DensePrefixTree::new(HEIGHT, (0..LEAVES as u64).map(leaf).collect());
    // Spread over all leaves: an odd step visits each once.
    let positions =
        |round: u64| (0..CHANGED as u64).map(move |at| ((at + round) * 611_953) as usize % LEAVES);
    for threads in [1, 2] {
        let Ok(pool) = rayon::ThreadPoolBuilder::new().num_threads(threads).build() else {
            unreachable!("threads can be started")
        };
        let mut ratios: Vec<_> = (0..PAIRS)
            .map(|round| {
                let nodes: usize = (1..=HEIGHT)
                    .map(|level| positions(round).map(|at| at >> level).collect::<BTreeSet<_>>().len())
                    .sum();
                let start = Instant::now();
                pool.install(|| {
                    tree.replace(positions(round).map(|at| (at, leaf(at as u64 ^ (round << 32)))))
                });
                let root_s = start.elapsed().as_secs_f64();
                let start = Instant::now();
                let mut digest = tree.root();
                for _ in 0..nodes {
                    digest = hash_pair(black_box(digest), digest);
                }
                black_box(digest);
                root_s * threads as f64 / start.elapsed().as_secs_f64()
            })
            .collect();
        ratios.sort_by(f64::total_cmp);
        let (least, median, greatest) = (ratios[0], ratios[ratios.len() / 2], ratios[ratios.len() - 1]);
        println!(
            "root of {CHANGED} changed leaves, {threads} threads: {median:.3} ({least:.3} to {greatest:.3}) times its \
             hashes over the threads, {PAIRS} pairs"
        );
    }
}

criterion_group!(benches, execution, roots, data, root_over_its_hashes);
criterion_main!(benches);
