//! The pairs of one comparison and their figures.

use crate::paired::arm::Reading;
use crate::statistics::hodges_lehmann::{Shift, shift};
use crate::statistics::signed_rank::signed_rank;

/// One pair of samples on the same batches.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pair {
    /// Its place in the block; a repeated pair has that of the pair which it replaces.
    pub place: usize,
    /// The seed of its batches.
    pub seed: u64,
    /// Whether base ran first.
    pub is_base_first: bool,
    /// The sample of base.
    pub base: Reading,
    /// The sample of head.
    pub head: Reading,
}

impl Pair {
    /// Whether neither sample is discarded.
    pub fn counts(&self) -> bool {
        self.base.mark.counts() && self.head.mark.counts()
    }

    /// ln(head / base).
    pub fn difference(&self) -> f64 {
        libm::log(self.head.value / self.base.value)
    }
}

/// The pairs of one comparison in one block, in the order in which they were made.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PairBlock {
    /// All of them.
    pub pairs: Vec<Pair>,
}

impl PairBlock {
    /// The pair that is used for a place: the first without a discarded sample. Which one it is does not depend on any
    /// time.
    pub fn used(&self, place: usize) -> Option<&Pair> {
        self.pairs.iter().find(|pair| pair.place == place && pair.counts())
    }

    /// Whether a pair is the one that is used for its place.
    pub fn is_used(&self, pair: &Pair) -> bool {
        self.used(pair.place).is_some_and(|used| used.seed == pair.seed)
    }

    /// ln(head / base) by place; none where every pair of a place is discarded.
    pub fn differences(&self, places: usize) -> Vec<Option<f64>> {
        (0..places).map(|place| self.used(place).map(Pair::difference)).collect()
    }

    /// Pairs of a place, discarded or not.
    pub fn tried(&self, place: usize) -> usize {
        self.pairs.iter().filter(|pair| pair.place == place).count()
    }

    /// Pairs of which a sample is discarded.
    pub fn discarded(&self) -> usize {
        self.pairs.iter().filter(|pair| !pair.counts()).count()
    }

    /// In how many pairs the sample of base was discarded, and in how many that of head.
    pub fn discarded_by_arm(&self) -> (usize, usize) {
        let base = self.pairs.iter().filter(|pair| !pair.base.mark.counts()).count();
        (base, self.pairs.iter().filter(|pair| !pair.head.mark.counts()).count())
    }

    /// Pairs made in place of others.
    pub fn repeated(&self, places: usize) -> usize {
        self.pairs.len().saturating_sub(places)
    }
}

/// Test and interval of some differences.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ShiftTest {
    /// Pairs that enter.
    pub used: usize,
    /// The shift of ln(head / base), none where no pair is left.
    pub shift: Option<Shift>,
    /// Exact p of "head is not slower".
    pub p_slower: f64,
    /// Exact p of "head is not faster".
    pub p_faster: f64,
}

impl ShiftTest {
    /// The figures of some differences; `level` is cut from either end of the interval.
    ///
    /// ```
    /// use regression::paired::block::ShiftTest;
    /// // Head takes 5 to 9 % more in each of five pairs.
    /// let figures = ShiftTest::of(&[1.05f64, 1.06, 1.07, 1.08, 1.09].map(f64::ln), 0.05);
    /// assert_eq!(figures.p_slower, 1.0 / 32.0);
    /// assert!((figures.ratio().unwrap() - 1.07).abs() < 1e-3);
    /// ```
    pub fn of(differences: &[f64], level: f64) -> Self {
        let test = signed_rank(differences);
        Self {
            used: differences.len(),
            shift: shift(differences, level),
            p_slower: test.p_greater,
            p_faster: test.p_less,
        }
    }

    /// The estimate as a ratio, head over base.
    pub fn ratio(&self) -> Option<f64> {
        self.shift.map(|shift| libm::exp(shift.estimate))
    }

    /// Its interval; none of one pair, which says nothing of where another would lie.
    pub fn interval(&self) -> Option<(f64, f64)> {
        self.shift.filter(|_| self.used > 1).map(|shift| (libm::exp(shift.low), libm::exp(shift.high)))
    }
}
