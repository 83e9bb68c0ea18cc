//! All slots of a batch in a chain, between the opening of its pools and their closing, and the statement as public
//! inputs: those of [`crate::circuit::batch`].

use crate::circuit::amount::{constant, zero_unless};
use crate::circuit::fan_in::FanIn;
use crate::circuit::leaf::{capacity_of, permute};
use crate::circuit::registers::Registers;
use crate::circuit::registers::pools::BlockTargets;
use crate::circuit::registers::slot::{RegisterSlotTargets, constrain_register_slot};
use crate::circuit::registers::values::{RegisterBatchValues, assign_registers};
use crate::circuit::{Builder, Circuit, Config, EXTENSION};
use crate::system::Shape;
use anyhow::Result;
use plonky2::hash::hash_types::HashOutTarget;
use plonky2::iop::witness::{PartialWitness, WitnessWrite};
use plonky2::plonk::circuit_data::CircuitConfig;
use plonky2::plonk::config::GenericConfig;
use workloads::hash::{Domain, Felt};

/// A batch circuit with registers and its private targets, with the keys of one configuration.
#[derive(Debug)]
pub struct RegisterCircuit<C: GenericConfig<EXTENSION, F = Felt> = Config> {
    /// The circuit with its keys.
    pub circuit: Circuit<C>,
    /// The accounts' root before the first slot.
    accounts_root: HashOutTarget,
    block: BlockTargets,
    slots: Vec<RegisterSlotTargets>,
}

/// The parent of two roots.
fn parent(builder: &mut Builder, left: HashOutTarget, right: HashOutTarget) -> HashOutTarget {
    let lanes =
        std::array::from_fn(|lane| if lane < 4 { left.elements[lane] } else { right.elements[lane - 4] });
    let zero = builder.zero();
    permute(builder, &lanes, &[zero; 4]).0
}

impl<C: GenericConfig<EXTENSION, F = Felt>> RegisterCircuit<C> {
    /// Builds the circuit of a shape, whatever its slots can hold otherwise: here they hold swaps. The capacity must be
    /// at least 1.
    ///
    /// # Panics
    /// With registers that cannot be.
    pub fn build(shape: Shape, registers: Registers) -> Self {
        Self::build_with(shape, registers, FanIn::default().batch_config())
    }

    /// Builds the circuit of a shape under a configuration: the constraints are the same.
    ///
    /// # Panics
    /// With registers that cannot be.
    pub fn build_with(shape: Shape, registers: Registers, config: CircuitConfig) -> Self {
        Self::with_keys(shape, registers, config, Builder::build::<C>)
    }

    /// The circuit of a shape under a configuration, with keys from elsewhere: `keys` gets the complete constraints.
    ///
    /// # Panics
    /// With registers that cannot be.
    pub(crate) fn with_keys(
        shape: Shape,
        registers: Registers,
        config: CircuitConfig,
        keys: impl FnOnce(Builder) -> Circuit<C>,
    ) -> Self {
        let mut builder = Builder::new(config);
        let accounts_root = builder.add_virtual_hash();
        let (block, mut held) = BlockTargets::open(&mut builder, registers, shape.depth);
        let mut root = accounts_root;
        let mut slots = Vec::with_capacity(shape.capacity);
        let tag = constant(&mut builder, Domain::Batch.tag());
        let mut capacity = capacity_of(&mut builder, tag);
        let mut commitment = accounts_root;
        let mut count = builder.zero();
        let mut previous = None;
        for _ in 0..shape.capacity {
            let (targets, ends, after) =
                constrain_register_slot(&mut builder, shape.depth.levels() - 1, root, &held);
            (root, held) = (ends.root, after);
            (commitment, capacity) = permute(&mut builder, &ends.elements, &capacity);
            count = builder.add(count, ends.is_real);
            // Padding stands at the end alone, and never for all of a batch.
            match previous {
                Some(previous) => zero_unless(&mut builder, ends.is_real, previous),
                None => builder.assert_one(ends.is_real),
            }
            previous = Some(ends.is_real);
            slots.push(targets);
        }
        let [pools_before, pools_after] = block.close(&mut builder, &held);
        let old_root = parent(&mut builder, accounts_root, pools_before);
        let new_root = parent(&mut builder, root, pools_after);
        builder.register_public_inputs(&old_root.elements);
        builder.register_public_inputs(&new_root.elements);
        builder.register_public_inputs(&commitment.elements);
        builder.register_public_input(count);
        Self { circuit: keys(builder), accounts_root, block, slots }
    }

    /// The witness of a batch: one set of values for each slot and for each register.
    ///
    /// # Errors
    /// Values that contradict each other, or too few or too many.
    pub fn witness(&self, values: &RegisterBatchValues) -> Result<PartialWitness<Felt>> {
        anyhow::ensure!(values.slots.len() == self.slots.len(), "one set of values for each slot");
        anyhow::ensure!(values.pools.len() == self.block.pools.len(), "one set of values for each register");
        let mut witness = PartialWitness::new();
        for (target, element) in self.accounts_root.elements.iter().zip(values.accounts_root.elements) {
            witness.set_target(*target, element)?;
        }
        for (target, value) in assign_registers(&self.block, &self.slots, values) {
            witness.set_target(target, value)?;
        }
        Ok(witness)
    }
}
