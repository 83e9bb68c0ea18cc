//! The proof system: keys, proofs as bytes, and their times.
//!
//! Owns no constraint: those are the tables'. A proof's bytes are the thirteen public elements, eight bytes each, and
//! the proof as `postcard` writes it. A proof has one encoding.

use crate::capabilities::{BatchSizes, Capabilities, Security};
use crate::circuit::values::SlotValues;
use crate::plonky3::config::{PROOF_OF_WORK_BITS, QUERIES, RATE_BITS, TableConfig, VERSION, config};
use crate::plonky3::field::to_val;
use crate::plonky3::security::security;
use crate::plonky3::slots::CAPACITY_MAX;
use crate::plonky3::table::{TABLES, Table, heights_max_log2};
use crate::plonky3::traces::Traces;
use crate::statement::{PUBLIC_ELEMENTS, Statement};
use crate::system::{
    Aggregated, Job, Proof, ProofKind, ProofSystem, Proved, ProverError, Shape, SlotKind, Verified,
};
use p3_air::BaseAir;
use p3_batch_stark::proof::BatchProof;
use p3_batch_stark::{ProverData, StarkInstance, prove_batch, verify_batch};
use plonky2::field::types::{Field, Field64};
use records::sample::SystemRecord;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::OnceLock;
use std::time::Instant;
use workloads::hash::Felt;
use workloads::population::Population;

/// What a set-up makes for a shape.
struct Keys {
    shape: Shape,
    config: TableConfig,
    tables: [Table; TABLES],
    data: ProverData<TableConfig>,
    security: Option<Security>,
}

/// Its name in specs, cells and records.
const NAME: &str = "plonky3";
/// The shape for which security is stated where no keys were made.
fn stated_shape() -> Shape {
    Shape { depth: Population::default().depth, capacity: 1_024, slots: SlotKind::Any }
}

/// Whole bits, rounded down: what is claimed must hold.
fn stated_security(shape: Shape) -> Option<Security> {
    let bits = security(shape)?;
    let whole = |bits: f64| bits.floor().max(0.0) as u32;
    Some(Security { conjectured_bits: whole(bits.conjectured), proven_bits: Some(whole(bits.proven)) })
}

/// Plonky3 with its tables.
#[derive(Default)]
pub struct Plonky3 {
    keys: Option<Keys>,
}

impl std::fmt::Debug for Plonky3 {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Plonky3").field("shape", &self.keys.as_ref().map(|keys| keys.shape)).finish()
    }
}

impl Plonky3 {
    /// A system without keys: [`ProofSystem::set_up`] makes them.
    pub fn new() -> Self {
        Self::default()
    }

    /// Proves cells, be they honest or not, and gives the proof's bytes: what a test of a lie needs.
    ///
    /// # Errors
    /// No set-up, or [`ProverError::NoProof`].
    pub fn prove_cells(&self, traces: &Traces) -> Result<Vec<u8>, ProverError> {
        let no_proof = |why| ProverError::NoProof { what: "cells".to_owned(), why };
        self.keys()?.prove(traces).map_err(no_proof)
    }

    fn keys(&self) -> Result<&Keys, ProverError> {
        self.keys.as_ref().ok_or(ProverError::Input {
            what: "set-up",
            expected: "keys made before the first proof".to_owned(),
            got: "none".to_owned(),
        })
    }
}

impl Keys {
    fn of(shape: Shape) -> Result<Self, String> {
        let (config, tables) = (config(shape), Table::all(shape));
        // Only the height of the fixed table is part of the keys: the others are as high as a batch needs.
        let heights = [3, 3, crate::plonky3::fixed::ROWS.ilog2() as usize];
        let data = ProverData::from_airs_and_degrees(&config, &tables, &heights);
        let data = data.map_err(|error| format!("{error:?}"))?;
        Ok(Self { shape, config, tables, data, security: stated_security(shape) })
    }

    /// Proves cells, be they honest or not; gives the proof's bytes.
    fn prove(&self, traces: &Traces) -> Result<Vec<u8>, String> {
        let public = traces.public_values();
        let cells = [&traces.hashes, &traces.slots, &traces.fixed];
        let publics = [public.clone(), Vec::new(), public];
        let instances = StarkInstance::new_multiple(&self.tables, &cells, &publics);
        let run = || prove_batch(&self.config, &instances, &self.data);
        let proof = catch_unwind(AssertUnwindSafe(run))
            .map_err(|_| "the cells break a constraint of a table".to_owned())?
            .map_err(|error| format!("{error:?}"))?;
        encode(&traces.statement, &proof)
    }

    fn verify(&self, bytes: &[u8]) -> Result<Statement, String> {
        let (statement, proof) = decode(bytes)?;
        let heights_max = heights_max_log2(self.shape);
        // What is conjectured and proven of a proof falls with its height, which the prover chooses.
        if proof.degree_bits.iter().zip(heights_max).any(|(height, max)| *height > max) {
            return Err(format!("tables of 2^{:?} rows; at most 2^{heights_max:?}", proof.degree_bits));
        }
        let public = statement.elements().map(to_val).to_vec();
        let publics = [public.clone(), Vec::new(), public];
        let run = || verify_batch(&self.config, &self.tables, &proof, &publics, &self.data.common);
        match catch_unwind(AssertUnwindSafe(run)) {
            Ok(Ok(())) => Ok(statement),
            Ok(Err(error)) => Err(format!("{error:?}")),
            Err(_) => Err("the verifier stopped on it".to_owned()),
        }
    }
}

