//! Wilcoxon's signed-rank test, exact for any sample: the p-value is counted over all 2^n choices of signs.
//!
//! Source: F. Wilcoxon, Individual comparisons by ranking methods, Biometrics Bulletin 1 (1945). Assumption: under
//! "nothing has changed" each difference is as likely to have either sign, independently; pairs whose order
//! alternates give that whatever the noise of a machine.
//!
//! Conventions: differences of exactly 0 say nothing about a direction and are dropped (Wilcoxon's own way). Equal
//! magnitudes share the mean of their ranks. The p-value is that of the permutation distribution *given those
//! ranks*, so that ties need no correction. Mid-ranks are whole numbers once doubled, and so the distribution is a
//! sum over whole numbers.

/// The outcome of the test, in both directions.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SignedRank {
    /// Differences that are not 0.
    pub used: usize,
    /// Sum of the ranks of the positive differences.
    pub rank_sum: f64,
    /// Exact p of "not greater than 0": the share of all choices of signs with at least this rank sum.
    pub p_greater: f64,
    /// Exact p of "not less than 0": the share with at most this rank sum.
    pub p_less: f64,
}

/// The test of some differences. Those that are not finite are not taken: times are checked where they come in.
///
/// ```
/// use regression::statistics::signed_rank::signed_rank;
///
/// // All of five differences are positive: one choice of signs in 2^5.
/// let test = signed_rank(&[0.02, 0.05, 0.01, 0.04, 0.03]);
/// assert_eq!((test.rank_sum, test.p_greater, test.p_less), (15.0, 1.0 / 32.0, 1.0));
/// // Nothing was seen, so nothing is shown.
/// assert_eq!(signed_rank(&[0.0, 0.0]).p_greater, 1.0);
/// ```
pub fn signed_rank(differences: &[f64]) -> SignedRank {
    let mut sorted: Vec<f64> = differences
        .iter()
        .copied()
        .filter(|difference| difference.is_finite() && *difference != 0.0)
        .collect();
    sorted.sort_by(|a, b| a.abs().total_cmp(&b.abs()));
    let doubled = doubled_ranks(&sorted);
    let positive = sorted.iter().zip(&doubled).filter(|(difference, _)| **difference > 0.0);
    let sum: usize = positive.map(|(_, rank)| rank).sum();
    let chances = distribution(&doubled);
    SignedRank {
        used: sorted.len(),
        rank_sum: sum as f64 / 2.0,
        p_greater: chances[sum..].iter().sum::<f64>().min(1.0),
        p_less: chances[..=sum].iter().sum::<f64>().min(1.0),
    }
}

/// Twice the rank of each magnitude, the mean of them where several are equal. The magnitudes are sorted.
fn doubled_ranks(sorted: &[f64]) -> Vec<usize> {
    let mut ranks = Vec::with_capacity(sorted.len());
    for tied in sorted.chunk_by(|a, b| a.abs() == b.abs()) {
        // Ranks first + 1 to first + tied: their mean, doubled, is the sum of both ends.
        let first = ranks.len();
        ranks.extend(std::iter::repeat_n(2 * first + tied.len() + 1, tied.len()));
    }
    ranks
}

/// The chance of each sum of doubled ranks when every sign is a coin: exact in floating point up to about 50 terms,
/// since every chance is then a whole multiple of 2^−n, and good to the last few bits beyond.
fn distribution(doubled: &[usize]) -> Vec<f64> {
    let mut chances = vec![0.0; doubled.iter().sum::<usize>() + 1];
    chances[0] = 1.0;
    let mut reached = 0;
    for rank in doubled {
        reached += rank;
        // From the top, so that a chance is read before it is written.
        for sum in (0..=reached).rev() {
            let with = if sum >= *rank { chances[sum - rank] } else { 0.0 };
            chances[sum] = f64::midpoint(chances[sum], with);
        }
    }
    chances
}

