//! Registers where a batch suits them, plain slots where it does not: two circuits whose proofs one merge takes.
//!
//! Both have one form, the rows and kinds of gates of the circuit with registers: nothing but the key tells their proofs
//! apart. The plain circuit has as many slots as fit, fewer than the capacity, and absorbs padding for the rest, so that
//! its commitment is that of a batch of the capacity: what a proof says of a batch does not depend on the circuit.
//!
//! # Why a merge may take proofs of either
//! A merge verifies each child with one of two keys that are constants of it ([`crate::circuit::child_key`]). So the set
//! of children that it takes is the union of the proofs of two circuits. A proof of either says the same: that there are
//! transactions of this commitment and count, no more than the capacity, that lead from the one root to the other by the
//! rules. What follows from a child therefore does not depend on its circuit, and nobody who has the merge's proof needs to
//! know it. Levels above verify with the one key of the level below, as in every tree.

use crate::circuit::batch::BatchCircuit;
use crate::circuit::child_key::ChildCircuits;
use crate::circuit::fan_in::FanIn;
use crate::circuit::registers::Registers;
use crate::circuit::registers::batch::RegisterCircuit;
use crate::circuit::registers::gate::RegisterGate;
use crate::circuit::{Builder, Circuit, Config, EXTENSION};
use crate::error::ProverError;
use crate::system::Shape;
use plonky2::gates::constant::ConstantGate;
use plonky2::gates::gate::GateRef;
use plonky2::gates::noop::NoopGate;
use plonky2::plonk::circuit_data::{CircuitConfig, CommonCircuitData};
use plonky2::plonk::config::GenericConfig;
use workloads::hash::Felt;

/// Which of the two circuits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BatchForm {
    /// Swaps over few pools.
    Registers,
    /// Anything, and less of it.
    Plain,
}

/// Both batch circuits of a shape.
#[derive(Debug)]
pub struct FallbackCircuits<C: GenericConfig<EXTENSION, F = Felt> = Config> {
    /// For swaps over few pools.
    pub with_registers: RegisterCircuit<C>,
    /// For every other batch.
    pub plain: BatchCircuit<C>,
}

impl<C: GenericConfig<EXTENSION, F = Felt>> FallbackCircuits<C> {
    /// Builds both circuits of a shape, for merges of two.
    ///
    /// # Errors
    /// A shape whose plain circuit does not get the form of the other: a slot that does not fit into its rows.
    ///
    /// # Panics
    /// With registers that cannot be.
    pub fn build(shape: Shape, registers: Registers) -> Result<Self, ProverError> {
        let config = FanIn::default().batch_config();
        Self::with_keys(shape, registers, &config, |_, builder| builder.build::<C>())
    }

    /// Both circuits under a configuration, with keys from elsewhere: `keys` gets the complete constraints of each.
    ///
    /// # Errors
    /// As above.
    ///
    /// # Panics
    /// With registers that cannot be.
    pub(crate) fn with_keys(
        shape: Shape,
        registers: Registers,
        config: &CircuitConfig,
        keys: impl Fn(BatchForm, Builder) -> Circuit<C>,
    ) -> Result<Self, ProverError> {
        let with_registers = RegisterCircuit::with_keys(shape, registers, config.clone(), |mut builder| {
            add_gates_of_both(&mut builder, registers);
            keys(BatchForm::Registers, builder)
        });
        let rows = with_registers.circuit.common.degree();
        let plain = BatchCircuit::within(shape, rows, config.clone(), |mut builder| {
            add_gates_of_both(&mut builder, registers);
            while builder.num_gates() <= rows / 2 {
                builder.add_gate(NoopGate, vec![]);
            }
            keys(BatchForm::Plain, builder)
        });
        let circuits = Self { with_registers, plain };
        circuits.check()?;
        Ok(circuits)
    }

    /// Both circuits, that with registers first.
    pub fn circuits(&self) -> ChildCircuits<'_, C> {
        ChildCircuits { first: &self.with_registers.circuit, other: Some(&self.plain.circuit) }
    }

    fn check(&self) -> Result<(), ProverError> {
        let [first, other] = [&self.with_registers.circuit.common, &self.plain.circuit.common];
        if first == other {
            return Ok(());
        }
        let form = |circuit: &CommonCircuitData<Felt, EXTENSION>| {
            format!("2^{} rows of {} kinds of gates", circuit.degree_bits(), circuit.gates.len())
        };
        Err(ProverError::Input {
            what: "plain slots beside registers",
            expected: form(first),
            got: form(other),
        })
    }
}

/// Kinds of gates that one of the circuits may have rows of and the other not.
fn add_gates_of_both(builder: &mut Builder, registers: Registers) {
    builder.add_gate_to_gate_set(GateRef::new(RegisterGate { registers: registers.count }));
    builder.add_gate_to_gate_set(GateRef::new(ConstantGate::new(builder.config.num_constants)));
    builder.add_gate_to_gate_set(GateRef::new(NoopGate));
}
