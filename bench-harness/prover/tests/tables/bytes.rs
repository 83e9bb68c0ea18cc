//! What travels as a proof and is none: rejected, never a panic.

use super::world::{batch, of, recorded, shape, state, transfer, values, wrong};
use p3_field::PrimeCharacteristicRing;
use prover::plonky3::field::Val;
use prover::plonky3::system::Plonky3;
use prover::plonky3::table::heights_max_log2;
use prover::plonky3::traces::{Rows, Traces};
use prover::statement::Statement;
use prover::system::{Job, Proof, ProofKind, ProofSystem, ProverError, verify_against_native};
use std::sync::LazyLock;

static PROVED: LazyLock<(Plonky3, Vec<u8>, Statement)> = LazyLock::new(|| {
    let (state, batch) = batch(5, 3, 4, 0.5);
    let trace = recorded(&state, &batch, 4);
    let mut system = Plonky3::new();
    system.set_up(shape(4, 4), 1).expect("a shape");
    let job = Job { batch: &batch, trace: &trace, statement: trace.statement };
    let bytes = system.prove(&job).expect("a proof").proof.bytes;
    (system, bytes, trace.statement)
});

fn verdict(bytes: &[u8]) -> Result<Statement, ProverError> {
    let proof = Proof { kind: ProofKind::Batch, bytes: bytes.to_vec() };
    PROVED.0.verify(&proof).map(|verified| verified.statement)
}

#[track_caller]
fn rejected(bytes: &[u8], what: &str) {
    assert!(matches!(verdict(bytes), Err(ProverError::Rejected { .. })), "{what}");
}

#[test]
fn bytes_that_are_cut_or_garbled_or_go_on() {
    let bytes = &PROVED.1;
    assert_eq!(verdict(bytes).expect("honest"), PROVED.2);
    for length in (0..bytes.len()).step_by(1 + bytes.len() / 40).chain([1, 103, 104, bytes.len() - 1]) {
        rejected(&bytes[..length], &format!("cut to {length}"));
    }
    let mut longer = bytes.clone();
    longer.push(0);
    rejected(&longer, "a byte more");
    // Dense at the beginning, where lengths and counts are; sparse behind.
    for at in (0..300).step_by(3).chain((300..bytes.len()).step_by(1 + bytes.len() / 100)) {
        let mut garbled = bytes.clone();
        garbled[at] ^= 1 << (at % 8);
        rejected(&garbled, &format!("bit {} of byte {at}", at % 8));
    }
    rejected(&vec![0xff; bytes.len()], "ones");
    rejected(&vec![0; bytes.len()], "zeros");
}

#[test]
fn another_statement() {
    for element in 0..13 {
        let mut lie = PROVED.1.clone();
        lie[8 * element] ^= 1;
        rejected(&lie, &format!("element {element}"));
        // The same element, not reduced.
        let mut lie = PROVED.1.clone();
        let number = u64::from_le_bytes(lie[8 * element..8 * element + 8].try_into().expect("eight"));
        if let Some(unreduced) = number.checked_add(0xffff_ffff_0000_0001) {
            lie[8 * element..8 * element + 8].copy_from_slice(&unreduced.to_le_bytes());
            rejected(&lie, &format!("element {element}, not reduced"));
        }
    }
    let other = Statement { transactions: 2, ..PROVED.2 };
    let proof = Proof { kind: ProofKind::Batch, bytes: PROVED.1.clone() };
    let mismatch = verify_against_native(&PROVED.0, &proof, &other);
    assert!(matches!(mismatch, Err(ProverError::Mismatch { .. })));
    let aggregate = Proof { kind: ProofKind::Aggregate { level: 1 }, ..proof };
    assert!(matches!(PROVED.0.verify(&aggregate), Err(ProverError::Rejected { .. })));
}

