//! The statement, its circuits, proving and aggregating.
//!
//! | room | what it owns |
//! |---|---|
//! | [`command`] | a user's own prover, as an external program |
//! | [`circuit`], [`plonk`] | the statement as plonky2 circuits, and proving with them |
//! | [`scripted`] | durations from a script and no proving, to test everything else |
//! | [`statement`] | what a proof says, and how statements join |
//! | [`system`] | the [`system::ProofSystem`] trait: what a proof system must do |
//! | [`witness`] | what a batch touches, leaf by leaf, whatever the system |

pub mod circuit;
pub mod command;
pub mod plonk;
pub mod scripted;
mod size;
pub mod statement;
pub mod system;
pub mod witness;
