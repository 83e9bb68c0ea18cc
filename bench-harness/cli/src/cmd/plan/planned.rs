//! A plan from a measured profile, and what each of its cells would need.

use crate::cmd::plan::args::PlanArgs;
use crate::cmd::plan::flags::Flag;
use crate::cmd::plan::from_profile::{CellFilter, neighbours, request};
use crate::output::table;
use planner::plan::{Plan, choose};
use planner::recommend;
use records::plan::PlanRecord;
use records::profile::{CellSummaryRecord, ProfileRecord};

/// What is asked of a measured profile: a plan, and with which cells.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct ProfilePlanArgs {
    #[command(flatten)]
    pub(crate) plan_args: PlanArgs,
    #[command(flatten)]
    pub(crate) cells: CellFilter,
}

/// A plan from a profile, and what else the profile would allow.
#[derive(Debug)]
pub(crate) struct Planned<'a> {
    /// The cell it is from.
    pub(crate) cell: &'a CellSummaryRecord,
    /// That cell in words.
    pub(crate) heading: String,
    /// The plan of that cell.
    pub(crate) plan: Plan,
    /// The same as it is written and rendered.
    pub(crate) record: PlanRecord,
    /// A table of what each cell would need.
    pub(crate) others: String,
}

impl ProfilePlanArgs {
    /// All flags that are not at their defaults, those of cells first.
    pub(crate) fn flags(&self) -> Vec<Flag> {
        [self.cells.flags(), self.plan_args.flags()].concat()
    }

    /// The same, with a target of 100 transactions per second where none was given.
    #[must_use]
    pub(crate) fn or_usual_target(self) -> Self {
        Self { plan_args: self.plan_args.or_usual_target(), ..self }
    }

    /// Plans with the best of the chosen cells, and tabulates what each of the others would need.
    ///
    /// # Errors
    /// As [`CellFilter::of`], [`request`] and [`recommend`].
    pub(crate) fn plan<'a>(&self, profile: &'a ProfileRecord) -> anyhow::Result<Planned<'a>> {
        let Self { plan_args, cells } = self;
        let (best, fitting) = cells.of(profile)?;
        let plan = recommend(&request(best, plan_args)?)?;
        let mut table =
            table(["one prover is", "tx/s, one prover", "provers", "their cores", "N", "aggregators"]);
        for cell in fitting {
            let rate = cell.transactions_per_s.map_or_else(|| "-".to_owned(), |rate| format!("{rate:.1}"));
            let row = match request(cell, plan_args).and_then(|request| Ok(choose(&request)?)) {
                Ok(fleet) => [
                    fleet.provers.to_string(),
                    (u64::from(fleet.provers) * cell.cell.cores).to_string(),
                    fleet.batches_per_aggregation.to_string(),
                    fleet.aggregators.to_string(),
                ],
                Err(error) => [error.to_string(), String::new(), String::new(), String::new()],
            };
            table.add_row([vec![cell.cell.words(), rate], row.to_vec()].concat());
        }
        Ok(Planned {
            cell: best,
            heading: format!("Planned with: one prover is {} ({}).", best.cell.words(), neighbours(best)),
            record: plan.to_record(),
            plan,
            others: format!("Every cell that was measured, at the same target:\n{table}"),
        })
    }
}
