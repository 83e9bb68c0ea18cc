//! Lies that one constraint alone refuses: whoever takes it away lets them pass.

use super::forge::{Division, Forgery, POOL};
use super::rows::{digest, idle, leaf, people, place, rebuild, refused_by_one, rows, sponge, world};
use super::world::{felt, shape, state, swap, transfer};
use p3_field::{Field as _, PrimeCharacteristicRing};
use plonky2::field::types::Field;
use prover::plonky3::field::Val;
use prover::plonky3::hashes::HashRole;
use prover::plonky3::slot_columns::Slot;
use prover::plonky3::slot_values::{empty, word_of};
use prover::plonky3::touched::HashRow;
use prover::plonky3::traces::Rows;
use prover::statement::Statement;
use workloads::hash::Felt;

const HASHES: usize = 0;
const SLOTS: usize = 1;

/// The role of a leaf that nobody accesses.
fn unread(index: u64) -> HashRole<Val> {
    HashRole { leaf: Val::ONE, index: Val::from_u64(index), ..HashRole::default() }
}

/// A batch of nothing: padding, and a root of which nothing is touched.
fn nothing(capacity: usize) -> Rows {
    let mut hashes: Vec<HashRow> = (0..capacity).map(|_| idle([Felt::ZERO; 12])).collect();
    hashes[0].input[8] = Felt::from_canonical_u64(3);
    for (slot, row) in hashes.iter_mut().enumerate() {
        (row.role.padding, row.role.index) = (Val::ONE, Val::from_usize(slot));
    }
    let root = HashRole { node: Val::ONE, level: Val::from_u64(4), ..HashRole::default() };
    hashes.extend([HashRow { role: root, ..idle([Felt::ZERO; 12]) }, idle([Felt::ZERO; 12])]);
    let zero = plonky2::hash::hash_types::HashOut { elements: [Felt::ZERO; 4] };
    let statement = Statement { old_root: zero, new_root: zero, commitment: zero, transactions: 0 };
    let slots = (0..capacity).map(|slot| Slot { slot: Val::from_usize(slot), ..empty() }).collect();
    let mut rows = Rows { slots, hashes, statement };
    sponge(&mut rows, capacity);
    rebuild(&mut rows, capacity);
    rows
}

/// A transfer of one account to itself, and padding.
fn almost_nothing(capacity: usize) -> Rows {
    rows(&people(), vec![transfer(0, 5, 0, 0, 1)], capacity)
}

#[test]
pub(crate) fn a_batch_of_padding_alone() {
    for capacity in 1..4 {
        refused_by_one(shape(4, capacity), nothing(capacity), HASHES);
    }
    // No sponge at all: any commitment.
    let mut lie = nothing(1);
    lie.hashes[0].role = HashRole::default();
    lie.statement.commitment.elements[0] += Felt::ONE;
    refused_by_one(shape(4, 1), lie, HASHES);
}

/// The first row is that of slot 1: one slot less, and a count of two.
#[test]
pub(crate) fn the_beginning_of_the_sponge() {
    let mut lie = almost_nothing(2);
    lie.hashes.remove(1);
    lie.hashes[0].role.index = Val::ONE;
    sponge(&mut lie, 1);
    lie.statement.transactions = 2;
    lie.slots.swap(0, 1);
    (lie.slots[0].slot, lie.slots[1].slot) = (Val::ZERO, Val::ONE);
    (lie.slots[1].sender.gap, lie.slots[1].target.time) = (word_of(2), Val::from_u64(3));
    let leaf = leaf(&lie, 0);
    lie.hashes[leaf].role.time = Val::from_u64(4);
    refused_by_one(shape(4, 2), lie, HASHES);
}

#[test]
pub(crate) fn the_middle_of_the_sponge() {
    // A slot is left out.
    let mut lie = almost_nothing(3);
    lie.hashes.remove(1);
    sponge(&mut lie, 2);
    refused_by_one(shape(4, 3), lie, HASHES);
    // A second sponge that ends as the first does.
    let mut lie = almost_nothing(2);
    let (first, second) = (lie.hashes[0], lie.hashes[1]);
    lie.hashes.extend([idle(first.input), second]);
    refused_by_one(shape(4, 2), lie, HASHES);
}

