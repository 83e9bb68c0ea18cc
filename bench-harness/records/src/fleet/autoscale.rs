//! Policies that start and stop provers, on one load: what each costs, and how long batches wait.

use crate::file::Versioned;
use serde::{Deserialize, Serialize};

/// Version of [`AutoscaleRecord`] written by this program.
pub const AUTOSCALE_SCHEMA_VERSION: u32 = 1;

/// What one policy made of the load.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AutoscalePolicyRecord {
    /// Its name, with its figures.
    pub policy: String,
    /// Hours of provers that are paid for: from the request for one to its end.
    pub prover_hours: f64,
    /// The most provers at a time.
    pub provers_max: u64,
    /// Mean wait of a batch for a prover, s.
    pub wait_mean_s: f64,
    /// Its 99th percentile.
    pub wait_p99_s: f64,
    /// Batches behind the waits.
    pub batches: u64,
    /// Proofs that were begun more than once; none where it is simulated, since there a stopped prover ends its proof.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub begun_again: Option<u64>,
}

/// The comparison.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AutoscaleRecord {
    /// [`AUTOSCALE_SCHEMA_VERSION`] of the writer.
    pub schema_version: u32,
    /// Batches/s over a day, in equal slots from midnight.
    pub rates_batches_per_s: Vec<f64>,
    /// Mean time of a proof, s.
    pub prove_s: f64,
    /// From the request for a prover to its first job, s.
    pub start_s: f64,
    /// The wait that our policy is asked to keep for 99 of 100 batches, s.
    pub wait_limit_s: f64,
    /// Each policy over simulated days.
    pub simulated: Vec<AutoscalePolicyRecord>,
    /// How many times faster the workers of a real run lived; none where none was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub real_speed_up: Option<f64>,
    /// What a job of the real run took beside its proof, s, mean, not scaled: what that is in times of the load is this times
    /// the speed-up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub real_overhead_s: Option<f64>,
    /// Each policy with real queue, coordinator and workers that only take time; times are those of the load again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub real: Vec<AutoscalePolicyRecord>,
}

impl Versioned for AutoscaleRecord {
    const SCHEMA_VERSION: u32 = AUTOSCALE_SCHEMA_VERSION;
}
