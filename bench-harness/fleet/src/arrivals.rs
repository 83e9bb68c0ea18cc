//! When the batches of a run arrive.

use crate::chain::mix;

/// The law of the times between batches.
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
        let gap_s = |batch: u64| match self {
            Self::AtOnce => 0.0,
            Self::Fixed { mean_s } => mean_s,
            Self::Poisson { mean_s } => mean_s * exponential(seed, batch),
        };
        let mut at_s = 0.0;
        (0..batches)
            .map(|batch| {
                at_s += gap_s(batch);
                at_s
            })
            .collect()
    }
}

/// An exponential number of mean 1.
fn exponential(seed: u64, number: u64) -> f64 {
    // 53 bits, above 0: the logarithm is finite.
    let bits = mix(mix(seed ^ 0xa5a5_a5a5).wrapping_add(number)) >> 11;
    let uniform = (bits as f64 + 0.5) / (1_u64 << 53) as f64;
    -uniform.ln()
}

/// When the batches of a day come, s since midnight: a Poisson process whose rate, 1/s, is each of `rates` in turn for
/// an equal part of `day_s`. None where nothing comes.
///
/// ```
/// use fleet::arrivals::day_times_s;
/// let times = day_times_s(1, &[1.0, 0.0, 3.0], 3_000.0);
/// let within = |from, to| times.iter().filter(|at| (from..to).contains(*at)).count() as f64;
/// assert!((within(0.0, 1_000.0) - 1_000.0).abs() < 120.0 && (within(2_000.0, 3_000.0) - 3_000.0).abs() < 200.0);
/// assert_eq!(within(1_000.0, 2_000.0), 0.0);
/// ```
pub fn day_times_s(seed: u64, rates: &[f64], day_s: f64) -> Vec<f64> {
    let slot_s = day_s / rates.len().max(1) as f64;
    let mut times = Vec::new();
    let mut number = 0;
    // What is left of the exponential number until the next batch.
    let mut left = exponential(seed, number);
    for (slot, rate) in rates.iter().enumerate() {
        let mut at_s = 0.0;
        while rate * (slot_s - at_s) > left {
            at_s += left / rate;
            times.push(slot as f64 * slot_s + at_s);
            number += 1;
            left = exponential(seed, number);
        }
        left -= rate * (slot_s - at_s);
    }
    times
}
