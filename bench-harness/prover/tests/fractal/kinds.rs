//! A batch circuit for one application takes nothing else.

use super::world::quiet;
use prover::circuit::batch::BatchCircuit;
use prover::circuit::values::SlotValues;
use prover::plonk::prove_with;
use prover::system::{Shape, SlotKind};
use prover::witness::record;
use workloads::generate::Traffic;
use workloads::population::Population;
use workloads::random::Skew;
use workloads::state::Depth;

/// Whether a circuit of one slot takes a transfer, and a swap.
fn takes(slots: SlotKind) -> [bool; 2] {
    quiet();
    let depth = Depth::new(3).expect("in range");
    let population = Population { accounts: 3, pools: 2, depth, fee_bps: 30 };
    let circuit: BatchCircuit = BatchCircuit::build(Shape { depth, capacity: 1, slots });
    [0.0, 1.0].map(|swap_ratio| {
        let traffic = Traffic { swap_ratio, skew: Skew::Uniform };
        let batch = population.generator(3, traffic).expect("valid").next_batch(1);
        let mut state = population.state(3).expect("fits");
        let trace = record(&mut state, &batch, 1).expect("valid");
        let values = SlotValues::honest(&trace.steps[0]);
        let Ok(inputs) = circuit.witness(trace.statement.old_root, &[values]) else { return false };
        prove_with(&circuit.circuit, inputs, "a batch")
            .is_ok_and(|timed| circuit.circuit.verify(timed.proof).is_ok())
    })
}

#[test]
fn transfers_swaps_or_both() {
    assert_eq!(takes(SlotKind::Any), [true, true]);
    assert_eq!(takes(SlotKind::Transfer), [true, false]);
    assert_eq!(takes(SlotKind::Swap), [false, true]);
}
