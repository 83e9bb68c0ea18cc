//! Proofs that are in progress when a run begins, so that it need not wait until its fleet has what it will always have: those of
//! long ones take long to come together.

use super::{Engine, Event};
use crate::domain::residual::Residual;
use crate::sim::streams::{Stage, Stream};

/// The number of a batch that closed before the run began.
const EARLIER: u64 = u64::MAX;

impl Engine<'_> {
    /// As many proofs at work as there are on average, whatever the number of provers, each with what is left of it.
    pub(super) fn begin_in_progress(&mut self, seed: u64, replication: u32) {
        self.is_in_progress = true;
        let mut draws = Stream::new(seed, replication, Stage::Earlier);
        let pipeline = self.pipeline;
        let residual = Residual::of(&pipeline.prove);
        let (fraction, factor) = pipeline.stragglers.map_or((0.0, 1.0), |some| (some.fraction, some.factor));
        let factor_mean = 1.0 - fraction + fraction * factor;
        let mean =
            pipeline.prove.mean_s() * factor_mean / pipeline.arrivals.closing_interval_s(pipeline.closing);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "saturates; a count of provers"
        )]
        let count = (mean.round() as usize).min(self.free.len());
        for _ in 0..count {
            let Some(prover) = self.free.pop() else { break };
            // One that takes longer is seen the more often.
            let is_straggler = draws.uniform() < fraction * factor / factor_mean;
            let left_s = residual.draw_s(draws.uniform(), draws.uniform());
            self.earlier += 1;
            self.running[prover as usize] = Some((EARLIER, 0.0));
            self.events.push(if is_straggler { factor * left_s } else { left_s }, Event::Proved(prover));
        }
    }

    /// Whether the proof that ends is of an earlier batch: no batch of the run is handed in before the last of those.
    pub(super) fn is_earlier(&mut self, index: u64) -> bool {
        if index != EARLIER {
            return false;
        }
        self.earlier -= 1;
        self.earlier_s += self.now_s;
        if self.earlier == 0 {
            self.submit();
        }
        true
    }
}
