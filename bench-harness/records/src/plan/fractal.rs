//! The record types of a plan for many rollups settled by one proof. Plain data: nothing is computed here.

use crate::closing::DataModeName;
use crate::file::Versioned;
use crate::fractal::{FractalStageName, RollupCircuitName};
use crate::names::names;
use crate::plan::record::{DelayLimitRecord, DelayRecord, TimeRecord};
use serde::{Deserialize, Serialize};

/// Version of [`FractalPlanRecord`] written by this program.
pub const FRACTAL_PLAN_SCHEMA_VERSION: u32 = 1;

names! {
    /// A pool of machines that all rollups share.
    pub enum FractalPoolName {
        /// Machines that prove batches.
        Provers = "provers";
        /// Machines that merge proofs.
        Aggregators = "aggregators";
    }
}

names! {
    /// What the delay to consolidated is made of.
    pub enum FractalDelayPartName {
        /// From the first transaction of a round to its last closing.
        Forming = "forming", "forming a round";
        /// From a rollup's last closing of a round to that of the last rollup.
        Waiting = "waiting", "waiting for the other rollups to close";
        /// From the last closing of all to the one proof, queueing included.
        Proving = "proving", "proving and merging";
        /// From the one proof to its inclusion on L1.
        Block = "block", "the L1 block";
    }
}

/// A plan for many rollups settled by one proof a round.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FractalPlanRecord {
    /// [`FRACTAL_PLAN_SCHEMA_VERSION`] of the writer.
    pub schema_version: u32,
    /// What was asked.
    pub inputs: FractalInputsRecord,
    /// How the time between two proofs was chosen.
    pub rounds: FractalRoundsRecord,
    /// The machines.
    pub fleet: FractalFleetRecord,
    /// Layer 1 with the merges for it, then each layer of rollups.
    pub layers: Vec<FractalLayerRecord>,
    /// What all rollups together do.
    pub whole: FractalWholeRecord,
    /// What a transaction costs; none without a price of machines.
    pub cost: Option<FractalCostRecord>,
    /// Whether there can be a proof in every block of L1, early enough for the next.
    pub every_block: Option<EveryBlockRecord>,
    /// What a given number of servers carries.
    pub servers: Option<ServerBudgetRecord>,
    /// The same with faster cores: no plan, since nobody has measured them.
    pub what_ifs: Vec<FractalWhatIfRecord>,
    /// What to know with it, a sentence each.
    pub notes: Vec<String>,
}

impl Versioned for FractalPlanRecord {
    const SCHEMA_VERSION: u32 = FRACTAL_PLAN_SCHEMA_VERSION;
}

/// What was asked for and measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FractalInputsRecord {
    /// Rollups, layers 2 and beyond.
    pub rollups: u32,
    /// The deepest layer.
    pub layers: u32,
    /// Transactions in a full batch.
    pub batch_transactions: u32,
    /// Between two closings of a rollup.
    pub close_s: f64,
    /// Between two proofs on L1.
    pub round_s: f64,
    /// Batches of each rollup in a round.
    pub batches_per_round: u32,
    /// L1 block time.
    pub block_s: f64,
    /// Cores of a machine, where known.
    pub cores_per_machine: Option<u32>,
    /// Time of a job of each kind on one machine.
    pub times: Vec<FractalTimeRecord>,
    /// The fraction of each pool's time that was to stay unused.
    pub headroom: f64,
    /// The delay asked for, if any, of the oldest transaction of a round.
    pub delay_limit: Option<DelayLimitRecord>,
    /// The file that the times are from; none where they were given by hand.
    pub measured: Option<String>,
}

/// The lengths of a round that were searched where the user has not given one but a limit on the delay.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FractalRoundsRecord {
    /// Each length with its cheapest fleet, the shortest first; empty where the length was not chosen.
    pub searched: Vec<FractalRoundRecord>,
    /// Whether no other length can be cheaper.
    pub is_complete: bool,
}

