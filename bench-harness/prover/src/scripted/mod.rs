//! A proof system that proves nothing: durations come from a script, and failures too.
//!
//! It lets everything else (schedule, records, summaries, verdicts, exit codes) be tested in milliseconds and to the
//! last digit. Its proofs carry the statement and a checksum, so that an altered proof is rejected and a broken
//! chain cannot be aggregated. They convince nobody of anything: never use it for a figure about a machine.

mod proof;
mod script;

use crate::capabilities::Capabilities;
use crate::scripted::proof::{HEAD_BYTES, decode, encode, rejected};
use crate::scripted::script::Use;
use crate::statement::Statement;
use crate::system::{
    Aggregated, Job, Level, Merged, Proof, ProofKind, ProofSystem, Proved, ProverError, Shape, Verified,
    level_of_children,
};
use plonky2::field::types::{Field, PrimeField64};
use records::sample::SystemRecord;
use std::collections::BTreeMap;
use std::time::Duration;
use workloads::hash::Felt;

pub use script::{Faults, Script, ScriptedStragglers, ScriptedTime};

/// The system.
#[derive(Debug)]
pub struct Scripted {
    script: Script,
    set_up: Option<(Shape, usize)>,
    proved: u64,
    merged: u64,
}

impl Scripted {
    /// A system that follows a script.
    ///
    /// # Errors
    /// A law that cannot be.
    pub fn new(script: Script) -> Result<Self, ProverError> {
        script.check()?;
        Ok(Self { script, set_up: None, proved: 0, merged: 0 })
    }

    /// The script.
    pub fn script(&self) -> &Script {
        &self.script
    }

    fn prove_for(&self, key: u64, number: u64) -> Duration {
        let time = self.script.prove_time(key, number);
        if !self.script.real_time {
            return time;
        }
        if let Some(mtbf_s) = self.script.mtbf_s {
            // No two attempts of a batch are to crash alike, so that this is not from the seed.
            let process = u64::from(std::process::id()) << 32 | self.proved;
            let works_s = -mtbf_s * script::uniform(self.script.seed, Use::Crash, process).ln();
            if works_s < time.as_secs_f64() {
                std::thread::sleep(Duration::from_secs_f64(works_s));
                std::process::abort();
            }
        }
        std::thread::sleep(time);
        time
    }

    fn take(&self, law: &ScriptedTime, purpose: Use, key: u64, number: u64) -> Duration {
        let time = law.draw(self.script.seed, purpose, key, number);
        if self.script.real_time {
            std::thread::sleep(time);
        }
        time
    }
}

impl ProofSystem for Scripted {
    fn capabilities(&self) -> Capabilities {
        self.script.capabilities()
    }

    fn set_up(&mut self, shape: Shape, batches: usize) -> Result<SystemRecord, ProverError> {
        if shape.capacity == 0 || batches == 0 || self.script.faults.no_set_up {
            return Err(ProverError::Input {
                what: "scripted set-up",
                expected: "a capacity and a number of batches of at least 1".to_owned(),
                got: format!("{} and {batches}", shape.capacity),
            });
        }
        let sizes = self.capabilities().batch_sizes;
        if !sizes.allow(shape.capacity) {
            return Err(ProverError::Input {
                what: "scripted set-up",
                expected: sizes.to_string(),
                got: shape.capacity.to_string(),
            });
        }
        self.set_up = Some((shape, batches));
        Ok(SystemRecord {
            name: "scripted".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            settings: BTreeMap::from([
                ("seed".to_owned(), self.script.seed.to_string()),
                ("proves".to_owned(), "nothing".to_owned()),
            ]),
            capabilities: Some(self.capabilities().record()),
            circuits: Vec::new(),
        })
    }

