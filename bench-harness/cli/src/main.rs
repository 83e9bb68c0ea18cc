//! `bench-harness`: how many provers does a rollup need, answered from measured proofs.
//!
//! Arguments in, exit code out. Each verb is a file in `cmd`; what it does is in the crates below.

mod api;
mod args;
mod arrivals;
#[cfg(test)]
mod ci_examples;
mod closing;
mod cmd;
mod compare;
mod exit;
mod law_args;
mod machines;
mod merging;
mod mishaps;
mod output;
mod profile_plan;
mod progress;
mod question;
mod question_flags;
mod serve;
mod spec_args;
mod story;
mod units;
mod what_if;

use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    exit::from_outcome(cmd::dispatch(args::Args::parse()))
}
