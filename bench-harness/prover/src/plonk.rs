//! The plonky2 proof system: keys, proofs as bytes, and their times.
//!
//! Owns no constraint: those are [`crate::circuit`]'s.

use crate::circuit::aggregate::AggregateCircuit;
use crate::circuit::batch::BatchCircuit;
use crate::circuit::values::SlotValues;
use crate::circuit::{Circuit, PlonkProof};
use crate::grind::grind_of;
use crate::size::{circuit_size, settings};
use crate::statement::Statement;
use crate::system::{
    Aggregated, Job, Level, Proof, ProofKind, ProofSystem, Proved, ProverError, Shape, Verified,
};
use plonky2::iop::generator::generate_partial_witness;
use plonky2::iop::witness::PartialWitness;
use plonky2::plonk::prover::prove_with_partition_witness;
use plonky2::util::timing::TimingTree;
use records::sample::SystemRecord;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};
use workloads::hash::Felt;

/// The version of plonky2 that is compiled in, by the lock file.
pub const PLONKY2_VERSION: &str = env!("PLONKY2_VERSION");

/// plonky2 with its circuits.
#[derive(Debug, Default)]
pub struct Plonky2 {
    batch: Option<(Shape, BatchCircuit)>,
    levels: Vec<AggregateCircuit>,
}

/// How many levels a tree over `batches` proofs has; at least one, so that an aggregate always has the same form.
pub fn levels_of(batches: usize) -> usize {
    (batches.max(1).next_power_of_two().trailing_zeros() as usize).max(1)
}

impl Plonky2 {
    /// A system without circuits: [`ProofSystem::set_up`] builds them.
    pub fn new() -> Self {
        Self::default()
    }

    fn batch_circuit(&self) -> Result<(&Shape, &BatchCircuit), ProverError> {
        let (shape, circuit) = self.batch.as_ref().ok_or(ProverError::Input {
            what: "set-up",
            expected: "circuits built before the first proof".to_owned(),
            got: "none".to_owned(),
        })?;
        Ok((shape, circuit))
    }

    fn circuit_of(&self, kind: ProofKind) -> Result<&Circuit, ProverError> {
        match kind {
            ProofKind::Batch => Ok(&self.batch_circuit()?.1.circuit),
            ProofKind::Aggregate { level } => {
                let place = level.checked_sub(1);
                let found = place.and_then(|place| self.levels.get(place));
                found.map(|level| &level.circuit).ok_or_else(|| ProverError::Rejected {
                    why: format!(
                        "aggregation level {level}; the set-up has levels 1 to {}",
                        self.levels.len()
                    ),
                })
            }
        }
    }

    fn merge(
        &self,
        level: usize,
        left: &PlonkProof,
        right: Option<&PlonkProof>,
    ) -> Result<Timed, ProverError> {
        let what = || format!("a merge at level {}", level + 1);
        let circuit = &self.levels[level];
        let inputs = circuit.witness(left, right).map_err(|error| no_proof(&what(), &error))?;
        prove_with(&circuit.circuit, inputs, &what())
    }

    fn check_batch_proofs(&self, proofs: &[Proof]) -> Result<(), ProverError> {
        let room = 1usize << self.levels.len();
        if proofs.is_empty() || proofs.len() > room {
            return Err(ProverError::Input {
                what: "proofs to aggregate",
                expected: format!("1 to {room}, as set up"),
                got: proofs.len().to_string(),
            });
        }
        if let Some(other) = proofs.iter().find(|proof| proof.kind != ProofKind::Batch) {
            return Err(ProverError::Input {
                what: "proofs to aggregate",
                expected: "proofs of batches".to_owned(),
                got: format!("{:?}", other.kind),
            });
        }
        Ok(())
    }
}

