//! One of the two programs, as this crate sees it. How it is started and asked is for whoever implements [`Arm`].

use records::machine::FieldRecord;
use records::regression::paired::TimeName;
use records::sample::MarkName;
use std::collections::BTreeMap;
use thiserror::Error;

/// A program that can be asked for samples.
pub trait Arm {
    /// Who it is and what it would measure.
    ///
    /// # Errors
    /// [`ArmError`].
    fn describe(&mut self) -> Result<Described, ArmError>;

    /// One sample of one cell, made in a fresh process on the batches of this seed.
    ///
    /// # Errors
    /// [`ArmError`].
    fn sample(&mut self, cell: &str, seed: u64) -> Result<Sample, ArmError>;
}

/// What a program says of itself.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Described {
    /// Its version.
    pub version: String,
    /// How it was built.
    pub build: Vec<FieldRecord>,
    /// On which machine it runs.
    pub machine: Vec<FieldRecord>,
    /// What it made of the spec that it was given: field and value, as JSON.
    pub spec: BTreeMap<String, String>,
    /// The keys of the cells that it would measure.
    pub cells: Vec<String>,
}

/// One sample.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sample {
    /// Each time that is compared.
    pub times: BTreeMap<TimeName, TimeSample>,
}

/// One time of a sample.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TimeSample {
    /// The time.
    pub time_s: f64,
    /// What is known against it.
    pub mark: MarkName,
}

/// Why a program gives no sample.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ArmError {
    /// It cannot be started, ended, hung, or wrote something else than an answer.
    #[error("{arm} gives no result: {why}")]
    NoResult {
        /// As the user named it.
        arm: String,
        /// What happened.
        why: String,
    },
    /// It speaks another version of the protocol.
    #[error(
        "{arm} speaks protocol {got} of a gate's arm, and this program {known}: compare builds that speak one"
    )]
    Protocol {
        /// As the user named it.
        arm: String,
        /// The version that this program knows.
        known: u32,
        /// What it says.
        got: String,
    },
    /// A proof or a state root of it is wrong.
    #[error("{arm}: {why}")]
    WrongProof {
        /// As the user named it.
        arm: String,
        /// What its verifier says.
        why: String,
    },
    /// The user stops it all.
    #[error("stopped before the verdict")]
    Stopped,
}
