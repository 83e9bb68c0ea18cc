//! The exit codes, which error leads to which, and stopping by Ctrl-C.
//!
//! The chain of an error is searched for a kind that has a code of its own. An error of no known kind is an internal
//! error.

use anyhow::Context;
use fleet::error::FleetError;
use measure::closing::study::ClosingStudyError;
use measure::execution::grid::ExecutionGridError;
use measure::fractal::study::FractalError;
use measure::run::MeasureError;
use measure::run::error::ErrorKind;
use measure::state_growth::study::StateGrowthError;
use planner::PlanError;
use prover::system::ProverError;
use records::file::{ReadError, WriteError};
use records::regression::history::AppendError;
use regression::paired::{ArmError, PairedError};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use thiserror::Error;

/// An internal error: a bug of this program.
pub(crate) const INTERNAL: u8 = 1;
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
/// No proof was measured that counts.
pub(crate) const NOT_MEASURED: u8 = 8;
/// A fleet gave a batch up.
pub(crate) const NOT_PROVED: u8 = 9;
/// A threshold of `--fail-if` was crossed.
pub(crate) const CROSSED: u8 = 10;
/// Stopped by Ctrl-C or SIGTERM, as shells have it.
pub(crate) const STOPPED: u8 = 130;

/// Stopped by the user: what was kept, and how to resume.
#[derive(Debug, Error)]
#[error("{0}")]
pub(crate) struct Stopped(pub(crate) String);

/// What a fleet could not prove, and why.
#[derive(Debug, Error)]
#[error("{0}")]
pub(crate) struct NotProved(pub(crate) String);

/// Which thresholds of `--fail-if` were crossed, and by what.
#[derive(Debug, Error)]
#[error("{0}")]
pub(crate) struct Crossed(pub(crate) String);

/// Bad usage or bad input, with what to do instead.
#[derive(Debug, Error)]
#[error("{0}")]
pub(crate) struct Usage(pub(crate) String);

/// No proof was measured that counts: all failed, or all were discarded.
#[derive(Debug, Error)]
#[error("{0}")]
pub(crate) struct NotMeasured(pub(crate) String);

/// A figure changed, or proving got slower: the verdict and its reason.
#[derive(Debug, Error)]
#[error("{0}")]
pub(crate) struct Regression(pub(crate) String);

/// Neither a regression nor its absence is shown, and `--strict` was given.
#[derive(Debug, Error)]
#[error("{0}")]
pub(crate) struct Inconclusive(pub(crate) String);

/// Two things that cannot be compared, and why.
#[derive(Debug, Error)]
#[error("{0}")]
pub(crate) struct Refused(pub(crate) String);

/// An error that the user can fix, with its text.
pub(crate) fn usage(error: impl std::fmt::Display) -> anyhow::Error {
    Usage(error.to_string()).into()
}

/// The exit code of an outcome; an error is printed, the message first and its causes below.
pub(crate) fn from_outcome(outcome: anyhow::Result<()>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            let mut shown = error.to_string();
            for cause in error.chain().skip(1).map(ToString::to_string) {
                // Most errors of this program repeat their cause in their own text.
                if !shown.contains(&cause) {
                    eprintln!("  because {cause}");
                }
                shown = cause;
            }
            let code = code_of(&error);
            if code == INTERNAL {
                eprintln!(
                    "This is an internal error of bench-harness; please report it with the command you ran."
                );
            }
            ExitCode::from(code)
        }
    }
}

/// A flag that Ctrl-C sets, so that programs are ended and temporary files removed.
pub(crate) fn stop_on_ctrl_c() -> anyhow::Result<Arc<AtomicBool>> {
    let stop = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stop);
    ctrlc::set_handler(move || flag.store(true, Ordering::SeqCst)).context("listening for Ctrl-C")?;
    Ok(stop)
}

/// The exit code of an error.
pub(crate) fn code_of(error: &anyhow::Error) -> u8 {
    error.chain().find_map(code_of_one).unwrap_or(INTERNAL)
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
    if let Some(error) = error.downcast_ref::<FleetError>() {
        return match error {
            FleetError::Prover(error) => code_of_one(error),
            FleetError::Input { .. }
            | FleetError::Folder { .. }
            | FleetError::Read(_)
            | FleetError::Write(_)
            | FleetError::Worker { .. }
            | FleetError::Queue(_) => Some(USAGE),
        };
    }
    if let Some(error) = error.downcast_ref::<ExecutionGridError>() {
        return Some(if error.is_wrong_result() { WRONG_PROOF } else { USAGE });
    }
    if let Some(error) = error.downcast_ref::<StateGrowthError>() {
        return Some(if error.is_wrong_result() { WRONG_PROOF } else { USAGE });
    }
    if let Some(error) = error.downcast_ref::<FractalError>() {
        return Some(if error.is_wrong_result() { WRONG_PROOF } else { USAGE });
    }
    if let Some(error) = error.downcast_ref::<ClosingStudyError>() {
        return Some(if error.is_wrong_result() { WRONG_PROOF } else { USAGE });
    }
    if let Some(error) = error.downcast_ref::<machine::RequireError>() {
        return Some(match error {
            machine::RequireError::NoSuchCheck { .. } => USAGE,
            machine::RequireError::Refused { .. } => REFUSED,
        });
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
    let kinds = [
        (error.is::<Regression>(), REGRESSION),
        (error.is::<Inconclusive>(), INCONCLUSIVE),
        (error.is::<NotMeasured>(), NOT_MEASURED),
        (error.is::<Stopped>(), STOPPED),
        (error.is::<NotProved>(), NOT_PROVED),
        (error.is::<Crossed>(), CROSSED),
        (error.is::<Refused>(), REFUSED),
        (error.is::<regression::exact::BaselineMismatch>(), REFUSED),
        (error.is::<regression::profiles::ProfileMismatch>(), REFUSED),
        (error.is::<Usage>(), USAGE),
        // Errors of files (missing, no permission, disk full) are for the user to fix.
        (error.is::<std::io::Error>(), USAGE),
        (error.is::<ReadError>() || error.is::<WriteError>() || error.is::<AppendError>(), USAGE),
    ];
    kinds.into_iter().find_map(|(is_of_kind, code)| is_of_kind.then_some(code))
}

#[cfg(test)]
mod tests {
    use super::{INFEASIBLE, INTERNAL, USAGE, WRONG_PROOF, code_of, usage};
    use anyhow::Context;
    use prover::system::ProverError;

    #[test]
    fn the_kind_of_the_error_decides_however_deep_it_stands() {
        let wrong = anyhow::Error::from(ProverError::Rejected { why: "no".to_owned() });
        assert_eq!(code_of(&wrong.context("while measuring")), WRONG_PROOF);
        let missing = std::fs::read("/nowhere/at/all").context("reading the spec").expect_err("missing");
        assert_eq!(code_of(&missing), USAGE);
        assert_eq!(code_of(&usage("no")), USAGE);
        assert_eq!(code_of(&anyhow::anyhow!("surprise")), INTERNAL);
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
