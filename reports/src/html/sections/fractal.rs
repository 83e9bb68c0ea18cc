//! Many rollups settled by one proof: the stages as predicted and as measured, and the circuits side by side.

use crate::chart::{Axis, Chart, Column, Dot, Series, Table, TableValue, Tone};
use crate::fractal::{Stage, circuits_worth, measured, proof, provers, total_cpu_s};
use crate::html::section::{Block, Section};
use crate::words::percent;
use records::fractal::{CircuitProversRecord, FractalRecord, RollupCircuitRecord};
use records::number::{significant, time};
use records::report::Records;

pub(super) const SECTION: Section =
    Section { id: "fractal", title: "Many rollups, one proof", script: None, build };

const CIRCUITS_CAPTION: &str = "One batch of the same traffic in each circuit that can hold it; CPU time is a median of n \
    batches. Memory is the median peak of n processes, each of which builds that circuit alone and proves one batch.";

fn build(records: &Records) -> Option<Vec<Block>> {
    let record = records.fractal.as_ref()?;
    Some(vec![
        Block::Words(measured(record)),
        Block::Words(proof(record)),
        Block::chart(stages(record)),
        Block::Words(circuits_worth(record)),
        Block::Table {
            id: "fractal-circuits".to_owned(),
            caption: format!("{}{}", CIRCUITS_CAPTION, traffic(record)),
            table: circuits(record),
        },
    ])
}

fn stages(record: &FractalRecord) -> Chart {
    let columns: [Column<Stage>; 7] = [
        ("layer", "layer", |stage| stage.layer.into()),
        ("stage", "stage", |stage| stage.stage.words().into()),
        ("planned_jobs", "jobs planned", |stage| stage.planned.map(|planned| planned.0).into()),
        ("jobs", "jobs proved", |stage| stage.jobs.into()),
        ("predicted_cpu_s", "predicted CPU, s", |stage| stage.planned.map(|planned| planned.1).into()),
        ("cpu_s", "measured CPU, s", |stage| stage.cpu_s.into()),
        ("wall_s", "wall, s", |stage| stage.wall_s.into()),
    ];
    let [predicted, all] = total_cpu_s(record);
    let stages = crate::fractal::stages(record);
    // A logarithmic axis has no place for a stage that was planned alone or proved alone.
    let both: Vec<(&Stage, f64)> = stages
        .iter()
        .filter(|stage| stage.cpu_s > 0.0)
        .filter_map(|stage| Some((stage, stage.planned?.1)))
        .collect();
    let dots = both.iter().map(|&(stage, predicted_s)| Dot {
        x: predicted_s,
        y: stage.cpu_s,
        interval: None,
        note: format!("layer {}, {}: {}", stage.layer, stage.stage, time(stage.cpu_s)),
    });
    let figures = || both.iter().flat_map(|(stage, predicted_s)| [*predicted_s, stage.cpu_s]);
    let ends = [figures().fold(f64::INFINITY, f64::min), figures().fold(0.0, f64::max)];
    Chart {
        id: "fractal-stages".to_owned(),
        title: "CPU time of each stage and layer, as predicted and as measured".to_owned(),
        caption: format!(
            "Predicted: jobs as planned times the CPU time of one, measured on other rollups. All stages: {} predicted, {} \
             measured, an error of {}.",
            time(predicted),
            time(all),
            percent(predicted / all - 1.0, 2),
        ),
        x: Axis::log("predicted CPU time, s"),
        y: Axis::log("measured CPU time, s"),
        series: vec![
            Series::dashed("as predicted", Tone::Second, ends.map(|end| (end, end)).to_vec()),
            Series::dots("measured", Tone::Main, dots.collect()),
        ],
        rules: Vec::new(),
        table: Table::of(&stages, columns),
    }
}

/// What the column of provers is for.
fn traffic(record: &FractalRecord) -> String {
    record.same_traffic.as_ref().map_or_else(String::new, |traffic| {
        format!(
            " Provers are for {} transactions/s, {} of their time unused.",
            significant(traffic.transactions_per_s, 6),
            percent(traffic.headroom, 3)
        )
    })
}

/// A circuit, and the provers that the traffic takes on it.
type CircuitRow<'a> = (&'a RollupCircuitRecord, Option<&'a CircuitProversRecord>);

fn circuits(record: &FractalRecord) -> Table {
    let columns: [Column<CircuitRow<'_>>; 12] = [
        ("circuit", "circuit", |row| row.0.circuit.words().into()),
        ("swap_ratio", "swaps, fraction", |row| row.0.swap_ratio.into()),
        ("transactions", "transactions", |row| row.0.transactions.into()),
        ("rows", "rows", |row| row.0.rows.into()),
        ("rows_padded", "rows with padding", |row| row.0.rows_padded.into()),
        ("cpu_s", "CPU of a batch, s", |row| row.0.cpu_s.median.into()),
        ("cpu_s_per_tx", "CPU of a transaction, s", |row| {
            (row.0.cpu_s.median / f64::from(row.0.transactions)).into()
        }),
        ("provers", "provers of one core", |row| row.1.map(|of| of.provers).into()),
        ("provers_min", "at least", |row| row.1.map(|of| of.provers_min).into()),
        ("provers_max", "at most", |row| row.1.map(|of| of.provers_max).into()),
        ("peak_rss_bytes", "memory", |row| {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count of bytes")]
            TableValue::size(row.0.peak_rss_bytes.map(|peak| peak.median as u64))
        }),
        ("repeats", "n", |row| row.0.repeats.into()),
    ];
    let of = |circuit| record.same_traffic.as_ref().and_then(|traffic| provers(traffic, circuit));
    let rows: Vec<CircuitRow<'_>> = record.circuits.iter().map(|circuit| (circuit, of(circuit))).collect();
    Table::of(&rows, columns)
}

#[cfg(test)]
mod tests {
    use super::build;
    use crate::html::section::Block;
    use fixtures::fractal::fractal;
    use records::report::Records;

    #[test]
    fn a_chart_of_the_stages_and_nothing_without_the_record() {
        assert!(build(&Records::default()).is_none());
        let blocks = build(&Records { fractal: Some(fractal()), ..Records::default() }).expect("blocks");
        let charts: Vec<_> = blocks
            .iter()
            .filter_map(|block| match block {
                Block::Chart(chart) => Some((chart.id.as_str(), chart.series.len(), chart.caption.clone())),
                _ => None,
            })
            .collect();
        let [(id, series, caption)] = charts.as_slice() else { panic!("{charts:?}") };
        assert_eq!((*id, *series), ("fractal-stages", 2));
        // The fixture's stages took 3 % more than predicted.
        assert!(caption.ends_with("an error of -2.9 %."), "{caption}");
    }
}
