//! The delay to virtual by the formulas, for a pipeline with S batches in a sequence transaction.
//!
//! Not here: the formulas ([`crate::formulas`]); the simulated delays
//! ([`Simulated::virtual_state`](crate::sim::Simulated::virtual_state) and `virtual_random`).

use crate::formulas::{corrected, published};
use crate::sim::pipeline::Pipeline;

/// Mean delays to virtual without simulation, s.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct VirtualForms {
    /// The oldest transaction by the published formula, `S·c + b`: it knows no other.
    pub published_oldest_s: f64,
    /// The oldest transaction with the wait for L1 as it is: half a slot, where there are slots.
    pub corrected_oldest_s: f64,
    /// A random transaction of the same sequence transaction.
    pub corrected_random_s: f64,
}

impl Pipeline {
    /// Mean delays to virtual by the published and the corrected formula, for the batches of a sequence transaction
    /// that this pipeline has.
    ///
    /// `c` is the mean time between two closings, under whatever rule closes them; execution, state root and encoding
    /// come on top once. Exact where closing work does not queue; a sequencer that holds back until a prover is free
    /// adds what the simulation alone gives.
    ///
    /// ```
    /// use planner::domain::{Aggregation, TimeDist};
    /// use planner::sim::{Arrivals, L1, Pipeline};
    /// let slots = L1::Slots { slot_s: 12.0, missed: 0.0, phase_s: None, proofs_max: None };
    /// let merge = Aggregation::pairwise(TimeDist::fixed("merge", 1.0)?);
    /// let prove = TimeDist::fixed("prove", 1.0)?;
    /// let pipeline = Pipeline::new(Arrivals::fixed(10.0)?, prove, 1, merge, slots)?.with_batches_per_sequence(4)?;
    /// let forms = pipeline.virtual_forms();
    /// assert_eq!(forms.published_oldest_s, 52.0);
    /// assert_eq!((forms.corrected_oldest_s, forms.corrected_random_s), (46.0, 26.0));
    /// # Ok::<(), planner::PlanError>(())
    /// ```
    pub fn virtual_forms(&self) -> VirtualForms {
        let (batches, work_s, late_s) =
            (self.batches_per_sequence, self.close_work_mean_s(), self.open_late_s());
        let interval_s = self.arrivals.closing_interval_s(self.closing);
        let wait_s = self.l1.mean_wait_s();
        VirtualForms {
            published_oldest_s: work_s + published::virtual_delay_s(batches, interval_s, self.l1.block_s()),
            corrected_oldest_s: work_s - late_s + corrected::virtual_oldest_s(batches, interval_s, wait_s),
            // In the middle between the first transaction and the last closing.
            corrected_random_s: work_s - late_s / 2.0
                + corrected::virtual_random_s(batches, interval_s, wait_s),
        }
    }
}
