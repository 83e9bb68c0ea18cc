//! Set-up with circuits that are built, and with circuits from a folder: `cargo bench -p prover --bench set_up [-- SWAPS
//! ROUNDS THREADS SYSTEMS…]`.
//!
//! A round builds a set-up and loads the same, in this order or the other way round in turn, on one thread or several, after
//! one round that is not counted and that writes the files: the batch's circuit, that of merges of batches and that of
//! merges of merges, where there are merges. Files are in the page cache, as they are for the second worker of a machine.
//! With the keys that were loaded a proof is made and verified under those that were built, and the other way round.
//!
//! An interval is that of all rounds. It holds the median with probability 1 − 2^(1 − n): 94 % of five rounds.

use prover::built_in::BuiltIn;
use prover::plonk::cache::CircuitCache;
use prover::system::{Job, ProofSystem, Shape, SlotKind, verify_against_native};
use prover::witness::record;
use rustix::time::{ClockId, clock_gettime};
use std::error::Error;
use std::time::Instant;
use workloads::generate::Traffic;
use workloads::population::Population;
use workloads::random::Skew;

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// As many as a circuit with registers has.
const POOLS: u32 = 16;

/// Seconds of the process's CPU time, and by the clock.
#[derive(Clone, Copy)]
struct Spent {
    cpu_s: f64,
    clock_s: f64,
}

/// One set-up, and what it took.
struct SetUp {
    system: Box<dyn ProofSystem + Send>,
    spent: Spent,
}

fn cpu_s() -> f64 {
    let now = clock_gettime(ClockId::ProcessCPUTime);
    now.tv_sec as f64 + now.tv_nsec as f64 * 1e-9
}

fn set_up(name: BuiltIn, shape: Shape, cache: Option<CircuitCache>) -> Outcome<SetUp> {
    let mut system = name.make_with(cache);
    let children = name.capabilities().aggregation.map_or(1, |can| can.merge_children);
    let (cpu, clock) = (cpu_s(), Instant::now());
    system.set_up(shape, children + 1)?;
    let spent = Spent { cpu_s: cpu_s() - cpu, clock_s: clock.elapsed().as_secs_f64() };
    Ok(SetUp { system, spent })
}

/// Median, least and largest.
fn told(mut values: Vec<f64>) -> String {
    values.sort_by(f64::total_cmp);
    let (half, last) = (values.len() / 2, values.len() - 1);
    let median =
        if values.len() % 2 == 1 { values[half] } else { f64::midpoint(values[half - 1], values[half]) };
    format!("{median:.3} [{:.3}, {:.3}]", values[0], values[last])
}

/// Each proves the same batch, and the other verifies it.
fn check(shape: Shape, population: Population, mut pair: [SetUp; 2]) -> Outcome<()> {
    let traffic = Traffic { swap_ratio: 1.0, skew: Skew::Uniform };
    let batch = population.generator(1, traffic)?.next_batch(shape.capacity);
    let trace = record(&mut population.state(1)?, &batch, shape.capacity)?;
    for _ in 0..2 {
        let job = Job { batch: &batch, trace: &trace, statement: trace.statement };
        let proof = pair[0].system.prove(&job)?.proof;
        verify_against_native(&*pair[1].system, &proof, &trace.statement)?;
        pair.reverse();
    }
    Ok(())
}

fn compare(name: BuiltIn, swaps: usize, rounds: usize) -> Outcome<()> {
    let folder = tempfile::tempdir()?;
    let population = Population { pools: POOLS, ..Population::default() };
    let shape = Shape { depth: population.depth, capacity: swaps, slots: SlotKind::Any };
    let mut pairs = Vec::new();
    let mut last = None;
    for round in 0..=rounds {
        let cache = CircuitCache::new(folder.path());
        let mut both = [None, None];
        for side in if round % 2 == 0 { [0, 1] } else { [1, 0] } {
            both[side] = Some(set_up(name, shape, (side == 1).then(|| cache.clone()))?);
        }
        let [Some(built), Some(loaded)] = both else { return Err("one of each".into()) };
        let origins = cache.take_origins();
        if round > 0 {
            if origins.built > 0 {
                return Err(format!("not loaded: {origins:?}").into());
            }
            pairs.push([built.spent, loaded.spent]);
        }
        last = Some([built, loaded]);
    }
    check(shape, population, last.ok_or("no round")?)?;
    let bytes = std::fs::read_dir(folder.path())?.map(|entry| Ok(entry?.metadata()?.len()));
    let bytes: u64 = bytes.collect::<std::io::Result<Vec<_>>>()?.into_iter().sum();
    let column =
        |side: usize, of: fn(&Spent) -> f64| told(pairs.iter().map(|pair| of(&pair[side])).collect());
    let ratios = pairs.iter().map(|[built, loaded]| built.clock_s / loaded.clock_s);
    println!(
        "{}, {:.0} MB of files: built in {} s ({} s of CPU time), loaded in {} s ({} s of CPU time), {} times round by round",
        name.name(),
        bytes as f64 * 1e-6,
        column(0, |spent| spent.clock_s),
        column(0, |spent| spent.cpu_s),
        column(1, |spent| spent.clock_s),
        column(1, |spent| spent.cpu_s),
        told(ratios.collect()),
    );
    Ok(())
}

fn main() -> Outcome<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let mut numbers = words.iter().filter_map(|word| word.parse::<usize>().ok());
    let (swaps, rounds) = (numbers.next().unwrap_or(32), numbers.next().unwrap_or(5).max(1));
    let threads = numbers.next().unwrap_or(1);
    let named = |system: &BuiltIn| words.iter().any(|word| word == system.name());
    let mut systems: Vec<_> = BuiltIn::ALL.into_iter().filter(named).collect();
    if systems.is_empty() {
        // Tables have no circuits.
        systems = BuiltIn::ALL.into_iter().filter(|system| *system != BuiltIn::Plonky3).collect();
    }
    println!(
        "batches of {swaps} swaps over {POOLS} pools, {threads} threads, medians and intervals of {rounds} rounds"
    );
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build()?;
    pool.install(|| systems.into_iter().try_for_each(|system| compare(system, swaps, rounds)))
}
