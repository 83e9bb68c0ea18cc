//! Batch size: circuits are padded to a power of two rows, so that cost goes in steps.

use crate::chart::{Axis, Chart, Column, Dot, LaneSpan, Marks, Series, Table, TableValue, Tone};
use crate::html::inline::short;
use crate::html::section::{Block, Section};
use crate::profile::rows::ends;
use crate::words::{count, percent};
use records::number::time;
use records::profile::{CellSummaryRecord, ProfileRecord, QuantityName, QuantityRecord};
use records::report::Records;
use records::sample::CircuitRecord;

pub(super) const SECTION: Section =
    Section { id: "batch-size", title: "Batch size goes in steps", script: None, build };

fn build(records: &Records) -> Option<Vec<Block>> {
    let profile = records.profile.as_ref()?;
    let mut blocks = Vec::new();
    blocks.extend(over_size(profile).map(Block::chart));
    blocks.extend(headroom(profile).map(Block::chart));
    (!blocks.is_empty()).then_some(blocks)
}

/// Rows used of rows padded, of each circuit that was set up.
fn headroom(profile: &ProfileRecord) -> Option<Chart> {
    let mut circuits: Vec<(String, &CircuitRecord)> = Vec::new();
    for cell in &profile.cells {
        for circuit in cell.system.iter().flat_map(|system| &system.circuits) {
            let name = format!(
                "{}, {} of {}, {}",
                circuit.name, cell.cell.workload, cell.cell.batch_transactions, cell.cell.proof_system
            );
            if !circuits.iter().any(|(known, other)| *known == name && other.key_digest == circuit.key_digest)
            {
                circuits.push((name, circuit));
            }
        }
    }
    if circuits.is_empty() {
        return None;
    }
    let columns: [Column<(String, &CircuitRecord)>; 5] = [
        ("circuit", "circuit", |(name, _)| short(name).into()),
        ("rows", "rows in use", |(_, circuit)| circuit.rows.into()),
        ("padded_rows", "rows after padding", |(_, circuit)| circuit.padded_rows.into()),
        ("headroom_rows", "rows free", |(_, circuit)| circuit.headroom_rows().into()),
        ("proof_bytes", "proof", |(_, circuit)| TableValue::size(Some(circuit.proof_bytes))),
    ];
    let (mut used, mut padding) = (Vec::new(), Vec::new());
    for (lane, (name, circuit)) in circuits.iter().enumerate() {
        let free = circuit.headroom_rows() as f64 / circuit.padded_rows.max(1) as f64;
        let note = format!("{}: {} of {} rows", short(name), circuit.rows, circuit.padded_rows);
        let span = |from: u64, to: u64, label: String| LaneSpan {
            lane,
            from: from as f64,
            to: to as f64,
            interval: None,
            label,
            note: note.clone(),
        };
        used.push(span(0, circuit.rows, String::new()));
        let label = format!("{} free", percent(free, 2));
        padding.push(span(circuit.rows, circuit.padded_rows, label));
    }
    // A page of forty lanes is a table.
    let most = 24;
    used.truncate(most);
    padding.truncate(most);
    let lanes = circuits.iter().take(most).map(|(name, _)| name.clone()).collect();
    Some(Chart {
        id: "circuit-rows".to_owned(),
        title: "Rows in use and rows of padding, by circuit".to_owned(),
        caption:
            "Proving costs what the padded rows cost. Free rows are room for more transactions at the same \
                  price; one row beyond them doubles the circuit."
                .to_owned(),
        x: Axis::from_zero("rows of the circuit"),
        y: Axis::lanes("", lanes),
        series: vec![
            Series::spans("in use", Tone::Main, used),
            Series::spans("padding", Tone::Muted, padding),
        ],
        rules: Vec::new(),
        table: Table::of(&circuits, columns),
    })
}

/// Lines of the chart over sizes.
const LINES: [Tone; 4] = [Tone::Main, Tone::Second, Tone::Third, Tone::Fourth];

