//! What is asked of the planner.

use records::plan::DelayLimitRecord;

use crate::domain::time::DAY_S;
use crate::domain::{Aggregation, Close, L1Room, Load, Prices, TimeDist};
use crate::error::{PlanError, at_least_one, positive};
use crate::plan::arrival_law::ArrivalLaw;
use crate::plan::fleet::Fleet;
use crate::sim::{Arrivals, Closing, Crashes, L1, Pipeline, Stragglers, occupied_s};

/// The largest N there can be.
pub const BATCHES_PER_AGGREGATION_MAX: u32 = 1_000_000;

/// The fraction of each stage's capacity that a plan leaves unused, unless a request says otherwise: a load that is a
/// fifth higher for an hour is carried, and a queue after a fault drains.
pub const HEADROOM: f64 = 0.2;

/// Batches of a day above which a day is not simulated, but its busiest slot as if it lasted, and a fluid over the day.
pub const DAY_BATCHES_SIMULATED_MAX: f64 = 10_000.0;

/// Provers beyond those needed, unless a request says otherwise: one may fail and the plan holds.
pub const SPARES: u32 = 1;

/// A load, the measured times, and what would be good enough.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanRequest {
    /// What arrives, and how batches close.
    pub(crate) load: Load,
    /// Time to prove one batch on one prover, without stragglers and crashes.
    pub(crate) prove: TimeDist,
    /// How N proofs become one.
    pub(crate) aggregation: Aggregation,
    /// L1 block time, s.
    pub(crate) block_s: f64,
    /// The delay asked for.
    pub(crate) delay_limit: Option<DelayLimitRecord>,
    /// N, where it is fixed.
    pub(crate) batches_per_aggregation: Option<u32>,
    /// P, where it is fixed.
    pub(crate) provers: Option<u32>,
    /// A, where it is fixed.
    pub(crate) aggregators: Option<u32>,
    /// The most provers allowed, spares among them.
    pub(crate) provers_max: Option<u32>,
    /// The fraction of each stage's capacity that stays unused, in [0, 1).
    pub(crate) headroom: f64,
    /// Cores of one prover: what designs cost where there is no price.
    pub(crate) cores_per_prover: u32,
    /// Cores of one aggregator.
    pub(crate) cores_per_aggregator: u32,
    /// How batches come.
    pub(crate) arrival_law: ArrivalLaw,
    /// The rule that closes batches.
    pub(crate) closing: Closing,
    /// Batches in a sequence transaction, S, where it is fixed.
    pub(crate) batches_per_sequence: Option<u32>,
    /// The most of them that are chosen.
    pub(crate) batches_per_sequence_max: u32,
    pub(crate) stragglers: Option<Stragglers>,
    /// The base chain.
    pub(crate) l1: L1,
    /// Room of its blocks, where that is known.
    pub(crate) l1_room: Option<L1Room>,
    pub(crate) crashes: Option<Crashes>,
    /// Prices, if given.
    pub(crate) prices: Option<Prices>,
    /// Provers beyond what is needed.
    pub(crate) spares: u32,
    /// Aggregators beyond what is needed, where any is.
    pub(crate) aggregator_spares: u32,
    /// Seed of the simulation.
    pub(crate) seed: u64,
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
            aggregators: None,
            provers_max: None,
            headroom: HEADROOM,
            cores_per_prover: 1,
            cores_per_aggregator: 1,
            arrival_law: ArrivalLaw::Fixed,
            closing: Closing::Full,
            batches_per_sequence: None,
            batches_per_sequence_max: BATCHES_PER_AGGREGATION_MAX,
            stragglers: None,
            l1: L1::Serial(block_s),
            l1_room: None,
            crashes: None,
            prices: None,
            spares: SPARES,
            aggregator_spares: 0,
            seed: 1,
        })
    }

    /// The same request with batches that come at random.
    ///
    /// # Errors
    /// [`PlanError::BadInput`] for a shape of 0, a negative coefficient of variation, or a trace or a day that makes no
    /// rate.
    pub fn with_arrivals(self, law: ArrivalLaw) -> Result<Self, PlanError> {
        law.arrivals(self.load.interval_s())?;
        Ok(Self { arrival_law: law, ..self })
    }

    /// The same request with so many batches in each sequence transaction. Without this it is 1, or where such a
    /// transaction has a price as many as a limit on the delay to virtual allows and a group has. It changes the delay to
    /// virtual alone: proving does not wait for it.
    ///
    /// # Errors
    /// [`PlanError::BadInput`] if there is none.
    pub fn with_batches_per_sequence(self, batches: u32) -> Result<Self, PlanError> {
        Ok(Self { batches_per_sequence: Some(at_least_one("batches_per_sequence", batches)?), ..self })
    }

    /// The same request with jobs that take longer for no reason of their own.
    ///
    /// # Errors
    /// [`PlanError::BadInput`] unless the fraction lies in [0, 1] and the factor is above zero.
    pub fn with_stragglers(self, stragglers: Stragglers) -> Result<Self, PlanError> {
        Ok(Self { stragglers: Some(stragglers.checked()?), ..self })
    }

    /// The same request on another reading of L1. Without this, the submitter waits for inclusion and the
    /// block time limits the rate, as in the published formula.
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
        Ok(Self { crashes: Some(crashes.checked()?), ..self })
    }

    /// The same request where a block of L1 has room for so many proofs and no more; any number without this.
    #[must_use]
    pub fn with_l1_room(self, room: L1Room) -> Self {
        Self { l1_room: Some(room), ..self }
    }

    /// The same request with prices, so that the plan has a cost.
    #[must_use]
    pub fn with_prices(self, prices: Prices) -> Self {
        Self { prices: Some(prices), ..self }
    }

    /// The same request with this many provers more than are needed; [`SPARES`] without this.
    #[must_use]
    pub fn with_spares(self, spares: u32) -> Self {
        Self { spares, ..self }
    }

    /// The same request with this many aggregators more than are needed, where any is; none without this.
    #[must_use]
    pub fn with_aggregator_spares(self, aggregator_spares: u32) -> Self {
        Self { aggregator_spares, ..self }
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

    /// The same request with a limit on the delay of a group's oldest transaction.
    ///
    /// # Errors
    /// [`PlanError::BadInput`] unless the limit is a finite number above zero.
    pub fn with_delay_limit(self, limit: DelayLimitRecord) -> Result<Self, PlanError> {
        positive("delay_limit_s", limit.limit_s)?;
        Ok(Self { delay_limit: Some(limit), ..self })
    }

    /// The same request with N fixed.
    ///
    /// # Errors
    /// [`PlanError::BadInput`] if `n` is 0 or above [`BATCHES_PER_AGGREGATION_MAX`].
    pub fn with_batches_per_aggregation(self, n: u32) -> Result<Self, PlanError> {
        if n > BATCHES_PER_AGGREGATION_MAX {
            let expected = format!("at most {BATCHES_PER_AGGREGATION_MAX}");
            return Err(PlanError::bad("batches_per_aggregation", &expected, n));
        }
        Ok(Self { batches_per_aggregation: Some(at_least_one("batches_per_aggregation", n)?), ..self })
    }

    /// The same request with this fraction of each stage's capacity left unused; [`HEADROOM`] without this.
    ///
    /// # Errors
    /// [`PlanError::BadInput`] unless the fraction lies in [0, 0.95].
    pub fn with_headroom(self, headroom: f64) -> Result<Self, PlanError> {
        if !(0.0..=0.95).contains(&headroom) {
            return Err(PlanError::bad("headroom", "a fraction in [0, 0.95]", headroom));
        }
        Ok(Self { headroom, ..self })
    }

    /// The same request with provers and aggregators of so many cores; 1 without this.
    ///
    /// # Errors
    /// [`PlanError::BadInput`] if either is 0.
    pub fn with_cores(self, per_prover: u32, per_aggregator: u32) -> Result<Self, PlanError> {
        Ok(Self {
            cores_per_prover: at_least_one("cores_per_prover", per_prover)?,
            cores_per_aggregator: at_least_one("cores_per_aggregator", per_aggregator)?,
            ..self
        })
    }

    /// The same request with A fixed, enough or not.
    ///
    /// # Errors
    /// [`PlanError::BadInput`] if `aggregators` is 0.
    pub fn with_aggregators(self, aggregators: u32) -> Result<Self, PlanError> {
        Ok(Self { aggregators: Some(at_least_one("aggregators", aggregators)?), ..self })
    }

    /// The same request with P fixed, enough or not: the plan then says what that fleet does. N and A are chosen
    /// for it.
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

    /// The same request for another load. A close time by hand stands in place of measured closings.
    #[must_use]
    pub fn with_load(self, load: Load) -> Self {
        let arrival_law = match (load.close(), self.arrival_law) {
            (Close::Fixed { .. }, ArrivalLaw::Closings(_)) => ArrivalLaw::Fixed,
            (_, law) => law,
        };
        Self { load, arrival_law, ..self }
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
            L1::Slots { slot_s: _, missed, phase_s, proofs_max } => {
                L1::Slots { slot_s: block_s, missed, phase_s, proofs_max }
            }
            L1::Poisson { .. } => L1::Poisson { mean_s: block_s },
        };
        Ok(Self { block_s, l1: l1.checked()?, ..self })
    }

    /// The same request with at most `provers` provers, spares among them.
    ///
    /// # Errors
    /// [`PlanError::BadInput`] if `provers` is 0.
    pub fn with_provers_max(self, provers: u32) -> Result<Self, PlanError> {
        Ok(Self { provers_max: Some(at_least_one("provers_max", provers)?), ..self })
    }

    /// The highest use of a stage that is planned, a fraction.
    pub(crate) fn utilization_max(&self) -> f64 {
        1.0 - self.headroom
    }

    /// Whether P or A is fixed: then a fleet with it is judged where none is good enough.
    pub fn is_fleet_fixed(&self) -> bool {
        self.provers.is_some() || self.aggregators.is_some()
    }

    /// Whether N, P and A are all fixed, so that nothing is left to choose.
    pub(crate) fn is_one_fleet(&self) -> bool {
        self.batches_per_aggregation.is_some() && self.provers.is_some() && self.aggregators.is_some()
    }

    /// The same request with `fleet` and no other, enough or not.
    pub(crate) fn only(self, fleet: Fleet) -> Self {
        let Fleet { provers, batches_per_aggregation, aggregators } = fleet;
        Self {
            provers: Some(provers),
            batches_per_aggregation: Some(batches_per_aggregation),
            aggregators: Some(aggregators),
            ..self
        }
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

    /// Mean time to prove one batch, stragglers included and crashes not, s.
    pub fn prove_mean_s(&self) -> f64 {
        occupied_s(&self.prove, self.stragglers, None)
    }

    /// Prices, if given.
    pub fn prices(&self) -> Option<Prices> {
        self.prices
    }

    /// The prices of a fleet with groups of `n`, with the gas of its sequence transactions in that of a batch, and that of
    /// verifying where each batch's proof is verified by itself.
    pub fn prices_for(&self, n: u32) -> Option<Prices> {
        let prices = self.prices?.with_batches_per_sequence(self.batches_per_sequence(n));
        Some(match self.aggregation {
            Aggregation::Separate => prices.with_each_verified(),
            Aggregation::FixedTotal { .. } | Aggregation::Tree { .. } | Aggregation::Fold { .. } => prices,
        })
    }

    /// Proofs that one block has room for; none where that is not known.
    pub(crate) fn verifications_per_block(&self) -> Option<u32> {
        self.l1_room.map(L1Room::verifications_per_block)
    }

    /// Whether each proof goes to L1 by itself: none is merged, and the submitter does not wait for the last one's
    /// inclusion, so that waiting for others gains nothing.
    pub(crate) fn is_each_proof_alone(&self) -> bool {
        self.aggregation == Aggregation::Separate && !matches!(self.l1, L1::Serial(_))
    }

    /// Whether S is chosen: a sequence transaction has a price, and S is not fixed.
    pub(crate) fn is_sequence_free(&self) -> bool {
        self.batches_per_sequence.is_none() && self.prices.is_some_and(|prices| prices.has_sequence_price())
    }

    /// Batches in a sequence transaction, S, beside groups of `n`. The proof of a group is not verified before all of it
    /// is sequenced, so that no more than a group are chosen.
    pub fn batches_per_sequence(&self, n: u32) -> u32 {
        match self.batches_per_sequence {
            Some(fixed) => fixed,
            None if self.is_sequence_free() => n.min(self.batches_per_sequence_max).max(1),
            None => 1,
        }
    }

    /// Provers beyond what is needed.
    pub fn spares(&self) -> u32 {
        self.spares
    }

    /// Provers that are paid for: those at work and their spares.
    pub fn provers_rented(&self, provers: u32) -> u32 {
        provers.saturating_add(self.spares)
    }

    /// Aggregators that are paid for: those at work and their spares, or none where nothing is aggregated.
    pub fn aggregators_rented(&self, aggregators: u32) -> u32 {
        if aggregators == 0 { 0 } else { aggregators.saturating_add(self.aggregator_spares) }
    }

    /// Time of L1 that one proof takes from the next, s; nothing where the submitter does not wait.
    pub fn l1_work_s(&self) -> f64 {
        self.l1.proof_work_s()
    }

    /// Whether nothing in the request is random, so that the closed form is exact.
    pub fn is_deterministic(&self) -> bool {
        let fixed_l1 = matches!(self.l1, L1::Serial(_) | L1::Latency(_));
        let fixed_arrivals = match self.arrival_law {
            ArrivalLaw::Fixed => true,
            ArrivalLaw::LogNormal(cv) => cv == 0.0,
            ArrivalLaw::Closings(ref measured) => measured.is_constant(),
            ArrivalLaw::Poisson | ArrivalLaw::Erlang(_) | ArrivalLaw::Trace(_) | ArrivalLaw::Daily { .. } => {
                false
            }
        };
        let fixed_times = self.prove.is_fixed() && self.aggregation.step().is_fixed();
        fixed_times && fixed_arrivals && fixed_l1 && self.crashes.is_none() && self.stragglers.is_none()
    }

    /// Mean time that a batch holds a prover, stragglers and crashes included, s.
    pub fn prove_effective_s(&self) -> f64 {
        occupied_s(&self.prove, self.stragglers, self.crashes)
    }

    /// The arrivals to simulate: those of the load, or where a day has too many batches to simulate its busiest slot as
    /// if it lasted.
    fn arrivals(&self) -> Result<Arrivals, PlanError> {
        if self.closings().is_some() {
            return self.arrival_law.arrivals(1.0 / self.load.batches_per_s());
        }
        match &self.arrival_law {
            ArrivalLaw::Daily { shape, .. } if self.is_day_too_long() => {
                let mean = shape.iter().sum::<f64>() / shape.len() as f64;
                let peak = shape.iter().copied().fold(mean, f64::max);
                self.slot(self.load.batches_per_s() * peak / mean)
            }
            law => law.arrivals(self.load.interval_s()),
        }
    }

    /// The arrivals of a slot of a day, of so many batches/s.
    fn slot(&self, batches_per_s: f64) -> Result<Arrivals, PlanError> {
        let is_random = matches!(self.arrival_law, ArrivalLaw::Daily { poisson: true, .. });
        let law = if is_random { ArrivalLaw::Poisson } else { ArrivalLaw::Fixed };
        law.arrivals(1.0 / batches_per_s)
    }

    /// Whether a day of this load has more batches than are simulated.
    pub(crate) fn is_day_too_long(&self) -> bool {
        matches!(self.arrival_law, ArrivalLaw::Daily { .. })
            && DAY_S / self.load.interval_s() > DAY_BATCHES_SIMULATED_MAX
    }

    /// The request as a pipeline to simulate, with a fleet.
    ///
    /// # Errors
    /// [`PlanError::BadInput`] if the fleet has none of something.
    pub fn pipeline(&self, provers: u32, n: u32, aggregators: u32) -> Result<Pipeline, PlanError> {
        let fleet = Fleet { provers, batches_per_aggregation: n, aggregators };
        self.pipeline_of(self.arrivals()?, fleet)
    }

    /// The pipeline in a slot of a day, of so many batches/s.
    pub(crate) fn pipeline_in_slot(&self, batches_per_s: f64, fleet: Fleet) -> Result<Pipeline, PlanError> {
        self.pipeline_of(self.slot(batches_per_s)?, fleet)
    }

    fn pipeline_of(&self, arrivals: Arrivals, fleet: Fleet) -> Result<Pipeline, PlanError> {
        let Fleet { provers, batches_per_aggregation: n, aggregators } = fleet;
        let work_s = match self.load.close() {
            // Measured closings bring their work.
            _ if matches!(self.arrival_law, ArrivalLaw::Closings(_)) => 0.0,
            Close::Fixed { .. } => 0.0,
            Close::Filled { .. } => self.load.shortest_interval_s(),
        };
        let mut pipeline =
            Pipeline::new(arrivals, self.prove.clone(), provers, self.aggregation.clone(), self.l1)?
                // A group of one proof needs no aggregator, and a pipeline has one.
                .with_groups(n, aggregators.max(1))?
                .with_closing(self.closing, work_s)?
                .with_batches_per_sequence(self.batches_per_sequence(n))?;
        if let Some(crashes) = self.crashes {
            pipeline = pipeline.with_crashes(crashes)?;
        }
        if let Some(stragglers) = self.stragglers {
            pipeline = pipeline.with_stragglers(stragglers)?;
        }
        Ok(pipeline)
    }
}