/// The most that may be cut from one end of the distribution of the rank sum of `n` differences without ties: the
/// largest k for which P(sum < k) ≤ `level`, and that chance.
///
/// ```
/// use regression::statistics::signed_rank::cut;
/// // P(sum < 11) = 43/1024 and P(sum < 12) = 54/1024, as in any table of the test.
/// assert_eq!(cut(10, 0.05), (11, 43.0 / 1024.0));
/// assert_eq!(cut(4, 0.05), (0, 0.0));
/// ```
pub fn cut(n: usize, level: f64) -> (usize, f64) {
    let ranks: Vec<_> = (1..=n).collect();
    let chances = distribution(&ranks);
    let (mut k, mut below) = (0, 0.0);
    while k < chances.len() && below + chances[k] <= level {
        below += chances[k];
        k += 1;
    }
    (k, below)
}

/// The minimum p-value that `n` differences can have.
pub fn min_p(n: usize) -> f64 {
    0.5f64.powi(i32::try_from(n).unwrap_or(i32::MAX))
}

#[cfg(test)]
mod tests {
    use super::{cut, distribution, doubled_ranks, signed_rank};
    use proptest::prelude::*;

    /// The p-value by the definition: all choices of signs, one by one.
    fn by_hand(differences: &[f64]) -> (f64, f64) {
        let kept: Vec<f64> = differences.iter().copied().filter(|difference| *difference != 0.0).collect();
        let rank = |x: f64| -> f64 {
            let below = kept.iter().filter(|y| y.abs() < x.abs()).count();
            let equal = kept.iter().filter(|y| y.abs() == x.abs()).count();
            below as f64 + (equal as f64 + 1.0) / 2.0
        };
        let ranks: Vec<f64> = kept.iter().map(|x| rank(*x)).collect();
        let seen: f64 = kept.iter().zip(&ranks).filter(|(x, _)| **x > 0.0).map(|(_, rank)| rank).sum();
        let (mut at_least, mut at_most) = (0u32, 0u32);
        let all = 1u32 << kept.len();
        for signs in 0..all {
            let sum: f64 =
                ranks.iter().enumerate().filter(|(i, _)| signs >> i & 1 == 1).map(|(_, r)| r).sum();
            at_least += u32::from(sum >= seen);
            at_most += u32::from(sum <= seen);
        }
        (f64::from(at_least) / f64::from(all), f64::from(at_most) / f64::from(all))
    }

    proptest! {
        /// Few values, so that most samples have ties and zeros.
        #[test]
        fn it_is_the_count_over_all_signs(values in prop::collection::vec(-4i8..=4, 0..11)) {
            let differences: Vec<f64> = values.iter().map(|value| f64::from(*value) * 0.01).collect();
            let test = signed_rank(&differences);
            prop_assert_eq!((test.p_greater, test.p_less), by_hand(&differences));
        }

        #[test]
        fn turning_all_signs_turns_the_test(values in prop::collection::vec(-1.0f64..1.0, 1..30)) {
            let there = signed_rank(&values);
            let turned: Vec<f64> = values.iter().map(|value| -value).collect();
            let back = signed_rank(&turned);
            prop_assert!((there.p_greater - back.p_less).abs() < 1e-12);
        }
    }

    #[test]
    fn ties_share_their_ranks() {
        assert_eq!(doubled_ranks(&[1.0, -2.0, 2.0, 2.0, 5.0]), [2, 6, 6, 6, 10]);
        assert!(doubled_ranks(&[]).is_empty());
    }

    #[test]
    fn chances_sum_to_one_for_many_pairs() {
        let ranks: Vec<_> = (1..=200).collect();
        let sum: f64 = distribution(&ranks).iter().sum();
        assert!((sum - 1.0).abs() < 1e-12, "{sum}");
    }

    #[test]
    fn what_is_no_number_is_left_out() {
        assert_eq!(signed_rank(&[f64::NAN, f64::INFINITY, 0.5]), signed_rank(&[0.5]));
        assert_eq!(cut(0, 0.05), (0, 0.0));
    }
}
