//! How the batches of a request close: by a rule and a law, or as they were measured.

use crate::domain::MeasuredClosings;
use crate::error::PlanError;
use crate::plan::arrival_law::ArrivalLaw;
use crate::plan::request::PlanRequest;
use crate::sim::Closing;

impl PlanRequest {
    /// The same request with another rule for closing batches. With a timeout batches may go half empty, so that more
    /// of them come than the load would fill.
    ///
    /// # Errors
    /// [`PlanError::BadInput`] for a timeout that is not above zero, and for a rule beside measured closings.
    pub fn with_closing(self, closing: Closing) -> Result<Self, PlanError> {
        if closing != Closing::Full && matches!(self.arrival_law, ArrivalLaw::Closings(_)) {
            return Err(PlanError::bad("closing", "none beside measured closings", format!("{closing:?}")));
        }
        Ok(Self { closing: closing.checked()?, ..self })
    }

    /// The same request with closings that were measured in place of a law of arrivals, a closing rule and the times of
    /// closing: all three are in them. Filling is scaled to the load, work is not.
    ///
    /// # Errors
    /// [`PlanError::BadInput`] for a closing rule beside them.
    pub fn with_closings(self, measured: MeasuredClosings) -> Result<Self, PlanError> {
        if self.closing != Closing::Full {
            return Err(PlanError::bad(
                "closing",
                "none beside measured closings",
                format!("{:?}", self.closing),
            ));
        }
        let load = self.load.closed_by_work(measured.work_s())?;
        Ok(Self { arrival_law: ArrivalLaw::Closings(measured), load, ..self })
    }

    /// The closings that were measured, and by how much they take longer to fill under this load.
    pub(crate) fn closings(&self) -> Option<(&MeasuredClosings, f64)> {
        match &self.arrival_law {
            ArrivalLaw::Closings(measured) => {
                Some((measured, measured.factor_under(1.0 / self.load.batches_per_s())))
            }
            _ => None,
        }
    }

    /// Batches that close in a second when exactly the target arrives, as far as the sequencer keeps up.
    pub(crate) fn closings_per_s(&self) -> f64 {
        let measured = self.closings();
        measured
            .map_or(self.load.batches_per_s(), |(closings, factor)| 1.0 / (closings.interval_s() * factor))
    }

    /// Mean time between two closings, s: the load's interval, or less where a timeout closes batches early.
    pub fn interval_s(&self) -> f64 {
        if let Some((measured, factor)) = self.closings() {
            return (measured.interval_s() * factor).max(measured.work_s());
        }
        let mean_s = self.load.interval_s();
        match self.closing {
            Closing::Full | Closing::ProverFree => mean_s,
            // The law was checked when it came in.
            Closing::Timeout(_) => {
                self.arrival_law.arrivals(mean_s).map_or(mean_s, |law| law.closing_interval_s(self.closing))
            }
        }
    }

    /// Batches that close in a second at this load: the target's, or more where a timeout closes them early.
    pub fn batches_per_s(&self) -> f64 {
        1.0 / self.interval_s()
    }

    /// How full batches are on average; 1 unless a timeout closes them early.
    pub fn fill_fraction(&self) -> f64 {
        if let Some((measured, _)) = self.closings() {
            return measured.fill_fraction();
        }
        self.interval_s() / self.load.interval_s()
    }

    /// Mean time from a batch's first transaction to its closing, s.
    pub fn close_s(&self) -> f64 {
        if let Some((measured, factor)) = self.closings() {
            return measured.fill_s() * factor + measured.work_s();
        }
        let full_s = self.load.interval_s();
        self.load.close_s().max(full_s) - full_s + self.interval_s()
    }

    /// The rule that closes batches.
    pub fn closing(&self) -> Closing {
        self.closing
    }
}
