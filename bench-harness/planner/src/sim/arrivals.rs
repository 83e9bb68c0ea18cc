//! When batches fill, and the rule that closes them.

use crate::error::{PlanError, at_least_one, at_most, not_negative, positive};
use statrs::function::gamma::gamma_lr;

use crate::domain::time::{CV_MAX, DAY_S, index_at};
use crate::domain::{MeasuredClosing, MeasuredClosings};
use crate::normal;
use crate::sim::streams::{Stage, Stream};

/// The largest shape of Erlang filling times: beyond it they are as good as fixed.
pub const ERLANG_K_MAX: u32 = 10_000;
/// Above this shape a draw is one number and not as many as the shape says.
const ERLANG_SUM_MAX: u32 = 64;

/// How long batches take to fill, one after another.
#[derive(Debug, Clone, PartialEq)]
pub struct Arrivals {
    law: Law,
    mean_s: f64,
}

#[derive(Debug, Clone, PartialEq)]
enum Law {
    Fixed,
    Erlang { k: u32 },
    LogNormal { mu: f64, sigma: f64 },
    Trace { gaps_s: Vec<f64>, begins: Begins },
    Daily { batches_per_s: Vec<f64>, poisson: bool },
    Closings(MeasuredClosings),
}

/// Where a replication begins in a trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Begins {
    AtRandom,
    AtItsStart,
}

impl Arrivals {
    /// A batch fills every `mean_s` seconds.
    ///
    /// # Errors
    /// [`PlanError::BadInput`] unless the mean is a finite number above zero; so for all constructors.
    pub fn fixed(mean_s: f64) -> Result<Self, PlanError> {
        Ok(Self { law: Law::Fixed, mean_s: positive("arrival_interval_s", mean_s)? })
    }

    /// Batches fill as a Poisson process.
    ///
    /// # Errors
    /// [`PlanError::BadInput`].
    pub fn poisson(mean_s: f64) -> Result<Self, PlanError> {
        Self::erlang(mean_s, 1)
    }

    /// The sum of `k` exponential times: a batch of `k` transactions that arrive as a Poisson process.
    ///
    /// From a shape of 65 on a draw is the quantile of Wilson and Hilferty (1931): within 1e-4 in probability, and its
    /// mean within 1e-8.
    ///
    /// # Errors
    /// [`PlanError::BadInput`], also if `k` is 0 or above [`ERLANG_K_MAX`].
    pub fn erlang(mean_s: f64, k: u32) -> Result<Self, PlanError> {
        let k = at_least_one("arrival_erlang_k", k)?;
        at_most(
            "arrival_erlang_k",
            f64::from(k),
            f64::from(ERLANG_K_MAX),
            "fixed arrivals are the same then",
        )?;
        Ok(Self { law: Law::Erlang { k }, mean_s: positive("arrival_interval_s", mean_s)? })
    }

    /// Lognormal times: bursts and lulls.
    ///
    /// # Errors
    /// [`PlanError::BadInput`], also for a `cv` that is negative or above [`CV_MAX`]; 0 is [`Arrivals::fixed`].
    pub fn log_normal(mean_s: f64, cv: f64) -> Result<Self, PlanError> {
        let mean_s = positive("arrival_interval_s", mean_s)?;
        let cv = not_negative("arrival_cv", cv)?;
        if at_most("arrival_cv", cv, CV_MAX, "a trace may vary more")? == 0.0 {
            return Self::fixed(mean_s);
        }
        let variance = (cv * cv).ln_1p();
        Ok(Self { law: Law::LogNormal { mu: mean_s.ln() - variance / 2.0, sigma: variance.sqrt() }, mean_s })
    }

    /// The gaps of a trace, in their order, from a random place and round again.
    ///
    /// # Errors
    /// [`PlanError::BadInput`] if there are none, one is negative or not finite, or all are zero.
    pub fn trace(gaps_s: Vec<f64>) -> Result<Self, PlanError> {
        for (index, &gap) in gaps_s.iter().enumerate() {
            not_negative(&format!("trace gap {}", index + 1), gap)?;
        }
        if gaps_s.is_empty() {
            return Err(PlanError::bad("trace", "at least one gap", "none"));
        }
        let mean_s = positive("trace mean gap", gaps_s.iter().sum::<f64>() / gaps_s.len() as f64)?;
        Ok(Self { law: Law::Trace { gaps_s, begins: Begins::AtRandom }, mean_s })
    }

    /// The gaps of a trace, in their order, from the first: the arrivals of one run that are known beforehand.
    ///
    /// # Errors
    /// As [`Self::trace`].
    pub fn replay(gaps_s: Vec<f64>) -> Result<Self, PlanError> {
        let Self { law, mean_s } = Self::trace(gaps_s)?;
        match law {
            Law::Trace { gaps_s, begins: _ } => {
                Ok(Self { law: Law::Trace { gaps_s, begins: Begins::AtItsStart }, mean_s })
            }
            law => Ok(Self { law, mean_s }),
        }
    }

