//! What is measured: a cell, and the proof system in it. Plain data, part of every record.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One combination that is measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CellRecord {
    /// `transfer`, `swap`, `mix` or `trace`.
    pub workload: String,
    /// The fraction of swaps, where the workload has one: 0 for `transfer`, 1 for `swap`; none for `trace`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub swap_ratio: Option<f64>,
    /// Transactions in a full batch.
    pub batch_transactions: u64,
    /// Transactions for which the circuit has room.
    pub capacity_transactions: u64,
    /// Batches in an aggregation, N.
    pub batches_per_aggregation: u64,
    /// `plonky2`, `plonky2-keccak`, `plonky3`, `scripted` or `command`.
    pub proof_system: String,
    /// Threads of the prover, one a core.
    pub cores: u64,
    /// `as_is`; `2.5GHz` where it was set by cpufreq; `50%` where a CPU quota was.
    pub clock: String,
    /// Provers that ran at once, each with its own `cores`; the samples are those of one of them.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub provers: u64,
}

fn one() -> u64 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_one(provers: &u64) -> bool {
    *provers == 1
}

impl CellRecord {
    /// What tells this cell from all others of a run: `mix-0.5/64of64/x4/plonky2/2c/as_is`.
    pub fn key(&self) -> String {
        let Self {
            workload,
            swap_ratio,
            batch_transactions,
            capacity_transactions,
            batches_per_aggregation,
            proof_system,
            cores,
            clock,
            provers,
        } = self;
        let ratio = match (workload.as_str(), swap_ratio) {
            ("mix", Some(ratio)) => format!("-{ratio}"),
            _ => String::new(),
        };
        let at_once = if *provers == 1 { String::new() } else { format!("/{provers}p") };
        format!(
            "{workload}{ratio}/{batch_transactions}of{capacity_transactions}/x{batches_per_aggregation}/{proof_system}/{cores}c/{clock}{at_once}"
        )
    }

    /// The cell for a person: `mix of 64, plonky2, 2 cores`.
    pub fn words(&self) -> String {
        let cores = if self.cores == 1 { "core" } else { "cores" };
        let clock = if self.clock == "as_is" { String::new() } else { format!(", {}", self.clock) };
        let at_once =
            if self.provers == 1 { String::new() } else { format!(", {} provers at once", self.provers) };
        format!(
            "{} of {}, {}, {} {cores}{clock}{at_once}",
            self.workload, self.batch_transactions, self.proof_system, self.cores
        )
    }
}

/// The size of one circuit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CircuitRecord {
    /// `batch`, `aggregate 1`, …
    pub name: String,
    /// Rows in use.
    pub rows: u64,
    /// Rows after padding to a power of two.
    pub padded_rows: u64,
    /// Public field elements.
    pub public_elements: u64,
    /// The length of a proof.
    pub proof_bytes: u64,
    /// Rows by kind of gate.
    pub gate_rows: BTreeMap<String, u64>,
    /// The digest of the verifier's key.
    pub key_digest: String,
}

impl CircuitRecord {
    /// Rows that are still free before the next power of two doubles the cost.
    pub fn headroom_rows(&self) -> u64 {
        self.padded_rows.saturating_sub(self.rows)
    }
}

/// A proof system after its set-up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SystemRecord {
    /// `plonky2`, `plonky2-keccak`, `plonky3`, `scripted` or `command`.
    pub name: String,
    /// The version of the library or program behind it.
    pub version: String,
    /// The settings that decide cost and security.
    pub settings: BTreeMap<String, String>,
    /// What it can do; none in a record of a version that did not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capabilities: Option<CapabilitiesRecord>,
    /// Its circuits; none where the system does not tell.
    pub circuits: Vec<CircuitRecord>,
}

impl SystemRecord {
    /// Whether it is known to have no aggregation, so that each batch is verified on L1 by itself. A record of a
    /// version that did not say is not known to.
    pub fn cannot_aggregate(&self) -> bool {
        self.capabilities.is_some_and(|can| !can.aggregates)
    }
}

/// What a proof system can do beside proving one batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CapabilitiesRecord {
    /// Whether it verifies its own proofs.
    pub verifies: bool,
    /// Whether it makes one proof from many.
    pub aggregates: bool,
    /// Proofs that one merge takes at most; none where it does not aggregate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merge_children: Option<u64>,
    /// The fewest transactions for which a batch can have room.
    pub min_batch_transactions: u64,
    /// The most; none where nothing but memory limits it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_batch_transactions: Option<u64>,
    /// Bits of security by the conjecture that such systems are used under; none where it does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conjectured_security_bits: Option<u64>,
    /// Bits of security that are proven; none where it does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proven_security_bits: Option<u64>,
}
