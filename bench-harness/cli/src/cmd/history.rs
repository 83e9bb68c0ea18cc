//! `history`: results over commits, and whether they drift. Drift is a warning, never an error.

use crate::cmd::gate::Github;
use crate::cmd::plan::from_profile::CellFilter;
use crate::exit::usage;
use crate::output::{print, width, write_json, write_whole};
use anyhow::Context;
use clap::{Subcommand, ValueEnum};
use records::regression::drift::{DriftRecord, DriftRules};
use records::regression::history::{self, HistoryFile};
use regression::history::{Quantities, drift, results};
use reports::openmetrics;
use reports::regression::drift::{annotations, markdown, terminal};
use reports::regression::drift_svg;
use reports::regression::sentences::drift_warnings;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Keep the results of each commit in an append-only file, and detect slow drift in it.
///
/// One JSON line per commit, fit for a branch of its own. Results of two machines are never mixed: each has its own
/// series. Drift is detected by E-divisive means with a permutation test; it is a warning and never an error.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  bench-harness history add --profile bench-out/profile.json --commit 4f2a --file history.jsonl
  bench-harness history show --file history.jsonl --quantities all
  bench-harness history check --file history.jsonl --svg history.svg")]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    Add(Add),
    Show(Show),
    Check(Check),
}

/// Append the results of a commit.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:
  bench-harness history add --profile bench-out/profile.json --commit 4f2a --file history.jsonl")]
struct Add {
    /// The profile that was measured, or the folder of its run.
    #[arg(long, value_name = "FILE|FOLDER", default_value = "bench-out/profile.json")]
    profile: PathBuf,
    /// The history; it is created where there is none.
    #[arg(long, value_name = "FILE", default_value = "history.jsonl")]
    file: PathBuf,
    /// The commit that was measured; $GITHUB_SHA or $CI_COMMIT_SHA unless given.
    #[arg(long, value_name = "COMMIT")]
    commit: Option<String>,
    /// Append it even where the history holds results of this commit on this machine.
    #[arg(long)]
    again: bool,
}

/// Show the series of every machine and whether they drift.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:
  bench-harness history show --file history.jsonl --quantities all")]
struct Show {
    #[command(flatten)]
    rules: DriftArgs,
    #[command(flatten)]
    forms: Forms,
}

/// Detect drift and warn of it: on standard error, and to GitHub Actions. Drift exits with 0.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:
  bench-harness history check --file history.jsonl --svg history.svg")]
struct Check {
    #[command(flatten)]
    rules: DriftArgs,
    /// Show steady series too.
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    forms: Forms,
    #[command(flatten)]
    github: Github,
}

/// The rules of the search for drift.
#[derive(Debug, clap::Args)]
struct DriftArgs {
    /// The history.
    #[arg(long, value_name = "FILE", default_value = "history.jsonl")]
    file: PathBuf,
    /// Which quantities: those that determine the number of provers, or all.
    #[arg(long, value_enum, default_value_t = Which::Main)]
    quantities: Which,
    /// Results of each series that are tested, counted from the last.
    #[arg(long, value_name = "COUNT", default_value_t = 100)]
    last: u64,
    /// Warn of shifts that began among this many last results; older ones were warned of then.
    #[arg(long, value_name = "COUNT", default_value_t = 30)]
    recent: u64,
    /// The minimum shift that counts, in percent.
    #[arg(long, value_name = "PERCENT", default_value_t = 3.0)]
    min_shift: f64,
    /// The false positive rate of a machine without drift, shared among its series.
    #[arg(long, value_name = "FRACTION", default_value_t = 0.05)]
    level: f64,
    /// The seed of the permutations.
    #[arg(long, value_name = "SEED", default_value_t = 1)]
    seed: u64,
}

