//! The proof system of a cell behind one interface, and what it can do.

use crate::spec::SystemChoice;
use prover::command::Command;
use prover::plonk::Plonky2;
use prover::scripted::{Script, Scripted};
use prover::system::{ProofSystem, ProverError};

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
    pub(crate) fn new(request: &SystemChoice) -> Result<Self, ProverError> {
        match request {
            SystemChoice::Plonky2 => Ok(Self::Plonky2(Box::new(Plonky2::new()))),
            SystemChoice::Scripted(script) => Scripted::new((**script).clone()).map(Self::Scripted),
            SystemChoice::Command { argv, timeout } => {
                Command::new(argv.clone(), *timeout).map(Self::Command)
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

    /// What it can do; asked after its set-up, since a command says so then.
    pub(crate) fn support(&self) -> Support {
        match self {
            Self::Plonky2(_) | Self::Scripted(_) => Support { aggregate: true, verify: true },
            Self::Command(command) => {
                Support { aggregate: command.can_aggregate(), verify: command.can_verify() }
            }
        }
    }
}
