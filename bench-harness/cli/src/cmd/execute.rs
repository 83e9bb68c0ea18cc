//! `execute`: executors side by side, over threads, contention and work.

use crate::exit::usage;
use crate::number::{fraction, number, whole};
use crate::output::{print, print_json, width};
use crate::working::Working;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use measure::execution::grid::ExecutionGrid;
use records::execution::ExecutorName;
use std::io::IsTerminal;
use workloads::depth::Depth;
use workloads::generate::Traffic;
use workloads::population::MAX_LEAVES;
use workloads::random::Skew;

/// Compare ways to execute a block: in order, optimistically, under declared locks, and with values known beforehand.
///
/// Every executor runs on every number of threads in every cell of state size × contention × work, interleaved. Each
/// timed execution is compared with that in order: state, outcome of each transaction, and root; exit code 6 if any
/// differs. The second table says from which work on more threads pay.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  bench-harness execute --transactions 300 --accounts 5000 --work-us 0,20 --repeats 3
  bench-harness execute --transactions 300 --accounts 5000 --swap-ratio 0 --chain 4 --work-us 20 \\
      --executors block-stm,locks --repeats 3 --json
  bench-harness execute --transactions 200 --accounts 1024,8192 --hot-pool 1 --work-us 0 \\
      --threads 2 --repeats 3")]
pub(crate) struct Args {
    /// Transactions of the block.
    #[arg(long, value_name = "COUNT", value_parser = whole(1..=1_000_000_u32), default_value_t = 1_000)]
    transactions: u32,
    /// Accounts of the state; several for the cost of state growth.
    #[arg(long, value_name = "COUNTS", value_parser = whole(1..=MAX_LEAVES), value_delimiter = ',', default_value = "100000")]
    accounts: Vec<u32>,
    /// Pools of the state.
    #[arg(long, value_name = "COUNT", value_parser = whole(0..=MAX_LEAVES), default_value_t = 250)]
    pools: u32,
    /// The fraction of swaps, 0 to 1; the rest are transfers.
    #[arg(long, value_name = "FRACTION", value_parser = fraction, default_value = "1")]
    swap_ratio: f64,
    /// Choose accounts and pools by Zipf's law with this exponent instead of uniformly.
    #[arg(long, value_name = "EXPONENT", value_parser = number(0.0..=10.0))]
    zipf: Option<f64>,
    /// The fractions of swaps that go to one pool, each 0 to 1.
    #[arg(long, value_name = "FRACTIONS", value_parser = fraction, value_delimiter = ',', default_value = "0,0.5,1")]
    hot_pool: Vec<f64>,
    /// Transactions that one account sends in a row, each depending on the one before.
    #[arg(long, value_name = "COUNT", value_parser = whole(1..=1_000_000_u32), default_value_t = 1)]
    chain: u32,
    /// Work of a transaction beside its own rule, in µs: what a virtual machine costs. `evm` measures that first: the
    /// same transactions as calls of a contract in revm, on one thread.
    #[arg(long, value_name = "TIMES", value_parser = work, value_delimiter = ',', default_value = "0,1,10,50")]
    work_us: Vec<WorkArg>,
    /// Numbers of threads [default: powers of two up to the CPUs of this process; 1 is always measured]
    #[arg(long, value_name = "COUNTS", value_parser = whole(1..=1_024_u32), value_delimiter = ',')]
    threads: Vec<u32>,
    /// Executors; `sequential` is always measured.
    #[arg(long, value_delimiter = ',', default_values = &EXECUTORS[1..])]
    #[arg(value_parser = PossibleValuesParser::new(EXECUTORS).try_map(|typed| executor(&typed)))]
    executors: Vec<ExecutorName>,
    /// Timed repeats of each point.
    #[arg(long, value_name = "COUNT", value_parser = whole(1..=1_000_u32), default_value_t = 7)]
    repeats: u32,
    /// The seed of all random draws.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The fee of every pool, in basis points.
    #[arg(long, value_name = "BPS", value_parser = whole(0..=10_000_u16), default_value_t = 30)]
    fee_bps: u16,
    /// The depth of the state tree.
    #[arg(long, value_name = "LEVELS", default_value_t = 24)]
    depth: u64,
    /// Print the record as JSON.
    #[arg(long)]
    json: bool,
}

/// Work of a transaction, as it is asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
enum WorkArg {
    Us(f64),
    Evm,
}

impl WorkArg {
    fn us(&self) -> Option<f64> {
        match self {
            Self::Us(us) => Some(*us),
            Self::Evm => None,
        }
    }
}

fn work(text: &str) -> Result<WorkArg, String> {
    if text == "evm" {
        return Ok(WorkArg::Evm);
    }
    let us = number(0.0..=1e5)(text);
    us.map(WorkArg::Us).map_err(|error| error.replacen("expected ", "expected `evm` or ", 1))
}

/// The executors as they are typed.
const EXECUTORS: [&str; 4] = ["sequential", "block-stm", "locks", "known-values"];

/// The executor of a name as it is typed, which in records has underscores.
fn executor(typed: &str) -> Result<ExecutorName, serde_json::Error> {
    serde_json::from_value(typed.replace('-', "_").into())
}

impl Args {
    fn grid(&self) -> anyhow::Result<ExecutionGrid> {
        let skew = self.zipf.map_or(Skew::Uniform, |exponent| Skew::Zipf { exponent });
        let threads = if self.threads.is_empty() { default_threads() } else { self.threads.clone() };
        Ok(ExecutionGrid {
            transactions: self.transactions,
            accounts: self.accounts.clone(),
            pools: self.pools,
            fee_bps: self.fee_bps,
            depth: Depth::new(self.depth).map_err(usage)?,
            traffic: Traffic { swap_ratio: self.swap_ratio, skew },
            chain: self.chain,
            hot_pool: self.hot_pool.clone(),
            work_us: self.work_us.iter().filter_map(WorkArg::us).collect(),
            work_of_evm: self.work_us.contains(&WorkArg::Evm),
            threads,
            executors: self.executors.clone(),
            repeats: self.repeats,
            seed: self.seed,
        })
    }
}

/// Powers of two up to the CPUs that this process may use, and that number itself.
fn default_threads() -> Vec<u32> {
    let cpus = std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
    let cpus = u32::try_from(cpus).unwrap_or(u32::MAX);
    let powers = std::iter::successors(Some(1_u32), |count| count.checked_mul(2));
    powers.take_while(|count| *count < cpus).chain([cpus]).collect()
}

pub(crate) fn run(args: Args) -> anyhow::Result<()> {
    let grid = args.grid()?;
    let shows_progress = std::io::stderr().is_terminal();
    let _working = (!shows_progress).then(|| Working::on("executing"));
    let record = measure::execution::measure(&grid, |cell, cells| {
        if shows_progress {
            eprintln!("cell {} of {cells}", cell + 1);
        }
    })?;
    if args.json {
        return print_json(&record);
    }
    print(&reports::execution::render(&record, width()))
}

#[cfg(test)]
mod tests {
    use super::{EXECUTORS, executor};

    #[test]
    fn what_is_typed_is_an_executor() {
        for typed in EXECUTORS {
            assert_eq!(executor(typed).expect("one of them").key().replace('_', "-"), typed);
        }
    }
}
