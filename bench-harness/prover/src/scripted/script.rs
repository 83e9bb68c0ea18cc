//! What a scripted system is told: how long things take, and what goes wrong.

use crate::capabilities::{BatchSizes, Capabilities, MergeCapability};
use crate::system::ProverError;
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// How long something takes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum ScriptedTime {
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

/// What goes wrong, each at the k-th batch proof of this process, from 1, unless it names a batch.
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
    /// The process aborts whenever it is to prove the batch of this number, from 0.
    pub crash_batch: Option<u64>,
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
    pub witness: ScriptedTime,
    /// The proof of a batch.
    pub prove: ScriptedTime,
    /// One merge.
    pub merge: ScriptedTime,
    /// One verification.
    pub verify: ScriptedTime,
    /// Whether it aggregates.
    pub aggregates: bool,
    /// Proofs that a merge takes: 2 or 4.
    pub merge_children: usize,
    /// Transactions for which a batch can have room at most.
    pub max_transactions: Option<usize>,
    /// If given, what the harness times itself (set-up, generate, execute, root, encode, record) takes this long
    /// too: every figure of a run is then the script's.
    pub harness: Option<ScriptedTime>,
    /// If given, what memory its set-up, proofs and verifications take.
    pub peak_rss_bytes: Option<u64>,
    /// If given, what the share probe reads after each section of a repeat, these in turn; nothing is probed where it
    /// is not.
    pub adds_per_cycle: Option<Vec<f64>>,
    /// What the clock probe reads then.
    pub clock_ghz: f64,
    /// Proofs of batches that take longer for no reason of their own.
    pub stragglers: Option<ScriptedStragglers>,
    /// Working time of a prover between crashes of its process, exponential, mean, s. When it crashes is not from the seed: a
    /// proof that is tried again must be able to end. In real time only.
    pub mtbf_s: Option<f64>,
    /// What goes wrong.
    pub faults: Faults,
}

/// Proofs that take longer.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScriptedStragglers {
    /// Which fraction of them, 0 to 1.
    pub fraction: f64,
    /// How many times as long.
    pub factor: f64,
}

impl Default for Script {
    /// Witness 0.1 s, proof 1 s, merge 1.5 s, verification 5 ms; nothing goes wrong.
    fn default() -> Self {
        Self {
            seed: 1,
            real_time: false,
            witness: ScriptedTime::Fixed { fixed_s: 0.1 },
            prove: ScriptedTime::Fixed { fixed_s: 1.0 },
            merge: ScriptedTime::Fixed { fixed_s: 1.5 },
            verify: ScriptedTime::Fixed { fixed_s: 0.005 },
            aggregates: true,
            merge_children: 2,
            max_transactions: None,
            harness: None,
            peak_rss_bytes: None,
            adds_per_cycle: None,
            clock_ghz: 2.5,
            stragglers: None,
            mtbf_s: None,
            faults: Faults::default(),
        }
    }
}

/// What a duration is for, so that two laws of one script never share draws.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    Witness = 1,
    Prove = 2,
    Merge = 3,
    Verify = 4,
    Harness = 5,
    Straggler = 6,
    Crash = 7,
}

impl Script {
    /// Checks every law.
    ///
    /// # Errors
    /// A time or a CV that is negative, infinite or not a number, or a list of none.
    pub fn check(&self) -> Result<(), ProverError> {
        let Self {
            seed: _,
            real_time: _,
            witness,
            prove,
            merge,
            verify,
            aggregates: _,
            merge_children,
            max_transactions: _,
            harness,
            peak_rss_bytes: _,
            adds_per_cycle,
            clock_ghz,
            stragglers,
            mtbf_s,
            faults: _,
        } = self;
        if ![2, 4].contains(merge_children) {
            let (expected, got) = ("2 or 4".to_owned(), merge_children.to_string());
            return Err(ProverError::Input { what: "script, merge_children", expected, got });
        }
        let positive = mtbf_s.iter().chain(stragglers.iter().map(|stragglers| &stragglers.factor));
        if let Some(wrong) = positive.copied().find(|x| !(x.is_finite() && *x > 0.0)) {
            let expected = "a number above 0".to_owned();
            let what = "script, mtbf_s and stragglers.factor";
            return Err(ProverError::Input { what, expected, got: wrong.to_string() });
        }
        if let Some(stragglers) = stragglers.filter(|found| !(0.0..=1.0).contains(&found.fraction)) {
            let expected = "0 to 1".to_owned();
            let got = stragglers.fraction.to_string();
            return Err(ProverError::Input { what: "script, stragglers.fraction", expected, got });
        }
        for figure in adds_per_cycle.iter().flatten().chain([clock_ghz]) {
            if !(figure.is_finite() && *figure > 0.0) {
                return Err(ProverError::Input {
                    what: "script, adds_per_cycle and clock_ghz",
                    expected: "numbers above 0".to_owned(),
                    got: figure.to_string(),
                });
            }
        }
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

    /// What a system that follows it can do.
    pub fn capabilities(&self) -> Capabilities {
        Capabilities {
            verifies: true,
            aggregation: self.aggregates.then_some(MergeCapability { merge_children: self.merge_children }),
            batch_sizes: BatchSizes { min: 1, max: self.max_transactions },
            // It proves nothing.
            swaps_over_pools_max: None,
            falls_back: false,
            varies_in_length: false,
            security: None,
        }
    }

    /// How long the proof with this key takes, as a straggler or not.
    pub(crate) fn prove_time(&self, key: u64, number: u64) -> Duration {
        let time = self.prove.draw(self.seed, Use::Prove, key, number);
        match self.stragglers {
            Some(ScriptedStragglers { fraction, factor })
                if uniform(self.seed, Use::Straggler, key) < fraction =>
            {
                time.mul_f64(factor)
            }
            _ => time,
        }
    }

    /// The `number`-th duration of what the harness times itself, where the script says so.
    pub fn harness_time(&self, number: u64) -> Option<Duration> {
        let law = self.harness.as_ref()?;
        Some(law.draw(self.seed, Use::Harness, number, number))
    }
}

impl Script {
    /// What the share probe reads at a turn, where the script says so.
    pub fn adds_per_cycle_at(&self, turn: u64) -> Option<f64> {
        let values = self.adds_per_cycle.as_deref().filter(|values| !values.is_empty())?;
        values.get((turn % values.len() as u64) as usize).copied()
    }
}

impl ScriptedTime {
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
    pub(crate) fn draw(&self, seed: u64, purpose: Use, key: u64, number: u64) -> Duration {
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

fn draws(seed: u64, purpose: Use, key: u64) -> impl FnMut() -> f64 {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    bytes[8] = purpose as u8;
    bytes[16..24].copy_from_slice(&key.to_le_bytes());
    let mut rng = ChaCha20Rng::from_seed(bytes);
    // Above 0 and below 1, so that a logarithm is finite.
    move || ((rng.next_u64() >> 11) as f64 + 0.5) / (1u64 << 53) as f64
}

/// One number between 0 and 1.
pub(crate) fn uniform(seed: u64, purpose: Use, key: u64) -> f64 {
    draws(seed, purpose, key)()
}

/// One standard normal number by Box and Muller (Annals of Mathematical Statistics 29, 1958), in software
/// arithmetic, so that it is the same on every machine.
fn standard_normal(seed: u64, purpose: Use, key: u64) -> f64 {
    let mut uniform = draws(seed, purpose, key);
    let radius = (-2.0 * libm::log(uniform())).sqrt();
    radius * libm::cos(std::f64::consts::TAU * uniform())
}
