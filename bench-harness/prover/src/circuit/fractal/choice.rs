//! Which of the allowed keys a child was proved under: the key of one of the tops, of attach, or of join.

use crate::circuit::Builder;
use crate::circuit::amount::private_bit;
use crate::circuit::fractal::keys::{Tops, UpperKeyTargets};
use plonky2::field::types::Field;
use plonky2::hash::hash_types::HashOutTarget;
use plonky2::iop::target::Target;
use workloads::hash::Felt;

/// Which key was chosen.
pub(crate) struct KeyChoice {
    /// One bit a key: the tops in their order, attach, join.
    pub(crate) bits: Vec<Target>,
    /// One for the key of a top.
    pub(crate) is_top: Target,
    /// The number of its kind, and zero of another.
    pub(crate) number: Target,
}

/// The digest is that of the one allowed key whose bit is set.
pub(crate) fn constrain_choice(
    builder: &mut Builder,
    tops: Tops<'_>,
    keys: &UpperKeyTargets,
    digest: &HashOutTarget,
) -> KeyChoice {
    let bits: Vec<_> = (0..tops.keys.len() + 2).map(|_| private_bit(builder)).collect();
    let sum = builder.add_many(&bits);
    builder.assert_one(sum);
    let mut allowed: Vec<_> = tops.keys.iter().map(|top| builder.constant_hash(top.digest)).collect();
    allowed.extend([keys.attach, keys.join]);
    for lane in 0..4 {
        let mut chosen = builder.zero();
        for (bit, key) in bits.iter().zip(&allowed) {
            chosen = builder.mul_add(*bit, key.elements[lane], chosen);
        }
        builder.connect(chosen, digest.elements[lane]);
    }
    let mut number = builder.zero();
    for (bit, top) in bits.iter().zip(tops.keys) {
        number = builder.mul_const_add(Felt::from_canonical_u64(top.number), *bit, number);
    }
    let is_top = builder.add_many(&bits[..tops.keys.len()]);
    KeyChoice { bits, is_top, number }
}

#[cfg(test)]
mod tests {
    use super::{KeyChoice, constrain_choice};
    use crate::circuit::fractal::keys::{TopKey, Tops, UpperKeyTargets};
    use crate::circuit::{Builder, Circuit, Config};
    use plonky2::field::types::Field;
    use plonky2::hash::hash_types::HashOutTarget;
    use plonky2::iop::witness::{PartialWitness, WitnessWrite};
    use plonky2::plonk::circuit_data::CircuitConfig;
    use std::sync::LazyLock;
    use workloads::hash::{Digest, Felt};

    /// The choice alone, over two tops, with a digest that may be anything.
    struct World {
        circuit: Circuit,
        keys: UpperKeyTargets,
        digest: HashOutTarget,
        choice: KeyChoice,
    }

    static WORLD: LazyLock<World> = LazyLock::new(|| {
        // Nothing is read of it.
        let common = Builder::new(CircuitConfig::standard_recursion_config()).build::<Config>().common;
        let mut builder = Builder::new(CircuitConfig::standard_recursion_config());
        let keys = UpperKeyTargets::new(&mut builder);
        let digest = builder.add_virtual_hash();
        let tops = [(7, 0), (9, 1)].map(|(number, place)| TopKey { number, digest: key(place) });
        let choice = constrain_choice(&mut builder, Tops { common: &common, keys: &tops }, &keys, &digest);
        builder.register_public_inputs(&[choice.is_top, choice.number]);
        World { circuit: builder.build::<Config>(), keys, digest, choice }
    });

    /// The digests of the allowed keys in their order: two tops, attach, join. No two lanes of theirs are the same.
    fn key(place: u64) -> Digest {
        Digest {
            elements: [1, 2, 3, 4]
                .map(|lane| Felt::from_canonical_u64(1_000_003 * (5 * place + lane) * (place + lane))),
        }
    }

    /// `Σ weight · key`, lane by lane.
    fn weighted(weights: [Felt; 4]) -> Digest {
        let lane = |lane: usize| (0..4).map(|place| weights[place] * key(place as u64).elements[lane]).sum();
        Digest { elements: std::array::from_fn(lane) }
    }

    /// What the circuit says where it believes such bits about such a digest: whether it is a top, and its number.
    fn said(bits: [Felt; 4], digest: Digest) -> Option<[Felt; 2]> {
        let World { circuit, keys, digest: target, choice } = &*WORLD;
        let mut witness = PartialWitness::new();
        witness.set_hash_target(keys.attach, key(2)).expect("free");
        witness.set_hash_target(keys.join, key(3)).expect("free");
        witness.set_hash_target(*target, digest).expect("free");
        for (target, bit) in choice.bits.iter().zip(bits) {
            witness.set_target(*target, bit).expect("free");
        }
        let proof = crate::plonk::prove_with(circuit, witness, "a choice").ok()?.proof;
        let said = [proof.public_inputs[0], proof.public_inputs[1]];
        circuit.verify(proof).ok().map(|()| said)
    }

    fn bits(bits: [i64; 4]) -> [Felt; 4] {
        bits.map(Felt::from_noncanonical_i64)
    }

    #[test]
    fn each_allowed_key_can_be_chosen_and_its_number_is_told() {
        for (place, [is_top, number]) in [[1, 7], [1, 9], [0, 0], [0, 0]].into_iter().enumerate() {
            let one: [Felt; 4] = std::array::from_fn(|other| Felt::from_bool(other == place));
            let expected = [is_top, number].map(Felt::from_canonical_u64);
            assert_eq!(said(one, weighted(one)), Some(expected), "key {place}");
        }
    }

    #[test]
    fn a_key_that_is_not_allowed_cannot_be_said_to_be_chosen() {
        let one = bits([0, 1, 0, 0]);
        assert_eq!(said(one, key(4)), None);
        assert_eq!(said(one, key(0)), None, "another that is allowed");
    }

    /// The digest is what such numbers make of the allowed ones, and they sum to one: they are no bits, and that is all.
    #[test]
    fn a_mixture_of_keys_is_none() {
        let half = Felt::TWO.inverse();
        let halves = [half, Felt::ZERO, half, Felt::ZERO];
        for mixture in [bits([2, -1, 0, 0]), bits([0, 0, -1, 2]), bits([1, 1, 1, -2]), halves] {
            assert_eq!(mixture.into_iter().sum::<Felt>(), Felt::ONE);
            assert_eq!(said(mixture, weighted(mixture)), None, "{mixture:?}");
        }
    }

    /// The numbers are bits, and the digest is their sum of keys: only that they are not one key is wrong.
    #[test]
    fn no_key_and_two_keys_are_none() {
        for several in [[0, 0, 0, 0], [1, 0, 1, 0], [0, 0, 1, 1], [1, 1, 1, 1]].map(bits) {
            assert_eq!(said(several, weighted(several)), None, "{several:?}");
        }
    }
}
