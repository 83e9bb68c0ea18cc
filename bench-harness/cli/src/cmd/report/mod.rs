//! `report`: a finished run, in another form.

pub(crate) mod beside;
pub(crate) mod compare;
pub(crate) mod laws;
pub(crate) mod serve;
pub(crate) mod summary;
pub(crate) mod what_if;

use crate::cmd::plan::planned::ProfilePlanArgs;
use crate::cmd::report::beside::BesideArgs;
use crate::cmd::report::compare::{Side, against_first, on_one_page, runs};
use crate::cmd::report::laws::LawArgs;
use crate::cmd::report::serve::query::Planner;
use crate::cmd::report::serve::{Serving, serve};
use crate::cmd::report::what_if::Answers;
use crate::exit::usage;
use crate::fail_if::FailIf;
use crate::number::time;
use crate::output::{deliver, print, width, write_whole};
use crate::working::Working;
use ::measure::run::folder::RunFiles;
use anyhow::Context;
use clap::ValueEnum;
use fleet::pipeline::record_path;
use measure::timeline::timeline;
use records::comparison::ProfileComparisonRecord;
use records::file::to_json;
use records::fleet::pipeline::PipelineRecord;
use records::machine::MachineRecord;
use records::report::Records;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

/// Render a run's profile, samples or machine; make its page, its pictures and its tables; compare several runs.
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
  bench-harness report bench-out bench-out --target-tx-per-s 100      # two runs, side by side
  bench-harness report bench-out bench-out --html machines.html
  bench-harness report bench-out --timeline timeline.json
  bench-harness report bench-out --serve --target-tx-per-s 100     # until Ctrl-C")]
pub(crate) struct Args {
    /// The folder of the run. Of several (folders or profiles) each is compared with the first: RUN@CORES takes the
    /// cells of that many cores.
    #[arg(value_name = "RUN", default_value = "bench-out")]
    runs: Vec<Side>,
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
    /// The plan is the one that `run` made; with a target the run is planned anew. Of several runs: what each would need,
    /// their times side by side, and where they differ.
    #[arg(long, value_name = "FILE", num_args = 0..=1, conflicts_with_all = FORMS)]
    html: Option<Option<PathBuf>>,
    /// Write every chart of the page into this folder, as SVG and as PNG.
    #[arg(long, value_name = "FOLDER", conflicts_with_all = FORMS)]
    pictures: Option<PathBuf>,
    /// Write the numbers behind every chart into this folder, as CSV.
    #[arg(long, value_name = "FOLDER", conflicts_with_all = FORMS)]
    tables: Option<PathBuf>,
    /// Dollars per hour for the machine of one prover of each run after the first, where it is not --prover-usd-per-hour.
    #[arg(long, value_name = "USD", value_delimiter = ',', requires = "prover_usd_per_hour")]
    other_usd_per_hour: Vec<f64>,
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
    /// The longest that an answer of the planner may take; one that takes longer is ended, and says so.
    #[arg(long, value_name = "TIME", value_parser = time, default_value = "20s", requires = "serve")]
    answer_limit: f64,
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
    if args.runs.len() > 1 {
        return report_several(args);
    }
    if !args.fail_if.is_empty() && args.serve {
        return Err(usage("--fail-if: holds against a profile; leave it out with --serve"));
    }
    if !args.other_usd_per_hour.is_empty() {
        return Err(usage("--other-usd-per-hour: has an effect on several runs only: name another run"));
    }
    report(args)?;
    if args.fail_if.is_empty() {
        return Ok(());
    }
    args.fail_if.check(Some(&records::file::read(&args.files().profile())?), None)
}

