//! Lies about what stands between the slots: the order of accesses, the tree, the commitment, the statement.
//!
//! A lie changes the rows before they are filled in, with all that follows from it; permutations and the counts of
//! bytes are then honest again. Where it can be, the lie is one that a single kind of constraint forbids.

use super::rows::{bus_of, kinds, leaf, people, place, rebuild, recommit, refused_by, rows, sponge, world};
use super::world::{felt, of, recorded, shape, state, transfer, values, wrong};
use p3_field::PrimeCharacteristicRing;
use plonky2::field::types::Field;
use plonky2::hash::poseidon::Poseidon;
use prover::plonky3::bus::{BYTES, LEAVES, NODES, TRANSACTIONS};
use prover::plonky3::field::Val;
use prover::plonky3::hashes::HashRole;
use prover::plonky3::slot_values::{empty, word_of};
use prover::plonky3::traces::{Rows, Traces};
use prover::system::Shape;
use workloads::hash::Felt;

#[test]
pub(crate) fn the_world_is_honest() {
    let (shape, rows) = world();
    assert_eq!(wrong(shape, &rows.cells()), []);
}

#[test]
pub(crate) fn a_statement_of_something_else() {
    let (shape, rows) = world();
    for element in 0..13 {
        let mut lie = rows.clone();
        let mut elements = lie.statement.elements();
        elements[element] += Felt::ONE;
        lie.statement = prover::statement::Statement::from_elements(&elements).expect("thirteen");
        let by = if element < 8 { bus_of(NODES) } else { "hashes".to_owned() };
        refused_by(shape, lie, &[&by]);
    }
}

#[test]
pub(crate) fn another_shape() {
    let (shape, rows) = world();
    for capacity in [4, 6] {
        refused_by(Shape { capacity, ..shape }, rows.clone(), &["hashes"]);
    }
    for depth in [3, 5] {
        let depth = workloads::state::Depth::new(depth).expect("in range");
        refused_by(Shape { depth, ..shape }, rows.clone(), &[&bus_of(NODES)]);
    }
    let slots = prover::system::SlotKind::Transfer;
    refused_by(Shape { slots, ..shape }, rows, &["slots"]);
}

/// Reads of what was not written last: each with a gap that is a word or with one that is none.
#[test]
pub(crate) fn a_stale_read() {
    let (shape, rows) = world();
    // Slot 1's target is account 0, which slot 0 has written: it is read as it stood at the beginning.
    let mut lie = rows.clone();
    let before = lie.slots[0].sender.leaf;
    let access = &mut lie.slots[1].target;
    (access.leaf[2], access.time, access.gap) = (before[2], Val::ZERO, word_of(3));
    access.leaf[1] = before[1];
    refused_by(shape, lie, &[&bus_of(LEAVES), "slots"]);
    // The same time twice, nothing else changed.
    let mut lie = rows.clone();
    (lie.slots[1].target.time, lie.slots[1].target.gap) = (Val::ZERO, word_of(3));
    refused_by(shape, lie, &[&bus_of(LEAVES)]);
    // A gap that does not say how long ago the time is.
    let mut lie = rows;
    lie.slots[1].target.gap = word_of(1);
    refused_by(shape, lie, &["slots"]);
}

/// A leaf that is read before it is written: slot 0 reads what slot 1 wrote. The times are right, so the gap is
/// negative, and the range of its bytes alone forbids it.
#[test]
pub(crate) fn a_read_from_the_future() {
    let state = people();
    // Both slots touch account 0: executed in the reverse order, told in this one.
    let honest = rows(&state, vec![transfer(1, 5, 0, 0, 3), transfer(0, 5, 2, 0, 103)], 2);
    let mut lie = honest.clone();
    lie.slots.swap(0, 1);
    for (slot, row) in lie.slots.iter_mut().enumerate() {
        row.slot = Val::from_usize(slot);
    }
    // Slot 0 is now the sender's of account 0: it reads time 4 (slot 1's target), which reads the beginning.
    let gap = Val::ONE - Val::ONE - Val::from_u64(4);
    lie.slots[0].sender.time = Val::from_u64(4);
    lie.slots[0].sender.gap = prover::plonky3::slot_columns::Word { low: gap, high: Val::ZERO };
    lie.slots[0].target.gap = word_of(1);
    lie.slots[1].target.time = Val::ZERO;
    lie.slots[1].target.gap = word_of(3);
    lie.slots[1].sender.gap = word_of(2);
    let times = [(0u64, 1u64), (1, 3), (2, 2)];
    for (index, time) in times {
        let leaf = leaf(&lie, index);
        lie.hashes[leaf].role.time = Val::from_u64(time);
    }
    recommit(&mut lie);
    refused_by(shape(4, 2), lie, &[&bus_of(BYTES)]);
}

