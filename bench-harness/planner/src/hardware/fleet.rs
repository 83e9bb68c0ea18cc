//! One machine split into provers of one size, with the aggregators beside them: times, and what a load needs.

use crate::domain::{Aggregation, Close, Load, Prices, Target};
use crate::error::PlanError;
use crate::formulas::capacity::whole_at_least;
use crate::hardware::catalogue::Machine;
use crate::hardware::packing::{ProcessSize, Room, machines_for};
use crate::hardware::predict::{MeasuredProver, MergePrediction, Prediction};
use crate::plan::arrival_law::ArrivalLaw;
use crate::plan::request::PlanRequest;

/// A machine split into provers of equal size.
pub(crate) struct Division {
    /// Cores of each prover.
    pub(crate) cores_per_prover: u32,
    /// Provers that fit on one machine, by cores and by memory.
    pub(crate) fits: u32,
    /// The times there, or why none can be predicted.
    pub(crate) times: Result<Times, PlanError>,
}

/// What a prover and an aggregator do on a machine, and what they take of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Times {
    pub(crate) prove: Prediction,
    pub(crate) merge: MergePrediction,
    /// How many times longer work of one core takes there than where it was measured.
    pub(crate) clock_factor: f64,
    pub(crate) room: Room,
    pub(crate) prover: ProcessSize,
    pub(crate) aggregator: ProcessSize,
}

/// A machine split into provers of 1, 2, 4, … cores, up to all that it has.
///
/// # Errors
/// [`PlanError::BadInput`] if its cores are unknown.
pub(crate) fn divisions(
    request: &PlanRequest,
    machine: &Machine,
    prover: &MeasuredProver,
) -> Result<Vec<Division>, PlanError> {
    let Some(cores) = machine.cores else {
        return Err(PlanError::bad(&format!("cores of {}", machine.id), "a number", "unknown"));
    };
    let room = Room { cores, memory_gib: machine.memory_gib };
    let step_s = request.aggregation.step().mean_s();
    let times = |cores_per_prover| {
        let prove = prover.on_machine(machine, cores_per_prover)?;
        let merge = prover.merge_on(machine, cores_per_prover, step_s)?;
        let clock_factor = prover.clock_factor(machine)?;
        let (prover, aggregator) = (prover.process(cores_per_prover), prover.process(merge.cores));
        Ok(Times { prove, merge, clock_factor, room, prover, aggregator })
    };
    let counts = std::iter::successors(Some(1_u32), |count| count.checked_mul(2));
    let division = |cores_per_prover| Division {
        cores_per_prover,
        fits: prover.fit_on(machine, cores_per_prover).unwrap_or(0),
        times: times(cores_per_prover),
    };
    Ok(counts.take_while(|count| *count <= cores).map(division).collect())
}

impl Times {
    /// The request with the times of this machine, and with its price where the request has prices.
    pub(crate) fn request(&self, request: &PlanRequest, machine: &Machine) -> Result<PlanRequest, PlanError> {
        let prices = match (request.prices, machine.usd_per_hour) {
            (Some(prices), Some(usd)) => {
                // Rounded, so that sizes of one family have one price a core.
                let usd_per_core = (usd / f64::from(self.room.cores) * 1e9).round() / 1e9;
                let of = |size: ProcessSize| usd_per_core * f64::from(size.cores);
                let priced = Prices::new(of(self.prover), of(self.aggregator), prices.gas())?;
                Some(priced.with_sequence_gas(prices.sequence_gas())?)
            }
            (prices, _) => prices,
        };
        Ok(PlanRequest {
            prove: request.prove.scaled(self.prove.prove_s / request.prove.mean_s())?,
            aggregation: self.aggregation(request)?,
            prices,
            load: self.load(request)?,
            arrival_law: match &request.arrival_law {
                ArrivalLaw::Closings(measured) => {
                    ArrivalLaw::Closings(measured.with_work_scaled(self.clock_factor))
                }
                law => law.clone(),
            },
            ..request.clone()
        })
    }

    /// The load, closed by a sequencer of this machine's clock: execution, state root and encoding are work of one core. A
    /// close time given by hand is taken as it is.
    fn load(&self, request: &PlanRequest) -> Result<Load, PlanError> {
        let load = &request.load;
        let Close::Filled { execute_s, root_s, encode_s } = load.close() else { return Ok(*load) };
        let factor = self.clock_factor;
        let close = Close::Filled {
            execute_s: execute_s * factor,
            root_s: root_s * factor,
            encode_s: encode_s * factor,
        };
        let target = match load.transactions_per_s() {
            Some(rate) => Target::TransactionsPerS(rate),
            None => Target::BatchesPerS(load.batches_per_s()),
        };
        Load::new(target, load.batch_transactions(), close)
    }

    /// Aggregation with the merge time of this machine.
    pub(crate) fn aggregation(&self, request: &PlanRequest) -> Result<Aggregation, PlanError> {
        let mut aggregation = request.aggregation.clone();
        match &mut aggregation {
            Aggregation::Separate => {}
            Aggregation::FixedTotal { total: step, .. }
            | Aggregation::Tree { merge: step, .. }
            | Aggregation::Fold { merge: step, .. } => {
                *step = step.scaled(self.merge.merge_s / step.mean_s())?
            }
        }
        Ok(aggregation)
    }

    /// Aggregators that `batches_per_s` need in groups of `n`; none where nothing is aggregated.
    pub(crate) fn aggregators_for(
        &self,
        request: &PlanRequest,
        n: u32,
        batches_per_s: f64,
    ) -> Result<u32, PlanError> {
        let work_s = self.aggregation(request)?.work_s(n);
        Ok(if work_s > 0.0 { whole_at_least(batches_per_s * work_s / f64::from(n)).max(1) } else { 0 })
    }

    /// The fewest machines that hold so many of both; none if one of them does not fit.
    pub(crate) fn machines(&self, provers: u32, aggregators: u32) -> Option<u32> {
        machines_for(self.room, (self.prover, provers), (self.aggregator, aggregators))
    }
}
