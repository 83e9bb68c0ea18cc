//! plonky2 as a proof system: keys, proofs as bytes, and their times, under each configuration of its commitments.
//!
//! | module | what |
//! |---|---|
//! | [`config`] | the configurations, and what follows from each |
//! | `slots` | the batch circuit, with registers, without, or both |
//! | [`cache`] | circuits kept in a folder, for the next set-up |
//! | `stored`, `serial` | a circuit as a file, and the gates that can stand in one |
//! | `proof` | making, writing, reading and verifying one proof |
//! | `children` | which of two circuits a batch proof is of |
//! | [`tree`] | the levels of an aggregation, where there is one |
//!
//! Owns no constraint: those are [`crate::circuit`]'s, and the same under each configuration.

pub mod cache;
mod children;
pub mod config;
mod proof;
mod serial;
pub(crate) mod slots;
mod stored;
pub mod tree;

use crate::capabilities::{BatchSizes, Capabilities};
use crate::circuit::fan_in::FanIn;
use crate::circuit::registers::Registers;
use crate::circuit::{Circuit, Config};
use crate::plonk::cache::{CircuitCache, CircuitSource};
use crate::plonk::children::verify_either;
use crate::plonk::config::PlonkConfig;
use crate::plonk::slots::{PLAIN_BATCH, SlotCircuit, SlotForm};
use crate::plonk::tree::{MergeTree, Tree};
use crate::security::Fri;
use crate::size::{circuit_size, settings};
use crate::system::{
    Aggregated, Job, Merged, Proof, ProofKind, ProofSystem, Proved, ProverError, Shape, Verified,
};
use plonky2::plonk::config::KeccakGoldilocksConfig;
use records::sample::SystemRecord;
use std::time::Instant;
use workloads::batcher::BatchRooms;

pub use crate::plonk::proof::{Timed, prove_with};
pub(crate) use crate::plonk::proof::{decode, no_proof, verify_bytes};

/// The version of plonky2 that is compiled in, by the lock file.
pub const PLONKY2_VERSION: &str = env!("PLONKY2_VERSION");

/// Goldilocks to the second power: 2^64 − 2^32 + 1 squared is below 2^128 by less than a millionth of a bit.
const CHALLENGE_FIELD_BITS: u32 = 128;
/// Before circuits are built security is stated for 2^16 rows; then for the largest of them.
const STATED_DEGREE_BITS: u32 = 16;

/// plonky2 with commitments by Poseidon: the one whose proofs can be aggregated.
pub type Plonky2 = Plonk<Config>;

/// plonky2 with commitments by Keccak: the same circuits, and no aggregation.
pub type Plonky2Keccak = Plonk<KeccakGoldilocksConfig>;

/// What stands behind the name of a configuration whose batches have registers.
const REGISTERS: &str = "-registers";
/// What stands there where a batch that they cannot hold is proved without.
const OR_PLAIN: &str = "-or-plain";
/// What stands behind the name of a configuration whose merges take four proofs.
const MERGES_OF_FOUR: &str = "-merge4";

/// plonky2 with its circuits under one configuration.
#[derive(Debug)]
pub struct Plonk<C: PlonkConfig> {
    form: SlotForm,
    batch: Option<(Shape, SlotCircuit<C>)>,
    tree: C::Tree,
    cache: Option<CircuitCache>,
}

impl<C: PlonkConfig> Default for Plonk<C> {
    fn default() -> Self {
        Self { form: SlotForm::default(), batch: None, tree: C::Tree::default(), cache: None }
    }
}

impl<C: PlonkConfig> Plonk<C> {
    /// A system without circuits: [`ProofSystem::set_up`] builds them.
    pub fn new() -> Self {
        Self::default()
    }

    /// A system whose batches are of swaps and open each pool once: [`crate::circuit::registers`].
    pub fn with_registers(registers: Registers) -> Self {
        Self { form: SlotForm::Registers(registers), ..Self::default() }
    }

    /// The same with plain slots beside, for batches that registers cannot hold: [`crate::circuit::registers::fallback`].
    pub fn with_registers_or_plain(registers: Registers) -> Self {
        Self { form: SlotForm::RegistersOrPlain(registers), ..Self::default() }
    }