/// Other outputs.
#[derive(Debug, clap::Args)]
struct Forms {
    /// Write a plot of every series.
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
    /// Write Markdown: verdict first, a marker in the last line.
    #[arg(long, value_name = "FILE")]
    export_markdown: Option<PathBuf>,
    /// Write the whole record as JSON.
    #[arg(long, value_name = "FILE")]
    export_json: Option<PathBuf>,
    /// Write the last results of each machine as OpenMetrics text, for Prometheus.
    #[arg(long, value_name = "FILE")]
    export_openmetrics: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Which {
    /// A whole proof of a batch, and each merge.
    Main,
    /// Everything that was measured.
    All,
}

pub(crate) fn run(args: Args) -> anyhow::Result<()> {
    match args.action {
        Action::Add(args) => add(args),
        Action::Show(Show { rules, forms }) => {
            let record = rules.drift()?;
            forms.write(&record, &rules.file, true)
        }
        Action::Check(Check { rules, all, forms, github }) => {
            let record = rules.drift()?;
            forms.write(&record, &rules.file, all)?;
            for warning in drift_warnings(&record) {
                eprintln!("warning: {warning}");
            }
            github.show(&annotations(&record), &markdown(&record))
        }
    }
}

fn add(args: Add) -> anyhow::Result<()> {
    let Add { profile, file, commit, again } = args;
    let profile = crate::profile::read(&profile)?;
    CellFilter::check_measured(&profile)?;
    let commit = commit_of(commit)?;
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).context("a clock before 1970")?;
    let record = results(&profile, commit, now.as_secs());
    if record.points.is_empty() {
        return Err(usage("the profile holds no measured quantity: nothing to add"));
    }
    let open = HistoryFile::open(&file)?;
    let machine = record.machine.clone();
    let of_machine =
        || open.lines.records.iter().filter(|one| one.machine.fingerprint == machine.fingerprint);
    let before = of_machine().count();
    let name = file.display();
    // A CI job that is run again must neither fail nor count a commit twice.
    if !again && of_machine().any(|one| one.commit == record.commit) {
        return print(&format!(
            "{name} holds commit {} on this machine already: nothing was added (--again adds it)",
            record.commit
        ));
    }
    if open.lines.cut_off_bytes > 0 {
        eprintln!(
            "{name}: the last line was cut off after {} bytes and is discarded",
            open.lines.cut_off_bytes
        );
    }
    if before == 0 && !open.lines.records.is_empty() {
        eprintln!(
            "{name} holds results of other machines alone: this one ({}) begins series of its own",
            machine.words
        );
    }
    open.append(&record)?;
    print(&format!(
        "Added {} results of commit {} to {name}: {} of machine {} ({}) so far.",
        record.points.len(),
        record.commit,
        before + 1,
        machine.fingerprint,
        machine.words
    ))
}

fn commit_of(given: Option<String>) -> anyhow::Result<String> {
    let from = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let commit = given.or_else(|| from("GITHUB_SHA")).or_else(|| from("CI_COMMIT_SHA"));
    let commit = commit.ok_or_else(|| {
        usage("--commit: expected the commit that was measured, since neither $GITHUB_SHA nor $CI_COMMIT_SHA is set")
    })?;
    if commit.is_empty() || commit.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err(usage(format!("--commit: expected one word, got {commit:?}")));
    }
    Ok(commit)
}

/// Of each test; where many series share the level, more are made.
const PERMUTATIONS: u64 = 999;

impl DriftArgs {
    fn drift(&self) -> anyhow::Result<DriftRecord> {
        let Self { file, quantities, last, recent, min_shift, level, seed } = self;
        let rules = DriftRules {
            level: *level,
            permutations: PERMUTATIONS,
            min_shift: min_shift / 100.0,
            last: *last,
            recent: *recent,
            seed: *seed,
        };
        let quantities = match quantities {
            Which::Main => Quantities::Main,
            Which::All => Quantities::All,
        };
        drift(&history::read(file)?, quantities, &rules).map_err(usage)
    }
}

impl Forms {
    fn write(&self, record: &DriftRecord, history: &Path, is_all: bool) -> anyhow::Result<()> {
        let Self { svg, export_markdown, export_json, export_openmetrics } = self;
        print(&terminal(record, width(), is_all))?;
        if let Some(file) = svg {
            write_whole(file, &drift_svg::render(record))?;
        }
        if let Some(file) = export_markdown {
            write_whole(file, &markdown(record))?;
        }
        if let Some(file) = export_json {
            write_json(file, record)?;
        }
        if let Some(file) = export_openmetrics {
            write_whole(file, &openmetrics::history(&history::read(history)?)?)?;
        }
        Ok(())
    }
}
