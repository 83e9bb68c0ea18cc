//! Lies about what the registers hold at first, and what becomes of it.

use super::telling::{
    LEVELS, ONE, THREE, TWO, against, believed, each_refused, honest, lying_step, pool, refused, register,
    slots, trace,
};
use super::world::{ANY, felt, people, proved, state, swap, token, told};
use plonky2::field::types::Field;
use prover::circuit::registers::values::{PoolValues, RegisterBatchValues};
use prover::circuit::values::{SlotValues, parts};
use prover::witness::record;
use workloads::hash::{EMPTY_LEAF, Felt};
use workloads::pool::Pool;
use workloads::transaction::{Batch, BatchId};

/// Swaps against pools 0 and 2, by two senders.
fn two() -> RegisterBatchValues {
    honest(vec![against(0, 0, 5, 0, 100), against(2, 2, 5, 0, 5_000)], 2)
}

/// A pool that pays better than any there is.
fn rich() -> Pool {
    Pool::new([token(0), token(1)], [1, 1_000_000], 0).expect("a pool")
}

/// One swap against a pool of the liar's own, told to stand where pool 1 does.
fn against_a_pool_of_ones_own() -> RegisterBatchValues {
    let mut values = honest(vec![against(1, 0, 5, 0, 100)], 1);
    let (step, _) = lying_step(&mut people(), against(1, 0, 5, 0, 100), rich());
    values.slots = slots(&[(step, 1)]);
    values.pools[0] = register(1, &rich(), 0);
    values
}

#[test]
fn a_pool_that_is_not_in_the_tree() {
    // Opened where another stands, and not opened at all.
    let mut lie = against_a_pool_of_ones_own();
    refused(&ONE, &lie);
    lie.pools[0].is_used = Felt::ZERO;
    refused(&ONE, &lie);
    // In a register that is not used, beside one that is.
    let mut lie = against_a_pool_of_ones_own();
    lie.pools.swap(0, 1);
    lie.pools[0] = register(1, &pool(1), 0);
    lie.pools[1] = PoolValues { is_used: Felt::ZERO, ..register(1, &rich(), 0) };
    lie.slots[0].held.register = Felt::TWO;
    refused(&ONE, &lie);
    // An empty place: the leaf is not opened as nothing either.
    let mut lie = against_a_pool_of_ones_own();
    lie.pools[0].path.siblings = vec![EMPTY_LEAF; LEVELS];
    refused(&ONE, &lie);
}

#[test]
fn a_register_whose_bit_is_none() {
    // Twice the change of the root, minus it, half of it.
    for bit in [Felt::TWO, Felt::NEG_ONE, Felt::TWO.inverse()] {
        let mut lie = honest(vec![against(0, 0, 5, 0, 100)], 1);
        assert!(believed(&ONE, &lie));
        lie.pools[0].is_used = bit;
        refused(&ONE, &lie);
    }
}

#[test]
fn a_pool_in_two_registers() {
    // The second opens what the first has written, and slot 0 chooses the second: its swap comes after that of slot 1.
    let (first, second) = (against(0, 0, 5, 0, 100), against(0, 2, 5, 0, 40));
    let mut world = people();
    let sold = second_before_first(&mut world, first, second);
    let mut lie = honest(vec![first, second], 2);
    lie.slots = sold.0;
    for gap in [Felt::NEG_ONE, Felt::ZERO] {
        lie.pools[0] = register(0, &pool(0), 0);
        lie.pools[1] = PoolValues { gap, ..register(0, &sold.1, 0) };
        refused(&TWO, &lie);
    }
    // With a register between that is not used, at a place that is lower.
    let (first, second) = (against(1, 0, 5, 0, 100), against(1, 2, 5, 0, 40));
    let sold = second_before_first(&mut people(), first, second);
    let mut lie = honest(vec![first, second], 2);
    lie.slots = sold.0;
    lie.slots[0].held.register = felt(3);
    lie.pools[0] = register(1, &pool(1), 0);
    lie.pools[1] = PoolValues::unused(LEVELS);
    lie.pools[2] = register(1, &sold.1, 0);
    refused(&TWO, &lie);
}

