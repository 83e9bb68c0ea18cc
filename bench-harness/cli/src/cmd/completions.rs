//! `completions`: a script for a shell.

use clap::CommandFactory;
use clap_complete::Shell;

/// Print a completion script for a shell.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:
  bench-harness completions bash > ~/.local/share/bash-completion/completions/bench-harness")]
pub(crate) struct Args {
    /// Which shell.
    shell: Shell,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<()> {
    let mut script = Vec::new();
    let mut command = crate::args::Args::command();
    clap_complete::generate(args.shell, &mut command, "bench-harness", &mut script);
    crate::output::print(&String::from_utf8_lossy(&script))
}
