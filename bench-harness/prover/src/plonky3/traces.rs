//! The cells of all tables of a batch, from the numbers of its slots.
//!
//! Everything that is not a number of a slot follows from them here, whether they are honest or not: the times of
//! the accesses, the leaves, the tree, the commitment, the statement, and how often each byte is asked for.

use crate::circuit::values::SlotValues;
use crate::plonky3::field::{Val, to_felt, to_val};
use crate::plonky3::slot_columns::{Slot, columns};
use crate::plonky3::slot_values::{empty, row, transaction, word_of, written};
use crate::plonky3::table::HEIGHT_MIN;
use crate::plonky3::touched::{HashRow, TouchedLeaf, TouchedTree, input};
use crate::plonky3::{fixed, hashes, permutation};
use crate::statement::Statement;
use p3_field::{PrimeCharacteristicRing, PrimeField64};
use p3_matrix::dense::RowMajorMatrix;
use p3_maybe_rayon::prelude::{IndexedParallelIterator, ParallelIterator, ParallelSliceMut};
use plonky2::field::types::Field;
use plonky2::hash::hash_types::HashOut;
use plonky2::hash::poseidon::Poseidon;
use workloads::hash::{Digest, Domain, Felt, RATE};

/// The rows of a batch before they are filled in: what a test of a lie changes.
#[derive(Clone, Debug)]
pub struct Rows {
    /// Transactions; padding is a row without one.
    pub slots: Vec<Slot<Val>>,
    /// What is hashed, and what for.
    pub hashes: Vec<HashRow>,
    /// What the batch does.
    pub statement: Statement,
}

/// All cells of a batch, and what they say.
#[derive(Clone, Debug)]
pub struct Traces {
    /// Permutations, and what they are for.
    pub hashes: RowMajorMatrix<Val>,
    /// Transactions.
    pub slots: RowMajorMatrix<Val>,
    /// How often each byte is asked for.
    pub fixed: RowMajorMatrix<Val>,
    /// What the batch does.
    pub statement: Statement,
}

impl Rows {
    /// The rows of a batch of so many slots, padding included.
    pub fn of(values: &[SlotValues]) -> Self {
        let mut rows: Vec<Slot<Val>> = values.iter().map(rows_of).collect();
        let mut touched = TouchedTree::default();
        for (slot, (row, values)) in rows.iter_mut().zip(values).enumerate() {
            row.slot = Val::from_usize(slot);
            if is_real(row) {
                let index = [row.sender.index, row.target.index].map(|index| index.as_canonical_u64());
                touched.keep_siblings(index[0], &values.sender.siblings);
                touched.keep_siblings(index[1], &values.target.siblings);
                visit(&mut touched, row, slot as u64);
            }
        }
        let mut hashes = Vec::new();
        let commitment = absorb(&mut hashes, &rows);
        let [old_root, new_root] = touched.hash(&mut hashes);
        let transactions = rows.iter().filter(|row| is_real(row)).count() as u64;
        let statement = Statement { old_root, new_root, commitment, transactions };
        Self { slots: rows, hashes, statement }
    }

    /// The cells of the tables.
    pub fn cells(self) -> Traces {
        let Self { slots, hashes, statement } = self;
        let (slots, fixed) = slot_cells(slots);
        Traces { hashes: hash_cells(&hashes), slots, fixed, statement }
    }
}

impl Traces {
    /// The cells of a batch of so many slots, padding included.
    pub fn of(values: &[SlotValues]) -> Self {
        Rows::of(values).cells()
    }

    /// The public values as the tables see them.
    pub fn public_values(&self) -> Vec<Val> {
        self.statement.elements().map(to_val).to_vec()
    }
}

fn rows_of(values: &SlotValues) -> Slot<Val> {
    if values.is_transfer == Felt::ZERO && values.swap.is_swap == Felt::ZERO { empty() } else { row(values) }
}

fn is_real(row: &Slot<Val>) -> bool {
    row.is_transfer != Val::ZERO || row.is_swap != Val::ZERO
}

