//! One lie for each constraint of a slot that moves something, told so that no other constraint is in its way.

use super::forge::{Forgery, ORDER, POOL, carry, element, spread};
use super::world::{ANY, TRANSFER, accepts, felt, state, transfer};
use plonky2::field::types::Field;
use prover::circuit::values::{MovementValues, parts};
use workloads::hash::{Domain, Felt};

pub(crate) const MAX: i128 = u64::MAX as i128;
pub(crate) const LIMB: i128 = 1 << 32;

/// A transfer of 30 of token 0 from one to the other of two accounts.
pub(crate) fn honest() -> Forgery {
    Forgery::of(&state(3, &[[100, 100, 100], [100, 100, 100]], [1_000, 2_000]), transfer(0, 5, 1, 0, 30))
}

/// The same with other amounts of token 0; what the slot looks at for a leg out is token 1.
pub(crate) fn moving(by: i128, sender: i128, target: i128) -> Forgery {
    let mut forgery = honest();
    for (at, amount) in [(0, sender), (1, target)] {
        *forgery.leaf(at, 2) = element(amount & (LIMB - 1));
        *forgery.leaf(at, 3) = element(amount >> 32);
    }
    look_away(&mut forgery);
    forgery.moves_in(by, sender, target);
    forgery
}

fn look_away(forgery: &mut Forgery) {
    let still = MovementValues { before: parts(100), after: parts(100), carry: Felt::ZERO };
    let swap = &mut forgery.values.swap;
    swap.token_out = [Felt::ZERO, Felt::ONE, Felt::ZERO];
    (swap.sender_out, swap.target_out) = (still, still);
}

#[track_caller]
pub(crate) fn refused(mut lie: Forgery) {
    let root = lie.seal();
    assert!(!accepts(&ANY, root, std::slice::from_ref(&lie.values)), "by a slot for anything");
    assert!(!accepts(&TRANSFER, root, &[lie.values]), "by a slot for transfers");
}

#[track_caller]
pub(crate) fn accepted(mut truth: Forgery) {
    let root = truth.seal();
    assert!(accepts(&ANY, root, std::slice::from_ref(&truth.values)), "by a slot for anything");
    assert!(accepts(&TRANSFER, root, &[truth.values]), "by a slot for transfers");
}

#[test]
pub(crate) fn the_forger_is_believed_when_it_does_not_lie() {
    accepted(honest());
    for (by, sender, target) in [(30, 100, 7), (0, 0, 0), (MAX, MAX, 0), (LIMB, MAX, MAX - LIMB)] {
        accepted(moving(by, sender, target));
    }
}

#[test]
pub(crate) fn parts_beyond_sixteen_bits() {
    for at in 0..4 {
        // A negative amount: the sender takes.
        let mut lie = moving(-30, 100, 100);
        lie.values.amount_in = spread(-30, at);
        lie.settle();
        refused(lie);
        // A negative balance.
        let mut lie = moving(101, 100, 7);
        lie.values.sender_in.after = spread(-1, at);
        lie.settle();
        refused(lie);
        // A balance past its limb, or past 64 bits.
        let before = if at < 2 { LIMB - 1 } else { MAX };
        let mut lie = moving(1, 100, before);
        lie.values.target_in.after = spread(before + 1, at);
        lie.settle();
        refused(lie);
        // Leaves that hold such a balance already.
        let mut lie = moving(1, before + 1, 7);
        let limb = if at < 2 { 0 } else { 1 };
        *lie.leaf(0, 2 + limb) = element(LIMB);
        *lie.leaf(0, 3 - limb) = Felt::ZERO;
        lie.values.sender_in.before = spread(before + 1, at);
        lie.settle();
        refused(lie);
        if at < 2 {
            let mut lie = moving(30, 100, LIMB + 100);
            (*lie.leaf(1, 2), *lie.leaf(1, 3)) = (element(LIMB + 100), Felt::ZERO);
            lie.values.target_in.before = spread(LIMB + 100, at);
            lie.settle();
            lie.settle_void(LIMB + 100);
            refused(lie);
        }
    }
}

