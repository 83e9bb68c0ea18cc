//! The Hodges–Lehmann estimate of a shift, and its exact interval.
//!
//! The estimate is the median of the Walsh averages (d_i + d_j)/2, i ≤ j; the interval runs between the k-th of them
//! from either end, k by the exact distribution of the signed-rank sum. Source: J. L. Hodges and E. L. Lehmann,
//! Estimates of location based on rank tests, Annals of Mathematical Statistics 34 (1963); M. Hollander, D. A. Wolfe
//! and E. Chicken, Nonparametric Statistical Methods, 3rd edition, sections 3.2 and 3.3.
//!
//! Assumption: differences are independent and symmetric about the shift. The coverage that is stated is exact
//! for continuous differences; where values are tied or 0 the interval, which has its ends in it, covers no less.

use crate::statistics::signed_rank::cut;

/// An estimate with its interval, in the unit of the differences.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shift {
    /// The estimate.
    pub estimate: f64,
    /// The lower end of the interval.
    pub low: f64,
    /// The upper end.
    pub high: f64,
    /// The chance that the interval covers the shift: at least what was asked for, or the most that so few
    /// differences can have.
    pub coverage: f64,
}

/// The shift of some differences, with `level` cut from either end: 0.05 for an interval of 90 %, which lies above 0
/// exactly where the one-sided test at that level says "greater" (without ties). None where there is no difference.
///
/// ```
/// use regression::statistics::hodges_lehmann::shift;
///
/// let shift = shift(&[1.0, 2.0, 3.0, 4.0, 10.0], 0.05).unwrap();
/// assert_eq!(shift.estimate, 3.0);
/// // Five differences: one Walsh average is the most that may be cut, 1/32 from either end.
/// assert_eq!((shift.low, shift.high, shift.coverage), (1.0, 10.0, 0.9375));
/// ```
pub fn shift(differences: &[f64], level: f64) -> Option<Shift> {
    let n = differences.len();
    if n == 0 {
        return None;
    }
    let mut walsh = Vec::with_capacity(n * (n + 1) / 2);
    for (i, first) in differences.iter().enumerate() {
        walsh.extend(differences[i..].iter().map(|second| f64::midpoint(*first, *second)));
    }
    walsh.sort_by(f64::total_cmp);
    let count = walsh.len();
    let estimate = f64::midpoint(walsh[(count - 1) / 2], walsh[count / 2]);
    let (k, below) = match cut(n, level) {
        // Too few: the widest interval there is, and what it covers.
        (0, _) => (1, 0.5f64.powi(i32::try_from(n).unwrap_or(i32::MAX))),
        found => found,
    };
    // A level near one half would let the ends pass each other.
    let k = k.min(count.div_ceil(2));
    Some(Shift {
        estimate,
        low: walsh[k - 1],
        high: walsh[count - k],
        coverage: (1.0 - 2.0 * below).max(0.0),
    })
}

#[cfg(test)]
mod tests {
    use super::shift;
    use crate::statistics::signed_rank::signed_rank;
    use proptest::prelude::*;

    #[test]
    fn one_difference_is_its_own_estimate_and_covers_nothing() {
        let alone = shift(&[0.25], 0.05).expect("one");
        assert_eq!((alone.estimate, alone.low, alone.high, alone.coverage), (0.25, 0.25, 0.25, 0.0));
        assert_eq!(shift(&[], 0.05), None);
    }

    #[test]
    fn ten_differences_cut_ten_walsh_averages() {
        let differences: Vec<f64> = (1..=10).map(f64::from).collect();
        let ten = shift(&differences, 0.05).expect("ten");
        assert_eq!(ten.estimate, 5.5);
        assert_eq!(ten.coverage, 1.0 - 86.0 / 1024.0);
    }

    proptest! {
        /// The interval is the test turned round: it lies above 0 exactly where the test says so.
        #[test]
        fn interval_and_test_agree(values in prop::collection::vec(-1.0f64..1.3, 5..15)) {
            let found = shift(&values, 0.05).expect("some");
            let test = signed_rank(&values);
            prop_assert_eq!(found.low > 0.0, test.p_greater <= 0.05);
            prop_assert_eq!(found.high < 0.0, test.p_less <= 0.05);
            prop_assert!(found.low <= found.estimate && found.estimate <= found.high);
        }

        #[test]
        fn it_moves_with_its_differences(values in prop::collection::vec(-1.0f64..1.0, 1..12), by in -3.0f64..3.0) {
            let there = shift(&values, 0.05).expect("some");
            let moved: Vec<f64> = values.iter().map(|value| value + by).collect();
            let moved = shift(&moved, 0.05).expect("some");
            prop_assert!((moved.estimate - there.estimate - by).abs() < 1e-12);
            prop_assert!((moved.high - there.high - by).abs() < 1e-12);
        }
    }
}
