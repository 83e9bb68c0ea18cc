//! The field, the digest, and the uses of Poseidon.
//!
//! Owns the domain tags. Every hash of this project is a Poseidon sponge of width 12 and rate 8 over a fixed
//! number of elements. The first capacity lane carries the domain, so that a leaf can never be read as an inner
//! node, an account never as a pool, a transaction never as either, and two joined commitments never as any of these.

use plonky2::field::goldilocks_field::GoldilocksField;
use plonky2::field::types::{Field, PrimeField64};
use plonky2::hash::hash_types::HashOut;
use plonky2::hash::hashing::PlonkyPermutation;
use plonky2::hash::poseidon::{PoseidonHash, PoseidonPermutation};
use plonky2::plonk::config::Hasher;

/// An element of the Goldilocks field, p = 2^64 − 2^32 + 1.
pub type Felt = GoldilocksField;

/// Four field elements: a root, a leaf hash or a commitment.
pub type Digest = HashOut<Felt>;

/// Elements absorbed by one permutation.
pub const RATE: usize = 8;

/// What a sponge is used for. Inner nodes of a tree use plonky2's own two-to-one hash, whose capacity is zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Domain {
    /// The leaf of an account.
    Account,
    /// The leaf of a pool.
    Pool,
    /// The transactions of a batch.
    Batch,
    /// The commitments of two neighbours in an aggregation.
    Pair,
    /// A rollup's identifier, circuit and root, as one leaf of what many rollups settle.
    Rollup,
    /// What a rollup settles, bound to the transactions of its parent.
    Attached,
    /// A rollup and what is attached to it.
    Family,
    /// Two that settle on layer 1.
    Settlement,
    /// The transfers that cross between two rollups, one after the other.
    Crossing,
    /// The keys of the circuits above the chains of many rollups.
    Keys,
    /// Those keys, and what a proof under them commits to.
    Sealed,
}

impl Domain {
    /// The value of the first capacity lane.
    pub fn tag(self) -> u64 {
        match self {
            Self::Account => 1,
            Self::Pool => 2,
            Self::Batch => 3,
            Self::Pair => 4,
            Self::Rollup => 5,
            Self::Attached => 6,
            Self::Family => 7,
            Self::Settlement => 8,
            Self::Crossing => 9,
            Self::Keys => 10,
            Self::Sealed => 11,
        }
    }
}

/// The digest of an empty leaf: four zeros, for which no preimage is known.
pub const EMPTY_LEAF: Digest = HashOut { elements: [Felt::ZERO; 4] };

/// A sponge that overwrites its rate with eight elements at a time.
#[derive(Clone, Debug)]
pub struct Sponge {
    state: PoseidonPermutation<Felt>,
}

impl Sponge {
    /// An empty sponge of the given domain.
    pub fn new(domain: Domain) -> Self {
        let mut state = PoseidonPermutation::new(std::iter::empty());
        state.set_elt(Felt::from_canonical_u64(domain.tag()), RATE);
        Self { state }
    }

    /// Overwrites the rate with `elements` and permutes once.
    pub fn absorb(&mut self, elements: &[Felt; RATE]) {
        self.state.set_from_slice(elements, 0);
        self.state.permute();
    }

    /// The first four lanes.
    pub fn digest(&self) -> Digest {
        let lanes = self.state.squeeze();
        HashOut { elements: [lanes[0], lanes[1], lanes[2], lanes[3]] }
    }
}

/// One permutation over eight elements of one domain.
pub fn hash_leaf(domain: Domain, elements: &[Felt; RATE]) -> Digest {
    let mut sponge = Sponge::new(domain);
    sponge.absorb(elements);
    sponge.digest()
}

/// The commitment of two neighbours in an aggregation, from theirs. Its domain is its own: it is no inner node of a
/// state tree, and no commitment of a batch.
pub fn hash_commitments(left: Digest, right: Digest) -> Digest {
    hash_two(Domain::Pair, left, right)
}

/// One hash over two digests, in a domain.
pub fn hash_two(domain: Domain, left: Digest, right: Digest) -> Digest {
    let mut elements = [Felt::ZERO; RATE];
    elements[..4].copy_from_slice(&left.elements);
    elements[4..].copy_from_slice(&right.elements);
    hash_leaf(domain, &elements)
}

/// The parent of two nodes.
pub fn hash_pair(left: Digest, right: Digest) -> Digest {
    PoseidonHash::two_to_one(left, right)
}

/// The two 32-bit limbs of an amount, low limb first. An amount of 64 bits does not fit one field element.
pub fn limbs(amount: u64) -> [Felt; 2] {
    [Felt::from_canonical_u64(amount & 0xffff_ffff), Felt::from_canonical_u64(amount >> 32)]
}

/// A digest as 64 hexadecimal digits, most significant digit of the first element first.
pub fn digest_hex(digest: Digest) -> String {
    digest.elements.iter().map(|element| format!("{:016x}", element.to_canonical_u64())).collect()
}

#[cfg(test)]
mod tests {
    use super::{Domain, EMPTY_LEAF, Felt, RATE, digest_hex, hash_commitments, hash_leaf, hash_pair, limbs};
    use plonky2::field::types::Field;

    #[test]
    fn domains_separate() {
        let elements = [Felt::ONE; RATE];
        let account = hash_leaf(Domain::Account, &elements);
        assert_ne!(account, hash_leaf(Domain::Pool, &elements));
        assert_ne!(account, hash_leaf(Domain::Batch, &elements));
        assert_ne!(hash_pair(EMPTY_LEAF, EMPTY_LEAF), hash_leaf(Domain::Account, &[Felt::ZERO; RATE]));
        let joined = hash_commitments(account, EMPTY_LEAF);
        assert_ne!(joined, hash_pair(account, EMPTY_LEAF));
        assert_ne!(joined, hash_commitments(EMPTY_LEAF, account));
        let absorbed: Vec<_> = account.elements.into_iter().chain(EMPTY_LEAF.elements).collect();
        let absorbed: &[Felt; RATE] = absorbed.as_slice().try_into().expect("eight elements");
        for other in [Domain::Account, Domain::Pool, Domain::Batch] {
            assert_ne!(joined, hash_leaf(other, absorbed));
        }
    }

    #[test]
    fn limbs_cover_all_64_bits() {
        assert_eq!(limbs(u64::MAX), [Felt::from_canonical_u64(0xffff_ffff); 2]);
        assert_eq!(limbs(1 << 32), [Felt::ZERO, Felt::ONE]);
    }

    #[test]
    fn hex_has_64_digits() {
        assert_eq!(digest_hex(EMPTY_LEAF).len(), 64);
    }
}