    fn prove(&mut self, job: &Job<'_>) -> Result<Proved, ProverError> {
        let what = format!("batch {}", job.batch.id.0);
        let Some((shape, _)) = self.set_up else {
            let why = "nothing was set up".to_owned();
            return Err(ProverError::NoProof { what, why });
        };
        if job.batch.transactions.len() > shape.capacity {
            return Err(ProverError::Input {
                what: "transactions in a batch",
                expected: format!("at most {}", shape.capacity),
                got: job.batch.transactions.len().to_string(),
            });
        }
        self.proved += 1;
        let is_now = |fault: Option<u64>| fault == Some(self.proved);
        let faults = self.script.faults;
        if is_now(faults.crash) || faults.crash_batch == Some(job.batch.id.0) {
            std::process::abort();
        }
        if is_now(faults.hang) {
            std::thread::sleep(Duration::from_secs(3600));
        }
        if is_now(faults.no_proof) {
            let why = "the script says so".to_owned();
            return Err(ProverError::NoProof { what, why });
        }
        let mut stated = job.statement;
        if is_now(faults.wrong_proof) {
            stated.new_root.elements[0] += Felt::ONE;
        }
        let kind = ProofKind::Batch;
        let mut bytes = encode(kind, &stated);
        if is_now(faults.damaged_proof) {
            bytes[HEAD_BYTES] ^= 1;
        }
        let key = job.statement.commitment.elements[0].to_canonical_u64();
        let turn = self.proved - 1;
        Ok(Proved {
            proof: Proof { kind, bytes },
            witness: self.take(&self.script.witness, Use::Witness, key, turn),
            prove: self.prove_for(key, turn),
            grind: None,
        })
    }

    fn aggregate(&mut self, proofs: &[Proof]) -> Result<Aggregated, ProverError> {
        if !self.script.aggregates {
            return Err(ProverError::NoAggregation { system: "scripted".to_owned() });
        }
        let limit = self.set_up.map_or(0, |(_, batches)| batches);
        if proofs.is_empty() || proofs.len() > limit {
            return Err(ProverError::Input {
                what: "proofs to aggregate",
                expected: format!("1 to {limit}"),
                got: proofs.len().to_string(),
            });
        }
        let statements = proofs
            .iter()
            .map(|proof| match proof.kind {
                ProofKind::Batch => decode(proof),
                ProofKind::Aggregate { .. } => Err(rejected("an aggregate among batch proofs")),
            })
            .collect::<Result<Vec<_>, _>>()?;
        let statement = Statement::join_all(&statements)
            .ok_or_else(|| rejected("two neighbours do not follow each other"))?;
        let mut levels = Vec::new();
        let mut width = proofs.len();
        // One proof alone is lifted once, so that an aggregate is always an aggregate.
        while width > 1 || levels.is_empty() {
            width = width.div_ceil(self.script.merge_children);
            let level = levels.len() + 1;
            let mut time = Duration::ZERO;
            for place in 0..width {
                let key = statement.commitment.elements[0].to_canonical_u64();
                let key = key ^ ((level as u64) << 32 | place as u64);
                time += self.take(&self.script.merge, Use::Merge, key, self.merged);
                self.merged += 1;
            }
            levels.push(Level { level, merges: width, time, grind: None });
        }
        let kind = ProofKind::Aggregate { level: levels.len() };
        Ok(Aggregated { proof: Proof { kind, bytes: encode(kind, &statement) }, levels })
    }

    fn merge(&mut self, children: &[Proof]) -> Result<Merged, ProverError> {
        if !self.script.aggregates {
            return Err(ProverError::NoAggregation { system: "scripted".to_owned() });
        }
        let level = level_of_children(children, self.script.merge_children)? + 1;
        let statements = children.iter().map(decode).collect::<Result<Vec<_>, _>>()?;
        let statement = Statement::join_all(&statements)
            .ok_or_else(|| rejected("two neighbours do not follow each other"))?;
        let key = statement.commitment.elements[0].to_canonical_u64() ^ ((level as u64) << 32);
        let time = self.take(&self.script.merge, Use::Merge, key, self.merged);
        self.merged += 1;
        let kind = ProofKind::of_level(level);
        Ok(Merged { proof: Proof { kind, bytes: encode(kind, &statement) }, time })
    }

    fn verify(&self, proof: &Proof) -> Result<Verified, ProverError> {
        let statement = decode(proof)?;
        let key = statement.commitment.elements[0].to_canonical_u64();
        Ok(Verified { statement, time: self.take(&self.script.verify, Use::Verify, key, key) })
    }
}