fn report(args: &Args) -> anyhow::Result<()> {
    let (files, format) = (args.files(), args.format());
    if let Some(pipeline) = live_pipeline(args)? {
        return report_live(args, format, pipeline);
    }
    args.refuse_unused()?;
    if args.serve {
        return serve_report(args, &files);
    }
    if args.is_page() {
        return page_and_pictures(args, &files);
    }
    if let Some(path) = &args.timeline {
        let samples = records::sample::read_log(&files.samples())?;
        return write_whole(path, &reports::timeline::chrome::render(&timeline(&samples))?);
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
    let path = record_path(args.runs[0].folder());
    let is_other = args.files().profile().exists() || !path.exists();
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
    if args.is_page() {
        let mut records = Records { pipeline: Some(pipeline), ..Records::default() };
        args.beside.add_to(&mut records)?;
        return write_page(args, &args.files(), &records);
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
    /// The files of the one run.
    fn files(&self) -> RunFiles {
        RunFiles::of(self.runs[0].folder())
    }

    fn format(&self) -> Format {
        if self.json { Format::Json } else { self.format }
    }

    /// Whether a page, its pictures or its tables are written.
    fn is_page(&self) -> bool {
        self.html.is_some() || self.pictures.is_some() || self.tables.is_some()
    }

    /// Refuses what is of one run.
    fn refuse_of_one(&self) -> anyhow::Result<()> {
        let of_one = [
            (self.what != What::Profile).then_some("what"),
            self.timeline.is_some().then_some("timeline"),
            self.serve.then_some("serve"),
            (!self.fail_if.is_empty()).then_some("fail-if"),
            self.laws.first_flag(),
            self.beside.first_flag(),
        ];
        if let Some(flag) = of_one.into_iter().flatten().next() {
            let count = self.runs.len();
            return Err(usage(format!("--{flag}: is of one run, and {count} are named")));
        }
        if self.html == Some(None) {
            return Err(usage("--html: several runs have no folder in common: give the name of a file"));
        }
        Ok(())
    }

    /// Refuses flags of a plan, of cells and of laws where there is none.
    fn refuse_unused(&self) -> anyhow::Result<()> {
        let is_several = self.runs.len() > 1;
        let is_page = self.serve || self.is_page();
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
            && !is_several
        {
            return Err(usage(format!(
                "--{flag}: has an effect on a plan only: give {plans} with it, or name several runs"
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

/// Several runs, each against the first.
fn report_several(args: &Args) -> anyhow::Result<()> {
    args.refuse_of_one()?;
    args.refuse_unused()?;
    let runs = runs(&args.runs, &args.asked, &args.other_usd_per_hour)?;
    if args.is_page() {
        let records = Records { compared: Some(on_one_page(&runs)?), ..Records::default() };
        return write_page(args, &args.files(), &records);
    }
    let compared = against_first(&runs)?;
    let one_after_another = |render: &dyn Fn(&ProfileComparisonRecord) -> String| {
        compared.iter().map(render).collect::<Vec<_>>().join("\n")
    };
    let text = match (args.format(), compared.as_slice()) {
        (Format::Terminal, _) => {
            one_after_another(&|record| reports::compare::terminal::render(record, width()))
        }
        (Format::Markdown, _) => one_after_another(&reports::compare::markdown::render),
        (Format::Json, [record]) => to_json(record).context("writing the comparison as JSON")?,
        (Format::Csv, [record]) => reports::compare::csv::render(record)?,
        (Format::Json | Format::Csv, _) => {
            return Err(usage(
                "json and csv are of two runs: compare two at a time, or write --tables of all",
            ));
        }
        (Format::Histograms | Format::OpenMetrics, _) => return Err(of_a_profile()),
    };
    deliver(&text, args.output.as_deref())
}

fn serve_report(args: &Args, files: &RunFiles) -> anyhow::Result<()> {
    let asked = args.asked.clone().or_usual_target();
    let mut records = summary::of_profile(files, &asked, &args.laws, Answers::Server)?;
    args.beside.add_to(&mut records)?;
    let planner = Planner { profile: records::file::read(&files.profile())?, asked };
    let page = reports::html::page(&records, reports::html::Place::Served);
    let (listen, what) = (args.listen, &args.runs[0].folder().display().to_string());
    let answer_limit = Duration::from_secs_f64(args.answer_limit);
    serve(page, planner, Serving { listen, answer_limit, what })
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
