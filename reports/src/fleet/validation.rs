//! Predictions held against fleets that were run: tables for Markdown, and a picture.

use crate::chart::{Axis, Chart, Dot, Rule, Series, Table, Tone, svg};
use crate::columns::{TextColumn, TextTable};
use crate::words::count;
use records::fleet::validation::{FleetComparedRecord, FleetPredictionRecord};
use records::number::{significant, time};

/// Figures that a table shows; the others say where an error comes from.
const SHOWN: usize = 5;

/// The tables and what they come to. Where a cell was run more than once it has one row for all of its runs, and what lies
/// outside its interval is listed.
pub fn markdown(cells: &[FleetComparedRecord]) -> String {
    let mut text = match cells.iter().all(|cell| cell.predicted.repeat == 1) {
        true => {
            TextTable::of(&FIGURES, cells).markdown()
                + "\nEach entry is predicted (95 % of simulated runs of the same length, with the same arrivals): measured.\n\n"
        }
        false => repeated(cells),
    };
    for (at, (name, _)) in
        cells.first().into_iter().flat_map(|cell| cell.measured.figures.named()).take(SHOWN).enumerate()
    {
        let errors = cells.iter().map(|cell| error(cell, at).abs()).collect::<Vec<_>>();
        let inside = cells.iter().filter(|cell| is_inside(cell, at)).count();
        text += &format!(
            "- {name}: median error {} %, largest {} %, inside the interval {inside} of {} ({} %; 95 %: {})\n",
            percent(median(errors.clone())),
            percent(errors.into_iter().fold(0.0, f64::max)),
            cells.len(),
            percent(inside as f64 / cells.len() as f64),
            fraction_interval(inside, cells.len())
        );
    }
    text += "\nWhere the error of a mean delay comes from, s, measured less predicted:\n\n";
    text += &TextTable::of(&SOURCES, cells).markdown();
    text
}

/// A row for all runs of a cell, and then each figure that lies outside its interval.
fn repeated(cells: &[FleetComparedRecord]) -> String {
    let mut rows: Vec<Vec<FleetComparedRecord>> = Vec::new();
    for cell in cells {
        let name = &cell.predicted.cell.name;
        match rows.iter_mut().find(|row| row[0].predicted.cell.name == *name) {
            Some(row) => row.push(cell.clone()),
            None => rows.push(vec![cell.clone()]),
        }
    }
    let mut text = TextTable::of(&REPEATED, &rows).markdown();
    text += "\nEach entry is the mean error, measured less predicted, and how many runs lie inside their intervals: 95 % of \
             simulated runs of the same length, with the same arrivals. Outside:\n\n";
    let outside: Vec<(FleetComparedRecord, usize)> = (0..SHOWN)
        .flat_map(|at| {
            cells.iter().filter(move |cell| !is_inside(cell, at)).map(move |cell| (cell.clone(), at))
        })
        .collect();
    if outside.is_empty() {
        return text + "none.\n\n";
    }
    text + &TextTable::of(&OUTSIDE, &outside).markdown() + "\n"
}

