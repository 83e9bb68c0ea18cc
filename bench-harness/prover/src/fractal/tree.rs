//! The rollups, who settles on whom, and the order of all jobs from their tops to the one proof.

use records::fractal::{FractalStageName, RollupCircuitName};
use std::collections::BTreeSet;
use thiserror::Error;
use workloads::state::LeafIndex;

/// Identifiers are below this, so that each is one element of the field.
const IDS: u64 = 1 << 63;

/// How a rollup settles on another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settling {
    /// The place of the parent among the rollups.
    pub parent: usize,
    /// The leaf of the bridge, in the parent.
    pub bridge: LeafIndex,
    /// The leaf of the portal, in the rollup itself.
    pub portal: LeafIndex,
}

/// A rollup of a tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TreeRollup {
    /// Its identifier, below 2^63.
    pub id: u64,
    /// What its circuit can hold.
    pub circuit: RollupCircuitName,
    /// What it settles on; layer 1 where there is none.
    pub settling: Option<Settling>,
}

/// Why rollups are no tree.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SettlementError {
    /// One proof is of two rollups at least.
    #[error("rollups of one proof: expected at least 2, got {got}")]
    Few {
        /// How many there are.
        got: usize,
    },
    /// No identifier, or that of another.
    #[error("rollup {id}: expected an identifier below 2^63 that no other rollup has")]
    Id {
        /// Which.
        id: u64,
    },
    /// A parent that comes later, or not at all.
    #[error("rollup {id}: expected a parent before it in the list")]
    Parent {
        /// Of which rollup.
        id: u64,
    },
    /// An account that is none, or has two uses.
    #[error(
        "rollup {id}: leaf {leaf} cannot be a bridge or a portal: each is an account of its own, and not the first"
    )]
    Account {
        /// In which rollup.
        id: u64,
        /// Which leaf.
        leaf: u64,
    },
}

/// One proof of a tree, from those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TreeNode {
    /// The top of a rollup's chain.
    Top {
        /// Its place among the rollups.
        rollup: usize,
    },
    /// A rollup, with what is attached to it, bound to its parent's transactions.
    Attach {
        /// Its place among the rollups.
        rollup: usize,
        /// The node of its family.
        child: usize,
    },
    /// Two of a family.
    Join {
        /// The place of the family's rollup.
        rollup: usize,
        /// The nodes.
        children: [usize; 2],
    },
    /// Two that settle on layer 1.
    Settle {
        /// The nodes.
        children: [usize; 2],
    },
}

/// Rollups that settle in one proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettlementTree {
    rollups: Vec<TreeRollup>,
    layers: Vec<u32>,
    nodes: Vec<TreeNode>,
}

impl SettlementTree {
    /// A tree of rollups, parents before their children. Families and settlements are merged in pairs, level by level; the
    /// last of an odd number rises as it is.
    ///
    /// # Errors
    /// Fewer than two rollups, identifiers or parents that cannot be, or an account of a rollup with two uses.
    pub fn new(rollups: Vec<TreeRollup>) -> Result<Self, SettlementError> {
        check(&rollups)?;
        let mut layers: Vec<u32> = Vec::with_capacity(rollups.len());
        for rollup in &rollups {
            layers.push(rollup.settling.map_or(2, |settling| layers[settling.parent] + 1));
        }
        let mut children = vec![Vec::new(); rollups.len()];
        for (place, rollup) in rollups.iter().enumerate() {
            if let Some(settling) = rollup.settling {
                children[settling.parent].push(place);
            }
        }
        // Children come after their parents, so that from the last to the first each family is whole before it is attached.
        let mut nodes = Vec::new();
        let mut attached: Vec<Option<usize>> = vec![None; rollups.len()];
        let mut settled = Vec::new();
        for place in (0..rollups.len()).rev() {
            let top = push(&mut nodes, TreeNode::Top { rollup: place });
            let members = children[place].iter().filter_map(|child| attached[*child]);
            let members: Vec<_> = std::iter::once(top).chain(members).collect();
            let family = in_pairs(&mut nodes, members, |children| TreeNode::Join { rollup: place, children });
            match rollups[place].settling {
                Some(_) => {
                    attached[place] =
                        Some(push(&mut nodes, TreeNode::Attach { rollup: place, child: family }));
                }
                None => settled.push(family),
            }
        }
        settled.reverse();
        in_pairs(&mut nodes, settled, |children| TreeNode::Settle { children });
        Ok(Self { rollups, layers, nodes })
    }

