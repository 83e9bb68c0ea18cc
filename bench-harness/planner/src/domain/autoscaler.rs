//! The rule by which a fleet follows the load: what it sees, and how many provers it then wants.

use crate::error::{PlanError, at_least_one, not_negative, positive};
use crate::formulas::capacity::whole_at_least;
use std::collections::VecDeque;
use std::sync::Arc;

/// What a rule sees of a fleet.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LoadSeen {
    /// Batches that arrive, 1/s.
    pub arrivals_per_s: f64,
    /// Batches that wait for a prover.
    pub waiting: f64,
    /// Batches in proof.
    pub in_proof: f64,
    /// Mean time of a proof, s.
    pub prove_s: f64,
}

/// How many provers are wanted for what is seen.
#[derive(Debug, Clone, PartialEq)]
pub enum ScalingPolicy {
    /// Arrivals at a utilization of the fleet, and the queue drained within a time: `p·(λ/u + Q/d)`.
    Follow {
        /// In (0, 1].
        utilization: f64,
        /// Above 0, s.
        drain_s: f64,
    },
    /// A fixed speed of a prover, whatever it really does: `Q/(v·t)`, Q with the batches in proof. zkSync's prover
    /// autoscaler divides its queue by such a number of jobs.
    FixedSpeed {
        /// Batches that one prover is taken to prove in a second, above 0.
        batches_per_s: f64,
        /// The time in which the queue is to be done, above 0, s.
        within_s: f64,
    },
    /// Work in the queue over a drain window: `Q·p95/d`, Q with the batches in proof.
    Work {
        /// The 95th percentile of the time of a proof, above 0, s.
        prove_p95_s: f64,
        /// Above 0, s.
        drain_s: f64,
    },
    /// A number of jobs for each replica: `Q/k`, Q with the batches in proof. KEDA's scaler of NATS JetStream counts
    /// messages that wait and messages that are not acknowledged.
    JobsPerReplica {
        /// Above 0.
        jobs: f64,
    },
    /// The fewest provers that were planned for the rate that is seen, or as many as keep the newest batch's wait, where a
    /// queue has built up: `max(P(λ), p·W/d)`, W the batches that wait.
    Planned {
        /// The rate that each number of provers carries, from one prover on, not falling, 1/s.
        rates_per_s: Arc<[f64]>,
        /// Above 0, s.
        drain_s: f64,
    },
}

impl ScalingPolicy {
    fn checked(self) -> Result<Self, PlanError> {
        match &self {
            Self::Follow { utilization, drain_s } => {
                if !(*utilization > 0.0 && *utilization <= 1.0) {
                    let expected = "a fraction above 0 and up to 1";
                    return Err(PlanError::bad("utilization", expected, utilization));
                }
                positive("drain_s", *drain_s)?;
            }
            Self::FixedSpeed { batches_per_s, within_s } => {
                positive("batches_per_s of a prover", *batches_per_s)?;
                positive("within_s", *within_s)?;
            }
            Self::Work { prove_p95_s, drain_s } => {
                positive("prove_p95_s", *prove_p95_s)?;
                positive("drain_s", *drain_s)?;
            }
            Self::JobsPerReplica { jobs } => {
                positive("jobs of a replica", *jobs)?;
            }
            Self::Planned { rates_per_s, drain_s } => {
                if rates_per_s.is_empty() || !rates_per_s.is_sorted() {
                    return Err(PlanError::bad(
                        "planned rates",
                        "one at least, none falling",
                        rates_per_s.len(),
                    ));
                }
                positive("drain_s", *drain_s)?;
            }
        }
        Ok(self)
    }

    /// The provers wanted, not rounded and without bounds.
    fn wanted(&self, seen: LoadSeen) -> f64 {
        let LoadSeen { arrivals_per_s, waiting, in_proof, prove_s } = seen;
        let jobs_seen = waiting + in_proof;
        match self {
            Self::Follow { utilization, drain_s } => {
                prove_s * (arrivals_per_s / utilization + waiting / drain_s)
            }
            Self::FixedSpeed { batches_per_s, within_s } => jobs_seen / (batches_per_s * within_s),
            Self::Work { prove_p95_s, drain_s } => jobs_seen * prove_p95_s / drain_s,
            Self::JobsPerReplica { jobs } => jobs_seen / jobs,
            Self::Planned { rates_per_s, drain_s } => {
                let too_few = rates_per_s.partition_point(|rate| *rate < arrivals_per_s);
                let planned = if arrivals_per_s > 0.0 { too_few + 1 } else { 0 };
                (planned as f64).max(prove_s * waiting / drain_s)
            }
        }
    }
}

/// A rule that starts and stops provers.
#[derive(Debug, Clone, PartialEq)]
pub struct Autoscaler {
    provers_min: u32,
    provers_max: u32,
    start_s: f64,
    policy: ScalingPolicy,
    window_s: Option<f64>,
    settle_s: f64,
}

impl Autoscaler {
    /// At least and at most so many provers; a prover works `start_s` after it was asked for (and is paid from
    /// then on). Wanted are arrivals at `utilization` of the fleet, and the queue drained within `drain_s`.
    ///
    /// # Errors
    /// [`PlanError::BadInput`] for bounds the wrong way round, a utilization outside (0, 1] or bad times.
    pub fn new(bounds: (u32, u32), start_s: f64, utilization: f64, drain_s: f64) -> Result<Self, PlanError> {
        Self::with_policy(bounds, start_s, ScalingPolicy::Follow { utilization, drain_s })
    }

