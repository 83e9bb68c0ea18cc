//! A simulated L1: whatever is sent to it lands at the next slot, any number of transactions at once.

/// An L1 of slots.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SlotClock {
    /// The time between slots, s, above 0. The first is at the beginning.
    pub block_s: f64,
}

impl SlotClock {
    /// The slot in which a transaction lands that is sent at this time.
    ///
    /// ```
    /// use fleet::pipeline::l1::SlotClock;
    /// let l1 = SlotClock { block_s: 12.0 };
    /// assert_eq!([0.0, 0.1, 12.0, 12.1].map(|at_s| l1.included_s(at_s)), [0.0, 12.0, 12.0, 24.0]);
    /// ```
    pub fn included_s(self, at_s: f64) -> f64 {
        let slot_s = (at_s / self.block_s).ceil() * self.block_s;
        if slot_s < at_s { slot_s + self.block_s } else { slot_s }
    }
}

#[cfg(test)]
mod tests {
    use super::SlotClock;

    #[test]
    fn nothing_lands_before_it_was_sent_nor_a_whole_slot_late() {
        for block_s in [0.1, 0.3, 2.0, 12.0] {
            let l1 = SlotClock { block_s };
            for step in 0..10_000 {
                let at_s = f64::from(step) * 0.037;
                let waits_s = l1.included_s(at_s) - at_s;
                assert!(
                    (0.0..=block_s + 1e-9).contains(&waits_s),
                    "{at_s} with slots of {block_s}: {waits_s}"
                );
            }
        }
    }
}