/// What is no bit: a child that is received twice, so that a leaf can have two rows.
#[test]
pub(crate) fn a_child_that_is_touched_twice() {
    for (sender, bystander) in [(0, 1), (1, 0)] {
        let mut lie = rows(&people(), vec![transfer(sender, 5, sender, 0, 1)], 1);
        let account = people().ledger().accounts()[bystander as usize].elements();
        let mut input = [Felt::ZERO; 12];
        input[..8].copy_from_slice(&account);
        input[8] = Felt::ONE;
        let node = place(&lie, |role| role.node == Val::ONE && role.level == Val::ONE);
        let role = &mut lie.hashes[node].role;
        *(if bystander == 0 { &mut role.left } else { &mut role.right }) = Val::TWO;
        for _ in 0..2 {
            lie.hashes.extend([HashRow { input, role: unread(bystander) }, idle(input)]);
        }
        refused_by_one(shape(4, 1), lie, HASHES);
    }
}

/// A leaf outside the tree, received by a row that is no node: it would let a leaf hold anything.
#[test]
pub(crate) fn a_leaf_outside_the_tree() {
    let (shape, rows) = world();
    for side in 0..2 {
        let mut lie = rows.clone();
        let mut outside = lie.hashes[leaf(&lie, 1)];
        outside.input[2] += Felt::ONE;
        outside.role.time = Val::ZERO;
        let mut above = [Felt::ZERO; 12];
        above[4 * side..4 * side + 4].copy_from_slice(&digest(outside.input));
        let index = (Val::ONE - Val::from_usize(side)) * Val::TWO.inverse();
        let bits = [Val::from_bool(side == 0), Val::from_bool(side == 1)];
        let role = HashRole { left: bits[0], right: bits[1], level: Val::ONE, index, ..HashRole::default() };
        lie.hashes.extend([outside, idle(outside.input), HashRow { input: above, role }, idle(above)]);
        refused_by_one(shape, lie, HASHES);
    }
}

#[test]
pub(crate) fn a_leaf_in_no_domain_or_in_the_place_of_a_node() {
    // Account 1, which nobody accesses, is a leaf of domain 7.
    let mut lie = rows(&people(), vec![transfer(0, 5, 0, 0, 1)], 1);
    let mut input = [Felt::ONE; 12];
    (input[8], input[9], input[10], input[11]) =
        (Felt::from_canonical_u64(7), Felt::ZERO, Felt::ZERO, Felt::ZERO);
    let node = place(&lie, |role| role.node == Val::ONE && role.level == Val::ONE);
    lie.hashes[node].role.right = Val::ONE;
    for row in [idle(input), HashRow { input, role: unread(1) }] {
        lie.hashes.insert(node, row);
    }
    rebuild(&mut lie, 1);
    refused_by_one(shape(4, 1), lie, HASHES);
    // A leaf at level 1, under a root that is told to have it there.
    let mut lie = rows(&people(), vec![transfer(0, 5, 0, 0, 1)], 1);
    let (first, node) = (leaf(&lie, 0), place(&lie, |role| role.level == Val::ONE));
    lie.hashes[first].role.level = Val::ONE;
    lie.hashes.drain(node..node + 2);
    rebuild(&mut lie, 1);
    refused_by_one(shape(4, 1), lie, HASHES);
}

/// A node that is hashed in a domain, as a leaf is, under a root that is told to have it.
#[test]
pub(crate) fn a_node_in_a_domain() {
    let (shape, rows) = world();
    for at in (5..rows.hashes.len()).step_by(2) {
        if rows.hashes[at].role.node == Val::ZERO {
            continue;
        }
        for (row, lane) in [at, at + 1].into_iter().flat_map(|row| (8..12).map(move |lane| (row, lane))) {
            let mut lie = rows.clone();
            lie.hashes[row].input[lane] += Felt::ONE;
            rebuild(&mut lie, 5);
            refused_by_one(shape, lie, HASHES);
        }
    }
}

