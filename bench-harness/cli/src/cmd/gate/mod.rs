//! `gate`: the regression check of a build. One file per kind of comparison, and what they share.

mod aa;
mod comparison;
mod exact;
mod fleet_impact;
mod outputs;
mod pair_args;
mod paired;
mod programs;
mod refused;
mod revision;
pub(crate) mod sample;

pub(crate) use outputs::Github;

use clap::Subcommand;

/// Compare two builds and fail where proving got slower: exact figures, or times in pairs.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  bench-harness gate exact --baseline ci/baseline.json
  bench-harness gate paired --base main --head HEAD
  bench-harness gate aa --program HEAD")]
pub(crate) struct Args {
    #[command(subcommand)]
    kind: Kind,
}

#[derive(Debug, Subcommand)]
enum Kind {
    Exact(Box<exact::Args>),
    Paired(Box<paired::Args>),
    Aa(Box<aa::Args>),
}

pub(crate) fn run(args: Args) -> anyhow::Result<()> {
    match args.kind {
        Kind::Exact(args) => exact::run(*args),
        Kind::Paired(args) => paired::run(*args),
        Kind::Aa(args) => aa::run(*args),
    }
}
