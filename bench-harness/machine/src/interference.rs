//! Whether a sample had its cores to itself.
//!
//! Owns the judgement over the probe's readings and the usage counters; taking them is in `probe`
//! and `usage`. Two kinds of neighbour leave two kinds of trace. One on the sibling hyper-thread
//! takes adders from us: adds a cycle fall, while CPU time and steal show nothing. One on our very
//! CPU takes turns with us: adds a cycle stay, while we wait in the run queue. A neighbour on the
//! memory bus or in the last cache leaves neither trace, and is not seen here.

use crate::cores::Allowance;
use crate::probe::{Probe, ProbeReading};
use crate::usage::Usage;
use records::sample::MarkName;
use serde::{Deserialize, Serialize};

/// Below this fraction of the best reading, the core was shared.
const SHARED_BELOW: f64 = 0.90;

/// Above this fraction of its running time spent waiting for a CPU, a sample was held up. It is well
/// under the 5 % to which a median is wanted, and above the few ‰ that a quiet kernel takes.
const LOST_ABOVE: f64 = 0.02;

/// Readings of each CPU before the first sample: some 7 ms each.
const STANDARD_READINGS: usize = 5;

/// The best reading of the core probe so far, by which samples are judged.
///
/// It is only as good as what was seen: with a neighbour there throughout, nothing looks shared. So
/// hand the standard of one child process to the next.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Standard {
    best_adds_per_cycle: Option<f64>,
}

impl Standard {
    /// Starts from the best reading of before on this machine, if any; one that is no number above 0 is none.
    #[must_use]
    pub fn new(best_adds_per_cycle: Option<f64>) -> Self {
        let plausible = best_adds_per_cycle.filter(|best| best.is_finite() && *best > 0.0);
        Self { best_adds_per_cycle: plausible }
    }

    /// The best of some readings of every CPU, so that the first sample can be judged.
    #[must_use]
    pub fn measure(allowance: &Allowance) -> Self {
        let rounds: Vec<Vec<usize>> = allowance.cpus.iter().map(|cpu| vec![cpu]).collect();
        let mut standard = Self::default();
        for _ in 0..STANDARD_READINGS {
            let readings = Probe::new().read_rounds(&rounds);
            standard.see(readings.into_iter().flatten().map(|reading| reading.adds_per_cycle));
        }
        standard
    }

    /// Independent adds a cycle of the best reading; `None` before the first.
    #[must_use]
    pub fn best_adds_per_cycle(&self) -> Option<f64> {
        self.best_adds_per_cycle
    }

    /// Raises the standard to any better reading, in adds a cycle.
    pub fn see(&mut self, adds_per_cycle: impl IntoIterator<Item = f64>) {
        self.best_adds_per_cycle =
            self.best_adds_per_cycle.into_iter().chain(adds_per_cycle).reduce(f64::max);
    }

    /// What fraction of the core was ours at a reading, 0 to 1; `None` before the first.
    #[must_use]
    pub fn core_fraction(&self, adds_per_cycle: f64) -> Option<f64> {
        self.best_adds_per_cycle.map(|best| adds_per_cycle / best)
    }

    /// Why a sample is to be discarded, by the readings before and after it, on each of its CPUs,
    /// and by what it used; `None` where nothing speaks against it. The readings raise the standard
    /// first. Leave `usage` out where a CPU quota throttles the sample on purpose, since waiting
    /// for the quota counts as waiting for a CPU: there [`crate::DutyMeter::accept`] finds a
    /// neighbour by the CPU time that is missing.
    #[must_use]
    pub fn judge(&mut self, readings: &[Option<ProbeReading>], usage: Option<&Usage>) -> Option<MarkName> {
        self.see(readings.iter().flatten().map(|reading| reading.adds_per_cycle));
        let bar = self.best_adds_per_cycle.map(|best| best * SHARED_BELOW);
        let is_shared = |reading: &ProbeReading| bar.is_some_and(|bar| reading.adds_per_cycle < bar);
        if readings.iter().flatten().any(is_shared) {
            Some(MarkName::SharedCore)
        } else if usage.and_then(lost_fraction).is_some_and(|lost| lost > LOST_ABOVE) {
            Some(MarkName::LostTime)
        } else {
            None
        }
    }
}

/// The fraction of the time that it wanted to run for which a sample could not; `None` where neither
/// the run queue nor the hypervisor says.
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
    use super::{Standard, lost_fraction};
    use crate::probe::ProbeReading;
    use crate::usage::Usage;
    use records::sample::MarkName;

    fn reading(adds_per_cycle: f64) -> Option<ProbeReading> {
        Some(ProbeReading { clock_ghz: 2.5, adds_per_cycle })
    }

    fn usage(run_wait_s: Option<f64>, steal_s: Option<f64>) -> Usage {
        Usage { wall_s: 1.0, cpu_s: 1.0, run_wait_s, steal_s, others_cpu_s: None }
    }

    #[test]
    fn ninety_percent_of_the_best_is_the_bar() {
        let mut standard = Standard::new(Some(4.7));
        assert_eq!(standard.judge(&[reading(4.3), reading(4.7)], None), None);
        assert_eq!(standard.judge(&[reading(4.7), reading(4.2)], None), Some(MarkName::SharedCore));
        assert_eq!(standard.judge(&[reading(3.1), None], None), Some(MarkName::SharedCore));
        assert_eq!(standard.best_adds_per_cycle(), Some(4.7));
    }

    #[test]
    fn the_best_is_learned() {
        let mut standard = Standard::new(Some(f64::NAN));
        assert_eq!(standard.judge(&[reading(3.1)], None), None, "nothing better was seen");
        let shared = standard.judge(&[reading(3.1), reading(4.7)], None);
        assert_eq!(shared, Some(MarkName::SharedCore));
        assert_eq!((standard.best_adds_per_cycle(), standard.core_fraction(2.35)), (Some(4.7), Some(0.5)));
    }

    #[test]
    fn waiting_and_steal_are_lost_time() {
        let mut standard = Standard::default();
        let clean = [reading(4.7)];
        let lost = Some(MarkName::LostTime);
        assert_eq!(standard.judge(&clean, Some(&usage(Some(0.01), Some(0.0)))), None);
        assert_eq!(standard.judge(&clean, Some(&usage(Some(0.03), None))), lost);
        assert_eq!(standard.judge(&clean, Some(&usage(Some(0.0), Some(0.5)))), lost);
        assert_eq!(standard.judge(&[None], Some(&usage(Some(0.5), None))), lost);
        assert_eq!(standard.judge(&clean, Some(&usage(None, None))), None);
    }

    #[test]
    fn without_a_reading_nothing_is_discarded() {
        let mut standard = Standard::default();
        assert_eq!(standard.judge(&[], None), None);
        assert_eq!(standard.judge(&[reading(4.7), None], None), None);
        assert_eq!(lost_fraction(&usage(None, None)), None);
    }
}
