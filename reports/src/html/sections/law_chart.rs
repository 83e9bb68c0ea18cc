//! A scaling law as a chart: measured points with their intervals, each fit with its band.

use crate::chart::{Axis, BandPoint, Chart, Dot, Series, Table, TableValue, Tone};
use crate::laws::rows::stage;
use crate::words::{capital, interval, percent, size};
use records::laws::{FitRecord, LawRecord, OfName, OverName, Reach};
use records::number::{significant, time};
use records::profile::QuantityName;
use records::report::Records;

/// The maximum number of charts of one kind on a page; the numbers of all of them are in the tables.
pub(crate) const CHARTS_MAX: usize = 4;

/// The laws of the time to prove a batch over any of these that have more than a point, each with its place from 1; no
/// more than there may be charts.
pub(crate) fn prove_laws<'a>(
    records: &'a Records,
    over: &'a [OverName],
) -> impl Iterator<Item = (usize, &'a LawRecord)> {
    let laws = records.laws.iter().flat_map(|laws| &laws.laws).filter(|law| {
        let is_prove_time = law.of == OfName::TimeS && law.stage == Some(QuantityName::ProveBatch);
        over.contains(&law.over) && is_prove_time && law.points.len() > 1
    });
    (1..).zip(laws.take(CHARTS_MAX))
}

/// The law drawn on these axes, with `what_to_see` before what the fits say of themselves.
pub(crate) fn chart(
    law: &LawRecord,
    id: String,
    title: String,
    axes: (Axis, Axis),
    what_to_see: &str,
) -> Chart {
    let mut series = Vec::new();
    for (fit, tone) in law.fits.iter().zip([Tone::Second, Tone::Third, Tone::Fourth]) {
        series.extend(fit_series(fit, tone));
    }
    let dots = law.points.iter().map(|point| Dot {
        x: point.x,
        y: point.y,
        interval: point.low.zip(point.high),
        note: format!(
            "{} at {}: {}, {} samples",
            stage(law),
            significant(point.x, 4),
            figure(law, point.y),
            point.samples
        ),
    });
    series.push(Series::dots("measured", Tone::Main, dots.collect()));
    let mut caption = what_to_see.to_owned();
    for fit in &law.fits {
        caption += &format!(" {}", fit_words(fit));
    }
    for note in &law.notes {
        caption += &format!(" {}", sentence(note));
    }
    Chart { id, title, caption, x: axes.0, y: axes.1, series, rules: Vec::new(), table: table(law) }
}

/// A curve is whole where it was measured and broken beyond.
fn fit_series(fit: &FitRecord, tone: Tone) -> Vec<Series> {
    let name = fit.law.words();
    let band: Vec<BandPoint> = fit
        .curve
        .iter()
        .filter_map(|point| Some(BandPoint { x: point.x, low: point.low?, high: point.high? }))
        .collect();
    let reached = |is_within: bool| {
        let points = fit.curve.iter().filter(move |point| (point.reach == Reach::Within) == is_within);
        points.map(|point| (point.x, point.y))
    };
    let within: Vec<_> = reached(true).collect();
    let beyond: Vec<_> = within.last().copied().into_iter().chain(reached(false)).collect();
    let mut series = Vec::new();
    if band.len() > 1 {
        series.push(Series::band(tone, band));
    }
    if within.len() > 1 {
        series.push(Series::line(name, tone, within));
        if beyond.len() > 1 {
            series.push(Series::dashed("", tone, beyond));
        }
    } else if beyond.len() > 1 {
        series.push(Series::dashed(name, tone, beyond));
    }
    series
}

/// `Amdahl: serial fraction 0.02 [0.01, 0.03].`
fn fit_words(fit: &FitRecord) -> String {
    let coefficients: Vec<_> = fit
        .coefficients
        .iter()
        .map(|coefficient| {
            let ends = |words: fn(f64) -> String| interval(coefficient.low, coefficient.high, words);
            if let Some(name) = coefficient.name.strip_suffix("_bytes") {
                return format!("{} {}{}", name.replace('_', " "), size(coefficient.value), ends(size));
            }
            let (name, unit) = name_and_unit(&coefficient.name);
            let three = |x| significant(x, 3);
            format!("{name} {}{}{unit}", three(coefficient.value), ends(three))
        })
        .collect();
    let error = fit.leave_one_out_fraction.map_or_else(String::new, |fraction| {
        format!("; each point predicted from the others to {}", percent(fraction, 2))
    });
    format!("{}: {}{error}.", capital(fit.law.words()), coefficients.join(", "))
}

/// `one_core_s` is `one core` in ` s`.
fn name_and_unit(key: &str) -> (String, &'static str) {
    let units = [("_ghz_s", " GHz·s"), ("_s", " s")];
    let found = units.into_iter().find_map(|(end, unit)| Some((key.strip_suffix(end)?, unit)));
    let (name, unit) = found.unwrap_or((key, ""));
    (name.replace('_', " "), unit)
}

/// A note as a sentence among others.
fn sentence(note: &str) -> String {
    capital(note.trim().trim_end_matches('.')) + "."
}

fn figure(law: &LawRecord, y: f64) -> String {
    match law.of {
        OfName::TimeS => time(y),
        OfName::MemoryBytes => size(y),
    }
}

/// Every point and every place of every curve.
fn table(law: &LawRecord) -> Table {
    let unit = law.of.key();
    let (low, high) = match law.of {
        OfName::TimeS => ("low_s", "high_s"),
        OfName::MemoryBytes => ("low_bytes", "high_bytes"),
    };
    let x = (law.over.key(), law.over.words());
    let mut table = Table::new([
        ("source", "source"),
        x,
        (unit, law.of.words()),
        (low, "low"),
        (high, "high"),
        ("samples", "samples"),
        ("reach", "reach"),
    ]);
    let value = match law.of {
        OfName::TimeS => TableValue::Number,
        OfName::MemoryBytes => TableValue::Bytes,
    };
    let mut row = |source: &str, at: [f64; 2], ends: [Option<f64>; 2], samples: Option<u64>, reach: Reach| {
        let ([x, y], [low, high]) = (at, ends.map(|end| end.map_or(TableValue::Nothing, value)));
        table.push([source.into(), x.into(), value(y), low, high, samples.into(), reach.words().into()]);
    };
    for point in &law.points {
        let ends = [point.low, point.high];
        row("measured", [point.x, point.y], ends, Some(point.samples), Reach::Within);
    }
    for fit in &law.fits {
        for point in &fit.curve {
            row(fit.law.words(), [point.x, point.y], [point.low, point.high], None, point.reach);
        }
    }
    table
}

/// An axis of what the law is over; along cores, sizes and N the measured places have ticks.
pub(crate) fn x_axis(law: &LawRecord) -> Axis {
    let mut places: Vec<f64> = law.points.iter().map(|point| point.x).collect();
    places.extend(
        law.fits.iter().flat_map(|fit| &fit.curve).map(|point| point.x).filter(|x| x.log2().fract() == 0.0),
    );
    places.sort_by(f64::total_cmp);
    places.dedup();
    match law.over {
        OverName::ClockGhz | OverName::CpuFraction => Axis::linear(law.over.words()),
        OverName::Cores | OverName::BatchTransactions | OverName::BatchesPerAggregation => {
            let few = if places.len() <= 12 { places } else { Vec::new() };
            Axis::log(law.over.words()).with_ticks(few)
        }
    }
}
