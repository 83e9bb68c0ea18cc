//! From values to places: domains, round marks, and what is done where all values are one.

use crate::chart::model::{Axis, Chart, Marks, Rule, Scale};
use records::number::significant;

/// An axis with its values and the places of both ends.
#[derive(Clone, Debug)]
pub(crate) struct Places {
    log: bool,
    low: f64,
    high: f64,
    start: f64,
    end: f64,
}

impl Places {
    /// An axis over `values`, between the places `start` and `end`; none where no value can stand on it.
    pub(crate) fn over(axis: &Axis, values: &[f64], (start, end): (f64, f64)) -> Option<Self> {
        let log = axis.scale == Scale::Log;
        let may_stand = |x: &f64| x.is_finite() && (!log || *x > 0.0);
        let values = values.iter().chain(&axis.ticks).copied().filter(may_stand);
        let (mut low, mut high) =
            values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| (low.min(x), high.max(x)));
        if low > high {
            return None;
        }
        if let Scale::Lanes(names) = &axis.scale {
            return Some(Self { log: false, low: 0.0, high: names.len().max(1) as f64, start, end });
        }
        if axis.scale == Scale::FromZero {
            (low, high) = (low.min(0.0), high.max(0.0));
        }
        if log {
            // One value, or nearly one: a factor of two to both sides.
            if high / low < 1.2 {
                (low, high) = (low / 2.0, high * 2.0);
            } else {
                let margin = (high / low).powf(0.06);
                (low, high) = (low / margin, high * margin);
            }
        } else if high - low <= 1e-9 * high.abs().max(low.abs()) {
            let around = if high == 0.0 { 1.0 } else { high.abs() * 0.5 };
            (low, high) = (low - around, high + around);
        } else {
            let margin = (high - low) * 0.06;
            let zero = axis.scale == Scale::FromZero;
            low -= if zero && low == 0.0 { 0.0 } else { margin };
            high += if zero && high == 0.0 { 0.0 } else { margin };
        }
        // Sums and products of the greatest numbers may have left what is finite.
        let sound = low.is_finite() && high.is_finite() && high - low > 0.0 && (high - low).is_finite();
        let sound = sound && (!log || (low > 0.0 && (high / low).is_finite()));
        sound.then_some(Self { log, low, high, start, end })
    }

    /// Whether the axis could show zero and begins above it.
    pub(crate) fn is_cut(&self, axis: &Axis) -> bool {
        axis.scale == Scale::Linear && self.low > 0.0
    }

    /// The place of `x`; none where it cannot stand.
    pub(crate) fn at(&self, x: f64) -> Option<f64> {
        if !x.is_finite() || (self.log && x <= 0.0) {
            return None;
        }
        let share = if self.log {
            (x / self.low).ln() / (self.high / self.low).ln()
        } else {
            (x - self.low) / (self.high - self.low)
        };
        Some(self.start + share * (self.end - self.start)).filter(|place| place.is_finite())
    }

    /// As [`Self::at`], held within the axis: for bars and bands that begin or end outside it.
    pub(crate) fn held(&self, x: f64) -> f64 {
        let (least, most) = (self.start.min(self.end), self.start.max(self.end));
        match self.at(x) {
            Some(place) => place.clamp(least, most),
            None if x > 0.0 => self.end,
            None => self.start,
        }
    }

    /// The values at which the axis is marked, about `wanted` of them.
    pub(crate) fn ticks(&self, axis: &Axis, wanted: usize) -> Vec<f64> {
        if !axis.ticks.is_empty() {
            return axis.ticks.iter().copied().filter(|x| self.at(*x).is_some()).collect();
        }
        if self.log { self.log_ticks(wanted) } else { self.round_ticks(wanted) }
    }

    fn round_ticks(&self, wanted: usize) -> Vec<f64> {
        let rough = (self.high - self.low) / wanted.max(1) as f64;
        let magnitude = 10f64.powf(rough.log10().floor());
        let steps = [1.0, 2.0, 5.0, 10.0].map(|times| times * magnitude);
        let step = steps.into_iter().find(|step| *step >= rough * 0.999).unwrap_or(rough);
        if !step.is_finite() || step <= 0.0 {
            return vec![self.low, self.high];
        }
        let first = (self.low / step).ceil();
        let ticks = (0..40).map(|k| (first + f64::from(k)) * step);
        ticks.take_while(|x| *x <= self.high * (1.0 + 1e-12) + step * 1e-9).collect()
    }

    fn log_ticks(&self, wanted: usize) -> Vec<f64> {
        let decades = (self.high / self.low).log10();
        let times: &[f64] = if decades * 3.0 <= wanted as f64 * 1.4 { &[1.0, 2.0, 5.0] } else { &[1.0] };
        let every = (decades / wanted.max(1) as f64).ceil().max(1.0);
        let first = self.low.log10().floor();
        let mut ticks = Vec::new();
        for k in 0..700 {
            let power = first + f64::from(k);
            if power > self.high.log10() {
                break;
            }
            if power % every != 0.0 {
                continue;
            }
            ticks.extend(times.iter().map(|times| times * 10f64.powf(power)));
        }
        ticks.retain(|x| (self.low..=self.high).contains(x));
        // Within a third of a decade no round power may stand: even steps then.
        if ticks.len() < 2 { self.round_ticks(wanted.min(4)) } else { ticks }
    }
}

