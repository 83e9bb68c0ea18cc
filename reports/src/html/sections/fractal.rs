//! Many rollups settled by one proof: the stages as predicted and as measured, and the circuits side by side.

use crate::chart::{Axis, Chart, Column, Dot, Series, Table, Tone};
use crate::fractal::{circuits_worth, measured, proof, total_cpu_s};
use crate::html::section::{Block, Section};
use crate::words::percent;
use records::fractal::{FractalRecord, FractalStageRecord, RollupCircuitRecord};
use records::number::time;
use records::report::Records;

pub(super) const SECTION: Section =
    Section { id: "fractal", title: "Many rollups, one proof", script: None, build };

fn build(records: &Records) -> Option<Vec<Block>> {
    let record = records.fractal.as_ref()?;
    Some(vec![
        Block::Words(measured(record)),
        Block::Words(proof(record)),
        Block::chart(stages(record)),
        Block::Words(circuits_worth(record)),
        Block::Table {
            id: "fractal-circuits".to_owned(),
            caption: "One batch of the same traffic in each circuit that can hold it; CPU time is a median."
                .to_owned(),
            table: circuits(record),
        },
    ])
}

fn stages(record: &FractalRecord) -> Chart {
    let columns: [Column<FractalStageRecord>; 6] = [
        ("layer", "layer", |stage| stage.layer.into()),
        ("stage", "stage", |stage| stage.stage.words().into()),
        ("jobs", "jobs", |stage| stage.jobs.into()),
        ("predicted_cpu_s", "predicted CPU, s", |stage| stage.predicted_cpu_s.into()),
        ("cpu_s", "measured CPU, s", |stage| stage.cpu_s.into()),
        ("wall_s", "wall, s", |stage| stage.wall_s.into()),
    ];
    let [predicted, all] = total_cpu_s(record);
    let dots = record.stages.iter().map(|stage| Dot {
        x: stage.predicted_cpu_s,
        y: stage.cpu_s,
        interval: None,
        note: format!("layer {}, {}: {}", stage.layer, stage.stage, time(stage.cpu_s)),
    });
    let figures = || record.stages.iter().flat_map(|stage| [stage.predicted_cpu_s, stage.cpu_s]);
    let ends = [figures().fold(f64::INFINITY, f64::min), figures().fold(0.0, f64::max)];
    Chart {
        id: "fractal-stages".to_owned(),
        title: "CPU time of each stage and layer, as predicted and as measured".to_owned(),
        caption: format!(
            "Predicted: jobs times the CPU time of one, measured before on other rollups. All stages: {} predicted, {} \
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
        table: Table::of(&record.stages, columns),
    }
}

fn circuits(record: &FractalRecord) -> Table {
    let columns: [Column<RollupCircuitRecord>; 8] = [
        ("circuit", "circuit", |circuit| circuit.circuit.words().into()),
        ("swap_ratio", "swaps, fraction", |circuit| circuit.swap_ratio.into()),
        ("transactions", "transactions", |circuit| circuit.transactions.into()),
        ("rows", "rows", |circuit| circuit.rows.into()),
        ("rows_padded", "rows with padding", |circuit| circuit.rows_padded.into()),
        ("cpu_s", "CPU of a batch, s", |circuit| circuit.cpu_s.median.into()),
        ("cpu_s_per_tx", "CPU of a transaction, s", |circuit| {
            (circuit.cpu_s.median / f64::from(circuit.transactions)).into()
        }),
        ("peak_rss_bytes", "memory, bytes", |circuit| circuit.peak_rss_bytes.into()),
    ];
    Table::of(&record.circuits, columns)
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
