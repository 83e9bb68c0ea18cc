//! The statement, its circuits, proving and aggregating.
//!
//! | room | what it owns |
//! |---|---|
//! | [`statement`] | what a proof says, and how statements join |
//! | [`system`] | the [`system::ProofSystem`] trait: what a proof system must do |
//! | [`witness`] | what a batch touches, leaf by leaf, whatever the system |

pub mod circuit;
pub mod plonk;
mod size;
pub mod statement;
pub mod system;
pub mod witness;
