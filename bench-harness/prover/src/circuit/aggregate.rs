//! Two proofs become one: both verify under the key of the level below, and the second follows the first.
//!
//! Each level of the tree is a circuit of its own that knows one key, as a constant: a proof of any other circuit
//! has no witness. The last of an odd number is lifted alone: it is verified twice and `has_right` is zero, so that
//! any number of batches fits and every level costs the same.

use crate::circuit::amount::{constant, private_bit};
use crate::circuit::leaf::hash_two;
use crate::circuit::{Builder, Circuit, Config, PlonkProof};
use crate::statement::PUBLIC_ELEMENTS;
use anyhow::Result;
use plonky2::field::types::Field;
use plonky2::gates::constant::ConstantGate;
use plonky2::gates::gate::GateRef;
use plonky2::gates::noop::NoopGate;
use plonky2::hash::hash_types::HashOutTarget;
use plonky2::iop::target::Target;
use plonky2::iop::witness::{PartialWitness, WitnessWrite};
use plonky2::plonk::circuit_data::CircuitConfig;
use plonky2::plonk::proof::ProofWithPublicInputsTarget;
use workloads::hash::{Domain, Felt};

/// One level of an aggregation tree.
#[derive(Debug)]
pub struct AggregateCircuit {
    /// The circuit with its keys.
    pub circuit: Circuit,
    left: ProofWithPublicInputsTarget<2>,
    right: ProofWithPublicInputsTarget<2>,
    has_right: Target,
}

/// Gives a circuit with verifications the form of all such: the rows of two verifications, and kinds of gates that some
/// have rows of and others do not, since constants find a place in rows of other gates if there are enough.
pub(crate) fn pad_to_one_form(builder: &mut Builder) {
    let constants = CircuitConfig::standard_recursion_config().num_constants;
    builder.add_gate_to_gate_set(GateRef::new(ConstantGate::new(constants)));
    while builder.num_gates() < PADDED_ROWS {
        builder.add_gate(NoopGate, vec![]);
    }
    builder.add_gate_to_gate_set(GateRef::new(NoopGate));
}

/// What a proof of this project says, as it stands in its public elements.
pub(crate) struct StatementTargets {
    pub(crate) old_root: HashOutTarget,
    pub(crate) new_root: HashOutTarget,
    pub(crate) commitment: HashOutTarget,
    pub(crate) transactions: Target,
}

impl StatementTargets {
    pub(crate) fn of(elements: &[Target]) -> Self {
        assert_eq!(
            elements.len(),
            PUBLIC_ELEMENTS,
            "every proof of this project has the same public elements"
        );
        let digest = |at: usize| HashOutTarget::from_partial(&elements[at..at + 4], elements[0]);
        Self { old_root: digest(0), new_root: digest(4), commitment: digest(8), transactions: elements[12] }
    }
}

/// The fewest rows of a circuit that is padded: one more than half of 2^13, which two verifications take.
const PADDED_ROWS: usize = (1 << 12) + 1;

impl AggregateCircuit {
    /// Builds the level above `child`.
    pub fn build(child: &Circuit) -> Self {
        Self::build_with(child, false)
    }

    /// Builds the level above `child` with as many rows as every level has above another, however small `child` is: so
    /// proofs over different batch circuits have one form.
    pub fn build_padded(child: &Circuit) -> Self {
        Self::build_with(child, true)
    }