    /// The same with circuits from a folder, where there is one.
    #[must_use]
    pub fn with_cache(self, cache: Option<CircuitCache>) -> Self {
        Self { cache, ..self }
    }

    /// Its name in specs, cells and records.
    fn name(&self) -> String {
        let (registers, or_plain) = match self.form {
            SlotForm::Plain => ("", ""),
            SlotForm::Registers(_) => (REGISTERS, ""),
            SlotForm::RegistersOrPlain(_) => (REGISTERS, OR_PLAIN),
        };
        let merges = match self.tree.fan_in() {
            FanIn::Two => "",
            FanIn::Four => MERGES_OF_FOUR,
        };
        format!("{}{registers}{or_plain}{merges}", C::NAME)
    }

    fn batch_circuit(&self) -> Result<(&Shape, &SlotCircuit<C>), ProverError> {
        let (shape, circuit) = self.batch.as_ref().ok_or(ProverError::Input {
            what: "set-up",
            expected: "circuits built before the first proof".to_owned(),
            got: "none".to_owned(),
        })?;
        Ok((shape, circuit))
    }

    fn circuit_of_level(&self, level: usize) -> Result<&Circuit<C>, ProverError> {
        let levels = self.tree.circuits();
        let found = level.checked_sub(1).and_then(|place| levels.get(place).copied());
        found.ok_or_else(|| ProverError::Rejected {
            why: match levels.len() {
                0 => format!("aggregation level {level}; {} has no aggregation", self.name()),
                levels => format!("aggregation level {level}; the set-up has levels 1 to {levels}"),
            },
        })
    }
}

impl Plonk<Config> {
    /// The same without circuits, and with merges of so many proofs.
    #[must_use]
    pub fn merging(self, fan_in: FanIn) -> Self {
        Self { batch: None, tree: MergeTree::of(fan_in), ..self }
    }
}

impl<C: PlonkConfig> ProofSystem for Plonk<C> {
    fn capabilities(&self) -> Capabilities {
        // A merge is never weaker: see FanIn.
        let config = self.tree.fan_in().batch_config();
        let circuits = self.batch.iter().map(|(_, batch)| batch.circuit()).chain(self.tree.circuits());
        let built = circuits.map(|circuit| circuit.common.degree_bits() as u32).max();
        let fri = Fri {
            field_bits: CHALLENGE_FIELD_BITS,
            rate_bits: config.fri_config.rate_bits as u32,
            queries: config.fri_config.num_query_rounds as u32,
            grinding_bits: config.fri_config.proof_of_work_bits,
            degree_bits: built.unwrap_or(STATED_DEGREE_BITS),
            collision_bits: C::collision_bits(),
        };
        Capabilities {
            verifies: true,
            aggregation: self.tree.aggregation(),
            batch_sizes: BatchSizes::ANY,
            swaps_over_pools_max: self.form.registers().map(|registers| registers.count),
            falls_back: matches!(self.form, SlotForm::RegistersOrPlain(_)),
            varies_in_length: false,
            security: Some(fri.security()),
        }
    }

