//! One proof of whatever stage is verified inside a circuit, and what it says.

use crate::circuit::aggregate::StatementTargets;
use crate::circuit::amount::{constant, zero_unless};
use crate::circuit::fractal::choice::{KeyChoice, constrain_choice};
use crate::circuit::fractal::keys::{Tops, UpperKeyTargets, constrain_key_digest, constrain_seal};
use crate::circuit::leaf::{capacity_of, choose, permute};
use crate::circuit::{Builder, Config, EXTENSION};
use plonky2::hash::hash_types::HashOutTarget;
use plonky2::iop::target::Target;
use plonky2::plonk::circuit_data::VerifierCircuitTarget;
use plonky2::plonk::proof::ProofWithPublicInputsTarget;
use workloads::hash::Domain;

/// The private numbers of a child.
#[derive(Clone, Debug)]
pub struct ChildTargets {
    /// The proof.
    pub proof: ProofWithPublicInputsTarget<EXTENSION>,
    /// The key that it is verified with.
    pub key: VerifierCircuitTarget,
    /// Which of the allowed keys that is, one bit each: the tops in their order, attach, join.
    pub choice: Vec<Target>,
    /// The rollup's identifier; unused where the child is no top.
    pub id: Target,
    /// The commitment for the parent: C of [`crate::circuit::fractal`].
    pub commitment: HashOutTarget,
    /// The commitment to every transaction below: E.
    pub everything: HashOutTarget,
}

/// What a proof above the tops says, before it is sealed.
#[derive(Clone, Copy, Debug)]
pub struct NodeEnds {
    /// Over the states before.
    pub old_root: HashOutTarget,
    /// Over the states after.
    pub new_root: HashOutTarget,
    /// C.
    pub commitment: HashOutTarget,
    /// E.
    pub everything: HashOutTarget,
    /// Transactions.
    pub transactions: Target,
}

impl NodeEnds {
    /// Makes it the public elements of a circuit.
    pub(crate) fn register(&self, builder: &mut Builder, keys: &UpperKeyTargets) {
        let sealed = constrain_seal(builder, [&keys.both, &self.commitment, &self.everything]);
        builder.register_public_inputs(&self.old_root.elements);
        builder.register_public_inputs(&self.new_root.elements);
        builder.register_public_inputs(&sealed.elements);
        builder.register_public_input(self.transactions);
    }
}

/// Verifies a private proof under one of the allowed keys.
pub(crate) fn constrain_child(
    builder: &mut Builder,
    tops: Tops<'_>,
    keys: &UpperKeyTargets,
) -> (ChildTargets, NodeEnds) {
    let proof = builder.add_virtual_proof_with_pis(tops.common);
    let key = builder.add_virtual_verifier_data(tops.common.config.fri_config.cap_height);
    builder.verify_proof::<Config>(&proof, &key, tops.common);

    let digest = constrain_key_digest(builder, &key);
    let KeyChoice { bits: choice, is_top, number } = constrain_choice(builder, tops, keys, &digest);

    // Of a top the sides are a rollup's roots, and its commitment is both C and E. Otherwise they stand as they are, and
    // both are what was sealed under the same keys.
    let said = StatementTargets::of(&proof.public_inputs);
    let id = builder.add_virtual_target();
    let sides = [said.old_root, said.new_root].map(|root| {
        let hashed = constrain_rollup(builder, &root, id, number);
        choose(builder, is_top, [&hashed, &root])
    });
    let [commitment, everything] = [(); 2].map(|()| builder.add_virtual_hash());
    let sealed = constrain_seal(builder, [&keys.both, &commitment, &everything]);
    let expected = choose(builder, is_top, [&commitment, &sealed]);
    builder.connect_hashes(expected, said.commitment);
    same_where(builder, is_top, [&everything, &commitment]);
    let [old_root, new_root] = sides;
    let ends = NodeEnds { old_root, new_root, commitment, everything, transactions: said.transactions };
    (ChildTargets { proof, key, choice, id, commitment, everything }, ends)
}

/// A rollup's root as one leaf: with its identifier and its kind.
fn constrain_rollup(
    builder: &mut Builder,
    root: &HashOutTarget,
    id: Target,
    number: Target,
) -> HashOutTarget {
    let zero = builder.zero();
    let [first, second, third, fourth] = root.elements;
    let tag = constant(builder, Domain::Rollup.tag());
    let capacity = capacity_of(builder, tag);
    permute(builder, &[first, second, third, fourth, id, number, zero, zero], &capacity).0
}

/// Forces the elements of two digests to be the same where `condition` is one.
pub(crate) fn same_where(builder: &mut Builder, condition: Target, [left, right]: [&HashOutTarget; 2]) {
    let one = builder.one();
    let differs_allowed = builder.sub(one, condition);
    for (left, right) in left.elements.iter().zip(&right.elements) {
        let gap = builder.sub(*left, *right);
        zero_unless(builder, gap, differs_allowed);
    }
}
