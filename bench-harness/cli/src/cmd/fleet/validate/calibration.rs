//! What a profile cannot know of a fleet: what a job takes beside its proof, and how much longer a proof takes there than where it
//! was measured. Taken from small fleets that are run before any prediction, with how far a further fleet may differ from them.

use super::cells::Cell;
use super::measured::{fleet_of, handling_of, proof_s};
use super::of_fleets::OfFleets;
use super::times::{Further, Times, mean};
use crate::exit::Stopped;
use fleet::summary::is_batch;
use records::fleet::summary::FleetSampleRecord;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

/// Small fleets that are run.
pub(super) const FLEETS: u64 = 5;

/// How long the proofs of one of them take, about, where they are real, s.
const PROOFS_S: f64 = 10.0;

/// Proofs of one of them, where they are real.
const PROOFS: [f64; 2] = [6.0, 48.0];

/// What small fleets say.
#[derive(Clone, Debug)]
pub(super) struct Calibration {
    /// Beside all jobs, s.
    pub(super) beside: OfFleets,
    beside_proofs: OfFleets,
    beside_merges: OfFleets,
    /// Times of real proofs over the mean of the profile; none of scripted ones, which take what their script says.
    pub(super) pace: OfFleets,
    merge_pace: OfFleets,
}

/// What is done: proofs of batches, or merges.
type IsAsked = fn(&FleetSampleRecord) -> bool;

impl Calibration {
    /// Runs small fleets with the workers of `cell`, each with a folder in `output`.
    pub(super) fn measured(
        cell: &Cell,
        times: &Times,
        output: &Path,
        stop: &AtomicBool,
    ) -> anyhow::Result<Self> {
        let mut samples = Vec::new();
        let words = words(cell);
        for number in 1..=FLEETS {
            let folder = output.join(format!("small-{words}-{number}"));
            eprintln!("small fleet {number} of {FLEETS}, {words}: what a job takes beside its proof");
            let calm = Cell { seed: cell.seed + number, ..calm(cell, times) };
            let summary = fleet_of(&calm, &folder, stop)?;
            if stop.load(Ordering::SeqCst) {
                return Err(Stopped("stopped; nothing was predicted yet".to_owned()).into());
            }
            samples.push(summary.samples);
        }
        let of = |is_asked: IsAsked, value: &dyn Fn(&FleetSampleRecord) -> Option<f64>| {
            let values = |samples: &Vec<FleetSampleRecord>| {
                samples.iter().filter(|sample| is_asked(sample)).filter_map(value).collect()
            };
            OfFleets::of(samples.iter().map(values).collect())
        };
        let beside = |sample: &FleetSampleRecord| handling_of(cell, sample);
        let over = |profile_s: f64| {
            move |sample: &FleetSampleRecord| {
                (!cell.is_scripted() && profile_s > 0.0).then(|| proof_s(cell, sample) / profile_s)
            }
        };
        Ok(Self {
            beside: of(|_| true, &beside),
            beside_proofs: of(is_batch, &beside),
            beside_merges: of(|sample| !is_batch(sample), &beside),
            pace: of(is_batch, &over(mean(&times.prove_s))),
            merge_pace: of(|sample| !is_batch(sample), &over(mean(&times.merge_s))),
        })
    }

    /// A further fleet with the mean of what its jobs take beside their proofs at quantile `u`, and that of its pace at `v`: a
    /// machine that is slow for proofs is slow for merges.
    pub(super) fn further(&self, u: f64, v: f64) -> Further {
        let merges = if self.beside_merges.is_empty() { &self.beside } else { &self.beside_merges };
        let merge_pace = if self.merge_pace.is_empty() { &self.pace } else { &self.merge_pace };
        let pace = |of: &OfFleets| if of.is_empty() { 1.0 } else { of.mean_at(v).max(PACE_MIN) };
        Further {
            beside_s: [self.beside_proofs.values(u), merges.values(u)],
            pace: [pace(&self.pace), pace(merge_pace)],
        }
    }
}

/// No fleet is faster than so much of the profile, whatever the tail of a law says.
const PACE_MIN: f64 = 0.1;

/// What the small fleets of a cell are those of: of a scripted system any, of a real one those with as many workers of each kind,
/// which share a machine, and the same batches.
pub(super) fn words(cell: &Cell) -> String {
    match cell.is_scripted() {
        true => cell.proof_system.clone(),
        false => format!(
            "{}-{}-p{}-a{}",
            cell.proof_system, cell.batch_transactions, cell.provers, cell.aggregators
        ),
    }
}

/// A fleet with the same workers and little to do.
fn calm(cell: &Cell, times: &Times) -> Cell {
    let scripted = |time_s: f64, real: f64| if cell.is_scripted() { time_s } else { real };
    let proofs = (PROOFS_S * f64::from(cell.provers) / mean(&times.prove_s)).clamp(PROOFS[0], PROOFS[1]);
    // Whole groups.
    let n = u64::from(cell.batches_per_aggregation);
    let batches = (proofs as u64).div_ceil(n) * n;
    Cell {
        name: format!("small-{}", words(cell)),
        batches: if cell.is_scripted() { 64 } else { batches },
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
    use super::{Calibration, OfFleets};
    use crate::cmd::fleet::validate::times::mean;

    /// Five fleets of two jobs each, with means of 1 to 5 ms.
    fn five() -> OfFleets {
        OfFleets::of(
            (1..=5).map(|ms| vec![f64::from(ms) * 1e-3 - 5e-4, f64::from(ms) * 1e-3 + 5e-4]).collect(),
        )
    }

    fn calibration() -> Calibration {
        let merges = OfFleets::of(vec![vec![1e-4], vec![2e-4], vec![3e-4], vec![4e-4], vec![5e-4]]);
        let none = || OfFleets::of(Vec::new());
        Calibration {
            beside: five(),
            beside_proofs: five(),
            beside_merges: merges,
            pace: none(),
            merge_pace: none(),
        }
    }

    #[test]
    fn proofs_and_merges_are_slow_together() {
        let further = calibration().further(0.75, 0.5);
        let [proofs, merges] = &further.beside_s;
        assert!((mean(proofs) - 3e-3 - 10.0 * (mean(merges) - 3e-4)).abs() < 1e-9);
        // Of a fleet without merges all that is known is what proofs have beside them.
        let without = Calibration { beside_merges: OfFleets::of(Vec::new()), ..calibration() };
        let [proofs, merges] = without.further(0.75, 0.5).beside_s;
        assert_eq!(proofs, merges);
    }

    #[test]
    fn real_proofs_take_what_they_took_in_small_fleets() {
        // A script takes what it says.
        assert_eq!(calibration().further(0.9, 0.9).pace, [1.0, 1.0]);
        let pace = OfFleets::of(vec![vec![1.0, 1.1], vec![1.1, 1.2], vec![1.2, 1.3]]);
        let real = Calibration { pace: pace.clone(), ..calibration() };
        let middle = real.further(0.1, 0.5).pace;
        assert!((middle[0] - 1.15).abs() < 1e-9 && middle[0] == middle[1], "{middle:?}");
        assert!(real.further(0.1, 0.9).pace[0] > 1.2);
        let with_merges = Calibration { merge_pace: OfFleets::of(vec![vec![2.0], vec![2.0]]), ..real };
        assert_eq!(with_merges.further(0.1, 0.9).pace[1], 2.0);
    }
}
