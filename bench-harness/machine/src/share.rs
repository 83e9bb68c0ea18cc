//! Whether a sample had its cores to itself.
//!
//! Owns the judgement over the probe's readings and the usage counters; taking them is in `probe`
//! and `usage`. Two kinds of neighbour leave two kinds of trace. One on the sibling hyper-thread
//! takes adders from us: adds a cycle fall, while CPU time and steal show nothing. One on our very
//! CPU takes turns with us: adds a cycle stay, while we wait in the run queue. A neighbour on the
//! memory bus or in the last cache leaves neither trace, and is not seen here.

use crate::probe::ProbeReading;
use crate::usage::Usage;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Below this part of the best share seen, the core was shared.
const SHARED_BELOW: f64 = 0.90;

/// Above this part of its running time spent waiting for a CPU, a sample was held up. It is well
/// under the 5 % to which a median is wanted, and above the few ‰ that a quiet kernel takes.
const LOST_ABOVE: f64 = 0.02;

/// The verdict on one sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Share {
    /// The cores were ours, as far as can be seen.
    Clean,
    /// A neighbour used the same physical core at the same time.
    SharedCore,
    /// Others ran on our CPUs while we were ready to.
    LostTime,
    /// There was no reading, and nothing else spoke against the sample.
    Unknown,
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Clean => "clean",
            Self::SharedCore => "shared_core",
            Self::LostTime => "lost_time",
            Self::Unknown => "unknown",
        })
    }
}

impl Share {
    /// True where the sample is kept but left out of the estimate.
    #[must_use]
    pub fn is_discarded(self) -> bool {
        matches!(self, Self::SharedCore | Self::LostTime)
    }
}

/// Remembers the best share seen and judges samples by it.
///
/// The best is only as good as what was seen: with a neighbour there throughout, nothing looks
/// shared. So hand the best of one child process to the next.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct ShareJudge {
    best_adds_per_cycle: Option<f64>,
}

impl ShareJudge {
    /// A judge that starts from the best share seen before on this machine, if any.
    #[must_use]
    pub fn new(best_adds_per_cycle: Option<f64>) -> Self {
        let plausible = best_adds_per_cycle.filter(|best| best.is_finite() && *best > 0.0);
        Self { best_adds_per_cycle: plausible }
    }

    /// The best share seen so far.
    #[must_use]
    pub fn best_adds_per_cycle(&self) -> Option<f64> {
        self.best_adds_per_cycle
    }

    /// Remembers readings without judging anything, so that the first sample has a standard.
    pub fn see(&mut self, readings: &[Option<ProbeReading>]) {
        for reading in readings.iter().flatten() {
            let best = self.best_adds_per_cycle.get_or_insert(reading.adds_per_cycle);
            *best = best.max(reading.adds_per_cycle);
        }
    }

    /// Judges a sample by the readings before and after it, on each of its CPUs, and by what it
    /// used. The readings are remembered first. Leave `usage` out where a CPU quota throttles the
    /// sample on purpose, since waiting for the quota counts as waiting for a CPU: there
    /// [`crate::DutyCycle::accept`] finds a neighbour by the CPU time that is missing.
    #[must_use]
    pub fn judge(&mut self, readings: &[Option<ProbeReading>], usage: Option<&Usage>) -> Share {
        self.see(readings);
        let bar = self.best_adds_per_cycle.map(|best| best * SHARED_BELOW);
        let is_shared = |reading: &ProbeReading| bar.is_some_and(|bar| reading.adds_per_cycle < bar);
        if readings.iter().flatten().any(is_shared) {
            Share::SharedCore
        } else if usage.and_then(lost_fraction).is_some_and(|lost| lost > LOST_ABOVE) {
            Share::LostTime
        } else if readings.is_empty() || readings.contains(&None) {
            Share::Unknown
        } else {
            Share::Clean
        }
    }
}

/// The part of the time that it wanted to run for which a sample could not; `None` where neither
/// the run queue nor the hypervisor tells.
///
/// ```
/// let usage = machine::usage::Usage {
///     wall_s: 1.0,
///     cpu_s: 0.75,
///     run_wait_s: Some(0.25),
///     steal_s: Some(0.0),
///     others_cpu_s: None,
/// };
/// assert_eq!(machine::lost_fraction(&usage), Some(0.25));
/// ```
#[must_use]
pub fn lost_fraction(usage: &Usage) -> Option<f64> {
    if usage.run_wait_s.is_none() && usage.steal_s.is_none() {
        return None;
    }
    let lost_s = usage.run_wait_s.unwrap_or(0.0) + usage.steal_s.unwrap_or(0.0);
    let wanted_s = usage.cpu_s + lost_s;
    (wanted_s > 0.0).then(|| lost_s / wanted_s)
}

#[cfg(test)]
mod tests {
    use super::{Share, ShareJudge, lost_fraction};
    use crate::probe::ProbeReading;
    use crate::usage::Usage;

    fn reading(adds_per_cycle: f64) -> Option<ProbeReading> {
        Some(ProbeReading { clock_ghz: 2.5, adds_per_cycle })
    }

    fn usage(run_wait_s: Option<f64>, steal_s: Option<f64>) -> Usage {
        Usage { wall_s: 1.0, cpu_s: 1.0, run_wait_s, steal_s, others_cpu_s: None }
    }

    #[test]
    fn ninety_percent_of_the_best_is_the_bar() {
        let mut judge = ShareJudge::new(Some(4.7));
        assert_eq!(judge.judge(&[reading(4.3), reading(4.7)], None), Share::Clean);
        assert_eq!(judge.judge(&[reading(4.7), reading(4.2)], None), Share::SharedCore);
        assert_eq!(judge.judge(&[reading(3.1), None], None), Share::SharedCore);
        assert_eq!(judge.best_adds_per_cycle(), Some(4.7));
    }

    #[test]
    fn the_best_is_learned() {
        let mut judge = ShareJudge::new(Some(f64::NAN));
        assert_eq!(judge.judge(&[reading(3.1)], None), Share::Clean, "nothing better was seen");
        assert_eq!(judge.judge(&[reading(3.1), reading(4.7)], None), Share::SharedCore);
        assert_eq!(judge.best_adds_per_cycle(), Some(4.7));
    }

    #[test]
    fn waiting_and_steal_are_lost_time() {
        let mut judge = ShareJudge::default();
        let clean = [reading(4.7)];
        assert_eq!(judge.judge(&clean, Some(&usage(Some(0.01), Some(0.0)))), Share::Clean);
        assert_eq!(judge.judge(&clean, Some(&usage(Some(0.03), None))), Share::LostTime);
        assert_eq!(judge.judge(&clean, Some(&usage(Some(0.0), Some(0.5)))), Share::LostTime);
        assert_eq!(judge.judge(&[None], Some(&usage(Some(0.5), None))), Share::LostTime);
        assert_eq!(judge.judge(&clean, Some(&usage(None, None))), Share::Clean);
    }

    #[test]
    fn without_a_reading_it_is_unknown_and_not_marked() {
        let mut judge = ShareJudge::default();
        assert_eq!(judge.judge(&[], None), Share::Unknown);
        assert_eq!(judge.judge(&[reading(4.7), None], None), Share::Unknown);
        assert!(!Share::Unknown.is_discarded() && !Share::Clean.is_discarded());
        assert!(Share::SharedCore.is_discarded() && Share::LostTime.is_discarded());
        assert_eq!(lost_fraction(&usage(None, None)), None);
    }
}
