//! What a job takes beside its proof: taken from small fleets that are run before any prediction, and how far a further fleet
//! may differ from them.

use super::cells::Cell;
use super::measured::{fleet_of, handling_of};
use super::times::mean;
use crate::exit::Stopped;
use fleet::summary::is_batch;
use records::fleet::summary::FleetSampleRecord;
use statrs::distribution::{ContinuousCDF, StudentsT};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

/// Small fleets that are run.
pub(super) const FLEETS: u64 = 5;

/// Times beside jobs, s.
#[derive(Clone, Debug)]
pub(super) struct Handling {
    /// Of all jobs.
    pub(super) all: Beside,
    proofs: Beside,
    merges: Beside,
}

impl Handling {
    /// Runs small fleets with the workers of `cell`, each with a folder in `output`.
    pub(super) fn measured(cell: &Cell, output: &Path, stop: &AtomicBool) -> anyhow::Result<Self> {
        let mut samples = Vec::new();
        for number in 1..=FLEETS {
            let folder = output.join(format!("handling-{}-{number}", cell.proof_system));
            eprintln!(
                "small fleet {number} of {FLEETS}, {}: what a job takes beside its proof",
                cell.proof_system
            );
            let calm = Cell { seed: cell.seed + number, ..calm(cell) };
            let summary = fleet_of(&calm, &folder, stop)?;
            if stop.load(Ordering::SeqCst) {
                return Err(Stopped("stopped; nothing was predicted yet".to_owned()).into());
            }
            samples.push(summary.samples);
        }
        let of = |is_asked: fn(&FleetSampleRecord) -> bool| {
            let times = |samples: &Vec<FleetSampleRecord>| {
                let asked = samples.iter().filter(|sample| is_asked(sample));
                asked.filter_map(|sample| handling_of(cell, sample)).collect()
            };
            Beside::of(samples.iter().map(times).collect())
        };
        Ok(Self { all: of(|_| true), proofs: of(is_batch), merges: of(|sample| !is_batch(sample)) })
    }

    /// Times beside the proofs and beside the merges of a further fleet, whose means are both at quantile `u`, s: a machine
    /// that is slow to wake a worker is slow for both.
    pub(super) fn values_s(&self, u: f64) -> (Vec<f64>, Vec<f64>) {
        let merges = if self.merges.fleets.is_empty() { &self.all } else { &self.merges };
        (self.proofs.values_s(u), merges.values_s(u))
    }
}

/// Times beside jobs of several fleets, s.
#[derive(Clone, Debug)]
pub(super) struct Beside {
    fleets: Vec<Vec<f64>>,
}

impl Beside {
    fn of(mut fleets: Vec<Vec<f64>>) -> Self {
        fleets.retain(|fleet| !fleet.is_empty());
        Self { fleets }
    }

    fn means_s(&self) -> Vec<f64> {
        self.fleets.iter().map(|fleet| mean(fleet)).collect()
    }

    /// The mean over the fleets, s.
    pub(super) fn mean_s(&self) -> f64 {
        mean(&self.means_s())
    }

    /// Fleets, and the jobs of all of them.
    pub(super) fn counts(&self) -> (u64, u64) {
        (self.fleets.len() as u64, self.fleets.iter().map(Vec::len).sum::<usize>() as u64)
    }

    /// Half of the 95 % interval in which the mean of a further fleet lies, s; 0 of a single fleet.
    pub(super) fn half_width_s(&self) -> f64 {
        self.further_s(0.975)
    }

    /// How far the mean of a further fleet lies above the mean of these at quantile `u`, s. Of n normal means with deviation s
    /// the next differs from their mean by s·√(1 + 1/n) times a variate of Student's t with n − 1 degrees of freedom.
    fn further_s(&self, u: f64) -> f64 {
        let means_s = self.means_s();
        let (count, middle_s) = (means_s.len() as f64, mean(&means_s));
        let freedom = count - 1.0;
        let Ok(t) = StudentsT::new(0.0, 1.0, freedom) else { return 0.0 };
        let squares: f64 = means_s.iter().map(|mean_s| (mean_s - middle_s).powi(2)).sum();
        t.inverse_cdf(u) * (squares / freedom * (1.0 + 1.0 / count)).sqrt()
    }

