//! The record types of a plan. Plain data: nothing is computed here.

use crate::file::Versioned;
use crate::names::names;
use crate::plan::answers::ShoppingListRecord;
use crate::plan::options::{OptionRecord, SystemsRecord};
use crate::plan::run_ahead::RunAheadRecord;
use serde::{Deserialize, Serialize};

/// Version of [`PlanRecord`] written by this program. It rises when a reader of the old one would be misled.
pub const PLAN_SCHEMA_VERSION: u32 = 3;

/// Hours of a month in every bill: 365 days in twelve, as clouds bill.
pub const HOURS_PER_MONTH: u32 = 730;

/// A plan: what was asked, what is recommended, and what led there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlanRecord {
    /// [`PLAN_SCHEMA_VERSION`] of the writer.
    pub schema_version: u32,
    /// What was asked.
    pub inputs: InputsRecord,
    /// What is recommended.
    pub recommendation: RecommendationRecord,
    /// Each design by the published formulas.
    pub designs: Vec<DesignRecord>,
    /// Published formula, corrected form and simulation side by side, a fleet each.
    pub fleet_estimates: Vec<FleetEstimateRecord>,
    /// How the number of provers moves with prove time.
    pub sensitivity: SensitivityRecord,
    /// Fleets that no other beats in both cost and p99.
    pub pareto: Vec<ParetoRecord>,
    /// What more load, or a machine or block less, makes of the recommended fleet.
    pub stress: Vec<StressRecord>,
    /// The nearest other designs.
    pub alternatives: Vec<AlternativeRecord>,
    /// The cheapest of each way to run a prover that was measured; empty where times were given by hand.
    #[serde(default)]
    pub options: Vec<OptionRecord>,
    /// The cheapest plan with each proof system; none where one alone was measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub systems: Option<SystemsRecord>,
    /// How far the search went.
    pub search: SearchRecord,
    /// The delay to virtual by the formulas, beside which the simulation has its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sequencing: Option<SequencingRecord>,
    /// How far sequencing may run ahead of proving; none where the fleet has no limit to keep, or cannot keep it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run_ahead: Option<RunAheadRecord>,
    /// The fleet as machines like the one that was measured; none for times by hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<ShoppingListRecord>,
    /// Why, a sentence each.
    pub reasons: Vec<String>,
}

impl Versioned for PlanRecord {
    const SCHEMA_VERSION: u32 = PLAN_SCHEMA_VERSION;
}

/// What was asked for and measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InputsRecord {
    /// Target rate.
    pub target_batches_per_s: f64,
    /// Target rate in transactions, where the batch size is known.
    pub target_transactions_per_s: Option<f64>,
    /// Transactions in a full batch, where known.
    pub batch_transactions: Option<u32>,
    /// From a batch's first transaction to its closing.
    pub close_s: f64,
    /// Between two closings at the target rate.
    pub close_interval_s: f64,
    /// Proving one batch on one prover.
    pub prove: TimeRecord,
    /// Aggregating.
    pub aggregation: AggregationRecord,
    /// L1 block time.
    pub block_s: f64,
    /// The fraction of each stage's capacity that was to stay unused.
    pub headroom: f64,
    /// The delay asked for, if any.
    pub delay_limit: Option<DelayLimitRecord>,
}

/// A distribution of times, in summary.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TimeRecord {
    /// `fixed`, `log_normal`, `exponential` or `empirical`.
    pub law: String,
    /// Mean.
    pub mean_s: f64,
    /// Coefficient of variation.
    pub cv: f64,
    /// Samples behind it, for `empirical`.
    pub samples: Option<u64>,
}

/// How N proofs become one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AggregationRecord {
    /// `fixed_total`, `tree` or `fold`.
    pub shape: String,
    /// Proofs per merge; none for `fixed_total`.
    pub arity: Option<u32>,
    /// `passes` or `lifted`: what becomes of a proof without a neighbour on its level; none for what is no `tree`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lone_proof: Option<String>,
    /// The whole group for `fixed_total`, one merge otherwise.
    pub step: TimeRecord,
}

