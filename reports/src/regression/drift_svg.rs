//! A history as one SVG picture: a chart a series, its results with their intervals, a line at each change point, and
//! the median of each stretch between.

use crate::chart::{Axis, Chart, Dot, Rule, Series, Table, Tone, svg};
use crate::regression::drift::recorded;
use crate::regression::sentences::{commit, shift};
use crate::words::date;
use records::number::time;
use records::regression::drift::{DriftName, DriftRecord, SeriesDriftRecord};

/// A history as SVG.
pub fn render(record: &DriftRecord) -> String {
    let charts = record
        .machines
        .iter()
        .flat_map(|machine| machine.series.iter().map(move |series| chart(&machine.machine.words, series)));
    svg::stacked(&charts.collect::<Vec<_>>())
}

/// Up to so many results each has a mark on the axis.
const TICKS_MAX: usize = 20;

fn chart(machine: &str, series: &SeriesDriftRecord) -> Chart {
    let SeriesDriftRecord { cell, quantity, drift, shift: _, changes, points } = series;
    let tone = match drift {
        DriftName::Slower => Tone::Warning,
        DriftName::Faster => Tone::Third,
        DriftName::Steady | DriftName::TooFew => Tone::Main,
    };
    let dots = points.iter().enumerate().map(|(at, point)| Dot {
        x: at as f64,
        y: point.value_s,
        interval: point.low_s.zip(point.high_s),
        note: match date(point.recorded_unix_s) {
            Some(day) => format!("{}, {day}: {}", point.commit, time(point.value_s)),
            None => format!("{}: {}", point.commit, time(point.value_s)),
        },
    });
    let rules = changes.iter().map(|change| Rule::X {
        at: change.index as f64 - 0.5,
        label: format!("{:+.1} % from {}", 100.0 * (change.ratio - 1.0), commit(&change.commit)),
    });
    let words = shift(series).unwrap_or_else(|| drift.words().to_owned());
    let days = recorded(series).map(|days| format!(", {days}")).unwrap_or_default();
    let axis = Axis::linear(&format!("result, in the order of the history{days}"));
    let few = points.len() <= TICKS_MAX;
    let ticks = if few { (0..points.len()).map(|at| at as f64).collect() } else { Vec::new() };
    Chart {
        id: format!("{quantity}-of-{cell}"),
        title: format!("{quantity} of {cell}"),
        caption: format!("{words}, on {machine}"),
        x: axis.with_ticks(ticks),
        y: Axis::linear("time, s"),
        series: vec![Series::line("", Tone::Muted, medians(series)), Series::dots("", tone, dots.collect())],
        rules: rules.collect(),
        table: Table::default(),
    }
}

/// The median of each stretch between two change points, as a level line that is broken at the change points; none
/// where nothing changed.
fn medians(series: &SeriesDriftRecord) -> Vec<(f64, f64)> {
    let Some(first) = series.changes.first() else { return Vec::new() };
    let starts = series.changes.iter().map(|change| (change.index as f64 - 0.5, change.after_s));
    let starts: Vec<_> = std::iter::once((-0.5, first.before_s)).chain(starts).collect();
    let last = series.points.len() as f64 - 0.5;
    let ends = starts.iter().skip(1).map(|(start, _)| *start).chain([last]);
    let stretches = starts.iter().zip(ends);
    stretches
        .flat_map(|((start, median_s), end)| [(*start, *median_s), (end, *median_s), (end, f64::NAN)])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::render;
    use fixtures::regression::drift;

    #[test]
    fn a_plot_a_series() {
        let mut record = drift();
        record.machines[0].series.iter_mut().for_each(|series| {
            let from = series.points.len().saturating_sub(6);
            series
                .changes
                .iter_mut()
                .for_each(|change| change.index = change.index.saturating_sub(from as u64).min(3));
            series.points.drain(..from);
        });
        insta::assert_snapshot!(render(&record));
    }

    #[test]
    fn it_is_xml_whatever_a_commit_is_called() {
        let mut record = drift();
        record.machines[0].series[0].points[0].commit = "<&\"\u{7}>".to_owned();
        record.machines[0].machine.words = "a < b & c".to_owned();
        let svg = render(&record);
        let drawn = resvg::usvg::roxmltree::Document::parse(&svg).expect("XML");
        let is_dot = |class: &str| class.starts_with("dot ");
        let dots = drawn.descendants().filter(|node| node.attribute("class").is_some_and(is_dot)).count();
        let points: usize = record.machines[0].series.iter().map(|series| series.points.len()).sum();
        assert_eq!(dots, points);
    }

    #[test]
    fn nothing_is_an_empty_picture() {
        let mut record = drift();
        record.machines.clear();
        assert!(render(&record).contains("<svg "));
    }
}
