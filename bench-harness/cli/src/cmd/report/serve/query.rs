//! What a page may ask the planner: the flags of `plan`, as the fields of a query; and what it is answered. Not here: how
//! it is asked ([`mod@crate::cmd::report::serve`]), and in which process it is planned.

use crate::cmd::plan::planned::ProfilePlanArgs;
use crate::exit;
use crate::exit::usage;
use axum::http::StatusCode;
use clap::Parser;
use records::plan::PlanRecord;
use records::profile::ProfileRecord;
use reports::answer::sentence;
use reports::plan::rows::facts;
use serde_json::{Value, json};

/// Version of an answer.
pub(crate) const ANSWER_SCHEMA_VERSION: u32 = 1;

/// One profile and the arguments of its plan, to be planned again with other numbers.
#[derive(Debug)]
pub(crate) struct Planner {
    pub(crate) profile: ProfileRecord,
    pub(crate) asked: ProfilePlanArgs,
}

/// What a query may say: nothing that names a file.
#[derive(Debug, Parser)]
#[command(name = "query", disable_help_flag = true, disable_version_flag = true)]
struct QueryArgs {
    #[command(flatten)]
    asked: ProfilePlanArgs,
}

impl Planner {
    /// The arguments that the server was started with, overridden by those of the query, as `plan` would be given them.
    ///
    /// # Errors
    /// Usage for a query that is no argument of a plan, or names a file.
    pub(crate) fn words(&self, query: &[(String, String)]) -> anyhow::Result<Vec<String>> {
        // What names a file: a server must not read files for its clients.
        if query.iter().any(|(name, value)| name == "arrivals" && value.starts_with("trace")) {
            return Err(usage("arrivals: a trace is read by `plan` alone"));
        }
        if query.iter().any(|(name, _)| name == "close-times") {
            return Err(usage("close-times: files are read by `plan` alone"));
        }
        let has = |name: &str| query.iter().any(|(asked, _)| asked == name);
        let is_target = |name: &str| name.starts_with("target-");
        let other_target = query.iter().any(|(asked, _)| is_target(asked));
        // Close times are of one load, and have their rule and their arrivals in them.
        let other_closing = other_target || ["close", "closing", "arrivals"].into_iter().any(has);
        let replaced = |name: &str| {
            has(name) || (is_target(name) && other_target) || (name == "close-times" && other_closing)
        };
        let own = self.asked.flags().into_iter().filter(|(name, _)| !replaced(name));
        let own = own.map(|(name, value)| format!("--{name}={value}"));
        let asked = query.iter().map(|(name, value)| format!("--{name}={value}"));
        let words: Vec<_> = own.chain(asked).collect();
        parsed(&words)?;
        Ok(words)
    }
}

/// The plan for these words.
///
/// # Errors
/// Usage for words that are no arguments of a plan, and as [`ProfilePlanArgs::plan`].
pub(crate) fn answer(profile: &ProfileRecord, words: &[String]) -> anyhow::Result<Value> {
    let planned = parsed(words)?.plan(profile)?;
    Ok(body(&planned.record, &planned.prover))
}

fn parsed(words: &[String]) -> anyhow::Result<ProfilePlanArgs> {
    let words = std::iter::once("query").chain(words.iter().map(String::as_str));
    let parsed = QueryArgs::try_parse_from(words).map_err(|error| usage(first_line(&error.to_string())))?;
    Ok(parsed.asked)
}

/// The status and the body that say why there is no plan.
pub(crate) fn refusal(error: &anyhow::Error) -> (StatusCode, Value) {
    let code = exit::code_of(error);
    let status = match code {
        exit::USAGE => StatusCode::BAD_REQUEST,
        exit::INFEASIBLE => StatusCode::UNPROCESSABLE_ENTITY,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    };
    let error = error.to_string();
    (status, json!({ "schema_version": ANSWER_SCHEMA_VERSION, "error": error, "exit_code": code }))
}

/// What clap says, without its advice on the command line.
fn first_line(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    line.trim_start_matches("error: ").to_owned()
}

fn body(record: &PlanRecord, cell: &str) -> Value {
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