    /// Times beside the jobs of a further fleet whose mean is at quantile `u`, s: those of all fleets, as they scatter within
    /// each.
    fn values_s(&self, u: f64) -> Vec<f64> {
        let further_s = self.mean_s() + self.further_s(u);
        let moved = |fleet: &Vec<f64>| {
            let by_s = further_s - mean(fleet);
            fleet.iter().map(move |value| (value + by_s).max(0.0)).collect::<Vec<_>>()
        };
        self.fleets.iter().flat_map(moved).collect()
    }
}

/// A fleet with the same workers and little to do: no job waits long for another.
fn calm(cell: &Cell) -> Cell {
    let scripted = |time_s: f64, real: f64| if cell.is_scripted() { time_s } else { real };
    Cell {
        name: format!("handling-{}", cell.proof_system),
        batches: if cell.is_scripted() { 64 } else { 6 },
        interval_s: scripted(0.05, 0.01),
        prove_s: scripted(0.1, 0.0),
        prove_cv: 0.0,
        merge_s: scripted(0.02, 0.0),
        straggler_fraction: 0.0,
        mtbf_s: None,
        closing: None,
        ..cell.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::{Beside, Handling};
    use crate::cmd::fleet::validate::times::mean;

    /// Five fleets of two jobs each, with means of 1 to 5 ms.
    fn five() -> Beside {
        Beside::of((1..=5).map(|ms| vec![f64::from(ms) * 1e-3 - 5e-4, f64::from(ms) * 1e-3 + 5e-4]).collect())
    }

    #[test]
    fn a_further_fleet_lies_where_student_s_t_says() {
        let handling = five();
        assert!((handling.mean_s() - 3e-3).abs() < 1e-12);
        assert_eq!(handling.counts(), (5, 10));
        // The means have a variance of 2.5 ms², the 97.5 % point with 4 degrees of freedom is 2.776: 2.776·√(2.5·1.2).
        assert!((handling.half_width_s() - 4.808e-3).abs() < 1e-6, "{}", handling.half_width_s());
        assert!((mean(&handling.values_s(0.5)) - 3e-3).abs() < 1e-9);
        // Jobs scatter about the mean of the further fleet as they did about that of their own.
        let above = handling.values_s(0.75);
        let spread = above.iter().copied().fold(0.0, f64::max) - above.iter().copied().fold(1.0, f64::min);
        assert!(mean(&above) > 3.5e-3 && (spread - 1e-3).abs() < 1e-9, "{above:?}");
        // No job takes less than nothing.
        assert!(handling.values_s(0.01).iter().all(|value| *value >= 0.0));
    }

    #[test]
    fn fleets_that_agree_leave_no_width_and_one_alone_says_nothing_of_a_further_one() {
        let equal = Beside::of(vec![vec![1e-3, 3e-3]; 5]);
        assert_eq!(equal.half_width_s(), 0.0);
        let values = equal.values_s(0.9);
        assert_eq!((values.len(), mean(&values)), (10, 2e-3));
        let one = Beside::of(vec![vec![1e-3, 3e-3], Vec::new()]);
        assert_eq!((one.half_width_s(), one.counts()), (0.0, (1, 2)));
    }

    #[test]
    fn proofs_and_merges_are_slow_together() {
        let [all, proofs] = [five(), five()];
        let merges = Beside::of(vec![vec![1e-4], vec![2e-4], vec![3e-4], vec![4e-4], vec![5e-4]]);
        let handling = Handling { all, proofs, merges };
        let (proofs, merges) = handling.values_s(0.75);
        assert!((mean(&proofs) - 3e-3 - 10.0 * (mean(&merges) - 3e-4)).abs() < 1e-9);
        // Of a fleet without merges all that is known is what proofs have beside them.
        let without = Handling { merges: Beside::of(Vec::new()), ..handling };
        assert_eq!(without.values_s(0.75).1, without.values_s(0.75).0);
    }
}
