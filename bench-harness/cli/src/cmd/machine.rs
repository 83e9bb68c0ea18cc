//! `machine`: what this computer is, and whether it is suitable for measurements.

use crate::exit::usage;
use crate::output::{deliver, print, table};
use ::machine::{
    MachineState, ProbeReading, Restored, Root, STATE_FILE, Verdict, require, restore, run_checks,
};
use comfy_table::presets;
use std::path::{Path, PathBuf};

/// Show what this computer is, whether it is suitable for measurements, and what to do about it. Changes nothing.
#[derive(Debug, clap::Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "Examples:
  bench-harness machine
  bench-harness machine --json --output machine.json
  bench-harness machine --require affinity,load     # exit 5 unless these checks pass
  bench-harness machine restore                     # undo what a killed run had changed"
)]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Option<Action>,
    /// Print the record as JSON.
    #[arg(long)]
    json: bool,
    /// Write the record to this file instead of printing it.
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Exit with 5 unless these checks pass (comma-separated names).
    #[arg(long, value_name = "CHECKS", value_delimiter = ',')]
    require: Vec<String>,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Undo what a killed run had changed: the clock, control groups, and processes left in them.
    #[command(after_help = "Examples:\n  bench-harness machine restore")]
    Restore,
}

/// Fails where one of these checks does.
pub(crate) fn demand(names: &[String]) -> anyhow::Result<()> {
    if names.is_empty() {
        return Ok(());
    }
    let checks = run_checks(&MachineState::read(&Root::system(), Some("system")));
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    Ok(require(&checks, &names)?)
}

/// Undoes what killed runs have left: a line for each change, none where there was nothing.
pub(crate) fn put_back() -> anyhow::Result<Vec<String>> {
    let Restored { files, groups, killed } = restore(&Root::system(), Path::new(STATE_FILE))
        .map_err(|error| usage(format!("{error}; `bench-harness machine restore` tries again")))?;
    let files = files.into_iter().map(|file| format!("{file} holds its old value again"));
    let killed = killed.into_iter().map(|process| format!("process {process} of a dead run was ended"));
    let groups = groups.into_iter().map(|group| format!("{} of a dead run was removed", group.display()));
    Ok(files.chain(killed).chain(groups).collect())
}

pub(crate) fn run(args: &Args) -> anyhow::Result<()> {
    if let Some(Action::Restore) = args.action {
        let lines = put_back()?;
        return print(&if lines.is_empty() { "Nothing to put back.".to_owned() } else { lines.join("\n") });
    }
    let state = MachineState::read(&Root::system(), Some("system"));
    let checks = run_checks(&state);
    if args.json || args.output.is_some() {
        let record = serde_json::json!({ "schema_version": 1, "machine": state, "checks": checks });
        deliver(&format!("{record:#}\n"), args.output.as_deref())?;
    } else {
        let mut facts = table(["what", "value"]);
        facts.load_style(presets::NOTHING);
        for (name, value) in state.rows() {
            facts.add_row([name, &value]);
        }
        let mut verdicts = table(["check", "verdict", "seen", "what to do"]);
        verdicts.load_style(presets::NOTHING);
        for check in &checks {
            verdicts.add_row([&check.name, word(check.verdict), &check.seen, &check.advice]);
        }
        print(&format!("{facts}\n{}\n\n{verdicts}", probe_line()))?;
    }
    let names: Vec<&str> = args.require.iter().map(String::as_str).collect();
    Ok(require(&checks, &names)?)
}

fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "pass",
        Verdict::Warn => "warn",
        Verdict::Fail => "FAIL",
        Verdict::Unknown => "unknown",
    }
}

/// The probe's reading now, to compare with what the system reports.
fn probe_line() -> String {
    match ::machine::Probe::new().try_read() {
        Ok(ProbeReading { clock_ghz, adds_per_cycle }) => {
            format!(" probe now: {clock_ghz:.2} GHz, {adds_per_cycle:.2} independent adds a cycle")
        }
        Err(error) => format!(" probe now: unknown, since {error}"),
    }
}
