//! Numbers as people read them.

/// `x` with `digits` significant digits, no exponent and no tail of zeros; infinities in words.
///
/// ```
/// use reports::plan::significant;
/// assert_eq!(significant(0.008333333, 3), "0.00833");
/// assert_eq!(significant(267.0, 6), "267");
/// assert_eq!(significant(2164.798, 3), "2165"); // never fewer digits than the whole part has
/// assert_eq!(significant(f64::INFINITY, 3), "no limit");
/// ```
pub fn significant(x: f64, digits: u8) -> String {
    if x == 0.0 {
        return "0".to_owned();
    }
    if !x.is_finite() {
        return if x.is_nan() { "unknown" } else { "no limit" }.to_owned();
    }
    // The exponent is read from the rounded number, so that 9.996 with three digits is 10 and not 10.00.
    let rounded = format!("{x:.*e}", usize::from(digits.max(1)) - 1);
    let exponent: i32 = rounded.rsplit('e').next().and_then(|e| e.parse().ok()).unwrap_or(0);
    let decimals = usize::try_from(i32::from(digits) - 1 - exponent).unwrap_or(0);
    let plain = format!("{x:.decimals$}");
    if plain.contains('.') { plain.trim_end_matches('0').trim_end_matches('.').to_owned() } else { plain }
}

#[cfg(test)]
mod tests {
    use super::significant;

    #[test]
    fn edges() {
        assert_eq!(significant(9.996, 3), "10");
        assert_eq!(significant(0.1, 3), "0.1");
        assert_eq!(significant(-2.71999, 3), "-2.72");
        assert_eq!(significant(f64::NAN, 3), "unknown");
        assert_eq!(significant(0.0, 3), "0");
        assert_eq!(significant(1e-12, 3), "0.000000000001");
    }
}
