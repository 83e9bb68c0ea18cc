//! The provers of a fleet that follows the queue: at work, on their way, and paid for.

use crate::domain::autoscaler::ScalingMemory;
use std::collections::VecDeque;

/// Provers at work and on their way. Without a rule as many as the pipeline has, from beginning to end.
#[derive(Debug)]
pub(super) struct Staff {
    /// Started and not asked to stop.
    pub(super) at_work: u32,
    /// Asked to stop, and at work on their last proof.
    pub(super) retiring: u32,
    /// Asked for: when they come, and how many.
    pub(super) coming: VecDeque<(f64, u32)>,
    /// Provers that were never started or were stopped.
    pub(super) idle: Vec<u32>,
    pub(super) memory: ScalingMemory,
    /// Prover-seconds paid, all and after the warm-up, up to `since_s`.
    pub(super) paid_s: f64,
    pub(super) recorded_s: f64,
    pub(super) since_s: f64,
    pub(super) provers_max: u32,
}

impl Staff {
    pub(super) fn of(provers: u32) -> Self {
        Self {
            at_work: provers,
            retiring: 0,
            coming: VecDeque::new(),
            idle: Vec::new(),
            memory: ScalingMemory::default(),
            paid_s: 0.0,
            recorded_s: 0.0,
            since_s: 0.0,
            provers_max: 0,
        }
    }

    pub(super) fn paid_s(&self) -> f64 {
        self.paid_s
    }
}
