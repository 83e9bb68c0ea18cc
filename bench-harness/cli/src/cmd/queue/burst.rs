//! How far sequencing may run ahead of proving: the flags, and the answer in words and as JSON.

use crate::cmd::queue::words::duration;
use crate::number::whole;
use planner::backlog::{Burst, RunAhead};
use planner::domain::TimeDist;
use serde_json::{Value, json};

/// The fraction of bursts after which the wait must be kept, where prove times scatter.
const CONFIDENCE: f64 = 0.99;

/// The burst to allow for.
#[derive(Debug, clap::Args)]
pub(crate) struct BurstArgs {
    /// Batches of a burst: how far sequencing may run ahead of proving, so that --wait is kept after it.
    #[arg(long, value_name = "BATCHES", value_parser = whole(1..=1_000_000_000_u64))]
    burst: Option<u64>,
}

/// What a burst of this size does.
#[derive(Debug)]
pub(crate) struct BurstAnswer {
    batches: u64,
    burst: Burst,
}

impl BurstArgs {
    /// The answer for `provers` provers, at the highest rate of the day; none where nothing was asked.
    pub(crate) fn answer(
        &self,
        provers: u32,
        prove: &TimeDist,
        wait_s: f64,
        peak_per_s: f64,
    ) -> anyhow::Result<Option<BurstAnswer>> {
        let Some(batches) = self.burst else { return Ok(None) };
        let fleet = RunAhead::new(provers, (prove.mean_s(), prove.cv()), wait_s, CONFIDENCE)?;
        Ok(Some(BurstAnswer { batches, burst: fleet.burst(batches, peak_per_s)? }))
    }
}

impl BurstAnswer {
    /// For a person.
    pub(crate) fn words(&self, provers: u32, wait_s: f64) -> String {
        let Self { batches, burst } = self;
        let Burst { unproved_max, before_burst_max, in_proof_mean, drained_s, provers_for_burst } = burst;
        let bound = format!(
            "Sequencing may run ahead of {provers} provers by {unproved_max} unproved batches: one more would wait longer \
             than {}.",
            duration(wait_s)
        );
        let after = match (before_burst_max, provers_for_burst) {
            (Some(before), _) => format!(
                "Hold at {before} to leave room for a burst of {batches}; {in_proof_mean:.1} are in proof anyway."
            ),
            (None, Some(needed)) => format!(
                "A burst of {batches} beside the {in_proof_mean:.1} in proof is too much for them: {needed} provers have \
                 room for it."
            ),
            (None, None) => format!("A burst of {batches} is too much for any fleet."),
        };
        let drained = drained_s.map_or_else(
            || "At the peak of the load its queue is never gone.".to_owned(),
            |time_s| format!("Its queue is gone after {} at the peak of the load.", duration(time_s)),
        );
        format!("{bound} {after} {drained}")
    }

    /// For a program.
    pub(crate) fn json(&self, wait_s: f64) -> Value {
        let Self { batches, burst } = self;
        let Burst { unproved_max, before_burst_max, in_proof_mean, drained_s, provers_for_burst } = burst;
        json!({
            "batches": batches,
            "wait_max_s": wait_s,
            "confidence": CONFIDENCE,
            "unproved_max_batches": unproved_max,
            "before_burst_max_batches": before_burst_max,
            "in_proof_mean_batches": in_proof_mean,
            "drained_s": drained_s,
            "provers_for_burst": provers_for_burst,
        })
    }
}
