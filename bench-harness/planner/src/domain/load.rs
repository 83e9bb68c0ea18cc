//! What arrives, how much of it fits a batch, and how batches close.

use crate::error::{PlanError, at_least_one, not_negative, positive};

/// What the rollup must carry.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Target {
    /// Batches per second.
    BatchesPerS(f64),
    /// Transactions per second; needs the batch size.
    TransactionsPerS(f64),
}

/// How a batch closes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Close {
    /// A time by hand: at most one batch in that time, and a batch's first transaction waits that long.
    Fixed {
        /// The time, s.
        close_s: f64,
    },
    /// Filled by the load, then executed, hashed and encoded while the next one fills.
    Filled {
        /// Execution of a batch, s.
        execute_s: f64,
        /// State root of a batch, s.
        root_s: f64,
        /// Encoding of a batch's data, s.
        encode_s: f64,
    },
}

/// The load that a plan is made for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Load {
    target: Target,
    batch_transactions: Option<u32>,
    close: Close,
}

impl Load {
    /// A load, checked.
    ///
    /// # Errors
    /// [`PlanError::BadInput`] if a rate or time is not a finite number above zero (the three times of a
    /// [`Close::Filled`] may be zero), if a batch holds no transaction, or if transactions per second
    /// come without a batch size.
    pub fn new(target: Target, batch_transactions: Option<u32>, close: Close) -> Result<Self, PlanError> {
        if let Some(size) = batch_transactions {
            at_least_one("batch_transactions", size)?;
        }
        match target {
            Target::BatchesPerS(rate) => {
                positive("target_batches_per_s", rate)?;
            }
            Target::TransactionsPerS(rate) => {
                positive("target_transactions_per_s", rate)?;
                if batch_transactions.is_none() {
                    return Err(PlanError::bad(
                        "batch_transactions",
                        "a batch size, since the target is in transactions",
                        "none",
                    ));
                }
            }
        }
        match close {
            Close::Fixed { close_s } => {
                positive("close_s", close_s)?;
            }
            Close::Filled { execute_s, root_s, encode_s } => {
                not_negative("execute_s", execute_s)?;
                not_negative("root_s", root_s)?;
                not_negative("encode_s", encode_s)?;
            }
        }
        Ok(Self { target, batch_transactions, close })
    }

    /// The same load where closing a batch is this much work of a sequencer, s.
    ///
    /// # Errors
    /// [`PlanError::BadInput`] unless the work is a finite number of at least zero.
    pub(crate) fn closed_by_work(self, work_s: f64) -> Result<Self, PlanError> {
        let close = Close::Filled { execute_s: work_s, root_s: 0.0, encode_s: 0.0 };
        Self::new(self.target, self.batch_transactions, close)
    }

    /// The target in batches per second.
    pub fn batches_per_s(&self) -> f64 {
        match self.target {
            Target::BatchesPerS(rate) => rate,
            Target::TransactionsPerS(rate) => rate / f64::from(self.batch_transactions.unwrap_or(1)),
        }
    }

    /// The target in transactions per second, where the batch size is known.
    pub fn transactions_per_s(&self) -> Option<f64> {
        match self.target {
            Target::TransactionsPerS(rate) => Some(rate),
            Target::BatchesPerS(rate) => self.batch_transactions.map(|size| rate * f64::from(size)),
        }
    }

    /// Transactions in a full batch, where known.
    pub fn batch_transactions(&self) -> Option<u32> {
        self.batch_transactions
    }

    /// How batches close.
    pub fn close(&self) -> Close {
        self.close
    }

    /// Time from a batch's first transaction to its closing, s: `c` of the published formulas.
    ///
    /// ```
    /// use planner::domain::{Close, Load, Target};
    /// let close = Close::Filled { execute_s: 0.2, root_s: 0.5, encode_s: 0.1 };
    /// let load = Load::new(Target::TransactionsPerS(100.0), Some(400), close)?;
    /// assert!((load.close_s() - 4.8).abs() < 1e-12); // 4 s to fill, 0.8 s to work
    /// assert!((load.shortest_interval_s() - 0.8).abs() < 1e-12);
    /// # Ok::<(), planner::PlanError>(())
    /// ```
    pub fn close_s(&self) -> f64 {
        match self.close {
            Close::Fixed { close_s } => close_s,
            Close::Filled { .. } => 1.0 / self.batches_per_s() + self.shortest_interval_s(),
        }
    }

    /// The shortest time between two closings, s: the whole of a fixed close, but only the work of a filled
    /// one, whose filling overlaps with the work on the batch before.
    pub fn shortest_interval_s(&self) -> f64 {
        match self.close {
            Close::Fixed { close_s } => close_s,
            Close::Filled { execute_s, root_s, encode_s } => execute_s + root_s + encode_s,
        }
    }

    /// Time between two closings when exactly the target arrives, s.
    pub fn interval_s(&self) -> f64 {
        self.shortest_interval_s().max(1.0 / self.batches_per_s())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_numbers_are_named() {
        let fixed = Close::Fixed { close_s: 10.0 };
        for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            let by_rate = Load::new(Target::BatchesPerS(bad), None, fixed);
            assert!(by_rate.unwrap_err().to_string().starts_with("target_batches_per_s"), "{bad}");
            let by_close = Load::new(Target::BatchesPerS(0.1), None, Close::Fixed { close_s: bad });
            assert!(by_close.unwrap_err().to_string().starts_with("close_s"), "{bad}");
        }
        assert!(Load::new(Target::BatchesPerS(0.1), Some(0), fixed).is_err());
        let sizeless = Load::new(Target::TransactionsPerS(5.0), None, fixed).unwrap_err();
        assert!(sizeless.to_string().contains("target is in transactions"), "{sizeless}");
    }

    #[test]
    fn filling_follows_the_load() {
        let close = Close::Filled { execute_s: 1.0, root_s: 0.0, encode_s: 0.0 };
        let slow = Load::new(Target::TransactionsPerS(10.0), Some(100), close).unwrap();
        let fast = Load::new(Target::TransactionsPerS(50.0), Some(100), close).unwrap();
        assert_eq!(slow.close_s(), 11.0);
        assert_eq!(fast.close_s(), 3.0);
        assert_eq!(fast.transactions_per_s(), Some(50.0));
    }
}
