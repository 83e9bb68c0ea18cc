//! Which proof system a spec names, with its script or its command.

use crate::spec::check::{file, seconds, word};
use crate::spec::error::SpecError;
use crate::spec::layer::{Complete, Overrides};
use prover::scripted::Script;
use serde::{Deserialize, Serialize};
use std::path::Path;
use std::time::Duration;

const SYSTEMS: [&str; 3] = ["plonky2", "scripted", "command"];

/// The proof system of a run, in a spec and in what a child is asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum SystemChoice {
    /// The real one.
    Plonky2,
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
            Self::Plonky2 => "plonky2",
            Self::Scripted(_) => "scripted",
            Self::Command { .. } => "command",
        }
    }
}

pub(crate) fn system(all: &Complete, effective: &mut Overrides) -> Result<SystemChoice, SpecError> {
    match word("proof_system", &SYSTEMS, &all.proof_system)? {
        "plonky2" => Ok(SystemChoice::Plonky2),
        "scripted" => match all.script.as_deref() {
            None => Ok(SystemChoice::Scripted(Box::default())),
            script => {
                let path = file("script", "a TOML file", script, &mut effective.script)?;
                read_script(&path).map(|script| SystemChoice::Scripted(Box::new(script)))
            }
        },
        _ => {
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
    }
}

fn read_script(file: &Path) -> Result<Script, SpecError> {
    let text =
        std::fs::read_to_string(file).map_err(|source| SpecError::Io { file: file.to_owned(), source })?;
    let wrong = |problem: String| SpecError::Script { file: file.to_owned(), problem };
    let script: Script = toml::from_str(&text).map_err(|error| wrong(error.to_string()))?;
    script.check().map_err(|error| wrong(error.to_string()))?;
    Ok(script)
}