/// A limit on delay.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct DelayLimitRecord {
    /// The state that ends the delay.
    pub state: BatchState,
    /// The statistic that must stay within it.
    pub statistic: Statistic,
    /// The limit.
    pub limit_s: f64,
}

/// What is recommended, with the figures it gives.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecommendationRecord {
    /// Provers, P.
    pub provers: u32,
    /// Provers beyond those needed, rented for failures.
    pub spares: u32,
    /// Batches per aggregation, N.
    pub batches_per_aggregation: u32,
    /// Aggregators, A.
    pub aggregators: u32,
    /// Aggregators beyond those needed, rented for failures.
    #[serde(default)]
    pub aggregator_spares: u32,
    /// Cores of one prover; 1 where they are not known.
    pub cores_per_prover: u32,
    /// Cores of one aggregator; 1 where they are not known.
    pub cores_per_aggregator: u32,
    /// Machines and L1 gas for each batch, where prices were given.
    pub usd_per_batch: Option<f64>,
    /// The same for each transaction, where the batch size is known.
    pub usd_per_transaction: Option<f64>,
    /// Machines alone, spares included.
    pub usd_per_hour: Option<f64>,
    /// L1 gas at this load; none without a price of gas.
    pub gas_usd_per_hour: Option<f64>,
    /// Both for a month of [`HOURS_PER_MONTH`]; absent in plans of older versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usd_per_month: Option<f64>,
    /// Each stage's capacity and use, in the order of the pipeline.
    pub stages: Vec<PipelineStageRecord>,
    /// Whether the simulated delay lies within the limit; none without a limit on the delay to consolidated.
    pub verdict: Option<LimitVerdict>,
    /// What P, N and A together can carry.
    pub capacity_batches_per_s: f64,
    /// What they carry at this load.
    pub throughput_batches_per_s: f64,
    /// The same in transactions, where the batch size is known.
    pub throughput_transactions_per_s: Option<f64>,
    /// Oldest transaction of a batch to virtual, one batch a sequence transaction; mean.
    pub delay_virtual_s: f64,
    /// Oldest transaction of a group to consolidated; mean, without queueing.
    pub delay_consolidated_s: f64,
    /// Proofs verified on L1 for each group.
    pub verifications_per_group: u32,
    /// Proofs verified on L1 per hour.
    pub verifications_per_hour: f64,
    /// The term with the lowest capacity.
    pub bottleneck: Term,
    /// The N after which provers only add delay (N = P, as in the published formulas).
    pub provers_only_add_delay_after: u32,
}

/// Mean delays to virtual by the formulas.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SequencingRecord {
    /// Batches in a sequence transaction, S.
    pub batches_per_sequence: u32,
    /// The oldest transaction by the published formula, S·c + b.
    pub published_oldest_s: f64,
    /// The oldest transaction with the wait for L1 as it is.
    pub corrected_oldest_s: f64,
    /// A random transaction.
    pub corrected_random_s: f64,
}

/// A stage of the pipeline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PipelineStageRecord {
    /// Which.
    pub stage: Term,
    /// What it carries at the most; none where it limits nothing.
    pub capacity_batches_per_s: Option<f64>,
    /// The load over that, a fraction; 0 where it limits nothing.
    pub utilization: f64,
}

/// What one change makes of the recommended fleet, spares at work.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StressRecord {
    /// The change.
    pub event: StressEvent,
    /// The highest use of a stage meanwhile; 1 is full.
    pub utilization: f64,
    /// The stage of that.
    pub stage: Term,
    /// Oldest transaction to consolidated, 99th percentile, once it has settled; none where it never does.
    pub p99_s: Option<f64>,
    /// Half-width of its 95 % interval.
    pub p99_half_width_s: Option<f64>,
    /// Where it never settles: batches by which the queue grows in an hour.
    pub growth_batches_per_hour: Option<f64>,
    /// Time in which the queue of one such hour drains at the planned load. For a missing block: of that block.
    pub drain_s: Option<f64>,
}

