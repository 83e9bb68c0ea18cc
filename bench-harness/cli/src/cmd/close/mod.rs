//! `close`: what closing a batch takes under a load.

mod incoming;
pub(crate) mod under_load;

use crate::cmd::close::incoming::IncomingArgs;
use crate::exit::usage;
use crate::number::{fraction, time, whole};
use crate::output::{print, print_json, width};
use crate::working::Working;
use clap::ValueEnum;
use measure::closing::study::ClosingStudy;
use records::execution::ExecutorName;
use std::num::NonZeroUsize;
use std::time::Duration;
use workloads::data::{OnChainChoice, QUALITY_MAX};
use workloads::sequencer::ClosingRules;

/// The quality of compression where none is asked for.
pub(crate) const COMPRESSION_QUALITY: u8 = 6;
/// The fraction of accounts whose data a volition sends to L1, where none is asked for.
pub(crate) const ON_CHAIN_FRACTION: f64 = 0.5;

/// Close batches under a load, do the work on each, and print how long closing takes and what a transaction's data
/// weighs.
///
/// Transactions arrive in virtual time; a batch is closed when it is full or too old. Its signatures are verified, it is
/// executed, its state root computed and its data compressed, all really done and timed, one batch at a time.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  bench-harness close --tx-per-s 200 --batch-size 64 --batches 20 --accounts 5000
  bench-harness close --tx-per-s 50 --arrivals fixed --batch-size 64 --timeout 1s --batches 10 \\
      --accounts 5000 --swap-ratio 0 --json
  bench-harness close --tx-per-s 500 --batch-size 200 --count 150 --batches 5 --accounts 5000 \\
      --executor block-stm --threads 2")]
pub(crate) struct Args {
    #[command(flatten)]
    incoming: IncomingArgs,
    /// Transactions that a batch has room for.
    #[arg(long, value_name = "COUNT", value_parser = whole(1..=1_000_000_u64), default_value_t = 64)]
    batch_size: u64,
    /// Close a batch at so many transactions already.
    #[arg(long, value_name = "COUNT", value_parser = whole(1..=1_000_000_u64))]
    count: Option<u64>,
    /// Close a batch so long after its first transaction, full or not.
    #[arg(long, value_name = "TIME", value_parser = time)]
    timeout: Option<f64>,
    /// How many batches to close; a trace may have fewer.
    #[arg(long, value_name = "COUNT", value_parser = whole(1..=1_000_000_usize), default_value_t = 100)]
    batches: usize,
    /// Begin no further batch after this time; three are closed in any case.
    #[arg(long, value_name = "TIME", value_parser = time)]
    time_limit: Option<f64>,
    /// The executor.
    #[arg(long, value_enum, default_value_t = SequencerExecutor::Sequential)]
    executor: SequencerExecutor,
    /// Threads of signatures, execution and state root [default: the CPUs of this process]
    #[arg(long, value_name = "COUNT", value_parser = whole(1..=1_024_usize))]
    threads: Option<usize>,
    /// The quality of compression by Brotli; 11 is smallest and slowest.
    #[arg(long, value_name = "QUALITY", value_parser = whole(0..=QUALITY_MAX), default_value_t = COMPRESSION_QUALITY)]
    compression: u8,
    /// The fraction of accounts whose data a volition sends to L1, 0 to 1.
    #[arg(long, value_name = "FRACTION", value_parser = fraction, default_value_t = ON_CHAIN_FRACTION)]
    on_chain: f64,
    /// Print the record as JSON.
    #[arg(long)]
    json: bool,
}

/// Executors that need no list of what transactions write.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum SequencerExecutor {
    Sequential,
    BlockStm,
    Locks,
}

impl From<SequencerExecutor> for ExecutorName {
    fn from(choice: SequencerExecutor) -> Self {
        match choice {
            SequencerExecutor::Sequential => Self::Sequential,
            SequencerExecutor::BlockStm => Self::BlockStm,
            SequencerExecutor::Locks => Self::Locks,
        }
    }
}

/// The CPUs that this process may use.
pub(crate) fn all_threads() -> NonZeroUsize {
    std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)
}

pub(crate) fn run(args: Args) -> anyhow::Result<()> {
    if let Some(count) = args.count.filter(|count| *count > args.batch_size) {
        return Err(usage(format!(
            "--count: expected at most {}, which is what --batch-size has room for, got {count}",
            args.batch_size
        )));
    }
    let seed = args.incoming.seed();
    let study = ClosingStudy {
        genesis: args.incoming.genesis()?,
        rules: ClosingRules {
            capacity: args.batch_size,
            count: args.count,
            timeout_s: args.timeout,
            unproved_max: None,
        },
        batches_max: args.batches,
        time_limit: args.time_limit.map(Duration::from_secs_f64),
        executor: args.executor.into(),
        threads: args.threads.and_then(NonZeroUsize::new).unwrap_or_else(all_threads),
        compression_quality: args.compression,
        on_chain: OnChainChoice { seed, fraction: args.on_chain },
        seed,
    };
    let mut incoming = args.incoming.incoming(args.batch_size)?;
    let record = Working::during("closing batches", || {
        measure::closing::measure(&study, incoming.load.clone(), incoming.arrivals())
    })?;
    if args.json {
        return print_json(&record);
    }
    print(&reports::closing::render(&record, width()))
}
