//! Lies about slots that call themselves padding.

use crate::forge::{Forgery, element};
use crate::lies::{LIMB, accepted, moving, refused};
use plonky2::field::types::Field;
use prover::circuit::values::parts;
use workloads::hash::Felt;

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

#[test]
fn padding_that_says_something_or_counts_for_more() {
    accepted(padding(0));
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
