//! What is simulated: the whole pipeline, checked once.

use crate::domain::{Aggregation, Autoscaler, MeasuredClosings, TimeDist};
use crate::error::{Figure, PlanError, at_least_one, at_most, not_negative, positive};
use crate::formulas::crash::occupancy_s;
use crate::sim::{Arrivals, Closing, L1};

/// The most batches in a group or a sequence transaction.
pub const BATCHES_TOGETHER_MAX: u32 = 1_000_000;
/// The largest factor of stragglers.
pub const STRAGGLER_FACTOR_MAX: f64 = 1_000.0;
/// The most attempts that a proof may take on average where provers crash.
pub const ATTEMPTS_MAX: f64 = 100.0;

/// What happens to the job of a prover that crashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AfterCrash {
    /// It goes back to the head of the queue and to the next free prover.
    Requeue,
    /// It waits for its prover to be repaired.
    Wait,
}

/// Crashes of provers at work. An idle prover does not crash: the plan is a little kind to idle fleets.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Crashes {
    /// Mean working time between crashes, exponential, s.
    pub mtbf_s: f64,
    /// Time to repair, s.
    pub repair_s: f64,
    /// What happens to the job.
    pub after: AfterCrash,
}

/// Jobs that take longer for no reason of their own.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stragglers {
    /// Fraction of jobs, from 0 to 1.
    pub fraction: f64,
    /// How many times longer they take.
    pub factor: f64,
}

impl Crashes {
    /// The same, if its numbers make sense.
    ///
    /// # Errors
    /// [`PlanError::BadInput`] unless the MTBF is above zero and the repair zero or above.
    pub(crate) fn checked(self) -> Result<Self, PlanError> {
        positive("mtbf_s", self.mtbf_s)?;
        not_negative("repair_s", self.repair_s)?;
        Ok(self)
    }
}

impl Stragglers {
    /// The same, if its numbers make sense.
    ///
    /// # Errors
    /// [`PlanError::BadInput`] unless the fraction lies in [0, 1] and the factor is above zero and at most
    /// [`STRAGGLER_FACTOR_MAX`].
    pub(crate) fn checked(self) -> Result<Self, PlanError> {
        if !(0.0..=1.0).contains(&self.fraction) {
            return Err(PlanError::bad("straggler_fraction", "a fraction in [0, 1]", self.fraction));
        }
        positive("straggler_factor", self.factor)?;
        let advice = "a job that takes longer is lost: see crashes";
        at_most("straggler_factor", self.factor, STRAGGLER_FACTOR_MAX, advice)?;
        Ok(self)
    }
}

/// Attempts that a proof takes on average where provers crash, of the kind of job that takes most: `1/L(1/MTBF)`, 1
/// without crashes.
pub fn attempts(prove: &TimeDist, stragglers: Option<Stragglers>, crashes: Option<Crashes>) -> f64 {
    let factor = stragglers.filter(|s| s.fraction > 0.0).map_or(1.0, |s| s.factor.max(1.0));
    crashes.map_or(1.0, |crashes| 1.0 / prove.laplace(factor / crashes.mtbf_s))
}

/// Refuses provers that crash before they have proved anything.
///
/// # Errors
/// [`PlanError::BadInput`] where a proof takes more than [`ATTEMPTS_MAX`] attempts on average.
pub fn check_attempts(
    prove: &TimeDist,
    stragglers: Option<Stragglers>,
    crashes: Option<Crashes>,
) -> Result<(), PlanError> {
    let attempts = attempts(prove, stragglers, crashes);
    match crashes {
        Some(Crashes { mtbf_s, .. }) if attempts.is_nan() || attempts > ATTEMPTS_MAX => Err(PlanError::bad(
            "mtbf_s",
            &format!(
                "so long a time between crashes that a proof of {} s takes at most {ATTEMPTS_MAX} attempts (raise it, \
                 or make proofs shorter)",
                Figure(prove.mean_s())
            ),
            format!("{mtbf_s}, which takes {} attempts", Figure(attempts)),
        )),
        _ => Ok(()),
    }
}

