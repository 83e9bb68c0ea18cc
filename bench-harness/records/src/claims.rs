//! The record types of what the two source documents claim, each claim with the figures of this machine that answer it.
//! Plain data: no verdict is computed here.

use crate::file::Versioned;
use crate::names::names;
use serde::{Deserialize, Serialize};

/// Version of [`ClaimsRecord`] written by this program.
pub const CLAIMS_SCHEMA_VERSION: u32 = 1;

names! {
    /// The documents that claim.
    pub enum ClaimSourceName {
        /// *System Performance and the "Order then Prove" Paradigm*, v1.0, June 2024.
        OrderThenProve = "order_then_prove", "Order then Prove (v1.0, June 2024)";
        /// *Fractal Scaling*, by polynya; of the month before the Ryzen 7000 (September 2022), by its text.
        FractalScaling = "fractal_scaling", "Fractal Scaling (polynya, 2022)";
    }
}

names! {
    /// What figures say of a claim.
    pub enum ClaimVerdictName {
        /// The deciding figures, intervals included, are within the rule.
        Holds = "holds";
        /// One of them, interval included, is outside of it.
        DoesNotHold = "does_not_hold", "does not hold";
        /// An interval reaches over the threshold, or there is none.
        Inconclusive = "inconclusive";
        /// A record is missing that this program can make.
        NotMeasured = "not_measured", "not measured";
        /// Nothing that this program measures here answers it.
        Untestable = "untestable", "cannot be tested here";
    }
}

/// Every claim with its answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClaimsRecord {
    /// [`CLAIMS_SCHEMA_VERSION`] of the writer.
    pub schema_version: u32,
    /// The version of the program that answered.
    pub program_version: String,
    /// The records that it was answered from.
    pub inputs: Vec<ClaimInputRecord>,
    /// The claims, by source and in the order of its text.
    pub claims: Vec<ClaimRecord>,
}

impl Versioned for ClaimsRecord {
    const SCHEMA_VERSION: u32 = CLAIMS_SCHEMA_VERSION;
}

/// A record that claims were answered from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClaimInputRecord {
    /// `profile`, `execution`, `pipeline`.
    pub what: String,
    /// The file that was read.
    pub file: String,
    /// The processor that it was measured on, as its record names it.
    pub processor: Option<String>,
}

/// One claim.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClaimRecord {
    /// What tells it from the others: `parallel-gains`.
    pub id: String,
    /// The claim in a few words.
    pub title: String,
    /// Who claims it.
    pub source: ClaimSourceName,
    /// In the words of the source.
    pub quote: String,
    /// Figures that the source gives, as it gives them.
    pub quoted: Vec<QuotedFigureRecord>,
    /// When it holds, in words with the threshold; none for what cannot be tested.
    pub rule: Option<String>,
    /// What was measured or computed; the deciding ones first.
    pub figures: Vec<ClaimFigureRecord>,
    /// What they say.
    pub verdict: ClaimVerdictName,
    /// What to know with it: extrapolations, what differs from the case of the source.
    pub cautions: Vec<String>,
    /// What would answer it, or answer it better: commands, machines.
    pub needs: Option<String>,
}

/// A figure of the source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuotedFigureRecord {
    /// As it stands there: `195 TPS`.
    pub figure: String,
    /// What it meant there.
    pub meaning: String,
}

/// A figure that answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClaimFigureRecord {
    /// What it is.
    pub what: String,
    /// Its value.
    pub value: f64,
    /// `s`, `1/s`, `×`, …; empty for a count.
    pub unit: String,
    /// Lower end of its interval; none where there is none.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// Samples or repeats behind it; none for what was computed from formulas alone.
    pub samples: Option<u64>,
    /// The command whose record it is from, or `formula`, `simulation`.
    pub from: String,
    /// Whether the verdict was made of it.
    pub decides: bool,
    /// Whether it lies beyond what was measured.
    pub is_extrapolated: bool,
}
