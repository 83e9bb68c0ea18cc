//! What a plan was asked about machines: ranked, compared and split.

use serde::{Deserialize, Serialize};

/// The answers to what was asked, and to nothing else.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct MachineAnswersRecord {
    /// Machines: first those that were measured or are of the same family, then guesses; of each the cheapest first,
    /// those without a price after those with one.
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
    /// Aggregators that carry what the provers do.
    pub aggregators: u32,
    /// Cores of each aggregator.
    pub cores_per_aggregator: u32,
    /// Time of a step of aggregation there; mean.
    pub merge_s: f64,
    /// Machines that hold both.
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
    /// Batches per aggregation there.
    pub batches_per_aggregation: u32,
    /// Aggregators.
    pub aggregators: u32,
    /// Machines that hold provers, spares and aggregators.
    pub machines: u32,
    /// Time to prove a batch there; mean.
    pub prove_s: f64,
    /// Time of a step of aggregation there; mean.
    pub merge_s: f64,
    /// How that time was scaled, in words.
    pub merge_basis: String,
    /// What that time is based on: `measured`, `same family`, or extrapolated in words.
    pub basis: String,
    /// Price of the machines, where the catalogue has one, and of gas, where its prices were given.
    pub usd_per_hour: Option<f64>,
    /// Oldest transaction to consolidated; mean.
    pub delay_s_mean: f64,
    /// Its 99th percentile.
    pub delay_s_p99: f64,
    /// The machines as an order, with the bill.
    pub order: ShoppingListRecord,
}

/// Machines to rent for a fleet: those whose times are known, and guesses.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ShoppingListsRecord {
    /// Machines that were measured, or of the same family; cheapest first.
    pub known: Vec<ShoppingListRecord>,
    /// Machines of other families: measure there before you buy.
    pub guesses: Vec<ShoppingListRecord>,
}

/// A fleet on machines of one kind, and the bill.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ShoppingListRecord {
    /// Id of the machine.
    pub machine: String,
    /// How many.
    pub machines: u32,
    /// Physical cores of one.
    pub cores_per_machine: u32,
    /// Memory of one, where it is known.
    pub memory_gib_per_machine: Option<f64>,
    /// Cores of all.
    pub cores: u64,
    /// Memory of all, where it is known.
    pub memory_gib: Option<f64>,
    /// Cores of all that no process has.
    pub unused_cores: u64,
    /// Memory that the fleet takes, where it was measured.
    pub memory_gib_used: Option<f64>,
    /// Provers at work.
    pub provers: u32,
    /// Provers beyond those needed.
    pub spares: u32,
    /// Aggregators; 0 where nothing is aggregated.
    pub aggregators: u32,
    /// Aggregators beyond those needed.
    #[serde(default)]
    pub aggregator_spares: u32,
    /// Cores of each prover.
    pub cores_per_prover: u32,
    /// Cores of each aggregator.
    pub cores_per_aggregator: u32,
    /// What is on the machines.
    pub loads: Vec<MachineLoadRecord>,
    /// Price of the machines, in use or not, where there is one.
    pub machines_usd_per_hour: Option<f64>,
    /// Gas at the day's use, averaged over 24 hours, where its prices were given.
    pub gas_usd_per_hour: Option<f64>,
    /// Both; none without a price of the machines.
    pub usd_per_hour: Option<f64>,
    /// The same for 730 hours.
    pub usd_per_month: Option<f64>,
    /// Transactions of a day, where the size of a batch is known.
    pub transactions_per_day: Option<f64>,
    /// 24 hours over the transactions of a day.
    pub usd_per_transaction: Option<f64>,
    /// What the times on it are based on, in words.
    pub basis: String,
    /// Whether that is another processor family.
    pub is_guess: bool,
}

/// Machines that hold the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct MachineLoadRecord {
    /// How many machines.
    pub machines: u32,
    /// Provers on each, spares among them.
    pub provers: u32,
    /// Aggregators on each.
    pub aggregators: u32,
}
