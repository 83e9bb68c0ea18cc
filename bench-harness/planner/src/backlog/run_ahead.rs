//! How far sequencing may run ahead of proving, so that a burst does not break the limit on waiting.
//!
//! A sequencer orders batches at once and provers follow. The more batches are sequenced and not yet proved, the longer
//! the next one waits. The bound says at how many the sequencer must hold back.

use crate::error::{PlanError, at_least_one, not_negative, positive};
use crate::fewest::fewest;
use crate::normal;

/// Above so many proofs a prover within the wait, the asymptotic mean and variance of a renewal count are exact enough.
const COUNTED_MAX: f64 = 10_000.0;
/// The most provers that are looked for.
const PROVERS_MAX: u32 = 1 << 20;

/// Provers, and what is asked of them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RunAhead {
    provers: u32,
    prove_s: f64,
    cv: f64,
    wait_max_s: f64,
    confidence: f64,
}

/// What a burst does to a fleet.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Burst {
    /// The most sequenced, unproved batches with which the newest still starts within the wait.
    pub unproved_max: u64,
    /// The most before the burst, so that no more are there after it; none if the batches that are in proof anyway leave
    /// no room for it.
    pub before_burst_max: Option<u64>,
    /// Batches in proof on average without a burst.
    pub in_proof_mean: f64,
    /// Time from the burst until its queue is gone, s; none if the load leaves the provers no time for it.
    pub drained_s: Option<f64>,
    /// The fewest provers with room for the burst beside the batches that are in proof anyway; none up to 2^20.
    pub provers_for_burst: Option<u32>,
}

impl RunAhead {
    /// `provers` provers of mean time `prove_s` and this coefficient of variation, batches that must start within
    /// `wait_max_s`, and the fraction of bursts, from 0.5 to less than 1, after which they must.
    ///
    /// # Errors
    /// [`PlanError::BadInput`] for no provers, a time that is not above zero (the wait may be zero), a negative
    /// coefficient, or another confidence.
    pub fn new(
        provers: u32,
        (prove_s, cv): (f64, f64),
        wait_max_s: f64,
        confidence: f64,
    ) -> Result<Self, PlanError> {
        if !(0.5..1.0).contains(&confidence) {
            return Err(PlanError::bad("confidence", "a fraction from 0.5 to less than 1", confidence));
        }
        Ok(Self {
            provers: at_least_one("provers", provers)?,
            prove_s: positive("prove_s", prove_s)?,
            cv: not_negative("prove_cv", cv)?,
            wait_max_s: not_negative("wait_max_s", wait_max_s)?,
            confidence,
        })
    }

    /// The most sequenced, unproved batches, in proof and waiting, with which the newest still starts within the wait:
    /// `P + ⌊P·m − z·√(P·v)⌋`.
    ///
    /// m and v are mean and variance of the proofs that one prover ends within the wait w, when it starts afresh:
    /// with `F_k = Φ((w − k·p)/(c·p·√k))`, the chance that k proofs of mean p and coefficient of variation c end in time,
    /// `m = Σ F_k` and `v = Σ (2k − 1)·F_k − m²`. z is the normal quantile of the confidence. Proofs of fixed time have
    /// `m = ⌊w/p⌋` and no variance, so that the bound is `P·(1 + ⌊w/p⌋)`, and sure.
    ///
    /// Assumes: first come, first served; every prover works and none crashes; all start a proof as the burst comes, which
    /// is the worst case for times less variable than the exponential; the sum of k proofs is near normal.
    ///
    /// ```
    /// use planner::backlog::RunAhead;
    /// // 14 provers of 120 s, fixed, start a batch within 10 min: each ends 5 proofs by then. 14 in proof and 70 behind.
    /// assert_eq!(RunAhead::new(14, (120.0, 0.0), 600.0, 0.99)?.unproved_max(), 84);
    /// // A prover ends its fifth proof in time every other time where times scatter: fewer may be waiting.
    /// assert_eq!(RunAhead::new(14, (120.0, 0.3), 600.0, 0.99)?.unproved_max(), 71);
    /// // Nothing may wait: as many as there are provers.
    /// assert_eq!(RunAhead::new(14, (120.0, 0.3), 0.0, 0.99)?.unproved_max(), 14);
    /// # Ok::<(), planner::PlanError>(())
    /// ```
    pub fn unproved_max(&self) -> u64 {
        // Just where a proof of every prover ends the normal law scatters most and allows less than a little before it;
        // what a shorter wait allows a longer one allows as well.
        let shorter = (0..=16_u32).map(|eighths| self.wait_max_s - f64::from(eighths) / 8.0 * self.prove_s);
        let waits = shorter.filter(|wait_s| *wait_s >= 0.0);
        waits.map(|wait_max_s| Self { wait_max_s, ..*self }.unproved_at()).fold(0, u64::max)
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "not negative; saturates")]
    fn unproved_at(&self) -> u64 {
        let provers = f64::from(self.provers);
        let (mean, variance) = self.ended_within();
        let ended = provers * mean - normal::quantile(self.confidence) * (provers * variance).sqrt();
        u64::from(self.provers) + (ended.max(0.0) * (1.0 + 1e-9)).floor() as u64
    }

    /// Mean and variance of the proofs that one prover ends within the wait.
    fn ended_within(&self) -> (f64, f64) {
        let Self { prove_s, cv, wait_max_s, .. } = *self;
        let proofs = wait_max_s / prove_s;
        if cv == 0.0 {
            return ((proofs * (1.0 + 1e-9)).floor(), 0.0);
        }
        if proofs > COUNTED_MAX {
            return (proofs + (cv * cv - 1.0) / 2.0, cv * cv * proofs);
        }
        let (mut mean, mut second, mut k) = (0.0_f64, 0.0_f64, 1.0_f64);
        loop {
            // A lognormal time is never negative; a normal one of a wide law could be.
            let ended = normal::cdf((proofs - k) / (cv * k.sqrt())).min(if proofs > 0.0 { 1.0 } else { 0.0 });
            mean += ended;
            second += (2.0 * k - 1.0) * ended;
            if k > proofs && ended < 1e-9 {
                return (mean, (second - mean * mean).max(0.0));
            }
            k += 1.0;
        }
    }

    /// What a burst of `batches` on top of `arrivals_per_s` does.
    ///
    /// ```
    /// use planner::backlog::RunAhead;
    /// // 14 provers of 120 s at 0.1 batches/s have 12 in proof; 84 may be unproved.
    /// let fleet = RunAhead::new(14, (120.0, 0.0), 600.0, 0.99)?;
    /// let burst = fleet.burst(50, 0.1)?;
    /// assert_eq!((burst.unproved_max, burst.before_burst_max), (84, Some(34)));
    /// // 50 / (14/120 − 0.1)
    /// assert!((burst.drained_s.unwrap() - 3_000.0).abs() < 1e-6);
    /// // 80 more than 12 are too many for 14 provers; 16 have room for 96.
    /// let large = fleet.burst(80, 0.1)?;
    /// assert_eq!((large.before_burst_max, large.provers_for_burst), (None, Some(16)));
    /// # Ok::<(), planner::PlanError>(())
    /// ```
    ///
    /// # Errors
    /// [`PlanError::BadInput`] for a rate that is negative or not finite.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "not negative; saturates")]
    pub fn burst(&self, batches: u64, arrivals_per_s: f64) -> Result<Burst, PlanError> {
        let in_proof_mean = not_negative("arrivals_per_s", arrivals_per_s)? * self.prove_s;
        let there = (in_proof_mean * (1.0 - 1e-9)).ceil() as u64;
        let unproved_max = self.unproved_max();
        let room = |provers: u32| Self { provers, ..*self }.unproved_max() >= there.saturating_add(batches);
        let spare_per_s = f64::from(self.provers) / self.prove_s - arrivals_per_s;
        Ok(Burst {
            unproved_max,
            before_burst_max: unproved_max.checked_sub(batches).filter(|before| *before >= there),
            in_proof_mean,
            drained_s: (spare_per_s > 1e-12).then(|| batches as f64 / spare_per_s),
            provers_for_burst: provers_with_room(in_proof_mean, room)?,
        })
    }
}

