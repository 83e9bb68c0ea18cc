//! `report`: a finished run, in another form.

pub(crate) mod beside;
pub(crate) mod compare;
pub(crate) mod laws;
pub(crate) mod serve;
pub(crate) mod summary;
pub(crate) mod what_if;

use crate::cmd::plan::planned::ProfilePlanArgs;
use crate::cmd::report::beside::BesideArgs;
use crate::cmd::report::compare::{Side, side_by_side};
use crate::cmd::report::laws::LawArgs;
use crate::cmd::report::serve::query::Planner;
use crate::cmd::report::serve::serve;
use crate::cmd::report::what_if::Answers;
use crate::exit::usage;
use crate::fail_if::FailIf;
use crate::output::{deliver, print, width, write_whole};
use crate::working::Working;
use ::measure::run::folder::RunFiles;
use anyhow::Context;
use clap::ValueEnum;
use fleet::pipeline::record_path;
use measure::timeline::timeline;
use records::file::to_json;
use records::fleet::pipeline::PipelineRecord;
use records::machine::MachineRecord;
use records::report::Records;
use std::net::SocketAddr;
use std::path::PathBuf;

/// Render a run's profile, samples or machine; make its page, its pictures and its tables; compare two runs.
///
/// The folder of `pipeline` is rendered too: on a terminal, as Markdown, JSON or page, with its pictures and tables.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  bench-harness report bench-out
  bench-harness report bench-out --what summary
  bench-harness report bench-out --what stages
  bench-harness report bench-out --html
  bench-harness report bench-out --html report.html --target-tx-per-s 500 --delay 60s
  bench-harness report bench-out --pictures pictures --tables tables
  bench-harness claims --profile bench-out/profile.json --json --output claims.json
  bench-harness report bench-out --html --claims claims.json
  bench-harness close --tx-per-s 200 --batches 20 --accounts 5000 --json > close.json
  bench-harness state-growth --accounts 1024,4096 --repeats 2 --json > growth.json
  bench-harness report bench-out --html --closed-batches close.json --state-growth growth.json
  bench-harness report bench-out --what samples --format csv --output samples.csv
  bench-harness report bench-out --format markdown
  bench-harness report bench-out --what laws --at-cores 1,2,4,8,16
  bench-harness report --compare bench-out bench-out --target-tx-per-s 100
  bench-harness report bench-out --timeline timeline.json
  bench-harness report bench-out --serve --target-tx-per-s 100     # until Ctrl-C")]
pub(crate) struct Args {
    /// The folder of the run.
    #[arg(default_value = "bench-out")]
    folder: PathBuf,
    /// Which part of the run.
    #[arg(long, value_enum, default_value_t = What::Profile)]
    what: What,
    /// Output format.
    #[arg(long, value_enum, default_value_t = Format::Terminal)]
    format: Format,
    /// The same as --format json.
    #[arg(long, conflicts_with = "format")]
    json: bool,
    /// Write to this file instead of printing.
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Write the page: one file that opens from disk. Without a name, report.html beside the profile.
    ///
    /// The plan is the one that `run` made; with a target the run is planned anew.
    #[arg(long, value_name = "FILE", num_args = 0..=1, conflicts_with_all = FORMS)]
    html: Option<Option<PathBuf>>,
    /// Write every chart of the page into this folder, as SVG and as PNG.
    #[arg(long, value_name = "FOLDER", conflicts_with_all = FORMS)]
    pictures: Option<PathBuf>,
    /// Write the numbers behind every chart into this folder, as CSV.
    #[arg(long, value_name = "FOLDER", conflicts_with_all = FORMS)]
    tables: Option<PathBuf>,
    /// Compare two runs (folders or profiles) stage by stage: A@CORES takes the cells of that many cores.
    #[arg(long, num_args = 2, value_names = ["A", "B"], conflicts_with_all = ["folder", "what"])]
    #[arg(conflicts_with_all = OTHER_FORMS)]
    compare: Vec<Side>,
    /// Dollars per hour for the machine of one prover of B, where it is not --prover-usd-per-hour.
    #[arg(long, value_name = "USD", requires_all = ["compare", "prover_usd_per_hour"])]
    second_usd_per_hour: Option<f64>,
    /// Write the samples to this file as a timeline, one lane per cell, for ui.perfetto.dev.
    #[arg(long, value_name = "FILE", conflicts_with_all = FORMS)]
    #[arg(conflicts_with_all = ["serve", "html", "pictures", "tables"])]
    timeline: Option<PathBuf>,
    /// Serve the report as a page whose sliders ask the planner, simulation included.
    ///
    /// The run is planned anew: give the flags that `run` was given.
    #[arg(long, conflicts_with_all = FORMS, conflicts_with_all = ["html", "pictures", "tables"])]
    serve: bool,
    /// Address to serve on; other than a loopback address can be reached from other machines.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8642", requires = "serve")]
    listen: SocketAddr,
    #[command(flatten)]
    fail_if: FailIf,
    #[command(flatten)]
    beside: BesideArgs,
    #[command(flatten)]
    laws: LawArgs,
    #[command(flatten)]
    asked: ProfilePlanArgs,
}

