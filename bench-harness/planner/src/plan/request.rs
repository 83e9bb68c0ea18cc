//! What is asked of the planner.

use crate::domain::{Aggregation, Close, DelayLimit, Load, Prices, TimeDist};
use crate::error::{PlanError, at_least_one, not_negative, positive};
use crate::sim::{Arrivals, Closing, Crashes, L1, Pipeline};

/// The largest N tried when the request does not fix it.
pub const BATCHES_PER_AGGREGATION_MAX: u32 = 1024;

/// How the times between batches vary around their mean.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ArrivalLaw {
    /// They do not.
    Fixed,
    /// As a Poisson process.
    Poisson,
    /// As the sum of this many exponential times.
    Erlang(u32),
    /// Lognormal with this coefficient of variation.
    LogNormal(f64),
}

/// A load, the measured times, and what would be good enough.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanRequest {
    load: Load,
    prove: TimeDist,
    aggregation: Aggregation,
    block_s: f64,
    delay_limit: Option<DelayLimit>,
    batches_per_aggregation: Option<u32>,
    provers: Option<u32>,
    provers_max: Option<u32>,
    arrival_law: ArrivalLaw,
    l1: L1,
    crashes: Option<Crashes>,
    prices: Option<Prices>,
    spares: u32,
    seed: u64,
}

impl PlanRequest {
    /// A request without a limit on delay, with N free.
    ///
    /// # Errors
    /// [`PlanError::BadInput`] unless `block_s` is a finite number above zero.
    pub fn new(
        load: Load,
        prove: TimeDist,
        aggregation: Aggregation,
        block_s: f64,
    ) -> Result<Self, PlanError> {
        let block_s = positive("block_s", block_s)?;
        Ok(Self {
            load,
            prove,
            aggregation,
            block_s,
            delay_limit: None,
            batches_per_aggregation: None,
            provers: None,
            provers_max: None,
            arrival_law: ArrivalLaw::Fixed,
            l1: L1::Serial(block_s),
            crashes: None,
            prices: None,
            spares: 0,
            seed: 1,
        })
    }

    /// The same request with batches that come at random.
    ///
    /// # Errors
    /// [`PlanError::BadInput`] for a shape of 0 or a negative coefficient of variation.
    pub fn with_arrivals(self, law: ArrivalLaw) -> Result<Self, PlanError> {
        match law {
            ArrivalLaw::Fixed | ArrivalLaw::Poisson => {}
            ArrivalLaw::Erlang(k) => {
                at_least_one("arrival_erlang_k", k)?;
            }
            ArrivalLaw::LogNormal(cv) => {
                not_negative("arrival_cv", cv)?;
            }
        }
        Ok(Self { arrival_law: law, ..self })
    }

    /// The same request on another reading of L1. Without this, the submitter waits for inclusion and the
    /// block time limits the rate, as in the seed.
    ///
    /// # Errors
    /// [`PlanError::BadInput`] for times that are not above zero.
    pub fn with_l1(self, l1: L1) -> Result<Self, PlanError> {
        Ok(Self { l1: l1.checked()?, ..self })
    }

    /// The same request with provers that crash.
    ///
    /// # Errors
    /// [`PlanError::BadInput`] unless the MTBF is above zero and the repair zero or above.
    pub fn with_crashes(self, crashes: Crashes) -> Result<Self, PlanError> {
        positive("mtbf_s", crashes.mtbf_s)?;
        not_negative("repair_s", crashes.repair_s)?;
        Ok(Self { crashes: Some(crashes), ..self })
    }

    /// The same request with prices, so that the plan has a cost.
    #[must_use]
    pub fn with_prices(self, prices: Prices) -> Self {
        Self { prices: Some(prices), ..self }
    }

    /// The same request with this many provers more than are needed.
    #[must_use]
    pub fn with_spares(self, spares: u32) -> Self {
        Self { spares, ..self }
    }

    /// The same request with another seed for the simulation.
    #[must_use]
    pub fn with_seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// The same request with every prove time multiplied by `factor`.
    ///
    /// # Errors
    /// [`PlanError::BadInput`] unless `factor` is a finite number above zero.
    pub fn with_prove_scaled(self, factor: f64) -> Result<Self, PlanError> {
        Ok(Self { prove: self.prove.scaled(factor)?, ..self })
    }

    /// The same request with a limit on delay.
    #[must_use]
    pub fn with_delay_limit(self, limit: DelayLimit) -> Self {
        Self { delay_limit: Some(limit), ..self }
    }

    /// The same request with N fixed.
    ///
    /// # Errors
    /// [`PlanError::BadInput`] if `n` is 0.
    pub fn with_batches_per_aggregation(self, n: u32) -> Result<Self, PlanError> {
        Ok(Self { batches_per_aggregation: Some(at_least_one("batches_per_aggregation", n)?), ..self })
    }

    /// The same request with P fixed, enough or not: the plan then says what that fleet does. N and A are chosen
    /// as for a fleet that is large enough.
    ///
    /// # Errors
    /// [`PlanError::BadInput`] if `provers` is 0.
    pub fn with_provers(self, provers: u32) -> Result<Self, PlanError> {
        Ok(Self { provers: Some(at_least_one("provers", provers)?), ..self })
    }

    /// The same request with P to be chosen.
    #[must_use]
    pub fn with_provers_free(self) -> Self {
        Self { provers: None, ..self }
    }

