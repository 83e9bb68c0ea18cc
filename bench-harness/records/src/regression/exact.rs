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

    /// `154 of 4096 rows free (3.8 %)`
    pub fn words(self) -> String {
        let free = self.padded_rows.saturating_sub(self.rows);
        let percent = 100.0 * free as f64 / (self.padded_rows as f64).max(1.0);
        format!("{free} of {} rows free ({percent:.1} %)", self.padded_rows)
    }
}

impl FigureDifferenceRecord {
    /// What differs, for a list: `swap of 32, batch: rows`.
    pub fn place(&self) -> String {
        match &self.figure {
            Some(figure) => format!("{}, {figure}", self.cell),
            None => self.cell.clone(),
        }
    }

    /// What happened, in one line: `3942 → 4100 (+4.0 %); 4092 of 8192 rows free (50.0 %)`.
    pub fn words(&self) -> String {
        let (before, now) = (short(self.baseline.as_ref()), short(self.head.as_ref()));
        let change = match self.difference {
            FigureDifferenceName::Changed => format!("{before} → {now}"),
            FigureDifferenceName::Varies => format!("varies within one run: {before}, then {now}"),
            FigureDifferenceName::Missing if self.figure.is_none() => {
                "the cell is missing: the baseline has it".to_owned()
            }
            FigureDifferenceName::Missing => format!("missing: the baseline has {before}"),
            FigureDifferenceName::Additional if self.figure.is_none() => {
                "the cell is new: the baseline does not have it".to_owned()
            }
            FigureDifferenceName::Additional => format!("new: {now}"),
        };
        let percent = self.percent().map(|percent| format!(" ({percent})")).unwrap_or_default();
        let headroom = self.headroom.map(|room| format!("; {}", room.words())).unwrap_or_default();
        format!("{change}{percent}{headroom}")
    }

    /// The relative change of a number: `+4.0 %`; none where there are no two numbers, or where the first is zero.
    pub fn percent(&self) -> Option<String> {
        let (Some(FigureValueRecord::Count(before)), Some(FigureValueRecord::Count(now))) =
            (&self.baseline, &self.head)
        else {
            return None;
        };
        if *before == 0 || before == now {
            return None;
        }
        let percent = 100.0 * (*now as f64 / *before as f64 - 1.0);
        // One row of a hundred thousand is a change too: never `+0.0 %`.
        let digits = if percent.abs() < 0.1 { 4 } else { 1 };
        Some(format!("{percent:+.digits$} %"))
    }
}

/// A value for a table: a root of 64 digits is told from another by its first twelve.
pub fn short(value: Option<&FigureValueRecord>) -> String {
    let text = value.map_or_else(|| "-".to_owned(), ToString::to_string);
    match text.char_indices().nth(24) {
        None => text,
        Some(_) => text.chars().take(12).chain(['…']).collect(),
    }
}

impl ExactRecord {
    /// The verdict as one sentence without an end mark.
    pub fn sentence(&self) -> String {
        let cells = self.head.cells.len();
        match self.verdict {
            ExactVerdictName::Pass => {
                format!(
                    "exact: pass, {} figures of {cells} cells are those of {}",
                    self.figures, self.baseline
                )
            }
            ExactVerdictName::Changed => {
                let differ = match self.differences.len() {
                    1 => "1 difference".to_owned(),
                    count => format!("{count} differences"),
                };
                let varies =
                    self.differences.iter().any(|one| one.difference == FigureDifferenceName::Varies);
                let varies = if varies { ", some of them within one run" } else { "" };
                format!("exact: CHANGED, {differ} from {}{varies}", self.baseline)
            }
        }
    }

    /// The circuits whose padded rows went up: each costs about twice as much for each step.
    pub fn steps(&self) -> Vec<&FigureDifferenceRecord> {
        let is_step = |one: &&FigureDifferenceRecord| {
            let is_padded = one.figure.as_ref().is_some_and(|figure| figure.ends_with(": padded rows"));
            let counts = (&one.baseline, &one.head);
            is_padded
                && matches!(counts, (Some(FigureValueRecord::Count(a)), Some(FigureValueRecord::Count(b))) if b > a)
        };
        self.differences.iter().filter(is_step).collect()
    }
}
