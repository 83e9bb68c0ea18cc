//! A proof system that proves nothing: durations come from a script, and failures too.
//!
//! It lets everything else (schedule, records, summaries, verdicts, exit codes) be tested in milliseconds and to the
//! last digit. Its proofs carry the statement and a checksum, so that an altered proof is rejected and a broken
//! chain cannot be aggregated. They convince nobody of anything: never use it for a figure about a machine.

use crate::statement::{PUBLIC_ELEMENTS, Statement};
use crate::system::{
    Aggregated, Description, Job, Level, Proof, ProofKind, ProofSystem, Proved, ProverError, Shape, Verified,
};
use plonky2::field::types::{Field, Field64, PrimeField64};
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Duration;
use workloads::hash::Felt;

/// How long something takes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum Law {
    /// Always the same: `{ fixed_s = 1.5 }`.
    Fixed {
        /// The time.
        fixed_s: f64,
    },
    /// Log-normal: `{ mean_s = 1.5, cv = 0.3 }`. The draw belongs to the proof's statement, not to the order of
    /// calls, so that a run that was interrupted yields what it would have yielded.
    LogNormal {
        /// The mean.
        mean_s: f64,
        /// Standard deviation over mean.
        cv: f64,
    },
    /// These in turn, from the first again after the last: `{ values_s = [1.4, 1.6] }`.
    Values {
        /// The times.
        values_s: Vec<f64>,
    },
}

/// What goes wrong, each at the k-th batch proof of this process, from 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Faults {
    /// A proof that verifies and states another new root.
    pub wrong_proof: Option<u64>,
    /// A proof whose bytes are damaged.
    pub damaged_proof: Option<u64>,
    /// No proof, with an error.
    pub no_proof: Option<u64>,
    /// The process aborts.
    pub crash: Option<u64>,
    /// The call does not return for an hour.
    pub hang: Option<u64>,
    /// The set-up is refused.
    pub no_set_up: bool,
}

/// What a scripted system does. In TOML every field has a default.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Script {
    /// The seed of all draws.
    pub seed: u64,
    /// Whether it sleeps for as long as it claims.
    pub real_time: bool,
    /// Witness generation of a batch.
    pub witness: Law,
    /// The proof of a batch.
    pub prove: Law,
    /// One merge.
    pub merge: Law,
    /// One verification.
    pub verify: Law,
    /// If given, what the harness times itself (set-up, generate, execute, root, encode, record) takes this long
    /// too: every figure of a run is then the script's.
    pub harness: Option<Law>,
    /// What goes wrong.
    pub faults: Faults,
}

impl Default for Script {
    /// Witness 0.1 s, proof 1 s, merge 1.5 s, verification 5 ms; nothing goes wrong.
    fn default() -> Self {
        Self {
            seed: 1,
            real_time: false,
            witness: Law::Fixed { fixed_s: 0.1 },
            prove: Law::Fixed { fixed_s: 1.0 },
            merge: Law::Fixed { fixed_s: 1.5 },
            verify: Law::Fixed { fixed_s: 0.005 },
            harness: None,
            faults: Faults::default(),
        }
    }
}

/// What a duration is for, so that two laws of one script never share draws.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Use {
    Witness = 1,
    Prove = 2,
    Merge = 3,
    Verify = 4,
    Harness = 5,
}

impl Script {
    /// Checks every law.
    ///
    /// # Errors
    /// A time or a CV that is negative, infinite or not a number, or a list of none.
    pub fn check(&self) -> Result<(), ProverError> {
        let Self { seed: _, real_time: _, witness, prove, merge, verify, harness, faults: _ } = self;
        let laws = [
            ("script, witness", Some(witness)),
            ("script, prove", Some(prove)),
            ("script, merge", Some(merge)),
            ("script, verify", Some(verify)),
            ("script, harness", harness.as_ref()),
        ];
        for (what, law) in laws {
            law.map_or(Ok(()), |law| law.check(what))?;
        }
        Ok(())
    }

    /// The `number`-th duration of what the harness times itself, where the script says so.
    pub fn harness_time(&self, number: u64) -> Option<Duration> {
        let law = self.harness.as_ref()?;
        Some(law.draw(self.seed, Use::Harness, number, number))
    }
}

impl Law {
    fn check(&self, what: &'static str) -> Result<(), ProverError> {
        let wrong = |expected: &str, got: String| {
            Err(ProverError::Input { what, expected: expected.to_owned(), got })
        };
        let numbers = match self {
            Self::Fixed { fixed_s } => vec![*fixed_s],
            Self::LogNormal { mean_s, cv } => vec![*mean_s, *cv],
            Self::Values { values_s } => values_s.clone(),
        };
        if numbers.is_empty() {
            return wrong("at least one value", "none".to_owned());
        }
        // Above that a Duration would not hold it.
        let bad = numbers.iter().find(|x| !(0.0..1e9).contains(*x));
        bad.map_or(Ok(()), |x| wrong("numbers from 0 to 1e9", x.to_string()))
    }

    /// The duration of one call: `key` says which draw it is, `number` which turn.
    fn draw(&self, seed: u64, purpose: Use, key: u64, number: u64) -> Duration {
        let time_s = match self {
            Self::Fixed { fixed_s } => *fixed_s,
            Self::LogNormal { mean_s, cv } => {
                // With σ² = ln(1 + cv²), exp(σ·z − σ²/2) has mean 1 and the wanted CV.
                let variance = libm::log1p(cv * cv);
                let z = standard_normal(seed, purpose, key);
                mean_s * libm::exp(variance.sqrt() * z - variance / 2.0)
            }
            Self::Values { values_s } => values_s[(number % values_s.len() as u64) as usize],
        };
        Duration::from_secs_f64(time_s.min(1e9))
    }
}

