//! `run`: measure, plan, report.

use crate::cmd::measure::spec_args::SpecArgs;
use crate::cmd::measure::{Place, measure};
use crate::cmd::plan::args::PlanArgs;
use crate::cmd::plan::from_profile::CellFilter;
use crate::cmd::plan::planned::ProfilePlanArgs;
use crate::cmd::plan::{self, Format};
use crate::cmd::report::summary;
use crate::output::{print, print_json, width, write_whole};
use ::measure::host::Host;
use ::measure::spec::Overrides;
use reports::profile::{csv, markdown, terminal};
use serde_json::json;

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

/// What `run` measures by default: swaps, two batch sizes, since a plan chooses between them, on one core and on all,
/// within five minutes on two cores.
fn defaults() -> Overrides {
    Overrides {
        workloads: Some(vec!["swap".to_owned()]),
        batch_sizes: Some(vec![32, 128]),
        batches_per_aggregation: Some(2),
        // A fleet runs with every core proving: its times are those beside neighbours.
        provers: Some("1,fill".to_owned()),
        repeats: Some(30),
        min_repeats: Some(3),
        time_limit_s: Some(30.0),
        ..Overrides::default()
    }
}

pub(crate) fn run(args: Args) -> anyhow::Result<()> {
    let Args { spec, place, plan_args, json } = args;
    let asked = ProfilePlanArgs { plan_args: plan_args.or_usual_target(), cells: CellFilter::default() };
    let outcome = measure(spec, &place, defaults(), &Host::read(Some("system"))?)?;
    let (folder, profile) = (&outcome.folder, &outcome.profile);
    let markdown = markdown::render(profile);
    write_whole(&folder.join("profile.csv"), &csv::render(profile)?)?;
    write_whole(&folder.join("report.md"), &markdown)?;
    let planned = match asked.plan(profile) {
        Ok(planned) => planned,
        Err(error) => {
            // What was measured is worth seeing all the same.
            print(&terminal::render(profile, width(), false))?;
            return Err(error);
        }
    };
    write_whole(&folder.join("plan.json"), &plan::render(&planned.record, Format::Json)?)?;
    write_whole(&folder.join("plan.csv"), &plan::render(&planned.record, Format::Csv)?)?;
    let report = format!("{}\n{markdown}", plan::render(&planned.record, Format::Markdown)?);
    write_whole(&folder.join("report.md"), &report)?;
    let written = summary::write(folder, profile, &planned, &asked)?;
    if json {
        return print_json(&json!({
            "schema_version": 1,
            "folder": folder.display().to_string(),
            "profile": profile,
            "plan": planned.record,
        }));
    }
    print(&format!(
        "\n{}\n{}\n\nEverything is in {}: samples.jsonl, profile.json, plan.json, their CSVs, report.md and report.html.\n\
         bench-harness plan and report show more of it. To look at it, open {}",
        written.summary,
        planned.heading,
        folder.display(),
        written.page.display()
    ))
}
