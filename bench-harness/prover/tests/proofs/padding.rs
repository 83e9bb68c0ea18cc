//! Lies about slots that call themselves padding. They stand in slot 1: slot 0 is real, or there is no proof.

use super::forge::{Forgery, element};
use super::lies::{LIMB, moving};
use super::world::{ANY, TRANSFER, accepts, account, felt, shape, start, state, swap, transfer};
use plonky2::field::types::Field;
use prover::circuit::batch::BatchCircuit;
use prover::circuit::values::{SlotValues, parts};
use prover::system::SlotKind;
use std::sync::LazyLock;
use workloads::hash::{Digest, Domain, Felt};

static BOTH: LazyLock<[BatchCircuit; 2]> =
    LazyLock::new(|| [SlotKind::Any, SlotKind::Transfer].map(|kind| BatchCircuit::build(shape(3, 2, kind))));

/// The account that sends nothing to itself in slot 0.
const FIRST: usize = 2;

/// A movement from account 0 to itself that calls itself padding.
fn padding(amount: i128) -> Forgery {
    let held = 1 << 40;
    let mut forgery = moving(amount, held, 100);
    forgery.values.is_transfer = Felt::ZERO;
    forgery.values.target.index = Felt::ZERO;
    forgery.values.next_nonce = parts(5);
    forgery.moves_in(amount, held, held - amount);
    forgery
}

/// The numbers of both slots, and the root before the first.
fn told(mut lie: Forgery) -> (Digest, [SlotValues; 2]) {
    let people = state(3, &[[100; 3]; 3], [1_000, 2_000]);
    lie.leaves[FIRST] = Some((Domain::Account, account([100; 3]).elements()));
    let mut first = Forgery::of(&people, transfer(FIRST as u32, 5, FIRST as u32, 0, 0));
    first.leaves = lie.leaves;
    let root = first.seal();
    *lie.leaf(FIRST, 1) = felt(6);
    lie.seal();
    (root, [first.values, lie.values])
}

#[track_caller]
fn refused(lie: Forgery) {
    let (root, values) = told(lie);
    assert!(BOTH.iter().all(|circuit| !accepts(circuit, root, &values)));
}

#[test]
fn padding_that_says_something_or_counts_for_more() {
    let (root, values) = told(padding(0));
    assert!(BOTH.iter().all(|circuit| accepts(circuit, root, &values)));
    for amount in [1, LIMB] {
        refused(padding(amount));
    }
    let mut from_elsewhere = padding(0);
    from_elsewhere.values.sender.index = Felt::ONE;
    from_elsewhere.moves_in(0, 100, 1 << 40);
    refused(from_elsewhere);
    let mut to_elsewhere = padding(0);
    to_elsewhere.values.target.index = Felt::ONE;
    to_elsewhere.moves_in(0, 1 << 40, 100);
    refused(to_elsewhere);
    // One slot that counts for two, or for minus one.
    for count in [2, -1] {
        let mut lie = padding(0);
        lie.values.is_transfer = element(count);
        lie.values.next_nonce = parts((5 + count) as u128);
        refused(lie);
    }
}

#[test]
fn a_batch_of_padding_alone() {
    let mut lie = padding(0);
    let root = lie.seal();
    let alone = [lie.values.clone()];
    assert!(!accepts(&ANY, root, &alone) && !accepts(&TRANSFER, root, &alone));
    let twice = [lie.values.clone(), lie.values];
    assert!(BOTH.iter().all(|circuit| !accepts(circuit, root, &twice)));
}

/// It would be committed to under a kind that there is not.
#[test]
fn a_slot_for_swaps_that_calls_itself_a_transfer() {
    let circuit = BatchCircuit::build(shape(3, 1, SlotKind::Swap));
    let mut lie = Forgery::of(&start(), swap(0, 5, 0, 100, 0));
    let root = lie.seal();
    assert!(accepts(&circuit, root, std::slice::from_ref(&lie.values)));
    lie.values.is_transfer = Felt::ONE;
    assert!(!accepts(&circuit, root, &[lie.values]));
}
