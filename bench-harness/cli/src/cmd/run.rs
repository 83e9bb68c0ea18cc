//! `run`: measure, plan, report.

use crate::cmd::measure::{Place, measure};
use crate::cmd::plan::{self, plan_profile};
use crate::output::{print, width, write_whole};
use crate::question::Question;
use crate::spec_args::SpecArgs;
use ::measure::host::Host;
use ::measure::spec::Overrides;
use reports::export::Exporter;
use reports::profile::csv::ProfileCsv;
use reports::profile::markdown::ProfileMarkdown;
use reports::profile::terminal::ProfileTable;

/// Measure, plan and report: the whole job. Without arguments it takes under five minutes on two cores.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  bench-harness run
  bench-harness run --target-tx-per-s 500 --delay 120s --output bench-out/500tps
  bench-harness run --workload transfer,swap --batch-size 32 --cores 1,2 --repeats 10 \\
      --output bench-out/both")]
pub(crate) struct Args {
    #[command(flatten)]
    spec: SpecArgs,
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    question: Question,
}

/// The target where none is given: a rollup of a hundred transactions a second.
const TARGET_TX_PER_S: f64 = 100.0;

/// What `run` measures where nothing is said: swaps, one batch size that fills a power of two of rows, on one core
/// and on all, within five minutes on two cores.
fn defaults() -> Overrides {
    Overrides {
        workloads: Some(vec!["swap".to_owned()]),
        batch_sizes: Some(vec![32]),
        batches_per_aggregation: Some(2),
        repeats: Some(30),
        min_repeats: Some(3),
        time_limit_s: Some(75.0),
        ..Overrides::default()
    }
}

pub(crate) fn run(args: Args) -> anyhow::Result<()> {
    let Args { spec, place, mut question } = args;
    if question.target().is_none() {
        question.target_tx_per_s = Some(TARGET_TX_PER_S);
    }
    let outcome = measure(spec, &place, defaults(), &Host::read(Some("system"))?)?;
    print(&ProfileTable { width_columns: width(), details: false }.export(&outcome.profile)?)?;
    let folder = &outcome.folder;
    let markdown = ProfileMarkdown.export(&outcome.profile)?;
    write_whole(&folder.join("profile.csv"), &ProfileCsv.export(&outcome.profile)?)?;
    write_whole(&folder.join("report.md"), &markdown)?;
    let planned = plan_profile(&outcome.profile, &Default::default(), &question)?;
    write_whole(&folder.join("plan.json"), &plan::render(&planned.record, plan::Format::Json)?)?;
    write_whole(&folder.join("plan.csv"), &plan::render(&planned.record, plan::Format::Csv)?)?;
    let report = format!("{}\n{}", plan::render(&planned.record, plan::Format::Markdown)?, markdown);
    write_whole(&folder.join("report.md"), &report)?;
    print(&format!(
        "{}\n\n{}\n{}\n\nEverything is in {}: samples.jsonl, profile.json, plan.json, their CSVs, and report.md.",
        planned.heading,
        plan::render(&planned.record, plan::Format::Terminal)?,
        planned.others,
        folder.display()
    ))
}
