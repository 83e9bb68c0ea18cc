//! What parent and child tell each other, a JSON line each. No public format: both are the same program.

use records::fleet::job::{FleetJobRecord, FleetOutcomeRecord, FleetWorkRecord};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// The first line to a child.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChildStart {
    /// What to set up for.
    pub work: FleetWorkRecord,
    /// The CPUs of its threads; none where they are not held to any.
    pub cpus: Vec<usize>,
    /// How many threads.
    pub cores: usize,
    /// How often it says that it lives while it proves, s.
    pub beat_s: f64,
    /// Where it loads circuits from and keeps them; none where it builds them.
    pub circuit_cache: Option<PathBuf>,
}

/// Each further line to a child: a job.
pub type ChildJob = FleetJobRecord;

/// A line from a child.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChildAnswer {
    /// It is set up.
    Ready {
        /// The digest of its circuits.
        circuits: String,
        /// Files of circuits that could not be used or written, a line each.
        notes: Vec<String>,
    },
    /// It cannot be.
    CannotStart {
        /// Why.
        why: String,
    },
    /// It is at its job.
    Beat,
    /// It has done its job.
    Done {
        /// From the job's line to this, s.
        busy_s: f64,
        /// What came of it.
        outcome: FleetOutcomeRecord,
    },
}