/// Gives a row's two accesses their times, and writes what they leave behind.
fn visit(touched: &mut TouchedTree, row: &mut Slot<Val>, slot: u64) {
    let account = Felt::from_canonical_u64(Domain::Account.tag());
    let domains = [account, account + to_felt(row.is_swap)];
    let after = written(row);
    for (turn, access) in [&mut row.sender, &mut row.target].into_iter().enumerate() {
        let now = 2 * slot + 1 + turn as u64;
        let index = access.index.as_canonical_u64();
        let held = access.leaf.map(to_felt);
        let leaf = touched.leaves.entry(index).or_insert(TouchedLeaf {
            domain: domains[turn],
            before: held,
            after: held,
            time: 0,
        });
        access.time = Val::from_u64(leaf.time);
        access.gap = word_of(now - 1 - leaf.time);
        leaf.after = after[turn].map(to_felt);
        leaf.time = now;
    }
}

/// Appends the rows of the sponge over all slots, and gives the commitment.
fn absorb(rows: &mut Vec<HashRow>, slots: &[Slot<Val>]) -> Digest {
    let mut lanes = input(&[Felt::ZERO; RATE], Felt::from_canonical_u64(Domain::Batch.tag()));
    for (slot, row) in slots.iter().enumerate() {
        let real = is_real(row);
        let elements = if real { transaction(row).map(to_felt) } else { [Felt::ZERO; RATE] };
        lanes[..RATE].copy_from_slice(&elements);
        let role = hashes::HashRole {
            transaction: Val::from_bool(real),
            padding: Val::from_bool(!real),
            index: Val::from_usize(slot),
            ..hashes::HashRole::default()
        };
        rows.push(HashRow { input: lanes, role });
        lanes = Felt::poseidon(lanes);
    }
    HashOut { elements: [lanes[0], lanes[1], lanes[2], lanes[3]] }
}

/// The cells of the table of hashes: the rows, and rows for nothing, of which there is one at least.
fn hash_cells(rows: &[HashRow]) -> RowMajorMatrix<Val> {
    let height = (rows.len() + 1).next_power_of_two().max(HEIGHT_MIN);
    let mut cells = Val::zero_vec(height * hashes::COLUMNS);
    let (used, unused) = cells.split_at_mut(rows.len() * hashes::COLUMNS);
    used.par_chunks_exact_mut(hashes::COLUMNS).enumerate().for_each(|(at, cells)| {
        let HashRow { input, role } = rows[at];
        let (lanes, roles) = cells.split_at_mut(permutation::COLUMNS);
        permutation::fill(input, lanes);
        roles.copy_from_slice(&role.cells());
    });
    let mut nothing = Val::zero_vec(hashes::COLUMNS);
    permutation::fill([Felt::ZERO; permutation::WIDTH], &mut nothing[..permutation::COLUMNS]);
    unused.chunks_exact_mut(hashes::COLUMNS).for_each(|cells| cells.copy_from_slice(&nothing));
    RowMajorMatrix::new(cells, hashes::COLUMNS)
}

/// The cells of the table of slots, and how often each byte is asked for.
fn slot_cells(mut rows: Vec<Slot<Val>>) -> (RowMajorMatrix<Val>, RowMajorMatrix<Val>) {
    let height = rows.len().next_power_of_two().max(HEIGHT_MIN);
    for slot in rows.len()..height {
        rows.push(Slot { slot: Val::from_usize(slot), ..empty() });
    }
    let width = columns();
    let mut cells = Val::zero_vec(height * width);
    let mut asked = [0u64; fixed::ROWS];
    for (row, cells) in rows.into_iter().zip(cells.chunks_exact_mut(width)) {
        for byte in row.words().iter().flat_map(|word| [word.low, word.high]) {
            // What is no byte is in no row: it stays unanswered.
            if let Some(count) = asked.get_mut(byte.as_canonical_u64() as usize) {
                *count += 1;
            }
        }
        row.write(cells);
    }
    let asked = asked.into_iter().map(Val::from_u64).collect();
    (RowMajorMatrix::new(cells, width), RowMajorMatrix::new(asked, 1))
}
