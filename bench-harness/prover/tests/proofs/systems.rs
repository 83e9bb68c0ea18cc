//! What a verifier must refuse, under each configuration of plonky2: the same tests, whatever hashes the commitments.
//!
//! The constraints are the same circuits; that a lie about a batch has no proof is shown for one configuration in
//! `tampering`, `lies` and `swap_lies`, and here for one lie of each kind under the other.

use super::world::{felt, shape, start, transfer};
use plonky2::field::types::Field;
use plonky2::plonk::config::KeccakGoldilocksConfig;
use prover::circuit::Config;
use prover::circuit::batch::BatchCircuit;
use prover::circuit::values::SlotValues;
use prover::plonk::config::PlonkConfig;
use prover::plonk::{Plonk, prove_with};
use prover::statement::Statement;
use prover::system::{Job, Proof, ProofKind, ProofSystem, ProverError, SlotKind, verify_against_native};
use prover::witness::record;
use workloads::hash::Felt;
use workloads::random::{Draws, Purpose};
use workloads::transaction::{Batch, BatchId};

/// Two consecutive proofs of the transfer circuit, and a third that leaves a gap after the first.
pub(crate) fn chain<C: PlonkConfig>(batches: usize) -> (Plonk<C>, Vec<Proof>, Vec<Statement>) {
    let mut system = Plonk::<C>::new();
    system.set_up(shape(3, 1, SlotKind::Transfer), batches).expect("a shape");
    let mut world = start();
    let (mut proofs, mut statements) = (vec![], vec![]);
    for nonce in 5..8 {
        let batch = Batch { id: BatchId(0), transactions: vec![transfer(0, nonce, 1, 0, 10)] };
        let trace = record(&mut world, &batch, 1).expect("valid");
        let job = Job { batch: &batch, trace: &trace, statement: trace.statement };
        proofs.push(system.prove(&job).expect("valid").proof);
        statements.push(trace.statement);
    }
    (system, proofs, statements)
}

fn is_rejected(system: &dyn ProofSystem, proof: &Proof) -> bool {
    matches!(system.verify(proof), Err(ProverError::Rejected { .. }))
}

/// No change of a proof's bytes or kind passes.
#[track_caller]
fn refuses_every_change(system: &dyn ProofSystem, proof: &Proof, statement: &Statement) {
    verify_against_native(system, proof, statement).expect("honest");
    let with = |bytes: Vec<u8>| Proof { kind: proof.kind, bytes };
    // The public inputs are the last 13 elements of 8 bytes.
    for element in 0..13 {
        let mut lie = proof.clone();
        let at = lie.bytes.len() - 8 * (13 - element);
        lie.bytes[at] ^= 1;
        assert!(is_rejected(system, &lie), "public input {element} was changed");
    }
    let mut draws = Draws::new(1, Purpose::Transactions, 0);
    for _ in 0..500 {
        let mut lie = proof.clone();
        let at = draws.below(lie.bytes.len() as u64) as usize;
        lie.bytes[at] ^= 1 << draws.below(8);
        assert!(is_rejected(system, &lie), "byte {at} of the proof was flipped");
    }
    for cut in [0, 1, 100, proof.bytes.len() - 1] {
        assert!(is_rejected(system, &with(proof.bytes[..cut].to_vec())), "cut after {cut} bytes");
    }
    assert!(is_rejected(system, &with([&proof.bytes[..], &[0]].concat())), "a byte too many");
    let other_kind = match proof.kind {
        ProofKind::Batch => ProofKind::Aggregate { level: 1 },
        ProofKind::Aggregate { .. } => ProofKind::Batch,
    };
    assert!(is_rejected(system, &Proof { kind: other_kind, bytes: proof.bytes.clone() }));
    for level in [0, 2, usize::MAX] {
        let lie = Proof { kind: ProofKind::Aggregate { level }, bytes: proof.bytes.clone() };
        assert!(is_rejected(system, &lie), "posing as level {level}");
    }
}

/// A valid proof of something else is not a proof of this.
#[track_caller]
fn refuses_another_batch(system: &dyn ProofSystem, proofs: &[Proof], statements: &[Statement]) {
    let error = verify_against_native(system, &proofs[1], &statements[0]).expect_err("another batch");
    assert!(error.is_wrong_proof() && matches!(error, ProverError::Mismatch { .. }));
}

#[test]
fn commitments_by_poseidon() {
    let (mut system, proofs, statements) = chain::<Config>(2);
    let aggregated = system.aggregate(&proofs[..2]).expect("a chain").proof;
    let both = Statement::join_all(&statements[..2]).expect("a chain");
    refuses_every_change(&system, &proofs[0], &statements[0]);
    refuses_every_change(&system, &aggregated, &both);
    refuses_another_batch(&system, &proofs, &statements);
}

#[test]
fn commitments_by_keccak() {
    let (system, proofs, statements) = chain::<KeccakGoldilocksConfig>(2);
    refuses_every_change(&system, &proofs[0], &statements[0]);
    refuses_another_batch(&system, &proofs, &statements);
}

