//! A job as it travels to a worker, and what comes back.

use crate::fleet::ProofText;
use crate::machine::MachineRecord;
use serde::{Deserialize, Serialize};

/// Everything that a worker sets up for, and from which it makes any batch of the run itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FleetWorkRecord {
    /// The proof system: a built-in one by its name, or `scripted`.
    pub proof_system: String,
    /// The script of `scripted`, as JSON; none for others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub script: Option<String>,
    /// The seed of every batch.
    pub seed: u64,
    /// Fraction of swaps, from 0 to 1.
    pub swap_ratio: f64,
    /// Accounts at the start.
    pub accounts: u32,
    /// Pools at the start.
    pub pools: u32,
    /// Levels of the state tree.
    pub depth: u32,
    /// Fee of every pool, in basis points.
    pub fee_bps: u16,
    /// Transactions in a full batch, which is also the capacity of the circuit.
    pub batch_transactions: u64,
    /// Batches in an aggregation, N.
    pub batches_per_aggregation: u64,
}

/// A proof, of a batch (level 0) or of a level of aggregation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FleetProofRecord {
    /// 0 of a batch, the level of aggregation otherwise.
    pub level: u64,
    /// The proof system's own encoding.
    pub bytes: ProofText,
}

/// One job.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FleetJobRecord {
    /// [`crate::fleet::FLEET_SCHEMA_VERSION`] of the writer.
    pub schema_version: u32,
    /// Which run.
    pub run: String,
    /// Which job: `prove-BATCH` or `merge-GROUP-LEVEL-PLACE`, numbers from 0, levels from 1.
    pub job: String,
    /// How often the coordinator has submitted it, from 1.
    pub submission: u64,
    /// What to set up for.
    pub work: FleetWorkRecord,
    /// The digest of the circuits' keys: a worker with others refuses the job.
    pub circuits: String,
    /// The place of the first transaction that the proof covers in the run's traffic, from 0.
    pub first_transaction: u64,
    /// How many transactions it covers, in one batch at most the capacity of the circuit.
    pub transactions: u64,
    /// The 13 public elements of the proof, by the coordinator's own native execution.
    pub statement: Vec<u64>,
    /// The proofs that a merge takes, in order; none for a batch.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub children: Vec<FleetProofRecord>,
}

/// The parts of the proof of a batch, as the worker timed them, s: stages of the same names in a log of samples.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FleetStagesRecord {
    /// Replaying the batch to keep each leaf that it touches, with its path.
    pub record_s: f64,
    /// From those leaves to all wire values.
    pub witness_s: f64,
    /// From wire values to the proof.
    pub prove_s: f64,
    /// Of that the search that ends the proof; none where the proof system does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grind_s: Option<f64>,
}

/// What came of a job.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum FleetOutcomeRecord {
    /// A proof. Nobody has verified it yet.
    Proof {
        /// The proof.
        proof: FleetProofRecord,
        /// What a prover is busy with, s: record, witness and proof of a batch, or the merge.
        prove_s: f64,
        /// Its parts; none of a merge.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        stages: Option<FleetStagesRecord>,
    },
    /// The worker could not make one.
    Failed {
        /// What it says.
        why: String,
    },
    /// The worker has other circuits than the run, and so cannot make one that would be accepted.
    OtherCircuits {
        /// The digest of its keys.
        circuits: String,
    },
    /// It was handed out so often without an answer that nobody tries any more.
    Exhausted {
        /// How often.
        deliveries: u64,
    },
}

/// A worker's answer to a job.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FleetResultRecord {
    /// [`crate::fleet::FLEET_SCHEMA_VERSION`] of the writer.
    pub schema_version: u32,
    /// The run of the job.
    pub run: String,
    /// Its name.
    pub job: String,
    /// Its submission.
    pub submission: u64,
    /// How often that submission was handed out, this time included, from 1.
    pub delivery: u64,
    /// Who answers.
    pub worker: String,
    /// Threads of the worker, one a core; none where it does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cores: Option<u64>,
    /// From taking the job to the answer, s, on the worker's clock: native execution and everything beside the proof.
    pub busy_s: f64,
    /// What came of it.
    pub outcome: FleetOutcomeRecord,
    /// What the worker runs on: with its first answer in a run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub machine: Option<Box<MachineRecord>>,
}