/// A length of a round, with the cheapest fleet that keeps the limit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FractalRoundRecord {
    /// Batches of each rollup in a round.
    pub batches_per_round: u32,
    /// Between two proofs on L1.
    pub round_s: f64,
    /// Provers of all layers, spares left out.
    pub provers: u32,
    /// Aggregators of all layers, spares left out.
    pub aggregators: u32,
    /// Oldest transaction of a round to consolidated; mean.
    pub consolidated_mean_s: f64,
    /// The same, 99th percentile.
    pub consolidated_p99_s: f64,
    /// Machines and what L1 takes for a transaction, where priced.
    pub usd_per_transaction: Option<f64>,
}

/// The time of a kind of job.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FractalTimeRecord {
    /// The stage.
    pub stage: FractalStageName,
    /// The circuit of the batch, where known.
    pub circuit: Option<RollupCircuitName>,
    /// On one machine.
    pub time: TimeRecord,
}

/// The machines of the plan.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FractalFleetRecord {
    /// Provers of all layers.
    pub provers: u32,
    /// Provers beyond those needed, for failures.
    pub spares: u32,
    /// Aggregators of all layers.
    pub aggregators: u32,
    /// Aggregators beyond those needed.
    pub aggregator_spares: u32,
    /// Provers that the load alone asks for, with the headroom.
    pub provers_for_load: u32,
    /// Aggregators that the load alone asks for.
    pub aggregators_for_load: u32,
    /// Fraction of the provers' time in use.
    pub prover_use: f64,
    /// Fraction of the aggregators' time in use.
    pub aggregator_use: f64,
    /// The pool with the higher use.
    pub busiest: FractalPoolName,
    /// Fleets that were simulated to choose between them.
    pub fleets_simulated: u64,
    /// Whether nothing cheaper can be left; if not, the fleet is the best of those simulated.
    pub is_complete: bool,
}

/// One layer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FractalLayerRecord {
    /// The layer; 1 of the merges for layer 1.
    pub layer: u32,
    /// Its rollups; none on layer 1.
    pub rollups: u32,
    /// Circuits of its rollups, where known.
    pub circuits: Vec<RollupCircuitName>,
    /// Its part of the provers, by work: pools are shared, so that it need not be whole.
    pub provers: f64,
    /// Its part of the aggregators, by work.
    pub aggregators: f64,
    /// Its jobs of a round.
    pub jobs: Vec<FractalJobsRecord>,
    /// Transactions that its rollups carry.
    pub transactions_per_s: f64,
    /// Oldest transaction of a batch, until the batch is sequenced on its host; none on layer 1.
    pub delay_host_s: Option<f64>,
    /// The same until it is sequenced on L1, or proven there if that is sooner.
    pub delay_virtual_s: Option<f64>,
    /// Oldest transaction of a round, until the one proof is on L1; simulated.
    pub consolidated: Option<DelayRecord>,
    /// Where the data of its transactions is; none on layer 1.
    pub data: Option<DataModeName>,
    /// Bytes of it on L1 a transaction, where known.
    pub data_bytes_per_transaction: Option<f64>,
}

/// The jobs of one stage in one layer, a round.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FractalJobsRecord {
    /// The stage.
    pub stage: FractalStageName,
    /// Jobs.
    pub jobs: u64,
    /// Time of one machine for all of them.
    pub machine_s: f64,
    /// CPU time of all of them, where known.
    pub cpu_s: Option<f64>,
}

/// What all rollups together do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FractalWholeRecord {
    /// Transactions that all rollups carry, batches full.
    pub transactions_per_s: f64,
    /// Batches that all rollups close.
    pub batches_per_s: f64,
    /// Proofs on L1.
    pub proofs_per_hour: f64,
    /// Jobs of a round.
    pub jobs_per_round: u64,
    /// CPU time of a round, where known.
    pub cpu_s_per_round: Option<f64>,
    /// Time of one machine for a round.
    pub machine_s_per_round: f64,
    /// The longest chain of jobs that wait for each other, with machines without number.
    pub critical_path_s: f64,
    /// Merges on that chain.
    pub critical_merges: u32,
    /// Oldest transaction of a round, over all rollups, until the one proof is on L1; simulated.
    pub consolidated: DelayRecord,
    /// Mean parts of that.
    pub parts: Vec<FractalDelayPartRecord>,
    /// The longest of them.
    pub longest_part: FractalDelayPartName,
    /// Bytes of the one proof, where measured.
    pub proof_bytes: Option<u64>,
    /// The fraction of a block of L1 that data and verifications take, of gas or of blobs, where known.
    pub block_use: Option<f64>,
    /// Rounds that were simulated, warm-up left out, all replications together.
    pub rounds_simulated: u64,
    /// Independent replications; 1 where nothing is random.
    pub replications: u32,
}

