//! When a transaction handed to L1 is included.

use crate::error::{PlanError, not_negative, positive};
use crate::sim::streams::Stream;

/// The base chain, as the pipeline meets it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum L1 {
    /// Included this many seconds after it is handed in, any number at once.
    Latency(f64),
    /// The same, but the next proof is handed in only when the last one is included: as in the
    /// published formulas, where the block time limits the rate.
    Serial(f64),
    /// Slots of fixed length; each is missed with this probability, whoever waits.
    Slots {
        /// Length of a slot, s.
        slot_s: f64,
        /// Probability that a slot stays empty, in [0, 1).
        missed: f64,
        /// When the first slot comes, s; at random in each replication if not given. Fixed closings lock
        /// to a given phase.
        phase_s: Option<f64>,
    },
    /// Blocks as a Poisson process.
    Poisson {
        /// Mean time between blocks, s.
        mean_s: f64,
    },
}

impl L1 {
    /// The same chain, if its numbers make sense.
    ///
    /// # Errors
    /// [`PlanError::BadInput`].
    pub(crate) fn checked(self) -> Result<Self, PlanError> {
        match self {
            Self::Latency(s) | Self::Serial(s) | Self::Poisson { mean_s: s } => positive("block_s", s)?,
            Self::Slots { slot_s, missed, phase_s } => {
                not_negative("phase_s", phase_s.unwrap_or(0.0))?;
                if !(0.0..1.0).contains(&missed) {
                    return Err(PlanError::bad("missed_slots", "a fraction in [0, 1)", missed));
                }
                positive("slot_s", slot_s)?
            }
        };
        Ok(self)
    }

    /// Mean time from handing in to inclusion when nobody waits, s.
    ///
    /// Half a slot and the slots missed, for slots: `slot·(1/2 + q/(1 − q))`.
    pub fn mean_wait_s(&self) -> f64 {
        match *self {
            Self::Latency(s) | Self::Serial(s) | Self::Poisson { mean_s: s } => s,
            Self::Slots { slot_s, missed, .. } => slot_s * (0.5 + missed / (1.0 - missed)),
        }
    }
}

/// The chain during one replication.
#[derive(Debug)]
pub(crate) struct Chain {
    l1: L1,
    stream: Stream,
    phase_s: f64,
    last_s: f64,
}

impl Chain {
    pub(crate) fn new(l1: L1, mut stream: Stream) -> Self {
        let phase_s = match l1 {
            L1::Slots { slot_s, phase_s, .. } => phase_s.unwrap_or_else(|| slot_s * stream.uniform()),
            _ => 0.0,
        };
        Self { l1, stream, phase_s, last_s: f64::NEG_INFINITY }
    }

    /// When a transaction handed in at `at_s` is included. Calls come in order of `at_s`.
    pub(crate) fn included_s(&mut self, at_s: f64) -> f64 {
        match self.l1 {
            L1::Latency(s) | L1::Serial(s) => at_s + s,
            // A block that was already drawn and lies ahead takes this transaction too.
            _ if self.last_s > at_s => self.last_s,
            L1::Slots { slot_s, missed, .. } => {
                let mut slot = ((at_s - self.phase_s) / slot_s).floor() + 1.0;
                while missed > 0.0 && self.stream.uniform() < missed {
                    slot += 1.0;
                }
                self.last_s = self.phase_s + slot * slot_s;
                self.last_s
            }
            L1::Poisson { mean_s } => {
                self.last_s = at_s + mean_s * self.stream.exponential();
                self.last_s
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::streams::Stage;

    #[test]
    fn the_mean_wait_is_what_it_says() {
        let chains = [
            L1::Latency(12.0),
            L1::Slots { slot_s: 12.0, missed: 0.0, phase_s: None },
            L1::Slots { slot_s: 12.0, missed: 0.2, phase_s: None },
            L1::Poisson { mean_s: 12.0 },
        ];
        for l1 in chains {
            let mut chain = Chain::new(l1, Stream::new(5, 0, Stage::L1Proof));
            let mut ask = Stream::new(5, 0, Stage::Transactions);
            let (mut at_s, mut sum) = (0.0, 0.0);
            for _ in 0..200_000 {
                // Far apart, so that nobody shares a block.
                at_s += 1_000.0 * (1.0 + ask.uniform());
                sum += chain.included_s(at_s) - at_s;
            }
            let mean = sum / 200_000.0;
            assert!((mean / l1.mean_wait_s() - 1.0).abs() < 0.01, "{l1:?}: {mean}");
        }
    }

    #[test]
    fn transactions_share_a_block() {
        let mut chain = Chain::new(L1::Poisson { mean_s: 12.0 }, Stream::new(5, 0, Stage::L1Proof));
        let first = chain.included_s(100.0);
        assert_eq!(chain.included_s((100.0 + first) / 2.0), first);
    }

    #[test]
    fn a_chain_that_never_includes_is_refused() {
        assert!(L1::Slots { slot_s: 12.0, missed: 1.0, phase_s: None }.checked().is_err());
        assert!(L1::Latency(0.0).checked().is_err());
    }
}
