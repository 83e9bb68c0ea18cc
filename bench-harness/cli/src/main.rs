//! `bench-harness`: how many provers does a rollup need, answered from measured proofs.
//!
//! Arguments in, exit code out. Each verb is a file or a folder in `cmd`; what it does is in the crates below.

mod args;
mod cmd;
mod exit;
mod fail_if;
mod number;
mod output;
mod profile;
mod working;

use crate::args::{Verb, completion_script, parsed};
use crate::cmd::{
    cell, claims, close, execute, fleet, fractal, gate, history, machine, measure, pipeline, plan, queue,
    report, run, state_growth, workload,
};
use std::process::ExitCode;

fn main() -> ExitCode {
    exit::from_outcome(dispatch(parsed().verb))
}

fn dispatch(verb: Verb) -> anyhow::Result<()> {
    match verb {
        Verb::Run(args) => run::run(*args),
        Verb::Measure(args) => measure::run(*args),
        Verb::Plan(args) => plan::run(*args),
        Verb::Queue(args) => queue::run(&args),
        Verb::Fleet(args) => fleet::run(args),
        Verb::Pipeline(args) => pipeline::run(*args),
        Verb::Gate(args) => gate::run(args),
        Verb::History(args) => history::run(args),
        Verb::Report(args) => report::run(&args),
        Verb::Workload(args) => workload::run(args),
        Verb::Execute(args) => execute::run(*args),
        Verb::StateGrowth(args) => state_growth::run(*args),
        Verb::Fractal(args) => fractal::run(&args),
        Verb::Close(args) => close::run(*args),
        Verb::Claims(args) => claims::run(&args),
        Verb::Machine(args) => machine::run(&args),
        Verb::Completions { shell } => output::print(&completion_script(shell)),
        Verb::GateSample(args) => gate::sample::run(*args),
        Verb::FleetChild => fleet::child::run(),
        Verb::FractalChild => fractal::child(),
        Verb::PlanChild => report::serve::child::run(),
        Verb::Cell => cell::run(),
    }
}
