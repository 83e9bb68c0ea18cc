//! Many comparisons as one: the geometric mean of their ratios, pair by pair.

/// The mean difference of each pair over all comparisons: the logarithm of the geometric mean of their ratios. A pair
/// that lacks any of the comparisons is omitted whole, since a mean over others would be another quantity. What is
/// left is one difference a pair, so that tests and intervals of pairs hold for it.
///
/// ```
/// use regression::statistics::geometric::pair_means;
/// let cells = [vec![Some(0.02), Some(0.04), None], vec![Some(0.04), Some(0.0), Some(0.5)]];
/// assert_eq!(pair_means(&cells), [0.03, 0.02]);
/// ```
pub fn pair_means(comparisons: &[Vec<Option<f64>>]) -> Vec<f64> {
    let pairs = comparisons.iter().map(Vec::len).min().unwrap_or(0);
    let mean = |pair: usize| {
        let sum = comparisons.iter().map(|differences| differences[pair]).sum::<Option<f64>>()?;
        Some(sum / comparisons.len() as f64)
    };
    (0..pairs).filter_map(mean).collect()
}

#[cfg(test)]
mod tests {
    use super::pair_means;

    #[test]
    fn no_comparison_has_no_mean() {
        assert!(pair_means(&[]).is_empty());
        assert!(pair_means(&[vec![None, None]]).is_empty());
    }
}
