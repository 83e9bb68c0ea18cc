//! `plan-child`: the process that makes one plan for a served page. Hidden: `report --serve` starts it.
//!
//! A request on standard input, an answer on standard output, one JSON line each. The planner knows no clock and cannot be
//! stopped; a process can. It ends with its input as well, so that it does not outlive a server that was killed.

use crate::cmd::report::serve::query::{answer, refusal};
use crate::exit::usage;
use anyhow::Context;
use records::profile::ProfileRecord;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::borrow::Cow;
use std::io::{BufRead, BufReader, stdin};

/// What is to be planned.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ChildRequest<'a> {
    /// What was measured.
    pub(crate) profile: Cow<'a, ProfileRecord>,
    /// The arguments of the plan.
    pub(crate) words: Vec<String>,
}

/// What the client is answered.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ChildAnswer {
    /// Status of HTTP.
    pub(crate) status: u16,
    /// The plan, or why there is none.
    pub(crate) body: Value,
}

pub(crate) fn run() -> anyhow::Result<()> {
    let mut input = BufReader::new(stdin());
    let mut line = String::new();
    input.read_line(&mut line).context("reading the request")?;
    let request: ChildRequest<'_> = serde_json::from_str(&line).map_err(|error| {
        usage(format!("standard input: expected one line with the JSON request of a server: {error}"))
    })?;
    prover::process::end_with(input);
    let (status, body) = match answer(&request.profile, &request.words) {
        Ok(body) => (200, body),
        Err(error) => {
            let (status, body) = refusal(&error);
            (status.as_u16(), body)
        }
    };
    crate::output::print(&serde_json::to_string(&ChildAnswer { status, body })?)
}
