//! Executors: `cargo bench -p workloads --bench executors`.
//!
//! The goals, one core, without roots: a million swaps a second over 250 pools, five million transfers. With 50 µs of
//! work a transaction on two threads: `block_stm` on one hot pool at most 1.3 times the time and twice the CPU time of
//! `sequential`, on independent transactions at least 1.8 times as fast; `known_values` at least 1.8 times as fast even
//! on one hot pool. Ratios are from interleaved pairs, so that a machine whose speed drifts drifts in both.

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use rustix::time::{ClockId, clock_gettime};
use std::num::NonZeroUsize;
use std::time::Instant;
use workloads::executor::access_list::BlockAccessList;
use workloads::executor::account_locks::AccountLocks;
use workloads::executor::block_stm::BlockStm;
use workloads::executor::known_values::KnownValues;
use workloads::executor::sequential::Sequential;
use workloads::executor::{Block, Executor, WorkPerTransaction};
use workloads::generate::{Contention, Traffic};
use workloads::ledger::Ledger;
use workloads::population::Population;
use workloads::random::Skew;
use workloads::transaction::Transaction;

const PAIRS: usize = 15;
const WORK_S: f64 = 50e-6;

fn world(swap_ratio: f64, hot_pool: f64, accounts: u32, size: usize) -> (Ledger, Vec<Transaction>) {
    let population = Population { accounts, pools: 250, ..Population::default() };
    let traffic = Traffic { swap_ratio, skew: Skew::Uniform };
    let generator = population.generator(1, traffic);
    let generator = generator.and_then(|made| made.contended(Contention { hot_pool, chain: 1 }));
    let (Ok(ledger), Ok(mut generator)) = (population.ledger(1), generator) else {
        unreachable!("the population and the traffic are valid")
    };
    (ledger, generator.next_batch(size).transactions)
}

fn threads(count: usize) -> NonZeroUsize {
    NonZeroUsize::new(count).unwrap_or(NonZeroUsize::MIN)
}

fn native(criterion: &mut Criterion) {
    const SIZE: usize = 10_000;
    let mut group = criterion.benchmark_group("native, no work");
    group.throughput(Throughput::Elements(SIZE as u64));
    for (name, swap_ratio) in [("transfers", 0.0), ("swaps on 250 pools", 1.0)] {
        let (ledger, transactions) = world(swap_ratio, 0.0, 10_000, SIZE);
        let list = BlockAccessList::of(&ledger, &transactions);
        let block = Block { transactions: &transactions, work: WorkPerTransaction::default() };
        let known = KnownValues::new(&list);
        let executors: [(&dyn Executor, usize); 5] =
            [(&Sequential, 1), (&BlockStm, 1), (&BlockStm, 2), (&AccountLocks, 1), (&known, 1)];
        for (executor, count) in executors {
            group.bench_function(format!("{name}, {}, {count} threads", executor.name()), |bencher| {
                bencher.iter_batched_ref(
                    || ledger.clone(),
                    |ledger| executor.execute(ledger, block, threads(count)),
                    BatchSize::LargeInput,
                );
            });
        }
    }
    group.finish();
}

/// Iterations of the work that take as long as asked for on this core now.
fn calibrated(time_s: f64) -> WorkPerTransaction {
    const TRIED: u64 = 2_000_000;
    let runs = (0..5).map(|_| {
        let start = Instant::now();
        WorkPerTransaction(TRIED).spend();
        start.elapsed().as_secs_f64()
    });
    let fastest_s = runs.fold(f64::INFINITY, f64::min);
    WorkPerTransaction((time_s * TRIED as f64 / fastest_s) as u64)
}

fn cpu_s() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9
}

/// Wall and CPU time of one execution.
fn timed(executor: &dyn Executor, ledger: &Ledger, block: Block<'_>, count: usize) -> [f64; 2] {
    let mut ledger = ledger.clone();
    let (cpu, start) = (cpu_s(), Instant::now());
    let executed = executor.execute(&mut ledger, block, threads(count));
    let wall_s = start.elapsed().as_secs_f64();
    assert!(executed.is_ok(), "{executed:?}");
    [wall_s, cpu_s() - cpu]
}

fn median(mut values: Vec<f64>) -> [f64; 3] {
    values.sort_by(f64::total_cmp);
    [values[values.len() / 2], values[0], values[values.len() - 1]]
}

/// Ratios to `sequential`, from interleaved pairs, printed.
fn pairs(_: &mut Criterion) {
    let work = calibrated(WORK_S);
    let (cold, hot) = (world(0.0, 0.0, 1 << 20, 1_000), world(1.0, 1.0, 1 << 20, 1_000));
    println!("\nwith 50 µs of work ({} iterations), times of sequential, {PAIRS} pairs:", work.0);
    for (name, (ledger, transactions)) in [("independent", &cold), ("one hot pool", &hot)] {
        let list = BlockAccessList::of(ledger, transactions);
        let known = KnownValues::new(&list);
        let block = Block { transactions, work };
        let executors: [(&dyn Executor, usize); 5] =
            [(&BlockStm, 1), (&BlockStm, 2), (&AccountLocks, 2), (&known, 1), (&known, 2)];
        for (executor, count) in executors {
            let ratios = (0..PAIRS).map(|pair| {
                let parallel_first = pair % 2 == 0;
                let first = parallel_first.then(|| timed(executor, ledger, block, count));
                let sequential = timed(&Sequential, ledger, block, 1);
                let parallel = first.unwrap_or_else(|| timed(executor, ledger, block, count));
                [parallel[0] / sequential[0], parallel[1] / sequential[1]]
            });
            let (wall, cpu): (Vec<_>, Vec<_>) = ratios.map(|[wall, cpu]| (wall, cpu)).unzip();
            let [[wall, low, high], [cpu, ..]] = [median(wall), median(cpu)];
            println!(
                "  {name}, {}, {count} threads: wall {wall:.3} ({low:.3} to {high:.3}), CPU {cpu:.3}",
                executor.name()
            );
        }
    }
}

criterion_group!(benches, native, pairs);
criterion_main!(benches);