    /// A rate that changes over the day, in equal slots from midnight; `poisson` adds randomness to it.
    ///
    /// # Errors
    /// [`PlanError::BadInput`] if there is no slot, a rate is negative or not finite, or all are zero.
    pub fn daily(batches_per_s: Vec<f64>, poisson: bool) -> Result<Self, PlanError> {
        for (index, &rate) in batches_per_s.iter().enumerate() {
            not_negative(&format!("daily rate {}", index + 1), rate)?;
        }
        if batches_per_s.is_empty() {
            return Err(PlanError::bad("daily curve", "at least one rate", "none"));
        }
        let mean =
            positive("daily mean rate", batches_per_s.iter().sum::<f64>() / batches_per_s.len() as f64)?;
        Ok(Self { law: Law::Daily { batches_per_s, poisson }, mean_s: 1.0 / mean })
    }

    /// Batches as they were closed: whatever rule closed them is in them, and with each comes the work on it.
    pub fn closings(measured: MeasuredClosings) -> Self {
        Self { mean_s: measured.interval_s(), law: Law::Closings(measured) }
    }

    /// The closings that were measured, where these arrivals are such.
    pub(crate) fn measured(&self) -> Option<&MeasuredClosings> {
        match &self.law {
            Law::Closings(measured) => Some(measured),
            _ => None,
        }
    }

    /// The times of one sequence of arrivals, s from its beginning, without end: of batches, or of transactions where the
    /// law is theirs. The same seed gives the same times.
    ///
    /// ```
    /// let arrivals = planner::sim::Arrivals::fixed(2.0)?;
    /// assert_eq!(arrivals.times_s(1).take(3).collect::<Vec<_>>(), [2.0, 4.0, 6.0]);
    /// # Ok::<(), planner::PlanError>(())
    /// ```
    pub fn times_s(&self, seed: u64) -> impl Iterator<Item = f64> {
        let mut filler = Filler::new(self, Stream::new(seed, 0, Stage::Arrivals));
        std::iter::successors(Some(0.0), move |at_s| Some(at_s + filler.next_s(*at_s))).skip(1)
    }

    /// Mean time to fill a batch, s.
    pub fn mean_s(&self) -> f64 {
        self.mean_s
    }

    /// The law of filling times, for bounds.
    pub(crate) fn fill_law(&self) -> FillLaw {
        match self.law {
            Law::Fixed => FillLaw::Fixed,
            Law::Erlang { k } => FillLaw::Erlang { k },
            Law::LogNormal { mu, sigma } => FillLaw::LogNormal { mu, sigma },
            Law::Trace { .. } | Law::Daily { .. } | Law::Closings(_) => FillLaw::Other,
        }
    }

    /// The rate at a time of the day, batches/s; the mean rate for laws without a day.
    pub(crate) fn rate_at(&self, now_s: f64) -> f64 {
        match &self.law {
            Law::Daily { batches_per_s, .. } => {
                batches_per_s[index_at(now_s % DAY_S / DAY_S, batches_per_s.len())]
            }
            _ => 1.0 / self.mean_s,
        }
    }

    /// Mean time between two closings under a rule, s: `E[min(fill, timeout)]` with a timeout, the mean time to fill
    /// without one.
    ///
    /// ```
    /// use planner::sim::{Arrivals, Closing};
    /// let fixed = Arrivals::fixed(10.0)?;
    /// assert_eq!(fixed.closing_interval_s(Closing::Timeout(6.0)), 6.0);
    /// // Exponential: m·(1 − exp(−T/m)).
    /// let poisson = Arrivals::poisson(10.0)?;
    /// let expected = 10.0 * (1.0 - (-0.6_f64).exp());
    /// assert!((poisson.closing_interval_s(Closing::Timeout(6.0)) - expected).abs() < 1e-9);
    /// # Ok::<(), planner::PlanError>(())
    /// ```
    pub fn closing_interval_s(&self, closing: Closing) -> f64 {
        let Closing::Timeout(timeout_s) = closing else { return self.mean_s };
        let mean_s = self.mean_s;
        match &self.law {
            Law::Fixed => mean_s.min(timeout_s),
            // Shape k: E[T; T < t] is the mean times the chance that shape k + 1 lies below t.
            Law::Erlang { k } => {
                let below = |shape: f64| gamma_lr(shape, f64::from(*k) * timeout_s / mean_s);
                let shape = f64::from(*k);
                mean_s * below(shape + 1.0) + timeout_s * (1.0 - below(shape))
            }
            Law::LogNormal { mu, sigma } => {
                let z = (timeout_s.ln() - mu) / sigma;
                mean_s * normal::cdf(z - sigma) + timeout_s * (1.0 - normal::cdf(z))
            }
            // A rule is in them already: a pipeline refuses another.
            Law::Closings(_) => mean_s,
            Law::Trace { gaps_s, begins: _ } => {
                gaps_s.iter().map(|gap| gap.min(timeout_s)).sum::<f64>() / gaps_s.len() as f64
            }
            Law::Daily { batches_per_s, poisson } => {
                // Closings a second of each slot, averaged over the day: a slot without arrivals has only timeouts.
                let closings = batches_per_s.iter().map(|&rate| match poisson {
                    false => rate.max(1.0 / timeout_s),
                    true if rate > 0.0 => rate / -(-rate * timeout_s).exp_m1(),
                    true => 1.0 / timeout_s,
                });
                batches_per_s.len() as f64 / closings.sum::<f64>()
            }
        }
    }
}

