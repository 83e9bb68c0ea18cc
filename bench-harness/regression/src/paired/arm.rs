//! One of the two programs. How it is started and asked is up to the implementation of [`Arm`].

use records::regression::arm::DescribedAnswer;
use records::regression::paired::ComparedName;
use records::sample::MarkName;
use std::collections::BTreeMap;
use thiserror::Error;

/// A program that can be asked for samples.
pub trait Arm {
    /// Its version, build and machine, and the cells that it would measure.
    ///
    /// # Errors
    /// [`ArmError`].
    fn describe(&mut self) -> Result<DescribedAnswer, ArmError>;

    /// One sample of one cell, made in a fresh process on the batches of this seed.
    ///
    /// # Errors
    /// [`ArmError`].
    fn sample(&mut self, cell: &str, seed: u64) -> Result<Readings, ArmError>;
}

/// What one sample has.
pub type Readings = BTreeMap<ComparedName, Reading>;

/// One figure of a sample.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reading {
    /// In seconds, or for memory in bytes.
    pub value: f64,
    /// Why it is discarded, if it is.
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
        "{arm} speaks protocol {got} of a comparison, and this program {known}: compare builds that speak the same"
    )]
    Protocol {
        /// As the user named it.
        arm: String,
        /// The version that this program knows.
        known: u32,
        /// The version of its answer.
        got: String,
    },
    /// A proof or a state root of it is wrong.
    #[error("{arm}: {why}")]
    WrongProof {
        /// As the user named it.
        arm: String,
        /// The error of its verifier.
        why: String,
    },
    /// Stopped by the user.
    #[error("stopped before the verdict")]
    Stopped,
}