#[test]
pub(crate) fn an_access_that_is_dropped_or_made_twice() {
    let (shape, rows) = world();
    // A slot that is committed to and not executed.
    let mut lie = rows.clone();
    lie.slots[0] = empty();
    refused_by(shape, lie, &[&bus_of(LEAVES), &bus_of(TRANSACTIONS)]);
    // One that is executed in place of padding and not committed to.
    let mut lie = rows.clone();
    lie.slots[4] = lie.slots[0];
    lie.slots[4].slot = Val::from_u64(4);
    refused_by(shape, lie, &[&bus_of(LEAVES), &bus_of(TRANSACTIONS), "slots"]);
    // Two that change places.
    let mut lie = rows;
    lie.slots.swap(0, 1);
    refused_by(shape, lie.clone(), &["slots"]);
    for (slot, row) in lie.slots.iter_mut().enumerate() {
        row.slot = Val::from_usize(slot);
    }
    refused_by(shape, lie, &[&bus_of(LEAVES), &bus_of(TRANSACTIONS), "slots"]);
}

#[test]
pub(crate) fn a_transaction_that_is_not_the_one_committed_to() {
    let (shape, rows) = world();
    for lane in 0..8 {
        let mut lie = rows.clone();
        lie.hashes[3].input[lane] += Felt::ONE;
        let honest = lie.hashes[0].input;
        // The sponge goes on from it.
        let mut lanes = lie.hashes[3].input;
        for slot in 4..5 {
            let after = Felt::poseidon(lanes);
            lanes = after;
            lanes[..8].copy_from_slice(&rows.hashes[slot].input[..8]);
            lie.hashes[slot].input = lanes;
        }
        assert_eq!(honest, lie.hashes[0].input);
        lie.statement.commitment.elements.copy_from_slice(&Felt::poseidon(lanes)[..4]);
        refused_by(shape, lie, &[&bus_of(TRANSACTIONS)]);
    }
}

#[test]
pub(crate) fn another_sponge() {
    let (shape, rows) = world();
    for lane in 8..12 {
        // Another domain.
        let mut lie = rows.clone();
        lie.hashes[0].input[lane] += Felt::ONE;
        sponge(&mut lie, 5);
        refused_by(shape, lie, &["hashes"]);
        // A state that is not the last one's.
        let mut lie = rows.clone();
        lie.hashes[2].input[lane] += Felt::ONE;
        for slot in 3..5 {
            let lanes = Felt::poseidon(lie.hashes[slot - 1].input);
            lie.hashes[slot].input[8..].copy_from_slice(&lanes[8..]);
        }
        let last = Felt::poseidon(lie.hashes[4].input);
        lie.statement.commitment.elements.copy_from_slice(&last[..4]);
        refused_by(shape, lie, &["hashes"]);
    }
    // Padding that is not zero, committed to as such.
    for lane in 0..8 {
        let mut lie = rows.clone();
        lie.hashes[4].input[lane] += Felt::ONE;
        sponge(&mut lie, 5);
        refused_by(shape, lie, &["hashes"]);
    }
}

#[test]
pub(crate) fn padding_in_the_middle_or_another_count() {
    let (shape, rows) = world();
    // The last slot is said to be a transaction of zeros, which no slot executes.
    let mut lie = rows.clone();
    (lie.hashes[4].role.transaction, lie.hashes[4].role.padding) = (Val::ONE, Val::ZERO);
    lie.statement.transactions = 5;
    refused_by(shape, lie, &[&bus_of(TRANSACTIONS)]);
    // Slot 3 is padding and slot 4 the transaction: everything follows but the order.
    let mut lie = rows.clone();
    lie.slots.swap(3, 4);
    for slot in 3..5 {
        lie.slots[slot].slot = Val::from_usize(slot);
    }
    let shift = Val::TWO;
    let row = &mut lie.slots[4];
    row.sender.gap = word_of(prover::plonky3::field::to_felt(row.sender.gap.low + shift).0);
    row.target.gap = word_of(prover::plonky3::field::to_felt(row.target.gap.low + shift).0);
    for index in [0u64, 8] {
        let leaf = leaf(&lie, index);
        lie.hashes[leaf].role.time += shift;
    }
    let (mut first, mut second) = (lie.hashes[3], lie.hashes[4]);
    std::mem::swap(&mut first.role.transaction, &mut second.role.transaction);
    std::mem::swap(&mut first.role.padding, &mut second.role.padding);
    let (left, right) = (first.input, second.input);
    first.input[..8].copy_from_slice(&right[..8]);
    second.input[..8].copy_from_slice(&left[..8]);
    (lie.hashes[3], lie.hashes[4]) = (first, second);
    sponge(&mut lie, 5);
    // The count is of the transactions before the padding, or of all: neither will do.
    for count in [3, 4, 5] {
        lie.statement.transactions = count;
        refused_by(shape, lie.clone(), &["hashes"]);
    }
}

