//! How exact a printed figure is.

use crate::common::Row;

/// How far a closed form may be from the number in a column: 1e-8 of it, and half of its last printed digit.
pub(crate) fn printed(row: &Row, column: &str) -> f64 {
    let text = row.text(column).trim_start_matches('-');
    let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
    let decimals = mantissa.split_once('.').map_or(0, |(_, decimals)| decimals.len() as i32);
    let exponent: i32 = exponent.parse().unwrap_or_else(|_| panic!("{column}: {text} is no number"));
    1e-8 * row.f64(column).abs() + 0.5 * 10_f64.powi(exponent - decimals)
}
