//! `run`: measure, plan, report.

use crate::cmd::close::under_load::under_load;
use crate::cmd::measure::spec_args::{SpecArgs, with_defaults};
use crate::cmd::measure::{Place, Session};
use crate::cmd::plan::args::PlanArgs;
use crate::cmd::plan::from_profile::CellFilter;
use crate::cmd::plan::planned::ProfilePlanArgs;
use crate::cmd::plan::{self, Format};
use crate::cmd::report::summary;
use crate::fail_if::FailIf;
use crate::output::{print, print_json, say, width, write_whole};
use ::measure::host::Host;
use ::measure::run::{MoreTime, Outcome};
use ::measure::schedule::takes_all_traffic;
use ::measure::spec::{Overrides, Spec};
use prover::built_in::BuiltIn;
use records::profile::{CellSummaryRecord, ProfileRecord};
use records::sample::CellRecord;
use reports::profile::{csv, markdown, terminal};
use reports::text::wrap;
use serde_json::json;
use std::time::{Duration, Instant};

/// Measure, plan and report: the whole job. Without arguments it takes under five minutes on two cores.
#[derive(Debug, clap::Args)]
#[command(
    mut_args(with_defaults(defaults(&SYSTEMS))),
    after_help = "Examples:
  bench-harness run
  bench-harness run --target-tx-per-s 500 --delay 120s --output bench-out/500tps
  bench-harness run --workload transfer,swap --batch-size 32 --cores 1,2 --repeats 10 \\
      --output bench-out/both"
)]
pub(crate) struct Args {
    #[command(flatten)]
    spec: SpecArgs,
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    plan_args: PlanArgs,
    #[command(flatten)]
    fail_if: FailIf,
    /// Print profile and plan as JSON.
    #[arg(long)]
    json: bool,
}

/// What `run` takes by default on two cores, circuits and planning left out. What the first look at every cell leaves of
/// it goes to the cells on which the recommendation hangs.
const TIME: Duration = Duration::from_secs(270);
/// Less time than this for each is not worth a second set-up.
const MIN_SHARE: Duration = Duration::from_secs(5);
/// More time than this for a cell adds little: the interval of its median is narrow long before.
const CELL_TIME_MAX: Duration = Duration::from_secs(60);

/// The systems of `run` where a workload is swaps over few pools: the general circuit, what aggregates at least cost, and
/// what proves at least cost. Others are measured when they are asked for.
const SYSTEMS: [BuiltIn; 3] = [BuiltIn::Plonky2, BuiltIn::Plonky2RegistersMerge4, BuiltIn::Plonky3];

/// What `run` measures by default: swaps, two batch sizes a system, since a plan chooses between them, on one core and on
/// all. Each cell gets a first look. Beside registers, which prove swaps at less cost whatever their number, the general circuit has
/// one size: there is no time for a second.
fn defaults(systems: &[BuiltIn]) -> Overrides {
    let one_size = systems.contains(&BuiltIn::Plonky2RegistersMerge4).then(|| "plonky2:32".to_owned());
    Overrides {
        workloads: Some(vec!["swap".to_owned()]),
        batch_sizes: Some(vec![32, 64]),
        batch_sizes_of: Some(
            one_size
                .into_iter()
                .chain([
                    // The most swaps in 2^12 and in 2^13 rows.
                    "plonky2-registers-merge4:54,114".to_owned(),
                    // Proofs of its small batches are too long for L1 to verify many of them.
                    "plonky3:64,1024".to_owned(),
                ])
                .collect(),
        ),
        batches_per_aggregation: Some(2),
        // A fleet runs with every core proving: its times are those beside neighbours.
        provers: Some("1,fill".to_owned()),
        proof_system: Some(systems.iter().map(|system| system.name().to_owned()).collect()),
        repeats: Some(30),
        min_repeats: Some(1),
        time_limit_s: Some(5.0),
        // On a machine with neighbours an answer with its warning is worth more than none.
        keep_if_all_discarded: Some(true),
        ..Overrides::default()
    }
}

/// The systems of `run` that prove the workload of a spec: those of any batch where it is not one of swaps over few pools.
fn systems_for(spec: &SpecArgs, host: &Host) -> anyhow::Result<&'static [BuiltIn]> {
    let spec = spec.clone().resolve(defaults(&BuiltIn::GENERAL), host)?;
    let takes = |system: &BuiltIn| takes_all_traffic(&spec, *system);
    Ok(if SYSTEMS.iter().all(takes) { &SYSTEMS } else { &BuiltIn::GENERAL })
}

