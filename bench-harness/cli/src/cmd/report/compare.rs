//! Several runs named to `report`: each side by side with the first, and the fleets that each would need.

use crate::cmd::plan::args::PlanArgs;
use crate::cmd::plan::from_profile::request;
use crate::cmd::plan::planned::ProfilePlanArgs;
use crate::exit::usage;
use planner::PlanError;
use planner::plan::choose;
use records::comparison::{ComparedRunRecord, ComparedRunsRecord, FleetRecord, ProfileComparisonRecord};
use records::profile::ProfileRecord;
use records::sample::CellRecord;
use regression::profiles::{ProfileSide, compare};
use std::path::{Path, PathBuf};

/// A run as it is written: its folder or its profile, and `@CORES` where several core counts are compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Side {
    path: PathBuf,
    cores: Option<u64>,
    name: String,
}

impl std::str::FromStr for Side {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (path, cores) = match text.rsplit_once('@') {
            // A path may have an @ of its own.
            Some((path, cores)) if !cores.is_empty() && cores.bytes().all(|byte| byte.is_ascii_digit()) => {
                let cores = cores.parse().map_err(|_| format!("expected PATH@CORES, got `{text}`"))?;
                (path, Some(cores))
            }
            _ => (text, None),
        };
        Ok(Self { path: PathBuf::from(path), cores, name: text.to_owned() })
    }
}

impl Side {
    /// The folder of the one run that is reported on: its name may end like a number of cores.
    pub(crate) fn folder(&self) -> &Path {
        Path::new(&self.name)
    }
}

/// A run that is compared.
#[derive(Debug)]
pub(crate) struct ComparedRun<'a> {
    side: &'a Side,
    profile: ProfileRecord,
    /// What is asked of its plans, at its own price.
    asked: ProfilePlanArgs,
}

impl ComparedRun<'_> {
    fn side(&self) -> ProfileSide<'_> {
        ProfileSide { name: self.side.name.clone(), profile: &self.profile, cores: self.side.cores }
    }
}

/// Reads the runs. `others_usd` is what one prover of each after the first costs an hour; the same as one of the first
/// where it is empty.
///
/// # Errors
/// Usage for a number of prices that is not that of the others, and for a file that is no profile.
pub(crate) fn runs<'a>(
    sides: &'a [Side],
    asked: &ProfilePlanArgs,
    others_usd: &[f64],
) -> anyhow::Result<Vec<ComparedRun<'a>>> {
    let others = sides.len().saturating_sub(1);
    if !others_usd.is_empty() && others_usd.len() != others {
        let got = others_usd.len();
        return Err(usage(format!(
            "--other-usd-per-hour: expected {others}, one for each run after the first, got {got}"
        )));
    }
    let run = |(at, side): (usize, &'a Side)| {
        let mut asked = asked.clone();
        if let Some(usd) = at.checked_sub(1).and_then(|other| others_usd.get(other)) {
            asked.plan_args.prices.prover_usd_per_hour = Some(*usd);
        }
        if side.cores.is_some() {
            asked.cells.cores = side.cores;
        }
        Ok(ComparedRun { side, profile: crate::profile::read(&side.path)?, asked })
    };
    sides.iter().enumerate().map(run).collect()
}

/// Each run after the first against it; where a target is given, with the fleet that each cell needs.
///
/// # Errors
/// What cannot be compared, and flags of a plan without a target.
pub(crate) fn against_first(runs: &[ComparedRun<'_>]) -> anyhow::Result<Vec<ProfileComparisonRecord>> {
    let Some((first, others)) = runs.split_first() else { return Ok(Vec::new()) };
    first.asked.plan_args.refuse_without_target()?;
    let has_target = first.asked.plan_args.target().is_some();
    let against = |other: &ComparedRun<'_>| -> anyhow::Result<_> {
        let mut record = compare(&first.side(), &other.side())?;
        for pair in record.pairs.iter_mut().filter(|_| has_target) {
            pair.first_fleet = Some(fleet(&first.profile, &pair.first, &first.asked.plan_args)?);
            pair.second_fleet = Some(fleet(&other.profile, &pair.second, &other.asked.plan_args)?);
        }
        Ok(record)
    };
    others.iter().map(against).collect()
}

/// The runs on one page: each planned with its cheapest cell, and compared with the first.
///
/// # Errors
/// What cannot be compared.
pub(crate) fn on_one_page(runs: &[ComparedRun<'_>]) -> anyhow::Result<ComparedRunsRecord> {
    let Some((first, others)) = runs.split_first() else { return Err(usage("expected a run")) };
    let comparisons = others.iter().map(|other| compare(&first.side(), &other.side()));
    let comparisons = comparisons.collect::<Result<_, _>>()?;
    let planned = |run: &ComparedRun<'_>| {
        let (plan, planned_with, no_plan) = match run.asked.clone().or_usual_target().plan(&run.profile) {
            Ok(planned) => (Some(planned.record), Some(planned.prover), None),
            // Its times are worth the page; it then says why there is no plan.
            Err(error) => (None, None, Some(error.to_string())),
        };
        let (name, machine) = (run.side.name.clone(), run.profile.machine.clone());
        ComparedRunRecord { name, machine, plan, planned_with, no_plan }
    };
    Ok(ComparedRunsRecord { runs: runs.iter().map(planned).collect(), comparisons })
}

fn fleet(profile: &ProfileRecord, cell: &CellRecord, plan_args: &PlanArgs) -> anyhow::Result<FleetRecord> {
    let none = |why: String| FleetRecord { infeasible: Some(why), ..FleetRecord::default() };
    let found = profile.cells.iter().find(|summary| summary.cell == *cell);
    let Some(summary) = found else { return Ok(none("not in the profile".to_owned())) };
    let request = match request(summary, plan_args) {
        Ok(request) => request,
        Err(error) => return Ok(none(error.to_string())),
    };
    let choice = match choose(&request) {
        Ok(choice) => choice,
        Err(error @ PlanError::Infeasible { .. }) => return Ok(none(error.to_string())),
        Err(error) => return Err(error.into()),
    };
    Ok(FleetRecord {
        provers: Some(choice.provers),
        cores: Some(u64::from(choice.provers) * cell.cores),
        batches_per_aggregation: Some(choice.batches_per_aggregation),
        aggregators: Some(choice.aggregators),
        usd_per_hour: choice.usd_per_hour,
        usd_per_batch: choice.usd_per_batch,
        infeasible: None,
    })
}

#[cfg(test)]
mod tests {
    use super::Side;

    #[test]
    fn a_side_is_a_path_with_or_without_cores() {
        let side =
            |text: &str| text.parse::<Side>().map(|side| (side.path.display().to_string(), side.cores));
        assert_eq!(side("out"), Ok(("out".to_owned(), None)));
        assert_eq!(side("out@16"), Ok(("out".to_owned(), Some(16))));
        assert_eq!(side("me@home/out"), Ok(("me@home/out".to_owned(), None)));
        assert_eq!(side("me@home@2"), Ok(("me@home".to_owned(), Some(2))));
        assert!(side("out@99999999999999999999999").is_err());
    }
}
