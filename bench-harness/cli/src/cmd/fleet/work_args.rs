//! What a fleet proves, as flags.

use crate::exit::usage;
use crate::number::{number, time_or_zero, whole};
use ::measure::spec::read_script;
use fleet::arrivals::BatchArrivals;
use records::fleet::job::FleetWorkRecord;
use std::path::PathBuf;

/// What is proved, and when its batches arrive.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "What to prove")]
pub(crate) struct WorkArgs {
    /// Batches to prove.
    #[arg(long, default_value_t = 64, value_name = "COUNT", value_parser = whole(1..=10_000_000_u64))]
    pub(crate) batches: u64,
    /// Batches in an aggregation, N.
    #[arg(long, default_value_t = 8, value_name = "N", value_parser = whole(1..=65_536_u64))]
    aggregate: u64,
    /// Transactions in a batch.
    #[arg(long, default_value_t = 32, value_name = "COUNT", value_parser = whole(1..=1_000_000_u64))]
    batch_size: u64,
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
    /// Proof system: plonky2, plonky2-keccak or plonky3 (no aggregation), or scripted, which only takes time.
    #[arg(long, default_value = "plonky2", value_name = "NAME")]
    proof_system: String,
    /// Script of the scripted proof system, a TOML file.
    #[arg(long, value_name = "FILE")]
    script: Option<PathBuf>,
    /// Time between batches; 0 has all of them at the beginning.
    #[arg(long, default_value = "0s", value_name = "TIME", value_parser = time_or_zero)]
    interval: f64,
    /// How batches arrive.
    #[arg(long, default_value = "fixed", value_parser = ["fixed", "poisson"])]
    arrivals: String,
}

impl WorkArgs {
    /// What workers set up for.
    pub(crate) fn work(&self) -> anyhow::Result<FleetWorkRecord> {
        let is_scripted = self.proof_system == fleet::chain::SCRIPTED;
        if self.script.is_some() && !is_scripted {
            return Err(usage("--script needs --proof-system scripted"));
        }
        let script = match &self.script {
            None => None,
            Some(file) => {
                let mut script = read_script(file).map_err(::measure::run::MeasureError::from)?;
                // A fleet is real time, whatever its proofs are.
                script.real_time = true;
                Some(serde_json::to_string(&script)?)
            }
        };
        Ok(FleetWorkRecord {
            proof_system: self.proof_system.clone(),
            script,
            seed: self.seed,
            swap_ratio: self.swap_ratio,
            accounts: self.accounts,
            pools: self.pools,
            depth: self.depth,
            fee_bps: 30,
            batch_transactions: self.batch_size,
            batches_per_aggregation: self.aggregate,
        })
    }

    /// When each batch arrives, s since the beginning.
    pub(crate) fn arrivals_s(&self) -> Vec<f64> {
        let law = match (self.interval, self.arrivals.as_str()) {
            (0.0, _) => BatchArrivals::AtOnce,
            (mean_s, "poisson") => BatchArrivals::Poisson { mean_s },
            (mean_s, _) => BatchArrivals::Fixed { mean_s },
        };
        law.times_s(self.seed, self.batches)
    }
}
