//! The checks that several fields of a spec share.

use crate::spec::error::{SpecError, nearest};
use std::path::{Path, PathBuf};
use std::time::Duration;

const MAX_TIME_S: f64 = 1e9;

pub(crate) fn within<T: PartialOrd + std::fmt::Display>(
    field: &'static str,
    least: T,
    most: T,
    got: T,
) -> Result<T, SpecError> {
    if got >= least && got <= most {
        return Ok(got);
    }
    Err(SpecError::Field { field, expected: format!("{least} to {most}"), got: got.to_string() })
}

pub(crate) fn seconds(field: &'static str, got: f64) -> Result<Duration, SpecError> {
    if got > 0.0 && got <= MAX_TIME_S {
        return Ok(Duration::from_secs_f64(got));
    }
    Err(SpecError::Field {
        field,
        expected: format!("more than 0 and at most {MAX_TIME_S} seconds"),
        got: got.to_string(),
    })
}

pub(crate) fn word(
    field: &'static str,
    words: &'static [&'static str],
    got: &str,
) -> Result<&'static str, SpecError> {
    let found = words.iter().find(|word| **word == got);
    found.copied().ok_or_else(|| SpecError::Word {
        field,
        expected: words.join(", "),
        got: got.to_owned(),
        nearest: nearest(got, words),
    })
}

pub(crate) fn none(field: &'static str) -> SpecError {
    SpecError::Field { field, expected: "at least one".to_owned(), got: "none".to_owned() }
}

/// A file that is needed, with its path from the root, which is also written down.
pub(crate) fn file(
    field: &'static str,
    expected: &str,
    path: Option<&Path>,
    written: &mut Option<PathBuf>,
) -> Result<PathBuf, SpecError> {
    let Some(path) = path else {
        return Err(SpecError::Field { field, expected: expected.to_owned(), got: "none".to_owned() });
    };
    let absolute =
        std::path::absolute(path).map_err(|source| SpecError::Io { file: path.to_owned(), source })?;
    *written = Some(absolute.clone());
    Ok(absolute)
}
