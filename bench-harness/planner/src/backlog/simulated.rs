//! A day's curve batch by batch: what the fluid leaves out is chance, and with it a distribution of waits.

use crate::backlog::day::DayCurve;
use crate::domain::time::DAY_S;
use crate::domain::{Aggregation, Autoscaler, TimeDist};
use crate::error::PlanError;
use crate::fewest::fewest;
use crate::sim::{
    Arrivals, Crashes, DAY_BATCHES_MAX, L1, Pipeline, RunLength, Simulated, Stragglers, simulate,
};

/// Days of each replication; the first leaves its queue to the others.
const DAYS: u64 = 3;
const REPLICATIONS: u32 = 4;
/// More provers are not tried.
const PROVERS_MAX: u32 = 1 << 20;

/// The queue in front of the provers over a day, with batches that come at random around its rates.
#[derive(Debug, Clone)]
pub struct DayQueue {
    pipeline: Pipeline,
    day_batches: u64,
}

impl DayQueue {
    /// A curve met by provers of this time.
    ///
    /// # Errors
    /// [`PlanError::BadInput`] for more than two million batches a day.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "positive; saturates")]
    pub fn new(curve: &DayCurve, prove: TimeDist) -> Result<Self, PlanError> {
        let batches = (curve.mean() * DAY_S).ceil() as u64;
        if batches > DAY_BATCHES_MAX {
            let expected = format!("at most {DAY_BATCHES_MAX} to simulate");
            return Err(PlanError::bad("batches a day", &expected, batches));
        }
        // Nothing follows the provers: what is measured is the wait for them.
        let nothing = Aggregation::pairwise(TimeDist::fixed("merge", 1.0)?);
        let arrivals = Arrivals::daily(curve.rates().to_vec(), true)?;
        let pipeline = Pipeline::new(arrivals, prove, 1, nothing, L1::Latency(1e-6))?;
        Ok(Self { pipeline, day_batches: batches.max(1) })
    }

    /// With provers that crash.
    ///
    /// # Errors
    /// As [`Pipeline::with_crashes`].
    pub fn with_crashes(self, crashes: Crashes) -> Result<Self, PlanError> {
        Ok(Self { pipeline: self.pipeline.with_crashes(crashes)?, ..self })
    }

    /// With stragglers.
    ///
    /// # Errors
    /// As [`Pipeline::with_stragglers`].
    pub fn with_stragglers(self, stragglers: Stragglers) -> Result<Self, PlanError> {
        Ok(Self { pipeline: self.pipeline.with_stragglers(stragglers)?, ..self })
    }

    /// Mean time that a batch holds a prover, stragglers and crashes included, s.
    pub fn prove_effective_s(&self) -> f64 {
        self.pipeline.prove_effective_s()
    }

    /// The fewest provers from `provers_min` on for which the 99th percentile of the waits is at most `wait_max_s`, and
    /// their simulation; none up to 2^20.
    ///
    /// # Errors
    /// [`PlanError::BadInput`] without provers.
    pub fn fewest(
        &self,
        provers_min: u32,
        wait_max_s: f64,
        seed: u64,
    ) -> Result<Option<(u32, Simulated)>, PlanError> {
        let holds = |day: &Simulated| day.prover_wait.p99_s.value <= wait_max_s * (1.0 + 1e-9);
        // The last that holds is the fewest, since each that does is fewer than the one before it.
        let mut found = None;
        fewest(provers_min, PROVERS_MAX + 1, 1, |provers| {
            let day = self.simulate(provers, None, seed)?.filter(holds);
            let is_held = day.is_some();
            found = day.map(|day| (provers, day)).or_else(|| found.take());
            Ok(Some(is_held))
        })?;
        Ok(found)
    }

    /// What `provers` provers make of it, or a fleet that follows the queue and has at most so many; none where
    /// they carry less than the mean of the day, and the queue grows for ever.
    ///
    /// # Errors
    /// [`PlanError::BadInput`] without provers.
    pub fn simulate(
        &self,
        provers: u32,
        rule: Option<Autoscaler>,
        seed: u64,
    ) -> Result<Option<Simulated>, PlanError> {
        let mut pipeline = self.pipeline.clone().with_provers(provers)?;
        if pipeline.prover_use() >= 1.0 - 1e-9 {
            return Ok(None);
        }
        if let Some(rule) = rule {
            pipeline = pipeline.with_autoscaler(rule);
        }
        let length = RunLength::new(DAYS * self.day_batches, self.day_batches, REPLICATIONS, seed)?;
        Ok(Some(simulate(&pipeline, length)))
    }
}