#[test]
pub(crate) fn a_batch_that_ends_early_or_begins_late() {
    let (shape, rows) = world();
    let mut lie = rows.clone();
    lie.hashes.remove(4);
    sponge(&mut lie, 4);
    refused_by(shape, lie, &["hashes"]);
    // A second sponge, over padding alone, after the first.
    let mut lie = rows.clone();
    let mut again = lie.hashes[4];
    again.role.index = Val::from_u64(5);
    lie.hashes.push(again);
    refused_by(shape, lie, &["hashes"]);
    // No sponge in row 0.
    let mut lie = rows;
    lie.hashes.rotate_left(5);
    refused_by(shape, lie, &["hashes"]);
}

#[test]
pub(crate) fn a_node_that_is_another() {
    let (shape, rows) = world();
    let (before, after) = {
        let node = place(&rows, |role| role.node == Val::ONE);
        (node, node + 1)
    };
    for lane in 0..8 {
        // A node of another batch, before, after, or both: what its child or its parent says does not match.
        for changed in [vec![before], vec![after], vec![before, after]] {
            let mut lie = rows.clone();
            for row in changed {
                lie.hashes[row].input[lane] += Felt::ONE;
            }
            let faults = kinds(&wrong(shape, &lie.cells()));
            assert!(faults.contains(&bus_of(NODES)), "{faults:?}");
        }
    }
    // Hashed in a domain.
    for lane in 8..12 {
        for row in [before, after] {
            let mut lie = rows.clone();
            lie.hashes[row].input[lane] += Felt::ONE;
            let faults = kinds(&wrong(shape, &lie.cells()));
            assert!(faults.contains(&"hashes".to_owned()), "{faults:?}");
        }
    }
}

#[test]
pub(crate) fn a_leaf_that_nobody_wrote() {
    let (shape, rows) = world();
    for index in [0u64, 1, 8] {
        let leaf = leaf(&rows, index);
        for row in [leaf, leaf + 1] {
            for lane in 0..8 {
                let mut lie = rows.clone();
                lie.hashes[row].input[lane] += Felt::ONE;
                rebuild(&mut lie, 5);
                refused_by(shape, lie, &[&bus_of(LEAVES)]);
            }
        }
        // In another domain: before, after, both, or one that is no domain.
        for (changed, by) in [(vec![leaf], &["hashes"][..]), (vec![leaf + 1], &["hashes"])] {
            let mut lie = rows.clone();
            for row in changed {
                lie.hashes[row].input[8] = felt(3) - lie.hashes[row].input[8];
            }
            rebuild(&mut lie, 5);
            let faults = kinds(&wrong(shape, &lie.cells()));
            assert!(by.iter().all(|name| faults.contains(&(*name).to_owned())), "{faults:?}");
        }
        let mut lie = rows.clone();
        for row in [leaf, leaf + 1] {
            lie.hashes[row].input[8] = felt(3) - lie.hashes[row].input[8];
        }
        rebuild(&mut lie, 5);
        refused_by(shape, lie, &[&bus_of(LEAVES)]);
        for lane in 9..12 {
            for row in [leaf, leaf + 1] {
                let mut lie = rows.clone();
                lie.hashes[row].input[lane] += Felt::ONE;
                rebuild(&mut lie, 5);
                refused_by(shape, lie, &["hashes"]);
            }
        }
    }
}

#[test]
pub(crate) fn a_sibling_that_changes_with_the_batch() {
    let (shape, rows) = world();
    let mut seen = 0;
    for at in (5..rows.hashes.len()).step_by(2) {
        let role = rows.hashes[at].role;
        for (child, touched) in [role.left, role.right].into_iter().enumerate() {
            if role.node == Val::ONE && touched == Val::ZERO {
                for lane in 4 * child..4 * child + 4 {
                    let mut lie = rows.clone();
                    lie.hashes[at + 1].input[lane] += Felt::ONE;
                    rebuild(&mut lie, 5);
                    refused_by(shape, lie, &["hashes"]);
                    seen += 1;
                }
            }
        }
    }
    assert!(seen >= 8, "there are siblings on both sides");
}

