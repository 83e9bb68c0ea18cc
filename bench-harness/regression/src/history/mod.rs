//! Slow drift over many commits, that no comparison of two builds can see.
//!
//! | room | what it owns |
//! |---|---|
//! | [`e_divisive`] | change points of a series of numbers |
//! | `drift` | which series of a history have drifted, and by how much |
//!
//! It warns and never blocks: results of different days are not paired, and the machine may have changed in between.

mod drift;
pub mod e_divisive;

pub use drift::{DriftError, DriftSettings, Quantities, drift};
