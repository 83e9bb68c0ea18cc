//! Hashing a leaf, and reading and writing the amounts of one token in it.

use crate::circuit::Builder;
use crate::circuit::amount::{Amount, private_bit};
use plonky2::field::types::Field;
use plonky2::hash::hash_types::HashOutTarget;
use plonky2::hash::hashing::PlonkyPermutation;
use plonky2::hash::poseidon::{PoseidonHash, PoseidonPermutation};
use plonky2::iop::target::Target;
use workloads::account::TOKENS;
use workloads::hash::{Felt, RATE};

/// The eight elements of a leaf: identity, counter, then the limbs of each token's amount.
pub type LeafElements = [Target; RATE];

/// One permutation over eight elements, with the given state of the capacity: the digest, and the whole state for a
/// sponge that goes on.
pub fn permute(
    builder: &mut Builder,
    rate: &[Target; RATE],
    capacity: &[Target; 4],
) -> (HashOutTarget, [Target; 4]) {
    let lanes = rate.iter().chain(capacity).copied();
    let state = builder.permute::<PoseidonHash>(PoseidonPermutation::new(lanes));
    let lanes: &[Target] = state.as_ref();
    let digest = HashOutTarget { elements: [lanes[0], lanes[1], lanes[2], lanes[3]] };
    (digest, [lanes[8], lanes[9], lanes[10], lanes[11]])
}

/// The capacity of a fresh sponge of a domain.
pub fn capacity_of(builder: &mut Builder, tag: Target) -> [Target; 4] {
    let zero = builder.zero();
    [tag, zero, zero, zero]
}

/// One hash over two digests, in the domain of a tag: [`workloads::hash::hash_two`].
pub fn hash_two(builder: &mut Builder, [left, right]: [&HashOutTarget; 2], tag: Target) -> HashOutTarget {
    let lanes =
        std::array::from_fn(|lane| if lane < 4 { left.elements[lane] } else { right.elements[lane - 4] });
    let capacity = capacity_of(builder, tag);
    permute(builder, &lanes, &capacity).0
}

/// `with` where the bit is one, `without` where it is zero.
pub(crate) fn choose(
    builder: &mut Builder,
    bit: Target,
    [with, without]: [&HashOutTarget; 2],
) -> HashOutTarget {
    let elements = std::array::from_fn(|lane| {
        let change = builder.sub(with.elements[lane], without.elements[lane]);
        builder.mul_add(bit, change, without.elements[lane])
    });
    HashOutTarget { elements }
}

/// A private choice of one token: three bits of which exactly one is set.
#[derive(Clone, Copy, Debug)]
pub struct TokenChoice {
    /// One bit a token.
    pub bits: [Target; TOKENS],
    /// The token's number.
    pub index: Target,
}

impl TokenChoice {
    /// A new private choice.
    pub fn new(builder: &mut Builder) -> Self {
        let bits = [(); TOKENS].map(|()| private_bit(builder));
        let sum = builder.add_many(bits);
        let one = builder.one();
        builder.connect(sum, one);
        let index = builder.mul_const_add(Felt::TWO, bits[2], bits[1]);
        Self { bits, index }
    }

    /// Constrains `amount` to be what the leaf holds of the chosen token.
    pub fn constrain_read(&self, builder: &mut Builder, leaf: &LeafElements, amount: &Amount) {
        for limb in 0..2 {
            let mut chosen = builder.zero();
            for (token, bit) in self.bits.iter().enumerate() {
                chosen = builder.mul_add(*bit, leaf[2 + 2 * token + limb], chosen);
            }
            builder.connect(chosen, amount.limbs[limb]);
        }
    }

    /// The leaf after the limbs of the chosen token's amount went from `before` to `after`; everything else stays.
    pub fn write(
        &self,
        builder: &mut Builder,
        leaf: &LeafElements,
        before: [Target; 2],
        after: [Target; 2],
    ) -> LeafElements {
        let mut written = *leaf;
        for limb in 0..2 {
            let change = builder.sub(after[limb], before[limb]);
            for (token, bit) in self.bits.iter().enumerate() {
                let place = 2 + 2 * token + limb;
                written[place] = builder.mul_add(*bit, change, written[place]);
            }
        }
        written
    }
}