    /// The rollups, parents before children.
    pub fn rollups(&self) -> &[TreeRollup] {
        &self.rollups
    }

    /// All proofs from the tops on, each after those that it is made of. The last is the one proof of the tree.
    pub fn nodes(&self) -> &[TreeNode] {
        &self.nodes
    }

    /// The layer of a rollup: 2 where it settles on layer 1.
    pub fn layer(&self, rollup: usize) -> u32 {
        self.layers[rollup]
    }

    /// The stage of a node above the tops, and the layer that it serves; `None` of a top.
    pub fn stage(&self, node: TreeNode) -> Option<(FractalStageName, u32)> {
        match node {
            TreeNode::Top { .. } => None,
            TreeNode::Attach { rollup, .. } => Some((FractalStageName::Attach, self.layers[rollup])),
            TreeNode::Join { rollup, .. } => Some((FractalStageName::Join, self.layers[rollup])),
            TreeNode::Settle { .. } => Some((FractalStageName::Settle, 1)),
        }
    }
}

fn push(nodes: &mut Vec<TreeNode>, node: TreeNode) -> usize {
    nodes.push(node);
    nodes.len() - 1
}

/// Merges nodes level by level and returns the last.
fn in_pairs(
    nodes: &mut Vec<TreeNode>,
    mut level: Vec<usize>,
    merge: impl Fn([usize; 2]) -> TreeNode,
) -> usize {
    while level.len() > 1 {
        level = level
            .chunks(2)
            .map(|pair| match pair {
                [left, right] => push(nodes, merge([*left, *right])),
                _ => pair[0],
            })
            .collect();
    }
    level[0]
}

