//! `run`: measure, plan, report.

use crate::cmd::measure::spec_args::SpecArgs;
use crate::cmd::measure::{Place, measure};
use crate::cmd::plan::args::PlanArgs;
use crate::cmd::plan::{self, plan_profile};
use crate::output::{print, width, write_whole};
use ::measure::host::Host;
use ::measure::spec::Overrides;
use reports::profile;

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
    plan_args: PlanArgs,
    /// Print profile and plan as JSON.
    #[arg(long)]
    json: bool,
}

/// What `run` measures where nothing is said: swaps, one batch size that fills a power of two of rows, on one core
/// and on all, within five minutes on two cores.
fn defaults() -> Overrides {
    Overrides {
        workloads: Some(vec!["swap".to_owned()]),
        batch_sizes: Some(vec![32]),
        batches_per_aggregation: Some(2),
        // What a core costs when its neighbours prove too is what a fleet gets.
        provers: Some("1,fill".to_owned()),
        repeats: Some(30),
        min_repeats: Some(3),
        time_limit_s: Some(90.0),
        ..Overrides::default()
    }
}

pub(crate) fn run(args: Args) -> anyhow::Result<()> {
    let Args { spec, place, plan_args, json } = args;
    let plan_args = plan_args.or_usual_target();
    let outcome = measure(spec, &place, defaults(), &Host::read(Some("system"))?)?;
    let folder = &outcome.folder;
    let markdown = profile::markdown::render(&outcome.profile);
    write_whole(&folder.join("profile.csv"), &profile::csv::render(&outcome.profile)?)?;
    write_whole(&folder.join("report.md"), &markdown)?;
    let planned = match plan_profile(&outcome.profile, &Default::default(), &plan_args) {
        Ok(planned) => planned,
        Err(error) => {
            // What was measured is worth seeing all the same.
            print(&profile::terminal::render(&outcome.profile, width(), false))?;
            return Err(error);
        }
    };
    write_whole(&folder.join("plan.json"), &plan::render(&planned.record, plan::Format::Json)?)?;
    write_whole(&folder.join("plan.csv"), &plan::render(&planned.record, plan::Format::Csv)?)?;
    let report = format!("{}\n{}", plan::render(&planned.record, plan::Format::Markdown)?, markdown);
    write_whole(&folder.join("report.md"), &report)?;
    let told = crate::cmd::report::summary::write(
        folder,
        &outcome.profile,
        &planned,
        &Default::default(),
        &plan_args,
    )?;
    if json {
        let record = serde_json::json!({
            "schema_version": 1,
            "folder": folder.display().to_string(),
            "profile": outcome.profile,
            "plan": planned.record,
        });
        return print(&format!("{record:#}"));
    }
    print(&format!(
        "\n{}\n{}\n\nEverything is in {}: samples.jsonl, profile.json, plan.json, their CSVs, report.md and report.html.\n\
         bench-harness plan and report show more of it. To look at it, open {}",
        told.summary,
        planned.heading,
        folder.display(),
        told.page.display()
    ))
}