    /// The same with any policy. It sees the rate of arrivals as it is, and stops provers at once.
    ///
    /// # Errors
    /// [`PlanError::BadInput`] for bounds the wrong way round, bad times or a policy that cannot be.
    pub fn with_policy(bounds: (u32, u32), start_s: f64, policy: ScalingPolicy) -> Result<Self, PlanError> {
        let provers_min = at_least_one("provers_min", bounds.0)?;
        if bounds.1 < bounds.0 {
            return Err(PlanError::bad("provers_max", &format!("at least {}", bounds.0), bounds.1));
        }
        Ok(Self {
            provers_min,
            provers_max: bounds.1,
            start_s: not_negative("start_s", start_s)?,
            policy: policy.checked()?,
            window_s: None,
            settle_s: 0.0,
        })
    }

    /// As a real one: it counts arrivals over the last `window_s`, and stops a prover only where it wanted fewer for all
    /// of `settle_s`, as Kubernetes' autoscaler does for five minutes.
    ///
    /// # Errors
    /// [`PlanError::BadInput`] for a window that is not above zero, or a negative time.
    pub fn with_sight(self, window_s: f64, settle_s: f64) -> Result<Self, PlanError> {
        let window_s = Some(positive("window_s", window_s)?);
        Ok(Self { window_s, settle_s: not_negative("settle_s", settle_s)?, ..self })
    }

    /// The fewest provers it keeps.
    pub fn provers_min(&self) -> u32 {
        self.provers_min
    }

    /// The most provers it starts.
    pub fn provers_max(&self) -> u32 {
        self.provers_max
    }

    /// Time that a prover takes to start, s.
    pub fn start_s(&self) -> f64 {
        self.start_s
    }

    /// Time over which it counts arrivals, s; none where it sees their rate as it is.
    pub fn window_s(&self) -> Option<f64> {
        self.window_s
    }

    /// For how long it must want fewer provers before it stops one, s.
    pub fn settle_s(&self) -> f64 {
        self.settle_s
    }

    /// The provers wanted for what is seen.
    ///
    /// ```
    /// use planner::domain::autoscaler::{Autoscaler, LoadSeen, ScalingPolicy};
    /// let seen = LoadSeen { arrivals_per_s: 0.1, waiting: 30.0, in_proof: 12.0, prove_s: 120.0 };
    /// let wanted = |policy| Autoscaler::with_policy((1, 100), 60.0, policy).map(|rule| rule.wanted(seen));
    /// // 42 jobs, two for each replica; 42·150 s of work in 10 minutes; 12 at 90 % and 30 in the queue drained in 10 minutes.
    /// assert_eq!(wanted(ScalingPolicy::JobsPerReplica { jobs: 2.0 })?, 21);
    /// assert_eq!(wanted(ScalingPolicy::Work { prove_p95_s: 150.0, drain_s: 600.0 })?, 11);
    /// assert_eq!(wanted(ScalingPolicy::Follow { utilization: 0.9, drain_s: 600.0 })?, 20);
    /// // Two provers carry 0.05/s and three 0.12/s, but the queue takes six.
    /// let rates_per_s: std::sync::Arc<[f64]> = [0.01, 0.05, 0.12].into();
    /// assert_eq!(wanted(ScalingPolicy::Planned { rates_per_s: rates_per_s.clone(), drain_s: 600.0 })?, 6);
    /// assert_eq!(wanted(ScalingPolicy::Planned { rates_per_s, drain_s: 6_000.0 })?, 3);
    /// # Ok::<(), planner::PlanError>(())
    /// ```
    pub fn wanted(&self, seen: LoadSeen) -> u32 {
        whole_at_least(self.policy.wanted(seen)).clamp(self.provers_min, self.provers_max)
    }
}

/// What a rule remembers from one look to the next. Times in any order but rising, s.
#[derive(Debug, Clone, Default)]
pub struct ScalingMemory {
    /// When it was looked, and how many batches had arrived by then, the oldest first.
    arrived: VecDeque<(f64, u64)>,
    /// When how many provers were wanted, the oldest first.
    wishes: VecDeque<(f64, u32)>,
}

impl ScalingMemory {
    /// Batches/s over the last `window_s`, of `arrived` batches since time 0.
    ///
    /// ```
    /// let mut memory = planner::domain::autoscaler::ScalingMemory::default();
    /// assert_eq!(memory.arrivals_per_s(10.0, 60.0, 5), 0.5);
    /// assert_eq!(memory.arrivals_per_s(70.0, 60.0, 65), 1.0);
    /// ```
    pub fn arrivals_per_s(&mut self, now_s: f64, window_s: f64, arrived: u64) -> f64 {
        if self.arrived.is_empty() {
            self.arrived.push_back((0.0, 0));
        }
        self.arrived.push_back((now_s, arrived));
        // The front is the last look at or before the window's beginning.
        while self.arrived.get(1).is_some_and(|&(at_s, _)| at_s <= now_s - window_s) {
            self.arrived.pop_front();
        }
        let (from_s, before) = self.arrived[0];
        if now_s > from_s { (arrived - before) as f64 / (now_s - from_s) } else { 0.0 }
    }

    /// The most provers that were wanted within `settle_s`, `wanted` now included.
    pub fn wanted_lately(&mut self, now_s: f64, settle_s: f64, wanted: u32) -> u32 {
        self.wishes.push_back((now_s, wanted));
        while self.wishes.front().is_some_and(|&(at_s, _)| at_s < now_s - settle_s) {
            self.wishes.pop_front();
        }
        self.wishes.iter().map(|&(_, provers)| provers).max().unwrap_or(wanted)
    }
}