#[test]
fn a_proof_of_one_configuration_is_none_of_the_other() {
    let (poseidon, of_poseidon, statements) = chain::<Config>(1);
    let (keccak, of_keccak, same) = chain::<KeccakGoldilocksConfig>(1);
    assert_eq!(statements, same, "the same statements of the same batches");
    for place in 0..3 {
        assert!(is_rejected(&poseidon, &of_keccak[place]));
        assert!(is_rejected(&keccak, &of_poseidon[place]));
        // As long as the other's, so that its length does not give it away.
        let mut padded = of_keccak[place].bytes.clone();
        padded.resize(of_poseidon[place].bytes.len(), 0);
        assert!(is_rejected(&poseidon, &Proof { kind: ProofKind::Batch, bytes: padded }));
        let cut = of_poseidon[place].bytes[..of_keccak[place].bytes.len()].to_vec();
        assert!(is_rejected(&keccak, &Proof { kind: ProofKind::Batch, bytes: cut }));
    }
}

#[test]
fn a_proof_of_another_circuit_under_keccak() {
    // Of the same size but another key: one level deeper.
    let (shallow, _, _) = chain::<KeccakGoldilocksConfig>(1);
    let mut deeper = Plonk::<KeccakGoldilocksConfig>::new();
    deeper.set_up(shape(4, 1, SlotKind::Transfer), 1).expect("a shape");
    let mut world = super::world::state(4, &[[100, 50, 0], [7, 0, 0]], [1_000, 2_000]);
    let batch = Batch { id: BatchId(0), transactions: vec![transfer(0, 5, 1, 0, 30)] };
    let trace = record(&mut world, &batch, 1).expect("valid");
    let job = Job { batch: &batch, trace: &trace, statement: trace.statement };
    let foreign = deeper.prove(&job).expect("valid").proof;
    verify_against_native(&deeper, &foreign, &trace.statement).expect("its own key");
    assert!(is_rejected(&shallow, &foreign), "another key");
}

#[test]
fn keccak_cannot_aggregate_and_says_so() {
    let (mut system, proofs, _) = chain::<KeccakGoldilocksConfig>(2);
    assert_eq!(system.capabilities().aggregation, None);
    let error = system.aggregate(&proofs[..2]).expect_err("it cannot");
    assert!(matches!(error, ProverError::NoAggregation { .. }) && !error.is_wrong_proof());
    assert_eq!(error.to_string(), "plonky2-keccak cannot aggregate proofs: each is verified by itself");
}

/// The circuits are the same, down to each gate; keys and lengths of proofs are not.
#[test]
fn both_configurations_have_one_circuit() {
    let described =
        |system: &mut dyn ProofSystem| system.set_up(shape(3, 2, SlotKind::Any), 2).expect("a shape");
    let poseidon = described(&mut Plonk::<Config>::new());
    let keccak = described(&mut Plonk::<KeccakGoldilocksConfig>::new());
    assert_eq!((poseidon.circuits.len(), keccak.circuits.len()), (2, 1));
    let (one, other) = (&poseidon.circuits[0], &keccak.circuits[0]);
    assert_eq!(
        (one.rows, one.padded_rows, one.public_elements, &one.gate_rows),
        (other.rows, other.padded_rows, other.public_elements, &other.gate_rows)
    );
    assert_ne!(one.key_digest, other.key_digest);
    assert!(other.proof_bytes < one.proof_bytes, "a digest of Keccak is shorter");
    let (_, proofs, _) = chain::<KeccakGoldilocksConfig>(1);
    let mut system = Plonk::<KeccakGoldilocksConfig>::new();
    let small = system.set_up(shape(3, 1, SlotKind::Transfer), 1).expect("a shape");
    assert_eq!(small.circuits[0].proof_bytes, proofs[0].bytes.len() as u64);
}

#[test]
fn lies_about_a_batch_have_no_proof_under_keccak() {
    std::panic::set_hook(Box::new(|_| {}));
    let circuit = BatchCircuit::<KeccakGoldilocksConfig>::build(shape(3, 1, SlotKind::Transfer));
    let world = start();
    let batch = Batch { id: BatchId(0), transactions: vec![transfer(0, 5, 1, 0, 30)] };
    let trace = record(&mut world.clone(), &batch, 1).expect("valid");
    let honest = SlotValues::honest(&trace.steps[0]);
    let accepts = |values: SlotValues| {
        let inputs = circuit.witness(world.root(), &[values]);
        let timed = inputs.ok().and_then(|inputs| prove_with(&circuit.circuit, inputs, "a lie").ok());
        timed.is_some_and(|timed| circuit.circuit.verify(timed.proof).is_ok())
    };
    assert!(accepts(honest.clone()));
    let lies: [fn(&mut SlotValues); 4] = [
        |values| values.is_transfer = Felt::ZERO,
        |values| values.sender_in.after[0] += Felt::ONE,
        |values| values.sender.siblings[1].elements[2] += Felt::ONE,
        |values| values.next_nonce[0] = felt(5),
    ];
    for (number, lie) in lies.iter().enumerate() {
        let mut values = honest.clone();
        lie(&mut values);
        assert!(!accepts(values), "lie {number}");
    }
}
