//! Two become one: a rollup and what is attached to it, two that are attached to the same rollup, or two that settle on
//! layer 1.

use crate::circuit::aggregate::pad_to_one_form;
use crate::circuit::amount::{constant, private_bit};
use crate::circuit::fractal::child::{ChildTargets, NodeEnds, constrain_child, same_where};
use crate::circuit::fractal::keys::{Tops, UpperKeyTargets};
use crate::circuit::fractal::values::{JoinValues, set_child, set_keys};
use crate::circuit::leaf::{choose, hash_two};
use crate::circuit::{Builder, Circuit, Config};
use anyhow::Result;
use plonky2::field::types::Field;
use plonky2::iop::target::Target;
use plonky2::iop::witness::{PartialWitness, WitnessWrite};
use plonky2::plonk::circuit_data::CircuitConfig;
use workloads::hash::{Domain, Felt};

/// The circuit, and its private targets.
#[derive(Debug)]
pub struct JoinCircuit {
    /// The circuit with its keys.
    pub circuit: Circuit,
    keys: UpperKeyTargets,
    children: [ChildTargets; 2],
    /// One for two that settle on layer 1, zero for a family.
    is_settlement: Target,
}

impl JoinCircuit {
    /// Builds the circuit over given tops.
    pub fn build(tops: Tops<'_>) -> Self {
        let mut builder = Builder::new(CircuitConfig::standard_recursion_config());
        let keys = UpperKeyTargets::new(&mut builder);
        let (left_targets, left) = constrain_child(&mut builder, tops, &keys);
        let (right_targets, right) = constrain_child(&mut builder, tops, &keys);

        let is_settlement = private_bit(&mut builder);
        let family = constant(&mut builder, Domain::Family.tag());
        let step = Felt::from_canonical_u64(Domain::Settlement.tag() - Domain::Family.tag());
        let tag = builder.mul_const_add(step, is_settlement, family);
        // A family is one rollup with all that is attached to it: both name the same.
        let one = builder.one();
        let is_family = builder.sub(one, is_settlement);
        same_where(&mut builder, is_family, [&left.commitment, &right.commitment]);

        let old_root = hash_two(&mut builder, [&left.old_root, &right.old_root], tag);
        let new_root = hash_two(&mut builder, [&left.new_root, &right.new_root], tag);
        let everything = hash_two(&mut builder, [&left.everything, &right.everything], tag);
        let commitment = choose(&mut builder, is_settlement, [&everything, &left.commitment]);
        let transactions = builder.add(left.transactions, right.transactions);
        let ends = NodeEnds { old_root, new_root, commitment, everything, transactions };
        ends.register(&mut builder, &keys);
        pad_to_one_form(&mut builder);
        let circuit = builder.build::<Config>();
        Self { circuit, keys, children: [left_targets, right_targets], is_settlement }
    }

    /// The witness of one join.
    ///
    /// # Errors
    /// Proofs of another form, or values that contradict each other.
    pub fn witness(&self, values: &JoinValues<'_>) -> Result<PartialWitness<Felt>> {
        let mut witness = PartialWitness::new();
        set_keys(&mut witness, &self.keys, values.keys)?;
        for (targets, child) in self.children.iter().zip(&values.children) {
            set_child(&mut witness, targets, child)?;
        }
        witness.set_target(self.is_settlement, values.is_settlement)?;
        Ok(witness)
    }
}
