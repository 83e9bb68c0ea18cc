//! A gate that reads a number from one of several registers and changes it there.
//!
//! An operation has one number a register, before and after, a choice, what it reads, and the change. Choice k, from
//! 1, is register k − 1; choice 0 is none, which reads zero and changes nothing. With a wire `s` for each register,
//! all of degree 2:
//!
//! ```text
//! s_k · (s_k − 1) = 0,   S · (S − 1) = 0 for S = Σ s_k,   Σ (k + 1) · s_k = choice,
//! Σ s_k · before_k = held,   before_k + s_k · change = after_k.
//! ```
//!
//! At most one `s_k` is one, and (k + 1) is not zero in the field for any k there is: the choice decides which.
//! All wires at zero satisfy it, so that a row need not be full.

use crate::circuit::{Builder, EXTENSION};
use anyhow::Result;
use plonky2::field::extension::Extendable;
use plonky2::field::packed::PackedField;
use plonky2::field::types::Field;
use plonky2::gates::gate::Gate;
use plonky2::gates::packed_util::PackedEvaluableBase;
use plonky2::gates::util::StridedConstraintConsumer;
use plonky2::hash::hash_types::RichField;
use plonky2::iop::ext_target::ExtensionTarget;
use plonky2::iop::generator::{GeneratedValues, SimpleGenerator, WitnessGeneratorRef};
use plonky2::iop::target::Target;
use plonky2::iop::witness::{PartitionWitness, Witness, WitnessWrite};
use plonky2::plonk::circuit_builder::CircuitBuilder;
use plonky2::plonk::circuit_data::CommonCircuitData;
use plonky2::plonk::vars::{
    EvaluationTargets, EvaluationVars, EvaluationVarsBase, EvaluationVarsBaseBatch, EvaluationVarsBasePacked,
};
use plonky2::util::serialization::{Buffer, IoResult, Read, Write};

/// Wires of plonky2's standard configuration, and how many of them can be connected.
const WIRES: usize = 135;
const ROUTED_WIRES: usize = 80;
/// Choice, held and change.
const SINGLE_WIRES: usize = 3;
/// The most registers: a row must hold one operation.
pub const REGISTERS_MAX: usize = (ROUTED_WIRES - SINGLE_WIRES) / 2;
const _: () = assert!(SINGLE_WIRES + 3 * REGISTERS_MAX <= WIRES && EXTENSION == 2);

/// The gate for so many registers.
#[derive(Clone, Copy, Debug, Default)]
pub struct RegisterGate {
    /// Registers, 1 to [`REGISTERS_MAX`].
    pub registers: usize,
}

impl RegisterGate {
    const fn routed_wires(self) -> usize {
        SINGLE_WIRES + 2 * self.registers
    }

    /// Operations in a row.
    const fn operations(self) -> usize {
        let by_routed = ROUTED_WIRES / self.routed_wires();
        let by_all = WIRES / (self.routed_wires() + self.registers);
        if by_all < by_routed { by_all } else { by_routed }
    }

    const fn choice_wire(self, operation: usize) -> usize {
        operation * self.routed_wires()
    }

    const fn held_wire(self, operation: usize) -> usize {
        self.choice_wire(operation) + 1
    }

    const fn change_wire(self, operation: usize) -> usize {
        self.choice_wire(operation) + 2
    }

    const fn before_wire(self, operation: usize, register: usize) -> usize {
        self.choice_wire(operation) + SINGLE_WIRES + register
    }

    const fn after_wire(self, operation: usize, register: usize) -> usize {
        self.before_wire(operation, register) + self.registers
    }

    const fn chosen_wire(self, operation: usize, register: usize) -> usize {
        self.operations() * self.routed_wires() + operation * self.registers + register
    }

    /// Constraints of an operation.
    const fn operation_constraints(self) -> usize {
        2 * self.registers + SINGLE_WIRES
    }
}

