//! The same batch in each proof system: `cargo bench -p prover --bench systems [-- SWAPS ROUNDS SYSTEMS…]`.
//!
//! First a paired comparison in CPU time: rounds are interleaved, one proof of each system a round, forwards and
//! backwards in turn, all on one thread, after one round that is not counted. CPU time of the process is what a neighbour on the machine disturbs least.
//! Then Plonky3 alone: from one core to two, by the clock, and the memory at other sizes, each in a process of its
//! own. Every proof is verified. Names of systems leave the others out; plonky2
//! takes most of the time. Those that prove any batch are compared unless names are given. With a system for few
//! pools among them, there are as few. With the word `merge` the first comparison alone is made, and merges with it:
//! those of batches, those of merges, and what follows for 16 batches, in rounds of their own. With the word `alone`
//! there is the first comparison and nothing else.
//!
//! An interval is that of all rounds. It holds the median with probability 1 − 2^(1 − n): 94 % of five rounds, 98 %
//! of seven.

use prover::built_in::BuiltIn;
use prover::plonky3::system::Plonky3;
use prover::system::{Job, Proof, ProofSystem, Shape, SlotKind, verify_against_native};
use prover::witness::{BatchTrace, record};
use records::sample::CircuitRecord;
use rustix::time::{ClockId, clock_gettime};
use std::error::Error;
use std::time::Instant;
use workloads::generate::{Generator, Traffic};
use workloads::population::Population;
use workloads::random::Skew;
use workloads::state::State;
use workloads::transaction::Batch;

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// How often a proof is verified in a row: once is shorter than the clock of CPU time is fine on some machines.
const VERIFICATIONS: u32 = 5;
const POOLS: u32 = 250;
/// Batches of an aggregation that is told of.
const AGGREGATED: usize = 16;
/// Sizes of which the memory is told.
const MEMORY_SWAPS: [usize; 2] = [256, 1_024];

/// Batches of swaps, one after the other.
struct Source {
    shape: Shape,
    generator: Generator,
    state: State,
}

impl Source {
    fn new(swaps: usize, pools: u32) -> Outcome<Self> {
        let population = Population { pools, ..Population::default() };
        let shape = Shape { depth: population.depth, capacity: swaps, slots: SlotKind::Any };
        let traffic = Traffic { swap_ratio: 1.0, skew: Skew::Uniform };
        Ok(Self { shape, generator: population.generator(1, traffic)?, state: population.state(1)? })
    }

    fn next(&mut self) -> Outcome<(Batch, BatchTrace)> {
        let batch = self.generator.next_batch(self.shape.capacity);
        let trace = record(&mut self.state, &batch, self.shape.capacity)?;
        Ok((batch, trace))
    }
}

/// What one proof took.
struct Round {
    cpu_s: f64,
    clock_s: f64,
    witness_percent: f64,
    verify_cpu_ms: f64,
    bytes: usize,
}

fn cpu_s() -> f64 {
    let now = clock_gettime(ClockId::ProcessCPUTime);
    now.tv_sec as f64 + now.tv_nsec as f64 * 1e-9
}

fn round(system: &mut dyn ProofSystem, (batch, trace): &(Batch, BatchTrace)) -> Outcome<Round> {
    let job = Job { batch, trace, statement: trace.statement };
    let (start, clock) = (cpu_s(), Instant::now());
    let proved = system.prove(&job)?;
    let (cpu, clock_s) = (cpu_s() - start, clock.elapsed().as_secs_f64());
    let start = cpu_s();
    for _ in 0..VERIFICATIONS {
        verify_against_native(system, &proved.proof, &trace.statement)?;
    }
    let verify_cpu_ms = (cpu_s() - start) * 1e3 / f64::from(VERIFICATIONS);
    let Proof { bytes, .. } = proved.proof;
    let witness_percent = 100.0 * proved.witness.as_secs_f64() / proved.prove.as_secs_f64();
    Ok(Round { cpu_s: cpu, clock_s, witness_percent, verify_cpu_ms, bytes: bytes.len() })
}

/// Median, least and largest.
fn spread(rounds: &[Round], value: impl Fn(&Round) -> f64) -> String {
    told(rounds.iter().map(value).collect())
}

fn told(mut values: Vec<f64>) -> String {
    values.sort_by(f64::total_cmp);
    let (half, last) = (values.len() / 2, values.len() - 1);
    let median =
        if values.len() % 2 == 1 { values[half] } else { f64::midpoint(values[half - 1], values[half]) };
    format!("{median:.2} [{:.2}, {:.2}]", values[0], values[last])
}

