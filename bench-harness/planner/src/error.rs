//! What can go wrong with a plan: the user's numbers, or a target that nothing can meet.
//!
//! Nothing here is our own mistake; those are assertions.

use crate::domain::Term;

/// Why there is no plan.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum PlanError {
    /// A number that cannot be planned with; the user must change it.
    #[error("{field}: expected {expected}, got {got}")]
    BadInput {
        /// The field, named as on the command line and in the records.
        field: String,
        /// What would have been taken.
        expected: String,
        /// What came.
        got: String,
    },
    /// Good numbers, but no choice of provers, batches per aggregation and aggregators meets the target.
    #[error(
        "no plan meets the target: {term} forbids it: best {best} {unit}, wanted {wanted} {unit}; {advice}"
    )]
    Infeasible {
        /// The term of the formula that forbids it.
        term: Term,
        /// The best figure that this term leaves possible, in `unit`.
        best: Figure,
        /// The figure that was asked for, in `unit`.
        wanted: Figure,
        /// `batches/s` or `s`.
        unit: &'static str,
        /// What would have to change.
        advice: String,
    },
}

/// A number that prints with six significant digits, without a tail of zeros.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Figure(pub f64);

impl std::fmt::Display for Figure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&records::number::significant(self.0, 6))
    }
}

impl PlanError {
    /// The same refusal, which says that a search was ended before every fleet was looked at, where it was.
    pub(crate) fn unfinished(mut self, is_ended: bool) -> Self {
        if let Self::Infeasible { advice, .. } = &mut self
            && is_ended
        {
            advice.push_str("; the search was ended before every fleet was looked at");
        }
        self
    }

    /// A number outside what a field takes.
    pub(crate) fn bad(field: &str, expected: &str, got: impl std::fmt::Display) -> Self {
        Self::BadInput { field: field.to_owned(), expected: expected.to_owned(), got: got.to_string() }
    }
}

/// `x` if it is a finite number above zero.
///
/// # Errors
/// [`PlanError::BadInput`] that names `field`.
pub(crate) fn positive(field: &str, x: f64) -> Result<f64, PlanError> {
    if x.is_finite() && x > 0.0 { Ok(x) } else { Err(PlanError::bad(field, "a finite number above zero", x)) }
}

/// `x` if it is a finite number, zero or above.
///
/// # Errors
/// [`PlanError::BadInput`] that names `field`.
pub(crate) fn not_negative(field: &str, x: f64) -> Result<f64, PlanError> {
    if x.is_finite() && x >= 0.0 {
        Ok(x)
    } else {
        Err(PlanError::bad(field, "a finite number, zero or above", x))
    }
}

/// `x`, which was checked otherwise, if it is at most `max`; `advice` says what to do instead.
///
/// # Errors
/// [`PlanError::BadInput`] that names `field`.
pub(crate) fn at_most(field: &str, x: f64, max: f64, advice: &str) -> Result<f64, PlanError> {
    if x <= max { Ok(x) } else { Err(PlanError::bad(field, &format!("at most {max} ({advice})"), x)) }
}

/// `x` if it is at least 1.
///
/// # Errors
/// [`PlanError::BadInput`] that names `field`.
pub(crate) fn at_least_one(field: &str, x: u32) -> Result<u32, PlanError> {
    if x >= 1 { Ok(x) } else { Err(PlanError::bad(field, "a whole number, 1 or above", x)) }
}
