//! What no pipeline of these numbers can beat: lower bounds of the delay of a group's oldest transaction.
//!
//! For a search that would not simulate what cannot win. Never above the true figure, if arrivals are independent of
//! each other (a trace and a day keep the mean alone). Not here: which fleets are ruled out by them ([`crate::plan`]).

use statrs::distribution::{ContinuousCDF, Gamma};

use crate::domain::{Aggregation, MergeStart, TimeDist};
use crate::formulas::corrected::{slowest_mean_s, slowest_quantile_s};
use crate::normal;
use crate::sim::arrivals::{Closing, FillLaw};
use crate::sim::l1::L1;
use crate::sim::pipeline::Pipeline;

/// Lower bounds of the delay to consolidated of a group's oldest transaction, s.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DelayFloor {
    /// Of the mean.
    pub mean_s: f64,
    /// Of the 99th percentile.
    pub p99_s: f64,
}

/// From the last closing of a group to its last proof, at the least, s.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct ProofFloor {
    /// On average.
    mean_s: f64,
    /// With the chance that the 99th percentile leaves, where closings are evenly spaced; 0 where they are not.
    late_s: f64,
}

/// The chance that the 99th percentile leaves.
const BEYOND: f64 = 0.01;
/// Chances that a part of the delay is left to be long; the rest of [`BEYOND`] is the other part's.
const SPLITS: [f64; 9] = [0.011, 0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 0.95];

impl Pipeline {
    /// Lower bounds of the delay, without simulation.
    ///
    /// The mean is that of closing, of the slowest of proofs that are verified in order, with provers without number; of
    /// the merges that follow any proof; and of the wait for L1. A maximum of sums is convex in its times, so that gaps and merges may be taken at their means (Jensen).
    /// The 99th percentile takes closing and proofs as independent: both are long with the product of their chances.
    pub fn delay_floor(&self) -> DelayFloor {
        self.delay_floor_after(self.proof_floor())
    }

    /// The part of it that proofs are, which is the same for every group size.
    pub(crate) fn proof_floor(&self) -> ProofFloor {
        let (_, chance) = self.merging();
        let Some(prove) = self.quickest_proof() else { return ProofFloor { mean_s: 0.0, late_s: 0.0 } };
        let (proofs, interval_s) = (self.proofs_awaited(), self.arrivals.closing_interval_s(self.closing));
        ProofFloor {
            mean_s: slowest_mean_s(&prove, proofs, interval_s),
            late_s: match self.arrivals.fill_law() {
                FillLaw::Fixed => slowest_quantile_s(&prove, proofs, interval_s, 1.0 - BEYOND / chance),
                _ => 0.0,
            },
        }
    }

    /// The same where the part of proofs is known.
    pub(crate) fn delay_floor_after(&self, proof: ProofFloor) -> DelayFloor {
        let merging = self.merging();
        let closing_s = self.close_work_mean_s() - self.open_late_s()
            + f64::from(self.batches_per_aggregation) * self.arrivals.closing_interval_s(self.closing);
        let mean_s = closing_s
            + proof.mean_s
            + self.aggregation.latency_min_s(self.batches_per_aggregation, self.aggregators)
            + self.l1_mean_min_s();
        let (merge_s, chance) = merging;
        let p99_s = self.close_work_min_s()
            + self.closed_and_proved_min_s(BEYOND / chance, proof)
            + merge_s
            + self.l1_min_s();
        DelayFloor { mean_s, p99_s }
    }

    /// The prove time of a job that is no straggler, or of one that is, whichever is quicker; none where crashes begin
    /// jobs again, which may shorten them.
    fn quickest_proof(&self) -> Option<TimeDist> {
        if self.crashes.is_some() {
            return None;
        }
        let factor = self.stragglers.filter(|s| s.fraction > 0.0).map_or(1.0, |s| s.factor.min(1.0));
        self.prove.scaled(factor).ok()
    }

    /// Proofs that a group must wait for: all before it, or one where closings follow the provers and the gaps between
    /// them are longer than they say.
    fn proofs_awaited(&self) -> u32 {
        if self.closing == Closing::ProverFree { 1 } else { u32::MAX }
    }