/// One standard normal number by Box and Muller (Annals of Mathematical Statistics 29, 1958), in software
/// arithmetic, so that it is the same on every machine.
fn standard_normal(seed: u64, purpose: Use, key: u64) -> f64 {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    bytes[8] = purpose as u8;
    bytes[16..24].copy_from_slice(&key.to_le_bytes());
    let mut rng = ChaCha20Rng::from_seed(bytes);
    // Above 0 and below 1, so that the logarithm is finite.
    let mut uniform = || ((rng.next_u64() >> 11) as f64 + 0.5) / (1u64 << 53) as f64;
    let radius = (-2.0 * libm::log(uniform())).sqrt();
    radius * libm::cos(std::f64::consts::TAU * uniform())
}

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

    fn take(&self, law: &Law, purpose: Use, key: u64, number: u64) -> Duration {
        let time = law.draw(self.script.seed, purpose, key, number);
        if self.script.real_time {
            std::thread::sleep(time);
        }
        time
    }
}

impl ProofSystem for Scripted {
    fn set_up(&mut self, shape: Shape, batches: usize) -> Result<Description, ProverError> {
        if shape.capacity == 0 || batches == 0 || self.script.faults.no_set_up {
            return Err(ProverError::Input {
                what: "scripted set-up",
                expected: "a capacity and a number of batches of at least 1".to_owned(),
                got: format!("{} and {batches}", shape.capacity),
            });
        }
        self.set_up = Some((shape, batches));
        Ok(Description {
            system: "scripted".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            settings: BTreeMap::from([
                ("seed".to_owned(), self.script.seed.to_string()),
                ("proves".to_owned(), "nothing".to_owned()),
            ]),
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
        if is_now(faults.crash) {
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
            prove: self.take(&self.script.prove, Use::Prove, key, turn),
        })
    }

    fn aggregate(&mut self, proofs: &[Proof]) -> Result<Aggregated, ProverError> {
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
            width = width.div_ceil(2);
            let level = levels.len() + 1;
            let mut time = Duration::ZERO;
            for place in 0..width {
                let key = statement.commitment.elements[0].to_canonical_u64();
                let key = key ^ ((level as u64) << 32 | place as u64);
                time += self.take(&self.script.merge, Use::Merge, key, self.merged);
                self.merged += 1;
            }
            levels.push(Level { level, merges: width, time });
        }
        let kind = ProofKind::Aggregate { level: levels.len() };
        Ok(Aggregated { proof: Proof { kind, bytes: encode(kind, &statement) }, levels })
    }

    fn verify(&self, proof: &Proof) -> Result<Verified, ProverError> {
        let statement = decode(proof)?;
        let key = statement.commitment.elements[0].to_canonical_u64();
        Ok(Verified { statement, time: self.take(&self.script.verify, Use::Verify, key, key) })
    }
}

const MAGIC: &[u8; 8] = b"scripted";
/// Magic and level.
const HEAD_BYTES: usize = 16;
const PROOF_BYTES: usize = HEAD_BYTES + 8 * PUBLIC_ELEMENTS + 8;

fn level_of(kind: ProofKind) -> u64 {
    match kind {
        ProofKind::Batch => 0,
        ProofKind::Aggregate { level } => level as u64,
    }
}

/// Magic, level, public elements, checksum; numbers little-endian.
fn encode(kind: ProofKind, statement: &Statement) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(PROOF_BYTES);
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(&level_of(kind).to_le_bytes());
    for element in statement.elements() {
        bytes.extend_from_slice(&element.to_canonical_u64().to_le_bytes());
    }
    let sum = checksum(&bytes);
    bytes.extend_from_slice(&sum.to_le_bytes());
    bytes
}

fn decode(proof: &Proof) -> Result<Statement, ProverError> {
    let Proof { kind, bytes } = proof;
    if bytes.len() != PROOF_BYTES || !bytes.starts_with(MAGIC) {
        return Err(rejected("not a proof of the scripted system"));
    }
    let number = |at: usize| {
        let mut word = [0; 8];
        word.copy_from_slice(&bytes[at..at + 8]);
        u64::from_le_bytes(word)
    };
    let sum_at = PROOF_BYTES - 8;
    if checksum(&bytes[..sum_at]) != number(sum_at) {
        return Err(rejected("its checksum is wrong"));
    }
    if number(MAGIC.len()) != level_of(*kind) {
        return Err(rejected("it is of another kind"));
    }
    let elements: Vec<_> = (0..PUBLIC_ELEMENTS).map(|index| number(HEAD_BYTES + 8 * index)).collect();
    if elements.iter().any(|element| *element >= Felt::ORDER) {
        return Err(rejected("a public element is no field element"));
    }
    let elements: Vec<_> = elements.into_iter().map(Felt::from_canonical_u64).collect();
    Statement::from_elements(&elements).ok_or_else(|| rejected("it lacks public elements"))
}

/// FNV-1a, 64 bits (Fowler, Noll, Vo): each step is a bijection, so that a change of any one byte always shows.
fn checksum(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |sum, byte| (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

fn rejected(why: &str) -> ProverError {
    ProverError::Rejected { why: why.to_owned() }
}
