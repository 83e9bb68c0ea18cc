//! All slots of a batch in a chain, and the statement as public inputs.

use crate::circuit::amount::{constant, zero_unless};
use crate::circuit::fan_in::FanIn;
use crate::circuit::leaf::{capacity_of, permute};
use crate::circuit::slot::{SlotEnds, SlotTargets, constrain_slot};
use crate::circuit::values::{SlotValues, assign};
use crate::circuit::{Builder, Circuit, Config, EXTENSION};
use crate::system::Shape;
use anyhow::Result;
use plonky2::hash::hash_types::HashOutTarget;
use plonky2::iop::witness::{PartialWitness, WitnessWrite};
use plonky2::plonk::circuit_data::CircuitConfig;
use plonky2::plonk::config::GenericConfig;
use workloads::hash::{Digest, Domain, Felt, RATE};

/// Rows that building adds at most: the hash of what is public, and constants.
const BUILD_ROWS: usize = 16;

/// A batch circuit and its private targets, with the keys of one configuration.
#[derive(Debug)]
pub struct BatchCircuit<C: GenericConfig<EXTENSION, F = Felt> = Config> {
    /// The circuit with its keys.
    pub circuit: Circuit<C>,
    /// The root before the first slot: set from outside, the rest of the chain follows.
    old_root: HashOutTarget,
    slots: Vec<SlotTargets>,
}

impl<C: GenericConfig<EXTENSION, F = Felt>> BatchCircuit<C> {
    /// Builds the circuit of a shape, for merges of two. The capacity must be at least 1.
    pub fn build(shape: Shape) -> Self {
        Self::build_with(shape, FanIn::default().batch_config())
    }

    /// Builds the circuit of a shape under a configuration: the constraints are the same.
    pub fn build_with(shape: Shape, config: CircuitConfig) -> Self {
        Self::with_keys(shape, config, Builder::build::<C>)
    }

    /// The circuit of a shape under a configuration, with keys from elsewhere: `keys` gets the complete constraints.
    pub(crate) fn with_keys(
        shape: Shape,
        config: CircuitConfig,
        keys: impl FnOnce(Builder) -> Circuit<C>,
    ) -> Self {
        Self::laid_out(shape, None, config, keys)
    }

    /// The same with as many slots as fit into so many rows, and one at least. What it says of a batch is what a circuit with
    /// a slot for all of the capacity says: where there is no slot there is padding.
    pub(crate) fn within(
        shape: Shape,
        rows: usize,
        config: CircuitConfig,
        keys: impl FnOnce(Builder) -> Circuit<C>,
    ) -> Self {
        Self::laid_out(shape, Some(rows), config, keys)
    }

    fn laid_out(
        shape: Shape,
        rows: Option<usize>,
        config: CircuitConfig,
        keys: impl FnOnce(Builder) -> Circuit<C>,
    ) -> Self {
        let mut builder = Builder::new(config);
        let old_root = builder.add_virtual_hash();
        let mut root = old_root;
        let mut slots = Vec::with_capacity(shape.capacity);
        let tag = constant(&mut builder, Domain::Batch.tag());
        let mut capacity = capacity_of(&mut builder, tag);
        let mut commitment = old_root;
        let mut count = builder.zero();
        let mut previous = None;
        let mut widest = 0;
        for place in 0..shape.capacity {
            let begun = builder.num_gates();
            // A row for the padding of each place after this one.
            let needed = begun + widest + (shape.capacity - place - 1) + BUILD_ROWS;
            if place > 0 && rows.is_some_and(|rows| needed > rows) {
                break;
            }
            let (targets, ends) = constrain_slot(&mut builder, shape.slots, shape.depth.levels(), root);
            let SlotEnds { root: after, elements, is_real } = ends;
            root = after;
            (commitment, capacity) = permute(&mut builder, &elements, &capacity);
            count = builder.add(count, is_real);
            // Padding stands at the end alone, so that a batch has one padded form, and never for all of it.
            match previous {
                Some(previous) => zero_unless(&mut builder, is_real, previous),
                None => builder.assert_one(is_real),
            }
            previous = Some(is_real);
            slots.push(targets);
            widest = widest.max(builder.num_gates() - begun);
        }
        let zero = builder.zero();
        for _ in slots.len()..shape.capacity {
            (commitment, capacity) = permute(&mut builder, &[zero; RATE], &capacity);
        }
        builder.register_public_inputs(&old_root.elements);
        builder.register_public_inputs(&root.elements);
        builder.register_public_inputs(&commitment.elements);
        builder.register_public_input(count);
        Self { circuit: keys(builder), old_root, slots }
    }

    /// How many transactions it can hold.
    pub fn slots(&self) -> usize {
        self.slots.len()
    }

    /// The witness of a batch that starts at `old_root`: one set of values for each slot.
    ///
    /// # Errors
    /// Values that contradict each other.
    pub fn witness(&self, old_root: Digest, values: &[SlotValues]) -> Result<PartialWitness<Felt>> {
        anyhow::ensure!(values.len() == self.slots.len(), "one set of values for each slot");
        let mut witness = PartialWitness::new();
        for (target, element) in self.old_root.elements.iter().zip(old_root.elements) {
            witness.set_target(*target, element)?;
        }
        for (targets, values) in self.slots.iter().zip(values) {
            for (target, value) in assign(targets, values) {
                witness.set_target(target, value)?;
            }
        }
        Ok(witness)
    }
}
