//! Lies about what a slot reads from its register and writes there.

use super::forge::{ORDER, carry, spread};
use super::telling::{
    ONE, THREE, TWO, against, believed, each_refused, honest, lying_step, padding, pool, refused, slots,
    trace,
};
use super::world::{felt, people, proved};
use plonky2::field::types::Field;
use prover::circuit::registers::values::{HeldValues, RegisterBatchValues, RegisterSlotValues};
use prover::circuit::values::{MovementValues, SlotValues, parts};
use workloads::hash::Felt;

/// Swaps against pools 0 and 1, which are alike.
fn twins() -> RegisterBatchValues {
    honest(vec![against(0, 0, 5, 0, 100), against(1, 2, 5, 0, 100)], 2)
}

#[test]
fn another_register_than_the_one_that_is_said() {
    // Pools 0 and 1 hold the same: what tells them apart is the number of the leaf alone.
    let lies: [fn(&mut RegisterBatchValues); 6] = [
        |values| values.slots[0].held.register = Felt::TWO,
        |values| values.slots[1].held.register = Felt::ONE,
        |values| values.slots[0].held.index += Felt::ONE,
        |values| values.slots[0].held.register = Felt::ZERO,
        // A third register that is not used, and a fourth that there is not.
        |values| values.slots[0].held.register = felt(3),
        |values| values.slots[0].held.register = felt(4),
    ];
    each_refused(&TWO, &twins(), &lies);
}

#[test]
fn what_the_register_held_before_an_earlier_swap() {
    // Both swaps find the pool as the batch found it.
    let (first, second) = (against(0, 0, 5, 0, 100), against(0, 2, 5, 0, 100));
    let mut world = people();
    let steps = [first, second].map(|swap| (lying_step(&mut world, swap, pool(0)).0, 1));
    let mut lie = honest(vec![first, second], 2);
    assert!(believed(&TWO, &lie));
    lie.slots = slots(&steps);
    refused(&TWO, &lie);
    // The other way round: slot 0 finds what slot 1 leaves.
    let mut world = people();
    let (_, after) = lying_step(&mut people(), second, pool(0));
    let steps = [(lying_step(&mut world, first, after).0, 1), (lying_step(&mut world, second, pool(0)).0, 1)];
    lie.slots = slots(&steps);
    refused(&TWO, &lie);
    // And what another pool holds, under this one's name.
    let mut lie = honest(vec![against(0, 0, 5, 0, 100)], 1);
    let other = workloads::pool::Pool::new(pool(0).pair(), [1_000, 2_001], 30).expect("a pool");
    let (step, _) = lying_step(&mut people(), against(0, 0, 5, 0, 100), other);
    lie.slots = slots(&[(step, 1)]);
    refused(&ONE, &lie);
}

/// A swap against no register, which holds nothing: a payment into the void that counts.
#[test]
fn a_swap_against_nothing() {
    let nothing = |pair: [u64; 2]| {
        let pair = pair.map(super::world::token);
        workloads::pool::Pool::new(pair, [0, 0], 0).expect("a pool")
    };
    let swap = against(0, 0, 5, 0, 100);
    let mut lie = honest(vec![swap], 1);
    let (step, _) = lying_step(&mut people(), swap, nothing([0, 1]));
    lie.slots = slots(&[(step.clone(), 0)]);
    lie.slots[0].held = HeldValues::default();
    refused(&ONE, &lie);
    // The identity of nothing is that of a pool of token 0 alone.
    let told = &mut lie.slots[0].swap;
    told.swap.token_out = told.token_in;
    told.swap.sender_out = MovementValues { before: parts(900), after: parts(900), carry: Felt::ZERO };
    refused(&ONE, &lie);
    // Told with an identity that no register has.
    lie.slots = slots(&[(step, 0)]);
    lie.slots[0].held = HeldValues { identity: felt(1 << 18), ..HeldValues::default() };
    refused(&ONE, &lie);
}

