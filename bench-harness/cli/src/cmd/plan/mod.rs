//! `plan`: from times to a recommendation.

pub(crate) mod args;
pub(crate) mod arrivals;
pub(crate) mod closing;
pub(crate) mod faults;
pub(crate) mod flags;
pub(crate) mod from_profile;
pub(crate) mod machines;
pub(crate) mod merge_shape;

use crate::cmd::plan::args::PlanArgs;
use crate::cmd::plan::from_profile::{CellFilter, neighbours, request};
use crate::cmd::plan::machines::{MachineArgs, tables};
use crate::cmd::plan::merge_shape::Merging;
use crate::exit::usage;
use crate::output::{deliver, table, width, write_whole};
use crate::units::seconds;
use anyhow::Context;
use clap::ValueEnum;
use planner::domain::{Aggregation, Close, Load, TimeDist};
use planner::plan::{Plan, choose};
use planner::{PlanRequest, recommend};
use records::plan::PlanRecord;
use records::plan::answers::MachineAnswersRecord;
use records::profile::{CellSummaryRecord, ProfileRecord};
use reports::timeline::chrome;
use std::path::{Path, PathBuf};

/// Headings of `--help`.
const TIMES: &str = "Times, measured or by hand";
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
  bench-harness plan --profile bench-out/profile.json --target-tx-per-s 100 --trace trace.json")]
pub(crate) struct Args {
    #[command(flatten)]
    pub(crate) plan_args: PlanArgs,
    /// Plan from this measured profile.
    #[arg(long, help_heading = TIMES, value_name = "FILE", conflicts_with_all = ["prove", "aggregate", "aggregate_merge", "batch_size"])]
    profile: Option<PathBuf>,
    #[command(flatten)]
    choice: CellFilter,
    #[command(flatten)]
    machines: MachineArgs,
    /// Time to prove one batch on one prover, by hand.
    #[arg(long, help_heading = TIMES, value_name = "TIME", value_parser = seconds)]
    prove: Option<f64>,
    /// How prove times scatter around that: the coefficient of variation of a lognormal law; 0 is fixed.
    #[arg(
        long,
        help_heading = TIMES,
        value_name = "CV",
        default_value_t = 0.0,
        requires = "prove"
    )]
    prove_cv: f64,
    /// The law of prove times.
    #[arg(long, help_heading = TIMES, value_enum, default_value_t = ProveLaw::Lognormal, requires = "prove")]
    prove_law: ProveLaw,
    /// Time to aggregate all N proofs into one, by hand, whatever N is.
    #[arg(long, help_heading = TIMES, value_name = "TIME", value_parser = seconds)]
    aggregate: Option<f64>,
    /// Time of one merge, by hand: a pairwise tree over N proofs has N − 1 of them on ⌈log2 N⌉ levels.
    #[arg(long, help_heading = TIMES, value_name = "TIME", value_parser = seconds, conflicts_with = "aggregate")]
    aggregate_merge: Option<f64>,
    /// How times of merges scatter around that: the coefficient of variation of a lognormal law; 0 is fixed.
    #[arg(long, help_heading = TIMES, value_name = "CV", default_value_t = 0.0)]
    aggregate_cv: f64,
    /// Transactions in a batch, by hand.
    #[arg(long, help_heading = TIMES, value_name = "COUNT")]
    batch_size: Option<u32>,
    /// How to print it.
    #[arg(long, help_heading = OUTPUT, value_enum, default_value_t = Format::Terminal)]
    format: Format,
    /// The same as --format json.
    #[arg(long, help_heading = OUTPUT, conflicts_with = "format")]
    json: bool,
    /// Write to this file instead of printing.
    #[arg(long, help_heading = OUTPUT, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Write the first groups of the simulated pipeline to this file, prover by prover, for ui.perfetto.dev.
    #[arg(long, help_heading = OUTPUT, value_name = "FILE")]
    trace: Option<PathBuf>,
}

/// A law of prove times given by hand.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum ProveLaw {
    /// Lognormal with --prove-cv; fixed where that is 0.
    Lognormal,
    /// Exponential: a textbook's, far wider than proving is.
    Exponential,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Format {
    /// Tables for a person.
    Terminal,
    /// The whole plan, for programs.
    Json,
    /// The designs, a row each.
    Csv,
    /// For a pull request or a page.
    Markdown,
}

impl Args {
    fn by_hand(&self) -> anyhow::Result<PlanRequest> {
        let missing = |flag: &str| {
            usage(format!(
                "{flag} is missing: give --close, --prove, --aggregate and a target, or a --profile"
            ))
        };
        let close_s = self.plan_args.close.ok_or_else(|| missing("--close"))?;
        let prove_s = self.prove.ok_or_else(|| missing("--prove"))?;
        let prove = match self.prove_law {
            ProveLaw::Lognormal => TimeDist::log_normal("prove", prove_s, self.prove_cv)?,
            ProveLaw::Exponential if self.prove_cv > 0.0 => {
                return Err(usage(
                    "--prove-cv: an exponential law has 1; leave it out or take --prove-law lognormal",
                ));
            }
            ProveLaw::Exponential => TimeDist::exponential("prove", prove_s)?,
        };
        let step = |name, s| TimeDist::log_normal(name, s, self.aggregate_cv);
        let shape = self.plan_args.aggregate_shape;
        let aggregation = match (self.aggregate, self.aggregate_merge) {
            (Some(_), _) if shape != Merging::Tree(2) => {
                return Err(usage(
                    "--aggregate-shape: a total has no shape; give the time of one merge, --aggregate-merge",
                ));
            }
            (Some(total_s), _) => Aggregation::fixed_total(step("aggregate", total_s)?),
            (None, Some(merge_s)) => shape.of(step("aggregate_merge", merge_s)?)?,
            (None, None) => return Err(missing("--aggregate or --aggregate-merge")),
        };
        let target = self.plan_args.required_target()?;
        let load = Load::new(target, self.batch_size, Close::Fixed { close_s })?;
        self.plan_args.request(load, prove, aggregation)
    }
}

