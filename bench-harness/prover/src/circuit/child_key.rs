//! The key that a merge verifies a child with: that of the one circuit whose proofs it takes, or of one of two.
//!
//! Both keys are constants of the merge. A private bit a child says which of the two it is, and every element of the key
//! is chosen by that bit: so what is verified with is one of the two keys and no mixture of them.

use crate::circuit::amount::private_bit;
use crate::circuit::leaf::choose;
use crate::circuit::{Builder, Circuit, Config, EXTENSION};
use plonky2::hash::hash_types::MerkleCapTarget;
use plonky2::iop::target::Target;
use plonky2::plonk::circuit_data::{CommonCircuitData, VerifierCircuitTarget};
use plonky2::plonk::config::GenericConfig;
use workloads::hash::Felt;

/// The circuits whose proofs a merge takes: one, or two of one form.
#[derive(Debug)]
pub struct ChildCircuits<'a, C: GenericConfig<EXTENSION, F = Felt> = Config> {
    /// The only one, or that of bit zero.
    pub first: &'a Circuit<C>,
    /// That of bit one: its common data are those of the first.
    pub other: Option<&'a Circuit<C>>,
}

impl<C: GenericConfig<EXTENSION, F = Felt>> ChildCircuits<'_, C> {
    /// What a verifier knows of either beside its key.
    pub fn common(&self) -> &CommonCircuitData<Felt, EXTENSION> {
        &self.first.common
    }
}

impl<'a, C: GenericConfig<EXTENSION, F = Felt>> From<&'a Circuit<C>> for ChildCircuits<'a, C> {
    fn from(first: &'a Circuit<C>) -> Self {
        Self { first, other: None }
    }
}

/// The keys of these circuits inside a merge.
pub(crate) struct ChildKeys {
    first: VerifierCircuitTarget,
    other: Option<VerifierCircuitTarget>,
}

impl ChildKeys {
    /// Constants.
    pub(crate) fn new(builder: &mut Builder, circuits: &ChildCircuits<'_>) -> Self {
        let first = builder.constant_verifier_data(&circuits.first.verifier_only);
        let other = circuits.other.map(|other| builder.constant_verifier_data(&other.verifier_only));
        Self { first, other }
    }

    /// The key of the next child, and the bit that chooses it where there are two.
    pub(crate) fn of_child(&self, builder: &mut Builder) -> (VerifierCircuitTarget, Option<Target>) {
        let Some(other) = &self.other else { return (self.first.clone(), None) };
        let is_other = private_bit(builder);
        (chosen(builder, is_other, [other, &self.first]), Some(is_other))
    }
}

/// `with` where the bit is one, `without` where it is zero.
fn chosen(
    builder: &mut Builder,
    bit: Target,
    [with, without]: [&VerifierCircuitTarget; 2],
) -> VerifierCircuitTarget {
    let caps = with.constants_sigmas_cap.0.iter().zip(&without.constants_sigmas_cap.0);
    let cap = caps.map(|(with, without)| choose(builder, bit, [with, without])).collect();
    VerifierCircuitTarget {
        constants_sigmas_cap: MerkleCapTarget(cap),
        circuit_digest: choose(builder, bit, [&with.circuit_digest, &without.circuit_digest]),
    }
}

#[cfg(test)]
mod tests {
    use super::{ChildCircuits, ChildKeys};
    use crate::circuit::{Builder, Circuit, Config};
    use plonky2::field::types::Field;
    use plonky2::iop::target::Target;
    use plonky2::iop::witness::{PartialWitness, WitnessWrite};
    use plonky2::plonk::circuit_data::CircuitConfig;
    use std::sync::LazyLock;
    use workloads::hash::Felt;

    fn config() -> CircuitConfig {
        CircuitConfig::standard_recursion_config()
    }

    /// Two circuits that differ in a constant alone.
    static CHILDREN: LazyLock<[Circuit; 2]> = LazyLock::new(|| {
        [3, 4].map(|number| {
            let mut builder = Builder::new(config());
            let number = builder.constant(Felt::from_canonical_u64(number));
            builder.register_public_input(number);
            builder.build::<Config>()
        })
    });

    /// The choice alone, whose key is what is public.
    static CHOICE: LazyLock<(Circuit, Target)> = LazyLock::new(|| {
        let mut builder = Builder::new(config());
        let [first, other] = &*CHILDREN;
        let keys = ChildKeys::new(&mut builder, &ChildCircuits { first, other: Some(other) });
        let (key, bit) = keys.of_child(&mut builder);
        for digest in key.constants_sigmas_cap.0.iter().chain([&key.circuit_digest]) {
            builder.register_public_inputs(&digest.elements);
        }
        (builder.build::<Config>(), bit.expect("two"))
    });

    /// The key that the circuit says is chosen by such a bit.
    fn said(bit: Felt) -> Option<Vec<Felt>> {
        let (circuit, target) = &*CHOICE;
        let mut witness = PartialWitness::new();
        witness.set_target(*target, bit).expect("free");
        let proof = crate::plonk::prove_with(circuit, witness, "a choice").ok()?.proof;
        let said = proof.public_inputs.clone();
        circuit.verify(proof).ok().map(|()| said)
    }

    fn key(circuit: &Circuit) -> Vec<Felt> {
        let key = &circuit.verifier_only;
        let digests = key.constants_sigmas_cap.0.iter().chain([&key.circuit_digest]);
        digests.flat_map(|digest| digest.elements).collect()
    }

    #[test]
    fn each_of_two_keys_can_be_chosen() {
        let [first, other] = &*CHILDREN;
        assert_eq!(first.common, other.common);
        assert_ne!(key(first), key(other));
        assert_eq!(said(Felt::ZERO), Some(key(first)));
        assert_eq!(said(Felt::ONE), Some(key(other)));
    }

    #[test]
    fn a_mixture_of_two_keys_is_none() {
        for mixture in [Felt::TWO, Felt::NEG_ONE, Felt::TWO.inverse()] {
            assert_eq!(said(mixture), None, "{mixture}");
        }
    }
}
