//! What can be wrong with a spec.

use machine::{ClockSettingError, CoresError};
use std::path::PathBuf;
use thiserror::Error;
use workloads::generate::TrafficError;
use workloads::state::DepthError;
use workloads::trace::TraceError;

/// Why a spec cannot be run. All of them are the user's to mend.
#[derive(Debug, Error)]
pub enum SpecError {
    /// A file that the spec is, or names.
    #[error("{file}: {source}", file = file.display())]
    Io {
        /// Which file.
        file: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// No TOML, or a value of another type.
    #[error("{file}, line {line}: {problem}", file = file.display())]
    Toml {
        /// Which file.
        file: PathBuf,
        /// From 1.
        line: usize,
        /// What was expected and what came.
        problem: String,
    },
    /// A key that no field has.
    #[error("{file}, line {line}: unknown key `{key}`{hint}", file = file.display(), hint = hint(nearest))]
    UnknownKey {
        /// Which file.
        file: PathBuf,
        /// From 1.
        line: usize,
        /// What stands there.
        key: String,
        /// The name that it is most like, if it is like one.
        nearest: Option<&'static str>,
    },
    /// A word that is none of those that a field takes.
    #[error("{field}: expected one of {expected}, got `{got}`{hint}", hint = hint(nearest))]
    Word {
        /// Which field.
        field: &'static str,
        /// The words that there are.
        expected: String,
        /// What came.
        got: String,
        /// The word that it is most like, if it is like one.
        nearest: Option<&'static str>,
    },
    /// A value out of its range.
    #[error("{field}: expected {expected}, got {got}")]
    Field {
        /// Which field.
        field: &'static str,
        /// What it should be.
        expected: String,
        /// What it is.
        got: String,
    },
    /// The cores.
    #[error("cores: {0}")]
    Cores(#[from] CoresError),
    /// The clock.
    #[error("clock: {0}")]
    Clock(#[from] ClockSettingError),
    /// The tree.
    #[error("depth: {0}")]
    Depth(#[from] DepthError),
    /// The traffic.
    #[error(transparent)]
    Traffic(#[from] TrafficError),
    /// The trace.
    #[error("trace {file}: {source}", file = file.display())]
    Trace {
        /// Which file.
        file: PathBuf,
        /// What is wrong with it.
        source: TraceError,
    },
    /// The script of the scripted system.
    #[error("script {file}: {problem}", file = file.display())]
    Script {
        /// Which file.
        file: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
}

fn hint(nearest: &Option<&'static str>) -> String {
    nearest.map_or_else(String::new, |name| format!("; did you mean `{name}`?"))
}

/// The name that `got` is most like, if it is like any.
pub(crate) fn nearest(got: &str, names: &[&'static str]) -> Option<&'static str> {
    let likeness = |name: &&'static str| strsim::jaro_winkler(got, name);
    let best = names.iter().max_by(|first, second| likeness(first).total_cmp(&likeness(second)))?;
    (likeness(best) > 0.75).then_some(*best)
}
