//! The pools that a batch touches, and the part of the pools' tree above them, as registers open and close them one
//! after the other.

use crate::circuit::registers::Registers;
use crate::error::ProverError;
use crate::witness::{Leaf, Step};
use std::collections::{BTreeMap, HashMap};
use workloads::hash::{Digest, EMPTY_LEAF, hash_pair};
use workloads::pool::Pool;
use workloads::state::Depth;
use workloads::transaction::Action;

/// A pool before the batch and after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolChange {
    /// Before.
    pub before: Pool,
    /// After.
    pub after: Pool,
}

/// The pools of a batch by their place among all pools, and the nodes above and beside them.
#[derive(Clone, Debug, Default)]
pub struct TouchedPools {
    /// Each once, in order.
    pub changes: BTreeMap<u64, PoolChange>,
    /// Digests by level and place: siblings as the batch found them, and nodes above pools as they are now.
    nodes: HashMap<(usize, u64), Digest>,
    levels: usize,
}

fn refused(expected: String, got: String) -> ProverError {
    ProverError::Input { what: "batch for a circuit with registers", expected, got }
}

impl TouchedPools {
    /// What the steps of a batch touch.
    ///
    /// # Errors
    /// A transfer, more pools than registers, or pools that do not stand in one block.
    pub fn of(steps: &[Step], depth: Depth, registers: Registers) -> Result<Self, ProverError> {
        let mut touched = Self { levels: depth.levels() - 1, ..Self::default() };
        for step in steps {
            let Some(transaction) = step.transaction else { continue };
            let (Action::Swap { token_in, amount_in, .. }, Leaf::Pool(pool)) =
                (transaction.action, step.target.leaf)
            else {
                return Err(refused("swaps alone".to_owned(), "a transfer".to_owned()));
            };
            let place = step.target.index.0 - depth.room();
            // What native execution has allowed cannot overflow.
            let after = pool.after_swap(token_in, amount_in, step.quotient.0).ok_or_else(|| {
                refused("swaps that were executed".to_owned(), format!("one that pool {place} refuses"))
            })?;
            touched.changes.entry(place).or_insert(PoolChange { before: pool, after }).after = after;
            for (level, sibling) in step.target.siblings.iter().take(touched.levels).enumerate() {
                // Of two for one place the first; one above a pool of the batch is hashed anew.
                touched.nodes.entry((level, (place >> level) ^ 1)).or_insert(*sibling);
            }
        }
        touched.check(depth, registers)?;
        let leaves: Vec<_> = touched.changes.iter().map(|(place, change)| (*place, change.before)).collect();
        for (place, before) in &leaves {
            touched.nodes.insert((0, *place), before.hash());
        }
        for level in 0..touched.levels {
            for (place, _) in &leaves {
                touched.hash_parent(level, *place);
            }
        }
        Ok(touched)
    }

    fn check(&self, depth: Depth, registers: Registers) -> Result<(), ProverError> {
        if self.changes.len() > registers.count {
            return Err(refused(
                format!("swaps over at most {} pools", registers.count),
                format!("{} pools", self.changes.len()),
            ));
        }
        let ends = self.changes.keys().next().zip(self.changes.keys().next_back());
        let levels = registers.levels(depth);
        match ends {
            Some((first, last)) if first >> levels != last >> levels => Err(refused(
                format!("pools of one block of {}, aligned", 1u64 << levels),
                format!("pools {first} and {last}"),
            )),
            _ => Ok(()),
        }
    }

    /// The node at a level; what nothing is known of is empty.
    fn node(&self, level: usize, place: u64) -> Digest {
        self.nodes.get(&(level, place)).copied().unwrap_or(EMPTY_LEAF)
    }

    /// Hashes the node above that of `place` at `level`.
    fn hash_parent(&mut self, level: usize, place: u64) {
        let above = place >> (level + 1);
        let [left, right] = [2 * above, 2 * above + 1].map(|child| self.node(level, child));
        self.nodes.insert((level + 1, above), hash_pair(left, right));
    }

    /// The siblings of a place from one level up to another, as they are now.
    pub fn siblings(&self, place: u64, levels: std::ops::Range<usize>) -> Vec<Digest> {
        levels.map(|level| self.node(level, (place >> level) ^ 1)).collect()
    }

    /// The node of `level` above a place, as it is now.
    pub fn above(&self, place: u64, level: usize) -> Digest {
        self.node(level, place >> level)
    }

    /// Writes what a pool is after the batch, and hashes what is above it.
    pub fn close(&mut self, place: u64) {
        if let Some(change) = self.changes.get(&place) {
            self.nodes.insert((0, place), change.after.hash());
            (0..self.levels).for_each(|level| self.hash_parent(level, place));
        }
    }
}
