//! Slow drift over many commits, that no comparison of two builds can see.
//!
//! | room | what it owns |
//! |---|---|
//! | [`e_divisive`] | change points of a series of numbers |
//! | `results` | a profile as one line of a history |
//! | `drift` | which series of a history have drifted, and by how much |
//!
//! Drift is a warning and never an error: results of different days are not paired, and the machine may have changed
//! in between.

mod drift;
pub mod e_divisive;
mod results;

pub use drift::{DriftError, Quantities, drift};
pub use results::results;
