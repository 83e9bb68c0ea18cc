//! The same batch in each proof system, in CPU time: `RAYON_NUM_THREADS=1 cargo bench -p prover --bench systems`.
//!
//! Rounds are interleaved, one proof of each system a round, after one that is not counted. CPU time of the process
//! is what a neighbour on the machine disturbs least. Every proof is verified. `-- 256 5` sets transactions and
//! rounds.

use prover::plonk::Plonky2;
use prover::plonky3::system::Plonky3;
use prover::system::{Job, ProofSystem, Shape, SlotKind, verify_against_native};
use prover::witness::record;
use rustix::time::{ClockId, clock_gettime};
use workloads::generate::Traffic;
use workloads::population::Population;
use workloads::random::Skew;

fn cpu_s() -> f64 {
    let now = clock_gettime(ClockId::ProcessCPUTime);
    now.tv_sec as f64 + now.tv_nsec as f64 * 1e-9
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut numbers = std::env::args().filter_map(|argument| argument.parse::<usize>().ok());
    let (transactions, rounds) = (numbers.next().unwrap_or(256), numbers.next().unwrap_or(3));
    let skip_plonky2 = std::env::args().any(|argument| argument == "plonky3");
    let population = Population { pools: 250, ..Population::default() };
    let traffic = Traffic { swap_ratio: 1.0, skew: Skew::Uniform };
    let shape = Shape { depth: population.depth, capacity: transactions, slots: SlotKind::Any };
    let mut generator = population.generator(1, traffic)?;
    let mut state = population.state(1)?;
    let mut systems: Vec<(&str, Box<dyn ProofSystem>)> = vec![("plonky3", Box::new(Plonky3::new()))];
    if !skip_plonky2 {
        systems.push(("plonky2", Box::new(Plonky2::new())));
    }
    for (_, system) in &mut systems {
        system.set_up(shape, 1)?;
    }
    println!(
        "{transactions} swaps, {} accounts, 250 pools, depth {}",
        population.accounts,
        shape.depth.levels()
    );
    let mut times = vec![Vec::new(); systems.len()];
    for round in 0..=rounds {
        let batch = generator.next_batch(transactions);
        let trace = record(&mut state, &batch, transactions)?;
        let job = Job { batch: &batch, trace: &trace, statement: trace.statement };
        for ((name, system), times) in systems.iter_mut().zip(&mut times) {
            let start = cpu_s();
            let proved = system.prove(&job)?;
            let time = cpu_s() - start;
            let start = cpu_s();
            verify_against_native(&**system, &proved.proof, &trace.statement)?;
            let verify_ms = (cpu_s() - start) * 1e3;
            let (witness, prove) = (proved.witness.as_secs_f64(), proved.prove.as_secs_f64());
            println!(
                "{name}: {time:.3} CPU s, witness {:.1} % of the clock, {} bytes, verified in {verify_ms:.1} CPU ms{}",
                100.0 * witness / (witness + prove),
                proved.proof.bytes.len(),
                if round == 0 { " (not counted)" } else { "" }
            );
            if round > 0 {
                times.push(time);
            }
        }
    }
    for ((name, _), times) in systems.iter().zip(&mut times) {
        times.sort_by(f64::total_cmp);
        let rate = |time: f64| transactions as f64 / time;
        println!(
            "{name}: median {:.2} transactions per core-second, range [{:.2}, {:.2}], n = {rounds}",
            rate(times[rounds / 2]),
            rate(times[rounds - 1]),
            rate(times[0])
        );
    }
    Ok(())
}
