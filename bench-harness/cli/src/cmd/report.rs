//! `report`: a run that was made, in another form.

use crate::law_args::LawArgs;
use crate::output::{deliver, print, width, write_whole};
use crate::profile_plan::Choice;
use crate::question::Question;
use crate::story;
use ::measure::run::folder::RunFiles;
use clap::ValueEnum;
use reports::export::Exporter;
use reports::machine::json::MachineJson;
use reports::machine::terminal::MachineTable;
use reports::profile::csv::ProfileCsv;
use reports::profile::json::ProfileJson;
use reports::profile::markdown::ProfileMarkdown;
use reports::profile::terminal::ProfileTable;
use reports::sample::csv::SampleCsv;
use reports::scaling::csv::LawsCsv;
use reports::scaling::json::LawsJson;
use reports::scaling::markdown::LawsMarkdown;
use reports::scaling::terminal::LawsTable;
use std::path::PathBuf;

/// Render a run's profile, samples or machine; make its page, its pictures and its tables.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  bench-harness report bench-out
  bench-harness report bench-out --what story
  bench-harness report bench-out --html
  bench-harness report bench-out --html report.html --target-tx-per-s 500 --delay 60s
  bench-harness report bench-out --pictures pictures --tables tables
  bench-harness report bench-out --what samples --format csv --output samples.csv
  bench-harness report bench-out --format markdown
  bench-harness report bench-out --what laws --at-cores 1,2,4,8,16")]
pub(crate) struct Args {
    /// The folder of the run.
    #[arg(default_value = "bench-out")]
    folder: PathBuf,
    /// What of it.
    #[arg(long, value_enum, default_value_t = What::Profile)]
    what: What,
    /// In which form.
    #[arg(long, value_enum, default_value_t = Format::Terminal)]
    format: Format,
    /// Write to this file instead of printing.
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Write the page: one file that opens from disk. Without a name, report.html beside the profile.
    ///
    /// The plan is the one that `run` made; with a target the run is planned anew.
    #[arg(long, value_name = "FILE", num_args = 0..=1, conflicts_with_all = ["what", "format", "output"])]
    html: Option<Option<PathBuf>>,
    /// Write every chart of the page into this folder, as SVG and as PNG.
    #[arg(long, value_name = "FOLDER", conflicts_with_all = ["what", "format", "output"])]
    pictures: Option<PathBuf>,
    /// Write the numbers behind every chart into this folder, as CSV.
    #[arg(long, value_name = "FOLDER", conflicts_with_all = ["what", "format", "output"])]
    tables: Option<PathBuf>,
    #[command(flatten)]
    laws: LawArgs,
    #[command(flatten)]
    question: Question,
    #[command(flatten)]
    choice: Choice,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum What {
    /// Every cell in summary.
    Profile,
    /// Every sample.
    Samples,
    /// The machine when the run began.
    Machine,
    /// Scaling laws: over cores, clock, batch size and N.
    Laws,
    /// The answer and what it stands on, in 25 lines.
    Story,
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
}

pub(crate) fn run(args: &Args) -> anyhow::Result<()> {
    let files = RunFiles::of(&args.folder);
    if args.html.is_some() || args.pictures.is_some() || args.tables.is_some() {
        return page_and_pictures(args, &files);
    }
    let text = match (args.what, args.format) {
        (What::Samples, Format::Csv) => SampleCsv.export(&reports::sample::read_log(&files.samples())?)?,
        (What::Samples, Format::Json) => reports::file::read_text(&files.samples())?,
        (What::Machine, Format::Terminal) => MachineTable { width_columns: width() }
            .export(&reports::machine::json::read(&files.machine())?)?,
        (What::Machine, Format::Json) => {
            MachineJson.export(&reports::machine::json::read(&files.machine())?)?
        }
        (What::Profile, format) => {
            let profile = reports::profile::json::read(&files.profile())?;
            match format {
                Format::Terminal => {
                    ProfileTable { width_columns: width(), details: false }.export(&profile)?
                }
                Format::Json => ProfileJson.export(&profile)?,
                Format::Csv => ProfileCsv.export(&profile)?,
                Format::Markdown => ProfileMarkdown.export(&profile)?,
            }
        }
        (What::Laws, format) => {
            let laws = args.laws.of(&reports::profile::json::read(&files.profile())?)?;
            match format {
                Format::Terminal => LawsTable { width_columns: width() }.export(&laws)?,
                Format::Json => LawsJson.export(&laws)?,
                Format::Csv => LawsCsv.export(&laws)?,
                Format::Markdown => LawsMarkdown.export(&laws)?,
            }
        }
        (What::Story, format) => {
            let records = story::of_folder(&files, &args.choice, &args.question, &args.laws)?;
            match format {
                Format::Terminal => story::told(&records),
                Format::Json => story::json(&records)?,
                _ => return Err(crate::exit::usage("the story comes as terminal or json")),
            }
        }
        (What::Samples, _) => return Err(crate::exit::usage("samples come as csv or json (one line each)")),
        (What::Machine, _) => return Err(crate::exit::usage("a machine comes as terminal or json")),
    };
    deliver(&text, args.output.as_deref())
}

/// The page, its pictures and its tables.
fn page_and_pictures(args: &Args, files: &RunFiles) -> anyhow::Result<()> {
    let records = story::of_folder(files, &args.choice, &args.question, &args.laws)?;
    let mut said = String::new();
    if let Some(file) = &args.html {
        let file = file.clone().unwrap_or_else(|| files.folder().join(story::PAGE));
        write_whole(&file, &reports::html::page(&records, reports::html::Place::File))?;
        said += &format!("The report is in {}.\n", file.display());
    }
    if let Some(folder) = &args.pictures {
        let count = story::write_pictures(&records, folder)?;
        said += &format!("{count} charts are in {}, each as SVG and PNG.\n", folder.display());
    }
    if let Some(folder) = &args.tables {
        let count = story::write_tables(&records, folder)?;
        said += &format!("{count} tables are in {}.\n", folder.display());
    }
    print(&said)
}
