//! plonky2's own encoding of a circuit: the gates and generators of this crate's circuits, and how it is read.

use crate::circuit::registers::gate::{ChoiceGenerator, RegisterGate};
use crate::circuit::u16_gate::{DigitGenerator, U16Gate};
use plonky2::field::extension::Extendable;
use plonky2::field::types::Field64;
use plonky2::gadgets::arithmetic::EqualityGenerator;
use plonky2::gadgets::arithmetic_extension::QuotientGeneratorExtension;
use plonky2::gadgets::range_check::LowHighGenerator;
use plonky2::gadgets::split_base::BaseSumGenerator;
use plonky2::gadgets::split_join::{SplitGenerator, WireSplitGenerator};
use plonky2::gates::arithmetic_base::{ArithmeticBaseGenerator, ArithmeticGate};
use plonky2::gates::arithmetic_extension::{ArithmeticExtensionGate, ArithmeticExtensionGenerator};
use plonky2::gates::base_sum::{BaseSplitGenerator, BaseSumGate};
use plonky2::gates::constant::ConstantGate;
use plonky2::gates::coset_interpolation::{CosetInterpolationGate, InterpolationGenerator};
use plonky2::gates::exponentiation::{ExponentiationGate, ExponentiationGenerator};
use plonky2::gates::gate::GateRef;
use plonky2::gates::multiplication_extension::{MulExtensionGate, MulExtensionGenerator};
use plonky2::gates::noop::NoopGate;
use plonky2::gates::poseidon::{PoseidonGate, PoseidonGenerator};
use plonky2::gates::poseidon_mds::{PoseidonMdsGate, PoseidonMdsGenerator};
use plonky2::gates::public_input::PublicInputGate;
use plonky2::gates::random_access::{RandomAccessGate, RandomAccessGenerator};
use plonky2::gates::reducing::{ReducingGate, ReducingGenerator};
use plonky2::gates::reducing_extension::{
    ReducingExtensionGate, ReducingGenerator as ReducingExtensionGenerator,
};
use plonky2::hash::hash_types::RichField;
use plonky2::iop::generator::WitnessGeneratorRef;
use plonky2::iop::generator::{ConstantGenerator, CopyGenerator, NonzeroTestGenerator, RandomValueGenerator};
use plonky2::plonk::circuit_data::CommonCircuitData;
use plonky2::util::serialization::{
    Buffer, GateSerializer, IoError, IoResult, Read, WitnessGeneratorSerializer,
};
use plonky2::{
    get_gate_tag_impl, get_generator_tag_impl, impl_gate_serializer, impl_generator_serializer,
    read_gate_impl, read_generator_impl,
};

/// Every gate that a circuit of this crate has; one with another cannot be written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Gates;

impl<F: RichField + Extendable<D>, const D: usize> GateSerializer<F, D> for Gates {
    impl_gate_serializer! {
        Gates,
        ArithmeticGate,
        ArithmeticExtensionGate<D>,
        BaseSumGate<2>,
        ConstantGate,
        CosetInterpolationGate<F, D>,
        ExponentiationGate<F, D>,
        MulExtensionGate<D>,
        NoopGate,
        PoseidonMdsGate<F, D>,
        PoseidonGate<F, D>,
        PublicInputGate,
        RandomAccessGate<F, D>,
        ReducingExtensionGate<D>,
        ReducingGate<D>,
        U16Gate,
        RegisterGate
    }
}

/// What fills the wires of such gates.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Generators;

impl<F: RichField + Extendable<D>, const D: usize> WitnessGeneratorSerializer<F, D> for Generators {
    impl_generator_serializer! {
        Generators,
        ArithmeticBaseGenerator<F, D>,
        ArithmeticExtensionGenerator<F, D>,
        BaseSplitGenerator<2>,
        BaseSumGenerator<2>,
        ConstantGenerator<F>,
        CopyGenerator,
        EqualityGenerator,
        ExponentiationGenerator<F, D>,
        InterpolationGenerator<F, D>,
        LowHighGenerator,
        MulExtensionGenerator<F, D>,
        NonzeroTestGenerator,
        PoseidonGenerator<F, D>,
        PoseidonMdsGenerator<D>,
        QuotientGeneratorExtension<D>,
        RandomAccessGenerator<F, D>,
        RandomValueGenerator,
        ReducingGenerator<D>,
        ReducingExtensionGenerator<D>,
        SplitGenerator,
        WireSplitGenerator,
        DigitGenerator,
        ChoiceGenerator
    }
}

/// Bytes that are read as plonky2 reads them, but for lists of field elements, which are nearly all of a circuit: plonky2 lets
/// each grow as it comes, which takes twice the memory of a row of the commitment's matrix, and the time to touch it.
#[derive(Debug)]
pub(crate) struct CircuitBytes<'a>(Buffer<'a>);

impl<'a> CircuitBytes<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self(Buffer::new(bytes))
    }
}

impl Read for CircuitBytes<'_> {
    fn read_exact(&mut self, bytes: &mut [u8]) -> IoResult<()> {
        self.0.read_exact(bytes)
    }

    fn read_field_vec<F: Field64>(&mut self, length: usize) -> IoResult<Vec<F>> {
        let bytes = length.checked_mul(size_of::<u64>()).ok_or(IoError)?;
        let (elements, after) = self.0.unread_bytes().split_at_checked(bytes).ok_or(IoError)?;
        let element = |bytes: &[u8; size_of::<u64>()]| F::from_canonical_u64(u64::from_le_bytes(*bytes));
        self.0 = Buffer::new(after);
        Ok(elements.as_chunks().0.iter().map(element).collect())
    }

    fn read_gate<F: RichField + Extendable<D>, const D: usize>(
        &mut self,
        gates: &dyn GateSerializer<F, D>,
        common: &CommonCircuitData<F, D>,
    ) -> IoResult<GateRef<F, D>> {
        self.0.read_gate(gates, common)
    }

    fn read_generator<F: RichField + Extendable<D>, const D: usize>(
        &mut self,
        generators: &dyn WitnessGeneratorSerializer<F, D>,
        common: &CommonCircuitData<F, D>,
    ) -> IoResult<WitnessGeneratorRef<F, D>> {
        self.0.read_generator(generators, common)
    }
}
