//! What a fleet of provers exchanges and writes: jobs, results, the coordinator's ledger, the summary of a run.

pub mod autoscale;
mod bytes;
pub mod job;
pub mod ledger;
pub mod pipeline;
pub mod summary;
pub mod validation;

pub use bytes::ProofText;

/// Version of every job, result and ledger line, and of a fleet's summary.
pub const FLEET_SCHEMA_VERSION: u32 = 1;