#[test]
pub(crate) fn sums_that_hold_modulo_the_field_or_in_one_limb() {
    // after + amount = before + p: money is made.
    let mut lie = moving(1 << 63, 100, 7);
    lie.values.sender_in.after = spread(100 + ORDER - (1 << 63), 3);
    lie.settle();
    refused(lie);
    // before + amount = after + p: money is lost.
    let mut lie = moving(1 << 63, MAX, MAX);
    lie.values.target_in.after = spread(MAX + (1 << 63) - ORDER, 3);
    lie.settle();
    refused(lie);
    for more in [1, LIMB] {
        let mut lie = moving(30, 100, 7);
        lie.values.sender_in.after = spread(70 + more, 3);
        refused(lie);
        let mut lie = moving(30, 100, 7);
        lie.values.target_in.after = spread(37 + more, 3);
        refused(lie);
        // What is said to have been there is not what the leaf holds.
        let mut lie = moving(30, 100, 7);
        lie.moves_in(30, 100 + more, 7);
        refused(lie);
        let mut lie = moving(30, 100, 7);
        lie.moves_in(30, 100, 7 + more);
        refused(lie);
    }
}

#[test]
pub(crate) fn choices_that_are_not_of_one_token() {
    for (bits, read) in [([-1, 1, 1], 100), ([1, -1, 1], 100), ([1, 1, -1], 100), ([1, 1, 0], 200)] {
        let mut lie = honest();
        lie.values.token_in = bits.map(element);
        lie.moves_in(10, read, read);
        refused(lie);
    }
}

#[test]
pub(crate) fn nonces_that_stand_still_or_run_over() {
    let mut lie = honest();
    lie.values.next_nonce = parts(5);
    refused(lie);
    for at in 0..2 {
        let mut lie = honest();
        *lie.leaf(0, 1) = element(LIMB - 1);
        lie.values.next_nonce = spread(LIMB, at);
        refused(lie);
    }
}

#[test]
pub(crate) fn a_transfer_with_something_coming_back() {
    // Nothing is divided by nothing: the target holds none of token 0, and all its token 1 comes back.
    for out in [50, 3 * LIMB] {
        let mut lie = moving(0, 100, 0);
        *lie.leaf(1, 4) = element(out & (LIMB - 1));
        *lie.leaf(1, 5) = element(out >> 32);
        let swap = &mut lie.values.swap;
        (swap.amount_out, swap.surplus) = (spread(out, 3), spread(out, 3));
        swap.sender_out.after = spread(100 + out, 3);
        (swap.target_out.before, swap.target_out.after) = (spread(out, 3), parts(0));
        swap.sender_out.carry = carry(&swap.sender_out.before, &swap.amount_out, &swap.sender_out.after);
        let root = lie.seal();
        assert!(!accepts(&ANY, root, &[lie.values]));
    }
}

#[test]
pub(crate) fn pools_that_send_or_receive_a_transfer() {
    let mut sends = honest();
    sends.values.sender.index = felt(POOL as u64);
    sends.values.next_nonce = parts(1);
    sends.moves_in(30, 1_000, 100);
    let still = |held| MovementValues { before: parts(held), after: parts(held), carry: Felt::ZERO };
    sends.values.swap.sender_out = still(1_000);
    let mut receives = honest();
    receives.values.target.index = felt(POOL as u64);
    receives.moves_in(30, 100, 1_000);
    receives.values.swap.target_out = still(1_000);
    // The same leaves as an account's are accepted: their domain alone stands in the way.
    for lie in [sends, receives] {
        let mut truth = lie.clone();
        let (domain, _) = truth.leaves[POOL].as_mut().expect("a pool");
        *domain = Domain::Account;
        accepted(truth);
        refused(lie);
    }
}

#[test]
pub(crate) fn leaves_that_are_not_in_the_tree() {
    let mut truth = moving(30, 100, 7);
    let root = truth.seal();
    let mut richer = moving(30, 1_000, 7);
    richer.seal();
    // The target's path is of a tree in which the target holds something else; the sender's is of the true one.
    let mut elsewhere = moving(30, 100, 1_000);
    elsewhere.seal();
    elsewhere.values.sender = truth.values.sender;
    for lie in [richer.values, elsewhere.values] {
        for circuit in [&*ANY, &*TRANSFER] {
            assert!(!accepts(circuit, root, std::slice::from_ref(&lie)));
        }
    }
}