fn check(rollups: &[TreeRollup]) -> Result<(), SettlementError> {
    if rollups.len() < 2 {
        return Err(SettlementError::Few { got: rollups.len() });
    }
    let mut ids = BTreeSet::new();
    // The accounts of each rollup that are a bridge or a portal.
    let mut used = vec![BTreeSet::from([LeafIndex(0)]); rollups.len()];
    for (place, rollup) in rollups.iter().enumerate() {
        let id = rollup.id;
        if id >= IDS || !ids.insert(id) {
            return Err(SettlementError::Id { id });
        }
        let Some(Settling { parent, bridge, portal }) = rollup.settling else { continue };
        if parent >= place {
            return Err(SettlementError::Parent { id });
        }
        for (ledger, leaf) in [(parent, bridge), (place, portal)] {
            if !used[ledger].insert(leaf) {
                return Err(SettlementError::Account { id: rollups[ledger].id, leaf: leaf.0 });
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{SettlementError, SettlementTree, Settling, TreeNode, TreeRollup};
    use records::fractal::{FractalStageName, RollupCircuitName};
    use std::collections::BTreeMap;
    use workloads::state::LeafIndex;

    fn rollup(id: u64, parent: Option<usize>, bridge: u64, portal: u64) -> TreeRollup {
        let settling =
            parent.map(|parent| Settling { parent, bridge: LeafIndex(bridge), portal: LeafIndex(portal) });
        TreeRollup { id, circuit: RollupCircuitName::General, settling }
    }

    /// Every node but the last is used once, after it was made, and every rollup has one top.
    fn is_whole(tree: &SettlementTree) {
        let mut uses = vec![0; tree.nodes().len()];
        let mut tops = vec![0; tree.rollups().len()];
        for (place, node) in tree.nodes().iter().enumerate() {
            let children = match *node {
                TreeNode::Top { rollup } => {
                    tops[rollup] += 1;
                    vec![]
                }
                TreeNode::Attach { child, .. } => vec![child],
                TreeNode::Join { children, .. } | TreeNode::Settle { children } => children.to_vec(),
            };
            for child in children {
                assert!(child < place, "{tree:?}");
                uses[child] += 1;
            }
        }
        assert_eq!(uses.pop(), Some(0), "{tree:?}");
        assert!(uses.iter().all(|count| *count == 1) && tops.iter().all(|count| *count == 1), "{tree:?}");
    }

    #[test]
    fn two_families_of_four_over_two_layers() {
        let mut rollups = vec![rollup(0, None, 0, 0), rollup(1, None, 0, 0)];
        rollups.extend((0..6).map(|child| rollup(2 + child, Some(child as usize % 2), 1 + child / 2, 7)));
        let tree = SettlementTree::new(rollups).expect("a tree");
        is_whole(&tree);
        let mut jobs = BTreeMap::new();
        for (stage, layer) in tree.nodes().iter().filter_map(|node| tree.stage(*node)) {
            *jobs.entry((layer, stage)).or_insert(0) += 1;
        }
        let [attach, join, settle] =
            [FractalStageName::Attach, FractalStageName::Join, FractalStageName::Settle];
        assert_eq!(jobs, BTreeMap::from([((1, settle), 1), ((2, join), 6), ((3, attach), 6)]));
    }

    #[test]
    fn any_shape_has_one_proof() {
        // Each rollup settles on one before it, or on layer 1: all lists of six, by their parents.
        for code in 0..720_u64 {
            let (mut rest, mut rollups) = (code, Vec::new());
            for place in 0..6_u64 {
                let choice = (rest % (place + 1)) as usize;
                rest /= place + 1;
                rollups.push(rollup(place, choice.checked_sub(1), 10 + place, 50));
            }
            let tree = SettlementTree::new(rollups).expect("a tree");
            is_whole(&tree);
            let deepest = (0..6).map(|place| tree.layer(place)).max();
            assert!(deepest >= Some(2) && deepest <= Some(7));
        }
    }

    #[test]
    fn the_work_is_linear_and_the_depth_logarithmic() {
        for count in [2_usize, 3, 8, 64, 1_000] {
            let tree = SettlementTree::new((0..count as u64).map(|id| rollup(id, None, 0, 0)).collect());
            let tree = tree.expect("a tree");
            is_whole(&tree);
            assert_eq!(tree.nodes().len(), 2 * count - 1);
            let mut depths: Vec<u32> = Vec::new();
            for node in tree.nodes() {
                depths.push(match node {
                    TreeNode::Settle { children } => {
                        1 + children.map(|child| depths[child]).into_iter().max().unwrap_or(0)
                    }
                    _ => 0,
                });
            }
            assert_eq!(depths.last(), Some(&count.next_power_of_two().trailing_zeros()));
        }
    }

    #[test]
    fn what_is_no_tree_is_refused_and_said() {
        let refused = |rollups: &[TreeRollup]| SettlementTree::new(rollups.to_vec()).expect_err("no tree");
        let parent = rollup(0, None, 0, 0);
        assert_eq!(refused(&[parent]), SettlementError::Few { got: 1 });
        assert_eq!(refused(&[parent, parent]), SettlementError::Id { id: 0 });
        assert_eq!(refused(&[parent, rollup(1 << 63, None, 0, 0)]), SettlementError::Id { id: 1 << 63 });
        assert_eq!(refused(&[parent, rollup(1, Some(1), 2, 3)]), SettlementError::Parent { id: 1 });
        // Padding's account, and two uses of one: of siblings, and of a rollup above and below.
        assert_eq!(refused(&[parent, rollup(1, Some(0), 0, 3)]), SettlementError::Account { id: 0, leaf: 0 });
        assert_eq!(refused(&[parent, rollup(1, Some(0), 3, 0)]), SettlementError::Account { id: 1, leaf: 0 });
        let sibling = |id, bridge| rollup(id, Some(0), bridge, 3);
        assert_eq!(
            refused(&[parent, sibling(1, 2), sibling(2, 2)]),
            SettlementError::Account { id: 0, leaf: 2 }
        );
        let below = [parent, sibling(1, 2), rollup(2, Some(1), 3, 1)];
        assert_eq!(refused(&below), SettlementError::Account { id: 1, leaf: 3 });
        assert!(SettlementTree::new(vec![parent, sibling(1, 2), sibling(2, 1)]).is_ok());
    }
}
