//! The record types of a timeline. Plain data: nothing is simulated or measured here.

use crate::names::names;
use serde::{Deserialize, Serialize};

/// What some workers did, each on a lane of its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TimelineRecord {
    /// What it shows, a sentence: simulated or measured, of what, and what it leaves out.
    pub what: String,
    /// Groups of lanes, in the order in which they are shown.
    pub processes: Vec<ProcessRecord>,
}

/// Lanes that belong together: the provers, say.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProcessRecord {
    /// `provers`, `aggregators`, `L1`, …
    pub name: String,
    /// Its lanes, in the order in which they are shown.
    pub lanes: Vec<LaneRecord>,
}

/// One worker, who does one thing at a time: spans of a lane do not overlap, and stand in order of their start.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LaneRecord {
    /// `prover 3`
    pub name: String,
    /// What it did.
    pub spans: Vec<SpanRecord>,
}

/// One piece of work.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SpanRecord {
    /// What it was.
    pub work: SpanName,
    /// For whom: `batch 7`, `group 0, level 2`.
    pub label: String,
    /// The group that it belongs to, from 0, where it belongs to one.
    pub group: Option<u64>,
    /// Its start, from the beginning of the timeline.
    pub start_s: f64,
    /// How long it took.
    pub duration_s: f64,
}

names! {
    /// Kinds of work.
    pub enum SpanName {
        /// Circuits and keys.
        SetUp = "set_up";
        /// A batch fills.
        Fill = "fill";
        /// Execution, state root and encoding.
        Close = "close";
        /// Record, witness and proof of a batch.
        Prove = "prove";
        /// A proof that a crash ended.
        Crash = "crash";
        /// A prover is repaired.
        Repair = "repair";
        /// A merge of proofs, or a level of merges.
        Aggregate = "aggregate";
        /// A sequence transaction or a proof waits for L1.
        Include = "include";
        /// A proof is verified.
        Verify = "verify";
    }
}
