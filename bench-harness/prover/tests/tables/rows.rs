//! Rows of a batch, and lies about them with what follows from a lie made to agree.

use super::world::{of, recorded, shape, state, swap, transfer, values, wrong};
use p3_field::PrimeCharacteristicRing;
use plonky2::hash::poseidon::Poseidon;
use prover::plonky3::check::Fault;
use prover::plonky3::field::{Val, to_felt};
use prover::plonky3::hashes::HashRole;
use prover::plonky3::slot_values::transaction;
use prover::plonky3::touched::HashRow;
use prover::plonky3::traces::Rows;
use prover::system::Shape;
use std::collections::HashMap;
use workloads::hash::Felt;
use workloads::state::State;
use workloads::transaction::Transaction;

/// Depth 4, five slots: transfers that meet, one to the sender itself, a swap, and one slot of padding.
pub(crate) fn world() -> (Shape, Rows) {
    let transactions = vec![
        transfer(0, 5, 1, 0, 30),
        transfer(1, 5, 0, 0, 3),
        transfer(0, 6, 0, 1, 20),
        swap(0, 7, 0, 40, 1),
    ];
    (shape(4, 5), rows(&people(), transactions, 5))
}

/// Three accounts and a pool at depth 4.
pub(crate) fn people() -> State {
    state(4, &[[100, 50, 9], [7, 0, 0], [1, 1, 1]], [1_000, 2_000])
}

pub(crate) fn rows(state: &State, transactions: Vec<Transaction>, capacity: usize) -> Rows {
    Rows::of(&values(&recorded(state, &of(transactions), capacity)))
}

/// The first row of a role.
pub(crate) fn place(rows: &Rows, found: impl Fn(&HashRole<Val>) -> bool) -> usize {
    rows.hashes.iter().position(|row| found(&row.role)).expect("there is such a row")
}

/// The first of the two rows of the leaf at an index.
pub(crate) fn leaf(rows: &Rows, index: u64) -> usize {
    place(rows, |role| role.leaf == Val::ONE && role.index == Val::from_u64(index))
}

/// A row without a role.
pub(crate) fn idle(input: [Felt; 12]) -> HashRow {
    HashRow { input, role: HashRole::default() }
}

/// The kinds of faults: a bus by its name, a constraint by its table.
pub(crate) fn kinds(faults: &[Fault]) -> Vec<String> {
    let mut kinds: Vec<String> = faults
        .iter()
        .map(|fault| match fault {
            Fault::Constraint { table, .. } => ["hashes", "slots", "fixed"][*table].to_owned(),
            Fault::Message { bus, .. } => bus_of(bus),
        })
        .collect();
    kinds.sort();
    kinds.dedup();
    kinds
}

/// A bus among the kinds of faults.
pub(crate) fn bus_of(name: &str) -> String {
    format!("bus {name}")
}

/// Asserts that the lie is refused, and by what alone.
#[track_caller]
pub(crate) fn refused_by(shape: Shape, lie: Rows, by: &[&str]) {
    let by: Vec<String> = by.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(kinds(&wrong(shape, &lie.cells())), by);
}

/// Asserts that the lie is refused by one constraint of a table, and by nothing else: without it, it would pass.
#[track_caller]
pub(crate) fn refused_by_one(shape: Shape, lie: Rows, by: usize) {
    let faults = wrong(shape, &lie.cells());
    let mut found: Vec<(usize, usize)> = faults
        .iter()
        .map(|fault| match fault {
            Fault::Constraint { table, constraint, .. } => (*table, *constraint),
            Fault::Message { .. } => panic!("{fault:?}"),
        })
        .collect();
    found.sort_unstable();
    found.dedup();
    assert!(matches!(found[..], [(table, _)] if table == by), "{found:?}");
}

/// The sponge from its first state over its inputs anew, to a statement that agrees.
pub(crate) fn sponge(rows: &mut Rows, slots: usize) {
    for slot in 1..slots {
        let lanes = Felt::poseidon(rows.hashes[slot - 1].input);
        rows.hashes[slot].input[8..].copy_from_slice(&lanes[8..]);
    }
    let last = Felt::poseidon(rows.hashes[slots - 1].input);
    rows.statement.commitment.elements.copy_from_slice(&last[..4]);
}

/// The sponge over the slots as they are now.
pub(crate) fn recommit(rows: &mut Rows) {
    for (row, hashed) in rows.slots.iter().zip(&mut rows.hashes) {
        hashed.input[..8].copy_from_slice(&transaction(row).map(to_felt));
    }
    sponge(rows, rows.slots.len());
}

/// The tree over its leaves as they are now: each pair of rows from `first` on, children before parents.
pub(crate) fn rebuild(rows: &mut Rows, first: usize) {
    let mut digests: HashMap<(Val, Val), [[Felt; 4]; 2]> = HashMap::new();
    for at in (first..rows.hashes.len()).step_by(2) {
        let role = rows.hashes[at].role;
        for (child, touched) in [role.left, role.right].into_iter().enumerate() {
            let below = (role.level - Val::ONE, role.index.double() + Val::from_usize(child));
            if let (true, Some(pair)) = (touched == Val::ONE, digests.get(&below)) {
                for (row, digest) in rows.hashes[at..at + 2].iter_mut().zip(pair) {
                    row.input[4 * child..4 * child + 4].copy_from_slice(digest);
                }
            }
        }
        let pair = [at, at + 1].map(|row| digest(rows.hashes[row].input));
        digests.insert((role.level, role.index), pair);
        (rows.statement.old_root.elements, rows.statement.new_root.elements) = (pair[0], pair[1]);
    }
}

/// The digest of an input.
pub(crate) fn digest(input: [Felt; 12]) -> [Felt; 4] {
    let lanes = Felt::poseidon(input);
    [lanes[0], lanes[1], lanes[2], lanes[3]]
}
