//! The record types of an exact comparison: what differs, and how near each circuit is to the next power of two.

use crate::regression::figures::{FigureValueRecord, FiguresRecord};
use crate::sample::CircuitRecord;
use serde::{Deserialize, Serialize};

/// Version of [`ExactRecord`] written by this program.
pub const EXACT_SCHEMA_VERSION: u32 = 1;

/// An exact comparison.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExactRecord {
    /// [`EXACT_SCHEMA_VERSION`] of the writer.
    pub schema_version: u32,
    /// What came of it.
    pub verdict: ExactVerdictName,
    /// The file that was compared with.
    pub baseline: String,
    /// Figures that were compared.
    pub figures: u64,
    /// Where the two differ, cell by cell.
    pub differences: Vec<FigureDifferenceRecord>,
    /// What is there now.
    pub head: FiguresRecord,
}

/// What came of an exact comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExactVerdictName {
    /// Every figure is what it was.
    Pass,
    /// Some figure is not, or not always.
    Changed,
}

/// How a figure differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FigureDifferenceName {
    /// Another value.
    Changed,
    /// The baseline has it, and it is gone.
    Missing,
    /// The baseline does not have it.
    Additional,
    /// Two computations of one run do not agree: it is not exact.
    Varies,
}

/// One difference.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FigureDifferenceRecord {
    /// The cell.
    pub cell: String,
    /// The figure; none where the whole cell is missing or additional.
    pub figure: Option<String>,
    /// How it differs.
    pub difference: FigureDifferenceName,
    /// In the baseline; of a figure that varies, the first of its values.
    pub baseline: Option<FigureValueRecord>,
    /// Now; of a figure that varies, the second of its values.
    pub head: Option<FigureValueRecord>,
    /// Rows of the figure's circuit now that are free before the next power of two; none for other figures.
    pub headroom: Option<HeadroomRecord>,
}

/// Rows that are free before cost doubles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeadroomRecord {
    /// Rows in use.
    pub rows: u64,
    /// Rows after padding to a power of two.
    pub padded_rows: u64,
}

impl HeadroomRecord {
    /// Of a circuit.
    pub fn of(circuit: &CircuitRecord) -> Self {
        Self { rows: circuit.rows, padded_rows: circuit.padded_rows }
    }
}

impl ExactRecord {
    /// The differences by which a circuit's padded rows went up: each costs about twice as much for each doubling.
    pub fn doublings(&self) -> Vec<&FigureDifferenceRecord> {
        let is_doubling = |one: &&FigureDifferenceRecord| {
            let is_padded = one.figure.as_ref().is_some_and(|figure| figure.ends_with(": padded rows"));
            is_padded && one.counts().is_some_and(|(before, now)| now > before)
        };
        self.differences.iter().filter(is_doubling).collect()
    }
}

impl FigureDifferenceRecord {
    /// The figure in the baseline and now, where both are numbers.
    pub fn counts(&self) -> Option<(u64, u64)> {
        match (&self.baseline, &self.head) {
            (Some(FigureValueRecord::Count(before)), Some(FigureValueRecord::Count(now))) => {
                Some((*before, *now))
            }
            _ => None,
        }
    }
}
