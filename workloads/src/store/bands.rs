//! The nodes of one half of the tree in groups of four levels, and which of them a change of leaves reaches.
//!
//! A group holds all nodes of its levels below one parent, so that the sibling of each is beside it: a leaf's path takes
//! one look-up every four levels instead of one a level. The parent belongs to the group above, and the root to none.

use crate::hash::{Digest, hash_pair};

/// Levels of a group.
const LEVELS: usize = 4;

/// Levels whose nodes are in groups together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Band {
    number: u64,
    /// The lowest of its levels; 0 are the leaves.
    first: usize,
    /// The level above its highest: that of the groups' parents.
    top: usize,
}

impl Band {
    /// The bands of a tree of some height, from the leaves up.
    pub(super) fn all(height: usize) -> impl Iterator<Item = Self> {
        (0..height).step_by(LEVELS).map(move |first| Self {
            number: (first / LEVELS) as u64,
            first,
            top: (first + LEVELS).min(height),
        })
    }

    /// Its lowest level.
    pub(super) fn first(self) -> usize {
        self.first
    }

    /// The key of a group of the half of that number.
    pub(super) fn key(self, half: u8, group: u64) -> u64 {
        (u64::from(half) << 63) | (self.number << 56) | group
    }

    /// The group of a node of the lowest level: the position of its parent.
    pub(super) fn group(self, position: u64) -> u64 {
        position >> (self.top - self.first)
    }

    /// Nodes of a group.
    pub(super) fn nodes(self) -> usize {
        (2 << (self.top - self.first)) - 2
    }

    /// How many groups hold `count` nodes of the lowest level.
    pub(super) fn groups(self, count: usize) -> u64 {
        (count as u64).div_ceil(1 << (self.top - self.first))
    }

    /// The nodes of a group in their order, each asked for by level and position.
    pub(super) fn collected(self, group: u64, node: impl Fn(usize, u64) -> Digest) -> Vec<Digest> {
        let of_level = |level: usize| {
            let width = 1 << (self.top - level);
            (group * width..(group + 1) * width).map(move |position| (level, position))
        };
        (self.first..self.top).flat_map(of_level).map(|(level, position)| node(level, position)).collect()
    }

    /// Where a node stands in its group, by its place from the left of its level.
    fn slot(self, level: usize, place: u64) -> usize {
        (2 << (self.top - self.first)) - (2 << (self.top - level)) + place as usize
    }

    /// Puts changed nodes of the lowest level, in order, into their group and hashes each node above them once. Returns
    /// the digest of the parent, and how many hashes it took.
    ///
    /// # Panics
    /// If there is no change, or one of another group.
    pub(super) fn replace(self, nodes: &mut [Digest], changed: &[(u64, Digest)]) -> (Digest, u64) {
        let width = 1_u64 << (self.top - self.first);
        let group = self.group(changed[0].0);
        let mut touched: Vec<u64> = Vec::with_capacity(changed.len());
        for (position, digest) in changed {
            assert_eq!(self.group(*position), group, "a node of another group");
            touched.push(position % width);
            nodes[self.slot(self.first, position % width)] = *digest;
        }
        let (mut parent, mut hashed) = (nodes[0], 0);
        for level in self.first..self.top {
            touched.iter_mut().for_each(|place| *place >>= 1);
            touched.dedup();
            for &place in &touched {
                let left = self.slot(level, 2 * place);
                parent = hash_pair(nodes[left], nodes[left + 1]);
                hashed += 1;
                if level + 1 < self.top {
                    nodes[self.slot(level + 1, place)] = parent;
                }
            }
        }
        (parent, hashed)
    }
}

#[cfg(test)]
mod tests {
    use super::Band;
    use crate::hash::{Digest, Felt};
    use crate::merkle::DensePrefixTree;
    use plonky2::field::types::Field;
    use proptest::prelude::{prop_assert_eq, proptest};
    use std::collections::{BTreeMap, BTreeSet};

    fn leaf(number: u64) -> Digest {
        Digest { elements: [Felt::from_canonical_u64(number), Felt::ONE, Felt::ZERO, Felt::ZERO] }
    }

    #[test]
    fn bands_cover_every_level_once() {
        for height in 1..=30 {
            let levels: Vec<usize> = Band::all(height).flat_map(|band| band.first..band.top).collect();
            assert_eq!(levels, (0..height).collect::<Vec<_>>());
        }
        let top = Band::all(23).last().expect("a band");
        assert_eq!((top.first, top.top, top.nodes(), top.groups(8), top.groups(1)), (20, 23, 14, 1, 1));
    }

    #[test]
    fn keys_of_halves_bands_and_groups_are_apart() {
        let mut keys = BTreeSet::new();
        for half in 0..2 {
            for band in Band::all(30) {
                for group in [0, 1, (1 << 30) - 1] {
                    assert!(keys.insert(band.key(half, group)));
                }
            }
        }
    }

    proptest! {
        /// Groups of a tree, changed group by group from the leaves up, lead to the root of the tree changed as a whole,
        /// and take a hash for each distinct node above what changed.
        #[test]
        fn groups_lead_to_the_same_root(
            height in 6usize..11, len in 1usize..60,
            changes in proptest::collection::btree_map(0u64..60, 0u64..1000, 1..30),
        ) {
            let leaves: Vec<_> = (0..len as u64).map(leaf).collect();
            let mut tree = DensePrefixTree::new(height, leaves);
            let before = tree.clone();
            let changes: BTreeMap<u64, Digest> =
                changes.into_iter().map(|(at, value)| (at % len as u64, leaf(value + 100))).collect();
            tree.replace(changes.iter().map(|(at, digest)| (*at as usize, *digest)));
            let (mut changed, mut hashed): (Vec<_>, u64) = (changes.clone().into_iter().collect(), 0);
            for band in Band::all(height) {
                let mut above = Vec::new();
                for children in changed.chunk_by(|a, b| band.group(a.0) == band.group(b.0)) {
                    let group = band.group(children[0].0);
                    let mut nodes = band.collected(group, |level, at| before.node(level, at as usize));
                    let (parent, count) = band.replace(&mut nodes, children);
                    prop_assert_eq!(&nodes, &band.collected(group, |level, at| tree.node(level, at as usize)));
                    hashed += count;
                    above.push((group, parent));
                }
                changed = above;
            }
            prop_assert_eq!(changed, vec![(0, tree.root())]);
            let distinct: usize = (1..=height)
                .map(|level| changes.keys().map(|at| at >> level).collect::<BTreeSet<_>>().len()).sum();
            prop_assert_eq!(hashed, distinct as u64);
        }
    }
}
