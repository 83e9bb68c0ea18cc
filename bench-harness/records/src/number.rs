//! Numbers as people read them.

/// `x` with `digits` significant digits, no exponent and no tail of zeros; infinities in words.
///
/// ```
/// use records::number::significant;
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

/// `x` as [`significant`] shows it, as a number again.
///
/// ```
/// use records::number::rounded;
/// assert_eq!(rounded(0.076512, 3), 0.0765);
/// assert_eq!(rounded(f64::INFINITY, 3), f64::INFINITY);
/// ```
pub fn rounded(x: f64, digits: u8) -> f64 {
    significant(x, digits).parse().unwrap_or(x)
}

/// A time with the unit that suits it: `1.9 s`, `4.2 ms`, `310 µs`, `25 ns`.
///
/// ```
/// use records::number::time;
/// assert_eq!(time(1.904), "1.9 s");
/// assert_eq!(time(0.00421), "4.21 ms");
/// assert_eq!(time(0.0), "0 s");
/// ```
pub fn time(time_s: f64) -> String {
    let (scale, unit) = unit_of(time_s);
    format!("{} {unit}", significant(time_s * scale, 3))
}

/// A range of times in one unit: `[1.85, 1.96] s`.
///
/// ```
/// use records::number::time_range;
/// assert_eq!(time_range(0.00396, 0.01021), "[3.96, 10.2] ms");
/// ```
pub fn time_range(low_s: f64, high_s: f64) -> String {
    let (scale, unit) = unit_of(low_s);
    format!("[{}, {}] {unit}", significant(low_s * scale, 3), significant(high_s * scale, 3))
}

fn unit_of(time_s: f64) -> (f64, &'static str) {
    match time_s.abs() {
        x if x == 0.0 || x >= 1.0 || x.is_nan() => (1.0, "s"),
        x if x >= 1e-3 => (1e3, "ms"),
        x if x >= 1e-6 => (1e6, "µs"),
        _ => (1e9, "ns"),
    }
}

/// Bytes with the unit that suits them, by powers of 1000: `127 kB`, `2.1 GB`.
///
/// ```
/// use records::number::bytes;
/// assert_eq!(bytes(127_184), "127 kB");
/// assert_eq!(bytes(999), "999 B");
/// ```
pub fn bytes(count: u64) -> String {
    let x = count as f64;
    match count {
        0..1_000 => format!("{count} B"),
        1_000..1_000_000 => format!("{} kB", significant(x / 1e3, 3)),
        1_000_000..1_000_000_000 => format!("{} MB", significant(x / 1e6, 3)),
        _ => format!("{} GB", significant(x / 1e9, 3)),
    }
}

#[cfg(test)]
mod tests {
    use super::{bytes, significant, time};

    #[test]
    fn edges() {
        assert_eq!(time(2.5e-8), "25 ns");
        assert_eq!(time(-0.5), "-500 ms");
        assert_eq!(time(123.4), "123 s");
        assert_eq!(bytes(2_100_000_000), "2.1 GB");
    }

    #[test]
    fn digits() {
        assert_eq!(significant(9.996, 3), "10");
        assert_eq!(significant(0.1, 3), "0.1");
        assert_eq!(significant(-2.71999, 3), "-2.72");
        assert_eq!(significant(f64::NAN, 3), "unknown");
        assert_eq!(significant(0.0, 3), "0");
        assert_eq!(significant(1e-12, 3), "0.000000000001");
    }
}
