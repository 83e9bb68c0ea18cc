//! Independent replications in parallel, and the figures made of them.

use rayon::prelude::*;

use crate::error::{PlanError, at_least_one};
use crate::sim::engine::{Replication, run};
use crate::sim::figures::{DelayFigures, Estimate, Simulated};
use crate::sim::pipeline::Pipeline;
use crate::sim::tally::Tally;

/// The most batches a day for which days are simulated: more would take minutes.
pub const DAY_BATCHES_MAX: u64 = 2_000_000;

/// How long and how often to simulate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunLength {
    batches: u64,
    warmup: u64,
    replications: u32,
    seed: u64,
    is_in_progress: bool,
}

impl RunLength {
    /// `replications` runs of `batches` batches, the first `warmup` of each not counted.
    ///
    /// # Errors
    /// [`PlanError::BadInput`] if there is no replication or nothing is left after the warm-up.
    pub fn new(batches: u64, warmup: u64, replications: u32, seed: u64) -> Result<Self, PlanError> {
        if batches <= warmup {
            return Err(PlanError::bad("batches", &format!("more than the warm-up of {warmup}"), batches));
        }
        Ok(Self {
            batches,
            warmup,
            replications: at_least_one("replications", replications)?,
            seed,
            is_in_progress: false,
        })
    }

    /// The same, on fleets that are at work when a run begins: as many proofs as on average, each with what is left of it. Where
    /// provers crash, or follow the queue, they begin without work all the same.
    #[must_use]
    pub fn in_progress(self) -> Self {
        Self { is_in_progress: true, ..self }
    }
}

/// Simulates a pipeline.
///
/// The same arguments give the same result to the last bit, on one thread or many.
pub fn simulate(pipeline: &Pipeline, length: RunLength) -> Simulated {
    let RunLength { batches, warmup, replications, seed, is_in_progress } = length;
    let is_in_progress = is_in_progress && pipeline.crashes.is_none() && pipeline.autoscaler.is_none();
    let seen: Vec<Replication> = (0..replications)
        .into_par_iter()
        .map(|i| run(pipeline, (seed, i), (batches, warmup), is_in_progress))
        .collect();
    let over = |figure: fn(&Replication) -> f64| Estimate::of(seen.iter().map(figure));
    Simulated {
        replications,
        batches,
        warmup,
        consolidated: delay(&seen, |r| &r.oldest),
        consolidated_random: delay(&seen, |r| &r.random),
        virtual_state: delay(&seen, |r| &r.virtual_oldest),
        virtual_random: delay(&seen, |r| &r.virtual_random),
        prover_wait: delay(&seen, |r| &r.prover_wait),
        prover_wait_fraction: over(|r| r.waited as f64 / r.prover_wait.count() as f64),
        prover_hold: delay(&seen, |r| &r.prover_hold),
        prover_queue_mean: over(|r| r.throughput * r.prover_wait.mean_s()),
        prover_queue_max: seen.iter().map(|r| r.queue_max).max().unwrap_or(0),
        aggregator_wait_s: over(|r| r.aggregator_wait.mean_s()),
        l1_wait_s: over(|r| r.l1_wait.mean_s()),
        throughput_batches_per_s: over(|r| r.throughput),
        prover_use: over(|r| r.prover_use),
        provers_mean: over(|r| r.provers_mean),
        provers_max: seen.iter().map(|r| r.provers_max).max().unwrap_or(0),
        prover_wait_max_s: seen.iter().map(|r| r.prover_wait.max_s()).fold(0.0, f64::max),
        growth_s_per_batch: over(|r| r.growth_s_per_batch),
        fill_fraction: over(|r| r.fill_fraction),
        events: seen.iter().map(|r| r.events).sum(),
    }
}

fn delay(seen: &[Replication], of: fn(&Replication) -> &Tally) -> DelayFigures {
    let over = |figure: &dyn Fn(&Tally) -> f64| {
        let values: Vec<f64> = seen.iter().map(|r| figure(of(r))).collect();
        Estimate::of(values.iter().copied())
    };
    DelayFigures {
        mean_s: over(&|tally| tally.mean_s()),
        p50_s: over(&|tally| tally.quantile_s(0.5)),
        p90_s: over(&|tally| tally.quantile_s(0.9)),
        p99_s: over(&|tally| tally.quantile_s(0.99)),
        samples: seen.iter().map(|r| of(r).count()).sum(),
    }
}