/// Slots in their order, whose pool was swapped against in the other: the first finds in register 2 what the second has
/// left in register 1. And the pool as the second leaves it.
fn second_before_first(
    world: &mut workloads::state::State,
    first: workloads::transaction::Transaction,
    second: workloads::transaction::Transaction,
) -> (Vec<prover::circuit::registers::values::RegisterSlotValues>, Pool) {
    let workloads::transaction::Action::Swap { pool: id, .. } = first.action else { unreachable!("a swap") };
    let (_, between) = lying_step(&mut people(), second, pool(id.0 as usize));
    let (later, _) = lying_step(world, first, between);
    let (earlier, _) = lying_step(world, second, pool(id.0 as usize));
    (slots(&[(later, 2), (earlier, 1)]), between)
}

#[test]
fn registers_that_are_out_of_order() {
    // Pool 2 before pool 0: the gap is −3 at best.
    let mut lie = two();
    assert!(believed(&TWO, &lie));
    lie.pools.swap(0, 1);
    for (slot, register) in lie.slots.iter_mut().zip([2, 1]) {
        slot.held.register = felt(register);
    }
    // Each is opened in the tree that the one before has left.
    let mut world = people();
    let changed = lying_step(&mut people(), against(2, 2, 5, 0, 5_000), pool(2)).1;
    lie.pools[0] = register(2, &pool(2), 0);
    world.replace_pool(workloads::pool::PoolId(2), changed).expect("exists");
    let siblings = world.pool_siblings(workloads::pool::PoolId(0)).expect("exists")[..LEVELS].to_vec();
    for gap in [-felt(3), Felt::ZERO, Felt::ONE] {
        lie.pools[1] = PoolValues { gap, ..PoolValues::of(&pool(0), 0, siblings.clone(), 0) };
        refused(&TWO, &lie);
    }
}

#[test]
fn what_a_register_says_of_its_leaf() {
    let lies: [fn(&mut RegisterBatchValues); 8] = [
        // Another place, another leaf, another sibling.
        |values| values.pools[0].path.index = Felt::ONE,
        |values| values.pools[0].leaf[1] = Felt::ONE,
        |values| values.pools[0].path.siblings[1].elements[3] += Felt::ONE,
        |values| values.pools[1].path.siblings[0].elements[0] += Felt::ONE,
        // A place beyond the block, with the same bits below.
        |values| values.pools[0].path.index = felt(4),
        |values| values.block.index = felt(4),
        // A gap that is not the one there is: pool 1 stands between.
        |values| values.pools[1].gap = Felt::ZERO,
        |values| values.pools[1].gap = Felt::TWO,
    ];
    each_refused(&TWO, &two(), &lies);
}

#[test]
fn a_fee_or_a_pair_that_the_leaf_does_not_have() {
    let swap = against(0, 0, 5, 0, 100);
    // No fee; and the pair turned round, with the reserves of it.
    let free = Pool::new([token(0), token(1)], [1_000, 2_000], 0).expect("a pool");
    let turned = Pool::new([token(1), token(0)], [2_000, 1_000], 30).expect("a pool");
    for told in [free, turned] {
        let mut lie = honest(vec![swap], 1);
        let (step, _) = lying_step(&mut people(), swap, told);
        lie.slots = slots(&[(step, 1)]);
        let leaf = lie.pools[0].leaf;
        lie.pools[0] = PoolValues { leaf, ..register(0, &told, 0) };
        refused(&ONE, &lie);
        // With the identity as the leaf has it, where the register is read.
        lie.slots[0].held.identity = leaf[0];
        refused(&ONE, &lie);
    }
    // Reserves that change places: the register is told with its pair turned round, the slot with the pair as it is.
    let exchanged = Pool::new([token(0), token(1)], [2_000, 1_000], 30).expect("a pool");
    let (step, _) = lying_step(&mut people(), swap, exchanged);
    let mut lie = honest(vec![swap], 1);
    let leaf = lie.pools[0].leaf;
    lie.slots = slots(&[(step, 1)]);
    lie.pools[0] = PoolValues { leaf, ..register(0, &turned, 0) };
    refused(&ONE, &lie);
    // Both reserves from one token; fee and tokens make the same identity: 2^16 less, and one token more.
    let doubled = Pool::new([token(0), token(1)], [2_000, 2_000], 30).expect("a pool");
    let (step, _) = lying_step(&mut people(), swap, doubled);
    lie.slots = slots(&[(step, 1)]);
    lie.pools[0] = PoolValues { leaf, ..register(0, &doubled, 0) };
    lie.pools[0].fee_bps = felt(30) - felt(1 << 16);
    lie.pools[0].pair[0] = [Felt::ZERO, Felt::ONE, Felt::ZERO];
    refused(&ONE, &lie);
    let lies: [fn(&mut RegisterBatchValues); 2] = [
        |values| values.pools[0].fee_bps = Felt::ZERO,
        |values| values.pools[0].pair[0] = [Felt::ONE, Felt::ONE, -Felt::ONE],
    ];
    each_refused(&ONE, &honest(vec![swap], 1), &lies);
}

