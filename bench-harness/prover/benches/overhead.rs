//! What this crate adds to a bare proving call: `cargo bench -p prover --bench overhead`.
//!
//! The bare call is plonky2's own: from inputs to a proof. Around it stand filling in the inputs and writing the
//! proof's bytes. Both are timed in the same run as the bare call, so the machine's noise cannot hide them: a
//! comparison of two whole calls would need hundreds, since grinding alone moves one by several per cent.

use prover::circuit::batch::BatchCircuit;
use prover::circuit::values::SlotValues;
use prover::plonk::prove_with;
use prover::system::{Shape, SlotKind};
use prover::witness::record;
use std::time::Instant;
use workloads::generate::Traffic;
use workloads::population::Population;
use workloads::random::Skew;

const CAPACITY: usize = 32;
const ROUNDS: usize = 10;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let population = Population::default();
    let traffic = Traffic { swap_ratio: 1.0, skew: Skew::Uniform };
    let mut generator = population.generator(1, traffic)?;
    let mut state = population.state(1)?;
    let circuit: BatchCircuit =
        BatchCircuit::build(Shape { depth: population.depth, capacity: CAPACITY, slots: SlotKind::Any });
    let mut shares = Vec::with_capacity(ROUNDS);
    println!("{CAPACITY} swaps, depth {}, a new batch each round", population.depth.levels());
    for round in 0..=ROUNDS {
        let batch = generator.next_batch(CAPACITY);
        let trace = record(&mut state, &batch, CAPACITY)?;
        let start = Instant::now();
        let values: Vec<_> = trace.steps.iter().map(SlotValues::honest).collect();
        let inputs = circuit.witness(trace.statement.old_root, &values)?;
        let fill_s = start.elapsed().as_secs_f64();
        let start = Instant::now();
        let timed = prove_with(&circuit.circuit, inputs, "a batch")?;
        let bare_s = start.elapsed().as_secs_f64();
        let start = Instant::now();
        let bytes = timed.proof.to_bytes();
        let encode_s = start.elapsed().as_secs_f64();
        circuit.circuit.verify(timed.proof)?;
        if round == 0 {
            continue; // a warm-up
        }
        let share = (fill_s + encode_s) / bare_s;
        println!(
            "bare {bare_s:.3} s, fill {:.2} ms, encode {} bytes {:.2} ms: {:.3} %",
            fill_s * 1e3,
            bytes.len(),
            encode_s * 1e3,
            share * 100.0
        );
        shares.push(share * 100.0);
    }
    shares.sort_by(f64::total_cmp);
    println!(
        "overhead: median {:.3} %, range [{:.3}, {:.3}], n = {ROUNDS}",
        shares[ROUNDS / 2],
        shares[0],
        shares[ROUNDS - 1]
    );
    Ok(())
}
