//! Lies about the sender of a swap: the same rules as in the plain circuit, put together anew.

use super::telling::{ONE, TWO, against, each_refused, honest, lying_step, pool, refused, slots};
use super::world::{felt, people};
use plonky2::field::types::Field;
use prover::circuit::registers::values::RegisterBatchValues;
use prover::circuit::values::parts;
use workloads::hash::Felt;

fn one() -> RegisterBatchValues {
    honest(vec![against(0, 0, 5, 0, 100)], 1)
}

#[test]
fn a_leaf_that_is_not_in_the_tree_or_stands_elsewhere() {
    let lies: [fn(&mut RegisterBatchValues); 6] = [
        |values| values.slots[0].swap.sender.index = Felt::ONE,
        |values| values.slots[0].swap.sender_leaf[0] += Felt::ONE,
        |values| values.slots[0].swap.sender.siblings[0].elements[0] += Felt::ONE,
        |values| values.slots[0].swap.sender.siblings[3].elements[3] += Felt::ONE,
        // In the other half of the tree, where the same bits lead to a pool.
        |values| values.slots[0].swap.sender.index = felt(16),
        |values| values.accounts_root = values.block_root,
    ];
    each_refused(&ONE, &one(), &lies);
}

/// Both slots open the sender as the batch found it: the second pays with what the first has paid already.
#[test]
fn a_sender_that_is_stale() {
    let mut lie = honest(vec![against(0, 0, 5, 0, 800), against(0, 0, 6, 0, 100)], 2);
    let (first, after) = lying_step(&mut people(), against(0, 0, 5, 0, 800), pool(0));
    let (second, _) = lying_step(&mut people(), against(0, 0, 5, 0, 100), after);
    lie.slots = slots(&[(first, 1), (second, 1)]);
    refused(&TWO, &lie);
}

#[test]
fn what_the_sender_does_not_have_or_would_have_too_much_of() {
    let lies: [fn(&mut RegisterBatchValues); 9] = [
        // 900 held; what is left is told as more, as less than nothing, and as all.
        |values| values.slots[0].swap.sender_in.after[0] += Felt::ONE,
        |values| values.slots[0].swap.sender_in.after[2] += Felt::ONE,
        |values| values.slots[0].swap.sender_in.before[0] += Felt::ONE,
        |values| values.slots[0].swap.sender_in.carry = Felt::ONE,
        |values| values.slots[0].swap.swap.sender_out.after[0] += Felt::ONE,
        |values| values.slots[0].swap.swap.sender_out.after[3] += Felt::ONE,
        |values| values.slots[0].swap.swap.sender_out.before[0] += Felt::ONE,
        |values| {
            values.slots[0].swap.swap.sender_out.carry = Felt::NEG_ONE;
            values.slots[0].swap.swap.sender_out.after[1] += felt(1 << 16);
        },
        |values| {
            values.slots[0].swap.amount_in[0] += felt(1 << 16);
            values.slots[0].swap.amount_in[1] -= Felt::ONE;
        },
    ];
    each_refused(&ONE, &one(), &lies);
    // Five held, and 100 paid: 2^64 − 95 are left, or −95 in one part.
    let (step, _) = lying_step(&mut people(), against(0, 3, 5, 0, 100), pool(0));
    let mut lie = one();
    lie.slots = slots(&[(step, 1)]);
    refused(&ONE, &lie);
    for at in 0..2 {
        let mut after = [Felt::ZERO; 4];
        after[at] = -felt(95) * felt(1 << 16).exp_u64(at as u64).inverse();
        lie.slots[0].swap.sender_in.after = after;
        lie.slots[0].swap.sender_in.carry = Felt::ZERO;
        refused(&ONE, &lie);
    }
}

#[test]
fn nonces_and_minimum() {
    let lies: [fn(&mut RegisterBatchValues); 7] = [
        |values| values.slots[0].swap.next_nonce = parts(5),
        |values| values.slots[0].swap.next_nonce = parts(7),
        |values| values.slots[0].swap.sender_leaf[1] = felt(6),
        |values| values.slots[0].swap.next_nonce = [felt(6) - felt(1 << 16), Felt::ONE],
        // One more than comes out is asked for.
        |values| values.slots[0].swap.swap.min_out = parts(182),
        |values| {
            values.slots[0].swap.swap.min_out = parts(182);
            values.slots[0].swap.swap.surplus = [Felt::NEG_ONE, Felt::ZERO, Felt::ZERO, Felt::ZERO];
        },
        |values| values.slots[0].swap.swap.surplus_carry = Felt::ONE,
    ];
    each_refused(&ONE, &one(), &lies);
}