/// Prove time over batch size, a line a proof system and number of cores of one prover at work, where several sizes were
/// measured.
fn over_size(profile: &ProfileRecord) -> Option<Chart> {
    let mut lines: Vec<(String, Vec<&CellSummaryRecord>)> = Vec::new();
    for cell in profile.cells.iter().filter(|cell| cell.quantity(QuantityName::ProveBatch).is_some()) {
        if cell.cell.provers != 1 {
            continue;
        }
        let (workload, system) = (short(&cell.cell.workload), short(&cell.cell.proof_system));
        let name = format!("{workload}, {system}, {}", count(cell.cell.cores, "core"));
        match lines.iter_mut().find(|(known, _)| *known == name) {
            Some((_, cells)) => cells.push(cell),
            None => lines.push((name, vec![cell])),
        }
    }
    for (_, cells) in &mut lines {
        cells.sort_by_key(|cell| cell.cell.batch_transactions);
        cells.dedup_by_key(|cell| cell.cell.batch_transactions);
    }
    lines.retain(|(_, cells)| cells.len() > 1);
    if lines.is_empty() {
        return None;
    }
    let columns: [Column<(&str, &CellSummaryRecord, &QuantityRecord)>; 6] = [
        ("cells", "cells", |(name, ..)| (*name).into()),
        ("batch_transactions", "transactions in a batch", |(_, cell, _)| cell.cell.batch_transactions.into()),
        ("prove_s", "prove, s", |(.., prove)| prove.median_s.into()),
        ("transactions_per_s", "transactions/s, one prover", |(_, cell, _)| cell.transactions_per_s.into()),
        ("padded_rows", "rows after padding", |(_, cell, _)| {
            let circuit = cell.system.as_ref().and_then(|system| system.circuits.first());
            circuit.map(|circuit| circuit.padded_rows).into()
        }),
        ("samples", "samples", |(.., prove)| prove.samples.into()),
    ];
    let mut rows = Vec::new();
    let mut series = Vec::new();
    let mut sizes = Vec::new();
    for ((name, cells), tone) in lines.iter().zip(LINES) {
        let mut dots = Vec::new();
        for cell in cells {
            let Some(prove) = cell.quantity(QuantityName::ProveBatch) else { continue };
            let size = cell.cell.batch_transactions;
            sizes.push(size as f64);
            rows.push((name.as_str(), *cell, prove));
            dots.push(Dot {
                x: size as f64,
                y: prove.median_s,
                interval: ends(prove),
                note: format!("{name}, {size} transactions: {}", time(prove.median_s)),
            });
        }
        let points = dots.iter().map(|dot| (dot.x, dot.y)).collect();
        series.push(Series { name: String::new(), tone, marks: Marks::Step { points, dashed: true } });
        series.push(Series::dots(name, tone, dots));
    }
    sizes.sort_by(f64::total_cmp);
    sizes.dedup();
    let axis = Axis::log("transactions in a batch");
    let more = match lines.len().saturating_sub(LINES.len()) {
        0 => String::new(),
        1 => " 1 more line is in profile.csv.".to_owned(),
        more => format!(" {more} more lines are in profile.csv."),
    };
    Some(Chart {
        id: "prove-over-batch-size".to_owned(),
        title: "Time to prove a batch, by its size".to_owned(),
        caption: format!(
            "Within one power of two of rows a larger batch costs nearly nothing more; at the next it costs twice. The \
             best sizes are the last before a step.{more}"
        ),
        x: if sizes.len() <= 10 { axis.with_ticks(sizes) } else { axis },
        y: Axis::log("time to prove a batch, s"),
        series,
        rules: Vec::new(),
        table: Table::of(&rows, columns),
    })
}

#[cfg(test)]
mod tests {
    use super::over_size;
    use crate::chart::Marks;
    use fixtures::profile::profile;

    #[test]
    fn a_line_is_of_one_proof_system() {
        let mut profile = profile();
        let cell = profile.cells.iter().find(|cell| !cell.quantities.is_empty()).expect("measured").clone();
        let of = |system: &str, size: u64, provers: u64| {
            let mut cell = cell.clone();
            (cell.cell.proof_system, cell.cell.batch_transactions) = (system.to_owned(), size);
            cell.cell.provers = provers;
            cell
        };
        // A large batch of a faster system, and one beside a neighbour, are no points of the slow one's line.
        profile.cells = vec![of("slow", 32, 1), of("slow", 64, 1), of("slow", 128, 2), of("fast", 1024, 1)];
        let chart = over_size(&profile).expect("a chart");
        let lines = chart.series.iter().filter_map(|series| match &series.marks {
            Marks::Dots { dots, .. } => Some((series.name.clone(), dots.len())),
            _ => None,
        });
        let lines: Vec<_> = lines.collect();
        assert!(lines.len() == 1 && lines[0].0.contains("slow") && lines[0].1 == 2, "{lines:?}");
    }
}