/// Mean time that a batch holds a prover, s: prove time, stragglers and crashes with them.
///
/// A straggler stays one when its job is begun again, so that crashes meet a mixture: of each kind of job
/// `(MTBF + R)(1/L(1/MTBF) − 1)`, L the Laplace transform of its own time. The job holds its prover so long if it
/// waits for the repair; if it is requeued the job itself holds provers for `MTBF·(1/L − 1)`, and the repairs take
/// `R·(1/L − 1)` of the fleet all the same.
///
/// ```
/// use planner::domain::TimeDist;
/// use planner::sim::{Stragglers, occupied_s};
/// let prove = TimeDist::fixed("prove", 120.0)?;
/// // One job in twenty takes five times as long: 120·(0.95 + 0.05·5).
/// let occupied = occupied_s(&prove, Some(Stragglers { fraction: 0.05, factor: 5.0 }), None);
/// assert!((occupied - 144.0).abs() < 1e-9);
/// # Ok::<(), planner::PlanError>(())
/// ```
pub fn occupied_s(prove: &TimeDist, stragglers: Option<Stragglers>, crashes: Option<Crashes>) -> f64 {
    let of_kind = |factor: f64| match crashes {
        None => prove.mean_s() * factor,
        // Every time of this kind is `factor` times as long, and so meets as many more crashes.
        Some(Crashes { mtbf_s, repair_s, after: _ }) => {
            occupancy_s(mtbf_s, repair_s, prove.laplace(factor / mtbf_s))
        }
    };
    match stragglers {
        None => of_kind(1.0),
        Some(Stragglers { fraction, factor }) => (1.0 - fraction) * of_kind(1.0) + fraction * of_kind(factor),
    }
}

/// Which transactions the delay of "a random transaction" is taken over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    /// Every full batch holds equally many, so each batch counts the same: batches close because they are full.
    PerBatch,
    /// Transactions come at a steady rate, so a batch that took longer holds more of them.
    Steady,
}

/// A pipeline with all its numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct Pipeline {
    pub(crate) arrivals: Arrivals,
    pub(crate) closing: Closing,
    pub(crate) close_work_s: f64,
    pub(crate) prove: TimeDist,
    pub(crate) provers: u32,
    pub(crate) crashes: Option<Crashes>,
    pub(crate) stragglers: Option<Stragglers>,
    pub(crate) aggregation: Aggregation,
    pub(crate) batches_per_aggregation: u32,
    pub(crate) aggregators: u32,
    pub(crate) l1: L1,
    pub(crate) batches_per_sequence: u32,
    pub(crate) flow: Flow,
    pub(crate) autoscaler: Option<Autoscaler>,
}

impl Pipeline {
    /// A pipeline whose batches close when full, without crashes or stragglers, one batch a group, one
    /// aggregator, one batch a sequence transaction.
    ///
    /// # Errors
    /// [`PlanError::BadInput`] if there is no prover or the chain's numbers make no sense.
    pub fn new(
        arrivals: Arrivals,
        prove: TimeDist,
        provers: u32,
        aggregation: Aggregation,
        l1: L1,
    ) -> Result<Self, PlanError> {
        Ok(Self {
            arrivals,
            closing: Closing::Full,
            close_work_s: 0.0,
            prove,
            provers: checked_provers(provers)?,
            crashes: None,
            stragglers: None,
            aggregation,
            batches_per_aggregation: 1,
            aggregators: 1,
            l1: l1.checked()?,
            batches_per_sequence: 1,
            flow: Flow::PerBatch,
            autoscaler: None,
        })
    }

    /// With N batches in a group, on A aggregators.
    ///
    /// # Errors
    /// [`PlanError::BadInput`] if either is 0, or N above [`BATCHES_TOGETHER_MAX`].
    pub fn with_groups(self, batches_per_aggregation: u32, aggregators: u32) -> Result<Self, PlanError> {
        let batches_per_aggregation = together("batches_per_aggregation", batches_per_aggregation)?;
        Ok(Self { batches_per_aggregation, aggregators: checked_provers(aggregators)?, ..self })
    }

    /// With another number of provers.
    ///
    /// # Errors
    /// [`PlanError::BadInput`] if there is none.
    pub fn with_provers(self, provers: u32) -> Result<Self, PlanError> {
        Ok(Self { provers: checked_provers(provers)?, ..self })
    }

    /// With a closing rule, and `work_s` of execution, state root and encoding after it, one batch at a time.
    ///
    /// # Errors
    /// [`PlanError::BadInput`] for a timeout that is not above zero or work that is negative; for arrivals that are
    /// measured closings, in which both are already, for any rule but full and any work.
    pub fn with_closing(self, closing: Closing, work_s: f64) -> Result<Self, PlanError> {
        if self.arrivals.measured().is_some() && (closing != Closing::Full || work_s != 0.0) {
            return Err(PlanError::bad(
                "closing",
                "full and no further work, since measured closings have their rule and their work in them",
                format!("{closing:?} and {work_s} s"),
            ));
        }
        Ok(Self { closing: closing.checked()?, close_work_s: not_negative("close_work_s", work_s)?, ..self })
    }

    /// With provers that crash.
    ///
    /// # Errors
    /// [`PlanError::BadInput`] unless the MTBF is above zero and the repair zero or above, and as [`check_attempts`].
    pub fn with_crashes(self, crashes: Crashes) -> Result<Self, PlanError> {
        let crashes = Some(crashes.checked()?);
        check_attempts(&self.prove, self.stragglers, crashes)?;
        Ok(Self { crashes, ..self })
    }

