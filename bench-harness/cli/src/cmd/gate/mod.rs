//! `gate`: whether a build is what another was. One file a kind of comparison.

mod aa;
mod exact;
mod fleet_impact;
mod outputs;
mod paired;
mod programs;
mod revision;
pub(crate) mod sample;

pub(crate) use outputs::Github;

use anyhow::Context;
use clap::Subcommand;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Compare two builds and fail where proving got slower: exact figures, or times in pairs.
#[derive(Debug, clap::Args)]
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

/// A flag that Ctrl-C sets, so that programs are ended and worktrees removed.
fn stop_on_ctrl_c() -> anyhow::Result<Arc<AtomicBool>> {
    let stop = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stop);
    ctrlc::set_handler(move || flag.store(true, Ordering::SeqCst)).context("listening for Ctrl-C")?;
    Ok(stop)
}
