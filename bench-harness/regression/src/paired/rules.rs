//! Whether rules can be, and whether so few pairs can decide at all.

use crate::statistics::signed_rank::min_p;
use records::regression::paired::{Many, PairedRules};
use thiserror::Error;

/// Maximum pairs of a block: computing the exact distribution of the rank sum grows with the cube of this.
pub const PAIRS_MAX: usize = 200;

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
         p-value after Holm's adjustment would be {min_p:.3}, above {level}; give at least {needed} pairs, compare \
         fewer cells, or decide by their geometric mean"
    )]
    TooFew {
        /// Pairs of a block.
        pairs: usize,
        /// How many comparisons decide.
        comparisons: usize,
        /// The smallest p-value that there can be.
        min_p: f64,
        /// The level.
        level: f64,
        /// The fewest pairs that can.
        needed: usize,
    },
}

/// Checks the numbers, and whether so many pairs can decide so many comparisons at all.
///
/// ```
/// use regression::paired::{Many, PairedRules, rules::check};
/// let five = PairedRules { pairs: 5, ..PairedRules::default() };
/// assert!(check(&five, 1).is_ok());
/// let why = check(&five, 4).unwrap_err().to_string();
/// assert!(why.contains("give at least 7 pairs"), "{why}");
/// assert!(check(&PairedRules { many: Many::GeometricMean, ..five }, 4).is_ok());
/// ```
///
/// # Errors
/// [`RulesError`].
pub fn check(rules: &PairedRules, comparisons: usize) -> Result<(), RulesError> {
    let PairedRules { pairs, min_effect, level, many, repeat_discarded: _, seed: _, strict: _ } = *rules;
    let wrong = |field, expected, got: String| Err(RulesError::Range { field, expected, got });
    if !(1..=PAIRS_MAX).contains(&pairs) {
        return wrong("pairs", "1 to 200", pairs.to_string());
    }
    if !(min_effect > 0.0 && min_effect <= 1.0) {
        return wrong("minimum effect", "above 0 and at most 1 (0.03 is 3 %)", min_effect.to_string());
    }
    if !(level > 0.0 && level <= 0.25) {
        return wrong("level", "above 0 and at most 0.25", level.to_string());
    }
    let deciding = match many {
        Many::Holm => comparisons.max(1),
        Many::GeometricMean => 1,
    };
    let least = |pairs: usize| min_p(pairs) * deciding as f64;
    if least(pairs) > level {
        let needed = (pairs..=PAIRS_MAX).find(|pairs| least(*pairs) <= level).unwrap_or(PAIRS_MAX);
        let min_p = least(pairs).min(1.0);
        return Err(RulesError::TooFew { pairs, comparisons: deciding, min_p, level, needed });
    }
    Ok(())
}

/// The ratio of times from which head is slower by the minimum effect: 1 + δ.
pub fn slower_from(rules: &PairedRules) -> f64 {
    1.0 + rules.min_effect
}

/// The ratio of times down to which head is faster by the minimum effect: 1/(1 + δ).
pub fn faster_from(rules: &PairedRules) -> f64 {
    1.0 / (1.0 + rules.min_effect)
}

#[cfg(test)]
mod tests {
    use super::{PairedRules, check};

    #[test]
    fn numbers_that_cannot_be_are_named() {
        let says = |rules: PairedRules| check(&rules, 1).expect_err("wrong").to_string();
        let good = PairedRules::default();
        assert!(says(PairedRules { pairs: 0, ..good }).starts_with("pairs: expected 1 to 200, got 0"));
        assert!(says(PairedRules { pairs: 201, ..good }).contains("got 201"));
        assert!(says(PairedRules { min_effect: f64::NAN, ..good }).starts_with("minimum effect"));
        assert!(says(PairedRules { level: 0.5, ..good }).starts_with("level"));
    }

    #[test]
    fn five_is_the_fewest_that_can_reach_five_percent() {
        assert!(check(&PairedRules { pairs: 5, ..PairedRules::default() }, 1).is_ok());
        let why =
            check(&PairedRules { pairs: 4, ..PairedRules::default() }, 1).expect_err("too few").to_string();
        assert!(why.contains("would be 0.062, above 0.05; give at least 5 pairs"), "{why}");
    }
}