/// Another design.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AlternativeRecord {
    /// How one prover runs, where it is another cell of the profile.
    pub option: Option<String>,
    /// Provers.
    pub provers: u32,
    /// Batches per aggregation.
    pub batches_per_aggregation: u32,
    /// Aggregators.
    pub aggregators: u32,
    /// Cores of provers, spares and aggregators.
    pub cores: u64,
    /// Dollars a transaction, or a batch where its size is not known; where prices were given.
    pub usd_per_unit: Option<f64>,
    /// Oldest transaction to consolidated, 99th percentile.
    pub p99_s: f64,
    /// Half-width of its 95 % interval.
    pub p99_half_width_s: Option<f64>,
    /// Whether the delay lies within the limit; none without one.
    pub verdict: Option<LimitVerdict>,
}

/// How far a search went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchRecord {
    /// Fleets that were simulated to choose between them.
    pub fleets_simulated: u64,
    /// Whether nothing cheaper can be left; if not, the plan is the best so far.
    pub is_complete: bool,
}

/// One design by the published formulas.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DesignRecord {
    /// The design.
    pub design: Design,
    /// Provers.
    pub provers: u32,
    /// Batches per aggregation (or per L1 transaction, when naive).
    pub batches_per_aggregation: u32,
    /// Aggregators that the formula takes for granted; 0 for a design without aggregation.
    #[serde(default)]
    pub aggregators: u32,
    /// How many times faster than measured the prover must be; only for `vertical`.
    pub prover_speedup: Option<f64>,
    /// Throughput.
    pub throughput_batches_per_s: f64,
    /// Oldest transaction to virtual with one batch a sequence transaction; only for `order_then_prove`.
    pub delay_virtual_s: Option<f64>,
    /// The same with all N batches in one sequence transaction.
    pub delay_virtual_group_s: Option<f64>,
    /// Oldest transaction to consolidated.
    pub delay_consolidated_s: f64,
    /// Proofs verified on L1 for each group.
    pub verifications_per_group: u32,
    /// The largest term of the formula.
    pub bottleneck: Term,
    /// Whether the throughput reaches the target.
    pub meets_throughput: bool,
}

/// One fleet seen three ways.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FleetEstimateRecord {
    /// Provers.
    pub provers: u32,
    /// Batches per aggregation.
    pub batches_per_aggregation: u32,
    /// Aggregators.
    pub aggregators: u32,
    /// Highest utilization of a stage; 1 or above never settles if anything is random.
    pub utilization: f64,
    /// The published throughput for this N (which takes P = N).
    pub published_throughput_batches_per_s: f64,
    /// The published delay to consolidated for this N.
    pub published_delay_s: f64,
    /// The corrected throughput.
    pub corrected_throughput_batches_per_s: f64,
    /// The corrected delay to consolidated; mean, without queueing.
    pub corrected_delay_s: f64,
    /// The simulation; none where the fleet is unstable.
    pub simulated: Option<SimulatedRecord>,
    /// What an unstable fleet does.
    pub unstable: Option<UnstableRecord>,
}

/// Figures of a simulation that settled.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SimulatedRecord {
    /// Throughput.
    pub throughput_batches_per_s: f64,
    /// Fraction of the provers' time in use, from 0 to 1.
    pub prover_use: f64,
    /// Batches that wait for a prover, on average.
    pub prover_queue_mean: f64,
    /// Oldest transaction of a group to consolidated.
    pub consolidated: DelayRecord,
    /// A random transaction to consolidated.
    pub consolidated_random: DelayRecord,
    /// Oldest transaction to virtual.
    pub virtual_oldest: DelayRecord,
    /// A random transaction to virtual.
    pub virtual_random: DelayRecord,
    /// Independent replications.
    pub replications: u32,
    /// Batches of each.
    pub batches: u64,
}

