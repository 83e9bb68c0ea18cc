//! What a plan was asked about machines, as records.

use crate::plan::machines::MachineRecord;
use serde::{Deserialize, Serialize};

/// The answers to what was asked, and to nothing else.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct MachineAnswersRecord {
    /// Machines, cheapest first, those without a price after those with one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ranking: Option<Vec<MachineRecord>>,
    /// Two machines side by side.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comparison: Option<MachineComparisonRecord>,
    /// One machine split into provers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub split: Option<MachineSplitRecord>,
}

/// Two machines side by side.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MachineComparisonRecord {
    /// The first.
    pub first: MachineRecord,
    /// The second.
    pub second: MachineRecord,
    /// The parallel share of the work, from 0 to 1, above which the first proves one batch on all its cores sooner
    /// than the second; none where no share turns the answer.
    pub turning_share: Option<f64>,
}

/// One machine split into provers of fewer and of more cores.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MachineSplitRecord {
    /// The machine's id.
    pub id: String,
    /// What each split takes for the target.
    pub for_target: Vec<SplitRecord>,
    /// A fixed budget, where one was given.
    pub budget_usd_per_hour: Option<f64>,
    /// What each split carries for it.
    pub for_budget: Option<Vec<SplitRecord>>,
}

/// One split of a machine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SplitRecord {
    /// Cores of each prover.
    pub cores_per_prover: u32,
    /// Time to prove a batch there; mean.
    pub prove_s: f64,
    /// Whether the others on the machine are in that time, in words.
    pub neighbours: String,
    /// Provers.
    pub provers: u32,
    /// Machines.
    pub machines: u32,
    /// Price of the machines, where the catalogue has one.
    pub usd_per_hour: Option<f64>,
    /// Batches that they prove.
    pub throughput_batches_per_s: f64,
    /// Median from a batch's end to its proof.
    pub proof_p50_s: f64,
}
