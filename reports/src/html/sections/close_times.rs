//! How long closing a batch takes under a load: the distribution of close times, and what they are made of.

use super::bins::{Kind, Stacked, stacked};
use crate::chart::{Axis, Chart, Column, Rule, Table, Tone};
use crate::closing::{bottleneck, closed, measured};
use crate::html::section::{Block, Section};
use records::closing::{ClosedBatchRecord, ClosingRecord, ClosingStageRecord};
use records::fleet::pipeline::ClosedByName;
use records::number::time;
use records::report::Records;

pub(super) const SECTION: Section =
    Section { id: "close-times", title: "How long closing a batch takes", script: None, build };

fn build(records: &Records) -> Option<Vec<Block>> {
    let record = records.closing.as_ref()?;
    let bottleneck = bottleneck(record);
    let mut blocks = vec![Block::Words(measured(record)), Block::Words(closed(record))];
    blocks.push(match record.summary.is_sequencer_bottleneck {
        true => Block::Caution(bottleneck),
        false => Block::Words(bottleneck),
    });
    blocks.extend(distribution(record).map(Block::chart));
    blocks.push(Block::Table {
        id: "close-time-stages".to_owned(),
        caption: "What a close time is made of. Filling and waiting are virtual time; the rest was really done and timed."
            .to_owned(),
        table: stages(record),
    });
    Some(blocks)
}

/// From the first transaction of a batch to the end of the work on it.
fn close_s(batch: &ClosedBatchRecord) -> f64 {
    let ClosedBatchRecord { opened_s, closed_s, wait_s, signatures_s, execute_s, root_s, encode_s, .. } =
        batch;
    closed_s - opened_s + wait_s + signatures_s + execute_s + root_s + encode_s
}

fn distribution(record: &ClosingRecord) -> Option<Chart> {
    // What the end of the arrivals closed is no close time of a load that goes on.
    let counted = record.batches.iter().filter(|batch| batch.closed_by != ClosedByName::End);
    let (late, full): (Vec<_>, Vec<_>) = counted.partition(|batch| batch.closed_by == ClosedByName::Timeout);
    let [full, late] = [full, late].map(|batches| batches.into_iter().map(close_s).collect::<Vec<_>>());
    let Stacked { series, table } = stacked([
        Kind {
            values: &full,
            name: "closed full or by count",
            tone: Tone::Main,
            head: ("full_batches", "batches closed full or by count"),
            counted: "batches closed full or by count",
        },
        Kind {
            values: &late,
            name: "closed by the timeout",
            tone: Tone::Second,
            head: ("timeout_batches", "batches closed by the timeout"),
            counted: "batches closed by the timeout",
        },
    ])?;
    let times = &record.summary.close_s;
    let mut rules = vec![Rule::X { at: times.p50_s, label: format!("median {}", time(times.p50_s)) }];
    rules.extend(times.p99_s.map(|p99_s| Rule::X { at: p99_s, label: format!("p99 {}", time(p99_s)) }));
    Some(Chart {
        id: "close-times-distribution".to_owned(),
        title: format!("Close times of {} batches", full.len() + late.len()),
        caption: "How many batches took how long from their first transaction to the end of the work on them. A plan takes \
                  this distribution with --close-times."
            .to_owned(),
        x: Axis::linear("close time, s"),
        y: Axis::from_zero("batches"),
        series,
        rules,
        table,
    })
}

fn stages(record: &ClosingRecord) -> Table {
    let columns: [Column<ClosingStageRecord>; 6] = [
        ("stage", "stage", |stage| stage.stage.words().into()),
        ("fraction", "of the close time", |stage| stage.fraction.into()),
        ("mean_s", "mean, s", |stage| stage.time_s.mean_s.into()),
        ("p50_s", "median, s", |stage| stage.time_s.p50_s.into()),
        ("p99_s", "p99, s", |stage| stage.time_s.p99_s.into()),
        ("max_s", "longest, s", |stage| stage.time_s.max_s.into()),
    ];
    Table::of(&record.summary.stages, columns)
}

#[cfg(test)]
mod tests {
    use super::{build, distribution};
    use crate::html::section::Block;
    use fixtures::closing::closing;
    use records::fleet::pipeline::ClosedByName;
    use records::report::Records;

    #[test]
    fn every_batch_that_a_rule_closed_is_in_a_bin() {
        let mut record = closing();
        record.batches[0].closed_by = ClosedByName::End;
        let chart = distribution(&record).expect("a chart");
        let csv = chart.table.csv().expect("CSV");
        let count = |column: usize| -> usize {
            let rows = csv.lines().skip(1);
            rows.map(|row| row.split(',').nth(column).expect("a column").parse::<usize>().expect("a count"))
                .sum()
        };
        let late = record.batches.iter().filter(|batch| batch.closed_by == ClosedByName::Timeout).count();
        assert_eq!((count(2), count(3)), (199 - late, late));
        assert!(late > 10 && chart.series.len() == 2);
        assert_eq!(chart.title, "Close times of 199 batches");
    }

    #[test]
    fn one_kind_of_closing_has_one_series_and_no_batch_no_chart() {
        let mut record = closing();
        record.batches.iter_mut().for_each(|batch| batch.closed_by = ClosedByName::Full);
        let chart = distribution(&record).expect("a chart");
        assert_eq!(chart.series.len(), 1);
        assert_eq!(chart.series[0].name, "closed full or by count");
        record.batches.clear();
        assert!(distribution(&record).is_none());
    }

    #[test]
    fn a_sequencer_that_falls_behind_stands_out() {
        let mut record = closing();
        let is_alarming = |record| {
            let blocks = build(&Records { closing: Some(record), ..Records::default() }).expect("blocks");
            blocks.iter().any(|block| matches!(block, Block::Caution(_)))
        };
        assert!(!is_alarming(record.clone()));
        record.summary.is_sequencer_bottleneck = true;
        assert!(is_alarming(record));
        assert!(build(&Records::default()).is_none());
    }
}