/// Constrains `held` to be the number of the chosen register in `before`, and gives the numbers after `change` was
/// added to that one.
///
/// # Panics
/// Without registers, or with more than [`REGISTERS_MAX`].
pub fn access(
    builder: &mut Builder,
    choice: Target,
    before: &[Target],
    held: Target,
    change: Target,
) -> Vec<Target> {
    let gate = RegisterGate { registers: before.len() };
    assert!((1..=REGISTERS_MAX).contains(&before.len()), "{} registers", before.len());
    let (row, operation) = builder.find_slot(gate, &[], &[]);
    builder.connect(choice, Target::wire(row, gate.choice_wire(operation)));
    builder.connect(held, Target::wire(row, gate.held_wire(operation)));
    builder.connect(change, Target::wire(row, gate.change_wire(operation)));
    for (register, number) in before.iter().enumerate() {
        builder.connect(*number, Target::wire(row, gate.before_wire(operation, register)));
    }
    (0..before.len()).map(|register| Target::wire(row, gate.after_wire(operation, register))).collect()
}

impl<F: RichField + Extendable<D>, const D: usize> Gate<F, D> for RegisterGate {
    fn id(&self) -> String {
        format!("RegisterGate {{ registers: {} }}", self.registers)
    }

    fn serialize(&self, dst: &mut Vec<u8>, _common: &CommonCircuitData<F, D>) -> IoResult<()> {
        dst.write_usize(self.registers)
    }

    fn deserialize(src: &mut Buffer<'_>, _common: &CommonCircuitData<F, D>) -> IoResult<Self> {
        Ok(Self { registers: src.read_usize()? })
    }

    fn eval_unfiltered(&self, vars: EvaluationVars<'_, F, D>) -> Vec<F::Extension> {
        let wires = vars.local_wires;
        let mut constraints = Vec::with_capacity(self.operations() * self.operation_constraints());
        for operation in 0..self.operations() {
            let (mut sum, mut choice, mut held) =
                (F::Extension::ZERO, F::Extension::ZERO, F::Extension::ZERO);
            let change = wires[self.change_wire(operation)];
            for register in 0..self.registers {
                let chosen = wires[self.chosen_wire(operation, register)];
                let before = wires[self.before_wire(operation, register)];
                let after = wires[self.after_wire(operation, register)];
                constraints.push(chosen * chosen - chosen);
                constraints.push(before + chosen * change - after);
                sum += chosen;
                choice += chosen * F::Extension::from_canonical_usize(register + 1);
                held += chosen * before;
            }
            constraints.push(sum * sum - sum);
            constraints.push(choice - wires[self.choice_wire(operation)]);
            constraints.push(held - wires[self.held_wire(operation)]);
        }
        constraints
    }

    fn eval_unfiltered_base_one(
        &self,
        _vars: EvaluationVarsBase<'_, F>,
        _out: StridedConstraintConsumer<'_, F>,
    ) {
        unreachable!("plonky2 evaluates this gate through the packed form below")
    }

    fn eval_unfiltered_base_batch(&self, vars: EvaluationVarsBaseBatch<'_, F>) -> Vec<F> {
        self.eval_unfiltered_base_batch_packed(vars)
    }

    fn eval_unfiltered_circuit(
        &self,
        builder: &mut CircuitBuilder<F, D>,
        vars: EvaluationTargets<'_, D>,
    ) -> Vec<ExtensionTarget<D>> {
        let wires = vars.local_wires;
        let zero = builder.zero_extension();
        let mut constraints = Vec::with_capacity(self.operations() * self.operation_constraints());
        for operation in 0..self.operations() {
            let (mut sum, mut choice, mut held) = (zero, zero, zero);
            let change = wires[self.change_wire(operation)];
            for register in 0..self.registers {
                let chosen = wires[self.chosen_wire(operation, register)];
                let before = wires[self.before_wire(operation, register)];
                let after = wires[self.after_wire(operation, register)];
                constraints.push(builder.mul_sub_extension(chosen, chosen, chosen));
                let changed = builder.mul_add_extension(chosen, change, before);
                constraints.push(builder.sub_extension(changed, after));
                sum = builder.add_extension(sum, chosen);
                let number = F::from_canonical_usize(register + 1);
                choice = builder.mul_const_add_extension(number, chosen, choice);
                held = builder.mul_add_extension(chosen, before, held);
            }
            constraints.push(builder.mul_sub_extension(sum, sum, sum));
            constraints.push(builder.sub_extension(choice, wires[self.choice_wire(operation)]));
            constraints.push(builder.sub_extension(held, wires[self.held_wire(operation)]));
        }
        constraints
    }