impl ProofSystem for Plonky3 {
    fn capabilities(&self) -> Capabilities {
        static STATED: OnceLock<Option<Security>> = OnceLock::new();
        let stated = || *STATED.get_or_init(|| stated_security(stated_shape()));
        Capabilities {
            verifies: true,
            aggregation: None,
            batch_sizes: BatchSizes { min: 1, max: Some(CAPACITY_MAX) },
            swaps_over_pools_max: None,
            falls_back: false,
            // Numbers are written in as few bytes as they take.
            varies_in_length: true,
            security: self.keys.as_ref().map_or_else(stated, |keys| keys.security),
        }
    }

    fn set_up(&mut self, shape: Shape, batches: usize) -> Result<SystemRecord, ProverError> {
        if shape.capacity == 0 || shape.capacity > CAPACITY_MAX || batches == 0 {
            return Err(ProverError::Input {
                what: if batches == 0 { "batches" } else { "slots of a batch" },
                expected: if batches == 0 { "at least 1".to_owned() } else { format!("1 to {CAPACITY_MAX}") },
                got: if batches == 0 { batches } else { shape.capacity }.to_string(),
            });
        }
        if self.keys.as_ref().is_none_or(|keys| keys.shape != shape) {
            let what = "the tables".to_owned();
            self.keys = Some(Keys::of(shape).map_err(|why| ProverError::NoProof { what, why })?);
        }
        Ok(SystemRecord {
            name: NAME.to_owned(),
            version: VERSION.to_owned(),
            settings: settings(self.keys()?),
            capabilities: Some(self.capabilities().record()),
            circuits: Vec::new(),
        })
    }

    fn prove(&mut self, job: &Job<'_>) -> Result<Proved, ProverError> {
        let keys = self.keys()?;
        if job.trace.steps.len() != keys.shape.capacity {
            return Err(ProverError::Input {
                what: "slots of the batch's trace",
                expected: keys.shape.capacity.to_string(),
                got: job.trace.steps.len().to_string(),
            });
        }
        let no_proof = |why| ProverError::NoProof { what: format!("batch {}", job.batch.id.0), why };
        let start = Instant::now();
        let values: Vec<_> = job.trace.steps.iter().map(SlotValues::honest).collect();
        let traces = Traces::of(&values);
        if traces.statement != job.statement {
            return Err(no_proof(format!("its leaves and paths say another thing: {}", traces.statement)));
        }
        let witness = start.elapsed();
        let start = Instant::now();
        let bytes = keys.prove(&traces).map_err(no_proof)?;
        let proof = Proof { kind: ProofKind::Batch, bytes };
        Ok(Proved { proof, witness, prove: start.elapsed(), grind: None })
    }

    fn aggregate(&mut self, _: &[Proof]) -> Result<Aggregated, ProverError> {
        Err(ProverError::NoAggregation { system: NAME.to_owned() })
    }

    fn verify(&self, proof: &Proof) -> Result<Verified, ProverError> {
        let start = Instant::now();
        let keys = self.keys()?;
        if proof.kind != ProofKind::Batch {
            return Err(ProverError::Rejected { why: "this system has proofs of batches alone".to_owned() });
        }
        let statement = keys.verify(&proof.bytes).map_err(|why| ProverError::Rejected { why })?;
        Ok(Verified { statement, time: start.elapsed() })
    }
}

/// The settings that decide cost and security.
fn settings(keys: &Keys) -> BTreeMap<String, String> {
    let columns: Vec<_> = keys.tables.iter().map(|table| table.width().to_string()).collect();
    BTreeMap::from([
        ("configuration".to_owned(), "FRI over Goldilocks, Keccak".to_owned()),
        ("columns".to_owned(), columns.join(" + ")),
        ("zero_knowledge".to_owned(), "false".to_owned()),
        ("fri_rate_bits".to_owned(), RATE_BITS.to_string()),
        ("fri_queries".to_owned(), QUERIES.to_string()),
        ("proof_of_work_bits".to_owned(), PROOF_OF_WORK_BITS.to_string()),
    ])
}

const PUBLIC_BYTES: usize = 8 * PUBLIC_ELEMENTS;

fn encode(statement: &Statement, proof: &BatchProof<TableConfig>) -> Result<Vec<u8>, String> {
    use plonky2::field::types::PrimeField64;
    let elements = statement.elements();
    let public = elements.iter().flat_map(|element| element.to_canonical_u64().to_le_bytes()).collect();
    postcard::to_extend(proof, public).map_err(|error| error.to_string())
}

/// A proof of its bytes. Bytes that decode to the same proof in another way are refused.
fn decode(bytes: &[u8]) -> Result<(Statement, BatchProof<TableConfig>), String> {
    let (public, rest) = bytes.split_at_checked(PUBLIC_BYTES).ok_or("too short for the public elements")?;
    let elements: Vec<Felt> = public
        .as_chunks::<8>()
        .0
        .iter()
        .map(|bytes| u64::from_le_bytes(*bytes))
        .map(|number| (number < Felt::ORDER).then(|| Felt::from_canonical_u64(number)))
        .collect::<Option<_>>()
        .ok_or("a public element is not reduced")?;
    let statement = Statement::from_elements(&elements).ok_or("not thirteen public elements")?;
    let proof = postcard::from_bytes(rest).map_err(|error| format!("its bytes are not a proof: {error}"))?;
    if encode(&statement, &proof)? != bytes {
        return Err("its bytes are not the proper encoding of a proof".to_owned());
    }
    Ok((statement, proof))
}
