//! The grid behind the page's sliders, and the command that prints what a position shows.

use crate::cmd::plan::planned::ProfilePlanArgs;
use crate::working::Working;
use planner::plan::{Plan, what_if};
use planner::sim::Closing;
use records::what_if::WhatIfRecord;
use std::path::Path;

/// Flags that the sliders set.
const ON_SLIDERS: [&str; 8] = [
    "target-tx-per-s",
    "target-batches-per-s",
    "fix-n",
    "fix-p",
    "block",
    "close",
    "prover-usd-per-hour",
    "gwei",
];

/// Flags that the grid omits: it has no limit on delay.
const LIMIT: [&str; 3] = ["delay", "delay-state", "delay-statistic"];

/// Whose answers the page shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answers {
    /// Those of the grid.
    Grid,
    /// Those of a server, which knows the limit on delay.
    Server,
}

/// The planner's answers around a plan from a profile, where they need no simulation.
pub(crate) fn grid(
    plan: &Plan,
    profile: &Path,
    asked: &ProfilePlanArgs,
    answers: Answers,
) -> anyhow::Result<Option<WhatIfRecord>> {
    if plan.request.closing() == Closing::ProverFree {
        // What such a sequencer carries is known by simulation alone: thousands of positions would take hours.
        return Ok(None);
    }
    let command = command(profile, asked, answers);
    Ok(Some(Working::during("planning the positions of the page's sliders", || what_if(plan, &command))?))
}

/// The command that prints a position, without the flags that the sliders set.
fn command(profile: &Path, asked: &ProfilePlanArgs, answers: Answers) -> String {
    let mut words = vec!["bench-harness plan --profile".to_owned(), quoted(&profile.display().to_string())];
    let is_omitted =
        |name: &str| ON_SLIDERS.contains(&name) || (answers == Answers::Grid && LIMIT.contains(&name));
    for (name, value) in asked.flags().into_iter().filter(|(name, _)| !is_omitted(name)) {
        words.push(format!("--{name} {}", quoted(&value)));
    }
    words.join(" ")
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:,=+@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn a_word_stays_one_word() {
        assert_eq!(quoted("bench-out/profile.json"), "bench-out/profile.json");
        assert_eq!(quoted("my run/it's.json"), "'my run/it'\\''s.json'");
        assert_eq!(quoted(""), "''");
    }
}