/// Each system in turn on the same batch, on one thread.
fn compare(swaps: usize, rounds: usize, names: &[BuiltIn]) -> Outcome<()> {
    let mut source = Source::new(swaps, pools_for(names))?;
    let mut systems: Vec<_> = names.iter().map(|system| (system.name(), system.make())).collect();
    for (_, system) in &mut systems {
        system.set_up(source.shape, 1)?;
    }
    let mut times: Vec<Vec<Round>> = systems.iter().map(|_| Vec::new()).collect();
    for number in 0..=rounds {
        let batch = source.next()?;
        let mut order: Vec<_> = systems.iter_mut().zip(&mut times).collect();
        if number % 2 == 1 {
            order.reverse();
        }
        for ((_, system), times) in order {
            let round = round(&mut **system, &batch)?;
            if number > 0 {
                times.push(round);
            }
        }
    }
    println!("one thread, CPU time, medians and intervals of {rounds} interleaved rounds:");
    for ((name, _), times) in systems.iter().zip(&times) {
        println!(
            "  {name}: {} s a batch, {} transactions per core-second, witness {} % of the proving, verified in {} ms, \
             {} bytes",
            spread(times, |round| round.cpu_s),
            spread(times, |round| swaps as f64 / round.cpu_s),
            spread(times, |round| round.witness_percent),
            spread(times, |round| round.verify_cpu_ms),
            spread(times, |round| round.bytes as f64),
        );
    }
    if let [(first, _), others @ ..] = &systems[..] {
        for ((name, _), faster) in others.iter().zip(&times[1..]) {
            let ratios = times[0].iter().zip(faster).map(|(slower, faster)| slower.cpu_s / faster.cpu_s);
            println!("  {name} over {first}: {} times, round by round", told(ratios.collect()));
        }
    }
    Ok(())
}

/// As many pools as all systems take.
fn pools_for(names: &[BuiltIn]) -> u32 {
    let limits = names.iter().filter_map(|system| system.capabilities().swaps_over_pools_max);
    limits.filter_map(|max| u32::try_from(max).ok()).min().unwrap_or(POOLS)
}

/// A system with proofs to merge, and what its rounds took.
struct Merging {
    name: &'static str,
    system: Box<dyn ProofSystem + Send>,
    proofs: Vec<Proof>,
    /// Proofs that a merge takes.
    children: usize,
    first_s: Vec<f64>,
    above_s: Vec<f64>,
    /// Transactions of [`AGGREGATED`] batches over all their proofs and merges, by the times of one round.
    per_core_s: Vec<f64>,
}

impl Merging {
    /// One round: a batch is proved, two halves of four batches become one proof each, and these another. A merge that
    /// lacks children costs what a full one does.
    fn round(&mut self, (batch, trace): &(Batch, BatchTrace)) -> Outcome<()> {
        let start = cpu_s();
        self.system.prove(&Job { batch, trace, statement: trace.statement })?;
        let prove_s = cpu_s() - start;
        let system = &mut self.system;
        let mut merge = |children: &[Proof]| -> Outcome<(Proof, f64)> {
            let start = cpu_s();
            let proof = system.merge(children)?.proof;
            Ok((proof, cpu_s() - start))
        };
        let (left, left_s) = merge(&self.proofs[..2])?;
        let (right, right_s) = merge(&self.proofs[2..])?;
        let above_s = merge(&[left, right])?.1;
        let (mut width, mut above) = (AGGREGATED.div_ceil(self.children), 0);
        let first = width;
        while width > 1 {
            width = width.div_ceil(self.children);
            above += width;
        }
        let all_s = AGGREGATED as f64 * prove_s
            + first as f64 * f64::midpoint(left_s, right_s)
            + f64::from(u32::try_from(above)?) * above_s;
        self.first_s.extend([left_s, right_s]);
        self.above_s.push(above_s);
        self.per_core_s.push((AGGREGATED * batch.transactions.len()) as f64 / all_s);
        Ok(())
    }
}

