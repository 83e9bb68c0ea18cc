//! `gate`: whether a build is what another was. One file a kind of comparison.

mod exact;
mod outputs;

pub(crate) use outputs::Github;

use clap::Subcommand;

/// Compare two builds and fail where proving got slower: exact figures, or times in pairs.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    kind: Kind,
}

#[derive(Debug, Subcommand)]
enum Kind {
    Exact(Box<exact::Args>),
}

pub(crate) fn run(args: Args) -> anyhow::Result<()> {
    match args.kind {
        Kind::Exact(args) => exact::run(*args),
    }
}
