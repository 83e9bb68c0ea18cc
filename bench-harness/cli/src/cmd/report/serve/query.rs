//! What a page may ask the planner: the flags of `plan`, as the fields of a query. Not here: how it is asked
//! ([`crate::serve`]).

use crate::cmd::plan::args::PlanArgs;
use crate::cmd::plan::flags::Flag;
use crate::cmd::plan::from_profile::{CellFilter, request};
use crate::exit::usage;
use clap::Parser;
use planner::recommend;
use records::plan::PlanRecord;
use records::profile::ProfileRecord;
use reports::answer::sentence;
use reports::plan::rows::facts;
use serde_json::{Value, json};

/// Version of an answer.
const ANSWER_SCHEMA_VERSION: u32 = 1;

/// One profile and one question about it, to be asked again with other numbers.
#[derive(Debug)]
pub(crate) struct Planner {
    pub(crate) profile: ProfileRecord,
    pub(crate) choice: CellFilter,
    pub(crate) plan_args: PlanArgs,
}

/// What a query may say: nothing that names a file.
#[derive(Debug, Parser)]
#[command(name = "query", disable_help_flag = true, disable_version_flag = true)]
struct Asked {
    #[command(flatten)]
    plan_args: PlanArgs,
    #[command(flatten)]
    choice: CellFilter,
}

impl Planner {
    /// The plan for the question that was asked when the server began, with these flags in place of its own.
    pub(crate) fn answer(&self, query: &[(String, String)]) -> anyhow::Result<Value> {
        let Asked { plan_args, choice } = self.asked(query)?;
        let (cell, _) = choice.of(&self.profile)?;
        let record = recommend(&request(cell, &plan_args)?)?.to_record();
        Ok(answer(&record, &cell.cell.words()))
    }

    fn asked(&self, query: &[(String, String)]) -> anyhow::Result<Asked> {
        // The one value that names a file: the server reads none for whoever asks.
        if query.iter().any(|(name, value)| name == "arrivals" && value.starts_with("trace")) {
            return Err(usage("arrivals: a trace is read by `plan` alone"));
        }
        let says = |name: &str| query.iter().any(|(asked, _)| asked == name);
        let is_target = |name: &str| name.starts_with("target-");
        let other_target = query.iter().any(|(asked, _)| is_target(asked));
        let replaced = |name: &str| says(name) || (is_target(name) && other_target);
        let own: Vec<Flag> = self.plan_args.flags().into_iter().chain(self.choice.flags()).collect();
        let own = own.into_iter().filter(|(name, _)| !replaced(name));
        let own = own.map(|(name, value)| format!("--{name}={value}"));
        let asked = query.iter().map(|(name, value)| format!("--{name}={value}"));
        let words = std::iter::once("query".to_owned()).chain(own).chain(asked);
        Asked::try_parse_from(words).map_err(|error| usage(first_line(&error.to_string())))
    }
}

/// What clap says, without its advice on the command line.
fn first_line(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    line.trim_start_matches("error: ").to_owned()
}

fn answer(record: &PlanRecord, cell: &str) -> Value {
    let facts: Vec<_> =
        facts(record).into_iter().map(|(name, value)| json!({ "name": name, "value": value })).collect();
    let keeps_up =
        record.fleet_estimates.first().is_some_and(|fleet_estimate| fleet_estimate.unstable.is_none());
    json!({
        "schema_version": ANSWER_SCHEMA_VERSION,
        "headline": sentence(record),
        "facts": facts,
        "keeps_up": keeps_up,
        "planned_with": cell,
        "plan": record,
    })
}
