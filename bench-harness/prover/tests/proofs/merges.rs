//! Merges of four prove what merges of two prove.

use super::world::{shape, state, transfer};
use prover::circuit::fan_in::FanIn;
use prover::plonk::Plonky2;
use prover::statement::Statement;
use prover::system::{Job, Proof, ProofKind, ProofSystem, SlotKind, verify_against_native};
use prover::witness::record;
use workloads::transaction::{Batch, BatchId};

/// So many batches of one transfer are proved and become one proof, on so many levels with so many merges each.
fn check(batches: usize, merges: &[usize]) {
    let mut system = Plonky2::new().merging(FanIn::Four);
    let record_of_system = system.set_up(shape(3, 1, SlotKind::Transfer), batches).expect("a shape");
    assert_eq!(record_of_system.name, "plonky2-merge4");
    assert_eq!(record_of_system.settings["merge_children"], "4");
    let rows = record_of_system.circuits.iter().skip(1).map(|circuit| circuit.padded_rows);
    assert!(rows.eq(merges.iter().map(|_| 1_u64 << 14)), "a level has 2^14 rows");

    let mut world = state(3, &[[100, 50, 0], [7, 0, 0]], [1_000, 2_000]);
    let (mut proofs, mut statements) = (Vec::new(), Vec::new());
    for nonce in (5..).take(batches) {
        let batch = Batch { id: BatchId(0), transactions: vec![transfer(0, nonce, 1, 0, 10)] };
        let trace = record(&mut world, &batch, 1).expect("valid");
        let job = Job { batch: &batch, trace: &trace, statement: trace.statement };
        proofs.push(system.prove(&job).expect("valid").proof);
        statements.push(trace.statement);
    }
    let refused =
        |children: &[Proof], system: &mut Plonky2| system.merge(children).expect_err("refused").to_string();
    let error = refused(&vec![proofs[0].clone(); 5], &mut system);
    assert!(error.contains("expected 1 to 4 proofs of one level"), "{error}");
    let error = refused(&[proofs[0].clone(), proofs[2].clone()], &mut system);
    assert!(error.contains("a gap, or proofs out of order"), "{error}");

    let native = Statement::join_all(&statements).expect("a chain");
    let aggregated = system.aggregate(&proofs).expect("a chain");
    assert_eq!(aggregated.proof.kind, ProofKind::Aggregate { level: merges.len() });
    assert!(aggregated.levels.iter().map(|level| level.merges).eq(merges.iter().copied()));
    verify_against_native(&system, &aggregated.proof, &native).expect("it says what all say");
    let other = Statement::join_all(&statements[1..]).expect("a chain");
    assert!(verify_against_native(&system, &aggregated.proof, &other).is_err());
}

#[test]
fn three_batches_become_one_proof() {
    check(3, &[1]);
}

/// Four and one: the fifth is lifted alone.
#[test]
#[ignore = "a minute"]
fn five_batches_become_one_proof_on_two_levels() {
    check(5, &[2, 1]);
}
