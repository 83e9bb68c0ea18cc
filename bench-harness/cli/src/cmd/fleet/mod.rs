//! `fleet`: real provers, on this machine or on many.

mod autoscale;
pub(crate) mod child;
pub(crate) mod local_args;
mod metrics;
pub(crate) mod nats_args;
mod run;
mod run_files;
pub(crate) mod traffic_args;
mod validate;
mod watch;
mod work_args;
mod worker;

use clap::Subcommand;

/// Prove and aggregate batches with many provers at once: child processes here, or machines through NATS JetStream.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  bench-harness fleet run --batches 8 --aggregate 4
  bench-harness fleet worker --nats nats://127.0.0.1:4222
  bench-harness fleet run --batches 64 --aggregate 8 --nats nats://127.0.0.1:4222")]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Run(Box<run::Args>),
    Worker(worker::Args),
    Validate(validate::Args),
    Autoscale(autoscale::Args),
}

pub(crate) fn run(args: Args) -> anyhow::Result<()> {
    match args.verb {
        Verb::Run(args) => run::run(*args),
        Verb::Worker(args) => worker::run(&args),
        Verb::Validate(args) => validate::run(&args),
        Verb::Autoscale(args) => autoscale::run(&args),
    }
}
