//! Several runs: how long each takes to prove a batch, cell by cell, and every other stage.

use crate::chart::{Axis, Chart, Column, LaneSpan, Series, Table, Tone};
use crate::compare::rows::cautions;
use crate::html::inline::short;
use crate::html::section::{Block, Section};
use records::comparison::{CellPairRecord, ComparedRunsRecord, FigureRecord, RatioRecord, StageRecord};
use records::number::{significant, time};
use records::profile::QuantityName;
use records::report::Records;
use records::sample::CellRecord;

pub(in crate::html::sections) const SECTION: Section =
    Section { id: "runs-times", title: "Times, run by run", script: None, build };

/// Cells that are drawn; all of them are in the table.
const CHARTS_MAX: usize = 6;

/// A cell of the first run, and what stands against it: which run, and the pair.
struct Cell<'a> {
    first: &'a CellRecord,
    others: Vec<(&'a str, &'a CellPairRecord)>,
}

/// A stage of a cell in one run.
struct Row<'a> {
    run: &'a str,
    cell: &'a CellRecord,
    stage: &'a StageRecord,
    figure: FigureRecord,
    /// To the first run.
    ratio: Option<RatioRecord>,
}

fn build(records: &Records) -> Option<Vec<Block>> {
    let compared = records.compared.as_ref()?;
    let cells = cells(compared);
    let mut blocks = Vec::new();
    let mut drawn = 0;
    for cell in &cells {
        let rows: Vec<_> = rows(compared, cell)
            .into_iter()
            .filter(|row| row.stage.quantity == QuantityName::ProveBatch)
            .collect();
        if rows.len() > 1 && drawn < CHARTS_MAX {
            drawn += 1;
            blocks.push(Block::chart(bars(cell, &rows, drawn)));
        }
    }
    let all: Vec<_> = cells.iter().flat_map(|cell| rows(compared, cell)).collect();
    blocks.push(Block::Table {
        id: "runs-stages".to_owned(),
        caption: "Every stage of every cell that was measured in the first run and in another: medians with their intervals, \
                  and how many times the first run's each is."
            .to_owned(),
        table: table(&all),
    });
    let mut said: Vec<String> = Vec::new();
    for caution in compared.comparisons.iter().flat_map(cautions) {
        if !said.contains(&caution) {
            said.push(caution);
        }
    }
    blocks.push(Block::Words(said.join(" ")));
    Some(blocks)
}

/// Each cell of the first run that stands against one of another, in the order of the comparisons.
fn cells(compared: &ComparedRunsRecord) -> Vec<Cell<'_>> {
    let mut cells: Vec<Cell<'_>> = Vec::new();
    for (comparison, run) in compared.comparisons.iter().zip(compared.runs.iter().skip(1)) {
        for pair in &comparison.pairs {
            let other = (run.name.as_str(), pair);
            match cells.iter_mut().find(|cell| *cell.first == pair.first) {
                Some(cell) => cell.others.push(other),
                None => cells.push(Cell { first: &pair.first, others: vec![other] }),
            }
        }
    }
    cells
}

/// Stage by stage, and of each the first run before the others.
fn rows<'a>(compared: &'a ComparedRunsRecord, cell: &Cell<'a>) -> Vec<Row<'a>> {
    let mut rows: Vec<Row<'a>> = Vec::new();
    let Some(first) = compared.runs.first() else { return rows };
    for (run, pair) in &cell.others {
        for stage in &pair.stages {
            let is_same =
                |row: &Row<'_>| (row.stage.quantity, row.stage.level) == (stage.quantity, stage.level);
            let known = rows.iter().any(|row| row.run == first.name && is_same(row));
            let mut place = rows.iter().rposition(is_same).map_or(rows.len(), |last| last + 1);
            if let Some(figure) = stage.first.filter(|_| !known) {
                rows.insert(place, Row { run: &first.name, cell: &pair.first, stage, figure, ratio: None });
                place += 1;
            }
            if let Some(figure) = stage.second {
                let row = Row { run, cell: &pair.second, stage, figure, ratio: stage.seconds_ratio };
                rows.insert(place, row);
            }
        }
    }
    rows
}

fn bars(cell: &Cell<'_>, rows: &[Row<'_>], place: usize) -> Chart {
    let words = short(&cell.first.words());
    let span = |(lane, row): (usize, &Row<'_>)| {
        let median = time(row.figure.median_s);
        let times =
            row.ratio.map_or_else(String::new, |ratio| format!(" · {} ×", significant(ratio.value, 3)));
        LaneSpan {
            lane,
            from: 0.0,
            to: row.figure.median_s,
            interval: row.figure.low_s.zip(row.figure.high_s),
            label: format!("{median}{times}"),
            note: format!(
                "{}: {median}, {} samples, {}",
                short(row.run),
                row.figure.samples,
                short(&row.cell.words())
            ),
        }
    };
    Chart {
        id: format!("runs-prove-{place}"),
        title: format!("Time to prove a batch: {words}"),
        caption: "Medians with their intervals; × is how many times the first run's median it is. Shorter is faster."
            .to_owned(),
        x: Axis::from_zero("time to prove a batch, s"),
        y: Axis::lanes("", rows.iter().map(|row| short(row.run)).collect()),
        series: vec![Series::spans("", Tone::Main, rows.iter().enumerate().map(span).collect())],
        rules: Vec::new(),
        table: table(rows),
    }
}

fn table(rows: &[Row<'_>]) -> Table {
    let columns: [Column<Row<'_>>; 10] = [
        ("stage", "stage", |row| row.stage.quantity.at_level(row.stage.level).into()),
        ("run", "run", |row| short(row.run).into()),
        ("cell", "cell", |row| row.cell.words().into()),
        ("samples", "samples", |row| row.figure.samples.into()),
        ("median_s", "median, s", |row| row.figure.median_s.into()),
        ("interval_low_s", "interval from, s", |row| row.figure.low_s.into()),
        ("interval_high_s", "to, s", |row| row.figure.high_s.into()),
        ("ratio", "times the first", |row| row.ratio.map(|ratio| ratio.value).into()),
        ("ratio_low", "from", |row| row.ratio.and_then(|ratio| ratio.low).into()),
        ("ratio_high", "to", |row| row.ratio.and_then(|ratio| ratio.high).into()),
    ];
    Table::of(rows, columns)
}
