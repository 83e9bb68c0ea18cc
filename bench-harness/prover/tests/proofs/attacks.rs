//! Attacks on the whole of a slot or of a tree, as an outside audit tried them; each is told in its best form.

use super::differential::attempt;
use super::forge::{Division, Forgery, ORDER, POOL, element, spread};
use super::systems::chain;
use super::world::{ANY, TRANSFER, accepts, felt, open, start, state, swap, transfer};
use plonky2::field::types::Field;
use plonky2::iop::witness::PartialWitness;
use prover::circuit::aggregate::AggregateCircuit;
use prover::circuit::values::{MovementValues, SlotValues, parts};
use prover::circuit::{Config, PlonkProof};
use prover::plonk::prove_with;
use prover::statement::Statement;
use prover::witness::{Step, record};
use workloads::hash::Felt;
use workloads::transaction::{Batch, BatchId};

/// The step of a transfer whose target is opened in another tree than the one that the sender's leaf was written to.
fn with_stale_target(to: u32) -> (workloads::hash::Digest, SlotValues) {
    let world = start();
    let batch = Batch { id: BatchId(0), transactions: vec![transfer(0, 5, to, 0, 30)] };
    let honest = record(&mut world.clone(), &batch, 1).expect("valid").steps.remove(0);
    (world.root(), SlotValues::honest(&Step { target: open(&world, to), ..honest }))
}

#[test]
fn a_transfer_to_oneself_that_makes_money() {
    // The target's leaf as it stood before the sender's was written: 100 held, 30 sent, 130 held.
    let (root, values) = with_stale_target(0);
    assert_eq!(values.target_in.after, parts(130));
    for circuit in [&*ANY, &*TRANSFER] {
        assert!(!accepts(circuit, root, std::slice::from_ref(&values)));
    }
    // The path is that of the tree in between, where the leaf has been debited; what is said of it is not.
    let batch = Batch { id: BatchId(0), transactions: vec![transfer(0, 5, 0, 0, 30)] };
    let trace = record(&mut start(), &batch, 1).expect("valid");
    let mut lie = SlotValues::honest(&trace.steps[0]);
    for circuit in [&*ANY, &*TRANSFER] {
        assert!(accepts(circuit, root, std::slice::from_ref(&lie)));
    }
    lie.target_in = MovementValues { before: parts(100), after: parts(130), carry: Felt::ZERO };
    lie.swap.target_out = MovementValues { before: parts(100), after: parts(100), carry: Felt::ZERO };
    lie.swap.slack = parts(1_000_000);
    for leaf in [lie.target_leaf, values.target_leaf] {
        lie.target_leaf = leaf;
        for circuit in [&*ANY, &*TRANSFER] {
            assert!(!accepts(circuit, root, std::slice::from_ref(&lie)));
        }
    }
}

#[test]
fn a_second_path_that_is_stale() {
    // The target's leaf and path are true, of the tree before the sender's leaf was written: what the sender paid
    // would be there again.
    let (root, values) = with_stale_target(1);
    for circuit in [&*ANY, &*TRANSFER] {
        assert!(!accepts(circuit, root, std::slice::from_ref(&values)));
    }
    let batch = Batch { id: BatchId(0), transactions: vec![swap(0, 5, 0, 100, 0)] };
    let world = start();
    let trace = record(&mut world.clone(), &batch, 1).expect("valid");
    let mut lie = SlotValues::honest(&trace.steps[0]);
    lie.target.siblings = world.pool_siblings(workloads::pool::PoolId(0)).expect("exists");
    assert!(!accepts(&ANY, world.root(), &[lie]));
}

/// Nothing in reserve, and nothing that counts put in: the equation of the division holds for any output.
#[test]
fn a_pool_without_a_price() {
    for (fee, amount_in) in [(30, 0), (10_000, 0), (10_000, 50)] {
        for out in [0, 1, 2_000] {
            let world = state(3, &[[100, 50, 0], [7, 0, 0]], [1_000, 2_000]);
            let mut lie = Forgery::of(&world, swap(0, 5, 0, 100, 0));
            *lie.leaf(POOL, 0) = felt(fee + (1 << 18));
            *lie.leaf(POOL, 2) = Felt::ZERO;
            lie.values.swap.fee_bps = felt(fee);
            lie.moves_in(amount_in, 100, 0);
            let nothing = Division {
                amount_in,
                kept: 10_000 - fee as i128,
                out,
                left: 2_000 - out,
                ..Division::default()
            };
            // Denominator − 1 is −1: as a part of any place, or left out.
            let slacks = (0..5).map(|at| spread(-1, at)).chain([[Felt::ZERO; 5]]);
            for slack in slacks {
                let mut lie = lie.clone();
                lie.swaps(&Division { slack: Some(slack), ..nothing }, 50, 2_000);
                let root = lie.seal();
                assert!(!accepts(&ANY, root, &[lie.values]), "fee {fee}, {amount_in} in, {out} out");
            }
        }
    }
}