pub(crate) fn run(mut args: Args) -> anyhow::Result<()> {
    if args.json {
        args.format = Format::Json;
    }
    if args.machines.is_asked() && matches!(args.format, Format::Csv | Format::Markdown) {
        return Err(usage(
            "--hardware, --compare and --split give tables and JSON: use --format terminal or json",
        ));
    }
    let Some(path) = &args.profile else {
        let request = args.by_hand()?;
        let plan = recommend(&request)?;
        trace(&plan, args.trace.as_deref())?;
        let answers = match args.machines.is_asked() {
            true => Some(args.machines.answers(&plan, &args.machines.by_hand(request.prove().mean_s())?)?),
            false => None,
        };
        let text =
            with_answers(render(&plan.to_record(), args.format)?, &plan.to_record(), answers, args.format)?;
        return deliver(&text, args.output.as_deref());
    };
    let profile = records::file::read(path)?;
    let planned = plan_profile(&profile, &args.choice, &args.plan_args)?;
    trace(&planned.plan, args.trace.as_deref())?;
    let text = render(&planned.record, args.format)?;
    let text = match args.format {
        Format::Terminal => format!("{}\n\n{text}\n{}\n", planned.heading, planned.others),
        Format::Json | Format::Csv | Format::Markdown => text,
    };
    let answers = match args.machines.is_asked() {
        true => {
            let (best, _) = args.choice.of(&profile)?;
            let prover = args.machines.measured(&profile, best)?;
            Some(args.machines.answers(&planned.plan, &prover)?)
        }
        false => None,
    };
    let text = with_answers(text, &planned.record, answers, args.format)?;
    deliver(&text, args.output.as_deref())
}

/// The plan with what was asked about machines: below it at a terminal, beside it in JSON.
fn with_answers(
    text: String,
    plan: &PlanRecord,
    answers: Option<MachineAnswersRecord>,
    format: Format,
) -> anyhow::Result<String> {
    let Some(answers) = answers else { return Ok(text) };
    Ok(match format {
        Format::Json => {
            let both = serde_json::json!({ "schema_version": 1, "plan": plan, "machines": answers });
            serde_json::to_string_pretty(&both).context("writing the answers as JSON")? + "\n"
        }
        Format::Terminal | Format::Csv | Format::Markdown => text + &tables(&answers),
    })
}

/// The plan's fleet at work, as a file.
fn trace(plan: &Plan, path: Option<&Path>) -> anyhow::Result<()> {
    let Some(path) = path else { return Ok(()) };
    let timeline = plan.timeline(plan.timeline_groups())?;
    write_whole(path, &chrome::render(&timeline)?)
}

/// A plan from a profile, and what else the profile would allow.
#[derive(Debug)]
pub(crate) struct Planned<'a> {
    /// The cell it is from.
    pub(crate) cell: &'a CellSummaryRecord,
    /// The same in words.
    pub(crate) heading: String,
    /// The plan of that cell.
    pub(crate) plan: Plan,
    /// The same as it is written and rendered.
    pub(crate) record: PlanRecord,
    /// A table of what each cell would need.
    pub(crate) others: String,
}

/// Plans with the best of the chosen cells, and says what each of the others would need.
pub(crate) fn plan_profile<'a>(
    profile: &'a ProfileRecord,
    choice: &CellFilter,
    plan_args: &PlanArgs,
) -> anyhow::Result<Planned<'a>> {
    let (best, fitting) = choice.of(profile)?;
    let plan = recommend(&request(best, plan_args)?)?;
    let mut table =
        table(["one prover is", "tx/s, one prover", "provers", "their cores", "N", "aggregators"]);
    for cell in fitting {
        let rate = cell.transactions_per_s.map_or_else(|| "-".to_owned(), |rate| format!("{rate:.1}"));
        let row = match request(cell, plan_args).and_then(|request| Ok(choose(&request)?)) {
            Ok(fleet) => [
                fleet.provers.to_string(),
                (u64::from(fleet.provers) * cell.cell.cores).to_string(),
                fleet.batches_per_aggregation.to_string(),
                fleet.aggregators.to_string(),
            ],
            Err(error) => [error.to_string(), String::new(), String::new(), String::new()],
        };
        table.add_row([vec![cell.cell.words(), rate], row.to_vec()].concat());
    }
    Ok(Planned {
        cell: best,
        heading: format!("Planned with: one prover is {} ({}).", best.cell.words(), neighbours(best)),
        record: plan.to_record(),
        plan,
        others: format!("Every cell that was measured, at the same target:\n{table}"),
    })
}

/// A plan in one of its forms.
pub(crate) fn render(record: &PlanRecord, format: Format) -> anyhow::Result<String> {
    Ok(match format {
        Format::Terminal => reports::plan::terminal::render(record, width()),
        Format::Json => records::file::to_json(record).context("writing the plan as JSON")?,
        Format::Csv => reports::plan::csv::designs(record).context("writing the designs as CSV")?,
        Format::Markdown => reports::plan::markdown::render(record),
    })
}