    /// The same request without a limit on delay.
    #[must_use]
    pub fn without_delay_limit(self) -> Self {
        Self { delay_limit: None, ..self }
    }

    /// The same request for another load.
    #[must_use]
    pub fn with_load(self, load: Load) -> Self {
        Self { load, ..self }
    }

    /// The same request with another block time, L1 read as before.
    ///
    /// # Errors
    /// [`PlanError::BadInput`] unless `block_s` is a finite number above zero.
    pub fn with_block(self, block_s: f64) -> Result<Self, PlanError> {
        let block_s = positive("block_s", block_s)?;
        let l1 = match self.l1 {
            L1::Serial(_) => L1::Serial(block_s),
            L1::Latency(_) => L1::Latency(block_s),
            L1::Slots { slot_s: _, missed, phase_s } => L1::Slots { slot_s: block_s, missed, phase_s },
            L1::Poisson { .. } => L1::Poisson { mean_s: block_s },
        };
        Ok(Self { block_s, l1: l1.checked()?, ..self })
    }

    /// The same request with at most `provers` provers.
    ///
    /// # Errors
    /// [`PlanError::BadInput`] if `provers` is 0.
    pub fn with_provers_max(self, provers: u32) -> Result<Self, PlanError> {
        Ok(Self { provers_max: Some(at_least_one("provers_max", provers)?), ..self })
    }

    /// The load.
    pub fn load(&self) -> &Load {
        &self.load
    }

    /// Time to prove one batch on one prover.
    pub fn prove(&self) -> &TimeDist {
        &self.prove
    }

    /// How N proofs become one.
    pub fn aggregation(&self) -> &Aggregation {
        &self.aggregation
    }

    /// L1 block time, s.
    pub fn block_s(&self) -> f64 {
        self.block_s
    }

    /// The delay asked for.
    pub fn delay_limit(&self) -> Option<DelayLimit> {
        self.delay_limit
    }

    /// N, where the request fixes it.
    pub fn batches_per_aggregation(&self) -> Option<u32> {
        self.batches_per_aggregation
    }

    /// P, where the request fixes it.
    pub fn provers(&self) -> Option<u32> {
        self.provers
    }

    /// The most provers allowed.
    pub fn provers_max(&self) -> Option<u32> {
        self.provers_max
    }

    /// The base chain.
    pub fn l1(&self) -> L1 {
        self.l1
    }

    /// Prices, if given.
    pub fn prices(&self) -> Option<Prices> {
        self.prices
    }

    /// Crashes, if any.
    pub fn crashes(&self) -> Option<Crashes> {
        self.crashes
    }

    /// Provers beyond what is needed.
    pub fn spares(&self) -> u32 {
        self.spares
    }

    /// Seed of the simulation.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// Time of L1 that one proof takes from the next, s; nothing where the submitter does not wait.
    pub fn l1_work_s(&self) -> f64 {
        match self.l1 {
            L1::Serial(s) => s,
            L1::Latency(_) | L1::Slots { .. } | L1::Poisson { .. } => 0.0,
        }
    }

    /// Whether nothing in the request is random, so that the closed form is exact.
    pub fn is_deterministic(&self) -> bool {
        let fixed_l1 = matches!(self.l1, L1::Serial(_) | L1::Latency(_));
        let fixed_arrivals = matches!(self.arrival_law, ArrivalLaw::Fixed | ArrivalLaw::LogNormal(0.0));
        let fixed_times = self.prove.is_fixed() && self.aggregation.step().is_fixed();
        fixed_times && fixed_arrivals && fixed_l1 && self.crashes.is_none()
    }

    /// Mean time that a batch holds a prover, crashes included, s.
    pub fn prove_effective_s(&self) -> f64 {
        match self.crashes {
            None => self.prove.mean_s(),
            Some(crashes) => crate::formulas::crash::occupancy_s(
                crashes.mtbf_s,
                crashes.repair_s,
                self.prove.laplace(1.0 / crashes.mtbf_s),
            ),
        }
    }

    /// The request as a pipeline to simulate, with a fleet.
    ///
    /// # Errors
    /// [`PlanError::BadInput`] if the fleet has none of something.
    pub fn pipeline(&self, provers: u32, n: u32, aggregators: u32) -> Result<Pipeline, PlanError> {
        let interval_s = self.load.interval_s();
        let arrivals = match self.arrival_law {
            ArrivalLaw::Fixed => Arrivals::fixed(interval_s),
            ArrivalLaw::Poisson => Arrivals::poisson(interval_s),
            ArrivalLaw::Erlang(k) => Arrivals::erlang(interval_s, k),
            ArrivalLaw::LogNormal(cv) => Arrivals::log_normal(interval_s, cv),
        }?;
        let work_s = match self.load.close() {
            Close::Fixed { .. } => 0.0,
            Close::Filled { .. } => self.load.shortest_interval_s(),
        };
        let pipeline =
            Pipeline::new(arrivals, self.prove.clone(), provers, self.aggregation.clone(), self.l1)?
                .with_groups(n, aggregators)?
                .with_closing(Closing::Full, work_s)?;
        match self.crashes {
            None => Ok(pipeline),
            Some(crashes) => pipeline.with_crashes(crashes),
        }
    }

    /// The values of N that may be chosen, smallest first.
    pub(crate) fn batches_per_aggregation_tried(&self) -> std::ops::RangeInclusive<u32> {
        self.batches_per_aggregation.map_or(1..=BATCHES_PER_AGGREGATION_MAX, |n| n..=n)
    }
}
