//! The proof system of a cell behind one interface.

use crate::spec::SystemChoice;
use prover::capabilities::Capabilities;
use prover::command::Command;
use prover::scripted::{Script, Scripted};
use prover::system::{ProofSystem, ProverError};

/// The proof system of a cell.
pub(crate) enum System {
    BuiltIn(Box<dyn ProofSystem + Send>),
    Scripted(Scripted),
    Command(Command),
}

impl System {
    /// The system that is asked for.
    pub(crate) fn new(request: &SystemChoice) -> Result<Self, ProverError> {
        match request {
            SystemChoice::BuiltIn(system) => Ok(Self::BuiltIn(system.make())),
            SystemChoice::Scripted(script) => Scripted::new((**script).clone()).map(Self::Scripted),
            SystemChoice::Command { argv, timeout } => {
                Command::new(argv.clone(), *timeout).map(Self::Command)
            }
        }
    }

    pub(crate) fn as_dyn(&self) -> &dyn ProofSystem {
        match self {
            Self::BuiltIn(system) => system.as_ref(),
            Self::Scripted(system) => system,
            Self::Command(system) => system,
        }
    }

    pub(crate) fn as_dyn_mut(&mut self) -> &mut dyn ProofSystem {
        match self {
            Self::BuiltIn(system) => system.as_mut(),
            Self::Scripted(system) => system,
            Self::Command(system) => system,
        }
    }

    /// The script, where there is one.
    pub(crate) fn script(&self) -> Option<&Script> {
        match self {
            Self::Scripted(system) => Some(system.script()),
            Self::BuiltIn(_) | Self::Command(_) => None,
        }
    }

    /// What it can do; asked after its set-up, since a command says so then.
    pub(crate) fn capabilities(&self) -> Capabilities {
        self.as_dyn().capabilities()
    }
}
