//! `plan`: from times to a recommendation.

pub(crate) mod args;
pub(crate) mod arrivals;
mod by_hand;
pub(crate) mod close_times;
pub(crate) mod closing;
pub(crate) mod flags;
pub(crate) mod from_profile;
pub(crate) mod machines;
pub(crate) mod merge_shape;
mod order;
pub(crate) mod planned;
mod predicted;
pub(crate) mod prices;
pub(crate) mod prove;
mod rollups;
pub(crate) mod simulation;

use crate::cmd::plan::by_hand::ByHandArgs;
use crate::cmd::plan::machines::{MachineArgs, tables};
use crate::cmd::plan::planned::{Planned, ProfilePlanArgs};
use crate::cmd::plan::rollups::{Beside, RollupArgs};
use crate::exit::usage;
use crate::fail_if::FailIf;
use crate::output::{deliver, width, write_whole};
use crate::working::Working;
use anyhow::Context;
use clap::ValueEnum;
use planner::hardware::MeasuredProver;
use planner::plan::Plan;
use planner::recommend;
use records::file::to_json;
use records::plan::PlanRecord;
use records::profile::ProfileRecord;
use reports::timeline::chrome;
use serde_json::json;
use std::path::PathBuf;

/// Heading of `--help`.
const OUTPUT: &str = "Output";

/// Recommend how many provers, batches per aggregation and aggregators meet a target.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  bench-harness plan --close 10s --prove 120s --block 15s --aggregate 12s --target-batches-per-s 0.1
  bench-harness plan --close 10s --prove 120s --block 15s --aggregate 12s \\
      --target-batches-per-s 0.1 --delay 300s
  bench-harness plan --close 10s --prove 120s --prove-cv 0.3 --block 12s --aggregate-merge 3s \\
      --target-batches-per-s 0.1 --l1 slots --missed-slots 0.01 --arrivals daily:1,1,2,3 \\
      --straggler-fraction 0.02 --straggler-factor 4
  bench-harness plan --profile bench-out/profile.json --target-tx-per-s 100 --delay 60s
  bench-harness plan --profile bench-out/profile.json --target-tx-per-s 100 --timeline timeline.json
  bench-harness plan --rollups 1000 --layers 3 --close 10s --settle-every 1min --prove 4s \\
      --aggregate-merge 1s --batch-size 100 --core-speed-up 100
  bench-harness plan --servers 100000 --layers 3 --close 10s --prove 4s --aggregate-merge 1s \\
      --batch-size 100 --block 10s --proof-every-block")]
pub(crate) struct Args {
    #[command(flatten)]
    asked: ProfilePlanArgs,
    /// Plan from this measured profile, or the one in the folder of a run.
    #[arg(
        long,
        help_heading = "Times, measured or by hand",
        value_name = "FILE|FOLDER",
        conflicts_with_all = ByHandArgs::IDS
    )]
    profile: Option<PathBuf>,
    #[command(flatten)]
    fail_if: FailIf,
    #[command(flatten)]
    machines: MachineArgs,
    #[command(flatten)]
    by_hand: ByHandArgs,
    #[command(flatten)]
    rollups: RollupArgs,
    /// How to print it.
    #[arg(long, help_heading = OUTPUT, value_enum, default_value_t = Format::Terminal)]
    format: Format,
    /// The same as --format json.
    #[arg(long, help_heading = OUTPUT, conflicts_with = "format")]
    json: bool,
    /// Print, below the answer, everything that led to it: designs by the published formulas, delays three ways, cost
    /// against delay, and notes.
    #[arg(long, help_heading = OUTPUT)]
    explain: bool,
    /// Write to this file instead of printing.
    #[arg(long, help_heading = OUTPUT, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Write a timeline of the first groups of the simulated pipeline, prover by prover, for ui.perfetto.dev.
    #[arg(long, help_heading = OUTPUT, value_name = "FILE")]
    timeline: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Format {
    /// Tables for a person.
    Terminal,
    /// The whole plan, for programs.
    Json,
    /// The designs, a row each; of many rollups the layers.
    Csv,
    /// For a pull request or a page.
    Markdown,
    /// OpenMetrics text, for Prometheus.
    #[value(name = "openmetrics")]
    OpenMetrics,
}

pub(crate) fn run(mut args: Args) -> anyhow::Result<()> {
    if args.json {
        args.format = Format::Json;
    }
    if args.machines.is_asked() && matches!(args.format, Format::Csv | Format::Markdown | Format::OpenMetrics)
    {
        return Err(usage(
            "--hardware, --compare and --split give tables and JSON: use --format terminal or json",
        ));
    }
    if args.rollups.is_asked() {
        return many_rollups(&args);
    }
    match &args.profile {
        Some(path) => from_profile(&args, &crate::profile::read(path)?),
        None => by_hand(&args),
    }
}