    /// The least wait for L1 on average, s: a phase that is given may always be met.
    fn l1_mean_min_s(&self) -> f64 {
        match self.l1 {
            L1::Slots { slot_s, missed, phase_s: Some(_), .. } => slot_s * missed / (1.0 - missed),
            l1 => l1.mean_wait_s(),
        }
    }

    /// The least wait for L1, s.
    fn l1_min_s(&self) -> f64 {
        match self.l1 {
            L1::Latency(s) | L1::Serial(s) => s,
            L1::Slots { .. } | L1::Poisson { .. } => 0.0,
        }
    }

    /// A time that the merges after a group's last proof take with some chance, and that chance.
    fn merging(&self) -> (f64, f64) {
        let n = self.batches_per_aggregation;
        let merges = match &self.aggregation {
            Aggregation::Separate => 0,
            Aggregation::FixedTotal { .. } => 1,
            Aggregation::Tree { tree, start: MergeStart::Eager, .. } => tree.last_path_merges(n),
            Aggregation::Tree { tree, start: MergeStart::WholeGroup, .. } => tree.levels(n),
            Aggregation::Fold { start: MergeStart::Eager, .. } => u32::from(n > 1),
            Aggregation::Fold { start: MergeStart::WholeGroup, .. } => n - 1,
        };
        let step = self.aggregation.step();
        if step.is_fixed() {
            return (f64::from(merges) * step.mean_s(), 1.0);
        }
        // Each of them takes longer than its one in so many.
        let each = 0.9_f64.powf(1.0 / f64::from(merges.max(1)));
        (f64::from(merges) * step.quantile_s(1.0 - each), 0.9)
    }

    /// From the opening of a group to its last proof: a time that is exceeded with this chance at least, s.
    fn closed_and_proved_min_s(&self, beyond: f64, known: ProofFloor) -> f64 {
        let n = self.batches_per_aggregation;
        let proof = self.quickest_proof();
        let interval_s = self.arrivals.closing_interval_s(self.closing);
        if let FillLaw::Fixed = self.arrivals.fill_law() {
            return f64::from(n) * interval_s + known.late_s;
        }
        SPLITS
            .iter()
            .map(|&split| {
                // Closing alone takes all of the chance, where it is left no more.
                let closes = split.max(beyond);
                let proved_s =
                    proof.as_ref().map_or(0.0, |prove| prove.quantile_s((1.0 - beyond / closes).max(0.0)));
                self.closed_beyond_s(closes) + proved_s
            })
            .fold(0.0, f64::max)
    }

    /// The time in which N batches fill with at most the chance `1 − beyond`, or less, s.
    fn closed_beyond_s(&self, beyond: f64) -> f64 {
        let n = f64::from(self.batches_per_aggregation);
        let mean_s = self.arrivals.mean_s();
        if let Closing::Timeout(_) = self.closing {
            return 0.0;
        }
        match self.arrivals.fill_law() {
            FillLaw::Fixed => n * mean_s,
            FillLaw::Erlang { k } => mean_s * n * gamma_min(n * f64::from(k), 1.0 - beyond),
            FillLaw::LogNormal { mu, sigma } => {
                let z = normal::quantile(1.0 - beyond);
                // A sum is at least N times the geometric mean (lognormal again); and seldom far below its own mean
                // (Cantelli).
                let geometric_s = n * libm::exp(mu + z * sigma / n.sqrt());
                let spread = ((sigma * sigma).exp_m1() / n).sqrt();
                let cantelli_s = n * mean_s * (1.0 - spread * (beyond / (1.0 - beyond)).sqrt());
                geometric_s.max(cantelli_s)
            }
            FillLaw::Other => 0.0,
        }
    }
}

/// A little less than quantile `q` of the gamma law of this shape and mean 1.
fn gamma_min(shape: f64, q: f64) -> f64 {
    if shape <= 64.0 {
        return Gamma::new(shape, shape).map_or(0.0, |law| law.inverse_cdf(q)) * (1.0 - 1e-6);
    }
    // Wilson and Hilferty, which is within a part in a thousand here.
    let ninth = 1.0 / (9.0 * shape);
    (1.0 - ninth + normal::quantile(q) * ninth.sqrt()).powi(3) * (1.0 - 1e-3)
}