/// A reserve of which all is there: what goes in wraps at 2^64, at the order of the field, or in the low limb alone.
#[test]
fn additions_that_wrap_in_a_pool() {
    let max = i128::from(u64::MAX);
    for wrap in [1 << 64, ORDER, 1 << 32] {
        let world = state(3, &[[100, 50, 0], [7, 0, 0]], [1_000, 2_000]);
        let mut lie = Forgery::of(&world, swap(0, 5, 0, 100, 0));
        (*lie.leaf(POOL, 2), *lie.leaf(POOL, 3)) = (element(max & 0xffff_ffff), element(max >> 32));
        lie.moves_in(100, 100, max);
        lie.swaps(&Division::exact(100, max, 2_000, 9_970), 50, 2_000);
        for at in [1, 3] {
            let mut lie = lie.clone();
            lie.values.target_in.after = spread(max + 100 - wrap, at);
            for carry in [Felt::ZERO, Felt::ONE] {
                lie.values.target_in.carry = carry;
                let root = lie.clone().seal();
                let mut told = lie.clone();
                told.seal();
                assert!(!accepts(&ANY, root, &[told.values]), "less {wrap}");
            }
        }
    }
}

#[test]
fn levels_that_are_mixed() {
    let (_, proofs, _) = chain::<Config>(2);
    std::panic::set_hook(Box::new(|_| {}));
    let batches: Vec<_> = proofs[..2]
        .iter()
        .map(|proof| PlonkProof::from_bytes(proof.bytes.clone(), &TRANSFER.circuit.common).expect("a proof"))
        .collect();
    let first = AggregateCircuit::build(&TRANSFER.circuit);
    let second = AggregateCircuit::build(&first.circuit);
    let merged = |level: &AggregateCircuit, left: &PlonkProof, right: Option<&PlonkProof>| {
        // A proof of another form is refused when it is put in, or finds no place there.
        let children: Vec<_> = std::iter::once(left).chain(right).collect();
        let put = || level.witness(&children).ok();
        let inputs: Option<PartialWitness<Felt>> =
            std::panic::catch_unwind(std::panic::AssertUnwindSafe(put)).ok().flatten();
        let proof = prove_with(&level.circuit, inputs?, "a merge").ok()?.proof;
        level.circuit.verify(proof.clone()).ok().map(|()| proof)
    };
    let lifted = merged(&first, &batches[0], None).expect("a batch alone");
    assert!(merged(&second, &lifted, None).is_some());
    let joined = merged(&first, &batches[0], Some(&batches[1])).expect("a chain");
    // A batch beside a merge, a batch where a merge is due, and a merge where a batch is.
    assert!(merged(&second, &lifted, Some(&batches[1])).is_none());
    assert!(merged(&second, &batches[0], Some(&batches[1])).is_none());
    assert!(merged(&first, &lifted, Some(&batches[1])).is_none());
    assert!(merged(&first, &joined, None).is_none());
    // And what is joined is no commitment of a batch, whatever the batch has in it.
    let statement = Statement::from_elements(&joined.public_inputs).expect("thirteen");
    let children: Vec<_> =
        batches.iter().flat_map(|batch| batch.public_inputs[8..12].to_vec()).collect::<Vec<_>>();
    let mut lanes = [Felt::ZERO; 8];
    lanes.copy_from_slice(&children);
    for other in
        [workloads::hash::Domain::Account, workloads::hash::Domain::Pool, workloads::hash::Domain::Batch]
    {
        assert_ne!(statement.commitment, workloads::hash::hash_leaf(other, &lanes));
    }
    assert_eq!(statement.commitment, workloads::hash::hash_leaf(workloads::hash::Domain::Pair, &lanes));
}

/// Attempts at the edges at depth 3, allowed and not: a prover is believed exactly where native execution agrees.
#[test]
fn edges_against_native_execution() {
    run(0..48);
}

#[test]
#[ignore = "ten minutes"]
fn many_edges_against_native_execution() {
    run(1_000..5_000);
}

fn run(seeds: std::ops::Range<u64>) {
    std::panic::set_hook(Box::new(|_| {}));
    let mut allowed = 0;
    let count = seeds.end - seeds.start;
    for seed in seeds {
        let attempt = attempt(seed);
        let inputs = ANY.witness(attempt.root, std::slice::from_ref(&attempt.values)).expect("one set");
        let timed = prove_with(&ANY.circuit, inputs, "an attempt").ok();
        let proof = timed.filter(|timed| ANY.circuit.verify(timed.proof.clone()).is_ok());
        let proved = proof.and_then(|timed| Statement::from_elements(&timed.proof.public_inputs));
        assert!(attempt.agrees(proved), "seed {seed}: {:?}", attempt.transaction);
        allowed += u64::from(attempt.native.is_some());
    }
    assert!(allowed > count / 5 && allowed < count * 4 / 5, "{allowed} of {count} were allowed");
}
