//! Which proof systems a spec names, with their script or their command.

use crate::spec::check::{file, none, seconds, word};
use crate::spec::error::SpecError;
use crate::spec::layer::{Complete, Overrides};
use prover::built_in::BuiltIn;
use prover::capabilities::Capabilities;
use prover::scripted::Script;
use serde::{Deserialize, Serialize};
use std::path::Path;
use std::sync::LazyLock;
use std::time::Duration;

/// Every name that a spec may have.
pub(crate) static SYSTEMS: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    let built_in = BuiltIn::ALL.into_iter().map(BuiltIn::name);
    built_in.chain(["scripted", "command"]).collect()
});

/// A proof system of a run, in a spec and in what a child is asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum SystemChoice {
    /// One that is compiled in.
    BuiltIn(BuiltIn),
    /// A script.
    Scripted(Box<Script>),
    /// The user's own.
    Command {
        /// Program and arguments.
        argv: Vec<String>,
        /// How long it may take for one answer.
        timeout: Duration,
    },
}

impl SystemChoice {
    /// Its name in files.
    pub fn name(&self) -> &'static str {
        match self {
            Self::BuiltIn(system) => system.name(),
            Self::Scripted(_) => "scripted",
            Self::Command { .. } => "command",
        }
    }

    /// What it can do; `None` where only its set-up says.
    pub fn capabilities(&self) -> Option<Capabilities> {
        match self {
            Self::BuiltIn(system) => Some(system.capabilities()),
            Self::Scripted(script) => Some(script.capabilities()),
            Self::Command { .. } => None,
        }
    }

    /// Whether it is known to have no aggregation, so that each batch is verified on L1 by itself.
    pub fn cannot_aggregate(&self) -> bool {
        self.capabilities().is_some_and(|can| can.aggregation.is_none())
    }

    /// Whether its times are made up.
    pub fn is_scripted(&self) -> bool {
        matches!(self, Self::Scripted(_))
    }
}

/// The proof systems of a spec, each once, in order.
pub(crate) fn systems(all: &Complete, effective: &mut Overrides) -> Result<Vec<SystemChoice>, SpecError> {
    let mut systems: Vec<SystemChoice> = Vec::new();
    for name in &all.proof_system {
        let name = word("proof_system", &SYSTEMS, name)?;
        if !systems.iter().any(|system| system.name() == name) {
            systems.push(system(name, all, effective)?);
        }
    }
    if systems.is_empty() {
        return Err(none("proof_system"));
    }
    Ok(systems)
}

fn system(name: &str, all: &Complete, effective: &mut Overrides) -> Result<SystemChoice, SpecError> {
    if let Some(system) = BuiltIn::named(name) {
        return Ok(SystemChoice::BuiltIn(system));
    }
    if name == "scripted" {
        return match all.script.as_deref() {
            None => Ok(SystemChoice::Scripted(Box::default())),
            script => {
                let path = file("script", "a TOML file", script, &mut effective.script)?;
                read_script(&path).map(|script| SystemChoice::Scripted(Box::new(script)))
            }
        };
    }
    let argv = all.command.clone().unwrap_or_default();
    if argv.first().is_none_or(String::is_empty) {
        return Err(SpecError::Field {
            field: "command",
            expected: "a program and its arguments".to_owned(),
            got: "none".to_owned(),
        });
    }
    let timeout = seconds("command_timeout_s", all.command_timeout_s)?;
    Ok(SystemChoice::Command { argv, timeout })
}

/// The script of a TOML file.
///
/// # Errors
/// [`SpecError`] with file and line.
pub fn read_script(file: &Path) -> Result<Script, SpecError> {
    let text =
        std::fs::read_to_string(file).map_err(|source| SpecError::Io { file: file.to_owned(), source })?;
    let wrong = |problem: String| SpecError::Script { file: file.to_owned(), problem };
    let script: Script = toml::from_str(&text).map_err(|error| wrong(error.to_string()))?;
    script.check().map_err(|error| wrong(error.to_string()))?;
    Ok(script)
}
