//! When the batches of a run arrive, or the transactions of a pipeline.

use crate::chain::mix;

/// The law of the times between batches, or between transactions.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum BatchArrivals {
    /// All at the beginning.
    AtOnce,
    /// Every `mean_s` seconds.
    Fixed {
        /// Above 0.
        mean_s: f64,
    },
    /// A Poisson process.
    Poisson {
        /// Above 0.
        mean_s: f64,
    },
}

impl BatchArrivals {
    /// When each of so many batches is closed, s since the beginning; the first has taken its time to fill, as each.
    ///
    /// ```
    /// use fleet::arrivals::BatchArrivals;
    /// assert_eq!(BatchArrivals::Fixed { mean_s: 2.0 }.times_s(1, 3), [2.0, 4.0, 6.0]);
    /// assert_eq!(BatchArrivals::AtOnce.times_s(1, 2), [0.0, 0.0]);
    /// let times = BatchArrivals::Poisson { mean_s: 1.0 }.times_s(7, 10_000);
    /// assert!((times[9_999] / 10_000.0 - 1.0).abs() < 0.05);
    /// ```
    pub fn times_s(self, seed: u64, batches: u64) -> Vec<f64> {
        let mut at_s = 0.0;
        (0..batches)
            .map(|batch| {
                at_s += self.gap_s(seed, batch);
                at_s
            })
            .collect()
    }

    /// The time before the arrival of such a number, from 0, s.
    pub fn gap_s(self, seed: u64, number: u64) -> f64 {
        match self {
            Self::AtOnce => 0.0,
            Self::Fixed { mean_s } => mean_s,
            Self::Poisson { mean_s } => {
                // 53 bits, above 0: the logarithm is finite.
                let bits = mix(mix(seed ^ 0xa5a5_a5a5).wrapping_add(number)) >> 11;
                let uniform = (bits as f64 + 0.5) / (1_u64 << 53) as f64;
                -mean_s * uniform.ln()
            }
        }
    }
}
