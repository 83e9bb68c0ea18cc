//! What commitments by Poseidon cost beside those by Keccak, on the same batches and one core, in pairs:
//! `cargo bench -p prover --bench commitments -- [SWAPS] [PAIRS]`.
//!
//! Each pair proves one new batch under both configurations, one after the other; which comes first changes from pair
//! to pair, so that a drift of the machine falls on both alike. Every proof is verified and compared with native
//! execution. Times are CPU times of this process, whose pool has one thread: that a proof has to wait on a busy machine is
//! not in them; what neighbours take of caches and cores is, on both sides alike. Set-up is not timed.

use prover::built_in::BuiltIn;
use prover::system::{Job, ProofSystem, Shape, SlotKind, verify_against_native};
use prover::witness::record;
use rustix::time::{ClockId, clock_gettime};
use std::error::Error;
use workloads::generate::Traffic;
use workloads::population::Population;
use workloads::random::Skew;

const SWAPS: usize = 32;
const PAIRS: usize = 10;
const POOLS: u32 = 250;

fn main() -> Result<(), Box<dyn Error>> {
    let mut numbers = std::env::args().skip(1).filter_map(|text| text.parse::<usize>().ok());
    let swaps = numbers.next().unwrap_or(SWAPS);
    let pairs = numbers.next().unwrap_or(PAIRS);
    // One thread, and that is this one.
    rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread().build_global()?;
    let population = Population { pools: POOLS, ..Population::default() };
    let traffic = Traffic { swap_ratio: 1.0, skew: Skew::Uniform };
    let mut generator = population.generator(1, traffic)?;
    let mut state = population.state(1)?;
    let shape = Shape { depth: population.depth, capacity: swaps, slots: SlotKind::Any };
    let [mut poseidon, mut keccak] = [BuiltIn::Plonky2, BuiltIn::Plonky2Keccak].map(BuiltIn::make);
    poseidon.set_up(shape, 1)?;
    keccak.set_up(shape, 1)?;
    println!(
        "{swaps} swaps over {POOLS} pools, depth {}, one thread, CPU seconds; a new batch each pair",
        population.depth.levels()
    );
    let (mut ratios, mut per_s) = (Vec::new(), [Vec::new(), Vec::new()]);
    // Pair 0 is a warm-up.
    for pair in 0..=pairs {
        let batch = generator.next_batch(swaps);
        let trace = record(&mut state, &batch, swaps)?;
        let job = Job { batch: &batch, trace: &trace, statement: trace.statement };
        let (poseidon_s, keccak_s) = if pair % 2 == 0 {
            let first = proof_s(poseidon.as_mut(), &job)?;
            (first, proof_s(keccak.as_mut(), &job)?)
        } else {
            let first = proof_s(keccak.as_mut(), &job)?;
            (proof_s(poseidon.as_mut(), &job)?, first)
        };
        if pair == 0 {
            continue;
        }
        let ratio = poseidon_s / keccak_s;
        println!("pair {pair}: plonky2 {poseidon_s:.3} s, plonky2-keccak {keccak_s:.3} s, ratio {ratio:.3}");
        ratios.push(ratio);
        per_s[0].push(swaps as f64 / poseidon_s);
        per_s[1].push(swaps as f64 / keccak_s);
    }
    for (name, per_s) in ["plonky2", "plonky2-keccak"].into_iter().zip(&mut per_s) {
        println!("{name}: {} transactions per core-second", summary(per_s));
    }
    println!("plonky2-keccak over plonky2: {}", summary(&mut ratios));
    Ok(())
}

/// CPU time of one proof, witness and grinding included, which is verified afterwards.
fn proof_s(system: &mut dyn ProofSystem, job: &Job<'_>) -> Result<f64, Box<dyn Error>> {
    let start_s = cpu_s();
    let proved = system.prove(job)?;
    let taken_s = cpu_s() - start_s;
    verify_against_native(system, &proved.proof, &job.statement)?;
    Ok(taken_s)
}

fn cpu_s() -> f64 {
    let now = clock_gettime(ClockId::ProcessCPUTime);
    now.tv_sec as f64 + now.tv_nsec as f64 * 1e-9
}

/// Median and its exact interval by order statistics, of at least 95 % where there are enough values for one.
fn summary(values: &mut [f64]) -> String {
    values.sort_by(f64::total_cmp);
    let n = values.len();
    let median = (values[(n - 1) / 2] + values[n / 2]) / 2.0;
    // Between the values of rank `cut` from either end lies the median but for twice the chance of fewer than
    // `cut` heads in n throws.
    let miss = |cut: usize| 2.0 * (0..cut).map(|heads| choose(n, heads)).sum::<f64>() / 2f64.powi(n as i32);
    let cut = (1..=n / 2).rev().find(|cut| miss(*cut) <= 0.05).unwrap_or(1);
    let (low, high) = (values[cut - 1], values[n - cut]);
    format!("median {median:.3} [{low:.3}, {high:.3}] ({:.1} %), n = {n}", (1.0 - miss(cut)) * 100.0)
}

fn choose(n: usize, k: usize) -> f64 {
    (0..k).fold(1.0, |product, i| product * (n - i) as f64 / (i + 1) as f64)
}
