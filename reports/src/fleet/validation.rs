//! Predictions held against fleets that were run: tables for Markdown, and a picture.

use crate::chart::{Axis, Chart, Dot, Rule, Series, Table, Tone, svg};
use crate::columns::{TextColumn, TextTable};
use crate::words::count;
use records::fleet::validation::{FleetComparedRecord, FleetPredictionRecord};
use records::number::{significant, time};

/// Figures that a table shows; the others say where an error comes from.
const SHOWN: usize = 5;

/// The tables and what they come to.
pub fn markdown(cells: &[FleetComparedRecord]) -> String {
    let mut text = TextTable::of(&FIGURES, cells).markdown();
    text += "\nEach entry is predicted (95 % of simulated runs of the same length, with the same arrivals): measured.\n\n";
    for (at, (name, _)) in
        cells.first().into_iter().flat_map(|cell| cell.measured.figures.named()).take(SHOWN).enumerate()
    {
        let errors = cells.iter().map(|cell| error(cell, at).abs()).collect::<Vec<_>>();
        let inside = cells.iter().filter(|cell| is_inside(cell, at)).count();
        text += &format!(
            "- {name}: median error {} %, largest {} %, inside the interval {inside} of {}\n",
            percent(median(errors.clone())),
            percent(errors.into_iter().fold(0.0, f64::max)),
            cells.len()
        );
    }
    text += "\nWhere the error of a mean delay comes from, s, measured less predicted:\n\n";
    text += &TextTable::of(&SOURCES, cells).markdown();
    text
}

/// Each figure of each cell over its prediction, with the interval of the prediction.
pub fn picture(cells: &[FleetComparedRecord]) -> String {
    let names =
        cells.first().into_iter().flat_map(|cell| cell.measured.figures.named()).map(|(name, _)| name);
    let charts: Vec<_> = names.take(SHOWN).enumerate().map(|(at, name)| chart(cells, at, name)).collect();
    svg::stacked(&charts)
}

fn chart(cells: &[FleetComparedRecord], at: usize, name: &str) -> Chart {
    let dot = move |(place, cell): (usize, &FleetComparedRecord), is_prediction: bool| {
        let (_, FleetPredictionRecord { value, low, high }) = cell.predicted.figures.named()[at];
        let (_, got) = cell.measured.figures.named()[at];
        Dot {
            x: place as f64 + 1.0,
            y: if is_prediction { 1.0 } else { got / value },
            interval: is_prediction.then_some((low / value, high / value)),
            note: format!("{}: {}", cell.predicted.cell.name, entry(cell, at)),
        }
    };
    let dots = |is_prediction| cells.iter().enumerate().map(move |cell| dot(cell, is_prediction));
    let (inside, outside): (Vec<_>, Vec<_>) =
        dots(false).zip(cells).partition(|(_, cell)| is_inside(cell, at));
    let only = |pairs: Vec<(Dot, &FleetComparedRecord)>| pairs.into_iter().map(|(dot, _)| dot).collect();
    Chart {
        id: format!("validation-{at}"),
        title: format!("{name}: measured over predicted"),
        caption: format!(
            "{} in the order of the table; bars hold 95 % of simulated runs",
            count(cells.len() as u64, "cell")
        ),
        x: Axis::linear("cell").with_ticks((1..=cells.len()).map(|place| place as f64).collect()),
        y: Axis::linear("measured / predicted"),
        series: vec![
            Series::dots("predicted", Tone::Muted, dots(true).collect()),
            Series::dots("measured, inside", Tone::Main, only(inside)),
            Series::dots("measured, outside", Tone::Warning, only(outside)),
        ],
        rules: vec![Rule::Y { at: 1.0, label: String::new() }],
        table: Table::default(),
    }
}

const FIGURES: [TextColumn<FleetComparedRecord>; 11] = [
    ("cell", |row| row.predicted.cell.name.clone()),
    ("proofs", |row| row.predicted.cell.proof_system.clone()),
    ("P", |row| row.predicted.cell.provers.to_string()),
    ("A", |row| row.predicted.cell.aggregators.to_string()),
    ("N", |row| row.predicted.cell.batches_per_aggregation.to_string()),
    ("batches", |row| row.predicted.cell.batches.to_string()),
    ("throughput, 1/s", |row| entry(row, 0)),
    ("mean delay, s", |row| entry(row, 1)),
    ("p50, s", |row| entry(row, 2)),
    ("p99, s", |row| entry(row, 3)),
    ("use", |row| entry(row, 4)),
];

const SOURCES: [TextColumn<FleetComparedRecord>; 7] = [
    ("cell", |row| row.predicted.cell.name.clone()),
    ("delay", |row| signed(difference(row, 1))),
    ("waiting for a prover", |row| signed(difference(row, 5))),
    ("from the start of a proof to its verification", |row| signed(difference(row, 6))),
    ("of that the proof", |row| signed(row.measured.prove_s - straggling(row) * row.predicted.times.prove_s)),
    ("a merge", |row| signed(row.measured.merge_s - row.predicted.times.merge_s)),
    ("beside a job: used, ran", |row| {
        format!("{}, {}", time(row.predicted.times.handling_s), time(row.measured.handling_s))
    }),
];