    fn build_with(child: &Circuit, is_padded: bool) -> Self {
        let mut builder = Builder::new(CircuitConfig::standard_recursion_config());
        let key = builder.constant_verifier_data(&child.verifier_only);
        let left = builder.add_virtual_proof_with_pis(&child.common);
        let right = builder.add_virtual_proof_with_pis(&child.common);
        builder.verify_proof::<Config>(&left, &key, &child.common);
        builder.verify_proof::<Config>(&right, &key, &child.common);

        let has_right = private_bit(&mut builder);
        let first = StatementTargets::of(&left.public_inputs);
        let second = StatementTargets::of(&right.public_inputs);
        // Where there is a second, it begins at the root at which the first ends.
        for (end, begin) in first.new_root.elements.iter().zip(&second.old_root.elements) {
            let gap = builder.sub(*begin, *end);
            let gap = builder.mul(gap, has_right);
            builder.assert_zero(gap);
        }
        let tag = constant(&mut builder, Domain::Pair.tag());
        let joined = hash_two(&mut builder, [&first.commitment, &second.commitment], tag);
        let choose = |builder: &mut Builder, with: &HashOutTarget, without: &HashOutTarget| {
            let elements = with.elements.iter().zip(&without.elements);
            elements
                .map(|(with, without)| {
                    let change = builder.sub(*with, *without);
                    builder.mul_add(has_right, change, *without)
                })
                .collect::<Vec<_>>()
        };
        let new_root = choose(&mut builder, &second.new_root, &first.new_root);
        let commitment = choose(&mut builder, &joined, &first.commitment);
        let transactions = builder.mul_add(has_right, second.transactions, first.transactions);
        builder.register_public_inputs(&first.old_root.elements);
        builder.register_public_inputs(&new_root);
        builder.register_public_inputs(&commitment);
        builder.register_public_input(transactions);
        if is_padded {
            pad_to_one_form(&mut builder);
        }
        Self { circuit: builder.build::<Config>(), left, right, has_right }
    }

    /// The witness of one merge; without `right`, `left` is lifted.
    ///
    /// # Errors
    /// Proofs of another shape.
    pub fn witness(&self, left: &PlonkProof, right: Option<&PlonkProof>) -> Result<PartialWitness<Felt>> {
        let mut witness = PartialWitness::new();
        witness.set_proof_with_pis_target(&self.left, left)?;
        witness.set_proof_with_pis_target(&self.right, right.unwrap_or(left))?;
        witness.set_target(self.has_right, if right.is_some() { Felt::ONE } else { Felt::ZERO })?;
        Ok(witness)
    }
}

#[cfg(test)]
mod tests {
    use super::AggregateCircuit;
    use crate::circuit::{Builder, Circuit, Config, PlonkProof};
    use crate::plonk::prove_with;
    use crate::statement::{PUBLIC_ELEMENTS, Statement};
    use plonky2::field::types::Field;
    use plonky2::gates::noop::NoopGate;
    use plonky2::iop::target::Target;
    use plonky2::iop::witness::{PartialWitness, WitnessWrite};
    use plonky2::plonk::circuit_data::CircuitConfig;
    use workloads::hash::{Digest, Felt};

    /// A child that states whatever it is told: what an aggregate of lies would be made from. A bound one counts twice
    /// the first element of its commitment; nothing else tells the two circuits apart.
    fn child(is_bound: bool) -> (Circuit, Vec<Target>) {
        let mut builder = Builder::new(CircuitConfig::standard_recursion_config());
        let elements = builder.add_virtual_targets(PUBLIC_ELEMENTS);
        builder.register_public_inputs(&elements);
        let twice = builder.add(elements[8], elements[8]);
        if is_bound {
            builder.connect(twice, elements[PUBLIC_ELEMENTS - 1]);
        }
        while builder.num_gates() < 100 {
            builder.add_gate(NoopGate, vec![]);
        }
        (builder.build::<Config>(), elements)
    }

    fn link(from: Digest, to: Digest, transactions: u64) -> Statement {
        Statement { old_root: from, new_root: to, commitment: root(transactions), transactions }
    }

    fn root(number: u64) -> Digest {
        Digest { elements: [0, 1, 2, 3].map(|lane| Felt::from_canonical_u64(number + lane)) }
    }

    /// The statement of a merge with any value for the bit, or `None` where there is no proof.
    fn merged(
        level: &AggregateCircuit,
        left: &PlonkProof,
        right: &PlonkProof,
        bit: Felt,
    ) -> Option<Statement> {
        let mut witness = PartialWitness::new();
        witness.set_proof_with_pis_target(&level.left, left).expect("of the right shape");
        witness.set_proof_with_pis_target(&level.right, right).expect("of the right shape");
        witness.set_target(level.has_right, bit).expect("free");
        let proof = prove_with(&level.circuit, witness, "a merge").ok()?.proof;
        let statement = Statement::from_elements(&proof.public_inputs);
        level.circuit.verify(proof).ok().and(statement)
    }