/// A law of independent filling times, or another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum FillLaw {
    Fixed,
    Erlang { k: u32 },
    LogNormal { mu: f64, sigma: f64 },
    Other,
}

/// The rule that closes a batch.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Closing {
    /// When it is full.
    Full,
    /// When it is full or this many seconds old; then it goes with what it has.
    Timeout(f64),
    /// When it is full and a prover is free: the sequencer holds back.
    ProverFree,
}

impl Closing {
    /// The same rule, if its number makes sense.
    ///
    /// # Errors
    /// [`PlanError::BadInput`] for a timeout that is not above zero.
    pub(crate) fn checked(self) -> Result<Self, PlanError> {
        if let Self::Timeout(s) = self {
            positive("close_timeout_s", s)?;
        }
        Ok(self)
    }
}

/// A batch that is to be closed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct NextBatch {
    /// Since the closing before it, s.
    pub(crate) gap_s: f64,
    /// How long after that closing its first transaction comes, s: 0 for laws, whose batches open at once.
    pub(crate) late_s: f64,
    /// How full it is, before any rule closes it sooner.
    pub(crate) fill_fraction: f64,
    /// The sequencer's work on it, s, where that was measured with it.
    pub(crate) work_s: Option<f64>,
}

/// The filling times of one replication.
#[derive(Debug)]
pub(crate) struct Filler<'a> {
    arrivals: &'a Arrivals,
    stream: Stream,
    next_gap: usize,
}

impl<'a> Filler<'a> {
    pub(crate) fn new(arrivals: &'a Arrivals, mut stream: Stream) -> Self {
        let next_gap = match &arrivals.law {
            Law::Trace { gaps_s, begins: Begins::AtRandom } => index_at(stream.uniform(), gaps_s.len()),
            Law::Closings(measured) if measured.is_ordered() => {
                index_at(stream.uniform(), measured.all().len())
            }
            _ => 0,
        };
        Self { arrivals, stream, next_gap }
    }

    /// The batch after the closing at `now_s`.
    #[inline]
    pub(crate) fn next(&mut self, now_s: f64) -> NextBatch {
        let Law::Closings(measured) = &self.arrivals.law else {
            return NextBatch { gap_s: self.next_s(now_s), late_s: 0.0, fill_fraction: 1.0, work_s: None };
        };
        let MeasuredClosing { gap_s, fill_s, fill_fraction, work_s } = self.next_closing(measured);
        NextBatch { gap_s, late_s: (gap_s - fill_s).max(0.0), fill_fraction, work_s: Some(work_s) }
    }

    fn next_closing(&mut self, measured: &MeasuredClosings) -> MeasuredClosing {
        let all = measured.all();
        if !measured.is_ordered() {
            return all[index_at(self.stream.uniform(), all.len())];
        }
        let at = self.next_gap;
        self.next_gap = (at + 1) % all.len();
        all[at]
    }

    /// How long the batch that opens at `now_s` takes to fill.
    #[inline]
    pub(crate) fn next_s(&mut self, now_s: f64) -> f64 {
        match &self.arrivals.law {
            Law::Fixed => self.arrivals.mean_s,
            Law::Erlang { k: 1 } => self.arrivals.mean_s * self.stream.exponential(),
            Law::Erlang { k } if *k > ERLANG_SUM_MAX => {
                self.arrivals.mean_s * gamma_quantile(*k, self.stream.uniform())
            }
            Law::Erlang { k } => self.arrivals.mean_s * self.stream.exponentials(*k) / f64::from(*k),
            Law::LogNormal { mu, sigma } => libm::exp(mu + sigma * normal::quantile(self.stream.uniform())),
            Law::Trace { gaps_s, begins: _ } => {
                let gap = gaps_s[self.next_gap];
                self.next_gap = (self.next_gap + 1) % gaps_s.len();
                gap
            }
            Law::Closings(measured) => self.next_closing(measured).gap_s,
            Law::Daily { batches_per_s, poisson } => {
                let work = if *poisson { self.stream.exponential() } else { 1.0 };
                until_filled(batches_per_s, now_s, work)
            }
        }
    }
}

