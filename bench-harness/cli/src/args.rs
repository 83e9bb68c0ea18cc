//! The command line: the verbs, and the text of the top-level `--help`.

use crate::cmd::{
    claims, close, execute, fleet, fractal, gate, history, machine, measure, pipeline, plan, queue, report,
    run, state_growth, workload,
};
use crate::number::with_negative_values;
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use clap_complete::Shell;

const EXIT_CODES: &str = "\
Exit codes:
  0  done
  1  internal error
  2  bad usage or bad input
  3  a regression
  4  inconclusive, with --strict
  5  cannot compare, or a machine check refused
  6  a proof or a state root is wrong
  7  no plan meets the target
  8  no proof was measured that counts
  9  a fleet could not prove a batch
 10  a threshold of --fail-if was crossed
130  stopped; what was measured is kept

Examples:
  bench-harness run
  bench-harness plan --profile bench-out/profile.json --target-tx-per-s 100
  bench-harness VERB --help        # with examples of each verb";

/// How many provers does a rollup need, on which machines, with what delay and throughput?
///
/// Generates batches of transfers and AMM swaps, executes them, proves them with plonky2, aggregates the proofs,
/// times each stage, and recommends prover counts from the measurements.
#[derive(Debug, Parser)]
#[command(name = "bench-harness", version, max_term_width = 100, after_help = EXIT_CODES)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    Run(Box<run::Args>),
    Measure(Box<measure::Args>),
    Plan(Box<plan::Args>),
    Queue(queue::Args),
    Fleet(fleet::Args),
    Pipeline(Box<pipeline::Args>),
    Gate(gate::Args),
    History(history::Args),
    Report(Box<report::Args>),
    Workload(workload::Args),
    Execute(Box<execute::Args>),
    StateGrowth(Box<state_growth::Args>),
    Fractal(Box<fractal::Args>),
    Close(Box<close::Args>),
    Claims(claims::Args),
    Machine(machine::Args),
    /// Print a completion script for a shell.
    #[command(after_help = "Example:
  bench-harness completions bash > ~/.local/share/bash-completion/completions/bench-harness")]
    Completions {
        /// Which shell.
        shell: Shell,
    },
    /// Measure one cell: a request on standard input, samples on standard output.
    #[command(hide = true)]
    Cell,
    /// One worker of a local fleet: jobs on standard input, answers on standard output.
    #[command(hide = true)]
    FleetChild,
    /// One plan for a served page: a request on standard input, an answer on standard output.
    #[command(hide = true)]
    PlanChild,
    /// The memory of one circuit of `fractal`: a request on standard input, an answer on standard output.
    #[command(hide = true)]
    FractalChild,
    #[command(hide = true)]
    GateSample(Box<gate::sample::Args>),
}

/// The arguments of this process; help, or an error of usage, ends it.
pub(crate) fn parsed() -> Args {
    let mut command = with_negative_values(Args::command());
    let matches = command.get_matches_mut();
    Args::from_arg_matches(&matches).unwrap_or_else(|error| error.format(&mut command).exit())
}

/// The completion script of a shell, from the command line itself.
pub(crate) fn completion_script(shell: Shell) -> String {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Args::command(), "bench-harness", &mut script);
    String::from_utf8_lossy(&script).into_owned()
}

#[cfg(test)]
mod tests {
    use super::{Args, with_negative_values};
    use clap::{Command, CommandFactory};

    fn check(command: &Command) {
        let mut seen = std::collections::BTreeSet::new();
        for argument in command.get_arguments() {
            let id = argument.get_id();
            assert!(seen.insert(id), "{}: two flags are named `{id}`", command.get_name());
        }
        command.get_subcommands().for_each(check);
    }

    /// Several structs are flattened into one verb; two flags of one name would silently share a value.
    #[test]
    fn no_two_flags_of_a_verb_have_one_name() {
        check(&Args::command());
    }

    #[test]
    fn the_command_line_is_sound() {
        with_negative_values(Args::command()).debug_assert();
    }
}
