//! `report --compare`: two profiles side by side, with the fleets that each would need.

use crate::cmd::plan::args::PlanArgs;
use crate::cmd::plan::from_profile::request;
use crate::exit::usage;
use planner::PlanError;
use planner::plan::choose;
use records::comparison::{FleetRecord, ProfileComparisonRecord};
use records::profile::ProfileRecord;
use records::sample::CellRecord;
use regression::profiles::{ProfileSide, compare};
use std::path::PathBuf;

/// One side as it is written: a run's folder or a profile, and `@CORES` where it has several core counts.
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
    fn read(&self) -> anyhow::Result<ProfileRecord> {
        crate::profile::read(&self.path)
    }
}

/// The two side by side; where a target is given, with the fleet that each needs. `second_usd` is what one prover of
/// the second costs an hour, where that differs.
pub(crate) fn side_by_side(
    sides: &[Side],
    plan_args: &PlanArgs,
    second_usd: Option<f64>,
) -> anyhow::Result<ProfileComparisonRecord> {
    let [first, second] = sides else {
        return Err(usage(format!("--compare: expected two runs, got {}", sides.len())));
    };
    let (ours, theirs) = (first.read()?, second.read()?);
    let compared = |side: &Side, profile| ProfileSide { name: side.name.clone(), profile, cores: side.cores };
    let mut record = compare(&compared(first, &ours), &compared(second, &theirs))?;
    plan_args.refuse_without_target()?;
    if plan_args.target().is_none() {
        return Ok(record);
    }
    let mut others = plan_args.clone();
    if second_usd.is_some() {
        others.prices.prover_usd_per_hour = second_usd;
    }
    for pair in &mut record.pairs {
        pair.first_fleet = Some(fleet(&ours, &pair.first, plan_args)?);
        pair.second_fleet = Some(fleet(&theirs, &pair.second, &others)?);
    }
    Ok(record)
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
