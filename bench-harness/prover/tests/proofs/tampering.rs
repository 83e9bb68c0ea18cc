//! What a dishonest prover could try. Nothing here may be accepted, and nothing may panic.
//!
//! Each lie is told as well as it can be: all numbers that depend on it are changed with it, so that the one
//! constraint that forbids it has to.

use super::systems::chain;
use super::world::{
    ANY, TRANSFER, accepts, account, felt, lying_step, open, open_pool, shape, start, state, swap, token,
    transfer,
};
use plonky2::field::types::Field;
use prover::circuit::Config;
use prover::circuit::aggregate::AggregateCircuit;
use prover::circuit::batch::BatchCircuit;
use prover::circuit::values::{MovementValues, SlotValues, parts};
use prover::plonk::prove_with;
use prover::system::{Proof, SlotKind};
use prover::witness::{Leaf, record};
use workloads::hash::Felt;
use workloads::pool::Pool;
use workloads::state::State;
use workloads::transaction::{Batch, BatchId, Transaction};

/// The honest values of one transaction in a fresh world, after the circuit was shown to accept them.
fn honest(transaction: Transaction) -> (State, SlotValues) {
    let world = start();
    let batch = Batch { id: BatchId(0), transactions: vec![transaction] };
    let trace = record(&mut world.clone(), &batch, 1).expect("valid");
    (world, SlotValues::honest(&trace.steps[0]))
}

#[test]
fn the_honest_values_are_accepted() {
    for transaction in [transfer(0, 5, 1, 0, 30), swap(0, 5, 0, 100, 181), swap(0, 5, 1, 50, 0)] {
        let (world, values) = honest(transaction);
        assert!(accepts(&ANY, world.root(), &[values]));
    }
    let (world, values) = honest(transfer(0, 5, 1, 0, 30));
    assert!(accepts(&TRANSFER, world.root(), &[values]));
}

#[test]
fn an_overdraft() {
    for circuit in [&*ANY, &*TRANSFER] {
        // 100 held, 101 moved: the balance wraps to 2^64 − 1.
        let mut world = start();
        let root = world.root();
        let sender_after = workloads::account::Account { nonce: 6, ..account([u64::MAX, 50, 0]) };
        let recipient = account([108, 0, u64::MAX - 5]);
        let step =
            lying_step(&mut world, transfer(0, 5, 1, 0, 101), sender_after, Leaf::Account(recipient), (0, 0));
        let wrapped = SlotValues::honest(&step);
        assert!(!accepts(circuit, root, std::slice::from_ref(&wrapped)));
        // The same with a high limb of −1, so that the sums hold and the range check alone forbids it.
        for top in [Felt::NEG_ONE, felt(0xffff) - Felt::ONE * felt(1 << 16)] {
            let mut negative = wrapped.clone();
            negative.sender_in.after[2] = top;
            negative.sender_in.after[3] = Felt::ZERO;
            assert!(!accepts(circuit, root, &[negative]));
        }
    }
}

#[test]
fn a_wrong_nonce() {
    let (world, values) = honest(transfer(0, 5, 1, 0, 30));
    for (leaf_nonce, next) in [(5, 7), (5, 5), (6, 7), (4, 5)] {
        let mut lie = values.clone();
        lie.sender_leaf[1] = felt(leaf_nonce);
        lie.next_nonce = parts(next);
        assert!(!accepts(&ANY, world.root(), &[lie]), "nonce {leaf_nonce} then {next}");
    }
    // And the commitment binds the nonce: a proof does not pass for a batch whose nonce is another.
    let depth = world.depth();
    let with = |nonce| {
        Batch { id: BatchId(0), transactions: vec![transfer(0, nonce, 1, 0, 30)] }.commitment(depth, 1)
    };
    assert_ne!(with(5), with(6));
}

