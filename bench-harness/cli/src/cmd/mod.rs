//! One file a verb, each with one `run`.

mod cell;
pub(crate) mod completions;
pub(crate) mod gate;
pub(crate) mod history;
pub(crate) mod machine;
pub(crate) mod measure;
pub(crate) mod plan;
pub(crate) mod queue;
pub(crate) mod report;
pub(crate) mod run;
pub(crate) mod workload;

use crate::args::{Args, Verb};

/// Hands over to the verb.
pub(crate) fn dispatch(args: Args) -> anyhow::Result<()> {
    match args.verb {
        Verb::Run(args) => run::run(*args),
        Verb::Measure(args) => measure::run(*args),
        Verb::Plan(args) => plan::run(*args),
        Verb::Queue(args) => queue::run(&args),
        Verb::Gate(args) => gate::run(args),
        Verb::History(args) => history::run(args),
        Verb::Report(args) => report::run(&args),
        Verb::Workload(args) => workload::run(args),
        Verb::Machine(args) => machine::run(&args),
        Verb::Completions(args) => completions::run(&args),
        Verb::GateSample(args) => gate::sample::run(*args),
        Verb::Cell => cell::run(),
    }
}
