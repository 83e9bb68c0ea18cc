//! Samples as CSV (RFC 4180): one row a sample, units last in every column name.

use crate::export::{Plain, csv_text};
use crate::sample::cell::CellColumns;
use records::sample::record::{LogRecord, SampleRecord};
use serde::Serialize;

#[derive(Default, Serialize)]
struct SampleColumns {
    repeat: Option<u64>,
    seed: Option<u64>,
    batch: Option<u64>,
    stage: &'static str,
    level: Option<u64>,
    merges: Option<u64>,
    mark: &'static str,
    transactions: u64,
    wall_s: Plain,
    cpu_s: Option<Plain>,
    steal_s: Option<Plain>,
    peak_rss_bytes: Option<u64>,
    output_bytes: Option<u64>,
    clock_ghz: Option<Plain>,
    probe_cycles: Option<Plain>,
    adds_per_cycle: Option<Plain>,
    core_fraction: Option<Plain>,
    lost_fraction: Option<Plain>,
}

/// Samples as CSV. Lines of a log that are no samples have no row.
///
/// # Errors
/// Those of the CSV writer; none are known for a record in memory.
pub fn render(log: &[LogRecord]) -> Result<String, csv::Error> {
    let samples = log.iter().filter_map(|record| match record {
        LogRecord::Sample(sample) => Some(sample),
        _ => None,
    });
    csv_text(samples.map(|sample| (CellColumns::of(&sample.run, &sample.cell), columns(sample))))
}

fn columns(sample: &SampleRecord) -> SampleColumns {
    SampleColumns {
        repeat: sample.repeat,
        seed: sample.seed,
        batch: sample.batch,
        stage: sample.stage.key(),
        level: sample.level,
        merges: sample.merges,
        mark: sample.mark.key(),
        transactions: sample.transactions,
        wall_s: Plain(sample.wall_s),
        cpu_s: sample.cpu_s.map(Plain),
        steal_s: sample.steal_s.map(Plain),
        peak_rss_bytes: sample.peak_rss_bytes,
        output_bytes: sample.output_bytes,
        clock_ghz: sample.clock_ghz.map(Plain),
        probe_cycles: sample.probe_cycles.map(Plain),
        adds_per_cycle: sample.adds_per_cycle.map(Plain),
        core_fraction: sample.core_fraction.map(Plain),
        lost_fraction: sample.lost_fraction.map(Plain),
    }
}

#[cfg(test)]
mod tests {
    use super::render;
    use fixtures::sample::{cell, sample};
    use records::sample::{
        LogRecord, MarkName, SAMPLE_SCHEMA_VERSION, SampleRecord, SetUpRecord, StageName, SystemRecord,
    };
    use std::collections::BTreeMap;

    #[test]
    fn samples_as_csv() {
        let set_up = LogRecord::SetUp(SetUpRecord {
            schema_version: SAMPLE_SCHEMA_VERSION,
            run: "run-1".to_owned(),
            cell: cell(2),
            system: SystemRecord {
                name: "plonky2".to_owned(),
                version: "1.1.0".to_owned(),
                settings: BTreeMap::new(),
                circuits: vec![],
            },
            core_kind: Some("physical".to_owned()),
            cpus: vec![0, 1],
        });
        let level = SampleRecord {
            batch: None,
            stage: StageName::Aggregate,
            level: Some(1),
            merges: Some(2),
            mark: MarkName::SharedCore,
            ..sample(0, 8.25)
        };
        let mut quoted = sample(1, 1.5e-6);
        quoted.run = "a \"run\", with a comma".to_owned();
        let log = [set_up, LogRecord::Sample(level), LogRecord::Sample(quoted)];
        insta::assert_snapshot!(render(&log).expect("renders"));
    }
}
