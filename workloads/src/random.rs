//! Draws that are the same on every machine: ChaCha20, integer arithmetic, and a logarithm in software.
//!
//! Owns the rules by which a seed becomes numbers. Changing any of them changes every workload, and so needs a new
//! [`Purpose`] or a note in the changelog.

use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};
use serde::{Deserialize, Serialize};

/// What a stream of draws is for, so that two uses of one seed never share numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The accounts and pools of the genesis.
    Population,
    /// Transactions.
    Transactions,
    /// Keys of accounts.
    Keys,
    /// Which transactions of a volition have their data on chain.
    OnChain,
    /// The seeds of many rollups.
    Rollups,
    /// What crosses between two rollups.
    Crossings,
}

/// A stream of draws.
#[derive(Clone, Debug)]
pub struct Draws {
    rng: ChaCha20Rng,
}

impl Draws {
    /// The stream of a seed and a purpose. Stream `number` of them (a batch's, say) is independent of all others.
    pub fn new(seed: u64, purpose: Purpose, number: u64) -> Self {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        key[8] = match purpose {
            Purpose::Population => 1,
            Purpose::Transactions => 2,
            Purpose::Keys => 3,
            Purpose::OnChain => 4,
            Purpose::Rollups => 5,
            Purpose::Crossings => 6,
        };
        let mut rng = ChaCha20Rng::from_seed(key);
        rng.set_stream(number);
        Self { rng }
    }

    /// 64 uniform bits.
    pub fn bits(&mut self) -> u64 {
        self.rng.next_u64()
    }

    /// A number below `bound`, which must not be zero. The bias of the multiplication is below 2^-32 for any bound
    /// under 2^32, far below what a workload could show.
    pub fn below(&mut self, bound: u64) -> u64 {
        assert!(bound > 0, "a draw below zero was asked for");
        ((u128::from(self.bits()) * u128::from(bound)) >> 64) as u64
    }

    /// True with the given probability, 0 to 1.
    pub fn chance(&mut self, probability: f64) -> bool {
        // 2^53 steps: what a double can tell apart.
        ((self.bits() >> 11) as f64) < probability * (1u64 << 53) as f64
    }
}

/// How a choice among `n` things is spread.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Skew {
    /// Each equally often.
    Uniform,
    /// The r-th with weight r^-exponent.
    Zipf {
        /// 0 is uniform; 1 is the classic law. Finite and not negative.
        exponent: f64,
    },
}

/// A choice among `0..n`, drawn by a table of cumulative weights.
#[derive(Clone, Debug)]
pub enum Chooser {
    /// Each equally often.
    Uniform(u64),
    /// Upper bounds of each thing's share of 2^64, ascending.
    Table(Vec<u64>),
}

impl Chooser {
    /// A choice among `n` things, `n` at least 1. A Zipf choice takes 8 bytes a thing.
    pub fn new(n: u32, skew: Skew) -> Self {
        assert!(n > 0, "a choice among nothing was asked for");
        let Skew::Zipf { exponent } = skew else {
            return Self::Uniform(u64::from(n));
        };
        // libm's pow is plain IEEE arithmetic in software, so the table is the same on every machine; the
        // platform's own pow is not.
        let weights: Vec<f64> = (1..=n).map(|rank| libm::pow(f64::from(rank), -exponent)).collect();
        let total: f64 = weights.iter().sum();
        let mut sum = 0.0;
        let mut bounds: Vec<u64> = weights
            .iter()
            .map(|weight| {
                sum += weight;
                // Saturates at u64::MAX, which only the last can reach.
                (sum / total * 18_446_744_073_709_551_616.0) as u64
            })
            .collect();
        if let Some(last) = bounds.last_mut() {
            *last = u64::MAX;
        }
        Self::Table(bounds)
    }

    /// One choice.
    pub fn draw(&self, draws: &mut Draws) -> u32 {
        match self {
            Self::Uniform(n) => draws.below(*n) as u32,
            Self::Table(bounds) => {
                let at = draws.bits();
                bounds.partition_point(|bound| *bound <= at).min(bounds.len() - 1) as u32
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Chooser, Draws, Purpose, Skew};

    #[test]
    fn streams_are_pinned_and_apart() {
        // Golden values: a change here changes every workload that was ever published.
        let mut first = Draws::new(1, Purpose::Transactions, 0);
        let drawn = [first.bits(), first.bits(), first.below(1000)];
        assert_eq!(drawn, GOLDEN);
        assert_ne!(Draws::new(1, Purpose::Transactions, 1).bits(), drawn[0]);
        assert_ne!(Draws::new(1, Purpose::Population, 0).bits(), drawn[0]);
        assert_ne!(Draws::new(2, Purpose::Transactions, 0).bits(), drawn[0]);
    }

    const GOLDEN: [u64; 3] = [6136609673722376365, 12961300334628848234, 213];

    #[test]
    fn zipf_follows_its_law() {
        let chooser = Chooser::new(100, Skew::Zipf { exponent: 1.0 });
        let mut draws = Draws::new(3, Purpose::Transactions, 0);
        let mut counts = [0u32; 100];
        for _ in 0..200_000 {
            counts[chooser.draw(&mut draws) as usize] += 1;
        }
        let harmonic: f64 = (1..=100).map(|rank| 1.0 / f64::from(rank)).sum();
        for (rank, count) in counts.iter().enumerate().take(10) {
            let expected = 200_000.0 / (harmonic * (rank + 1) as f64);
            let error = (f64::from(*count) - expected).abs();
            assert!(error < 5.0 * expected.sqrt(), "rank {rank}: {count} draws, expected {expected}");
        }
    }

    #[test]
    fn one_thing_is_always_chosen() {
        let mut draws = Draws::new(3, Purpose::Transactions, 0);
        for skew in [Skew::Uniform, Skew::Zipf { exponent: 2.0 }] {
            assert_eq!(Chooser::new(1, skew).draw(&mut draws), 0);
        }
    }

    #[test]
    fn chance_is_exact_at_its_ends() {
        let mut draws = Draws::new(3, Purpose::Transactions, 0);
        assert!((0..1000).all(|_| draws.chance(1.0)));
        assert!((0..1000).all(|_| !draws.chance(0.0)));
    }
}
