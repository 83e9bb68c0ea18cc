//! All that the page of a run is made of.

use crate::cmd::plan::plan_profile;
use crate::profile_plan::Choice;
use crate::question::Question;
use crate::what_if::{Answers, grid};
use reports::html::Records;
use reports::profile::ProfileRecord;
use std::path::Path;

/// The records of a page: the profile, the plan made from it, and what the planner says around that plan.
pub(crate) fn records(
    profile: &ProfileRecord,
    path: &Path,
    choice: &Choice,
    question: &Question,
    answers: Answers,
) -> anyhow::Result<Records> {
    let planned = plan_profile(profile, choice, question)?;
    let (cell, _) = choice.of(profile)?;
    Ok(Records {
        what_if: Some(grid(&planned.plan, path, choice, question, answers)?),
        timeline: Some(planned.plan.timeline(planned.plan.timeline_groups())?),
        plan: Some(planned.record),
        planned_with: Some(cell.cell.words()),
        profile: Some(profile.clone()),
        ..Records::default()
    })
}
