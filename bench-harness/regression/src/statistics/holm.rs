//! P-values of many tests at once.
//!
//! Source: S. Holm, A simple sequentially rejective multiple test procedure, Scandinavian Journal of Statistics 6
//! (1979). It holds the chance of any false rejection at the level, whatever the tests have to do with each other.

/// Adjusted p-values, in the order of the given ones: a test is rejected at a level where its adjusted p is not above
/// it.
///
/// ```
/// use regression::statistics::holm::holm;
/// let adjusted = holm(&[0.01, 0.04, 0.03]);
/// assert_eq!(adjusted, [0.03, 0.06, 0.06]);
/// ```
pub fn holm(p_values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|a, b| p_values[*a].total_cmp(&p_values[*b]));
    let mut adjusted = vec![1.0; p_values.len()];
    let mut least = 0.0f64;
    for (place, index) in order.into_iter().enumerate() {
        let left = (p_values.len() - place) as f64;
        least = least.max((p_values[index] * left).min(1.0));
        adjusted[index] = least;
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::holm;

    #[test]
    fn one_test_stays_as_it_is_and_none_is_none() {
        assert_eq!(holm(&[0.2]), [0.2]);
        assert!(holm(&[]).is_empty());
    }

    #[test]
    fn no_p_value_goes_beyond_one_and_none_overtakes_another() {
        assert_eq!(holm(&[0.9, 0.001, 0.8]), [1.0, 0.003, 1.0]);
        assert_eq!(holm(&[0.02, 0.02]), [0.04, 0.04]);
    }
}