#[test]
fn a_swap_output_one_unit_off() {
    let transaction = swap(0, 5, 0, 100, 0);
    // ⌊2000·100·9970 / (1000·10000 + 100·9970)⌋ = 181, remainder 3 543 000, denominator 10 997 000.
    let (out, remainder, denominator) = (181u64, 1_994_000_000 - 181 * 10_997_000u128, 10_997_000u128);
    for (lie, lied_remainder) in [
        (out + 1, remainder.wrapping_sub(denominator)),
        (out - 1, remainder + denominator),
        (0, remainder),
        (out * 2, 0),
    ] {
        let mut world = start();
        let root = world.root();
        let sender_after = workloads::account::Account { nonce: 6, ..account([0, 50 + lie, 0]) };
        let pool = Pool::new([token(0), token(1)], [1_100, 2_000 - lie], 30).expect("a pool");
        let step = lying_step(&mut world, transaction, sender_after, Leaf::Pool(pool), (lie, lied_remainder));
        let values = SlotValues::honest(&step);
        assert!(!accepts(&ANY, root, std::slice::from_ref(&values)), "out {lie}");
        // The negative remainder as a field element in the lowest part.
        let mut negative = values.clone();
        let below = felt(1_994_000_000) - felt(lie) * felt(10_997_000);
        negative.swap.remainder = [below, Felt::ZERO, Felt::ZERO, Felt::ZERO, Felt::ZERO];
        negative.swap.slack =
            [felt(10_997_000) - Felt::ONE - below, Felt::ZERO, Felt::ZERO, Felt::ZERO, Felt::ZERO];
        negative.swap.slack_carry = Felt::TWO;
        assert!(!accepts(&ANY, root, &[negative]), "out {lie} with a remainder outside its range");
    }
}

#[test]
fn a_minimum_output_that_is_not_met() {
    let (world, mut values) = honest(swap(0, 5, 0, 100, 181));
    values.swap.min_out = parts(182);
    assert!(!accepts(&ANY, world.root(), std::slice::from_ref(&values)));
    values.swap.surplus[0] = Felt::NEG_ONE;
    assert!(!accepts(&ANY, world.root(), &[values]));
}

#[test]
fn amounts_at_the_edge_of_64_bits_and_beyond_the_field() {
    // 2^64 − 1 that the sender does not have, to a recipient that would overflow.
    let (world, values) = honest(transfer(0, 5, 1, 0, 30));
    let lies = [
        parts(u128::from(u64::MAX)),
        // One more than the field's order, as 16-bit parts: the element it would wrap to is 1.
        parts(0xffff_ffff_0000_0002),
        // −30, in one part: the sender would gain what the recipient loses.
        [-felt(30), Felt::ZERO, Felt::ZERO, Felt::ZERO],
        // 30 + p − p: the same element, in parts that do not fit.
        [felt(30) - felt(1 << 16), Felt::ONE, Felt::ZERO, Felt::ZERO],
        [Felt::ZERO, Felt::ZERO, Felt::ZERO, felt(1 << 16)],
    ];
    for amount in lies {
        let mut lie = values.clone();
        lie.amount_in = amount;
        assert!(!accepts(&ANY, world.root(), std::slice::from_ref(&lie)));
        // With balances to match, as far as parts can: before − amount, before + amount, part by part.
        let shift = |movement: MovementValues, sign: Felt| MovementValues {
            after: std::array::from_fn(|place| movement.before[place] + sign * amount[place]),
            carry: Felt::ZERO,
            ..movement
        };
        lie.sender_in = shift(lie.sender_in, Felt::NEG_ONE);
        lie.target_in = shift(lie.target_in, Felt::ONE);
        assert!(!accepts(&ANY, world.root(), &[lie]));
    }
    // A recipient that would pass 2^64 − 1.
    let mut world = state(3, &[[0, 0, 100], [7, 0, u64::MAX - 5]], [1_000, 2_000]);
    let root = world.root();
    let sender_after = workloads::account::Account { nonce: 6, ..account([0, 0, 94]) };
    let wrapped = Leaf::Account(account([7, 0, 0]));
    let step = lying_step(&mut world, transfer(0, 5, 1, 2, 6), sender_after, wrapped, (0, 0));
    assert!(!accepts(&ANY, root, &[SlotValues::honest(&step)]));
}

#[test]
fn a_product_beyond_128_bits_cannot_be_cut() {
    // 2^63 · 2^63 · 9970 has 140 bits. A prover that computes modulo 2^128 finds another output.
    let half = 1u64 << 63;
    let mut world = state(3, &[[half, 0, 0]], [half - 1, half]);
    let root = world.root();
    let denominator = u128::from(half - 1) * 10_000 + u128::from(half) * 9_970;
    let cut = (u128::from(half) * 9_970).wrapping_mul(u128::from(half));
    let (lie, remainder) = ((cut / denominator) as u64, cut % denominator);
    let transaction = swap(0, 5, 0, half, 0);
    let honest = workloads::swap::quotient(half - 1, half, half, 30).expect("a price");
    assert_ne!(honest.0, lie);
    let sender_after = workloads::account::Account { nonce: 6, ..account([0, lie, 0]) };
    let pool = Pool::new([token(0), token(1)], [u64::MAX, half - lie], 30).expect("a pool");
    let step = lying_step(&mut world, transaction, sender_after, Leaf::Pool(pool), (lie, remainder));
    assert!(!accepts(&ANY, root, &[SlotValues::honest(&step)]));
}