/// Many rollups settled by one proof: a plan of its own, with a rendering of its own.
fn many_rollups(args: &Args) -> anyhow::Result<()> {
    let without = [
        ("--explain", args.explain),
        ("--timeline", args.timeline.is_some()),
        ("--fail-if", !args.fail_if.is_empty()),
        ("--hardware, --compare and --split", args.machines.is_asked()),
    ];
    if let Some((flag, _)) = without.iter().find(|(_, is_given)| *is_given) {
        return Err(usage(format!("{flag}: a plan of many rollups has none; leave it out")));
    }
    if let Some((flag, _)) = args.asked.cells.flags().first() {
        return Err(usage(format!(
            "--{flag}: chooses a cell of a profile, and a plan of many rollups takes none"
        )));
    }
    let profile = args.profile.as_deref().map(crate::profile::read).transpose()?;
    let beside = Beside {
        plan_args: &args.asked.plan_args,
        by_hand: &args.by_hand,
        cores: args.machines.measured_cores,
        profile: profile.as_ref(),
    };
    let record = Working::during("planning", || args.rollups.plan(&beside))?;
    let text = match args.format {
        Format::Terminal => reports::plan::rollups::terminal::render(&record, width()),
        Format::Json => to_json(&record)?,
        Format::Csv => reports::plan::rollups::csv::layers(&record).context("writing the layers as CSV")?,
        Format::Markdown => reports::plan::rollups::markdown::render(&record),
        Format::OpenMetrics => {
            return Err(usage(
                "--rollups and --servers have no metrics: use --format terminal, json, csv or markdown",
            ));
        }
    };
    deliver(&text, args.output.as_deref())
}

fn by_hand(args: &Args) -> anyhow::Result<()> {
    let ProfilePlanArgs { plan_args, cells } = &args.asked;
    if let Some((flag, _)) = cells.flags().first() {
        return Err(usage(format!("--{flag}: chooses a cell of a profile; give --profile with it")));
    }
    let request = args.by_hand.request(plan_args, args.machines.measured_cores)?;
    let plan = Working::during("planning", || recommend(&request))?;
    let record = plan.to_record();
    let text = args.text(&record)?;
    let step_s = request.aggregation().step().mean_s();
    args.deliver(text, &plan, &record, || args.machines.by_hand(request.prove().mean_s(), step_s))?;
    args.fail_if.check(None, Some(&record))
}

fn from_profile(args: &Args, profile: &ProfileRecord) -> anyhow::Result<()> {
    let Planned { cell, prover: _, heading, plan, record, others } = args.asked.plan(profile)?;
    let heading = reports::text::wrap(&heading, width(), "  ");
    let text = args.text(&record)?;
    let text = match args.format {
        Format::Terminal if args.explain => format!("{heading}\n{text}\n{others}\n"),
        Format::Terminal => format!("{heading}\n{text}"),
        Format::Json | Format::Csv | Format::Markdown | Format::OpenMetrics => text,
    };
    args.deliver(text, &plan, &record, || args.machines.measured(profile, cell))?;
    args.fail_if.check(Some(profile), Some(&record))
}

impl Args {
    /// The plan in the form that was asked for.
    fn text(&self, record: &PlanRecord) -> anyhow::Result<String> {
        match (self.format, self.explain) {
            (Format::Terminal, true) => Ok(reports::plan::terminal::explain(record, width())),
            (_, true) => {
                Err(usage("--explain: the other formats hold all of it; give it with --format terminal"))
            }
            (format, false) => render(record, format),
        }
    }

    /// Writes the timeline and the plan, with what was asked about machines: below the plan at a terminal, beside it
    /// in JSON.
    fn deliver(
        &self,
        plan_text: String,
        plan: &Plan,
        record: &PlanRecord,
        prover: impl FnOnce() -> anyhow::Result<MeasuredProver>,
    ) -> anyhow::Result<()> {
        if let Some(path) = &self.timeline {
            let timeline = plan.timeline(plan.timeline_groups())?;
            write_whole(path, &chrome::render(&timeline)?)?;
        }
        let text = if self.machines.is_asked() {
            let prover = prover()?;
            let answers =
                Working::during("planning on other machines", || self.machines.answers(plan, &prover))?;
            match self.format {
                Format::Json => {
                    to_json(&json!({ "schema_version": 1, "plan": record, "machines": answers }))?
                }
                Format::Terminal | Format::Csv | Format::Markdown | Format::OpenMetrics => {
                    plan_text + &tables(&answers)
                }
            }
        } else {
            plan_text
        };
        deliver(&text, self.output.as_deref())
    }
}

/// A plan in one of its forms.
pub(crate) fn render(record: &PlanRecord, format: Format) -> anyhow::Result<String> {
    Ok(match format {
        Format::Terminal => reports::plan::terminal::render(record, width()),
        Format::Json => to_json(record).context("writing the plan as JSON")?,
        Format::Csv => reports::plan::csv::designs(record).context("writing the designs as CSV")?,
        Format::Markdown => reports::plan::markdown::render(record),
        Format::OpenMetrics => reports::openmetrics::plan(record)?,
    })
}
