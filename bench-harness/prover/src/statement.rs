//! What a proof says: this batch leads from this root to that one.

use plonky2::field::types::{Field, PrimeField64};
use plonky2::hash::hash_types::HashOut;
use workloads::hash::{Digest, Felt, digest_hex, hash_commitments};

/// The number of public field elements of every proof, of a batch or of an aggregate.
pub const PUBLIC_ELEMENTS: usize = 13;

/// The public side of a proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Statement {
    /// The state before the first transaction.
    pub old_root: Digest,
    /// The state after the last.
    pub new_root: Digest,
    /// The commitment to the transactions: of a batch, or the hash over two children's commitments.
    pub commitment: Digest,
    /// How many transactions, padding not counted.
    pub transactions: u64,
}

impl Statement {
    /// The elements as they stand in a proof: old root, new root, commitment, count.
    pub fn elements(&self) -> [Felt; PUBLIC_ELEMENTS] {
        let Self { old_root, new_root, commitment, transactions } = self;
        let mut elements = [Felt::ZERO; PUBLIC_ELEMENTS];
        elements[..4].copy_from_slice(&old_root.elements);
        elements[4..8].copy_from_slice(&new_root.elements);
        elements[8..12].copy_from_slice(&commitment.elements);
        elements[12] = Felt::from_canonical_u64(*transactions);
        elements
    }

    /// The statement of a proof's public elements, or `None` where there are not thirteen.
    pub fn from_elements(elements: &[Felt]) -> Option<Self> {
        let elements: &[Felt; PUBLIC_ELEMENTS] = elements.try_into().ok()?;
        let digest = |at: usize| HashOut::from_partial(&elements[at..at + 4]);
        Some(Self {
            old_root: digest(0),
            new_root: digest(4),
            commitment: digest(8),
            transactions: elements[12].to_canonical_u64(),
        })
    }

    /// The statement of two that follow each other, or `None` where the second does not begin at the root at which
    /// the first ends.
    pub fn join(&self, next: &Self) -> Option<Self> {
        (self.new_root == next.old_root).then(|| Self {
            old_root: self.old_root,
            new_root: next.new_root,
            commitment: hash_commitments(self.commitment, next.commitment),
            transactions: self.transactions + next.transactions,
        })
    }

    /// The statement of a whole aggregation: neighbours are joined level by level, and one without a neighbour
    /// rises as it is. `None` where there is nothing, or where two neighbours do not meet.
    pub fn join_all(statements: &[Self]) -> Option<Self> {
        let mut level = statements.to_vec();
        while level.len() > 1 {
            level = level
                .chunks(2)
                .map(|pair| match pair {
                    [left, right] => left.join(right),
                    _ => pair.first().copied(),
                })
                .collect::<Option<_>>()?;
        }
        level.first().copied()
    }
}

impl std::fmt::Display for Statement {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} transactions {} from root {} to root {}",
            self.transactions,
            digest_hex(self.commitment),
            digest_hex(self.old_root),
            digest_hex(self.new_root)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::Statement;
    use plonky2::field::types::Field;
    use workloads::hash::{Digest, Felt, hash_commitments};

    fn root(number: u64) -> Digest {
        Digest { elements: [Felt::from_canonical_u64(number); 4] }
    }

    fn link(number: u64) -> Statement {
        let [old_root, new_root, commitment] = [number, number + 1, 100 + number].map(root);
        Statement { old_root, new_root, commitment, transactions: number }
    }

    #[test]
    fn elements_go_there_and_back() {
        assert_eq!(Statement::from_elements(&link(3).elements()), Some(link(3)));
        assert_eq!(Statement::from_elements(&link(3).elements()[1..]), None);
    }

    #[test]
    fn five_join_as_a_tree_in_which_the_last_is_lifted_twice() {
        let links: Vec<_> = (0..5).map(link).collect();
        let joined = Statement::join_all(&links).expect("a chain");
        let pair = |left: u64, right: u64| hash_commitments(root(100 + left), root(100 + right));
        let expected = hash_commitments(hash_commitments(pair(0, 1), pair(2, 3)), root(104));
        assert_eq!(joined.commitment, expected);
        assert_eq!((joined.old_root, joined.new_root, joined.transactions), (root(0), root(5), 10));
    }

    #[test]
    fn a_gap_does_not_join() {
        assert_eq!(link(0).join(&link(2)), None);
        assert_eq!(Statement::join_all(&[link(0), link(1), link(3)]), None);
        assert_eq!(Statement::join_all(&[]), None);
    }
}
