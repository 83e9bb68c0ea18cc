//! What each proof of a tree must say, from native execution of its rollups: the verifier's own side.

use crate::circuit::fractal::keys::{UpperKeys, seal};
use crate::fractal::tree::{SettlementTree, Settling, TreeNode};
use crate::statement::Statement;
use plonky2::field::types::Field;
use records::fractal::RollupCircuitName;
use workloads::hash::{Digest, Domain, Felt, RATE, hash_leaf, hash_two};
use workloads::state::LeafIndex;

/// The number of a kind of rollup, which stands in its hash.
pub fn circuit_number(circuit: RollupCircuitName) -> u64 {
    match circuit {
        RollupCircuitName::General => 1,
        RollupCircuitName::Transfers => 2,
        RollupCircuitName::Swaps => 3,
        RollupCircuitName::SwapRegisters => 4,
    }
}

/// What a proof of a tree says, before it is sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NodeStatement {
    /// Over the states before.
    pub old_root: Digest,
    /// Over the states after.
    pub new_root: Digest,
    /// The commitment for the parent: C of [`crate::circuit::fractal`].
    pub commitment: Digest,
    /// The commitment to every transaction below: E.
    pub everything: Digest,
    /// Transactions.
    pub transactions: u64,
}

impl NodeStatement {
    /// The public side of a proof under given keys.
    pub fn sealed(&self, keys: UpperKeys) -> Statement {
        Statement {
            old_root: self.old_root,
            new_root: self.new_root,
            commitment: seal(keys.digest(), self.commitment, self.everything),
            transactions: self.transactions,
        }
    }

    /// Both sides through one function.
    fn with_sides(self, side: impl Fn(Digest) -> Digest) -> Self {
        Self { old_root: side(self.old_root), new_root: side(self.new_root), ..self }
    }

    fn merged(domain: Domain, left: Self, right: Self) -> Self {
        let both = |of: fn(&Self) -> Digest| hash_two(domain, of(&left), of(&right));
        Self {
            old_root: both(|node| node.old_root),
            new_root: both(|node| node.new_root),
            commitment: left.commitment,
            everything: both(|node| node.everything),
            transactions: left.transactions + right.transactions,
        }
    }
}

impl SettlementTree {
    /// What each node says, in their order, from what native execution says of each rollup's chain. The one proof of the
    /// tree says the last, sealed.
    ///
    /// # Panics
    /// If there is not one statement for each rollup.
    pub fn statements(&self, chains: &[Statement]) -> Vec<NodeStatement> {
        assert_eq!(chains.len(), self.rollups().len(), "one statement for each rollup");
        let mut said: Vec<NodeStatement> = Vec::with_capacity(self.nodes().len());
        for node in self.nodes() {
            let next = match *node {
                TreeNode::Top { rollup } => top(self, rollup, &chains[rollup]),
                TreeNode::Attach { rollup, child } => match self.rollups()[rollup].settling {
                    None => said[child],
                    Some(Settling { parent, bridge, portal }) => NodeStatement {
                        commitment: chains[parent].commitment,
                        ..said[child].with_sides(|side| attached(side, bridge, portal))
                    },
                },
                TreeNode::Join { children: [left, right], .. } => {
                    NodeStatement::merged(Domain::Family, said[left], said[right])
                }
                TreeNode::Settle { children: [left, right] } => {
                    let merged = NodeStatement::merged(Domain::Settlement, said[left], said[right]);
                    NodeStatement { commitment: merged.everything, ..merged }
                }
            };
            said.push(next);
        }
        said
    }
}

fn top(tree: &SettlementTree, rollup: usize, chain: &Statement) -> NodeStatement {
    let rollup = &tree.rollups()[rollup];
    let side = |root: Digest| {
        let mut elements = [Felt::ZERO; RATE];
        elements[..4].copy_from_slice(&root.elements);
        elements[4] = Felt::from_canonical_u64(rollup.id);
        elements[5] = Felt::from_canonical_u64(circuit_number(rollup.circuit));
        hash_leaf(Domain::Rollup, &elements)
    };
    NodeStatement {
        old_root: chain.old_root,
        new_root: chain.new_root,
        commitment: chain.commitment,
        everything: chain.commitment,
        transactions: chain.transactions,
    }
    .with_sides(side)
}