    fn set_up(&mut self, shape: Shape, batches: usize) -> Result<SystemRecord, ProverError> {
        if shape.capacity == 0 || batches == 0 {
            return Err(ProverError::Input {
                what: if batches == 0 { "batches per aggregation" } else { "circuit capacity" },
                expected: "at least 1".to_owned(),
                got: "0".to_owned(),
            });
        }
        let source = CircuitSource::of(self.cache.as_ref(), &self.name(), shape, self.form.registers());
        let fitting = self.batch.take().filter(|(built, _)| *built == shape);
        let mut missing = Vec::new();
        if fitting.is_none() {
            self.tree.clear();
            missing.extend(self.form.parts().iter().map(|part| (*part).to_owned()));
        }
        missing.append(&mut self.tree.missing(batches));
        let source = source.reading(&missing);
        let (_, batch) = self.batch.insert(match fitting {
            Some(batch) => batch,
            None => (shape, SlotCircuit::from_source(shape, self.form, self.tree.fan_in(), &source)?),
        });
        let circuit = batch.circuit();
        self.tree.grow_from(&batch.circuits(), batches, &source);
        let mut circuits = vec![circuit_size("batch".to_owned(), circuit)];
        circuits.extend(batch.circuits().other.map(|plain| circuit_size(PLAIN_BATCH.to_owned(), plain)));
        for (place, level) in self.tree.circuits().into_iter().enumerate() {
            circuits.push(circuit_size(format!("aggregate {}", place + 1), level));
        }
        let mut settings = settings(circuit);
        settings.insert("commitments".to_owned(), C::COMMITMENTS.to_owned());
        if let Some(registers) = self.form.registers() {
            settings.insert("registers".to_owned(), registers.count.to_string());
            let places = 1u64 << registers.levels(shape.depth);
            settings.insert("pools_in_a_block".to_owned(), places.to_string());
        }
        if let Some(slots) = batch.plain_slots() {
            settings.insert("plain_slots".to_owned(), slots.to_string());
        }
        if self.tree.fan_in() == FanIn::Four {
            let merges = self.tree.fan_in().merge_config().fri_config;
            settings.insert("last_polynomial_bits".to_owned(), "6 at most".to_owned());
            settings.insert("merge_children".to_owned(), self.tree.fan_in().children().to_string());
            settings.insert("merge_fri_queries".to_owned(), merges.num_query_rounds.to_string());
            settings.insert("merge_proof_of_work_bits".to_owned(), merges.proof_of_work_bits.to_string());
        }
        Ok(SystemRecord {
            name: self.name(),
            version: PLONKY2_VERSION.to_owned(),
            settings,
            capabilities: Some(self.capabilities().record()),
            circuits,
        })
    }

    fn prove(&mut self, job: &Job<'_>) -> Result<Proved, ProverError> {
        let (shape, batch) = self.batch_circuit()?;
        if job.trace.steps.len() != shape.capacity {
            return Err(ProverError::Input {
                what: "slots of the batch's trace",
                expected: shape.capacity.to_string(),
                got: job.trace.steps.len().to_string(),
            });
        }
        let what = format!("batch {}", job.batch.id.0);
        let start = Instant::now();
        let (circuit, inputs) = batch.witness(shape, job, &what)?;
        let filled = start.elapsed();
        let timed = prove_with(circuit, inputs, &what)?;
        let encoding = Instant::now();
        let proof = Proof { kind: ProofKind::Batch, bytes: timed.proof.to_bytes() };
        Ok(Proved {
            proof,
            witness: filled + timed.witness,
            prove: timed.prove + encoding.elapsed(),
            grind: timed.grind,
        })
    }

    fn aggregate(&mut self, proofs: &[Proof]) -> Result<Aggregated, ProverError> {
        let (_, batch) = self.batch_circuit()?;
        self.tree
            .aggregate(&batch.circuits(), proofs)
            .unwrap_or_else(|| Err(ProverError::NoAggregation { system: self.name() }))
    }

    fn merge(&mut self, children: &[Proof]) -> Result<Merged, ProverError> {
        let (_, batch) = self.batch_circuit()?;
        self.tree
            .merge(&batch.circuits(), children)
            .unwrap_or_else(|| Err(ProverError::NoAggregation { system: self.name() }))
    }

    fn verify(&self, proof: &Proof) -> Result<Verified, ProverError> {
        match proof.kind {
            ProofKind::Batch => verify_either(&self.batch_circuit()?.1.circuits(), &proof.bytes),
            ProofKind::Aggregate { level } => verify_bytes(self.circuit_of_level(level)?, &proof.bytes),
        }
    }

    fn rooms(&self) -> Option<BatchRooms> {
        let (shape, batch) = self.batch.as_ref()?;
        let registers = self.form.registers()?;
        Some(BatchRooms {
            swaps: shape.capacity,
            pools_max: registers.count,
            block_levels: registers.levels(shape.depth),
            any: batch.plain_slots()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::PLONKY2_VERSION;

    /// The workspace pins one version, and the record names it.
    #[test]
    fn the_version_is_that_of_the_pin() {
        let workspace = include_str!("../../../../Cargo.toml");
        assert!(workspace.contains(&format!("plonky2 = \"={PLONKY2_VERSION}\"")), "{PLONKY2_VERSION}");
    }
}