    #[test]
    fn each_constraint_of_a_merge_stands_alone() {
        std::panic::set_hook(Box::new(|_| {}));
        let (circuit, elements) = child(false);
        let proof = |statement: &Statement| {
            let mut witness = PartialWitness::new();
            for (target, element) in elements.iter().zip(statement.elements()) {
                witness.set_target(*target, element).expect("free");
            }
            prove_with(&circuit, witness, "a child").expect("says anything").proof
        };
        let level = AggregateCircuit::build(&circuit);
        let [first, second] = [link(root(1), root(20), 5), link(root(20), root(300), 7)];
        let [left, right] = [proof(&first), proof(&second)];
        assert_eq!(merged(&level, &left, &right, Felt::ONE), first.join(&second));
        // Whatever stands on the right of a lifted proof changes nothing.
        assert_eq!(merged(&level, &left, &right, Felt::ZERO), Some(first));
        // The second counted twice, or taken away.
        for bit in [Felt::TWO, Felt::NEG_ONE] {
            assert_eq!(merged(&level, &left, &right, bit), None, "{bit}");
        }
        // A gap in one element of the root alone.
        for lane in 0..4 {
            let mut begin = root(20);
            begin.elements[lane] += Felt::ONE;
            let apart = proof(&link(begin, root(300), 7));
            assert_eq!(merged(&level, &left, &apart, Felt::ONE), None, "element {lane}");
        }
        // A child that says something else than was proved: on the left, on the right, and where it is not used.
        let more = |proof: &PlonkProof| {
            let mut lie = proof.clone();
            lie.public_inputs[PUBLIC_ELEMENTS - 1] += Felt::ONE;
            lie
        };
        assert_eq!(merged(&level, &more(&left), &right, Felt::ONE), None);
        assert_eq!(merged(&level, &left, &more(&right), Felt::ONE), None);
        assert_eq!(merged(&level, &left, &more(&right), Felt::ZERO), None);
    }

    /// The same gates, rows and settings, and one constraint less: what a prover would build who wants to say more.
    #[test]
    fn a_forged_circuit_with_the_same_common_data_has_no_merge() {
        std::panic::set_hook(Box::new(|_| {}));
        let says = |(circuit, elements): &(Circuit, Vec<Target>), transactions: u64| {
            let statement =
                Statement { old_root: root(1), new_root: root(20), commitment: root(7), transactions };
            let mut witness = PartialWitness::new();
            for (target, element) in elements.iter().zip(statement.elements()) {
                witness.set_target(*target, element).expect("free");
            }
            prove_with(circuit, witness, "a child").ok().map(|timed| timed.proof)
        };
        let (bound, forged) = (child(true), child(false));
        assert_eq!(bound.0.common, forged.0.common, "nothing but the key tells them apart");
        assert!(says(&bound, 14).is_some() && says(&bound, 15).is_none());
        let lie = says(&forged, 15).expect("it says anything");
        assert!(forged.0.verify(lie.clone()).is_ok() && bound.0.verify(lie.clone()).is_err());
        let level = AggregateCircuit::build(&bound.0);
        assert_eq!(merged(&level, &lie, &lie, Felt::ZERO), None);
        // A level above the forged circuit is of the same form again, and its proof is none of the honest level's.
        let above = AggregateCircuit::build(&forged.0);
        assert_eq!(above.circuit.common, level.circuit.common);
        let mut witness = PartialWitness::new();
        witness.set_proof_with_pis_target(&above.left, &lie).expect("of the right shape");
        witness.set_proof_with_pis_target(&above.right, &lie).expect("of the right shape");
        witness.set_target(above.has_right, Felt::ZERO).expect("free");
        let lifted = prove_with(&above.circuit, witness, "a merge").expect("its own key").proof;
        assert!(above.circuit.verify(lifted.clone()).is_ok() && level.circuit.verify(lifted).is_err());
    }
}
