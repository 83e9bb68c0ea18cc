//! When a transaction handed to L1 is included.

use crate::error::{PlanError, at_least_one, not_negative, positive};
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
        /// The most proofs that a slot takes, at least 1; one more waits for the next slot. Without this any number:
        /// sequence transactions are not counted and never wait for one another.
        proofs_max: Option<u32>,
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
            Self::Slots { slot_s, missed, phase_s, proofs_max } => {
                at_least_one("proofs_per_slot", proofs_max.unwrap_or(1))?;
                not_negative("phase_s", phase_s.unwrap_or(0.0))?;
                if !(0.0..1.0).contains(&missed) {
                    return Err(PlanError::bad("missed_slots", "a fraction in [0, 1)", missed));
                }
                positive("slot_s", slot_s)?
            }
        };
        Ok(self)
    }

    /// Time of L1 that one proof takes from the next, s: the block where the submitter waits for it, a slot's part where
    /// it takes so many and no more (`slot/(k·(1 − q))` with a fraction `q` of slots missed), nothing otherwise.
    /// One over it is the rate at which L1 takes proofs.
    ///
    /// ```
    /// use planner::sim::L1;
    /// assert_eq!(L1::Serial(15.0).proof_work_s(), 15.0);
    /// assert_eq!(L1::Latency(15.0).proof_work_s(), 0.0);
    /// let slots = L1::Slots { slot_s: 12.0, missed: 0.25, phase_s: None, proofs_max: Some(2) };
    /// assert_eq!(slots.proof_work_s(), 8.0);
    /// ```
    pub fn proof_work_s(&self) -> f64 {
        match *self {
            Self::Serial(s) => s,
            Self::Slots { slot_s, missed, proofs_max: Some(proofs), .. } => {
                slot_s / (f64::from(proofs) * (1.0 - missed))
            }
            Self::Latency(_) | Self::Slots { proofs_max: None, .. } | Self::Poisson { .. } => 0.0,
        }
    }

    /// The block time of the published formulas, s: a slot, or the mean time of a block.
    pub fn block_s(&self) -> f64 {
        match *self {
            Self::Latency(s)
            | Self::Serial(s)
            | Self::Poisson { mean_s: s }
            | Self::Slots { slot_s: s, .. } => s,
        }
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
    /// The last block that was drawn, by its number where there are slots, and the transactions that it has.
    last_s: f64,
    last_slot: f64,
    taken: u32,
    taken_max: u32,
}

impl Chain {
    /// The chain as proofs meet it.
    pub(crate) fn of_proofs(l1: L1, stream: Stream) -> Self {
        let taken_max = match l1 {
            L1::Slots { proofs_max, .. } => proofs_max.unwrap_or(u32::MAX),
            L1::Latency(_) | L1::Serial(_) | L1::Poisson { .. } => u32::MAX,
        };
        Self { taken_max, ..Self::of_sequences(l1, stream) }
    }

    /// The chain as sequence transactions meet it: a block takes any number.
    pub(crate) fn of_sequences(l1: L1, mut stream: Stream) -> Self {
        let phase_s = match l1 {
            L1::Slots { slot_s, phase_s, .. } => phase_s.unwrap_or_else(|| slot_s * stream.uniform()),
            L1::Latency(_) | L1::Serial(_) | L1::Poisson { .. } => 0.0,
        };
        let (last_s, last_slot) = (f64::NEG_INFINITY, f64::NEG_INFINITY);
        Self { l1, stream, phase_s, last_s, last_slot, taken: 0, taken_max: u32::MAX }
    }

    /// When a transaction handed in at `at_s` is included. Calls come in order of `at_s`.
    pub(crate) fn included_s(&mut self, at_s: f64) -> f64 {
        match self.l1 {
            L1::Latency(s) | L1::Serial(s) => at_s + s,
            // A block that was already drawn and lies ahead takes this transaction too.
            _ if self.last_s > at_s && self.taken < self.taken_max => {
                self.taken += 1;
                self.last_s
            }
            L1::Slots { slot_s, missed, .. } => {
                // The slot after now, or after one that is full.
                let full = if self.last_s > at_s { self.last_slot } else { f64::NEG_INFINITY };
                let mut slot = ((at_s - self.phase_s) / slot_s).floor().max(full) + 1.0;
                while missed > 0.0 && self.stream.uniform() < missed {
                    slot += 1.0;
                }
                (self.last_slot, self.last_s, self.taken) = (slot, self.phase_s + slot * slot_s, 1);
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
            L1::Slots { slot_s: 12.0, missed: 0.0, phase_s: None, proofs_max: None },
            L1::Slots { slot_s: 12.0, missed: 0.2, phase_s: None, proofs_max: Some(3) },
            L1::Poisson { mean_s: 12.0 },
        ];
        for l1 in chains {
            let mut chain = Chain::of_proofs(l1, Stream::new(5, 0, Stage::L1Proof));
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
        let mut chain = Chain::of_proofs(L1::Poisson { mean_s: 12.0 }, Stream::new(5, 0, Stage::L1Proof));
        let first = chain.included_s(100.0);
        assert_eq!(chain.included_s((100.0 + first) / 2.0), first);
    }

    #[test]
    fn a_full_slot_leaves_the_next_proof_to_the_next_slot() {
        let l1 = L1::Slots { slot_s: 12.0, missed: 0.0, phase_s: Some(0.0), proofs_max: Some(2) };
        let stream = || Stream::new(5, 0, Stage::L1Proof);
        let mut proofs = Chain::of_proofs(l1, stream());
        let included = [1.0, 2.0, 3.0, 3.0, 3.0, 13.0, 36.0].map(|at_s| proofs.included_s(at_s));
        assert_eq!(included, [12.0, 12.0, 24.0, 24.0, 36.0, 36.0, 48.0]);
        let mut sequences = Chain::of_sequences(l1, stream());
        assert_eq!([1.0, 2.0, 3.0].map(|at_s| sequences.included_s(at_s)), [12.0; 3]);
    }

    #[test]
    fn full_slots_take_proofs_at_the_rate_that_is_said() {
        let l1 = L1::Slots { slot_s: 12.0, missed: 0.3, phase_s: None, proofs_max: Some(4) };
        let mut chain = Chain::of_proofs(l1, Stream::new(5, 0, Stage::L1Proof));
        let last_s = (0..200_000).fold(0.0, |_, _| chain.included_s(0.0));
        assert!((last_s / 200_000.0 / l1.proof_work_s() - 1.0).abs() < 0.01, "{last_s}");
        assert!(
            L1::Slots { slot_s: 12.0, missed: 0.0, phase_s: None, proofs_max: Some(0) }.checked().is_err()
        );
    }

    #[test]
    fn a_chain_that_never_includes_is_refused() {
        assert!(L1::Slots { slot_s: 12.0, missed: 1.0, phase_s: None, proofs_max: None }.checked().is_err());
        assert!(L1::Latency(0.0).checked().is_err());
    }
}
