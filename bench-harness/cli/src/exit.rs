//! The exit codes, and which error leads to which.
//!
//! The error that knows best stands deepest: the chain is searched for a kind that has a code of its own. An error
//! of no known kind is a mistake of this program.

use measure::run::MeasureError;
use measure::run::error::ErrorKind;
use planner::PlanError;
use prover::system::ProverError;
use records::file::{ReadError, WriteError};
use regression::paired::{ArmError, PairedError};
use std::process::ExitCode;
use thiserror::Error;

/// A mistake of this program.
pub(crate) const OUR_BUG: u8 = 1;
/// Bad usage or bad input; clap exits with the same code.
pub(crate) const USAGE: u8 = 2;
/// A figure changed, or proving got slower.
pub(crate) const REGRESSION: u8 = 3;
/// Neither a regression nor its absence is shown, and `--strict` was given.
pub(crate) const INCONCLUSIVE: u8 = 4;
/// A machine check refused, or two things cannot be compared.
pub(crate) const REFUSED: u8 = 5;
/// A proof or a state root is wrong.
pub(crate) const WRONG_PROOF: u8 = 6;
/// No plan meets the target.
pub(crate) const INFEASIBLE: u8 = 7;
/// Stopped by Ctrl-C or SIGTERM, as shells have it.
pub(crate) const STOPPED: u8 = 130;

/// The user stopped it: what was kept, and how to go on.
#[derive(Debug, Error)]
#[error("{0}")]
pub(crate) struct Stopped(pub(crate) String);

/// Bad usage or bad input, in words.
#[derive(Debug, Error)]
#[error("{0}")]
pub(crate) struct Usage(pub(crate) String);

/// A figure changed, or proving got slower: the verdict, in words.
#[derive(Debug, Error)]
#[error("{0}")]
pub(crate) struct Regression(pub(crate) String);

/// Neither a regression nor its absence is shown, and that is to fail.
#[derive(Debug, Error)]
#[error("{0}")]
pub(crate) struct Inconclusive(pub(crate) String);

/// Two things that cannot be compared, in words.
#[derive(Debug, Error)]
#[error("{0}")]
pub(crate) struct Refused(pub(crate) String);

/// Marks an error as the user's to mend, keeping its words.
pub(crate) fn usage(error: impl std::fmt::Display) -> anyhow::Error {
    Usage(error.to_string()).into()
}

/// The exit code of an outcome; an error is printed, the message first and its causes below.
pub(crate) fn from_outcome(outcome: anyhow::Result<()>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            let mut said = error.to_string();
            for cause in error.chain().skip(1).map(ToString::to_string) {
                // Most of our errors repeat what caused them in their own sentence.
                if !said.contains(&cause) {
                    eprintln!("  because {cause}");
                }
                said = cause;
            }
            let code = code_of(&error);
            if code == OUR_BUG {
                eprintln!(
                    "This looks like a mistake of bench-harness; please report it with the command you ran."
                );
            }
            ExitCode::from(code)
        }
    }
}

pub(crate) fn code_of(error: &anyhow::Error) -> u8 {
    error.chain().find_map(code_of_one).unwrap_or(OUR_BUG)
}

fn code_of_one(error: &(dyn std::error::Error + 'static)) -> Option<u8> {
    if let Some(error) = error.downcast_ref::<PlanError>() {
        return Some(match error {
            PlanError::Infeasible { .. } => INFEASIBLE,
            _ => USAGE,
        });
    }
    if let Some(error) = error.downcast_ref::<ProverError>() {
        return Some(if error.is_wrong_proof() { WRONG_PROOF } else { USAGE });
    }
    if let Some(error) = error.downcast_ref::<MeasureError>() {
        return Some(match error.kind() {
            ErrorKind::Input => USAGE,
            ErrorKind::WrongProof => WRONG_PROOF,
            ErrorKind::CannotCompare => REFUSED,
        });
    }
    if error.is::<regression::profiles::CannotCompare>() {
        return Some(REFUSED);
    }
    if error.is::<ReadError>()
        || error.is::<WriteError>()
        || error.is::<records::regression::history::AppendError>()
    {
        return Some(USAGE);
    }
    if let Some(error) = error.downcast_ref::<::machine::RequireError>() {
        return Some(match error {
            ::machine::RequireError::NoSuchCheck { .. } => USAGE,
            ::machine::RequireError::Refused { .. } => REFUSED,
        });
    }
    if error.is::<Regression>() {
        return Some(REGRESSION);
    }
    if error.is::<Stopped>() {
        return Some(STOPPED);
    }
    if error.is::<Inconclusive>() {
        return Some(INCONCLUSIVE);
    }
    if error.is::<Refused>() || error.is::<regression::exact::CannotCompare>() {
        return Some(REFUSED);
    }
    if let Some(error) = error.downcast_ref::<PairedError>() {
        return Some(match error {
            PairedError::Arm(ArmError::WrongProof { .. }) => WRONG_PROOF,
            PairedError::Arm(ArmError::Stopped) => STOPPED,
            PairedError::Rules(_) | PairedError::Nothing => USAGE,
            PairedError::Arm(ArmError::NoResult { .. } | ArmError::Protocol { .. })
            | PairedError::Incomparable(_)
            | PairedError::NoPairs { .. } => REFUSED,
        });
    }
    // What the system says of a file (missing, no permission, disk full) is for the user to mend.
    (error.is::<Usage>() || error.is::<std::io::Error>()).then_some(USAGE)
}

#[cfg(test)]
mod tests {
    use super::{INFEASIBLE, OUR_BUG, USAGE, WRONG_PROOF, code_of, usage};
    use anyhow::Context;
    use prover::system::ProverError;

    #[test]
    fn the_kind_of_the_error_decides_however_deep_it_stands() {
        let wrong = anyhow::Error::from(ProverError::Rejected { why: "no".to_owned() });
        assert_eq!(code_of(&wrong.context("while measuring")), WRONG_PROOF);
        let missing = std::fs::read("/nowhere/at/all").context("reading the spec").expect_err("missing");
        assert_eq!(code_of(&missing), USAGE);
        assert_eq!(code_of(&usage("no")), USAGE);
        assert_eq!(code_of(&anyhow::anyhow!("surprise")), OUR_BUG);
        let load = planner::domain::Load::new(
            planner::domain::Target::BatchesPerS(1.0),
            None,
            planner::domain::Close::Fixed { close_s: 10.0 },
        );
        let time = |name, s| planner::domain::TimeDist::fixed(name, s).expect("a time");
        let aggregation = planner::domain::Aggregation::fixed_total(time("aggregate", 12.0));
        let request =
            planner::PlanRequest::new(load.expect("a load"), time("prove", 120.0), aggregation, 15.0);
        let error = planner::recommend(&request.expect("a request")).expect_err("closes once in 10 s");
        assert_eq!(code_of(&error.into()), INFEASIBLE);
    }
}
