//! A day's curve of arrivals against a fixed fleet.

use std::collections::VecDeque;

use crate::domain::time::{DAY_S, index_at};
use crate::error::{PlanError, not_negative, positive};
use crate::formulas::capacity::{whole_at_least, whole_at_most};

/// Arrivals over a day, in equal slots from midnight, repeated for ever.
#[derive(Debug, Clone, PartialEq)]
pub struct DayCurve {
    batches_per_s: Vec<f64>,
}

/// What a fleet makes of a day.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DayOutcome {
    /// The most provers at any time.
    pub provers_max: f64,
    /// Prover-hours of the day.
    pub prover_hours: f64,
    /// Longest queue, batches.
    pub queue_max: f64,
    /// Longest wait for a prover, s.
    pub wait_max_s: f64,
    /// Time of the day during which batches wait, s.
    pub behind_s: f64,
    /// Whether the queue ends the day no longer than it began, with provers to spare over the mean of the day; if not it
    /// grows from day to day.
    pub settles: bool,
}

impl DayCurve {
    /// A curve from its rates.
    ///
    /// # Errors
    /// [`PlanError::BadInput`] for no rates, one that is negative or not finite, or a day without arrivals.
    pub fn new(batches_per_s: Vec<f64>) -> Result<Self, PlanError> {
        for (index, &rate) in batches_per_s.iter().enumerate() {
            not_negative(&format!("daily rate {}", index + 1), rate)?;
        }
        positive("daily arrivals", batches_per_s.iter().sum())?;
        Ok(Self { batches_per_s })
    }

    /// The rate at a time of the day.
    pub(crate) fn at(&self, time_s: f64) -> f64 {
        self.batches_per_s[index_at(time_s % DAY_S / DAY_S, self.batches_per_s.len())]
    }

    /// The rates, in equal slots from midnight, batches/s.
    pub fn rates(&self) -> &[f64] {
        &self.batches_per_s
    }

    /// The highest rate, batches/s.
    pub fn peak(&self) -> f64 {
        self.batches_per_s.iter().copied().fold(0.0, f64::max)
    }

    /// The mean rate, batches/s.
    pub fn mean(&self) -> f64 {
        self.batches_per_s.iter().sum::<f64>() / self.batches_per_s.len() as f64
    }
}

/// What `provers` provers make of the curve, on its second day, when the first has left its queue.
///
/// ```
/// use planner::backlog::{DayCurve, fixed_fleet};
/// // Half a day at 0.15, half at 0.05 batches/s; 12 provers of 120 s carry 0.1.
/// let curve = DayCurve::new(vec![0.15, 0.05])?;
/// let day = fixed_fleet(&curve, 13, 120.0);
/// assert!(day.settles);
/// assert!((day.queue_max - (0.15 - 13.0 / 120.0) * 43_200.0).abs() < 5.0);
/// assert!(!fixed_fleet(&curve, 11, 120.0).settles);
/// # Ok::<(), planner::PlanError>(())
/// ```
pub fn fixed_fleet(curve: &DayCurve, provers: u32, prove_s: f64) -> DayOutcome {
    let day = run(curve, prove_s, &mut |_, _| f64::from(provers));
    DayOutcome { settles: day.settles && provers >= stable(curve, prove_s), ..day }
}

/// The fewest provers that do more than the mean of the day. At exactly the mean a fluid keeps up, and batches that come
/// at random around it do not: their queue grows for ever.
fn stable(curve: &DayCurve, prove_s: f64) -> u32 {
    whole_at_most(curve.mean() * prove_s).saturating_add(1)
}

/// The fewest provers for which nobody waits longer than `wait_max_s`; with 0 those of the peak.
///
/// ```
/// use planner::backlog::{DayCurve, provers_for_day};
/// let curve = DayCurve::new(vec![0.15, 0.05])?;
/// assert_eq!(provers_for_day(&curve, 120.0, 0.0)?, 18); // the peak itself
/// assert!(provers_for_day(&curve, 120.0, 3_600.0)? < 18);
/// // Without a peak one more than the mean: at exactly the mean the queue grows for ever.
/// assert_eq!(provers_for_day(&DayCurve::new(vec![0.15])?, 120.0, 600.0)?, 19);
/// # Ok::<(), planner::PlanError>(())
/// ```
///
/// # Errors
/// [`PlanError::BadInput`] for a negative wait or a prove time that is not above zero.
pub fn provers_for_day(curve: &DayCurve, prove_s: f64, wait_max_s: f64) -> Result<u32, PlanError> {
    let prove_s = positive("prove_s", prove_s)?;
    let wait_max_s = not_negative("wait_max_s", wait_max_s)?;
    // The peak's provers are always enough where they are more than the mean needs; that is always needed.
    let stable = stable(curve, prove_s);
    let mut passes = whole_at_least(curve.peak() * prove_s).max(stable);
    let mut fails = stable - 1;
    while passes - fails > 1 {
        let middle = u32::midpoint(fails, passes);
        let day = fixed_fleet(curve, middle, prove_s);
        if day.settles && day.wait_max_s <= wait_max_s { passes = middle } else { fails = middle }
    }
    Ok(passes)
}

/// Two days in steps of ten seconds; the second counts. `provers` is asked with time and queue.
pub(crate) fn run(curve: &DayCurve, prove_s: f64, provers: &mut dyn FnMut(f64, f64) -> f64) -> DayOutcome {
    const STEP_S: f64 = 10.0;
    const STEPS: u32 = 8_640;
    let mut queue = 0.0_f64;
    let mut outcome = DayOutcome {
        provers_max: 0.0,
        prover_hours: 0.0,
        queue_max: 0.0,
        wait_max_s: 0.0,
        behind_s: 0.0,
        settles: false,
    };
    let mut first_day_left = 0.0;
    // First come, first served: those that came up to a time are through when as many were proved.
    let (mut came, mut proved) = (0.0_f64, 0.0_f64);
    let mut waiting: VecDeque<(f64, f64)> = VecDeque::new();
    for step in 0..2 * STEPS {
        let time_s = f64::from(step) * STEP_S;
        let at_work = provers(time_s, queue);
        let carried = at_work / prove_s;
        let coming = curve.at(time_s) * STEP_S;
        came += coming;
        proved += (carried * STEP_S).min(queue + coming);
        queue = (queue + coming - carried * STEP_S).max(0.0);
        if queue > 0.0 {
            waiting.push_back((time_s, came));
        }
        let mut wait_s = 0.0;
        while let Some((at_s, _)) = waiting.front().filter(|(_, came)| *came <= proved * (1.0 + 1e-12)) {
            wait_s = time_s - at_s;
            waiting.pop_front();
        }
        if step == STEPS - 1 {
            first_day_left = queue;
        }
        if step >= STEPS {
            outcome.provers_max = outcome.provers_max.max(at_work);
            outcome.prover_hours += at_work * STEP_S / 3_600.0;
            outcome.queue_max = outcome.queue_max.max(queue);
            outcome.wait_max_s = outcome.wait_max_s.max(wait_s);
            outcome.behind_s += if queue > 0.0 { STEP_S } else { 0.0 };
        }
    }
    outcome.settles = queue <= first_day_left + 1e-6;
    outcome
}
