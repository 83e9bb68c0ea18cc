//! The proof system of a cell behind one interface, and what it can do.

use crate::child::request::SystemRequest;
use prover::command::Command;
use prover::plonk::Plonky2;
use prover::scripted::{Script, Scripted};
use prover::system::{CircuitSize, Description, ProofSystem, ProverError};
use records::sample::{CircuitRecord, SystemRecord};
use std::time::Duration;

/// The proof system of a cell.
pub(crate) enum System {
    Plonky2(Box<Plonky2>),
    Scripted(Scripted),
    Command(Command),
}

/// What a proof system can do beside proving.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Support {
    pub(crate) aggregate: bool,
    pub(crate) verify: bool,
}

impl System {
    /// The system that is asked for.
    pub(crate) fn new(request: &SystemRequest) -> Result<Self, ProverError> {
        match request {
            SystemRequest::Plonky2 => Ok(Self::Plonky2(Box::new(Plonky2::new()))),
            SystemRequest::Scripted(script) => Scripted::new((**script).clone()).map(Self::Scripted),
            SystemRequest::Command { argv, timeout_s } => {
                let timeout = Duration::try_from_secs_f64(*timeout_s);
                let timeout = timeout.map_err(|error| ProverError::Input {
                    what: "time-out of the prover command",
                    expected: "seconds".to_owned(),
                    got: error.to_string(),
                })?;
                Command::new(argv.clone(), timeout).map(Self::Command)
            }
        }
    }

    pub(crate) fn as_dyn(&self) -> &dyn ProofSystem {
        match self {
            Self::Plonky2(system) => system.as_ref(),
            Self::Scripted(system) => system,
            Self::Command(system) => system,
        }
    }

    pub(crate) fn as_dyn_mut(&mut self) -> &mut dyn ProofSystem {
        match self {
            Self::Plonky2(system) => system.as_mut(),
            Self::Scripted(system) => system,
            Self::Command(system) => system,
        }
    }

    /// The script, where there is one.
    pub(crate) fn script(&self) -> Option<&Script> {
        match self {
            Self::Scripted(system) => Some(system.script()),
            Self::Plonky2(_) | Self::Command(_) => None,
        }
    }

    /// What it can do; asked after its set-up, since a command tells it then.
    pub(crate) fn support(&self) -> Support {
        match self {
            Self::Plonky2(_) | Self::Scripted(_) => Support { aggregate: true, verify: true },
            Self::Command(command) => {
                Support { aggregate: command.can_aggregate(), verify: command.can_verify() }
            }
        }
    }
}

/// A description as it is written down.
pub(crate) fn record(description: Description) -> SystemRecord {
    let Description { system, version, settings, circuits } = description;
    let circuits = circuits.into_iter().map(|circuit| {
        let CircuitSize { name, rows, padded_rows, public_elements, proof_bytes, gates, key_digest } =
            circuit;
        CircuitRecord { name, rows, padded_rows, public_elements, proof_bytes, gate_rows: gates, key_digest }
    });
    SystemRecord { name: system, version, settings, circuits: circuits.collect() }
}
