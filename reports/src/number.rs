//! Numbers as people read them.

pub use crate::plan::significant;

/// A time with the unit that suits it: `1.9 s`, `4.2 ms`, `310 µs`, `25 ns`.
///
/// ```
/// use reports::number::time;
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
/// use reports::number::time_range;
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
/// use reports::number::bytes;
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
    use super::{bytes, time};

    #[test]
    fn edges() {
        assert_eq!(time(2.5e-8), "25 ns");
        assert_eq!(time(-0.5), "-500 ms");
        assert_eq!(time(123.4), "123 s");
        assert_eq!(bytes(2_100_000_000), "2.1 GB");
    }
}