/// The 95 % interval of a fraction that was seen `inside` times of `count`, in percent: Wilson's (Journal of the American
/// Statistical Association 22, 1927).
fn fraction_interval(inside: usize, count: usize) -> String {
    const Z: f64 = 1.959_964;
    let (n, fraction) = (count as f64, inside as f64 / count as f64);
    let middle = fraction + Z * Z / (2.0 * n);
    let half = Z * (fraction * (1.0 - fraction) / n + Z * Z / (4.0 * n * n)).sqrt();
    let scale = 1.0 + Z * Z / n;
    format!("{} to {}", percent(((middle - half) / scale).max(0.0)), percent((middle + half) / scale))
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

const REPEATED: [TextColumn<Vec<FleetComparedRecord>>; 11] = [
    ("cell", |row| row[0].predicted.cell.name.clone()),
    ("proofs", |row| row[0].predicted.cell.proof_system.clone()),
    ("P", |row| row[0].predicted.cell.provers.to_string()),
    ("A", |row| row[0].predicted.cell.aggregators.to_string()),
    ("N", |row| row[0].predicted.cell.batches_per_aggregation.to_string()),
    ("batches", |row| row[0].predicted.cell.batches.to_string()),
    ("throughput", |row| of_runs(row, 0)),
    ("mean delay", |row| of_runs(row, 1)),
    ("p50", |row| of_runs(row, 2)),
    ("p99", |row| of_runs(row, 3)),
    ("use", |row| of_runs(row, 4)),
];

const OUTSIDE: [TextColumn<(FleetComparedRecord, usize)>; 5] = [
    ("figure", |(row, at)| row.predicted.figures.named()[*at].0.to_owned()),
    ("cell", |(row, _)| row.predicted.cell.name.clone()),
    ("run", |(row, _)| row.predicted.repeat.to_string()),
    ("predicted", |(row, at)| predicted_entry(row, *at)),
    ("measured", |(row, at)| significant(row.measured.figures.named()[*at].1, DIGITS)),
];

/// Of figures of which some are known to a thousandth.
const DIGITS: u8 = 4;

const SOURCES: [TextColumn<FleetComparedRecord>; 8] = [
    ("cell", |row| match row.predicted.repeat {
        1 => row.predicted.cell.name.clone(),
        repeat => format!("{}, run {repeat}", row.predicted.cell.name),
    }),
    ("delay", |row| signed(difference(row, 1))),
    ("waiting for a prover", |row| signed(difference(row, 5))),
    ("from the start of a proof to its verification", |row| signed(difference(row, 6))),
    ("of that the proof", |row| signed(row.measured.prove_s - straggling(row) * row.predicted.times.prove_s)),
    ("a merge", |row| signed(row.measured.merge_s - row.predicted.times.merge_s)),
    ("beside a job: used, ran", |row| {
        format!("{}, {}", time(row.predicted.times.handling_s), time(row.measured.handling_s))
    }),
    ("pace of small fleets, of the profile", |row| {
        let times = row.predicted.times;
        times.pace.zip(times.pace_half_width).map_or_else(
            || "-".to_owned(),
            |(pace, half)| format!("{} ± {}", significant(pace, 3), significant(half, 2)),
        )
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
    let got = significant(row.measured.figures.named()[at].1, DIGITS);
    let miss = if is_inside(row, at) { "" } else { " MISS" };
    format!("{}: {got}{miss}", predicted_entry(row, at))
}

fn predicted_entry(row: &FleetComparedRecord, at: usize) -> String {
    let FleetPredictionRecord { value, low, high } = row.predicted.figures.named()[at].1;
    let [value, low, high] = [value, low, high].map(|x| significant(x, DIGITS));
    format!("{value} ({low} to {high})")
}

/// The mean error of several runs and how many lie inside.
fn of_runs(runs: &[FleetComparedRecord], at: usize) -> String {
    let mean = runs.iter().map(|run| error(run, at)).sum::<f64>() / runs.len() as f64;
    let inside = runs.iter().filter(|run| is_inside(run, at)).count();
    format!("{:+.1} %, {inside} of {}", 100.0 * mean, runs.len())
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
                repeat: 1,
                seed: 1,
                unix_s: 1.0,
                times: FleetTimesUsedRecord {
                    prove_s: 1.0,
                    merge_s: 0.1,
                    handling_s: 5e-4,
                    handling_half_width_s: 1e-4,
                    pace: None,
                    pace_half_width: None,
                    handling_fleets: 5,
                    handling_samples: 45,
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
                repeat: 1,
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
            text.contains(
                "mean delay, s: median error 28 %, largest 50 %, inside the interval 1 of 2 (50 %; 95 %: 9.5 to 91)"
            ),
            "{text}"
        );
        // Stragglers of twice the time, one in ten, make 1.1 s of 1 s.
        assert!(text.contains("| far | +1.0000 | +0.0000 | +0.0000 | +0.0000 |"), "{text}");
    }

    #[test]
    fn runs_of_one_cell_are_one_row_and_what_is_outside_is_listed() {
        let run = |repeat: u32, delay_s: f64| {
            let mut run = cell("n1", delay_s);
            (run.predicted.repeat, run.measured.repeat) = (repeat, repeat);
            run
        };
        let runs = [run(1, 2.1), cell("n2", 2.0), run(2, 3.0), run(3, 1.9)];
        let text = markdown(&runs);
        assert!(
            text.contains("| n1 | scripted | 12 | 2 | 8 | 192 | +0.0 %, 3 of 3 | +16.7 %, 2 of 3 |"),
            "{text}"
        );
        assert!(text.contains("| mean delay, s | n1 | 2 | 2 (1.8 to 2.2) | 3 |"), "{text}");
        assert!(text.contains("inside the interval 3 of 4 (75 %; 95 %: 30 to 95)"), "{text}");
        assert!(text.contains("| n1, run 2 | +1.0000 |"), "{text}");
        let inside = markdown(&[run(1, 2.1), run(2, 2.0)]);
        assert!(inside.contains("Outside:\n\nnone."), "{inside}");
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
