//! The part of the tree that a batch touches: every node above a touched leaf once, before and after.

use crate::plonky3::field::Val;
use crate::plonky3::hashes::HashRole;
use crate::plonky3::permutation::WIDTH;
use p3_field::PrimeCharacteristicRing;
use p3_maybe_rayon::prelude::{ParallelIterator, ParallelSlice};
use plonky2::field::types::Field;
use plonky2::hash::hash_types::HashOut;
use plonky2::hash::poseidon::Poseidon;
use std::collections::{BTreeMap, HashMap};
use workloads::hash::{Digest, EMPTY_LEAF, Felt, RATE};

/// A row of the table of hashes, before its permutation is filled in.
#[derive(Clone, Copy, Debug)]
pub struct HashRow {
    /// What is permuted.
    pub input: [Felt; WIDTH],
    /// What for.
    pub role: HashRole<Val>,
}

/// A leaf that the batch touches.
#[derive(Clone, Copy, Debug)]
pub struct TouchedLeaf {
    /// The domain in which it is hashed.
    pub domain: Felt,
    /// What it holds before the batch.
    pub before: [Felt; RATE],
    /// What it holds after.
    pub after: [Felt; RATE],
    /// When it was written last.
    pub time: u64,
}

/// A digest before and after.
type Change = [Digest; 2];

/// What a batch touches.
#[derive(Clone, Debug, Default)]
pub struct TouchedTree {
    /// Leaves by their place.
    pub leaves: BTreeMap<u64, TouchedLeaf>,
    /// For each level from the leaves up, digests of nodes that stand beside a path. One above a touched leaf is not
    /// looked at.
    pub siblings: Vec<HashMap<u64, Digest>>,
}

impl TouchedTree {
    /// Keeps the siblings of a leaf at `index`, from the leaf up; of two for one place the first.
    pub fn keep_siblings(&mut self, index: u64, siblings: &[Digest]) {
        if self.siblings.len() < siblings.len() {
            self.siblings.resize_with(siblings.len(), HashMap::new);
        }
        for (level, (known, digest)) in self.siblings.iter_mut().zip(siblings).enumerate() {
            known.entry((index >> level) ^ 1).or_insert(*digest);
        }
    }

    /// Appends the rows that hash all of it, and gives the root before and after.
    pub fn hash(&self, rows: &mut Vec<HashRow>) -> Change {
        let first = rows.len();
        for (index, leaf) in &self.leaves {
            let TouchedLeaf { domain, before, after, time } = leaf;
            let role = HashRole {
                leaf: Val::ONE,
                index: Val::from_u64(*index),
                time: Val::from_u64(*time),
                ..HashRole::default()
            };
            push_pair(rows, [before, after].map(|elements| input(elements, *domain)), role);
        }
        let mut changes: Vec<_> = self.leaves.keys().copied().zip(digests(&rows[first..])).collect();
        for (below, siblings) in self.siblings.iter().enumerate() {
            changes = self.level(rows, below, siblings, &changes);
        }
        changes.first().map_or([EMPTY_LEAF; 2], |(_, root)| *root)
    }

    /// The nodes above `changes`, which stand at level `below`.
    fn level(
        &self,
        rows: &mut Vec<HashRow>,
        below: usize,
        siblings: &HashMap<u64, Digest>,
        changes: &[(u64, Change)],
    ) -> Vec<(u64, Change)> {
        let first = rows.len();
        let mut places = Vec::with_capacity(changes.len());
        for group in changes.chunk_by(|(left, _), (right, _)| left >> 1 == right >> 1) {
            let index = group[0].0 >> 1;
            let child = |place: u64| group.iter().find(|(at, _)| *at == place).map(|(_, change)| *change);
            let touched = [child(2 * index), child(2 * index + 1)];
            let kept = |place: u64| [siblings.get(&place).copied().unwrap_or(EMPTY_LEAF); 2];
            let [left, right] =
                [0, 1].map(|side| touched[side].unwrap_or_else(|| kept(2 * index + side as u64)));
            let inputs = [0, 1].map(|time| {
                let lanes = left[time].elements.into_iter().chain(right[time].elements);
                let mut input = [Felt::ZERO; WIDTH];
                input.iter_mut().zip(lanes).for_each(|(lane, element)| *lane = element);
                input
            });
            let role = HashRole {
                node: Val::ONE,
                left: Val::from_bool(touched[0].is_some()),
                right: Val::from_bool(touched[1].is_some()),
                level: Val::from_usize(below + 1),
                index: Val::from_u64(index),
                ..HashRole::default()
            };
            push_pair(rows, inputs, role);
            places.push(index);
        }
        places.into_iter().zip(digests(&rows[first..])).collect()
    }
}

/// Eight elements in a domain.
pub fn input(elements: &[Felt; RATE], domain: Felt) -> [Felt; WIDTH] {
    let mut input = [Felt::ZERO; WIDTH];
    input[..RATE].copy_from_slice(elements);
    input[RATE] = domain;
    input
}

fn push_pair(rows: &mut Vec<HashRow>, inputs: [[Felt; WIDTH]; 2], role: HashRole<Val>) {
    let [before, after] = inputs;
    rows.push(HashRow { input: before, role });
    rows.push(HashRow { input: after, role: HashRole::default() });
}

/// What pairs of rows are hashed to.
fn digests(rows: &[HashRow]) -> Vec<Change> {
    let digest = |row: &HashRow| {
        let lanes = Felt::poseidon(row.input);
        HashOut { elements: [lanes[0], lanes[1], lanes[2], lanes[3]] }
    };
    rows.par_chunks_exact(2).map(|pair| [digest(&pair[0]), digest(&pair[1])]).collect()
}