#[test]
fn each_number_that_is_read() {
    let swap = vec![against(0, 0, 5, 0, 100)];
    for limb in 0..4 {
        for more in [1, 1 << 16, (1 << 32) - 1] {
            let mut lie = honest(swap.clone(), 1);
            lie.slots[0].held.limbs[limb] += felt(more);
            refused(&ONE, &lie);
        }
    }
    // The fee: none is taken, and none is read.
    let mut lie = honest(swap.clone(), 1);
    let free = workloads::pool::Pool::new(pool(0).pair(), [1_000, 2_000], 0).expect("a pool");
    let (step, _) = lying_step(&mut people(), swap[0], free);
    lie.slots = slots(&[(step, 1)]);
    refused(&ONE, &lie);
    lie.slots[0].held.identity = lie.pools[0].leaf[0];
    refused(&ONE, &lie);
    // Tokens the other way round, and a token that the pool does not have.
    let lies: [fn(&mut RegisterBatchValues); 5] = [
        |values| values.slots[0].swap.swap.reversed = Felt::ONE,
        |values| values.slots[0].swap.swap.reversed = Felt::TWO,
        |values| values.slots[0].swap.swap.token_out = [Felt::ZERO, Felt::ZERO, Felt::ONE],
        |values| values.slots[0].swap.swap.token_out = values.slots[0].swap.token_in,
        |values| values.slots[0].swap.token_in = [Felt::ONE, Felt::ONE, -Felt::ONE],
    ];
    each_refused(&ONE, &honest(swap, 1), &lies);
}

/// What a swap leaves in its register is what the rule says: one unit more or less, in either reserve.
#[test]
fn a_reserve_that_is_left_otherwise() {
    let swap = vec![against(0, 0, 5, 0, 100)];
    let lies: [fn(&mut RegisterBatchValues); 8] = [
        |values| values.slots[0].swap.target_in.after[0] += Felt::ONE,
        |values| values.slots[0].swap.target_in.after[2] += Felt::ONE,
        |values| values.slots[0].swap.swap.target_out.after[0] += Felt::ONE,
        |values| values.slots[0].swap.swap.target_out.after[3] += Felt::ONE,
        |values| values.slots[0].swap.target_in.carry = Felt::ONE,
        |values| values.slots[0].swap.swap.target_out.carry = Felt::ONE,
        // A carry that is no bit, with a low limb that makes up for it.
        |values| {
            values.slots[0].swap.target_in.carry = Felt::NEG_ONE;
            values.slots[0].swap.target_in.after[1] += felt(1 << 16);
        },
        |values| {
            values.slots[0].swap.swap.target_out.carry = Felt::NEG_ONE;
            values.slots[0].swap.swap.target_out.after[1] -= felt(1 << 16);
        },
    ];
    each_refused(&ONE, &honest(swap, 1), &lies);
}

fn nothing(world: &workloads::state::State, id: u32) -> RegisterSlotValues {
    let mut swap: SlotValues = padding(world, id);
    let still = MovementValues { before: parts(0), after: parts(0), carry: Felt::ZERO };
    (swap.target_in, swap.swap.target_out) = (still, still);
    (swap.swap.slack, swap.swap.slack_carry) = (parts(0), Felt::TWO);
    RegisterSlotValues { swap, held: HeldValues::default() }
}

