//! What the last proofs of an external prover state, so that it can be told what their aggregate is to state. No proof is
//! believed for it: an aggregate is verified, and compared with native execution, as everything else.

use crate::statement::Statement;
use crate::system::Proof;
use std::collections::VecDeque;
use std::hash::{DefaultHasher, Hash, Hasher};

/// The last proofs, by a hash of their bytes; as many as one aggregation may have, twice over.
#[derive(Debug, Default)]
pub(crate) struct Made {
    max: usize,
    proofs: VecDeque<(u64, Statement)>,
}

impl Made {
    /// For aggregations of up to `batches` proofs.
    pub(crate) fn of(batches: usize) -> Self {
        Self { max: batches.saturating_mul(2), proofs: VecDeque::new() }
    }

    /// Remembers a proof.
    pub(crate) fn note(&mut self, proof: &Proof, statement: Statement) {
        self.proofs.push_back((key(proof), statement));
        while self.proofs.len() > self.max {
            self.proofs.pop_front();
        }
    }

    /// The statement of an aggregate of these; none where one of them is not known, or they do not follow each other.
    pub(crate) fn joined(&self, proofs: &[Proof]) -> Option<Statement> {
        // Of two proofs with the same bytes the later one is meant.
        let of = |proof: &Proof| self.proofs.iter().rev().find(|(known, _)| *known == key(proof));
        let statements = proofs.iter().map(|proof| of(proof).map(|(_, statement)| *statement));
        Statement::join_all(&statements.collect::<Option<Vec<_>>>()?)
    }
}

fn key(proof: &Proof) -> u64 {
    let mut hasher = DefaultHasher::new();
    proof.bytes.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::Made;
    use crate::statement::Statement;
    use crate::system::{Proof, ProofKind};
    use plonky2::field::types::Field;
    use plonky2::hash::hash_types::HashOut;
    use workloads::hash::{Digest, Felt};

    fn digest(number: u64) -> Digest {
        HashOut { elements: [Felt::from_canonical_u64(number); 4] }
    }

    /// The proof of batch `number` of a chain.
    fn made(number: u64) -> (Proof, Statement) {
        let statement = Statement {
            old_root: digest(number),
            new_root: digest(number + 1),
            commitment: digest(100 + number),
            transactions: 1,
        };
        (Proof { kind: ProofKind::Batch, bytes: number.to_le_bytes().to_vec() }, statement)
    }

    #[test]
    fn proofs_that_were_made_here_are_joined_and_others_are_not() {
        let [(first, one), (second, two), (third, _)] = [made(1), made(2), made(3)];
        let mut known = Made::of(2);
        known.note(&first, one);
        known.note(&second, two);
        let both = [first.clone(), second.clone()];
        assert_eq!(known.joined(&both), Statement::join_all(&[one, two]));
        assert_eq!(known.joined(&[second, first.clone()]), None, "they do not follow each other");
        assert_eq!(known.joined(&[third]), None, "nobody knows it");
        for number in 10..14 {
            let (proof, statement) = made(number);
            known.note(&proof, statement);
        }
        assert_eq!(known.joined(&[first]), None, "only the last are kept");
    }
}