#[test]
fn a_proof_of_another_shape() {
    for (depth, capacity) in [(4, 5), (5, 4), (4, 8)] {
        let mut system = Plonky3::new();
        system.set_up(shape(depth, capacity), 1).expect("a shape");
        let proof = Proof { kind: ProofKind::Batch, bytes: PROVED.1.clone() };
        assert!(matches!(system.verify(&proof), Err(ProverError::Rejected { .. })), "{depth} {capacity}");
    }
}

/// Honest tables with more rows for nothing: up to what a shape can need they are believed, beyond it they are not,
/// since a proof of higher tables is worth fewer bits.
#[test]
fn tables_that_are_higher_than_any_batch_needs() {
    let (state, batch) = batch(5, 3, 4, 0.5);
    let shape = shape(4, 4);
    let honest = Traces::of(&values(&recorded(&state, &batch, 4)));
    let believed = |traces: &Traces| verdict(&PROVED.0.prove_cells(traces).expect("bytes")).is_ok();
    for (above, expected) in [(0, true), (1, false)] {
        let height = 1 << (heights_max_log2(shape)[0] + above);
        let mut traces = honest.clone();
        let width = traces.hashes.width;
        let nothing = traces.hashes.values[traces.hashes.values.len() - width..].to_vec();
        while traces.hashes.values.len() < height * width {
            traces.hashes.values.extend_from_slice(&nothing);
        }
        assert_eq!(wrong(shape, &traces), []);
        assert_eq!(believed(&traces), expected, "{height} rows");
    }
}

/// Lies that go through the prover: what comes out, if anything, does not verify.
#[test]
fn a_lie_that_is_proved() {
    let state = state(4, &[[100, 50, 9], [7, 0, 0], [1, 1, 1]], [1_000, 2_000]);
    let transactions = vec![transfer(0, 5, 1, 0, 30), transfer(1, 5, 0, 0, 3), transfer(0, 6, 0, 1, 20)];
    let rows = Rows::of(&values(&recorded(&state, &of(transactions), 4)));
    let (system, ..) = &*PROVED;
    let believed = |traces: &Traces| {
        let bytes = system.prove_cells(traces).ok();
        bytes.is_some_and(|bytes| verdict(&bytes).is_ok())
    };
    assert!(believed(&rows.clone().cells()));
    let lies: [fn(&mut Rows, &mut Traces); 6] = [
        |_, traces| traces.statement.transactions += 1,
        |_, traces| traces.fixed.values[3] += Val::ONE,
        |_, traces| traces.slots.values[1] = Val::ONE - traces.slots.values[1],
        |_, traces| traces.hashes.values[100] += Val::ONE,
        |rows, _| rows.slots[1].target.time = Val::ZERO,
        |rows, _| rows.hashes[6].input[0] = rows.hashes[6].input[1],
    ];
    for (number, lie) in lies.into_iter().enumerate() {
        let (mut rows, mut traces) = (rows.clone(), rows.clone().cells());
        lie(&mut rows, &mut traces);
        if number >= 4 {
            traces = rows.cells();
        }
        assert!(!believed(&traces), "lie {number}");
    }
}

#[test]
fn what_the_system_refuses_to_do() {
    let mut system = Plonky3::new();
    let proof = Proof { kind: ProofKind::Batch, bytes: PROVED.1.clone() };
    assert!(matches!(system.verify(&proof), Err(ProverError::Input { .. })));
    for capacity in [0, 1 << 15] {
        assert!(matches!(system.set_up(shape(4, capacity), 1), Err(ProverError::Input { .. })));
    }
    let refused = system.aggregate(&[proof]).expect_err("no aggregation");
    assert!(!refused.is_wrong_proof(), "{refused}");
    // A trace of other paths than the job's statement has is a prover's refusal, not a wrong proof.
    let (state, batch) = batch(5, 3, 4, 0.5);
    let trace = recorded(&state, &batch, 4);
    system.set_up(shape(4, 4), 1).expect("a shape");
    let statement = Statement { transactions: 4, ..trace.statement };
    let refused =
        system.prove(&Job { batch: &batch, trace: &trace, statement }).expect_err("another statement");
    assert!(matches!(refused, ProverError::NoProof { .. }), "{refused}");
}
