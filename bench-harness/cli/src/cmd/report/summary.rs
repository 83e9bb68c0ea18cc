//! What a report is made of: the records of a run's folder, and what the planner adds.

use crate::cmd::plan::machines::MachineArgs;
use crate::cmd::plan::planned::{Planned, ProfilePlanArgs};
use crate::cmd::report::laws::LawArgs;
use crate::cmd::report::what_if::{Answers, grid};
use crate::exit::usage;
use crate::output::{may_colour, width, write_whole};
use crate::working::Working;
use ::measure::run::folder::RunFiles;
use anyhow::Context;
use planner::hardware::{Catalogue, Machine, rank};
use planner::plan::{Plan, curves};
use records::profile::{CellSummaryRecord, ProfileRecord};
use records::report::{Records, ReportRecord};
use records::what_if::WhatIfRecord;
use reports::html::{Place, page};
use reports::summary::{TextStyle, summary};
use std::path::{Path, PathBuf};

/// The page of a run's folder.
pub(crate) const PAGE: &str = "report.html";
/// What it is made of besides the profile.
const RECORDS: &str = "report.json";

/// The records of a folder: the plan as it was made, or with a target or a choice of cells, made anew.
///
/// # Errors
/// Usage for other flags of a plan, where a plan was kept.
pub(crate) fn of_folder(
    files: &RunFiles,
    asked: &ProfilePlanArgs,
    laws: &LawArgs,
) -> anyhow::Result<Records> {
    if is_planned_anew(files, asked) {
        return of_profile(files, &asked.clone().or_usual_target(), laws, Answers::Grid);
    }
    asked.plan_args.refuse_without_target()?;
    let profile = records::file::read(&files.profile())?;
    let mut records = records::file::read::<ReportRecord>(&files.folder().join(RECORDS))?.records;
    records.laws = Some(laws.of(&profile)?);
    records.profile = Some(profile);
    Ok(records)
}

/// What the summary in 30 lines is made of: a plan that was kept, or one made anew without the sliders, curves and
/// machines of a page.
///
/// # Errors
/// As [`of_folder`].
pub(crate) fn brief(files: &RunFiles, asked: &ProfilePlanArgs, laws: &LawArgs) -> anyhow::Result<Records> {
    if !is_planned_anew(files, asked) {
        return of_folder(files, asked, laws);
    }
    let profile = records::file::read(&files.profile())?;
    let mut records = match asked.clone().or_usual_target().plan(&profile) {
        Ok(planned) => Records { plan: Some(planned.record), ..Records::default() },
        Err(error) => Records { no_plan: Some(format!("{error}.")), ..Records::default() },
    };
    records.profile = Some(profile);
    Ok(records)
}

/// Whether a plan of other flags is wanted than the one that was kept, or none was.
fn is_planned_anew(files: &RunFiles, asked: &ProfilePlanArgs) -> bool {
    let kept = files.folder().join(RECORDS);
    asked.plan_args.target().is_some() || !asked.cells.flags().is_empty() || !kept.exists()
}

/// The records of a folder, planned anew.
pub(crate) fn of_profile(
    files: &RunFiles,
    asked: &ProfilePlanArgs,
    laws: &LawArgs,
    answers: Answers,
) -> anyhow::Result<Records> {
    let path = files.profile();
    let profile = records::file::read(&path)?;
    let mut records = match asked.plan(&profile) {
        Ok(planned) => of_plan(&profile, &planned, grid(&planned.plan, &path, asked, answers)?)?,
        // What was measured is worth a page without a plan, which then says why there is none.
        Err(error) => Records { no_plan: Some(format!("{error}.")), ..Records::default() },
    };
    records.laws = Some(laws.of(&profile)?);
    records.profile = Some(profile);
    Ok(records)
}

/// The records of a run that was just planned.
fn of_plan(
    profile: &ProfileRecord,
    planned: &Planned<'_>,
    what_if: Option<WhatIfRecord>,
) -> anyhow::Result<Records> {
    let _working = Working::on("planning the fleets around this one, and other machines");
    Ok(Records {
        what_if,
        timeline: Some(planned.plan.timeline(planned.plan.timeline_groups())?),
        plan: Some(planned.record.clone()),
        planned_with: Some(planned.prover.clone()),
        curves: Some(curves(&planned.plan)?),
        machines: machines(profile, planned.cell, &planned.plan)?,
        ..Records::default()
    })
}

/// Every machine of the built-in catalogue for this plan; none where the clock of the measurement is not known, since
/// a time without a clock says nothing of another machine.
fn machines(
    profile: &ProfileRecord,
    best: &CellSummaryRecord,
    plan: &Plan,
) -> anyhow::Result<Vec<records::plan::answers::CatalogueMachineRecord>> {
    if best.clock_ghz.is_none() {
        return Ok(Vec::new());
    }
    let prover = MachineArgs::default().measured(profile, best)?;
    let catalogue = Catalogue::starter().context("the built-in catalogue")?;
    let has_figures = |id: &str| catalogue.find(id).is_ok_and(Machine::is_complete);
    let mut ranked = rank(&plan.request, &plan.choice, &catalogue, &prover);
    ranked.retain(|machine| has_figures(&machine.id));
    Ok(ranked)
}

/// The report of a run that was written.
#[derive(Debug)]
pub(crate) struct Written {
    /// Where the page is.
    pub(crate) page: PathBuf,
    /// The summary for the terminal, 30 lines.
    pub(crate) summary: String,
}

/// Writes the page of a run, and what it is made of.
pub(crate) fn write(
    folder: &Path,
    profile: &ProfileRecord,
    planned: &Planned<'_>,
    asked: &ProfilePlanArgs,
) -> anyhow::Result<Written> {
    let path = RunFiles::of(folder).profile();
    let what_if = grid(&planned.plan, &path, asked, Answers::Grid)?;
    let mut records = of_plan(profile, planned, what_if)?;
    records.laws = Some(LawArgs::default().of(profile)?);
    write_whole(&folder.join(RECORDS), &json(&records)?)?;
    records.profile = Some(profile.clone());
    let file = folder.join(PAGE);
    write_whole(&file, &page(&records, Place::File))?;
    Ok(Written { page: file, summary: terminal(&records) })
}

/// The summary in the width and colours of the terminal.
pub(crate) fn terminal(records: &Records) -> String {
    summary(records, TextStyle { width_columns: width(), colour: may_colour() })
}

/// What a report is made of, as JSON.
pub(crate) fn json(records: &Records) -> anyhow::Result<String> {
    Ok(serde_json::to_string(&ReportRecord::of(records)).context("writing the report's records")? + "\n")
}

/// Writes every chart as SVG and PNG; how many there are.
pub(crate) fn write_pictures(records: &Records, folder: &Path) -> anyhow::Result<usize> {
    make_folder(folder)?;
    let pictures = reports::html::export::pictures(records)?;
    for picture in &pictures {
        write_whole(&folder.join(format!("{}.svg", picture.name)), &picture.svg)?;
        records::file::write_whole(&folder.join(format!("{}.png", picture.name)), &picture.png)?;
    }
    Ok(pictures.len())
}

/// Writes every table as CSV; how many there are.
pub(crate) fn write_tables(records: &Records, folder: &Path) -> anyhow::Result<usize> {
    make_folder(folder)?;
    let tables = reports::html::export::tables(records)?;
    for (name, text) in &tables {
        write_whole(&folder.join(format!("{name}.csv")), text)?;
    }
    Ok(tables.len())
}

fn make_folder(folder: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder)
        .map_err(|error| usage(format!("{}: cannot be made: {error}", folder.display())))
}
