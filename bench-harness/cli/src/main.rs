//! `bench-harness`: how many provers does a rollup need, answered from measured proofs.
//!
//! Arguments in, exit code out. Each verb is a file in `cmd`; what it does is in the crates below.

mod args;
#[cfg(test)]
mod ci_examples;
mod cmd;
mod exit;
mod output;

use clap::Parser;
use measure::spec::units;
use std::process::ExitCode;

fn main() -> ExitCode {
    exit::from_outcome(cmd::dispatch(args::Args::parse()))
}
