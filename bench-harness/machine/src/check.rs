//! One check of the machine, its verdict, and refusing a machine by named checks.
//!
//! Owns the record. What is checked is in `checks`.

use serde::{Deserialize, Serialize};
use std::fmt;

/// What a check found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// As it should be.
    Pass,
    /// Figures may scatter or mislead.
    Warn,
    /// Figures will be wrong.
    Fail,
    /// It cannot be read here.
    Unknown,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pass => "pass",
            Self::Warn => "warn",
            Self::Fail => "fail",
            Self::Unknown => "unknown",
        })
    }
}

/// One check and its result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// Its name, as `--require` takes it.
    pub name: String,
    /// The verdict.
    pub verdict: Verdict,
    /// What was seen.
    pub seen: String,
    /// What to do about it; empty where it passed.
    pub advice: String,
}

/// A machine that is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RequireError {
    /// No check has this name.
    #[error("there is no check `{name}`; the checks are {known}")]
    NoSuchCheck {
        /// What came.
        name: String,
        /// What there is, joined by commas.
        known: String,
    },
    /// Required checks that did not pass.
    #[error("this machine does not meet what was required:\n{}", refusals(failed))]
    Refused {
        /// They, in the order of the checks.
        failed: Vec<Check>,
    },
}

fn refusals(failed: &[Check]) -> String {
    let lines = failed.iter().map(|check| {
        let Check { name, verdict, seen, advice } = check;
        format!("  {name}: {verdict}, {seen}; {advice}")
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Refuses the machine unless every named check passed. A warning does not pass, and neither does
/// what cannot be read: who requires a check wants to be sure of it.
///
/// # Errors
/// [`RequireError`] that lists the checks that did not pass, or names one that does not exist.
pub fn require(checks: &[Check], names: &[&str]) -> Result<(), RequireError> {
    if let Some(name) = names.iter().find(|name| !checks.iter().any(|check| check.name == **name)) {
        let known: Vec<&str> = checks.iter().map(|check| check.name.as_str()).collect();
        return Err(RequireError::NoSuchCheck { name: (*name).to_owned(), known: known.join(", ") });
    }
    let failed: Vec<Check> = checks
        .iter()
        .filter(|check| names.contains(&check.name.as_str()) && check.verdict != Verdict::Pass)
        .cloned()
        .collect();
    if failed.is_empty() { Ok(()) } else { Err(RequireError::Refused { failed }) }
}

#[cfg(test)]
mod tests {
    use super::{Check, RequireError, Verdict, require};

    #[test]
    fn a_requirement_needs_a_pass() {
        let check = |name: &str, verdict| Check {
            name: name.to_owned(),
            verdict,
            seen: "this".to_owned(),
            advice: "do that".to_owned(),
        };
        let checks = [
            check("a", Verdict::Pass),
            check("b", Verdict::Warn),
            check("c", Verdict::Fail),
            check("d", Verdict::Unknown),
        ];
        assert_eq!(require(&checks, &[]), Ok(()));
        assert_eq!(require(&checks, &["a"]), Ok(()));
        let error = require(&checks, &["a", "d", "b"]).expect_err("refused");
        let RequireError::Refused { failed } = &error else {
            panic!("{error}");
        };
        let names: Vec<&str> = failed.iter().map(|check| check.name.as_str()).collect();
        assert_eq!(names, ["b", "d"]);
        assert!(error.to_string().contains("b: warn, this; do that"), "{error}");
        let error = require(&checks, &["e"]).expect_err("no such check").to_string();
        assert!(error.contains("`e`") && error.contains("a, b, c, d"), "{error}");
    }
}