/// A part of the delay to consolidated, mean.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FractalDelayPartRecord {
    /// Which.
    pub part: FractalDelayPartName,
    /// How long.
    pub mean_s: f64,
}

/// What a transaction costs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FractalCostRecord {
    /// Machines of all layers, spares included, an hour.
    pub machines_usd_per_hour: f64,
    /// The same a transaction, mean over all layers.
    pub machines_usd_per_transaction: f64,
    /// Verification of the one proof a transaction; none without a price of gas.
    pub verification_usd_per_transaction: Option<f64>,
    /// By layer, from layer 2: data on L1 a transaction; none where bytes or their price are not known.
    pub data_usd_per_transaction: Vec<Option<f64>>,
    /// All known parts, mean over all transactions.
    pub usd_per_transaction: f64,
    /// Whether data is in it.
    pub has_data: bool,
}

/// A proof in every block, early enough for the next one: what atomic composition asks for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EveryBlockRecord {
    /// The block time to stay within.
    pub block_s: f64,
    /// From the last closing to the one proof on machines without number, each as measured.
    pub floor_s: f64,
    /// Whether the floor is within a block.
    pub is_met: bool,
    /// How many times faster each job must be.
    pub speed_up: f64,
    /// Provers that keep up with a proof a block, with the headroom.
    pub provers: u32,
    /// Aggregators that do.
    pub aggregators: u32,
    /// Blocks from a closing to its proof on those, if each job stays as measured.
    pub blocks_behind: u32,
    /// The law over cores, where a profile has one.
    pub over_cores: Option<CoresForBlockRecord>,
}

/// How many cores a machine needs for a proof within a block, by a law over cores.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CoresForBlockRecord {
    /// Cores of the machine as measured.
    pub measured_cores: u32,
    /// The most cores in the profile.
    pub cores_max_measured: u32,
    /// The serial fraction of Amdahl's law over the profile.
    pub serial_fraction: f64,
    /// The speed-up over the measured machine that no number of cores exceeds; none where the law has no limit.
    pub speed_up_limit: Option<f64>,
    /// Cores with which the speed-up is enough; none where no number is.
    pub cores: Option<u32>,
    /// Whether that is beyond twice the most cores measured.
    pub is_extrapolated: bool,
}

/// What a given number of servers carries.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServerBudgetRecord {
    /// Servers in all.
    pub servers: u32,
    /// Rollups that they carry, each with one server that executes.
    pub rollups: u32,
    /// Servers that execute, one a rollup.
    pub executors: u32,
    /// Provers, spares included.
    pub provers: u32,
    /// Aggregators, spares included.
    pub aggregators: u32,
    /// Servers left over.
    pub unused: u32,
}

/// The plan with faster cores.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FractalWhatIfRecord {
    /// What is assumed, in words.
    pub assumption: String,
    /// How many times faster a core is.
    pub core_speed_up: f64,
    /// How many times faster a job then is.
    pub job_speed_up: f64,
    /// Whether that is by a law over the clock; otherwise all times are divided.
    pub is_by_law: bool,
    /// Years until then, by the doubling assumed: from, to.
    pub years: Option<(f64, f64)>,
    /// Provers, spares left out.
    pub provers: u32,
    /// Aggregators, spares left out.
    pub aggregators: u32,
    /// The longest chain of jobs.
    pub critical_path_s: f64,
    /// Oldest transaction of a round to consolidated; mean.
    pub consolidated_mean_s: f64,
    /// Machines and what L1 takes for a transaction, where priced.
    pub usd_per_transaction: Option<f64>,
}
