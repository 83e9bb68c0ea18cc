//! `claims`: what the two source documents claim, answered from records.

use crate::output::{deliver, width};
use clap::ValueEnum;
use planner::claims::{Evidence, claims};
use records::claims::ClaimInputRecord;
use records::execution::ExecutionRecord;
use records::file::{Versioned, to_json};
use records::fleet::pipeline::PipelineRecord;
use records::fractal::FractalRecord;
use records::machine::ValueRecord;
use records::profile::ProfileRecord;
use records::state_growth::StateGrowthRecord;
use std::path::PathBuf;

/// Answer each claim of the two source documents from what this machine measured.
///
/// Each verdict is computed from figures by a rule that is printed with it. A claim whose record is not given is not
/// answered, and says which command makes the record.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  bench-harness claims
  bench-harness claims --profile bench-out/profile.json
  bench-harness execute --transactions 300 --work-us 50 --repeats 3 --json > execution.json
  bench-harness state-growth --accounts 1024,8192 --repeats 2 --json > growth.json
  bench-harness claims --profile bench-out/profile.json --execution execution.json \\
      --state-growth growth.json
  bench-harness claims --profile bench-out/profile.json --json --output claims.json")]
pub(crate) struct Args {
    /// Proofs over cores, sizes and systems: the profile of `measure` or `run`, or the folder that it is in.
    #[arg(long, value_name = "FILE|FOLDER")]
    profile: Option<PathBuf>,
    /// Executors side by side: what `execute --json` prints.
    #[arg(long, value_name = "FILE")]
    execution: Option<PathBuf>,
    /// What growth of the state costs: what `state-growth --json` prints.
    #[arg(long, value_name = "FILE")]
    state_growth: Option<PathBuf>,
    /// A live pipeline: the pipeline.json of `pipeline`.
    #[arg(long, value_name = "FILE")]
    pipeline: Option<PathBuf>,
    /// A tree of rollups that was proved: what `fractal --json` prints.
    #[arg(long, value_name = "FILE")]
    fractal: Option<PathBuf>,
    /// Output format.
    #[arg(long, value_enum, default_value_t = Format::Terminal)]
    format: Format,
    /// The same as --format json.
    #[arg(long, conflicts_with = "format")]
    json: bool,
    /// Write to this file instead of printing.
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A table of verdicts, and each claim with its figures.
    Terminal,
    /// For programs, and for `report --claims`.
    Json,
    /// For a pull request or a page.
    Markdown,
}

/// A record with its entry in the list of inputs; none where no file was given.
type Given<T> = Option<(T, ClaimInputRecord)>;

fn read<T: Versioned>(
    what: &str,
    file: Option<&PathBuf>,
    processor: impl Fn(&T) -> Option<String>,
) -> anyhow::Result<Given<T>> {
    let Some(file) = file else { return Ok(None) };
    let record: T = records::file::read(file)?;
    let processor = processor(&record);
    let input = ClaimInputRecord { what: what.to_owned(), file: file.display().to_string(), processor };
    Ok(Some((record, input)))
}

fn processor_of(profile: &ProfileRecord) -> Option<String> {
    match profile.machine.value("machine", "processor")? {
        ValueRecord::Text(name) => Some(name.clone()),
        _ => None,
    }
}

pub(crate) fn run(args: &Args) -> anyhow::Result<()> {
    let profile = args.profile.as_deref().map(crate::profile::file_of);
    let profile = read("profile", profile.as_ref(), processor_of)?;
    let execution =
        read("execution", args.execution.as_ref(), |record: &ExecutionRecord| record.processor.clone())?;
    let state_growth = read("state growth", args.state_growth.as_ref(), |record: &StateGrowthRecord| {
        record.processor.clone()
    })?;
    let pipeline = read("pipeline", args.pipeline.as_ref(), |_: &PipelineRecord| None)?;
    let fractal = read("fractal", args.fractal.as_ref(), |record: &FractalRecord| record.processor.clone())?;
    let inputs = [
        profile.as_ref().map(|given| &given.1),
        execution.as_ref().map(|given| &given.1),
        state_growth.as_ref().map(|given| &given.1),
        pipeline.as_ref().map(|given| &given.1),
        fractal.as_ref().map(|given| &given.1),
    ];
    let evidence = Evidence {
        profile: profile.as_ref().map(|given| &given.0),
        execution: execution.as_ref().map(|given| &given.0),
        state_growth: state_growth.as_ref().map(|given| &given.0),
        pipeline: pipeline.as_ref().map(|given| &given.0),
        fractal: fractal.as_ref().map(|given| &given.0),
    };
    let inputs = inputs.into_iter().flatten().cloned().collect();
    let record = claims(&evidence, inputs, env!("CARGO_PKG_VERSION"))?;
    let text = match if args.json { Format::Json } else { args.format } {
        Format::Terminal => reports::claims::terminal::render(&record, width()),
        Format::Json => to_json(&record)?,
        Format::Markdown => reports::claims::markdown::render(&record),
    };
    deliver(&text, args.output.as_deref())
}