fn attached(side: Digest, bridge: LeafIndex, portal: LeafIndex) -> Digest {
    let mut elements = [Felt::ZERO; RATE];
    elements[..4].copy_from_slice(&side.elements);
    elements[4] = Felt::from_canonical_u64(bridge.0);
    elements[5] = Felt::from_canonical_u64(portal.0);
    hash_leaf(Domain::Attached, &elements)
}

#[cfg(test)]
mod tests {
    use super::NodeStatement;
    use crate::fractal::tree::{SettlementTree, Settling, TreeRollup};
    use crate::statement::Statement;
    use plonky2::field::types::Field;
    use records::fractal::RollupCircuitName;
    use workloads::hash::{Digest, Felt};
    use workloads::state::LeafIndex;

    fn digest(number: u64) -> Digest {
        Digest { elements: [Felt::from_canonical_u64(number); 4] }
    }

    fn rollups() -> Vec<TreeRollup> {
        let on = |parent, bridge| Some(Settling { parent, bridge: LeafIndex(bridge), portal: LeafIndex(9) });
        let rollup = |id, settling| TreeRollup { id, circuit: RollupCircuitName::General, settling };
        vec![rollup(10, None), rollup(11, None), rollup(12, on(0, 1)), rollup(13, on(2, 2))]
    }

    fn chains(epoch: u64) -> Vec<Statement> {
        (0..4)
            .map(|rollup| Statement {
                old_root: digest(100 * rollup + epoch),
                new_root: digest(100 * rollup + epoch + 1),
                commitment: digest(1_000 * rollup + epoch),
                transactions: 5 + rollup,
            })
            .collect()
    }

    fn said(rollups: Vec<TreeRollup>, chains: &[Statement]) -> NodeStatement {
        *SettlementTree::new(rollups).expect("a tree").statements(chains).last().expect("a root")
    }

    #[test]
    fn successive_settlements_meet() {
        let [first, second] = [0, 1].map(|epoch| said(rollups(), &chains(epoch)));
        assert_eq!(first.new_root, second.old_root);
        assert_eq!(first.transactions, 5 + 6 + 7 + 8);
        assert_ne!(first.everything, second.everything);
    }

    /// Whatever is another tree, or another execution, is another statement.
    #[test]
    fn everything_is_in_the_statement() {
        let honest = said(rollups(), &chains(0));
        let mut seen = vec![honest.old_root];
        let changed: [fn(&mut Vec<TreeRollup>); 6] = [
            |rollups| rollups[1].id = 99,
            |rollups| rollups[3].circuit = RollupCircuitName::Transfers,
            |rollups| rollups[2].settling.as_mut().expect("on another").parent = 1,
            |rollups| rollups[2].settling.as_mut().expect("on another").bridge = LeafIndex(5),
            |rollups| rollups[3].settling.as_mut().expect("on another").portal = LeafIndex(5),
            |rollups| rollups[3].settling = None,
        ];
        for change in changed {
            let mut other = rollups();
            change(&mut other);
            let other = said(other, &chains(0)).old_root;
            assert!(!seen.contains(&other));
            seen.push(other);
        }
        for rollup in 0..4 {
            let mut other = chains(0);
            other[rollup].old_root = digest(7);
            assert_ne!(said(rollups(), &other).old_root, honest.old_root);
            let mut other = chains(0);
            other[rollup].new_root = digest(7);
            assert_ne!(said(rollups(), &other).new_root, honest.new_root);
            let mut other = chains(0);
            other[rollup].commitment = digest(7);
            assert_ne!(said(rollups(), &other).everything, honest.everything);
        }
    }
}
