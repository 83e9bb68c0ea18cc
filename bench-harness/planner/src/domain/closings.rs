//! How batches were closed: measured, filling and the sequencer's work together.
//!
//! Not here: laws of arrivals and closing rules ([`crate::sim::arrivals`]), which these stand in place of.

use crate::error::{PlanError, not_negative, positive};

/// A batch as it was closed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MeasuredClosing {
    /// Since the closing before it, s.
    pub gap_s: f64,
    /// From its first transaction until a rule closed it, s; at most the gap.
    pub fill_s: f64,
    /// Its transactions over those that a batch has room for, above 0 and at most 1.
    pub fill_fraction: f64,
    /// The sequencer's work on it, s, without waiting for the work on others: that follows from gaps and work.
    pub work_s: f64,
}

/// Batches as they were closed one after another, under some load.
#[derive(Debug, Clone, PartialEq)]
pub struct MeasuredClosings {
    closings: Vec<MeasuredClosing>,
    is_ordered: bool,
    mean: MeasuredClosing,
}

impl MeasuredClosings {
    /// Closings that were measured. Where `is_ordered`, their order says something (a trace), and they are taken in it
    /// from a random place and round again; otherwise each is as likely as the next.
    ///
    /// # Errors
    /// [`PlanError::BadInput`] if there are none, a time is negative or not finite, all gaps are zero, one fills for
    /// longer than its gap, or a fraction is not above 0 and at most 1.
    pub fn new(closings: Vec<MeasuredClosing>, is_ordered: bool) -> Result<Self, PlanError> {
        for (index, closing) in closings.iter().enumerate() {
            let field = |name: &str| format!("closing {}: {name}", index + 1);
            let MeasuredClosing { gap_s, fill_s, fill_fraction, work_s } = *closing;
            not_negative(&field("gap_s"), gap_s)?;
            not_negative(&field("fill_s"), fill_s)?;
            not_negative(&field("work_s"), work_s)?;
            // Both are differences of times: they are equal but for rounding where a batch opens as the last one closes.
            if fill_s > gap_s * (1.0 + 1e-9) + 1e-9 {
                return Err(PlanError::bad(&field("fill_s"), &format!("at most the gap, {gap_s}"), fill_s));
            }
            if !(fill_fraction > 0.0 && fill_fraction <= 1.0) {
                return Err(PlanError::bad(&field("fill_fraction"), "above 0 and at most 1", fill_fraction));
            }
        }
        if closings.is_empty() {
            return Err(PlanError::bad("closings", "at least one batch that a rule closed", "none"));
        }
        let measured = Self::with_means(closings, is_ordered);
        positive("closings: mean gap_s", measured.interval_s())?;
        Ok(measured)
    }

    /// All of them, in order.
    pub fn all(&self) -> &[MeasuredClosing] {
        &self.closings
    }

    /// Whether their order says something.
    pub fn is_ordered(&self) -> bool {
        self.is_ordered
    }

    fn with_means(closings: Vec<MeasuredClosing>, is_ordered: bool) -> Self {
        let mean =
            |of: fn(&MeasuredClosing) -> f64| closings.iter().map(of).sum::<f64>() / closings.len() as f64;
        let mean = MeasuredClosing {
            gap_s: mean(|closing| closing.gap_s),
            fill_s: mean(|closing| closing.fill_s),
            fill_fraction: mean(|closing| closing.fill_fraction),
            work_s: mean(|closing| closing.work_s),
        };
        Self { closings, is_ordered, mean }
    }

    /// Mean time between two closings, s.
    pub fn interval_s(&self) -> f64 {
        self.mean.gap_s
    }

    /// Mean time from a batch's first transaction until a rule closed it, s.
    pub fn fill_s(&self) -> f64 {
        self.mean.fill_s
    }

    /// How full batches are, mean.
    pub fn fill_fraction(&self) -> f64 {
        self.mean.fill_fraction
    }

    /// The sequencer's work on a batch, mean, s.
    pub fn work_s(&self) -> f64 {
        self.mean.work_s
    }

