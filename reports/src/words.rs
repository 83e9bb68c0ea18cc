//! Counts, fractions, rates and delays as every rendering writes them, beside the numbers of [`records::number`].

use records::machine::{FieldRecord, ValueRecord};
use records::number::{bytes, significant};
use time::OffsetDateTime;

/// `1 prover`, `12 provers`.
pub(crate) fn count(n: impl Into<u64>, noun: &str) -> String {
    count_of(n, noun, &format!("{noun}s"))
}

/// `1 batch`, `12 batches`.
pub(crate) fn count_of(n: impl Into<u64>, one: &str, many: &str) -> String {
    let n = n.into();
    format!("{n} {}", if n == 1 { one } else { many })
}

/// A field of a machine for a person: a size as `23.5 GB`, and its name without the unit.
pub(crate) fn field(field: &FieldRecord) -> (String, String) {
    match (field.name.strip_suffix("_bytes"), &field.value) {
        (Some(name), Some(ValueRecord::Count(count))) => (name.to_owned(), bytes(*count)),
        _ => (field.name.clone(), field.words()),
    }
}

/// The day of a moment in seconds since 1970, in UTC: `28 Nov 2026`; none beyond the calendar.
pub(crate) fn date(unix_s: u64) -> Option<String> {
    let at = OffsetDateTime::from_unix_timestamp(i64::try_from(unix_s).ok()?).ok()?;
    let month: String = at.month().to_string().chars().take(3).collect();
    Some(format!("{} {month} {}", at.day(), at.year()))
}

/// From the first of these days to the last: `28 Nov 2026 to 3 Dec 2026`, or `28 Nov 2026` where they are one; none of
/// none.
pub(crate) fn dates(unix_s: impl Iterator<Item = u64> + Clone) -> Option<String> {
    let (first, last) = (date(unix_s.clone().min()?)?, date(unix_s.max()?)?);
    Some(if first == last { first } else { format!("{first} to {last}") })
}

/// A fraction in per cent, with so many significant digits: `85.7 %`.
pub(crate) fn percent(fraction: f64, digits: u8) -> String {
    format!("{} %", significant(100.0 * fraction, digits))
}

/// A fraction in per cent, with so many digits after the point, for columns: `2.50 %`.
pub(crate) fn percent_fixed(fraction: f64, decimals: usize) -> String {
    format!("{:.decimals$} %", fraction * 100.0)
}

/// `x` seconds, in seconds up to ten minutes and with minutes, hours or days beside them beyond.
pub(crate) fn seconds(x: f64) -> String {
    let plain = format!("{} s", significant(x, 4));
    match x {
        _ if !x.is_finite() => significant(x, 4),
        600.0..7_200.0 => format!("{plain} ({} min)", significant(x / 60.0, 3)),
        7_200.0..172_800.0 => format!("{plain} ({} h)", significant(x / 3_600.0, 3)),
        172_800.0.. => format!("{plain} ({} days)", significant(x / 86_400.0, 3)),
        _ => plain,
    }
}

/// The same in one unit: `1800 s` is `30 min`.
pub(crate) fn duration(x: f64) -> String {
    let words = seconds(x);
    words.split_once(" (").map_or(words.clone(), |(_, long)| long.trim_end_matches(')').to_owned())
}

/// `300.4 s ± 0.3`; the value alone where it has no half-width, or one that is rounding.
pub(crate) fn with_half_width(value_s: f64, half_width_s: Option<f64>) -> String {
    match half_width_s {
        Some(half) if half > 1e-9 * value_s.abs() => {
            format!("{} ± {}", seconds(value_s), significant(half, 2))
        }
        _ => seconds(value_s),
    }
}

/// A rate in transactions where a batch's size is known, and in batches.
pub(crate) fn rate(batches_per_s: f64, transactions_per_s: Option<f64>) -> String {
    let batches = format!("{} batches/s", significant(batches_per_s, 4));
    match transactions_per_s {
        Some(transactions) => format!("{} transactions/s ({batches})", significant(transactions, 4)),
        None => batches,
    }
}

/// What a cell of a table shows: `-` where there is nothing.
pub(crate) fn or_dash(text: Option<String>) -> String {
    text.unwrap_or_else(|| "-".to_owned())
}

/// An interval behind its value: ` [4.58, 4.66]`; empty where an end is unknown.
pub(crate) fn interval(low: Option<f64>, high: Option<f64>, words: impl Fn(f64) -> String) -> String {
    let ends = low.zip(high);
    ends.map_or_else(String::new, |(low, high)| format!(" [{}, {}]", words(low), words(high)))
}

/// A size in bytes, which a fit may have made negative: `127 kB`.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "made positive; saturates")]
pub(crate) fn size(x: f64) -> String {
    let sign = if x < 0.0 { "-" } else { "" };
    format!("{sign}{}", bytes(x.abs().round() as u64))
}

/// The text with a capital at its beginning.
pub(crate) fn capital(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}