/// By what stragglers lengthen the mean of a cell's proofs, as it was predicted.
fn straggling(row: &FleetComparedRecord) -> f64 {
    1.0 + row.predicted.cell.straggler_fraction * (row.predicted.cell.straggler_factor - 1.0)
}

fn signed(s: f64) -> String {
    format!("{s:+.4}")
}

fn difference(row: &FleetComparedRecord, at: usize) -> f64 {
    row.measured.figures.named()[at].1 - row.predicted.figures.named()[at].1.value
}

fn error(row: &FleetComparedRecord, at: usize) -> f64 {
    difference(row, at) / row.predicted.figures.named()[at].1.value
}

fn is_inside(row: &FleetComparedRecord, at: usize) -> bool {
    let FleetPredictionRecord { value: _, low, high } = row.predicted.figures.named()[at].1;
    (low..=high).contains(&row.measured.figures.named()[at].1)
}

fn entry(row: &FleetComparedRecord, at: usize) -> String {
    let FleetPredictionRecord { value, low, high } = row.predicted.figures.named()[at].1;
    let [value, low, high, got] =
        [value, low, high, row.measured.figures.named()[at].1].map(|x| significant(x, 3));
    let miss = if is_inside(row, at) { "" } else { " MISS" };
    format!("{value} ({low} to {high}): {got}{miss}")
}

fn percent(fraction: f64) -> String {
    significant(100.0 * fraction, 2)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    match values.len() {
        0 => 0.0,
        n if n % 2 == 1 => values[n / 2],
        n => f64::midpoint(values[n / 2 - 1], values[n / 2]),
    }
}

#[cfg(test)]
mod tests {
    use super::{markdown, picture};
    use records::fleet::validation::{
        FleetCellRecord, FleetComparedRecord, FleetFiguresRecord, FleetMeasuredRecord, FleetPredictedRecord,
        FleetPredictionRecord, FleetTimesUsedRecord,
    };

    fn cell(name: &str, delay_s: f64) -> FleetComparedRecord {
        let near = |value: f64| FleetPredictionRecord { value, low: 0.9 * value, high: 1.1 * value };
        let figures = |of: fn(f64) -> f64| FleetFiguresRecord {
            throughput_batches_per_s: of(8.0),
            delay_mean_s: of(2.0),
            delay_p50_s: of(2.0),
            delay_p99_s: of(3.0),
            prover_use: of(0.5),
            prover_wait_s: of(0.1),
            prover_hold_s: of(1.2),
        };
        let exact = figures(|x| x);
        FleetComparedRecord {
            predicted: FleetPredictedRecord {
                cell: FleetCellRecord {
                    name: name.to_owned(),
                    proof_system: "scripted".to_owned(),
                    provers: 12,
                    aggregators: 2,
                    batches_per_aggregation: 8,
                    batches: 192,
                    interval_s: 0.12,
                    arrivals: "fixed".to_owned(),
                    straggler_fraction: 0.1,
                    straggler_factor: 2.0,
                    mtbf_s: None,
                    closing: None,
                },
                unix_s: 1.0,
                times: FleetTimesUsedRecord {
                    prove_s: 1.0,
                    merge_s: 0.1,
                    handling_s: 5e-4,
                    handling_samples: 9,
                },
                figures: FleetFiguresRecord {
                    throughput_batches_per_s: near(exact.throughput_batches_per_s),
                    delay_mean_s: near(exact.delay_mean_s),
                    delay_p50_s: near(exact.delay_p50_s),
                    delay_p99_s: near(exact.delay_p99_s),
                    prover_use: near(exact.prover_use),
                    prover_wait_s: near(exact.prover_wait_s),
                    prover_hold_s: near(exact.prover_hold_s),
                },
            },
            measured: FleetMeasuredRecord {
                cell: name.to_owned(),
                began_unix_s: 2.0,
                groups: 24,
                figures: FleetFiguresRecord { delay_mean_s: delay_s, ..exact },
                prove_s: 1.1,
                merge_s: 0.1,
                handling_s: 6e-4,
                restarted: 0,
            },
        }
    }

    #[test]
    fn a_figure_outside_its_interval_is_a_miss_and_is_counted() {
        let text = markdown(&[cell("near", 2.1), cell("far", 3.0)]);
        assert!(text.contains("2 (1.8 to 2.2): 2.1 |") && text.contains("2 (1.8 to 2.2): 3 MISS"), "{text}");
        assert!(
            text.contains("mean delay, s: median error 28 %, largest 50 %, inside the interval 1 of 2"),
            "{text}"
        );
        // Stragglers of twice the time, one in ten, make 1.1 s of 1 s.
        assert!(text.contains("| far | +1.0000 | +0.0000 | +0.0000 | +0.0000 |"), "{text}");
    }

    #[test]
    fn the_picture_has_a_chart_a_figure() {
        let svg = picture(&[cell("near", 2.1), cell("far", 3.0)]);
        for name in ["throughput, 1/s", "mean delay, s", "p50, s", "p99, s", "use"] {
            assert!(svg.contains(&format!("{name}: measured over predicted")), "{name}");
        }
        assert!(svg.contains("measured, outside") && !svg.contains("wait, s: measured"));
    }
}
