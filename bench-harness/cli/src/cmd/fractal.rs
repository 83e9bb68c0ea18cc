//! `fractal`: many rollups of different circuits, settled by one proof.

use crate::cmd::close::all_threads;
use crate::exit::usage;
use crate::number::whole;
use crate::output::{print, print_json, width, write_json};
use measure::fractal::study::FractalStudy;
use std::io::IsTerminal;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use workloads::depth::Depth;
use workloads::population::MAX_LEAVES;

/// Prove a tree of rollups with circuits of their own, and settle all of them by one recursive proof.
///
/// Rollups of layer 2 settle on layer 1, those of layer 3 on one of layer 2, and so on. What leaves one ledger arrives in
/// the other exactly once, by the same proof. First one job of each kind is timed, and from that the CPU time of the whole
/// tree predicted, stage by stage; then all of it is proved. Every proof is verified and compared with native execution;
/// exit code 6 if any differs.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  bench-harness fractal
  bench-harness fractal --rollups 8 --layers 3 --batch-size 4 --depth 6 --accounts 20 --pools 4 --repeats 1
  bench-harness fractal --rollups 64 --layers 4 --batches 2 --output fractal.json")]
pub(crate) struct Args {
    /// Rollups of the tree.
    #[arg(long, value_name = "COUNT", value_parser = whole(2..=100_000_usize), default_value_t = 8)]
    rollups: usize,
    /// The highest layer that a rollup is on; 2 is the one that settles on layer 1.
    #[arg(long, value_name = "COUNT", value_parser = whole(2..=32_u32), default_value_t = 3)]
    layers: u32,
    /// Batches of each rollup, merged before it settles.
    #[arg(long, value_name = "COUNT", value_parser = whole(1..=1_024_u32), default_value_t = 1)]
    batches: u32,
    /// Transactions of a batch.
    #[arg(long, value_name = "COUNT", value_parser = whole(1..=4_096_u32), default_value_t = 16)]
    batch_size: u32,
    /// Timed jobs of each kind, for the prediction.
    #[arg(long, value_name = "COUNT", value_parser = whole(1..=1_000_u32), default_value_t = 3)]
    repeats: u32,
    /// Threads that prove [default: the CPUs of this process]
    #[arg(long, value_name = "COUNT", value_parser = whole(1..=1_024_usize))]
    threads: Option<usize>,
    /// Accounts of each rollup; the last of them are its portal and its bridges.
    #[arg(long, value_name = "COUNT", value_parser = whole(3..=MAX_LEAVES), default_value_t = 1_000)]
    accounts: u32,
    /// Pools of each rollup.
    #[arg(long, value_name = "COUNT", value_parser = whole(1..=16_u32), default_value_t = 16)]
    pools: u32,
    /// The depth of each state tree; half of its leaves are accounts.
    #[arg(long, value_name = "LEVELS", default_value_t = 24)]
    depth: u64,
    /// The seed of all random draws.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Write the record to this file, as JSON.
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Print the record as JSON.
    #[arg(long)]
    json: bool,
}

impl Args {
    fn study(&self) -> anyhow::Result<FractalStudy> {
        Ok(FractalStudy {
            rollups: self.rollups,
            layers: self.layers,
            batches: self.batches,
            batch_size: self.batch_size,
            accounts: self.accounts,
            pools: self.pools,
            depth: Depth::new(self.depth).map_err(usage)?,
            seed: self.seed,
            repeats: self.repeats,
            threads: self.threads.and_then(NonZeroUsize::new).unwrap_or_else(all_threads),
        })
    }
}

pub(crate) fn run(args: &Args) -> anyhow::Result<()> {
    let shows_progress = std::io::stderr().is_terminal();
    let record = measure::fractal::measure(&args.study()?, |what| {
        if shows_progress {
            eprintln!("{what}");
        }
    })?;
    if let Some(file) = &args.output {
        write_json(file, &record)?;
    }
    if args.json {
        return print_json(&record);
    }
    print(&reports::fractal::render(&record, width()))
}
