//! A gate that holds fifteen numbers below 2^16 in one row.
//!
//! plonky2's own range check takes a row for each number. Here each number has one routed wire and eight unrouted
//! ones that carry its base-4 digits; a row of 135 wires holds fifteen. Two kinds of constraint: the digits sum to
//! the number, and each digit is 0, 1, 2 or 3 (degree 4).

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
use plonky2::plonk::plonk_common::{reduce_with_powers, reduce_with_powers_ext_circuit};
use plonky2::plonk::vars::{
    EvaluationTargets, EvaluationVars, EvaluationVarsBase, EvaluationVarsBaseBatch, EvaluationVarsBasePacked,
};
use plonky2::util::serialization::{Buffer, IoResult, Read, Write};

/// Numbers in a row.
const NUMBERS: usize = 15;
/// Base-4 digits of a number below 2^16.
const DIGITS: usize = 8;
const BASE: u64 = 4;

/// The gate. It has no parameters.
#[derive(Clone, Copy, Debug)]
pub struct U16Gate;

impl U16Gate {
    const fn number_wire(number: usize) -> usize {
        number
    }

    const fn digit_wire(number: usize, digit: usize) -> usize {
        NUMBERS + number * DIGITS + digit
    }
}

/// Constrains a target to 0..2^16.
pub fn constrain_u16(builder: &mut Builder, number: Target) {
    let (row, place) = builder.find_slot(U16Gate, &[], &[]);
    builder.connect(number, Target::wire(row, U16Gate::number_wire(place)));
}

impl<F: RichField + Extendable<D>, const D: usize> Gate<F, D> for U16Gate {
    fn id(&self) -> String {
        "U16Gate".to_owned()
    }

    fn serialize(&self, _dst: &mut Vec<u8>, _common: &CommonCircuitData<F, D>) -> IoResult<()> {
        Ok(())
    }

    fn deserialize(_src: &mut Buffer<'_>, _common: &CommonCircuitData<F, D>) -> IoResult<Self> {
        Ok(Self)
    }

    fn eval_unfiltered(&self, vars: EvaluationVars<'_, F, D>) -> Vec<F::Extension> {
        let mut constraints = Vec::with_capacity(NUMBERS * (1 + DIGITS));
        for number in 0..NUMBERS {
            let start = Self::digit_wire(number, 0);
            let digits = &vars.local_wires[start..start + DIGITS];
            let sum = reduce_with_powers(digits, F::Extension::from_canonical_u64(BASE));
            constraints.push(sum - vars.local_wires[Self::number_wire(number)]);
            constraints.extend(digits.iter().map(|digit| {
                (0..BASE)
                    .map(|value| *digit - F::Extension::from_canonical_u64(value))
                    .product::<F::Extension>()
            }));
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
        let base = builder.constant(F::from_canonical_u64(BASE));
        let two = builder.constant_extension(F::Extension::TWO);
        let mut constraints = Vec::with_capacity(NUMBERS * (1 + DIGITS));
        for number in 0..NUMBERS {
            let start = Self::digit_wire(number, 0);
            let digits = vars.local_wires[start..start + DIGITS].to_vec();
            let sum = reduce_with_powers_ext_circuit(builder, &digits, base);
            constraints.push(builder.sub_extension(sum, vars.local_wires[Self::number_wire(number)]));
            for digit in digits {
                // x(x−1)(x−2)(x−3) = t(t+2) with t = x² − 3x: three operations rather than four.
                let t = builder.arithmetic_extension(F::ONE, -F::from_canonical_u64(3), digit, digit, digit);
                let t_plus_two = builder.add_extension(t, two);
                constraints.push(builder.mul_extension(t, t_plus_two));
            }
        }
        constraints
    }

    fn generators(&self, row: usize, _constants: &[F]) -> Vec<WitnessGeneratorRef<F, D>> {
        (0..NUMBERS)
            .map(|number| WitnessGeneratorRef::new(DigitGenerator { row, number }.adapter()))
            .collect()
    }

    fn num_wires(&self) -> usize {
        NUMBERS * (1 + DIGITS)
    }

    fn num_constants(&self) -> usize {
        0
    }

    fn degree(&self) -> usize {
        BASE as usize
    }

    fn num_constraints(&self) -> usize {
        NUMBERS * (1 + DIGITS)
    }

    fn num_ops(&self) -> usize {
        NUMBERS
    }
}

impl<F: RichField + Extendable<D>, const D: usize> PackedEvaluableBase<F, D> for U16Gate {
    fn eval_unfiltered_base_packed<P: PackedField<Scalar = F>>(
        &self,
        vars: EvaluationVarsBasePacked<'_, P>,
        mut out: StridedConstraintConsumer<'_, P>,
    ) {
        for number in 0..NUMBERS {
            let start = Self::digit_wire(number, 0);
            let digits = vars.local_wires.view(start..start + DIGITS);
            let sum = reduce_with_powers(digits, F::from_canonical_u64(BASE));
            out.one(sum - vars.local_wires[Self::number_wire(number)]);
            out.many(
                digits
                    .iter()
                    .map(|&digit| (0..BASE).map(|value| digit - F::from_canonical_u64(value)).product::<P>()),
            );
        }
    }
}

/// Fills the digits of one number. A number of 2^16 or more gets the digits of its low bits, and the constraint on
/// their sum then fails.
#[derive(Clone, Debug, Default)]
pub(crate) struct DigitGenerator {
    row: usize,
    number: usize,
}

impl<F: RichField + Extendable<D>, const D: usize> SimpleGenerator<F, D> for DigitGenerator {
    fn id(&self) -> String {
        "U16DigitGenerator".to_owned()
    }

