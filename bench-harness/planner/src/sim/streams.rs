//! Random numbers: one independent stream for each replication and kind of draw.

use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};

/// What a stream is drawn for. Streams of different stages never share a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Intervals between batches.
    Arrivals = 0,
    /// First attempts at proving, one number a batch in order of closing.
    Prove = 1,
    /// Stragglers, one number a batch in order of closing.
    Stragglers = 2,
    /// Crashes and the attempts after them.
    Crashes = 3,
    /// Merges.
    Aggregate = 4,
    /// L1 inclusion of proofs.
    L1Proof = 5,
    /// L1 inclusion of sequence transactions.
    L1Sequence = 6,
    /// Which transaction of a batch is measured.
    Transactions = 7,
    /// Resampling of measured times.
    Bootstrap = 8,
    /// Proofs in progress when a run begins.
    Earlier = 9,
}

/// A stream of uniform numbers. ChaCha with 8 rounds: seekable, the same on every machine.
#[derive(Debug, Clone)]
pub struct Stream(ChaCha8Rng);

impl Stream {
    /// The stream of one stage in one replication of `seed`.
    pub fn new(seed: u64, replication: u32, stage: Stage) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(u64::from(replication) * 16 + stage as u64);
        Self(rng)
    }

    /// The next number, uniform in [0, 1) with 53 bits.
    #[inline]
    pub fn uniform(&mut self) -> f64 {
        const STEP: f64 = 1.0 / (1_u64 << 53) as f64;
        (self.0.next_u64() >> 11) as f64 * STEP
    }

    /// The next number, exponential with mean 1.
    #[inline]
    pub fn exponential(&mut self) -> f64 {
        -libm::log1p(-self.uniform())
    }

    /// The sum of `count` such numbers.
    #[inline]
    pub fn exponentials(&mut self, count: u32) -> f64 {
        // A logarithm of their product is the sum of logarithms, in a fraction of the time. No factor lies below
        // 2^-53, so that so many do not underflow.
        const TOGETHER: u32 = 16;
        let (mut left, mut sum) = (count, 0.0);
        while left > 0 {
            let some = left.min(TOGETHER);
            let product: f64 = (0..some).map(|_| 1.0 - self.uniform()).product();
            sum -= libm::log(product);
            left -= some;
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_of_exponentials_is_that_of_its_draws() {
        for count in [0, 1, 2, 16, 17, 64] {
            let (mut one_by_one, mut together) =
                (Stream::new(7, 3, Stage::Arrivals), Stream::new(7, 3, Stage::Arrivals));
            for _ in 0..100 {
                let sum: f64 = (0..count).map(|_| one_by_one.exponential()).sum();
                assert!((together.exponentials(count) - sum).abs() <= 1e-12 * sum, "{count}");
            }
        }
    }

    #[test]
    fn streams_are_their_own_and_repeat() {
        let draw = |seed, replication, stage| -> Vec<f64> {
            let mut stream = Stream::new(seed, replication, stage);
            (0..50).map(|_| stream.uniform()).collect()
        };
        assert_eq!(draw(7, 3, Stage::Prove), draw(7, 3, Stage::Prove));
        assert_ne!(draw(7, 3, Stage::Prove), draw(7, 3, Stage::Arrivals));
        assert_ne!(draw(7, 3, Stage::Prove), draw(7, 4, Stage::Prove));
        assert_ne!(draw(7, 3, Stage::Prove), draw(8, 3, Stage::Prove));
    }
}