/// What chooses one text to print.
const FORMS: [&str; 4] = ["what", "format", "json", "output"];
/// What writes something other than one text.
const OTHER_FORMS: [&str; 5] = ["html", "pictures", "tables", "timeline", "serve"];

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum What {
    /// A summary of every cell.
    Profile,
    /// Every stage of every cell: samples, median with its interval, extremes.
    Stages,
    /// Every sample.
    Samples,
    /// The machine when the run began.
    Machine,
    /// Scaling laws: over cores, clock, batch size and N.
    Laws,
    /// The recommendation and what it is based on, in 30 lines.
    Summary,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Tables for a person.
    Terminal,
    /// For programs.
    Json,
    /// For a spreadsheet.
    Csv,
    /// For a pull request or a page.
    Markdown,
    /// A log of HdrHistogram, for its viewers.
    Histograms,
    /// OpenMetrics text of a profile, for Prometheus.
    #[value(name = "openmetrics")]
    OpenMetrics,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<()> {
    if !args.fail_if.is_empty() && (args.serve || !args.compare.is_empty()) {
        return Err(usage("--fail-if: holds against one profile; leave it out with --compare and --serve"));
    }
    report(args)?;
    if args.fail_if.is_empty() {
        return Ok(());
    }
    args.fail_if.check(Some(&records::file::read(&RunFiles::of(&args.folder).profile())?), None)
}

fn report(args: &Args) -> anyhow::Result<()> {
    let files = RunFiles::of(&args.folder);
    let format = if args.json { Format::Json } else { args.format };
    if let Some(pipeline) = live_pipeline(args)? {
        return report_live(args, format, pipeline);
    }
    args.refuse_unused()?;
    if args.serve {
        return serve_report(args, &files);
    }
    if args.html.is_some() || args.pictures.is_some() || args.tables.is_some() {
        return page_and_pictures(args, &files);
    }
    if let Some(path) = &args.timeline {
        let samples = records::sample::read_log(&files.samples())?;
        return write_whole(path, &reports::timeline::chrome::render(&timeline(&samples))?);
    }
    if !args.compare.is_empty() {
        return deliver(&compared(args, format)?, args.output.as_deref());
    }
    let text = match (args.what, format) {
        (What::Samples, Format::Csv) => {
            reports::sample::csv::render(&records::sample::read_log(&files.samples())?)?
        }
        (What::Samples, Format::Json) => records::file::read_text(&files.samples())?,
        (What::Machine, Format::Terminal) => {
            reports::machine::terminal::render(&records::file::read(&files.machine())?, width())
        }
        (What::Machine, Format::Json) => to_json(&records::file::read::<MachineRecord>(&files.machine())?)?,
        (What::Stages, Format::Terminal) => {
            reports::profile::terminal::render(&records::file::read(&files.profile())?, width(), true)
        }
        (What::Profile | What::Stages, format) => {
            let profile = records::file::read(&files.profile())?;
            match format {
                Format::Terminal => reports::profile::terminal::render(&profile, width(), false),
                Format::Json => to_json(&profile)?,
                Format::Csv => reports::profile::csv::render(&profile)?,
                Format::Markdown => reports::profile::markdown::render(&profile),
                Format::Histograms => reports::profile::histogram_log::render(&profile)?,
                Format::OpenMetrics => reports::openmetrics::profile(&profile)?,
            }
        }
        (What::Laws, format) => {
            let laws = args.laws.of(&records::file::read(&files.profile())?)?;
            match format {
                Format::Terminal => reports::laws::terminal::render(&laws, width()),
                Format::Json => to_json(&laws)?,
                Format::Csv => reports::laws::csv::render(&laws)?,
                Format::Markdown => reports::laws::markdown::render(&laws),
                Format::Histograms | Format::OpenMetrics => return Err(of_a_profile()),
            }
        }
        (What::Summary, Format::Terminal) => {
            summary::terminal(&summary::brief(&files, &args.asked, &args.laws)?)
        }
        (What::Summary, Format::Json) => {
            summary::json(&summary::of_folder(&files, &args.asked, &args.laws)?)?
        }
        (What::Summary, _) => return Err(usage("the summary comes as terminal or json")),
        (What::Samples, _) => return Err(usage("samples come as csv or json (one line each)")),
        (What::Machine, _) => return Err(usage("a machine comes as terminal or json")),
    };
    deliver(&text, args.output.as_deref())
}

/// The pipeline of the folder; none where it has a profile, or holds something else.
fn live_pipeline(args: &Args) -> anyhow::Result<Option<PipelineRecord>> {
    let path = record_path(&args.folder);
    let is_other =
        !args.compare.is_empty() || RunFiles::of(&args.folder).profile().exists() || !path.exists();
    if is_other { Ok(None) } else { Ok(Some(records::file::read(&path)?)) }
}

/// Renders it as it was asked for.
fn report_live(args: &Args, format: Format, pipeline: PipelineRecord) -> anyhow::Result<()> {
    let unused = [
        (args.serve, "--serve"),
        (args.what != What::Profile && args.what != What::Summary, "--what"),
        (
            !args.asked.cells.flags().is_empty() || !args.asked.plan_args.flags().is_empty(),
            "a flag of a plan",
        ),
        (args.laws.first_flag().is_some(), "a flag of scaling laws"),
    ];
    if let Some((_, flag)) = unused.iter().find(|(is_given, _)| *is_given) {
        return Err(usage(format!("{flag}: has no effect on a pipeline, which is what the folder holds")));
    }
    if let Some(path) = &args.timeline {
        return write_whole(path, &reports::timeline::chrome::render(&pipeline.timeline)?);
    }
    if args.html.is_some() || args.pictures.is_some() || args.tables.is_some() {
        let mut records = Records { pipeline: Some(pipeline), ..Records::default() };
        args.beside.add_to(&mut records)?;
        return write_page(args, &RunFiles::of(&args.folder), &records);
    }
    let text = match format {
        Format::Terminal => reports::pipeline::terminal::render(&pipeline, width()),
        Format::Markdown => reports::pipeline::markdown::render(&pipeline),
        Format::Json => to_json(&pipeline)?,
        Format::Csv | Format::Histograms | Format::OpenMetrics => {
            return Err(usage(
                "a pipeline comes as terminal, markdown or json; its tables as CSV with --tables",
            ));
        }
    };
    deliver(&text, args.output.as_deref())
}

impl Args {
    /// Refuses flags of a plan, of cells and of laws where there is none.
    fn refuse_unused(&self) -> anyhow::Result<()> {
        let is_compared = !self.compare.is_empty();
        let is_page = self.serve || self.html.is_some() || self.pictures.is_some() || self.tables.is_some();
        let has_plan = is_page || self.what == What::Summary;
        if let Some(flag) = self.beside.first_flag()
            && !is_page
        {
            return Err(usage(format!(
                "--{flag}: has an effect on a page only: give --html, --pictures, --tables or --serve with it"
            )));
        }
        let has_laws = has_plan || self.what == What::Laws;
        let plans = "--html, --pictures, --tables, --serve or --what summary";
        if let Some((flag, _)) = self.asked.cells.flags().first()
            && !has_plan
        {
            return Err(usage(format!("--{flag}: has an effect on a plan only: give {plans} with it")));
        }
        if let Some((flag, _)) = self.asked.plan_args.flags().first()
            && !has_plan
            && !is_compared
        {
            return Err(usage(format!(
                "--{flag}: has an effect on a plan only: give {plans}, or --compare with it"
            )));
        }
        match self.laws.first_flag() {
            Some(flag) if !has_laws => Err(usage(format!(
                "--{flag}: has an effect on scaling laws only: give --what laws, or {plans} with it"
            ))),
            _ => Ok(()),
        }
    }
}

fn of_a_profile() -> anyhow::Error {
    usage("histograms and openmetrics are those of a profile (--what profile)")
}

fn compared(args: &Args, format: Format) -> anyhow::Result<String> {
    let record = side_by_side(&args.compare, &args.asked.plan_args, args.second_usd_per_hour)?;
    Ok(match format {
        Format::Terminal => reports::compare::terminal::render(&record, width()),
        Format::Json => to_json(&record).context("writing the comparison as JSON")?,
        Format::Csv => reports::compare::csv::render(&record)?,
        Format::Markdown => reports::compare::markdown::render(&record),
        Format::Histograms | Format::OpenMetrics => return Err(of_a_profile()),
    })
}

fn serve_report(args: &Args, files: &RunFiles) -> anyhow::Result<()> {
    let asked = args.asked.clone().or_usual_target();
    let mut records = summary::of_profile(files, &asked, &args.laws, Answers::Server)?;
    args.beside.add_to(&mut records)?;
    let planner = Planner { profile: records::file::read(&files.profile())?, asked };
    let page = reports::html::page(&records, reports::html::Place::Served);
    serve(page, planner, args.listen, &args.folder.display().to_string())
}

/// The page, its pictures and its tables.
fn page_and_pictures(args: &Args, files: &RunFiles) -> anyhow::Result<()> {
    let mut records = summary::of_folder(files, &args.asked, &args.laws)?;
    args.beside.add_to(&mut records)?;
    write_page(args, files, &records)
}

fn write_page(args: &Args, files: &RunFiles, records: &Records) -> anyhow::Result<()> {
    let mut said = String::new();
    if let Some(file) = &args.html {
        let file = file.clone().unwrap_or_else(|| files.folder().join(summary::PAGE));
        let page =
            Working::during("drawing the page", || reports::html::page(records, reports::html::Place::File));
        write_whole(&file, &page)?;
        said += &format!("The report is in {}.\n", file.display());
    }
    if let Some(folder) = &args.pictures {
        let count = Working::during("drawing the charts", || summary::write_pictures(records, folder))?;
        said += &format!("{count} charts are in {}, each as SVG and PNG.\n", folder.display());
    }
    if let Some(folder) = &args.tables {
        let count = summary::write_tables(records, folder)?;
        said += &format!("{count} tables are in {}.\n", folder.display());
    }
    print(&said)
}