/// Batches become one proof, and such proofs another: each system in turn, on one thread.
fn merges(swaps: usize, rounds: usize, names: &[BuiltIn]) -> Outcome<()> {
    let mut source = Source::new(swaps, pools_for(names))?;
    let batches = (0..4).map(|_| source.next()).collect::<Outcome<Vec<_>>>()?;
    let mut merging = Vec::new();
    for name in names {
        let Some(can) = name.capabilities().aggregation else { continue };
        let (mut system, children) = (name.make(), can.merge_children);
        // Two levels.
        let record = system.set_up(source.shape, batches.len().max(children + 1))?;
        let rows = |circuit: &CircuitRecord| {
            format!("{}: {} rows of {}", circuit.name, circuit.rows, circuit.padded_rows)
        };
        println!("  {}: {}", name.name(), record.circuits.iter().map(rows).collect::<Vec<_>>().join("; "));
        let prove = |(batch, trace): &(Batch, BatchTrace)| {
            system.prove(&Job { batch, trace, statement: trace.statement }).map(|proved| proved.proof)
        };
        let proofs = batches.iter().map(prove).collect::<Result<_, _>>()?;
        let (first_s, above_s, per_core_s) = (Vec::new(), Vec::new(), Vec::new());
        merging.push(Merging { name: name.name(), system, proofs, children, first_s, above_s, per_core_s });
    }
    println!("one thread, CPU time of merges, {rounds} interleaved rounds:");
    for number in 0..rounds {
        let batch = source.next()?;
        let mut order: Vec<_> = merging.iter_mut().collect();
        if number % 2 == 1 {
            order.reverse();
        }
        for one in order {
            one.round(&batch)?;
        }
    }
    for Merging { name, children, first_s, above_s, per_core_s, .. } in &merging {
        println!(
            "  {name}: merges of {children}, {} s of batches, {} s of merges; {} transactions per core-second with \
             the aggregation of {AGGREGATED} batches",
            told(first_s.clone()),
            told(above_s.clone()),
            told(per_core_s.clone())
        );
    }
    if let [first, others @ ..] = &merging[..] {
        for other in others {
            let ratios = other.per_core_s.iter().zip(&first.per_core_s).map(|(more, less)| more / less);
            println!(
                "  {} over {}: {} times, round by round",
                other.name,
                first.name,
                told(ratios.collect())
            );
        }
    }
    Ok(())
}

/// The tables on one core and on two, interleaved, by the clock.
fn speed_up(swaps: usize, rounds: usize) -> Outcome<()> {
    let mut source = Source::new(swaps, POOLS)?;
    let mut system = Plonky3::new();
    system.set_up(source.shape, 1)?;
    let pools = [pool(1)?, pool(2)?];
    let mut times = Vec::new();
    for number in 0..=rounds {
        let batch = source.next()?;
        let mut pair = Vec::new();
        for pool in &pools {
            pair.push(pool.install(|| round(&mut system, &batch))?);
        }
        if number > 0 {
            times.push(pair);
        }
    }
    let faster = told(times.iter().map(|pair| pair[0].clock_s / pair[1].clock_s).collect());
    let busy = told(times.iter().map(|pair| pair[1].cpu_s / pair[0].cpu_s).collect());
    // Neighbours only ever lengthen a time: of many rounds the shortest is nearest to an idle machine's.
    let shortest = |place: usize| {
        times.iter().map(|pair: &Vec<Round>| pair[place].clock_s).fold(f64::INFINITY, f64::min)
    };
    println!(
        "plonky3 from one core to two, {rounds} rounds by the clock: {faster} times, at {busy} of the CPU time; \
         {:.2} times from the shortest to the shortest",
        shortest(0) / shortest(1)
    );
    Ok(())
}

/// The most memory that this process has held, in MB.
fn peak_mb() -> Outcome<f64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no VmHWM")?;
    let kib: f64 = line.trim().trim_end_matches("kB").trim().parse()?;
    Ok(kib * 1_024e-6)
}

/// Proves one batch and tells the memory of the process, state and generator included.
fn memory(swaps: usize) -> Outcome<()> {
    let mut source = Source::new(swaps, POOLS)?;
    let mut system = Plonky3::new();
    system.set_up(source.shape, 1)?;
    let before = peak_mb()?;
    let batch = source.next()?;
    let round = round(&mut system, &batch)?;
    println!(
        "plonky3 at {swaps} swaps: {:.0} MB at most, {before:.0} of them before the batch; {:.1} transactions per \
         core-second",
        peak_mb()?,
        swaps as f64 / round.cpu_s
    );
    Ok(())
}

fn pool(threads: usize) -> Outcome<rayon::ThreadPool> {
    Ok(rayon::ThreadPoolBuilder::new().num_threads(threads).build()?)
}

fn main() -> Outcome<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let mut numbers = words.iter().filter_map(|word| word.parse::<usize>().ok());
    let (swaps, rounds) = (numbers.next().unwrap_or(256), numbers.next().unwrap_or(5).max(1));
    let asked = |word: &str| words.iter().any(|other| other == word);
    if asked("memory") {
        return memory(swaps);
    }
    let mut systems: Vec<_> = BuiltIn::ALL.into_iter().filter(|system| asked(system.name())).collect();
    if systems.is_empty() {
        systems = BuiltIn::GENERAL.to_vec();
    }
    println!("{swaps} swaps over {} pools at the depth of a workload's default", pools_for(&systems));
    pool(1)?.install(|| compare(swaps, rounds, &systems))?;
    if asked("merge") {
        return pool(1)?.install(|| merges(swaps, rounds, &systems));
    }
    if asked("alone") {
        return Ok(());
    }
    speed_up(swaps, rounds)?;
    for size in MEMORY_SWAPS {
        let program = std::env::current_exe()?;
        let status = std::process::Command::new(program).arg("memory").arg(size.to_string()).status()?;
        if !status.success() {
            return Err(format!("the process for {size} swaps failed").into());
        }
    }
    Ok(())
}