#[test]
fn a_wrong_old_root_or_path() {
    let (world, values) = honest(transfer(0, 5, 1, 0, 30));
    let mut other = world.clone();
    other.replace_account(workloads::account::AccountId(1), account([8, 0, 0])).expect("exists");
    assert!(!accepts(&ANY, other.root(), std::slice::from_ref(&values)));
    for level in 0..3 {
        let mut lie = values.clone();
        lie.sender.siblings[level] = workloads::hash::EMPTY_LEAF;
        lie.sender.siblings[level].elements[0] = Felt::ONE;
        assert!(!accepts(&ANY, world.root(), &[lie]));
        let mut lie = values.clone();
        lie.target.index = felt(values_index(&values) ^ (1 << level));
        assert!(!accepts(&ANY, world.root(), &[lie]));
    }
    // The same bits under an index that is larger by the field's order, or does not fit the depth.
    let mut lie = values.clone();
    lie.target.index += felt(8);
    assert!(!accepts(&ANY, world.root(), &[lie]));
}

fn values_index(values: &SlotValues) -> u64 {
    use plonky2::field::types::PrimeField64;
    values.target.index.to_canonical_u64()
}

#[test]
fn bits_that_are_not_bits_and_choices_of_two() {
    let (world, values) = honest(swap(0, 5, 0, 100, 0));
    let lies: [fn(&mut SlotValues); 9] = [
        |v| v.is_transfer = Felt::ONE,
        |v| v.swap.is_swap = Felt::ZERO,
        |v| v.swap.is_swap = Felt::TWO,
        |v| v.token_in = [Felt::ONE, Felt::ONE, Felt::NEG_ONE],
        |v| v.token_in = [Felt::ZERO; 3],
        |v| v.swap.token_out = v.token_in,
        |v| v.swap.token_out = [Felt::ZERO, Felt::ZERO, Felt::ONE],
        |v| v.swap.reversed = Felt::ONE,
        |v| v.swap.fee_bps = felt(29),
    ];
    for (number, lie) in lies.iter().enumerate() {
        let mut values = values.clone();
        lie(&mut values);
        assert!(!accepts(&ANY, world.root(), &[values]), "lie {number}");
    }
    let (world, values) = honest(transfer(0, 5, 1, 0, 30));
    for carry in [Felt::ONE, Felt::NEG_ONE, Felt::TWO] {
        let mut lie = values.clone();
        lie.sender_in.carry = carry;
        lie.sender_in.after[0] += carry * felt(1 << 32);
        assert!(!accepts(&ANY, world.root(), &[lie]));
    }
}

#[test]
fn a_transfer_to_a_pool_and_a_swap_against_an_account() {
    let world = start();
    let root = world.root();
    // The leaf is a pool's; the transaction says transfer. The domain of the hash forbids it.
    let mut values = honest(transfer(0, 5, 1, 0, 30)).1;
    let mut between = world.clone();
    let after = workloads::account::Account { nonce: 6, ..account([70, 50, 0]) };
    between.replace_account(workloads::account::AccountId(0), after).expect("exists");
    let pool = open_pool(&between);
    values.target.index = felt(pool.index.0);
    values.target.siblings = pool.siblings;
    let Leaf::Pool(leaf) = pool.leaf else { unreachable!("opened a pool") };
    values.target_leaf = leaf.elements();
    values.target_in = MovementValues { before: parts(1_000), after: parts(1_030), carry: Felt::ZERO };
    values.swap.target_out = MovementValues { before: parts(1_000), after: parts(1_000), carry: Felt::ZERO };
    assert!(!accepts(&ANY, root, &[values]));
    // And the other way round.
    let mut values = honest(swap(0, 5, 0, 100, 0)).1;
    let target = open(&between, 1);
    values.target.index = felt(target.index.0);
    values.target.siblings = target.siblings;
    values.target_leaf = account([7, 0, u64::MAX - 5]).elements();
    assert!(!accepts(&ANY, root, &[values]));
}

