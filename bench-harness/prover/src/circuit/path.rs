//! A leaf stands in a tree, and what the root becomes when it is replaced.

use crate::circuit::Builder;
use plonky2::hash::hash_types::HashOutTarget;
use plonky2::hash::hashing::PlonkyPermutation;
use plonky2::hash::poseidon::{PoseidonHash, PoseidonPermutation};
use plonky2::iop::target::{BoolTarget, Target};
use plonky2::plonk::config::AlgebraicHasher;

/// The place of a leaf and its siblings, all private.
#[derive(Clone, Debug)]
pub struct PathTargets {
    /// The leaf's index.
    pub index: Target,
    /// Its bits, lowest first.
    bits: Vec<BoolTarget>,
    /// The siblings from the leaf up.
    pub siblings: Vec<HashOutTarget>,
}

impl PathTargets {
    /// A new private path in a tree of the given depth.
    pub fn new(builder: &mut Builder, depth: usize) -> Self {
        let index = builder.add_virtual_target();
        let bits = builder.split_le(index, depth);
        let siblings = builder.add_virtual_hashes(depth);
        Self { index, bits, siblings }
    }

    /// The root above a leaf: one row of the circuit a level.
    pub fn root(&self, builder: &mut Builder, leaf: HashOutTarget) -> HashOutTarget {
        let zero = builder.zero();
        let mut node = leaf;
        for (bit, sibling) in self.bits.iter().zip(&self.siblings) {
            let lanes = node.elements.iter().chain(&sibling.elements).copied().chain([zero; 4]);
            let state = PoseidonHash::permute_swapped(PoseidonPermutation::new(lanes), *bit, builder);
            let lanes: &[Target] = state.as_ref();
            node = HashOutTarget { elements: [lanes[0], lanes[1], lanes[2], lanes[3]] };
        }
        node
    }
}
