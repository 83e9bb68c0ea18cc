//! Durations and fractions on the command line: of a spec, and of every other flag that takes one.

/// A duration in seconds: a number with `ms`, `s`, `min` or `h`; a bare number is seconds.
///
/// # Errors
/// The sentence that the command line shows: an unknown unit, no number, or none that is finite.
pub fn seconds(text: &str) -> Result<f64, String> {
    let split = text.find(|c: char| c.is_ascii_alphabetic() && c != 'e').unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let factor = match unit {
        "" | "s" => 1.0,
        "ms" => 1e-3,
        "min" | "m" => 60.0,
        "h" => 3600.0,
        _ => return Err(format!("unknown unit `{unit}`: expected ms, s, min or h, as in 12s or 250ms")),
    };
    let number: f64 = number
        .trim()
        .parse()
        .map_err(|_| format!("expected a number with a unit, as in 12s or 250ms, got `{text}`"))?;
    if !number.is_finite() {
        return Err(format!("expected a finite duration, got `{text}`"));
    }
    Ok(number * factor)
}

/// A fraction: a number, or a percentage.
///
/// # Errors
/// The sentence that the command line shows.
pub fn fraction(text: &str) -> Result<f64, String> {
    let (number, scale) = match text.strip_suffix('%') {
        Some(number) => (number, 0.01),
        None => (text, 1.0),
    };
    let wrong = |_| format!("expected a fraction as in 3% or 0.03, got `{text}`");
    number.trim().parse::<f64>().map_err(wrong).map(|number| number * scale)
}

#[cfg(test)]
mod tests {
    use super::{fraction, seconds};

    #[test]
    fn fractions() {
        assert_eq!(fraction("3%"), Ok(0.03));
        assert_eq!(fraction("0.03"), Ok(0.03));
        assert_eq!(fraction(" 2.5 %"), Ok(0.025));
        assert!(fraction("three").expect_err("no number").contains("3% or 0.03"));
    }

    #[test]
    fn units() {
        assert_eq!(seconds("12"), Ok(12.0));
        assert_eq!(seconds("1.5s"), Ok(1.5));
        assert_eq!(seconds("250ms"), Ok(0.25));
        assert_eq!(seconds("2min"), Ok(120.0));
        assert_eq!(seconds("1h"), Ok(3600.0));
        assert_eq!(seconds("1e-2s"), Ok(0.01));
        for bad in ["", "s", "1 day", "infs", "NaN", "1s2", "--1"] {
            assert!(seconds(bad).is_err(), "{bad}");
        }
    }
}