#[test]
fn padding_that_moves_something_or_stands_in_front() {
    let world = start();
    let batch = Batch { id: BatchId(0), transactions: vec![transfer(0, 5, 1, 0, 30)] };
    let trace = record(&mut world.clone(), &batch, 2).expect("valid");
    let honest: Vec<_> = trace.steps.iter().map(SlotValues::honest).collect();
    let circuit = BatchCircuit::build(shape(3, 2, SlotKind::Any));
    assert!(accepts(&circuit, world.root(), &honest));
    // A transfer that calls itself padding: the nonce would not rise.
    let mut lie = honest.clone();
    lie[0].is_transfer = Felt::ZERO;
    lie[0].next_nonce = parts(5);
    assert!(!accepts(&circuit, world.root(), &lie));
    // Padding first, then the transfer.
    let mut padded_first = vec![padding(&world), honest[0].clone()];
    assert!(!accepts(&circuit, world.root(), &padded_first));
    // Padding between two transfers.
    let longer = BatchCircuit::build(shape(3, 3, SlotKind::Transfer));
    let two =
        Batch { id: BatchId(0), transactions: vec![transfer(0, 5, 1, 0, 30), transfer(0, 6, 1, 0, 30)] };
    let trace = record(&mut world.clone(), &two, 3).expect("valid");
    let mut slots: Vec<_> = trace.steps.iter().map(SlotValues::honest).collect();
    assert!(accepts(&longer, world.root(), &slots));
    let mut between = world.clone();
    record(&mut between, &batch, 1).expect("valid");
    (slots[1], slots[2]) = (padding(&between), slots[1].clone());
    assert!(!accepts(&longer, world.root(), &slots));
    // Padding at another account: one padded form, eight zeros.
    padded_first[0] = honest[0].clone();
    let mut after = world.clone();
    record(&mut after, &batch, 1).expect("valid");
    let elsewhere = open(&after, 1);
    let step = prover::witness::Step {
        transaction: None,
        sender: elsewhere.clone(),
        target: elsewhere,
        quotient: (0, 0),
    };
    padded_first[1] = SlotValues::honest(&step);
    assert!(!accepts(&circuit, world.root(), &padded_first));
}

fn padding(world: &State) -> SlotValues {
    let opening = open(world, 0);
    let step = prover::witness::Step {
        transaction: None,
        sender: opening.clone(),
        target: opening,
        quotient: (0, 0),
    };
    SlotValues::honest(&step)
}

#[test]
fn children_swapped_apart_or_of_another_circuit() {
    let (_, proofs, _) = chain::<Config>(2);
    std::panic::set_hook(Box::new(|_| {}));
    let decode = |proof: &Proof| {
        prover::circuit::PlonkProof::from_bytes(proof.bytes.clone(), &TRANSFER.circuit.common)
            .expect("a proof")
    };
    let [first, second, third] = [0, 1, 2].map(|place| decode(&proofs[place]));
    let level = AggregateCircuit::build(&TRANSFER.circuit);
    let merges = |left, right| {
        let children: Vec<_> = std::iter::once(left).chain(right).collect();
        let inputs = level.witness(&children).expect("of the right shape");
        prove_with(&level.circuit, inputs, "a merge")
            .is_ok_and(|timed| level.circuit.verify(timed.proof).is_ok())
    };
    assert!(merges(&first, Some(&second)));
    assert!(!merges(&second, Some(&first)), "swapped");
    assert!(!merges(&first, Some(&third)), "a gap");
    assert!(!merges(&first, Some(&first)), "the same twice");

    // A circuit of the same form but another key: one level deeper. Its proof is well formed and verifies there.
    let deeper = BatchCircuit::build(shape(4, 1, SlotKind::Transfer));
    assert_eq!(deeper.circuit.common, TRANSFER.circuit.common, "nothing but the key tells them apart");
    let world = state(4, &[[100, 50, 0], [7, 0, 0]], [1_000, 2_000]);
    let batch = Batch { id: BatchId(0), transactions: vec![transfer(0, 5, 1, 0, 30)] };
    let trace = record(&mut world.clone(), &batch, 1).expect("valid");
    let values = SlotValues::honest(&trace.steps[0]);
    let inputs = deeper.witness(world.root(), &[values]).expect("consistent");
    let foreign = prove_with(&deeper.circuit, inputs, "a batch").expect("valid").proof;
    assert!(deeper.circuit.verify(foreign.clone()).is_ok());
    assert!(TRANSFER.circuit.verify(foreign.clone()).is_err(), "another key");
    assert!(!merges(&foreign, None), "another key inside an aggregate");
}
