//! The batch circuit of a set-up in one of its forms, and the witness of a batch for it.

use crate::circuit::batch::BatchCircuit;
use crate::circuit::child_key::ChildCircuits;
use crate::circuit::fan_in::FanIn;
use crate::circuit::registers::Registers;
use crate::circuit::registers::batch::RegisterCircuit;
use crate::circuit::registers::fallback::{BatchForm, FallbackCircuits};
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
/// The second circuit of a batch, of a set-up that has two.
pub(crate) const PLAIN_BATCH: &str = "batch-plain";

/// What the batch circuit of a system is, whatever its shape.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum SlotForm {
    /// Each slot opens both of its leaves.
    #[default]
    Plain,
    /// Slots hold swaps, and pools are opened once a batch.
    Registers(Registers),
    /// There are both, and a batch that registers cannot hold is proved by plain slots.
    RegistersOrPlain(Registers),
}

impl SlotForm {
    /// The registers.
    pub(crate) fn registers(self) -> Option<Registers> {
        match self {
            Self::Plain => None,
            Self::Registers(registers) | Self::RegistersOrPlain(registers) => Some(registers),
        }
    }

    /// The circuits of a batch by their names in a set-up.
    pub(crate) fn parts(self) -> &'static [&'static str] {
        match self {
            Self::Plain | Self::Registers(_) => &[BATCH],
            Self::RegistersOrPlain(_) => &[BATCH, PLAIN_BATCH],
        }
    }
}

/// The batch circuit of a shape.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "a set-up has one, which never moves")]
pub(crate) enum SlotCircuit<C: GenericConfig<EXTENSION, F = Felt> = Config> {
    /// [`SlotForm::Plain`].
    Plain(BatchCircuit<C>),
    /// [`SlotForm::Registers`].
    Registers(Registers, RegisterCircuit<C>),
    /// [`SlotForm::RegistersOrPlain`].
    RegistersOrPlain(Registers, FallbackCircuits<C>),
}

impl<C: GenericConfig<EXTENSION, F = Felt>> SlotCircuit<C> {
    /// Builds the circuit of a shape, for merges of so many.
    ///
    /// # Errors
    /// Registers where there are no swaps.
    pub(crate) fn build(shape: Shape, form: SlotForm, fan_in: FanIn) -> Result<Self, ProverError> {
        Self::from_source(shape, form, fan_in, &CircuitSource::default())
    }

    /// The same, from where circuits come from.
    ///
    /// # Errors
    /// As above.
    pub(crate) fn from_source(
        shape: Shape,
        form: SlotForm,
        fan_in: FanIn,
        source: &CircuitSource<C>,
    ) -> Result<Self, ProverError> {
        let config = fan_in.batch_config();
        let keys = |builder| source.circuit(BATCH, None, builder);
        match form {
            SlotForm::Plain => Ok(Self::Plain(BatchCircuit::with_keys(shape, config, keys))),
            _ if shape.slots == SlotKind::Transfer => Err(ProverError::Input {
                what: "transactions for a circuit with registers",
                expected: "swaps alone".to_owned(),
                got: "transfers".to_owned(),
            }),
            SlotForm::Registers(registers) => {
                Ok(Self::Registers(registers, RegisterCircuit::with_keys(shape, registers, config, keys)))
            }
            SlotForm::RegistersOrPlain(registers) => {
                let circuits = FallbackCircuits::with_keys(shape, registers, &config, |form, builder| {
                    let part = match form {
                        BatchForm::Registers => BATCH,
                        BatchForm::Plain => PLAIN_BATCH,
                    };
                    source.circuit(part, None, builder)
                });
                Ok(Self::RegistersOrPlain(registers, circuits?))
            }
        }
    }

    /// The circuit with its keys; of two the one for most transactions.
    pub(crate) fn circuit(&self) -> &Circuit<C> {
        self.circuits().first
    }

    /// The circuits whose proofs a merge takes.
    pub(crate) fn circuits(&self) -> ChildCircuits<'_, C> {
        match self {
            Self::Plain(plain) => (&plain.circuit).into(),
            Self::Registers(_, with_registers) => (&with_registers.circuit).into(),
            Self::RegistersOrPlain(_, both) => both.circuits(),
        }
    }

    /// The transactions for which a batch has room where registers cannot hold it, of a set-up that has such a room.
    pub(crate) fn plain_slots(&self) -> Option<usize> {
        match self {
            Self::Plain(_) | Self::Registers(..) => None,
            Self::RegistersOrPlain(_, both) => Some(both.plain.slots()),
        }
    }

    /// The witness of a batch, with the circuit that it is for; `what` names it in an error.
    ///
    /// # Errors
    /// A batch that the circuit cannot hold.
    pub(crate) fn witness(
        &self,
        shape: &Shape,
        job: &Job<'_>,
        what: &str,
    ) -> Result<(&Circuit<C>, PartialWitness<Felt>), ProverError> {
        let held = |registers: Registers| RegisterBatchValues::honest(job.trace, shape.depth, registers);
        let (circuit, filled) = match self {
            Self::Plain(plain) => (&plain.circuit, plain_witness(plain, job)),
            Self::Registers(registers, with_registers) => {
                (&with_registers.circuit, with_registers.witness(&held(*registers)?))
            }
            Self::RegistersOrPlain(registers, FallbackCircuits { with_registers, plain }) => {
                match held(*registers) {
                    Ok(values) => (&with_registers.circuit, with_registers.witness(&values)),
                    Err(why) if job.batch.transactions.len() > plain.slots() => {
                        return Err(too_many(&why, job.batch.transactions.len(), plain.slots()));
                    }
                    Err(_) => (&plain.circuit, plain_witness(plain, job)),
                }
            }
        };
        Ok((circuit, filled.map_err(|error| no_proof(what, &error))?))
    }
}

/// The witness for plain slots. What has no slot is padding.
fn plain_witness<C: GenericConfig<EXTENSION, F = Felt>>(
    plain: &BatchCircuit<C>,
    job: &Job<'_>,
) -> anyhow::Result<PartialWitness<Felt>> {
    let values: Vec<_> = job.trace.steps.iter().take(plain.slots()).map(SlotValues::honest).collect();
    plain.witness(job.statement.old_root, &values)
}

/// Neither circuit can hold a batch: `why` is what registers say of it.
fn too_many(why: &ProverError, transactions: usize, slots: usize) -> ProverError {
    ProverError::Input {
        what: "batch for a circuit with registers or plain slots",
        expected: format!("at most {slots} transactions, since registers cannot hold it ({why})"),
        got: transactions.to_string(),
    }
}