/// A mark's value for a person: as short as the marks beside it allow.
pub(crate) fn tick_words(x: f64, step: f64) -> String {
    if x == 0.0 {
        return "0".to_owned();
    }
    match x.abs() {
        1e15.. => format!("{x:.0e}"),
        1e9.. => format!("{}G", significant(x / 1e9, 4)),
        1e6.. => format!("{}M", significant(x / 1e6, 4)),
        10_000.0.. => format!("{}k", significant(x / 1e3, 4)),
        ..1e-6 => format!("{x:.0e}"),
        _ => {
            let digits =
                if step > 0.0 { (x.abs() / step).log10().floor().clamp(0.0, 8.0) + 2.0 } else { 3.0 };
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "2 to 10")]
            significant(x, digits as u8)
        }
    }
}

/// Every x and every y of a chart.
pub(crate) fn values(chart: &Chart) -> (Vec<f64>, Vec<f64>) {
    let (mut xs, mut ys) = (Vec::new(), Vec::new());
    for series in &chart.series {
        match &series.marks {
            Marks::Line { points, .. } | Marks::Step { points, .. } => {
                xs.extend(points.iter().map(|point| point.0));
                ys.extend(points.iter().map(|point| point.1));
            }
            Marks::Dots { dots, .. } => {
                xs.extend(dots.iter().map(|dot| dot.x));
                ys.extend(dots.iter().map(|dot| dot.y));
                ys.extend(dots.iter().filter_map(|dot| dot.interval).flat_map(|(low, high)| [low, high]));
            }
            Marks::Band(points) => {
                xs.extend(points.iter().map(|point| point.x));
                ys.extend(points.iter().flat_map(|point| [point.low, point.high]));
            }
            Marks::Columns(columns) => {
                xs.extend(columns.iter().flat_map(|column| [column.from, column.to]));
                ys.extend(columns.iter().flat_map(|column| [column.base, column.base + column.y]));
            }
            Marks::Spans { spans, .. } => {
                xs.extend(spans.iter().flat_map(|span| [span.from, span.to]));
                xs.extend(spans.iter().filter_map(|span| span.interval).flat_map(|(low, high)| [low, high]));
                ys.extend(spans.iter().map(|span| span.lane as f64));
            }
        }
    }
    for rule in &chart.rules {
        match rule {
            Rule::X { at, .. } => xs.push(*at),
            Rule::Y { at, .. } => ys.push(*at),
        }
    }
    (xs, ys)
}

#[cfg(test)]
mod tests {
    use super::{Places, tick_words};
    use crate::chart::model::Axis;

    fn ticks(axis: &Axis, values: &[f64]) -> Vec<f64> {
        Places::over(axis, values, (0.0, 100.0)).expect("an axis").ticks(axis, 5)
    }

    #[test]
    fn marks_are_round() {
        assert_eq!(ticks(&Axis::from_zero("s"), &[3.0, 9.7]), [0.0, 5.0, 10.0]);
        assert_eq!(ticks(&Axis::log("s"), &[0.02, 50.0]), [0.1, 1.0, 10.0]);
        assert_eq!(ticks(&Axis::log("s"), &[0.9, 2.2]), [1.0, 2.0]);
        assert_eq!(tick_words(0.1 + 0.2, 0.1), "0.3");
        assert_eq!(tick_words(25_000.0, 5_000.0), "25k");
    }

    #[test]
    fn one_value_has_room_and_none_has_no_axis() {
        for value in [0.0, 5.0, -2.0, 1e-300, 1e300] {
            let axis = Axis::linear("s");
            let places = Places::over(&axis, &[value, value], (0.0, 100.0)).expect("an axis");
            assert_eq!(places.at(value).map(f64::round), Some(50.0), "{value}");
        }
        assert!(Places::over(&Axis::log("s"), &[0.0, -1.0, f64::NAN], (0.0, 1.0)).is_none());
        assert!(Places::over(&Axis::linear("s"), &[f64::MAX, f64::MIN], (0.0, 1.0)).is_none());
        let is_cut = |axis: Axis, values: &[f64]| {
            Places::over(&axis, values, (0.0, 1.0)).is_some_and(|places| places.is_cut(&axis))
        };
        assert!(is_cut(Axis::linear("s"), &[95.0, 100.0]) && !is_cut(Axis::linear("s"), &[0.0, 100.0]));
        assert!(!is_cut(Axis::from_zero("s"), &[95.0, 100.0]) && !is_cut(Axis::log("s"), &[95.0, 100.0]));
    }
}
