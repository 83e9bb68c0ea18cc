//! A run's samples as a timeline: a lane a cell, one stage after the other, in the order in which they were taken.
//!
//! A sample has a duration and no time of day: what lies between two stages (the parent's bookkeeping, a run that
//! was stopped and resumed) is not recorded, and not shown. A cell is one worker after another and no pipeline:
//! for that, see the timeline of a plan.

use records::sample::{CellRecord, LogRecord, SampleRecord, StageName};
use records::timeline::{LaneRecord, ProcessRecord, SpanName, SpanRecord, TimelineRecord};

/// The samples of a log as lanes.
///
/// `prove_call` and `aggregate_call` time their parts once more from outside, `grind` is a part of a proof: they
/// have no span.
pub fn timeline(records: &[LogRecord]) -> TimelineRecord {
    let mut cells: Vec<(&CellRecord, f64, Vec<SpanRecord>)> = Vec::new();
    for sample in records.iter().filter_map(sample) {
        let Some((work, what)) = kind(sample.stage) else { continue };
        let found = cells.iter().position(|(cell, ..)| **cell == sample.cell);
        let at = found.unwrap_or_else(|| {
            cells.push((&sample.cell, 0.0, Vec::new()));
            cells.len() - 1
        });
        let (_, now_s, spans) = &mut cells[at];
        spans.push(SpanRecord {
            work,
            label: label(sample, what),
            group: sample.repeat,
            start_s: *now_s,
            duration_s: sample.wall_s,
        });
        *now_s += sample.wall_s;
    }
    let lanes = cells.into_iter().map(|(cell, _, spans)| LaneRecord { name: cell.words(), spans });
    TimelineRecord {
        what: "measured: each cell's stages one after the other, what lies between them left out".to_owned(),
        processes: vec![ProcessRecord { name: "cells".to_owned(), lanes: lanes.collect() }],
    }
}

fn sample(record: &LogRecord) -> Option<&SampleRecord> {
    match record {
        LogRecord::Sample(sample) => Some(sample),
        LogRecord::SetUp(_) | LogRecord::Repeat(_) | LogRecord::Failure(_) | LogRecord::CellEnd(_) => None,
    }
}

fn kind(stage: StageName) -> Option<(SpanName, &'static str)> {
    Some(match stage {
        StageName::SetUp => (SpanName::SetUp, "set-up"),
        StageName::Generate => (SpanName::Fill, "generate"),
        StageName::Execute => (SpanName::Close, "execute"),
        StageName::Root => (SpanName::Close, "state root"),
        StageName::Encode => (SpanName::Close, "encode"),
        StageName::Record => (SpanName::Prove, "record"),
        StageName::Witness => (SpanName::Prove, "witness"),
        StageName::Prove => (SpanName::Prove, "prove"),
        StageName::Verify => (SpanName::Verify, "verify"),
        StageName::Aggregate => (SpanName::Aggregate, "aggregate"),
        StageName::VerifyAggregate => (SpanName::Verify, "verify aggregate"),
        StageName::ProveCall | StageName::AggregateCall | StageName::Grind | StageName::QueueWait => {
            return None;
        }
    })
}

fn label(sample: &SampleRecord, what: &str) -> String {
    let mut label = what.to_owned();
    let parts = [("repeat", sample.repeat), ("batch", sample.batch), ("level", sample.level)];
    for (name, value) in parts.into_iter().filter_map(|(name, value)| Some((name, value?))) {
        label += &format!(", {name} {value}");
    }
    if !sample.mark.counts() {
        label += &format!(" ({}, discarded)", sample.mark.key());
    }
    label
}

#[cfg(test)]
mod tests {
    use super::timeline;
    use fixtures::profile::cell;
    use records::sample::{LogRecord, MarkName, SAMPLE_SCHEMA_VERSION, SampleRecord, StageName};

    fn sample(cores: u64, stage: StageName, wall_s: f64) -> LogRecord {
        LogRecord::Sample(SampleRecord {
            schema_version: SAMPLE_SCHEMA_VERSION,
            run: "run".to_owned(),
            cell: cell("swap", cores),
            repeat: Some(2),
            seed: Some(9),
            batch: Some(1),
            stage,
            level: None,
            merges: None,
            wall_s,
            cpu_s: None,
            peak_rss_bytes: None,
            transactions: 4,
            output_bytes: None,
            clock_ghz: None,
            adds_per_cycle: None,
            core_fraction: None,
            probe_cycles: None,
            lost_fraction: None,
            steal_s: None,
            mark: MarkName::Clean,
        })
    }

    #[test]
    fn stages_stand_one_after_the_other_in_their_own_lane() {
        let records = [
            sample(1, StageName::Execute, 0.5),
            sample(2, StageName::Execute, 0.25),
            sample(1, StageName::Prove, 2.0),
            sample(1, StageName::ProveCall, 2.1),
            sample(1, StageName::Verify, 0.125),
        ];
        let lanes = timeline(&records).processes.remove(0).lanes;
        assert_eq!(lanes.len(), 2);
        let places: Vec<_> = lanes[0].spans.iter().map(|span| (span.start_s, span.duration_s)).collect();
        assert_eq!(places, [(0.0, 0.5), (0.5, 2.0), (2.5, 0.125)]);
        assert_eq!(lanes[0].spans[1].label, "prove, repeat 2, batch 1");
        assert_eq!(lanes[1].spans[0].start_s, 0.0);
    }

    #[test]
    fn an_empty_log_has_no_lanes() {
        assert!(timeline(&[]).processes[0].lanes.is_empty());
    }
}
