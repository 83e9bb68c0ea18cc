//! `state-growth`: execution and state root as the state grows, in memory and on disk.

use crate::cmd::close::all_threads;
use crate::exit::usage;
use crate::number::{fraction, number, whole};
use crate::output::{print, print_json, width};
use measure::state_growth::study::StateGrowthStudy;
use std::io::IsTerminal;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use workloads::depth::Depth;
use workloads::generate::Traffic;
use workloads::population::MAX_LEAVES;
use workloads::random::Skew;

/// Execute blocks and compute the state root over states of growing size, in memory and in a store on disk.
///
/// On disk each block is one transaction of an embedded store: its leaves are read, it is executed, the nodes that it
/// changes are read and hashed, and all is written and flushed. Warm: its pages were read just before. Cold: the store was
/// opened anew and the system asked to forget the file. Outcomes and root of every block are compared with those in
/// memory; exit code 6 if any differs.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  bench-harness state-growth --accounts 1024,8192 --repeats 2
  bench-harness state-growth --accounts 1024 --transactions 200 --repeats 2 --folder stores --json
  bench-harness state-growth --accounts 2048 --swap-ratio 0 --zipf 1 --repeats 2 --threads 1")]
pub(crate) struct Args {
    /// Accounts of each state, up to 16777216, which takes 3 GB of memory and as much of disk.
    #[arg(long, value_name = "COUNTS", value_parser = whole(1..=MAX_LEAVES), value_delimiter = ',')]
    #[arg(default_values_t = [1 << 10, 1 << 12, 1 << 14, 1 << 16, 1 << 18, 1 << 20])]
    accounts: Vec<u32>,
    /// Transactions of a block.
    #[arg(long, value_name = "COUNT", value_parser = whole(1..=1_000_000_u32), default_value_t = 1_000)]
    transactions: u32,
    /// Timed blocks of each row.
    #[arg(long, value_name = "COUNT", value_parser = whole(1..=1_000_u32), default_value_t = 7)]
    repeats: u32,
    /// Keep the stores in this folder, and use those that are there: a great one takes minutes to fill.
    #[arg(long, value_name = "FOLDER")]
    folder: Option<PathBuf>,
    /// Threads that read leaves and compute roots [default: the CPUs of this process]
    #[arg(long, value_name = "COUNT", value_parser = whole(1..=1_024_usize))]
    threads: Option<usize>,
    /// Pools of the state.
    #[arg(long, value_name = "COUNT", value_parser = whole(0..=MAX_LEAVES), default_value_t = 250)]
    pools: u32,
    /// The fraction of swaps, 0 to 1; the rest are transfers.
    #[arg(long, value_name = "FRACTION", value_parser = fraction, default_value = "1")]
    swap_ratio: f64,
    /// Choose accounts and pools by Zipf's law with this exponent instead of uniformly.
    #[arg(long, value_name = "EXPONENT", value_parser = number(0.0..=10.0))]
    zipf: Option<f64>,
    /// The seed of all random draws.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The fee of every pool, in basis points.
    #[arg(long, value_name = "BPS", value_parser = whole(0..=10_000_u16), default_value_t = 30)]
    fee_bps: u16,
    /// The depth of the state tree, at all sizes; half of its leaves are accounts.
    #[arg(long, value_name = "LEVELS", default_value_t = 25)]
    depth: u64,
    /// Print the record as JSON.
    #[arg(long)]
    json: bool,
}

impl Args {
    fn study(self) -> anyhow::Result<StateGrowthStudy> {
        let skew = self.zipf.map_or(Skew::Uniform, |exponent| Skew::Zipf { exponent });
        Ok(StateGrowthStudy {
            accounts: self.accounts,
            transactions: self.transactions,
            pools: self.pools,
            fee_bps: self.fee_bps,
            depth: Depth::new(self.depth).map_err(usage)?,
            traffic: Traffic { swap_ratio: self.swap_ratio, skew },
            threads: self.threads.and_then(NonZeroUsize::new).unwrap_or_else(all_threads),
            repeats: self.repeats,
            seed: self.seed,
            folder: self.folder,
        })
    }
}

pub(crate) fn run(args: Args) -> anyhow::Result<()> {
    let is_json = args.json;
    let shows_progress = std::io::stderr().is_terminal();
    let record = measure::state_growth::measure(&args.study()?, |what| {
        if shows_progress {
            eprintln!("{what}");
        }
    })?;
    if is_json {
        return print_json(&record);
    }
    print(&reports::state_growth::render(&record, width()))
}