    fn dependencies(&self) -> Vec<Target> {
        vec![Target::wire(self.row, U16Gate::number_wire(self.number))]
    }

    fn run_once(&self, witness: &PartitionWitness<'_, F>, out: &mut GeneratedValues<F>) -> Result<()> {
        let number = Target::wire(self.row, U16Gate::number_wire(self.number));
        let number = witness.get_target(number).to_canonical_u64();
        for digit in 0..DIGITS {
            let value = (number >> (2 * digit)) % BASE;
            let wire = Target::wire(self.row, U16Gate::digit_wire(self.number, digit));
            out.set_target(wire, F::from_canonical_u64(value))?;
        }
        Ok(())
    }

    fn serialize(&self, dst: &mut Vec<u8>, _common: &CommonCircuitData<F, D>) -> IoResult<()> {
        dst.write_usize(self.row)?;
        dst.write_usize(self.number)
    }

    fn deserialize(src: &mut Buffer<'_>, _common: &CommonCircuitData<F, D>) -> IoResult<Self> {
        Ok(Self { row: src.read_usize()?, number: src.read_usize()? })
    }
}

// The row is exactly as wide as plonky2's standard configuration.
const _: () = assert!(NUMBERS * (1 + DIGITS) == 135 && EXTENSION == 2);

#[cfg(test)]
mod tests {
    use super::{DIGITS, NUMBERS, U16Gate, constrain_u16};
    use crate::circuit::{Builder, Config, EXTENSION};
    use plonky2::field::extension::Extendable;
    use plonky2::field::types::Field;
    use plonky2::gates::gate::Gate;
    use plonky2::gates::gate_testing::{test_eval_fns, test_low_degree};
    use plonky2::hash::hash_types::HashOut;
    use plonky2::iop::witness::{PartialWitness, WitnessWrite};
    use plonky2::plonk::circuit_data::CircuitConfig;
    use plonky2::plonk::vars::EvaluationVars;
    use workloads::hash::Felt;

    /// A dishonest prover sets the digits itself: whatever they are, a number that they make is below 2^16.
    #[test]
    fn each_digit_of_each_number_is_below_four() {
        type Extension = <Felt as Extendable<EXTENSION>>::Extension;
        let broken = |number: usize, place: usize, digit: Felt| {
            let mut wires = vec![Extension::ZERO; NUMBERS * (1 + DIGITS)];
            wires[U16Gate::digit_wire(number, place)] = digit.into();
            wires[U16Gate::number_wire(number)] = (digit * Felt::from_canonical_u64(1 << (2 * place))).into();
            let public_inputs_hash = &HashOut { elements: [Felt::ZERO; 4] };
            let vars = EvaluationVars { local_constants: &[], local_wires: &wires, public_inputs_hash };
            let constraints = <U16Gate as Gate<Felt, EXTENSION>>::eval_unfiltered(&U16Gate, vars);
            constraints.iter().filter(|value| **value != Extension::ZERO).count()
        };
        for number in 0..NUMBERS {
            for place in 0..DIGITS {
                for digit in 0..4 {
                    assert_eq!(broken(number, place, Felt::from_canonical_u64(digit)), 0);
                }
                for digit in [Felt::from_canonical_u64(4), Felt::NEG_ONE, Felt::TWO.inverse()] {
                    assert_eq!(broken(number, place, digit), 1, "digit {place} of number {number}: {digit}");
                }
            }
        }
    }

    #[test]
    fn the_constraints_have_the_degree_they_claim() {
        test_low_degree::<Felt, _, EXTENSION>(U16Gate);
    }

    #[test]
    fn native_packed_and_circuit_forms_agree() {
        test_eval_fns::<Felt, Config, _, EXTENSION>(U16Gate).expect("the three forms agree");
    }

    #[test]
    fn sixteen_bits_pass_and_seventeen_do_not() {
        let mut builder = Builder::new(CircuitConfig::standard_recursion_config());
        let targets = builder.add_virtual_targets(17);
        for target in &targets {
            constrain_u16(&mut builder, *target);
        }
        let circuit = builder.build::<Config>();
        let accepted = |number: Felt| {
            let mut witness = PartialWitness::new();
            for target in &targets {
                witness.set_target(*target, number).expect("free");
            }
            crate::plonk::prove_with(&circuit, witness, "a test")
                .is_ok_and(|timed| circuit.verify(timed.proof).is_ok())
        };
        assert!(accepted(Felt::ZERO));
        assert!(accepted(Felt::from_canonical_u64(0xffff)));
        assert!(!accepted(Felt::from_canonical_u64(0x1_0000)));
        assert!(!accepted(Felt::NEG_ONE));
    }
}
