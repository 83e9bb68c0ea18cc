//! A Poseidon Merkle tree whose leaves fill a dense prefix; everything to the right of it is empty.
//!
//! Knows digests and positions alone, not what a leaf means. Many nodes, new or changed, are hashed on all threads of the
//! pool that it is called in; each changed node is hashed once all the same.

use crate::hash::{Digest, EMPTY_LEAF, hash_pair};
use rayon::iter::{IndexedParallelIterator, IntoParallelRefIterator, ParallelIterator};

/// Hashes below which sharing them out costs more than it gains: one takes about 1.5 µs, and to wake a thread takes ten.
pub(crate) const SHARED_MIN: usize = 64;
/// Hashes that one thread takes at once.
const CHUNK: usize = 16;

/// `value` of each item in their order, on all threads of the pool where there is enough to do.
pub(crate) fn of_each<T: Sync, U: Send>(items: &[T], value: impl Fn(&T) -> U + Sync + Send) -> Vec<U> {
    if items.len() < SHARED_MIN || rayon::current_num_threads() == 1 {
        items.iter().map(value).collect()
    } else {
        items.par_iter().with_min_len(CHUNK).map(value).collect()
    }
}

/// A tree of a given height over leaves `0..len`. Only the nodes above real leaves are stored: about twice as many
/// digests of 32 bytes as leaves, whatever the height.
#[derive(Clone, Debug)]
pub struct DensePrefixTree {
    /// `levels[0]` are the leaves, `levels[height]` is the root (or nothing, when there are no leaves).
    levels: Vec<Vec<Digest>>,
    /// `empty[l]` is the digest of an empty subtree of height `l`.
    empty: Vec<Digest>,
}

impl DensePrefixTree {
    /// Builds the tree.
    ///
    /// # Panics
    /// If there are more than `2^height` leaves; callers check that first and say so.
    pub fn new(height: usize, leaves: Vec<Digest>) -> Self {
        assert!(
            height < 64 && leaves.len() as u64 <= 1u64 << height,
            "more leaves than a tree of this height holds"
        );
        let mut empty = vec![EMPTY_LEAF];
        for level in 0..height {
            empty.push(hash_pair(empty[level], empty[level]));
        }
        let mut levels = vec![leaves];
        for level in 0..height {
            let pairs: Vec<_> = levels[level].chunks(2).collect();
            let parent = |pair: &&[Digest]| hash_pair(pair[0], pair.get(1).copied().unwrap_or(empty[level]));
            levels.push(of_each(&pairs, parent));
        }
        Self { levels, empty }
    }

    /// The number of hashes between a leaf and the root.
    pub fn height(&self) -> usize {
        self.empty.len() - 1
    }

    /// How many leaves are real.
    pub(crate) fn leaf_count(&self) -> usize {
        self.levels[0].len()
    }

    /// The root.
    pub fn root(&self) -> Digest {
        self.node(self.height(), 0)
    }

    /// The siblings from the leaf's level up to just below the root.
    pub fn siblings(&self, position: usize) -> Vec<Digest> {
        (0..self.height()).map(|level| self.node(level, (position >> level) ^ 1)).collect()
    }

    /// Replaces leaves and recomputes each node above them once.
    ///
    /// # Panics
    /// If a position is not that of a real leaf.
    pub fn replace(&mut self, leaves: impl IntoIterator<Item = (usize, Digest)>) {
        let mut touched = Vec::new();
        for (position, digest) in leaves {
            self.levels[0][position] = digest;
            touched.push(position);
        }
        touched.sort_unstable();
        for level in 0..self.height() {
            for position in &mut touched {
                *position >>= 1;
            }
            touched.dedup();
            let digest =
                |&parent: &usize| hash_pair(self.node(level, 2 * parent), self.node(level, 2 * parent + 1));
            let digests = of_each(&touched, digest);
            for (&parent, digest) in touched.iter().zip(digests) {
                self.levels[level + 1][parent] = digest;
            }
        }
    }

    /// A node by its level, 0 for leaves, and its position from the left.
    pub(crate) fn node(&self, level: usize, position: usize) -> Digest {
        self.levels[level].get(position).copied().unwrap_or(self.empty[level])
    }
}

/// The root that a leaf and its siblings lead to: what the circuit enforces, for tests of openings.
#[cfg(test)]
pub(crate) fn root_from_path(leaf: Digest, position: u64, siblings: &[Digest]) -> Digest {
    siblings.iter().enumerate().fold(leaf, |node, (level, sibling)| match (position >> level) & 1 {
        0 => hash_pair(node, *sibling),
        _ => hash_pair(*sibling, node),
    })
}

#[cfg(test)]
mod tests {
    use super::{DensePrefixTree, root_from_path};
    use crate::hash::{Digest, EMPTY_LEAF, Felt};
    use plonky2::field::types::Field;
    use proptest::prelude::{prop_assert_eq, proptest};

    fn leaf(number: u64) -> Digest {
        Digest { elements: [Felt::from_canonical_u64(number), Felt::ONE, Felt::ZERO, Felt::ZERO] }
    }

    #[test]
    fn a_tree_without_leaves_has_the_empty_root() {
        let empty = DensePrefixTree::new(3, vec![]);
        let full_of_nothing = DensePrefixTree::new(3, vec![EMPTY_LEAF; 8]);
        assert_eq!(empty.root(), full_of_nothing.root());
    }

    /// Enough changes that they are shared out, on pools of one, two and five threads.
    #[test]
    fn threads_change_nothing() {
        let before = DensePrefixTree::new(12, (0..3_000).map(leaf).collect());
        let root_on = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
            let mut tree = before.clone();
            pool.install(|| tree.replace((0..1_000).map(|at| (at * 7 % 3_000, leaf(at as u64 + 5_000)))));
            tree.root()
        };
        assert_ne!(root_on(1), before.root());
        assert_eq!(root_on(2), root_on(1));
        assert_eq!(root_on(5), root_on(1));
    }

    proptest! {
        #[test]
        fn replacing_equals_building_anew(
            len in 1usize..20, changes in proptest::collection::vec((0usize..20, 0u64..1000), 0..30),
        ) {
            let mut leaves: Vec<_> = (0..len as u64).map(leaf).collect();
            let mut tree = DensePrefixTree::new(6, leaves.clone());
            let changes: Vec<_> = changes.into_iter().map(|(at, value)| (at % len, leaf(value))).collect();
            for (at, value) in &changes {
                leaves[*at] = *value;
            }
            tree.replace(changes);
            let anew = DensePrefixTree::new(6, leaves.clone());
            prop_assert_eq!(tree.root(), anew.root());
            for (position, digest) in leaves.iter().enumerate() {
                prop_assert_eq!(root_from_path(*digest, position as u64, &tree.siblings(position)), tree.root());
            }
        }
    }
}