#[test]
fn padding_in_front_between_alone_or_with_something_in_it() {
    let swaps = vec![against(0, 0, 5, 0, 100), against(0, 0, 6, 0, 100)];
    let full = honest(swaps.clone(), 2);
    let padded = honest(swaps[..1].to_vec(), 2);
    let truth = trace(swaps[..1].to_vec(), 2).statement;
    assert_eq!(proved(&TWO, &padded), Some(truth));
    // Nothing but padding, and padding in front.
    let world = people();
    let mut lie = padded.clone();
    lie.slots = vec![nothing(&world, 0), nothing(&world, 0)];
    refused(&TWO, &lie);
    lie.slots = vec![nothing(&world, 0), padded.slots[0].clone()];
    refused(&TWO, &lie);
    // Between two swaps.
    let mut longer = honest(swaps, 3);
    assert!(believed(&THREE, &longer));
    longer.slots = vec![full.slots[0].clone(), padded.slots[1].clone(), full.slots[1].clone()];
    refused(&THREE, &longer);
    // A swap that calls itself padding: what it pays, and that its nonce stands still.
    let mut lie = full;
    lie.slots[1].swap.swap.is_swap = Felt::ZERO;
    lie.slots[1].swap.next_nonce = parts(6);
    refused(&TWO, &lie);
    lie.slots[1].held = HeldValues::default();
    refused(&TWO, &lie);
    let lies: [fn(&mut RegisterBatchValues); 7] = [
        // It chooses a register and reads what stands there: 1 100 and 1 819. Nothing moves.
        |values| {
            let HeldValues { limbs: [_, first, _, second], .. } = values.slots[0].held;
            values.slots[1].held =
                HeldValues { limbs: [felt(1_100), first, felt(1_819), second], ..values.slots[0].held };
            let slot = &mut values.slots[1].swap;
            (slot.target_in.after, slot.swap.target_out.after) = (parts(1_100), parts(1_819));
            slot.swap.slack = parts(11_000_000);
        },
        |values| values.slots[1].held.register = Felt::ONE,
        |values| values.slots[1].held.index = Felt::ONE,
        // It counts.
        |values| {
            values.slots[1].swap.swap.is_swap = Felt::ONE;
            values.slots[1].swap.next_nonce = parts(7);
        },
        |values| values.slots[1].swap.next_nonce = parts(7),
        // It asks for something.
        |values| values.slots[1].swap.swap.min_out = parts(1),
        // It pays into no register: what account 0 holds would be burnt.
        |values| {
            let slot = &mut values.slots[1].swap;
            (slot.amount_in, slot.target_in.after) = (parts(1), parts(1));
            slot.sender_in.after[0] -= Felt::ONE;
        },
    ];
    each_refused(&TWO, &padded, &lies);
    // It is that of another account.
    let mut after = people();
    prover::witness::record(
        &mut after,
        &workloads::transaction::Batch {
            id: workloads::transaction::BatchId(0),
            transactions: vec![against(0, 0, 5, 0, 100)],
        },
        1,
    )
    .expect("valid");
    let mut lie = padded;
    lie.slots[1] = nothing(&after, 0);
    assert!(believed(&TWO, &lie));
    lie.slots[1] = nothing(&after, 1);
    refused(&TWO, &lie);
}

/// One swap that counts for two, for minus one, or for none.
#[test]
fn a_swap_that_counts_for_more() {
    for count in [Felt::TWO, Felt::NEG_ONE, Felt::ZERO] {
        let mut lie = honest(vec![against(0, 0, 5, 0, 100)], 1);
        lie.slots[0].swap.swap.is_swap = count;
        lie.slots[0].swap.next_nonce = [felt(5) + count, Felt::ZERO];
        refused(&ONE, &lie);
    }
}

/// A pool that holds all there can be of a token gets more: the sum wraps to 99.
#[test]
fn a_reserve_that_wraps() {
    let mut lie = honest(vec![against(5, 2, 5, 0, 1)], 1);
    assert!(believed(&ONE, &lie));
    let (step, after) = lying_step(&mut people(), against(5, 2, 5, 2, 100), pool(5));
    assert_eq!(after.reserve(super::world::token(2)), 99);
    lie.slots = slots(&[(step, 1)]);
    for carry in [Felt::ONE, Felt::ZERO] {
        lie.slots[0].swap.target_in.carry = carry;
        refused(&ONE, &lie);
    }
    // Past 64 bits, or past a limb, in a part that is none; and as what is left of it at the order of the field.
    let all = i128::from(u64::MAX);
    for after in [spread(all + 100, 3), spread(all + 100, 1), spread(all + 100 - ORDER, 3)] {
        let slot = &mut lie.slots[0].swap;
        slot.target_in.after = after;
        slot.target_in.carry = carry(&spread(all, 3), &slot.amount_in, &after);
        refused(&ONE, &lie);
    }
}

/// No fee is taken where the pair is turned by −30 / (2^18 − 2^16): the identity agrees, and so do reserves that differ by
/// a multiple of that number, 30 units being in the other.
#[test]
fn a_pair_that_is_turned_a_little() {
    let swap = against(6, 0, 5, 0, 100);
    let mut lie = honest(vec![swap], 1);
    assert!(believed(&ONE, &lie));
    let held = lie.slots[0].held;
    let told = workloads::pool::Pool::new(pool(6).pair(), [9_970, 206_638], 0).expect("a pool");
    let (step, _) = lying_step(&mut people(), swap, told);
    lie.slots = slots(&[(step, 1)]);
    lie.slots[0].held = held;
    lie.slots[0].swap.swap.reversed = -felt(30) * felt((1 << 18) - (1 << 16)).inverse();
    refused(&ONE, &lie);
}
