//! What a plan was asked about machines: ranked, compared and split.

use serde::{Deserialize, Serialize};

/// The answers to what was asked, and to nothing else.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct MachineAnswersRecord {
    /// Machines, cheapest first, those without a price after those with one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ranking: Option<Vec<CatalogueMachineRecord>>,
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
    pub first: CatalogueMachineRecord,
    /// The second.
    pub second: CatalogueMachineRecord,
    /// The parallel fraction of the work, from 0 to 1, above which the first proves one batch on all its cores sooner
    /// than the second; none where no fraction turns the answer.
    pub turning_fraction: Option<f64>,
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

/// A machine of the catalogue with the fleet it would take.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CatalogueMachineRecord {
    /// Its id in the catalogue.
    pub id: String,
    /// The fleet; none where there is no plan on it.
    pub fleet: Option<MachineFleetRecord>,
    /// Why there is none.
    pub problem: Option<String>,
}

/// A fleet on one kind of machine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MachineFleetRecord {
    /// Cores of each prover.
    pub cores_per_prover: u32,
    /// Provers on one machine.
    pub provers_per_machine: u32,
    /// Provers, spares included.
    pub provers: u32,
    /// Machines.
    pub machines: u32,
    /// Time to prove a batch there; mean.
    pub prove_s: f64,
    /// What that time is based on: `measured`, `same family`, or extrapolated in words.
    pub basis: String,
    /// Price of the machines, where the catalogue has one.
    pub usd_per_hour: Option<f64>,
    /// Oldest transaction to consolidated; mean.
    pub delay_s_mean: f64,
    /// Its 99th percentile.
    pub delay_s_p99: f64,
}
