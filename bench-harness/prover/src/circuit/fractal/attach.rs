//! A rollup, with all that is attached to it, is bound to the transactions of the one that it settles on.

use crate::circuit::aggregate::pad_to_one_form;
use crate::circuit::amount::constant;
use crate::circuit::fractal::child::{ChildTargets, NodeEnds, constrain_child};
use crate::circuit::fractal::crossings::{ChainShape, CrossingTargets, constrain_crossings};
use crate::circuit::fractal::keys::{Tops, UpperKeyTargets};
use crate::circuit::fractal::values::{AttachValues, set_child, set_crossings, set_keys};
use crate::circuit::leaf::{capacity_of, permute};
use crate::circuit::{Builder, Circuit, Config};
use anyhow::Result;
use plonky2::iop::witness::PartialWitness;
use plonky2::plonk::circuit_data::CircuitConfig;
use workloads::hash::{Domain, Felt};

/// The circuit, and its private targets.
#[derive(Debug)]
pub struct AttachCircuit {
    /// The circuit with its keys.
    pub circuit: Circuit,
    keys: UpperKeyTargets,
    child: ChildTargets,
    crossings: CrossingTargets,
}

impl AttachCircuit {
    /// Builds the circuit over given tops, for chains of one shape on both sides.
    pub fn build(tops: Tops<'_>, shape: ChainShape) -> Self {
        let mut builder = Builder::new(CircuitConfig::standard_recursion_config());
        let keys = UpperKeyTargets::new(&mut builder);
        let (child, own) = constrain_child(&mut builder, tops, &keys);
        let (crossings, commitments) = constrain_crossings(&mut builder, shape);
        // The slots of the child's side are its proved transactions. Those of the parent's are proved elsewhere: what is
        // committed to here is compared where parent and child are joined.
        builder.connect_hashes(commitments.child, own.commitment);

        let zero = builder.zero();
        let tag = constant(&mut builder, Domain::Attached.tag());
        let capacity = capacity_of(&mut builder, tag);
        let (bridge, portal) = (crossings.parent.account, crossings.child.account);
        let [old_root, new_root] = [own.old_root, own.new_root].map(|side| {
            let [first, second, third, fourth] = side.elements;
            permute(&mut builder, &[first, second, third, fourth, bridge, portal, zero, zero], &capacity).0
        });
        let ends = NodeEnds { old_root, new_root, commitment: commitments.parent, ..own };
        ends.register(&mut builder, &keys);
        pad_to_one_form(&mut builder);
        Self { circuit: builder.build::<Config>(), keys, child, crossings }
    }

    /// The witness of one attachment.
    ///
    /// # Errors
    /// Proofs of another form, too few or too many slots, or values that contradict each other.
    pub fn witness(&self, values: &AttachValues<'_>) -> Result<PartialWitness<Felt>> {
        let mut witness = PartialWitness::new();
        set_keys(&mut witness, &self.keys, values.keys)?;
        set_child(&mut witness, &self.child, &values.child)?;
        set_crossings(&mut witness, &self.crossings, &values.crossings)?;
        Ok(witness)
    }
}
