//! How many provers, batches per aggregation and aggregators a rollup needs.
//!
//! Pure: no clock, no file, no thread count, no machine. The same request gives the same plan, byte for byte.
//!
//! | module | what |
//! |---|---|
//! | [`formulas`] | every formula, a small function each, with source, units and a worked example |
//! | [`domain`] | load, times, aggregation, limits: checked once, valid ever after |
//! | [`sim`] | the whole pipeline, event by event, with an interval on every figure |
//! | [`scaling`] | from measured points to times that were not measured |
//! | [`hardware`] | machines with prices, and what the prover would do on them |
//! | [`backlog`] | draining, daily peaks and autoscaling, as a fluid |
//! | [`fractal`] | many rollups settled by one proof: their machines, delays and cost |
//! | [`plan`] | [`plan::recommend`]: the smallest fleet that meets a target, or the term that forbids it |
//! | [`claims`] | what the two source documents claim, each answered by a rule from measured figures |
//! | [`error`] | what a user can get wrong, and what nothing can meet |

pub mod backlog;
pub mod claims;
pub mod domain;
pub mod error;
mod fewest;
pub mod formulas;
pub mod fractal;
pub mod hardware;
mod normal;
pub mod plan;
pub mod scaling;
pub mod sim;

pub use error::PlanError;
pub use plan::{Plan, PlanRequest, recommend};