/// Every cell, and then, unless the flags say how long a cell takes, those on which the recommendation hangs for as long
/// as there is time.
fn measured(spec: SpecArgs, place: &Place, asked: &ProfilePlanArgs) -> anyhow::Result<(Outcome, Spec)> {
    let is_free = !spec.limits_cells() && !place.resume;
    let (host, started) = (Host::read(Some("system"))?, Instant::now());
    let systems = systems_for(&spec, &host)?;
    let session = Session::new(spec, place, defaults(systems), &host)?;
    let outcome = session.measure(place)?;
    let spec = session.spec().clone();
    let left = TIME.saturating_sub(started.elapsed());
    if !is_free || left < MIN_SHARE {
        return Ok((outcome, spec));
    }
    let cells = deciding(&outcome.profile, asked);
    let each = left / u32::try_from(cells.len()).unwrap_or(u32::MAX).max(1);
    if cells.is_empty() || each < MIN_SHARE {
        return Ok((outcome, spec));
    }
    let words: Vec<_> = cells.iter().map(CellRecord::words).collect();
    say(&format!(
        "note: the plan hangs on {}; more time for it: {} s a cell",
        words.join("; "),
        each.as_secs()
    ));
    Ok((session.extend(&outcome.folder, &MoreTime { cells, further: each.min(CELL_TIME_MAX) })?, spec))
}

/// The cells that a plan would be made with: of each proof system the cheapest. None where there is no plan.
fn deciding(profile: &ProfileRecord, asked: &ProfilePlanArgs) -> Vec<CellRecord> {
    let Ok(planned) = asked.plan(profile) else { return Vec::new() };
    let systems = planned.record.systems.as_ref().map_or(&[][..], |found| &found.systems);
    let is_asked = |cell: &&CellSummaryRecord| {
        let of_system = || systems.iter().any(|system| system.option.as_ref() == Some(&cell.cell.words()));
        cell.cell == planned.cell.cell || of_system()
    };
    profile.cells.iter().filter(is_asked).map(|cell| cell.cell.clone()).collect()
}

/// Which batch sizes have close times that were measured, as a sentence; empty where none has.
fn measured_closing(asked: &ProfilePlanArgs) -> Option<String> {
    let sizes = asked.plan_args.close_times.iter().map(|times| times.batch_transactions().to_string());
    let sizes: Vec<_> = sizes.collect();
    (!sizes.is_empty()).then(|| {
        format!(
            "Closing batches of {} was measured under the load of the plan: close-times-SIZE.json.",
            sizes.join(", ")
        )
    })
}

pub(crate) fn run(args: Args) -> anyhow::Result<()> {
    let Args { spec, place, plan_args, fail_if, json } = args;
    let earlier = place.earlier()?;
    let (plan_args, priced) = plan_args.or_usual_target().or_catalogue_price()?;
    let asked = ProfilePlanArgs { plan_args, cells: CellFilter::default() };
    let (outcome, spec) = measured(spec, &place, &asked)?;
    let (folder, profile) = (&outcome.folder, &outcome.profile);
    let cells = asked.cells.of(profile).unwrap_or_default();
    let cells: Vec<_> = cells.into_iter().map(|cell| cell.cell.clone()).collect();
    let plan_args = under_load(&spec, &cells, asked.plan_args, folder)?;
    let asked = ProfilePlanArgs { plan_args, cells: asked.cells };
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
        print_json(&json!({
            "schema_version": 1,
            "folder": folder.display().to_string(),
            "profile": profile,
            "plan": planned.record,
        }))?;
        return fail_if.check(Some(profile), Some(&planned.record));
    }
    let wrapped = |words: &str| wrap(words, width(), "  ");
    let mut text = format!("\n{}\n{}\n", written.summary, wrapped(&planned.heading));
    for words in [measured_closing(&asked), priced].into_iter().flatten() {
        text += &format!("{}\n", wrapped(&words));
    }
    if let Some(earlier) = earlier {
        text += &format!("{}\n", earlier.compared(profile));
    }
    let (folder, page) = (folder.display(), written.page.display());
    text += &wrapped(&format!(
        "Everything is in {folder}: samples.jsonl, profile.json, plan.json, their CSVs, report.md and report.html."
    ));
    text += "\n";
    text += &wrapped(&format!("bench-harness plan and report show more of it. To look at it, open {page}"));
    print(&text)?;
    fail_if.check(Some(profile), Some(&planned.record))
}

#[cfg(test)]
mod tests {
    use super::{Args, SYSTEMS, systems_for};
    use ::measure::host::Host;
    use clap::Parser;
    use prover::built_in::BuiltIn;

    #[derive(Parser)]
    struct Program {
        #[command(flatten)]
        args: Args,
    }

    #[test]
    fn circuits_of_few_pools_are_measured_where_they_prove_the_workload() {
        let host = Host::read(Some("system")).expect("this machine");
        let systems = |flags: &str| {
            let program = Program::try_parse_from(["run"].into_iter().chain(flags.split_whitespace()));
            systems_for(&program.expect("flags").args.spec, &host).expect("a spec")
        };
        assert_eq!(systems(""), SYSTEMS);
        assert_eq!(systems("--pools 4"), SYSTEMS);
        for flags in ["--pools 17", "--workload transfer", "--workload swap,mix"] {
            assert_eq!(systems(flags), BuiltIn::GENERAL, "{flags}");
        }
    }
}