/// The left child of a node is not touched, and changes.
#[test]
pub(crate) fn a_left_sibling_that_changes() {
    let rows = rows(&people(), vec![transfer(1, 5, 1, 0, 1)], 1);
    let node = place(&rows, |role| role.node == Val::ONE && role.left == Val::ZERO);
    for lane in 0..4 {
        let mut lie = rows.clone();
        lie.hashes[node + 1].input[lane] += Felt::ONE;
        rebuild(&mut lie, 1);
        refused_by_one(shape(4, 1), lie, HASHES);
    }
}

#[test]
pub(crate) fn slots_that_are_not_in_order() {
    let transactions = vec![transfer(0, 5, 0, 0, 1), transfer(1, 5, 1, 0, 1), transfer(2, 5, 2, 0, 1)];
    let rows = rows(&people(), transactions, 3);
    // The first is −1, a row without a transaction.
    let mut lie = rows.clone();
    lie.slots.insert(0, Slot { slot: -Val::ONE, ..empty() });
    lie.slots.extend((3..7).map(|slot| Slot { slot: Val::from_u64(slot), ..empty() }));
    refused_by_one(shape(4, 3), lie, SLOTS);
    // 0, 2, 1.
    let mut lie = rows;
    lie.slots.swap(1, 2);
    refused_by_one(shape(4, 3), lie, SLOTS);
}

#[test]
pub(crate) fn a_gap_that_is_not_the_time_between() {
    let (shape, rows) = world();
    for (slot, sender) in [(1, true), (1, false), (3, true), (3, false)] {
        let mut lie = rows.clone();
        let row = &mut lie.slots[slot];
        let access = if sender { &mut row.sender } else { &mut row.target };
        access.gap = word_of(200);
        refused_by_one(shape, lie, SLOTS);
    }
}

/// The pool's fee is told as it is, and not taken.
#[test]
pub(crate) fn a_fee_that_is_not_taken() {
    let world = state(3, &[[100, 50, 0], [7, 0, 0]], [1_000, 2_000]);
    let mut forgery = Forgery::of(&world, swap(0, 5, 0, 100, 0));
    forgery.swaps(&Division::exact(100, 1_000, 2_000, 10_000), 50, 2_000);
    forgery.seal();
    let mut lie = Rows::of(&[forgery.values]);
    lie.slots[0].division.kept = word_of(10_000);
    refused_by_one(shape(3, 1), lie, SLOTS);
}

/// A transaction of zeros that nobody executes is absorbed and counted: a row that is minus a transaction and
/// padding at once, and so neither, sends what the sponge receives.
#[test]
pub(crate) fn a_transaction_of_nothing_that_counts() {
    let (shape, mut lie) = world();
    (lie.hashes[4].role.transaction, lie.hashes[4].role.padding) = (Val::ONE, Val::ZERO);
    lie.statement.transactions = 5;
    let four = Val::from_u64(4);
    let role = HashRole { transaction: -Val::ONE, padding: Val::ONE, index: four, ..HashRole::default() };
    lie.hashes.push(HashRow { role, ..idle([Felt::ZERO; 12]) });
    refused_by_one(shape, lie, HASHES);
}

/// A pool of one token alone, which goes in and comes out.
#[test]
pub(crate) fn a_token_against_itself() {
    let world = state(3, &[[100, 100, 100], [7, 0, 0]], [1_000, 1_000]);
    for token in 0..3 {
        let mut forgery = Forgery::of(&world, swap(0, 5, 0, 100, 0));
        let bits = std::array::from_fn(|at| if at == token { Felt::ONE } else { Felt::ZERO });
        (forgery.values.token_in, forgery.values.swap.token_out) = (bits, bits);
        *forgery.leaf(POOL, 0) = felt(30 + ((token as u64) << 16) + ((token as u64) << 18));
        *forgery.leaf(POOL, 2 + 2 * token) = felt(1_000);
        forgery.moves_in(100, 100, 1_000);
        forgery.swaps(&Division::exact(100, 1_000, 1_000, 9_970), 100, 1_000);
        forgery.seal();
        refused_by_one(shape(3, 1), Rows::of(&[forgery.values]), SLOTS);
    }
}
