//! The keys that a proof may be verified with.
//!
//! A verifier's key is 68 elements; what stands in a circuit is its digest.

use crate::circuit::amount::constant;
use crate::circuit::leaf::{capacity_of, hash_two, permute};
use crate::circuit::{Builder, Config, EXTENSION};
use plonky2::field::types::Field;
use plonky2::hash::hash_types::HashOutTarget;
use plonky2::hash::hashing::hash_n_to_hash_no_pad;
use plonky2::hash::poseidon::{PoseidonHash, PoseidonPermutation};
use plonky2::plonk::circuit_data::{CommonCircuitData, VerifierCircuitTarget, VerifierOnlyCircuitData};
use workloads::hash::{Digest, Domain, Felt, RATE, Sponge, hash_two as native_hash_two};

/// The key of a circuit, as the verifier holds it.
pub type VerifierKey = VerifierOnlyCircuitData<Config, EXTENSION>;

/// The top of the chains of one kind of rollup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TopKey {
    /// The number of the kind, which stands in the hash of a rollup; at least 1.
    pub number: u64,
    /// The digest of the key.
    pub digest: Digest,
}

/// All tops, and the form that they share.
#[derive(Clone, Copy, Debug)]
pub struct Tops<'a> {
    /// Gates, rows and settings.
    pub common: &'a CommonCircuitData<Felt, EXTENSION>,
    /// The keys, one a kind.
    pub keys: &'a [TopKey],
}

/// The digests of the keys of both circuits above the tops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UpperKeys {
    /// Of [`crate::circuit::fractal::attach`].
    pub attach: Digest,
    /// Of [`crate::circuit::fractal::join`].
    pub join: Digest,
}

impl UpperKeys {
    /// One digest of both.
    pub fn digest(&self) -> Digest {
        native_hash_two(Domain::Keys, self.attach, self.join)
    }
}

/// The digests of both keys inside a circuit, and the one over them.
#[derive(Clone, Copy, Debug)]
pub struct UpperKeyTargets {
    /// Private.
    pub attach: HashOutTarget,
    /// Private.
    pub join: HashOutTarget,
    /// [`UpperKeys::digest`].
    pub both: HashOutTarget,
}

impl UpperKeyTargets {
    /// New private digests.
    pub fn new(builder: &mut Builder) -> Self {
        let [attach, join] = [(); 2].map(|()| builder.add_virtual_hash());
        let tag = constant(builder, Domain::Keys.tag());
        let both = hash_two(builder, [&attach, &join], tag);
        Self { attach, join, both }
    }
}

/// The digest of a key: over all that a verifier takes from it.
pub fn key_digest(key: &VerifierKey) -> Digest {
    let cap = key.constants_sigmas_cap.0.iter().flat_map(|hash| hash.elements);
    let elements: Vec<_> = cap.chain(key.circuit_digest.elements).collect();
    hash_n_to_hash_no_pad::<Felt, PoseidonPermutation<Felt>>(&elements)
}

/// The same inside a circuit.
pub(crate) fn constrain_key_digest(builder: &mut Builder, key: &VerifierCircuitTarget) -> HashOutTarget {
    let cap = key.constants_sigmas_cap.0.iter().flat_map(|hash| hash.elements);
    let elements = cap.chain(key.circuit_digest.elements).collect();
    builder.hash_n_to_hash_no_pad::<PoseidonHash>(elements)
}

/// What a proof above the tops commits to: under which keys, for which parent, over which transactions.
pub fn seal(keys: Digest, commitment: Digest, everything: Digest) -> Digest {
    let mut sponge = Sponge::new(Domain::Sealed);
    let mut elements = [Felt::ZERO; RATE];
    elements[..4].copy_from_slice(&keys.elements);
    elements[4..].copy_from_slice(&commitment.elements);
    sponge.absorb(&elements);
    let mut elements = [Felt::ZERO; RATE];
    elements[..4].copy_from_slice(&everything.elements);
    sponge.absorb(&elements);
    sponge.digest()
}

/// The same inside a circuit.
pub(crate) fn constrain_seal(
    builder: &mut Builder,
    [keys, commitment, everything]: [&HashOutTarget; 3],
) -> HashOutTarget {
    let zero = builder.zero();
    let tag = constant(builder, Domain::Sealed.tag());
    let capacity = capacity_of(builder, tag);
    let first =
        std::array::from_fn(
            |lane| if lane < 4 { keys.elements[lane] } else { commitment.elements[lane - 4] },
        );
    let second = std::array::from_fn(|lane| if lane < 4 { everything.elements[lane] } else { zero });
    let (_, capacity) = permute(builder, &first, &capacity);
    permute(builder, &second, &capacity).0
}

#[cfg(test)]
mod tests {
    use super::{UpperKeys, seal};
    use plonky2::field::types::Field;
    use workloads::hash::{Digest, Felt};

    fn digest(number: u64) -> Digest {
        Digest { elements: [Felt::from_canonical_u64(number); 4] }
    }

    #[test]
    fn a_seal_is_of_its_keys_its_parent_and_its_transactions() {
        let [first, second, third] = [1, 2, 3].map(digest);
        let sealed = seal(first, second, third);
        for other in [seal(second, first, third), seal(first, third, second), seal(third, second, first)] {
            assert_ne!(sealed, other);
        }
        let keys = UpperKeys { attach: first, join: second };
        assert_ne!(keys.digest(), UpperKeys { attach: second, join: first }.digest());
    }
}
