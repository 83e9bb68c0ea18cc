//! `fleet`: real provers, on this machine or on many.

pub(crate) mod child;
mod nats_args;
mod run;
mod watch;
mod work_args;
mod worker;

use clap::Subcommand;

/// Prove and aggregate batches with many provers at once: child processes here, or machines through NATS JetStream.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Run(Box<run::Args>),
    Worker(worker::Args),
}

pub(crate) fn run(args: Args) -> anyhow::Result<()> {
    match args.verb {
        Verb::Run(args) => run::run(*args),
        Verb::Worker(args) => worker::run(&args),
    }
}
