//! The record types of a baseline: every figure of a cell that has no noise.
//!
//! Plain data and the flat list of it that is compared. How figures come about is `measure`'s; what a difference
//! means is `regression`'s.

use crate::file::Versioned;
use crate::sample::{CapabilitiesRecord, CircuitRecord, SystemRecord};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Version of [`FiguresRecord`] written by this program.
pub const FIGURES_SCHEMA_VERSION: u32 = 1;

/// The figures of all cells: what a baseline file holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FiguresRecord {
    /// [`FIGURES_SCHEMA_VERSION`] of the writer.
    pub schema_version: u32,
    /// What was asked of every cell. Figures of other inputs cannot be compared.
    pub inputs: FigureInputsRecord,
    /// The cells, in the order of the schedule.
    pub cells: Vec<CellFiguresRecord>,
}

impl Versioned for FiguresRecord {
    const SCHEMA_VERSION: u32 = FIGURES_SCHEMA_VERSION;
}

/// What was asked of every cell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FigureInputsRecord {
    /// `plonky2`, `scripted`, …; `plonky2,plonky2-keccak` for several.
    pub proof_system: String,
    /// The seed of genesis and batches.
    pub seed: u64,
    /// Accounts at the start.
    pub accounts: u64,
    /// Pools at the start.
    pub pools: u64,
    /// The fee of every pool, in basis points.
    pub fee_bps: u64,
    /// Zipf's exponent of the choice of accounts and pools; 0 is uniform.
    pub skew: f64,
    /// Batches in the largest aggregation, N.
    pub batches_per_aggregation: u64,
}

/// The figures of one cell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CellFiguresRecord {
    /// `transfer of 8`, `mix-0.5 of 32`: workload and transactions in a batch; `swap of 8, plonky2-keccak` where there
    /// are several proof systems.
    pub name: String,
    /// Levels of the state tree.
    pub depth: u64,
    /// Transactions for which the circuit has room.
    pub capacity_transactions: u64,
    /// The proof system as set up, with the size of each circuit.
    pub system: SystemRecord,
    /// The length of a proof of each kind, as proved.
    pub proofs: Vec<ProofFigureRecord>,
    /// The shape of aggregation trees. Looked at in the first cell, since it is the same in all.
    pub trees: Vec<TreeFigureRecord>,
    /// The batches of the seed, executed.
    pub batches: Vec<BatchFigureRecord>,
}

/// The length of one kind of proof.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProofFigureRecord {
    /// `batch`, `aggregate 1`, …
    pub kind: String,
    /// Its length.
    pub proof_bytes: u64,
}

/// The shape of one aggregation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TreeFigureRecord {
    /// Batches that are aggregated, N.
    pub batches: u64,
    /// Merges of each level, from the batches upwards.
    pub merges: Vec<u64>,
}

/// One batch of the seed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BatchFigureRecord {
    /// Its number in the chain, from 0.
    pub batch: u64,
    /// Transactions, padding not counted.
    pub transactions: u64,
    /// Bytes that go to L1.
    pub encoding_bytes: u64,
    /// The state before, in hexadecimal.
    pub old_root: String,
    /// The state after.
    pub new_root: String,
    /// The commitment to its transactions.
    pub commitment: String,
}

/// The value of a figure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum FigureValueRecord {
    /// A number: of rows, bytes, merges.
    Count(u64),
    /// Anything else: a root, a digest, a version.
    Text(String),
}

impl fmt::Display for FigureValueRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count(count) => write!(f, "{count}"),
            Self::Text(text) => f.write_str(text),
        }
    }
}

/// One figure of a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CellFigure {
    /// `batch: rows`, `aggregate 1: key digest`, `tree of 3: merges`, `batch 0: new root`.
    pub name: String,
    /// Its value.
    pub value: FigureValueRecord,
}

impl CellFiguresRecord {
    /// Every figure, those that decide the cost first.
    pub fn figures(&self) -> Vec<CellFigure> {
        let Self { name: _, depth, capacity_transactions, system, proofs, trees, batches } = self;
        let SystemRecord { name, version, settings, capabilities, circuits } = system;
        let mut list = List::default();
        for circuit in circuits {
            list.circuit(circuit);
        }
        for ProofFigureRecord { kind, proof_bytes } in proofs {
            list.count(format!("{kind}: bytes of a proof made"), *proof_bytes);
        }
        for TreeFigureRecord { batches, merges } in trees {
            list.count(format!("tree of {batches}: levels"), merges.len() as u64);
            let merges: Vec<_> = merges.iter().map(ToString::to_string).collect();
            list.text(format!("tree of {batches}: merges by level"), &merges.join(" + "));
        }
        list.count("depth of the state tree".to_owned(), *depth);
        list.count("capacity".to_owned(), *capacity_transactions);
        list.text("proof system".to_owned(), &format!("{name} {version}"));
        for (setting, value) in settings {
            list.text(format!("setting {setting}"), value);
        }
        if let Some(capabilities) = capabilities {
            list.capabilities(capabilities);
        }
        for batch in batches {
            list.batch(batch);
        }
        list.0
    }
}

#[derive(Default)]
struct List(Vec<CellFigure>);

impl List {
    fn count(&mut self, name: String, count: u64) {
        self.0.push(CellFigure { name, value: FigureValueRecord::Count(count) });
    }

    fn text(&mut self, name: String, text: &str) {
        self.0.push(CellFigure { name, value: FigureValueRecord::Text(text.to_owned()) });
    }

    fn circuit(&mut self, circuit: &CircuitRecord) {
        let CircuitRecord { name, rows, padded_rows, public_elements, proof_bytes, gate_rows, key_digest } =
            circuit;
        self.count(format!("{name}: padded rows"), *padded_rows);
        self.count(format!("{name}: rows"), *rows);
        self.count(format!("{name}: proof bytes"), *proof_bytes);
        self.count(format!("{name}: public elements"), *public_elements);
        for (gate, rows) in gate_rows {
            self.count(format!("{name}: rows of {gate}"), *rows);
        }
        self.text(format!("{name}: key digest"), key_digest);
    }

    /// What limits the others, and security: a proof that is cheaper because it is weaker is a finding.
    fn capabilities(&mut self, capabilities: &CapabilitiesRecord) {
        let CapabilitiesRecord {
            verifies,
            aggregates,
            merge_children,
            min_batch_transactions,
            max_batch_transactions,
            conjectured_security_bits,
            proven_security_bits,
        } = *capabilities;
        self.text("verifies".to_owned(), &verifies.to_string());
        self.text("aggregates".to_owned(), &aggregates.to_string());
        for (name, count) in [
            ("children of a merge", merge_children),
            ("fewest transactions of a batch", Some(min_batch_transactions)),
            ("most transactions of a batch", max_batch_transactions),
            ("conjectured security bits", conjectured_security_bits),
            ("proven security bits", proven_security_bits),
        ] {
            if let Some(count) = count {
                self.count(name.to_owned(), count);
            }
        }
    }

    fn batch(&mut self, batch: &BatchFigureRecord) {
        let BatchFigureRecord { batch, transactions, encoding_bytes, old_root, new_root, commitment } = batch;
        self.count(format!("batch {batch}: transactions"), *transactions);
        self.count(format!("batch {batch}: encoding bytes"), *encoding_bytes);
        self.text(format!("batch {batch}: old root"), old_root);
        self.text(format!("batch {batch}: new root"), new_root);
        self.text(format!("batch {batch}: commitment"), commitment);
    }
}