    /// The least work on a batch, s.
    pub(crate) fn work_min_s(&self) -> f64 {
        self.closings.iter().map(|closing| closing.work_s).fold(f64::INFINITY, f64::min)
    }

    /// Whether all are the same, so that nothing about closing is random.
    pub fn is_constant(&self) -> bool {
        self.closings.iter().all(|closing| closing == &self.closings[0])
    }

    /// By how much gaps and filling are longer under a load that fills a whole batch in so many seconds. Transactions are
    /// conserved: a batch that is filled to a fraction takes that fraction of the time.
    pub fn factor_under(&self, full_interval_s: f64) -> f64 {
        let factor = full_interval_s * self.fill_fraction() / self.interval_s();
        // A factor that is rounding would move every time by it.
        if (factor - 1.0).abs() < 1e-12 { 1.0 } else { factor }
    }

    /// The same closings under such a load: gaps and filling by one factor, work as it was.
    ///
    /// ```
    /// use planner::domain::{MeasuredClosing, MeasuredClosings};
    /// let closing = MeasuredClosing { gap_s: 5.0, fill_s: 4.0, fill_fraction: 0.5, work_s: 1.0 };
    /// let measured = MeasuredClosings::new(vec![closing], false)?;
    /// // Half a batch in 5 s is a whole one in 10 s; at twice the load it is one in 5 s.
    /// let twice = measured.under(5.0)?;
    /// assert_eq!((twice.interval_s(), twice.fill_s(), twice.work_s()), (2.5, 2.0, 1.0));
    /// # Ok::<(), planner::PlanError>(())
    /// ```
    ///
    /// # Errors
    /// [`PlanError::BadInput`] unless the time is a finite number above zero.
    pub fn under(&self, full_interval_s: f64) -> Result<Self, PlanError> {
        let factor = self.factor_under(positive("arrival_interval_s", full_interval_s)?);
        let scaled = |closing: &MeasuredClosing| MeasuredClosing {
            gap_s: closing.gap_s * factor,
            fill_s: closing.fill_s * factor,
            ..*closing
        };
        Ok(Self::with_means(self.closings.iter().map(scaled).collect(), self.is_ordered))
    }

    /// The same closings by a sequencer whose work takes `factor` times as long.
    pub(crate) fn with_work_scaled(&self, factor: f64) -> Self {
        let scaled =
            |closing: &MeasuredClosing| MeasuredClosing { work_s: closing.work_s * factor, ..*closing };
        Self::with_means(self.closings.iter().map(scaled).collect(), self.is_ordered)
    }
}

#[cfg(test)]
mod tests {
    use super::{MeasuredClosing, MeasuredClosings};

    #[test]
    fn what_no_sequencer_does_is_refused_with_its_place() {
        let good = MeasuredClosing { gap_s: 5.0, fill_s: 5.0, fill_fraction: 1.0, work_s: 0.0 };
        let refused = |bad: MeasuredClosing| {
            MeasuredClosings::new(vec![good, bad], false).expect_err("cannot be").to_string()
        };
        assert!(refused(MeasuredClosing { fill_s: 5.1, ..good }).contains("closing 2: fill_s"));
        assert!(refused(MeasuredClosing { gap_s: f64::NAN, ..good }).contains("closing 2: gap_s"));
        assert!(refused(MeasuredClosing { work_s: -1.0, ..good }).contains("closing 2: work_s"));
        for fill_fraction in [0.0, 1.1, f64::NAN] {
            assert!(refused(MeasuredClosing { fill_fraction, ..good }).contains("fill_fraction"));
        }
        assert!(MeasuredClosings::new(vec![], false).is_err());
        let at_once = MeasuredClosing { gap_s: 0.0, fill_s: 0.0, ..good };
        assert!(MeasuredClosings::new(vec![at_once], false).is_err());
        assert!(MeasuredClosings::new(vec![at_once, good], false).is_ok());
    }
}
