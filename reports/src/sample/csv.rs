//! Samples as CSV (RFC 4180): one row a sample, units last in every column name.

use crate::columns::{CsvColumn, csv_of};
use crate::sample::cell::{OfCell, cell_columns};
use records::sample::CellRecord;
use records::sample::record::{LogRecord, SampleRecord};

const COLUMNS: [CsvColumn<SampleRecord>; 18] = [
    ("repeat", |sample| sample.repeat.into()),
    ("seed", |sample| sample.seed.into()),
    ("batch", |sample| sample.batch.into()),
    ("stage", |sample| sample.stage.key().into()),
    ("level", |sample| sample.level.into()),
    ("merges", |sample| sample.merges.into()),
    ("mark", |sample| sample.mark.key().into()),
    ("transactions", |sample| sample.transactions.into()),
    ("wall_s", |sample| sample.wall_s.into()),
    ("cpu_s", |sample| sample.cpu_s.into()),
    ("steal_s", |sample| sample.steal_s.into()),
    ("peak_rss_bytes", |sample| sample.peak_rss_bytes.into()),
    ("output_bytes", |sample| sample.output_bytes.into()),
    ("clock_ghz", |sample| sample.clock_ghz.into()),
    ("probe_cycles", |sample| sample.probe_cycles.into()),
    ("adds_per_cycle", |sample| sample.adds_per_cycle.into()),
    ("core_fraction", |sample| sample.core_fraction.into()),
    ("lost_fraction", |sample| sample.lost_fraction.into()),
];

impl OfCell for SampleRecord {
    fn run_and_cell(&self) -> (&str, &CellRecord) {
        (&self.run, &self.cell)
    }
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
    csv_of(&[cell_columns().as_slice(), &COLUMNS].concat(), samples)
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
                capabilities: None,
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