/// The fewest provers above the load for which there is room, which more provers never take away.
fn provers_with_room(in_proof_mean: f64, room: impl Fn(u32) -> bool) -> Result<Option<u32>, PlanError> {
    let min = crate::formulas::capacity::whole_at_most(in_proof_mean).saturating_add(1);
    if min > PROVERS_MAX || !room(PROVERS_MAX) {
        return Ok(None);
    }
    fewest(min, PROVERS_MAX, 1, |provers| Ok(Some(room(provers)))).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bound(provers: u32, cv: f64, wait_s: f64) -> u64 {
        RunAhead::new(provers, (120.0, cv), wait_s, 0.99).unwrap().unproved_max()
    }

    #[test]
    fn more_provers_and_longer_waits_never_allow_less() {
        for cv in [0.0, 0.05, 0.3, 1.0] {
            for provers in 1..60 {
                assert!(bound(provers + 1, cv, 600.0) >= bound(provers, cv, 600.0), "{cv} {provers}");
            }
            for wait in 0..100 {
                let wait_s = f64::from(wait) * 30.0;
                assert!(bound(14, cv, wait_s + 30.0) >= bound(14, cv, wait_s), "{cv} {wait_s}");
            }
        }
    }

    #[test]
    fn a_narrow_law_is_almost_fixed_and_a_long_wait_is_the_rate() {
        // Between two proofs, so that scatter does not matter.
        assert_eq!(bound(14, 0.001, 660.0), bound(14, 0.0, 660.0));
        let (long, rate) = (bound(14, 0.3, 120.0 * 1e6) as f64, 14.0 * 1e6);
        assert!((long / rate - 1.0).abs() < 1e-3, "{long} {rate}");
        // Both sides of where the sum ends and the asymptote begins.
        let (below, above) = (bound(14, 0.3, 120.0 * 9_999.0), bound(14, 0.3, 120.0 * 10_001.0));
        assert!(above > below && above - below < 60, "{below} {above}");
    }

    #[test]
    fn nonsense_is_refused() {
        assert!(RunAhead::new(0, (1.0, 0.0), 1.0, 0.99).is_err());
        assert!(RunAhead::new(1, (0.0, 0.0), 1.0, 0.99).is_err());
        assert!(RunAhead::new(1, (1.0, f64::NAN), 1.0, 0.99).is_err());
        assert!(RunAhead::new(1, (1.0, 0.0), -1.0, 0.99).is_err());
        assert!(RunAhead::new(1, (1.0, 0.0), 1.0, 1.0).is_err());
        assert!(RunAhead::new(1, (1.0, 0.0), 1.0, 0.99).unwrap().burst(1, -1.0).is_err());
    }
}
