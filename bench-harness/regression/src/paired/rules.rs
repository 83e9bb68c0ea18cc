//! What is fixed before the first pair.

use crate::statistics::signed_rank::least_p;
use thiserror::Error;

/// The most pairs of a block: the distribution of the rank sum is exact, and grows with the cube of this.
pub const PAIRS_MAX: usize = 200;

/// How a verdict is made of many comparisons.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Many {
    /// Each gates, its p-values adjusted over all.
    #[default]
    Holm,
    /// Their geometric mean gates alone.
    GeometricMean,
}

/// Rules that can be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rules {
    /// Pairs of a block.
    pub pairs: usize,
    /// The least effect that counts, δ: 0.03 is 3 %.
    pub min_effect: f64,
    /// The level of each one-sided test, α.
    pub level: f64,
    /// How a verdict is made of many comparisons.
    pub many: Many,
    /// The most pairs of a cell that are repeated in a block because they were marked.
    pub repeat_discarded: usize,
    /// The seed from which those of the pairs are drawn.
    pub seed: u64,
}

impl Default for Rules {
    /// Ten pairs, δ 3 % as for a quiet machine, α 5 %, and as many repeats as pairs.
    fn default() -> Self {
        Self { pairs: 10, min_effect: 0.03, level: 0.05, many: Many::Holm, repeat_discarded: 10, seed: 1 }
    }
}

/// Rules that cannot be.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum RulesError {
    /// A number is out of range.
    #[error("{field}: expected {expected}, got {got}")]
    Range {
        /// Which.
        field: &'static str,
        /// What it may be.
        expected: &'static str,
        /// What it is.
        got: String,
    },
    /// No outcome could ever be significant.
    #[error(
        "{pairs} pairs cannot decide {comparisons} comparisons: even if head were slower in every pair of one, its \
         p-value after Holm's adjustment would be {least_p:.3}, above {level}; give at least {needed} pairs, compare \
         fewer cells, or let their geometric mean gate"
    )]
    TooFew {
        /// Pairs of a block.
        pairs: usize,
        /// How many comparisons gate.
        comparisons: usize,
        /// The least p-value that there can be.
        least_p: f64,
        /// The level.
        level: f64,
        /// The fewest pairs that can.
        needed: usize,
    },
}

impl Rules {
    /// Checks the numbers, and whether so many pairs can decide so many comparisons at all.
    ///
    /// ```
    /// use regression::paired::{Many, Rules};
    /// let five = Rules { pairs: 5, ..Rules::default() };
    /// assert!(five.check(1).is_ok());
    /// let why = five.check(4).unwrap_err().to_string();
    /// assert!(why.contains("give at least 7 pairs"), "{why}");
    /// assert!(Rules { many: Many::GeometricMean, ..five }.check(4).is_ok());
    /// ```
    ///
    /// # Errors
    /// [`RulesError`].
    pub fn check(&self, comparisons: usize) -> Result<(), RulesError> {
        let Self { pairs, min_effect, level, many, repeat_discarded: _, seed: _ } = *self;
        let wrong = |field, expected, got: String| Err(RulesError::Range { field, expected, got });
        if !(1..=PAIRS_MAX).contains(&pairs) {
            return wrong("pairs", "1 to 200", pairs.to_string());
        }
        if !(min_effect > 0.0 && min_effect <= 1.0) {
            return wrong("least effect", "above 0 and at most 1 (0.03 is 3 %)", min_effect.to_string());
        }
        if !(level > 0.0 && level <= 0.25) {
            return wrong("level", "above 0 and at most 0.25", level.to_string());
        }
        let gating = match many {
            Many::Holm => comparisons.max(1),
            Many::GeometricMean => 1,
        };
        let least = |pairs: usize| least_p(pairs) * gating as f64;
        if least(pairs) > level {
            let needed = (pairs..=PAIRS_MAX).find(|pairs| least(*pairs) <= level).unwrap_or(PAIRS_MAX);
            let least_p = least(pairs).min(1.0);
            return Err(RulesError::TooFew { pairs, comparisons: gating, least_p, level, needed });
        }
        Ok(())
    }

    /// From this ratio on head is slower by what counts.
    pub fn slower_from(&self) -> f64 {
        1.0 + self.min_effect
    }

    /// Down to this ratio head is faster by what counts: the same factor, the other way round.
    pub fn faster_from(&self) -> f64 {
        1.0 / (1.0 + self.min_effect)
    }
}

#[cfg(test)]
mod tests {
    use super::Rules;

    #[test]
    fn numbers_that_cannot_be_are_named() {
        let says = |rules: Rules| rules.check(1).expect_err("wrong").to_string();
        let good = Rules::default();
        assert!(says(Rules { pairs: 0, ..good }).starts_with("pairs: expected 1 to 200, got 0"));
        assert!(says(Rules { pairs: 201, ..good }).contains("got 201"));
        assert!(says(Rules { min_effect: f64::NAN, ..good }).starts_with("least effect"));
        assert!(says(Rules { level: 0.5, ..good }).starts_with("level"));
    }

    #[test]
    fn five_is_the_fewest_that_can_reach_five_percent() {
        assert!(Rules { pairs: 5, ..Rules::default() }.check(1).is_ok());
        let why = Rules { pairs: 4, ..Rules::default() }.check(1).expect_err("too few").to_string();
        assert!(why.contains("would be 0.062, above 0.05; give at least 5 pairs"), "{why}");
    }
}
