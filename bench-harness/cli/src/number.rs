//! Numbers on the command line: each flag has a range, and a number outside it is refused with both.
//!
//! Owned here: parsing one number against one range. Not here: what a flag means, and which flags go together.

use ::measure::spec::units::{fraction as parse_fraction, seconds};
use clap::{Arg, ArgAction, Command};
use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;

/// Ten years: nothing that is planned here takes longer.
const TIME_S_MAX: f64 = 3650.0 * 86_400.0;
/// A microsecond: nothing that is planned here is shorter.
const TIME_S_MIN: f64 = 1e-6;

/// How many of something, as a sentence has it: `1 cell`, `3 cells`.
pub(crate) fn counted(count: usize, noun: &str) -> String {
    let end = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{end}")
}

/// A whole number in a range.
pub(crate) fn whole<T>(range: RangeInclusive<T>) -> impl Fn(&str) -> Result<T, String> + Clone
where
    T: FromStr + PartialOrd + Display + Copy,
{
    move |text| match text.trim().parse() {
        Ok(number) if range.contains(&number) => Ok(number),
        _ => Err(format!("expected a whole number from {} to {}, got `{text}`", range.start(), range.end())),
    }
}

/// A number in a range. NaN and the infinities are in none.
pub(crate) fn number(range: RangeInclusive<f64>) -> impl Fn(&str) -> Result<f64, String> + Clone {
    move |text| match text.trim().parse() {
        Ok(number) if range.contains(&number) => Ok(number),
        _ => Err(format!(
            "expected a number from {} to {}, got `{text}`",
            plain(*range.start()),
            plain(*range.end())
        )),
    }
}

/// Powers of ten as such where zeros would have to be counted.
fn plain(x: f64) -> String {
    if x != 0.0 && !(1e-4..1e7).contains(&x.abs()) { format!("{x:e}") } else { x.to_string() }
}

/// A time above zero: from a microsecond to ten years.
pub(crate) fn time(text: &str) -> Result<f64, String> {
    in_range(text, TIME_S_MIN, "1 µs")
}

/// A time that may be zero, up to ten years.
pub(crate) fn time_or_zero(text: &str) -> Result<f64, String> {
    in_range(text, 0.0, "0 s")
}

fn in_range(text: &str, min_s: f64, min: &str) -> Result<f64, String> {
    let time_s = seconds(text)?;
    if (min_s..=TIME_S_MAX).contains(&time_s) {
        return Ok(time_s);
    }
    Err(format!("expected a time from {min} to 10 years (87600h), got `{text}`"))
}

/// A fraction from 0 to 1, as a number or in per cent.
pub(crate) fn fraction(text: &str) -> Result<f64, String> {
    match parse_fraction(text)? {
        fraction if (0.0..=1.0).contains(&fraction) => Ok(fraction),
        _ => Err(format!("expected a fraction from 0 to 1, got `{text}`")),
    }
}

/// A coefficient of variation: 0 is fixed, 1 an exponential law, 10 wider than anything measured.
pub(crate) fn cv(text: &str) -> Result<f64, String> {
    number(0.0..=10.0)(text)
}

/// A price in dollars, which may be zero.
pub(crate) fn usd(text: &str) -> Result<f64, String> {
    number(0.0..=1e9)(text)
}

/// An amount of gas.
pub(crate) fn gas(text: &str) -> Result<f64, String> {
    number(0.0..=1e12)(text)
}

/// A rate in batches or transactions a second.
pub(crate) fn rate(text: &str) -> Result<f64, String> {
    number(1e-9..=1e9)(text)
}

/// A rate that may be zero for a while.
pub(crate) fn rate_or_zero(text: &str) -> Result<f64, String> {
    number(0.0..=1e9)(text)
}

/// The command line with negative values let through to the parsers of their flags, so that the error names the range
/// and not an unexpected argument.
pub(crate) fn with_negative_values(command: Command) -> Command {
    fn value(arg: Arg) -> Arg {
        match arg.get_action() {
            ArgAction::Set | ArgAction::Append if arg.get_long().is_some() => {
                // A time has a unit and a list has commas, so that they are no numbers to clap.
                let is_time_or_list = arg
                    .get_value_names()
                    .is_some_and(|names| names.iter().any(|name| name == "TIME" || name == "RATES"));
                if is_time_or_list { arg.allow_hyphen_values(true) } else { arg.allow_negative_numbers(true) }
            }
            _ => arg,
        }
    }
    command.mut_args(value).mut_subcommands(with_negative_values)
}

#[cfg(test)]
mod tests {
    use super::{cv, fraction, number, rate, time, time_or_zero, whole};

    #[test]
    fn what_is_in_range_is_taken() {
        assert_eq!(whole(1..=9_u32)("9"), Ok(9));
        assert_eq!(number(0.0..=1.5)("1.5"), Ok(1.5));
        assert_eq!(time("10min"), Ok(600.0));
        assert_eq!(time("1us").map_err(|_| ()), Err(()));
        assert_eq!(time_or_zero("0"), Ok(0.0));
        assert_eq!(fraction("1%"), Ok(0.01));
        assert_eq!(rate("1e-9"), Ok(1e-9));
    }

    #[test]
    fn what_is_not_is_refused_with_the_range() {
        for text in ["0", "10", "-3", "1.5", "x", "", "99999999999999999999"] {
            let error = whole(1..=9_u32)(text).expect_err(text);
            assert_eq!(error, format!("expected a whole number from 1 to 9, got `{text}`"));
        }
        for text in ["nan", "inf", "-inf", "-0.1", "10.1", "x"] {
            assert_eq!(cv(text), Err(format!("expected a number from 0 to 10, got `{text}`")));
        }
        assert_eq!(rate("0"), Err("expected a number from 1e-9 to 1e9, got `0`".to_owned()));
        for text in ["0", "-3s", "87601h"] {
            let error = time(text).expect_err(text);
            assert_eq!(error, format!("expected a time from 1 µs to 10 years (87600h), got `{text}`"));
        }
        assert!(time("nan").is_err() && time("inf").is_err());
        assert_eq!(fraction("1.01"), Err("expected a fraction from 0 to 1, got `1.01`".to_owned()));
        assert!(fraction("nan").is_err());
    }
}