impl ProofSystem for Plonky2 {
    fn set_up(&mut self, shape: Shape, batches: usize) -> Result<SystemRecord, ProverError> {
        if shape.capacity == 0 || batches == 0 {
            return Err(ProverError::Input {
                what: if batches == 0 { "batches per aggregation" } else { "circuit capacity" },
                expected: "at least 1".to_owned(),
                got: "0".to_owned(),
            });
        }
        let fitting = self.batch.take().filter(|(built, _)| *built == shape);
        let (_, batch) = self.batch.insert(match fitting {
            Some(batch) => batch,
            None => {
                self.levels.clear();
                (shape, BatchCircuit::build(shape))
            }
        });
        while self.levels.len() < levels_of(batches) {
            let child = self.levels.last().map_or(&batch.circuit, |level| &level.circuit);
            let next = AggregateCircuit::build(child);
            self.levels.push(next);
        }
        let mut circuits = vec![circuit_size("batch".to_owned(), &batch.circuit)];
        for (place, level) in self.levels.iter().enumerate() {
            circuits.push(circuit_size(format!("aggregate {}", place + 1), &level.circuit));
        }
        Ok(SystemRecord {
            name: "plonky2".to_owned(),
            version: PLONKY2_VERSION.to_owned(),
            settings: settings(&batch.circuit),
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
        let values: Vec<_> = job.trace.steps.iter().map(SlotValues::honest).collect();
        let inputs =
            batch.witness(job.statement.old_root, &values).map_err(|error| no_proof(&what, &error))?;
        let filled = start.elapsed();
        let timed = prove_with(&batch.circuit, inputs, &what)?;
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
        self.check_batch_proofs(proofs)?;
        let start = Instant::now();
        let mut level_proofs = proofs
            .iter()
            .map(|proof| decode(self.circuit_of(proof.kind)?, &proof.bytes))
            .collect::<Result<Vec<_>, _>>()?;
        check_chain(&level_proofs)?;
        let mut decoding = start.elapsed();
        let mut levels = Vec::new();
        for level in 0..levels_of(proofs.len()) {
            let start = Instant::now();
            let merged = level_proofs
                .chunks(2)
                .map(|pair| self.merge(level, &pair[0], pair.get(1)))
                .collect::<Result<Vec<_>, _>>()?;
            let grind = merged.iter().map(|timed| timed.grind).sum();
            level_proofs = merged.into_iter().map(|timed| timed.proof).collect();
            // Reading the batch proofs belongs to the level that consumes them.
            let time = start.elapsed() + std::mem::take(&mut decoding);
            levels.push(Level { level: level + 1, merges: level_proofs.len(), time, grind });
        }
        let kind = ProofKind::Aggregate { level: levels.len() };
        let bytes = level_proofs.first().map(PlonkProof::to_bytes).unwrap_or_default();
        Ok(Aggregated { proof: Proof { kind, bytes }, levels })
    }

    fn verify(&self, proof: &Proof) -> Result<Verified, ProverError> {
        let start = Instant::now();
        let circuit = self.circuit_of(proof.kind)?;
        let decoded = decode(circuit, &proof.bytes)?;
        let statement = statement_of(&decoded)?;
        let verdict = catch_unwind(AssertUnwindSafe(|| circuit.verify(decoded)));
        match verdict {
            Ok(Ok(())) => Ok(Verified { statement, time: start.elapsed() }),
            Ok(Err(error)) => Err(ProverError::Rejected { why: error.to_string() }),
            Err(_) => Err(ProverError::Rejected { why: "the verifier stopped on it".to_owned() }),
        }
    }
}

/// A proof of any circuit of this crate and what it took.
#[derive(Debug)]
pub struct Timed {
    /// The proof.
    pub proof: PlonkProof,
    /// From the inputs to all wire values.
    pub witness: Duration,
    /// From wire values to the proof.
    pub prove: Duration,
    /// What of that was grinding, where plonky2 tells.
    pub grind: Option<Duration>,
}

/// Runs plonky2 over given inputs; `what` names them in an error. Where they break a constraint plonky2 panics; that
/// is caught, since the inputs came from outside.
///
/// # Errors
/// [`ProverError::NoProof`] where the inputs contradict each other or break a constraint.
pub fn prove_with(circuit: &Circuit, inputs: PartialWitness<Felt>, what: &str) -> Result<Timed, ProverError> {
    let run = || -> anyhow::Result<Timed> {
        let start = Instant::now();
        let filled = generate_partial_witness(inputs, &circuit.prover_only, &circuit.common)?;
        let witness = start.elapsed();
        let start = Instant::now();
        let mut timing = TimingTree::default();
        let proof = prove_with_partition_witness(&circuit.prover_only, &circuit.common, filled, &mut timing)?;
        let prove = start.elapsed();
        Ok(Timed { proof, witness, prove, grind: grind_of(&timing) })
    };
    match catch_unwind(AssertUnwindSafe(run)) {
        Ok(Ok(timed)) => Ok(timed),
        Ok(Err(error)) => Err(no_proof(what, &error)),
        Err(_) => {
            let why = "the witness breaks a constraint of the circuit".to_owned();
            Err(ProverError::NoProof { what: what.to_owned(), why })
        }
    }
}

fn no_proof(what: &str, error: &anyhow::Error) -> ProverError {
    ProverError::NoProof { what: what.to_owned(), why: error.to_string() }
}

/// A proof of its bytes. A proof has one encoding: bytes that decode to the same proof in another way are refused.
fn decode(circuit: &Circuit, bytes: &[u8]) -> Result<PlonkProof, ProverError> {
    let rejected = |why: &str| ProverError::Rejected { why: why.to_owned() };
    let read = catch_unwind(AssertUnwindSafe(|| PlonkProof::from_bytes(bytes.to_vec(), &circuit.common)));
    let Ok(Ok(proof)) = read else {
        return Err(rejected("its bytes are not a proof of this circuit"));
    };
    if proof.to_bytes() != bytes {
        return Err(rejected("its bytes are not the proper encoding of a proof"));
    }
    Ok(proof)
}

fn statement_of(proof: &PlonkProof) -> Result<Statement, ProverError> {
    Statement::from_elements(&proof.public_inputs).ok_or_else(|| ProverError::Rejected {
        why: format!(
            "{} public elements instead of {}",
            proof.public_inputs.len(),
            crate::statement::PUBLIC_ELEMENTS
        ),
    })
}

fn check_chain(proofs: &[PlonkProof]) -> Result<(), ProverError> {
    let statements = proofs.iter().map(statement_of).collect::<Result<Vec<_>, _>>()?;
    for (place, pair) in statements.windows(2).enumerate() {
        if pair[0].join(&pair[1]).is_none() {
            return Err(ProverError::Input {
                what: "proofs to aggregate",
                expected: format!("proof {} to begin at the root at which proof {place} ends", place + 1),
                got: "another root: a gap, or proofs out of order".to_owned(),
            });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::PLONKY2_VERSION;

    /// The workspace pins one version, and the record names it.
    #[test]
    fn the_version_is_that_of_the_pin() {
        let workspace = include_str!("../../../Cargo.toml");
        assert!(workspace.contains(&format!("plonky2 = \"={PLONKY2_VERSION}\"")), "{PLONKY2_VERSION}");
    }
}
