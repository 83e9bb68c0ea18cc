//! The statement, its circuits, proving and aggregating.
//!
//! | room | what it owns |
//! |---|---|
//! | [`statement`] | what a proof says, and how statements join |
//! | [`capabilities`] | what a proof system can do: aggregate, batch sizes, security |
//! | [`system`] | the [`system::ProofSystem`] trait: what a proof system must do |
//! | `error` | why there is no verified proof |
//! | [`witness`] | what a batch touches, leaf by leaf, whatever the system |
//! | [`circuit`] | the statement as constraints |
//! | [`built_in`] | the proof systems of this crate by name |
//! | [`fractal`] | many rollups proved as one |
//! | [`security`] | bits of security of FRI, conjectured and proven |
//! | [`plonk`] | plonky2, with commitments by Poseidon or by Keccak: keys, proofs as bytes, times |
//! | [`plonky3`] | the statement as tables, proved with Plonky3 |
//! | `grind` | what of a plonky2 proof was luck |
//! | [`command`] | a user's own prover, as an external program |
//! | [`process`] | a child process in a group of its own |
//! | [`scripted`] | durations from a script and no proving, to test everything else |

pub mod built_in;
pub mod capabilities;
pub mod circuit;
pub mod command;
mod error;
pub mod fractal;
mod grind;
pub mod plonk;
pub mod plonky3;
pub mod process;
pub mod scripted;
pub mod security;
mod size;
pub mod statement;
pub mod system;
pub mod witness;
