//! Durations as the tables and sentences of a queue write them.

/// Whole seconds, minutes, or hours with a digit.
pub(super) fn duration(time_s: f64) -> String {
    match time_s {
        s if s < 120.0 => format!("{s:.0} s"),
        s if s < 7_200.0 => format!("{:.0} min", s / 60.0),
        s => format!("{:.1} h", s / 3_600.0),
    }
}