    /// With stragglers.
    ///
    /// # Errors
    /// [`PlanError::BadInput`] unless the fraction lies in [0, 1] and the factor above zero and up to
    /// [`STRAGGLER_FACTOR_MAX`], and as [`check_attempts`].
    pub fn with_stragglers(self, stragglers: Stragglers) -> Result<Self, PlanError> {
        let stragglers = Some(stragglers.checked()?);
        check_attempts(&self.prove, stragglers, self.crashes)?;
        Ok(Self { stragglers, ..self })
    }

    /// With several batches in a sequence transaction.
    ///
    /// # Errors
    /// [`PlanError::BadInput`] if there is none, or more than [`BATCHES_TOGETHER_MAX`].
    pub fn with_batches_per_sequence(self, batches: u32) -> Result<Self, PlanError> {
        Ok(Self { batches_per_sequence: together("batches_per_sequence", batches)?, ..self })
    }

    /// With transactions that come at a steady rate, whatever closes the batches.
    #[must_use]
    pub fn with_flow(self, flow: Flow) -> Self {
        Self { flow, ..self }
    }

    /// With a fleet that follows the queue; the provers of the pipeline are then the most there can be.
    #[must_use]
    pub fn with_autoscaler(self, rule: Autoscaler) -> Self {
        Self { autoscaler: Some(rule), ..self }
    }

    /// The sequencer's work on a batch, mean, s.
    pub(crate) fn close_work_mean_s(&self) -> f64 {
        self.arrivals.measured().map_or(self.close_work_s, MeasuredClosings::work_s)
    }

    /// The least of it, s.
    pub(crate) fn close_work_min_s(&self) -> f64 {
        self.arrivals.measured().map_or(self.close_work_s, MeasuredClosings::work_min_s)
    }

    /// How long after the closing before it a batch's first transaction comes, mean, s; 0 for laws.
    pub(crate) fn open_late_s(&self) -> f64 {
        self.arrivals.measured().map_or(0.0, |measured| (measured.interval_s() - measured.fill_s()).max(0.0))
    }

    /// Mean time that a batch holds a prover, stragglers and crashes included, s: see [`occupied_s`].
    pub fn prove_effective_s(&self) -> f64 {
        occupied_s(&self.prove, self.stragglers, self.crashes)
    }

    /// Use of the provers when every batch that arrives is proved; 1 or above never settles.
    pub fn prover_use(&self) -> f64 {
        self.prove_effective_s() / (f64::from(self.provers) * self.arrivals.closing_interval_s(self.closing))
    }
}

fn together(field: &str, batches: u32) -> Result<u32, PlanError> {
    let advice = "a group that takes days to fill is none";
    at_most(field, f64::from(batches), f64::from(BATCHES_TOGETHER_MAX), advice)?;
    at_least_one(field, batches)
}

/// The event queue numbers provers in 21 bits.
fn checked_provers(provers: u32) -> Result<u32, PlanError> {
    if provers > 1 << 20 {
        return Err(PlanError::bad("provers", "at most 1048576", provers));
    }
    at_least_one("provers", provers)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pipeline() -> Pipeline {
        let time = |s| TimeDist::fixed("time", s).unwrap();
        let merge = Aggregation::pairwise(time(1.0));
        Pipeline::new(Arrivals::fixed(10.0).unwrap(), time(120.0), 14, merge, L1::Latency(12.0)).unwrap()
    }

    #[test]
    fn absurd_numbers_are_refused_with_what_to_do() {
        let refused = |result: Result<Pipeline, PlanError>| result.unwrap_err().to_string();
        let crashes = |mtbf_s| Crashes { mtbf_s, repair_s: 1.0, after: AfterCrash::Requeue };
        // exp(120/30) is 55 attempts, exp(120/20) is 403.
        assert!(pipeline().with_crashes(crashes(30.0)).is_ok());
        let said = refused(pipeline().with_crashes(crashes(20.0)));
        assert!(
            said.starts_with("mtbf_s: expected so long") && said.contains("got 20, which takes 403.429"),
            "{said}"
        );
        let said = refused(pipeline().with_crashes(crashes(1e-6)));
        assert!(said.contains("mtbf_s"), "{said}");
        let stragglers = |factor| Stragglers { fraction: 0.5, factor };
        let both = pipeline().with_stragglers(stragglers(2.0)).unwrap();
        assert!(refused(both.with_crashes(crashes(30.0))).contains("mtbf_s"), "stragglers meet more crashes");
        assert!(refused(pipeline().with_stragglers(stragglers(1_001.0))).contains("expected at most 1000"));
        assert!(
            refused(pipeline().with_groups(u32::MAX, 1))
                .contains("batches_per_aggregation: expected at most 1000000")
        );
        assert!(refused(pipeline().with_batches_per_sequence(1_000_001)).contains("batches_per_sequence"));
        assert!(refused(pipeline().with_groups(1, u32::MAX)).contains("at most 1048576"));
    }
}