#[test]
pub(crate) fn a_child_that_is_said_to_be_touched_and_is_not_or_stands_elsewhere() {
    let (shape, rows) = world();
    let node = place(&rows, |role| role.node == Val::ONE && role.left == Val::ONE);
    type Change = fn(&mut HashRole<Val>);
    let changes: [Change; 5] = [
        |role| role.left = Val::ZERO,
        |role| role.right = Val::ONE - role.right,
        |role| role.level += Val::ONE,
        |role| role.index += Val::ONE,
        |role| role.node = Val::ZERO,
    ];
    for change in changes {
        let mut lie = rows.clone();
        change(&mut lie.hashes[node].role);
        let faults = kinds(&wrong(shape, &lie.cells()));
        assert!(faults.contains(&bus_of(NODES)), "{faults:?}");
    }
    // A leaf that stands above the leaves, and two rows for one leaf.
    let leaf = place(&rows, |role| role.leaf == Val::ONE);
    let mut lie = rows.clone();
    lie.hashes[leaf].role.level = Val::ONE;
    refused_by(shape, lie, &[&bus_of(NODES), "hashes"]);
    let mut lie = rows.clone();
    let pair = [lie.hashes[leaf], lie.hashes[leaf + 1]];
    lie.hashes.extend(pair);
    refused_by(shape, lie, &[&bus_of(LEAVES), &bus_of(NODES)]);
    // A row that is two things, and bits that are none.
    for change in [
        (|role| role.padding = Val::ONE) as Change,
        |role| role.leaf = Val::TWO,
        |role| role.left = Val::TWO,
        |role| role.transaction = Val::ONE,
    ] {
        let mut lie = rows.clone();
        change(&mut lie.hashes[node].role);
        let faults = kinds(&wrong(shape, &lie.cells()));
        assert!(faults.contains(&"hashes".to_owned()), "{faults:?}");
    }
}

#[test]
pub(crate) fn a_count_of_bytes_that_is_wrong() {
    let (shape, rows) = world();
    let honest = rows.cells();
    for byte in [0, 1, 255] {
        for by in [Val::ONE, -Val::ONE] {
            let mut lie: Traces = honest.clone();
            lie.fixed.values[byte] += by;
            assert_eq!(kinds(&wrong(shape, &lie)), [bus_of(BYTES)]);
        }
    }
}

/// The last row has no next: a role there would be about row 0.
#[test]
pub(crate) fn a_role_in_the_last_row() {
    let (shape, rows) = world();
    let honest = rows.cells();
    let width = honest.hashes.width;
    for column in width - 9..width - 3 {
        let mut lie = honest.clone();
        *lie.hashes.values.last_mut().expect("cells") = Val::ZERO;
        let at = lie.hashes.values.len() - width + column;
        lie.hashes.values[at] = Val::ONE;
        let faults = kinds(&wrong(shape, &lie));
        assert!(faults.contains(&"hashes".to_owned()), "{faults:?}");
    }
}

/// Every cell of the table of slots in a row with a swap is bound by something.
#[test]
pub(crate) fn every_cell_of_a_slot_is_bound() {
    let (shape, rows) = world();
    let honest = rows.cells();
    let width = honest.slots.width;
    let swap = 3 * width;
    // Some columns are one number of many; each column of another kind is among these.
    for column in (0..60).chain((60..width).step_by(3)) {
        let mut lie = honest.clone();
        lie.slots.values[swap + column] += Val::ONE;
        assert!(!wrong(shape, &lie).is_empty(), "column {column}");
    }
}

/// A transfer to oneself reads what it has just written: told as if the target's leaf were still whole.
#[test]
pub(crate) fn a_transfer_to_oneself_that_makes_money() {
    let state = state(4, &[[100, 50, 9], [7, 0, 0]], [1_000, 2_000]);
    let trace = recorded(&state, &of(vec![transfer(0, 5, 0, 0, 30)]), 1);
    let mut values = values(&trace);
    values[0].target_leaf = values[0].sender_leaf;
    values[0].target_in.before = prover::circuit::values::parts(100);
    values[0].target_in.after = prover::circuit::values::parts(130);
    values[0].swap.slack = prover::circuit::values::parts(100 * 10_000);
    refused_by(shape(4, 1), Rows::of(&values), &[&bus_of(LEAVES)]);
}