/// Quantile `q` of an Erlang time of shape `k` and mean 1, for large `k`: `(1 − 1/9k + z/(3√k))³`. It rises with `q`.
///
/// Wilson and Hilferty, *The distribution of chi-square*, PNAS 17 (1931).
fn gamma_quantile(k: u32, q: f64) -> f64 {
    let ninth = 1.0 / (9.0 * f64::from(k));
    let root = 1.0 - ninth + normal::quantile(q) * ninth.sqrt();
    root * root * root
}

/// Time from `now_s` until the daily rate has brought `work` batches.
fn until_filled(batches_per_s: &[f64], now_s: f64, mut work: f64) -> f64 {
    let slot_s = DAY_S / batches_per_s.len() as f64;
    let mut at_s = now_s % DAY_S;
    let mut passed_s = 0.0;
    loop {
        let slot = index_at(at_s / DAY_S, batches_per_s.len());
        // At least a sliver, so that rounding at a slot's edge cannot stop the clock.
        let left_s = ((slot + 1) as f64 * slot_s - at_s).max(slot_s * 1e-12);
        if batches_per_s[slot] * left_s >= work {
            return passed_s + work / batches_per_s[slot];
        }
        work -= batches_per_s[slot] * left_s;
        passed_s += left_s;
        at_s = (at_s + left_s) % DAY_S;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mean_of(arrivals: &Arrivals, draws: u32) -> f64 {
        let mut filler = Filler::new(arrivals, Stream::new(1, 0, Stage::Arrivals));
        let mut now_s = 0.0;
        for _ in 0..draws {
            now_s += filler.next_s(now_s);
        }
        now_s / f64::from(draws)
    }

    #[test]
    fn every_law_keeps_its_mean() {
        let laws = [
            Arrivals::fixed(10.0),
            Arrivals::poisson(10.0),
            Arrivals::erlang(10.0, 4),
            Arrivals::erlang(10.0, 65),
            Arrivals::erlang(10.0, 10_000),
            Arrivals::log_normal(10.0, 2.0),
            Arrivals::trace(vec![5.0, 15.0, 0.0, 20.0]),
            Arrivals::daily(vec![0.05, 0.15, 0.1, 0.1], true),
        ];
        for law in laws.map(Result::unwrap) {
            let mean = mean_of(&law, 200_000);
            assert!((mean / 10.0 - 1.0).abs() < 0.02, "{law:?}: {mean}");
        }
    }

    #[test]
    fn a_large_shape_is_drawn_as_it_is_spread() {
        for k in [65, 200, 1_000, 10_000] {
            let mut last = 0.0;
            for i in 1..2_000 {
                let q = f64::from(i) / 2_000.0;
                let x = gamma_quantile(k, q);
                assert!(x > last, "{k}: {q}");
                last = x;
                let below = gamma_lr(f64::from(k), f64::from(k) * x);
                assert!((below - q).abs() < 1e-4, "{k}: {q} {below}");
            }
            assert!(gamma_quantile(k, 0.0) > 0.0);
        }
    }

    #[test]
    fn a_day_is_followed_hour_by_hour() {
        // Nothing in the first half, one batch a second in the second half.
        let rates = [0.0, 1.0];
        assert_eq!(until_filled(&rates, 0.0, 1.0), 43_201.0);
        assert_eq!(until_filled(&rates, 43_200.0, 1.0), 1.0);
        assert_eq!(until_filled(&rates, 86_399.0, 2.0), 1.0 + 43_200.0 + 1.0);
    }

    #[test]
    fn what_makes_no_rate_is_refused() {
        assert!(Arrivals::trace(vec![]).is_err());
        assert!(Arrivals::trace(vec![0.0, 0.0]).is_err());
        assert!(Arrivals::daily(vec![0.0; 24], false).is_err());
        assert!(Arrivals::daily(vec![0.1, f64::NAN], false).is_err());
        assert!(Arrivals::erlang(10.0, 0).is_err());
        let sharp = Arrivals::erlang(10.0, 1_000_000_000).unwrap_err().to_string();
        assert!(
            sharp.contains("expected at most 10000 (fixed arrivals") && sharp.ends_with("got 1000000000"),
            "{sharp}"
        );
        assert!(Arrivals::log_normal(10.0, 10.5).is_err());
    }
}