#[test]
fn reserves_that_the_leaf_does_not_hold() {
    let swap = against(0, 0, 5, 0, 100);
    for told in [[1_000, 2_001], [999, 2_000], [1_000, 2_000 + (1 << 32)], [1_000 + (1 << 32), 2_000]] {
        let told = Pool::new([token(0), token(1)], told, 30).expect("a pool");
        let mut lie = honest(vec![swap], 1);
        let (step, _) = lying_step(&mut people(), swap, told);
        lie.slots = slots(&[(step, 1)]);
        lie.pools[0].reserves = told.pair().map(|token| parts(told.reserve(token).into()));
        refused(&ONE, &lie);
    }
    // The same limb in parts that are none.
    let mut lie = honest(vec![swap], 1);
    lie.pools[0].reserves[0] = [felt(1_000) - felt(1 << 16), Felt::ONE, Felt::ZERO, Felt::ZERO];
    refused(&ONE, &lie);
}

/// Whatever is said of a register that is not used, nothing comes of it.
#[test]
fn a_register_that_is_not_used_changes_nothing() {
    let mut values = honest(vec![against(0, 0, 5, 0, 100)], 1);
    let truth = proved(&ONE, &values).expect("a proof");
    assert_eq!(truth, trace(vec![against(0, 0, 5, 0, 100)], 1).statement);
    let unused = &mut values.pools[2];
    unused.path.index = felt(3);
    unused.path.siblings[0].elements[1] = felt(12);
    unused.gap = felt(99);
    unused.leaf[1] = felt(7);
    (unused.leaf[2], unused.reserves) = (felt(5), [parts(5); 2]);
    assert_eq!(proved(&ONE, &values), Some(truth));
    // With a pool's identity it would be one that can be chosen.
    let mut lie = values.clone();
    lie.pools[2] = PoolValues { is_used: Felt::ZERO, ..register(1, &pool(1), 0) };
    refused(&ONE, &lie);
}

#[test]
fn roots_that_are_not_those_of_the_state() {
    let lies: [fn(&mut RegisterBatchValues); 4] = [
        |values| values.accounts_root.elements[2] += Felt::ONE,
        |values| values.block_root.elements[0] += Felt::ONE,
        |values| values.block.siblings[0].elements[0] += Felt::ONE,
        |values| values.block.index = Felt::ONE,
    ];
    each_refused(&TWO, &two(), &lies);
}

#[test]
fn three_pools_in_three_registers_in_any_order_of_slots() {
    let swaps = vec![against(2, 2, 5, 2, 9), against(0, 0, 5, 0, 100), against(1, 2, 6, 1, 100)];
    let truth = trace(swaps.clone(), 3).statement;
    assert_eq!(proved(&THREE, &honest(swaps, 3)), Some(truth));
}

/// A block as large as the pools' tree has no bit of its place: no path would show that it stands elsewhere.
#[test]
fn another_block_where_there_is_one() {
    let batch = Batch { id: BatchId(0), transactions: vec![swap(0, 5, 0, 100, 0)] };
    let mut world = state(3, &[[100, 50, 0], [7, 0, 0]], [1_000, 2_000]);
    let trace = record(&mut world, &batch, 1).expect("valid");
    let mut lie = told(&SlotValues::honest(&trace.steps[0]));
    assert_eq!(proved(&ANY, &lie), Some(trace.statement));
    // The swap is committed to as one against a leaf beyond the tree.
    lie.block.index = Felt::ONE;
    lie.slots[0].held.index += felt(4);
    assert_eq!(proved(&ANY, &lie), None);
}
