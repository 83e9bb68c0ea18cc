//! The transactions that a fleet proves, and the system that proves them, as flags.

use crate::exit::usage;
use crate::number::{number, whole};
use ::measure::spec::read_script;
use prover::scripted::{Script, ScriptedTime};
use records::fleet::job::FleetWorkRecord;
use std::path::PathBuf;

/// Transactions and proof system.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "What to prove")]
pub(crate) struct TrafficArgs {
    /// Fraction of swaps among the transactions.
    #[arg(long, default_value_t = 0.5, value_name = "FRACTION", value_parser = number(0.0..=1.0))]
    swap_ratio: f64,
    /// Accounts at the start.
    #[arg(long, default_value_t = 10_000, value_name = "COUNT", value_parser = whole(1..=16_777_216_u32))]
    accounts: u32,
    /// Pools at the start.
    #[arg(long, default_value_t = 16, value_name = "COUNT", value_parser = whole(1..=16_777_216_u32))]
    pools: u32,
    /// Levels of the state tree.
    #[arg(long, default_value_t = 24, value_name = "LEVELS", value_parser = whole(1..=32_u32))]
    depth: u32,
    /// Seed of every batch and of its arrival.
    #[arg(long, default_value_t = 1, value_name = "SEED")]
    seed: u64,
    /// Proof system: plonky2, plonky2-keccak or plonky3 (no aggregation), plonky2-registers (swaps alone over at most 16
    /// pools), plonky2-registers-or-plain (smaller batches of all else), plonky2-merge4 or plonky2-registers-merge4 (merges of
    /// four proofs), or scripted, which only takes time.
    #[arg(long, default_value = "plonky2", value_name = "NAME")]
    proof_system: String,
    /// Script of the scripted proof system, a TOML file; 0.1 s a proof and 0.05 s a merge without it.
    #[arg(long, value_name = "FILE")]
    script: Option<PathBuf>,
}

/// Times of scripted proofs where no script is given.
fn usual_script() -> Script {
    let fixed = |fixed_s: f64| ScriptedTime::Fixed { fixed_s };
    Script {
        witness: fixed(0.0),
        prove: fixed(0.1),
        merge: fixed(0.05),
        verify: fixed(0.0),
        ..Script::default()
    }
}

impl TrafficArgs {
    /// The seed of everything random.
    pub(crate) fn seed(&self) -> u64 {
        self.seed
    }

    /// What workers set up for, with so many transactions in a batch and so many batches in an aggregation.
    pub(crate) fn work(&self, batch_size: u64, aggregate: u64) -> anyhow::Result<FleetWorkRecord> {
        let is_scripted = self.proof_system == fleet::chain::SCRIPTED;
        if self.script.is_some() && !is_scripted {
            return Err(usage("--script needs --proof-system scripted"));
        }
        let script = match &self.script {
            None => is_scripted.then(usual_script),
            Some(file) => Some(read_script(file).map_err(::measure::run::MeasureError::from)?),
        };
        // A fleet is real time, whatever its proofs are.
        let script = script.map(|script| serde_json::to_string(&Script { real_time: true, ..script }));
        let script = script.transpose()?;
        Ok(FleetWorkRecord {
            proof_system: self.proof_system.clone(),
            script,
            seed: self.seed,
            swap_ratio: self.swap_ratio,
            accounts: self.accounts,
            pools: self.pools,
            depth: self.depth,
            fee_bps: 30,
            batch_transactions: batch_size,
            batches_per_aggregation: aggregate,
        })
    }
}