    fn generators(&self, row: usize, _constants: &[F]) -> Vec<WitnessGeneratorRef<F, D>> {
        (0..self.operations())
            .map(|operation| {
                WitnessGeneratorRef::new(ChoiceGenerator { row, gate: *self, operation }.adapter())
            })
            .collect()
    }

    fn num_wires(&self) -> usize {
        self.operations() * (self.routed_wires() + self.registers)
    }

    fn num_constants(&self) -> usize {
        0
    }

    fn degree(&self) -> usize {
        2
    }

    fn num_constraints(&self) -> usize {
        self.operations() * self.operation_constraints()
    }

    fn num_ops(&self) -> usize {
        self.operations()
    }
}

impl<F: RichField + Extendable<D>, const D: usize> PackedEvaluableBase<F, D> for RegisterGate {
    fn eval_unfiltered_base_packed<P: PackedField<Scalar = F>>(
        &self,
        vars: EvaluationVarsBasePacked<'_, P>,
        mut out: StridedConstraintConsumer<'_, P>,
    ) {
        let wires = vars.local_wires;
        for operation in 0..self.operations() {
            let (mut sum, mut choice, mut held) = (P::ZEROS, P::ZEROS, P::ZEROS);
            let change = wires[self.change_wire(operation)];
            for register in 0..self.registers {
                let chosen = wires[self.chosen_wire(operation, register)];
                let before = wires[self.before_wire(operation, register)];
                let after = wires[self.after_wire(operation, register)];
                out.one(chosen * chosen - chosen);
                out.one(before + chosen * change - after);
                sum += chosen;
                choice += chosen * F::from_canonical_usize(register + 1);
                held += chosen * before;
            }
            out.one(sum * sum - sum);
            out.one(choice - wires[self.choice_wire(operation)]);
            out.one(held - wires[self.held_wire(operation)]);
        }
    }
}

/// Says which register an operation chose, and what each holds afterwards. What was read is not filled in: it is set
/// with the other numbers of the slot, so that a test can say another.
#[derive(Clone, Debug, Default)]
pub(crate) struct ChoiceGenerator {
    row: usize,
    gate: RegisterGate,
    operation: usize,
}

impl<F: RichField + Extendable<D>, const D: usize> SimpleGenerator<F, D> for ChoiceGenerator {
    fn id(&self) -> String {
        "RegisterChoiceGenerator".to_owned()
    }

    fn dependencies(&self) -> Vec<Target> {
        let Self { row, gate, operation } = *self;
        let before = (0..gate.registers).map(|register| gate.before_wire(operation, register));
        let wires = [gate.choice_wire(operation), gate.change_wire(operation)].into_iter().chain(before);
        wires.map(|wire| Target::wire(row, wire)).collect()
    }

    fn run_once(&self, witness: &PartitionWitness<'_, F>, out: &mut GeneratedValues<F>) -> Result<()> {
        let Self { row, gate, operation } = *self;
        let read = |wire| witness.get_target(Target::wire(row, wire));
        let choice = read(gate.choice_wire(operation));
        let change = read(gate.change_wire(operation));
        for register in 0..gate.registers {
            let chosen = F::from_bool(choice == F::from_canonical_usize(register + 1));
            let before = read(gate.before_wire(operation, register));
            out.set_target(Target::wire(row, gate.chosen_wire(operation, register)), chosen)?;
            let after = before + chosen * change;
            out.set_target(Target::wire(row, gate.after_wire(operation, register)), after)?;
        }
        Ok(())
    }

    fn serialize(&self, dst: &mut Vec<u8>, _common: &CommonCircuitData<F, D>) -> IoResult<()> {
        dst.write_usize(self.row)?;
        dst.write_usize(self.gate.registers)?;
        dst.write_usize(self.operation)
    }

    fn deserialize(src: &mut Buffer<'_>, _common: &CommonCircuitData<F, D>) -> IoResult<Self> {
        let (row, registers) = (src.read_usize()?, src.read_usize()?);
        Ok(Self { row, gate: RegisterGate { registers }, operation: src.read_usize()? })
    }
}

#[cfg(test)]
mod tests;
