//! The record types of ways to run a prover, and of proof systems, that were planned for one target.

use serde::{Deserialize, Serialize};

/// The cheapest plan of one way to run a prover.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OptionRecord {
    /// The way, in words.
    pub option: String,
    /// Transactions in a batch.
    pub batch_transactions: u32,
    /// Cores of one prover.
    pub cores_per_prover: u32,
    /// Whether its times were not measured: a size between measured ones, at the careful end of a law's interval.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_predicted: bool,
    /// Its cheapest plan; none where there is no plan, or none that could be cheaper than the recommended one.
    pub fleet: Option<OptionFleetRecord>,
    /// Why there is none.
    pub problem: Option<String>,
}

/// The fleet of an option.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct OptionFleetRecord {
    /// Provers.
    pub provers: u32,
    /// Batches per aggregation.
    pub batches_per_aggregation: u32,
    /// Aggregators.
    pub aggregators: u32,
    /// Cores of provers, spares and aggregators.
    pub cores: u64,
    /// Dollars a transaction, where prices were given.
    pub usd_per_transaction: Option<f64>,
}

/// The proof systems of a profile, each with its cheapest plan for one target.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SystemsRecord {
    /// The systems, in the order of the profile.
    pub systems: Vec<SystemPlanRecord>,
    /// What one verification on L1 must cost for aggregation to be the cheaper way; none unless a system that aggregates
    /// and one that verifies each proof on L1 both have a plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub break_even: Option<BreakEvenRecord>,
}

/// The cheapest plan with one proof system.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SystemPlanRecord {
    /// `plonky2`, `plonky2-keccak`, …
    pub system: String,
    /// Whether it makes one proof from many; if not, each is verified on L1 by itself.
    pub aggregates: bool,
    /// Bits of security by the conjecture that such systems are used under; none where it does not say.
    pub conjectured_security_bits: Option<u64>,
    /// Bits of security that are proven; none where it does not say.
    pub proven_security_bits: Option<u64>,
    /// The option with the cheapest plan, in words; none where no option has one.
    pub option: Option<String>,
    /// Transactions in a batch of that option.
    pub batch_transactions: Option<u32>,
    /// Cores of one prover of that option.
    pub cores_per_prover: Option<u32>,
    /// Its fleet.
    pub fleet: Option<OptionFleetRecord>,
    /// Provers that stand by, among the cores of the fleet.
    pub spares: u32,
    /// Machines and gas, where prices were given, $/h.
    pub usd_per_hour: Option<f64>,
    /// Verifications on L1 an hour.
    pub verifications_per_hour: Option<f64>,
    /// Mean delay of a group's oldest transaction to consolidated, by the corrected formula, s.
    pub delay_consolidated_s: Option<f64>,
    /// Why there is no plan.
    pub problem: Option<String>,
}

/// Aggregation against a verification of each proof on L1: both fleets as planned, at whatever price of a verification.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BreakEvenRecord {
    /// The system that aggregates.
    pub aggregating: String,
    /// The one whose proofs are verified one by one.
    pub separate: String,
    /// What a verification costs where both ways cost the same: dollars where prices were given, else seconds of a core.
    /// None where one of the two is cheaper at any price.
    pub verification_cost: Option<f64>,
    /// Whether that is in dollars.
    pub is_in_usd: bool,
    /// The price of gas at which a verification costs that, where gas was priced.
    pub gwei: Option<f64>,
    /// The system that is the cheaper one above that cost, or at any.
    pub cheaper_above: String,
}
