//! One file a verb, each with one `run`.

pub(crate) mod completions;
pub(crate) mod machine;
pub(crate) mod plan;
pub(crate) mod workload;

use crate::args::{Args, Verb};

/// Hands over to the verb.
pub(crate) fn dispatch(args: Args) -> anyhow::Result<()> {
    match args.verb {
        Verb::Plan(args) => plan::run(args),
        Verb::Workload(args) => workload::run(args),
        Verb::Machine(args) => machine::run(&args),
        Verb::Completions(args) => completions::run(&args),
    }
}
