//! The batch circuit of a set-up in one of its forms, and the witness of a batch for it.

use crate::circuit::batch::BatchCircuit;
use crate::circuit::fan_in::FanIn;
use crate::circuit::registers::Registers;
use crate::circuit::registers::batch::RegisterCircuit;
use crate::circuit::registers::values::RegisterBatchValues;
use crate::circuit::values::SlotValues;
use crate::circuit::{Circuit, Config, EXTENSION};
use crate::plonk::cache::CircuitSource;
use crate::plonk::proof::no_proof;
use crate::system::{Job, ProverError, Shape, SlotKind};
use plonky2::iop::witness::PartialWitness;
use plonky2::plonk::config::GenericConfig;
use workloads::hash::Felt;

/// The circuit of a batch among those of a set-up.
pub(crate) const BATCH: &str = "batch";

/// The batch circuit of a shape.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "a set-up has one, which never moves")]
pub(crate) enum SlotCircuit<C: GenericConfig<EXTENSION, F = Felt> = Config> {
    /// Each slot opens both of its leaves.
    Plain(BatchCircuit<C>),
    /// Slots hold swaps, and pools are opened once a batch.
    Registers(Registers, RegisterCircuit<C>),
}

impl<C: GenericConfig<EXTENSION, F = Felt>> SlotCircuit<C> {
    /// Builds the circuit of a shape, with registers or without, for merges of so many.
    ///
    /// # Errors
    /// Registers where there are no swaps.
    pub(crate) fn build(
        shape: Shape,
        registers: Option<Registers>,
        fan_in: FanIn,
    ) -> Result<Self, ProverError> {
        Self::from_source(shape, registers, fan_in, &CircuitSource::default())
    }

    /// The same, from where circuits come from.
    ///
    /// # Errors
    /// As above.
    pub(crate) fn from_source(
        shape: Shape,
        registers: Option<Registers>,
        fan_in: FanIn,
        source: &CircuitSource<C>,
    ) -> Result<Self, ProverError> {
        let config = fan_in.batch_config();
        let keys = |builder| source.circuit(BATCH, None, builder);
        match registers {
            None => Ok(Self::Plain(BatchCircuit::with_keys(shape, config, keys))),
            Some(_) if shape.slots == SlotKind::Transfer => Err(ProverError::Input {
                what: "transactions for a circuit with registers",
                expected: "swaps alone".to_owned(),
                got: "transfers".to_owned(),
            }),
            Some(registers) => {
                Ok(Self::Registers(registers, RegisterCircuit::with_keys(shape, registers, config, keys)))
            }
        }
    }

    /// The circuit with its keys.
    pub(crate) fn circuit(&self) -> &Circuit<C> {
        match self {
            Self::Plain(plain) => &plain.circuit,
            Self::Registers(_, with_registers) => &with_registers.circuit,
        }
    }

    /// The witness of a batch; `what` names it in an error.
    ///
    /// # Errors
    /// A batch that the circuit cannot hold.
    pub(crate) fn witness(
        &self,
        shape: &Shape,
        job: &Job<'_>,
        what: &str,
    ) -> Result<PartialWitness<Felt>, ProverError> {
        let filled = match self {
            Self::Plain(plain) => {
                let values: Vec<_> = job.trace.steps.iter().map(SlotValues::honest).collect();
                plain.witness(job.statement.old_root, &values)
            }
            Self::Registers(registers, with_registers) => {
                with_registers.witness(&RegisterBatchValues::honest(job.trace, shape.depth, *registers)?)
            }
        };
        filled.map_err(|error| no_proof(what, &error))
    }
}