/// A delay's distribution; half-widths are of 95 % intervals.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct DelayRecord {
    /// Mean.
    pub mean_s: f64,
    /// Its half-width.
    pub mean_half_width_s: Option<f64>,
    /// Median.
    pub p50_s: f64,
    /// Its half-width.
    pub p50_half_width_s: Option<f64>,
    /// 99th percentile.
    pub p99_s: f64,
    /// Its half-width.
    pub p99_half_width_s: Option<f64>,
    /// Samples behind them.
    pub samples: u64,
}

/// What a fleet does whose delay never settles.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct UnstableRecord {
    /// How much longer each batch waits than the one before; 0 at exactly full use.
    pub growth_s_per_batch: f64,
    /// p99 to consolidated over the first day.
    pub p99_after_a_day_s: f64,
    /// p99 to consolidated over the first week.
    pub p99_after_a_week_s: f64,
}

/// How the number of provers moves with prove time; none where no number is enough.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SensitivityRecord {
    /// With proofs that take 10 % longer.
    pub provers_if_10_percent_slower: Option<u32>,
    /// With proofs that take 10 % less.
    pub provers_if_10_percent_faster: Option<u32>,
    /// The 95 % interval of the measured mean, if measured.
    pub prove_mean_low_s: Option<f64>,
    /// Its upper end.
    pub prove_mean_high_s: Option<f64>,
    /// Provers at the lower end.
    pub provers_low: Option<u32>,
    /// Provers at the upper end.
    pub provers_high: Option<u32>,
}

/// A fleet on the front of cost against delay.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ParetoRecord {
    /// Provers.
    pub provers: u32,
    /// Batches per aggregation.
    pub batches_per_aggregation: u32,
    /// Aggregators.
    pub aggregators: u32,
    /// Machines, spares included.
    pub machines: u32,
    /// Dollars a batch, where prices were given.
    pub usd_per_batch: Option<f64>,
    /// 99th percentile to consolidated.
    pub p99_s: f64,
}

names! {
    /// Name of a design.
    pub enum Design {
        /// One prover, one batch at a time.
        SingleBatch = "single_batch", "single batch";
        /// One faster prover.
        Vertical = "vertical";
        /// Many provers, every proof verified on L1.
        HorizontalNaive = "horizontal_naive", "horizontal, naive";
        /// Many provers, one aggregated proof.
        HorizontalAggregated = "horizontal_aggregated", "horizontal, aggregated";
        /// Sequenced first, proved later.
        OrderThenProve = "order_then_prove", "order then prove";
    }
}

names! {
    /// Name of a term of the throughput formula.
    pub enum Term {
        /// Proving.
        Prove = "prove";
        /// Closing.
        Close = "close";
        /// Aggregating.
        Aggregate = "aggregate";
        /// The L1 block.
        Block = "block";
    }
}

names! {
    /// Name of the state that ends a delay.
    pub enum BatchState {
        /// Sequenced on L1.
        Virtual = "virtual";
        /// Proved and verified.
        Consolidated = "consolidated";
    }
}

names! {
    /// Name of a statistic of a delay.
    pub enum Statistic {
        /// The mean.
        Mean = "mean";
        /// The median.
        P50 = "p50", "median";
        /// The 99th percentile.
        P99 = "p99";
    }
}

names! {
    /// What a limit on delay and a simulated figure with its interval say to each other.
    pub enum LimitVerdict {
        /// Figure and half-width lie within the limit.
        Meets = "meets", "meets the limit";
        /// The interval holds the limit.
        Unclear = "unclear", "too close to call";
        /// The figure less its half-width lies beyond the limit.
        Misses = "misses", "MISSES THE LIMIT";
    }
}

names! {
    /// A change that a plan is held against.
    pub enum StressEvent {
        /// A tenth more load.
        Load10 = "load_10_percent", "+10 % load";
        /// A fifth more load.
        Load20 = "load_20_percent", "+20 % load";
        /// Half as much load again.
        Load50 = "load_50_percent", "+50 % load";
        /// A prover fails.
        ProverMissing = "prover_missing", "one prover missing";
        /// An aggregator fails.
        AggregatorMissing = "aggregator_missing", "one aggregator missing";
        /// L1 leaves a block out.
        BlockMissing = "block_missing", "one L1 block missing";
    }
}
