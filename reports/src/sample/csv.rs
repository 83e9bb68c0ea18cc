//! Samples as CSV (RFC 4180): one row a sample, units last in every column name.

use crate::export::{ExportError, Exporter, cell, csv_text};
use crate::sample::cell::{CELL_COLUMNS, columns};
use records::sample::record::{LogRecord, SampleRecord};

const SAMPLE_COLUMNS: [&str; 18] = [
    "repeat",
    "seed",
    "batch",
    "stage",
    "level",
    "merges",
    "mark",
    "transactions",
    "wall_s",
    "cpu_s",
    "steal_s",
    "peak_rss_bytes",
    "output_bytes",
    "clock_ghz",
    "probe_cycles",
    "adds_per_cycle",
    "core_fraction",
    "lost_fraction",
];

/// Samples as CSV. Lines of a log that are no samples are left out.
#[derive(Clone, Copy, Debug)]
pub struct SampleCsv;

impl Exporter<[LogRecord]> for SampleCsv {
    fn name(&self) -> &'static str {
        "csv"
    }

    fn export(&self, log: &[LogRecord]) -> Result<String, ExportError> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(["run"].iter().chain(&CELL_COLUMNS).chain(&SAMPLE_COLUMNS))?;
        for record in log {
            if let LogRecord::Sample(sample) = record {
                let run = [sample.run.clone()];
                writer.write_record(run.iter().chain(&columns(&sample.cell)).chain(&values(sample)))?;
            }
        }
        csv_text(writer)
    }
}

fn values(sample: &SampleRecord) -> [String; 18] {
    let SampleRecord {
        schema_version: _,
        run: _,
        cell: _,
        repeat,
        seed,
        batch,
        stage,
        level,
        merges,
        wall_s,
        cpu_s,
        peak_rss_bytes,
        transactions,
        output_bytes,
        clock_ghz,
        probe_cycles,
        adds_per_cycle,
        core_fraction,
        steal_s,
        lost_fraction,
        mark,
    } = sample;
    [
        cell(*repeat),
        cell(*seed),
        cell(*batch),
        stage.key().to_owned(),
        cell(*level),
        cell(*merges),
        mark.key().to_owned(),
        transactions.to_string(),
        wall_s.to_string(),
        cell(*cpu_s),
        cell(*steal_s),
        cell(*peak_rss_bytes),
        cell(*output_bytes),
        cell(*clock_ghz),
        cell(*probe_cycles),
        cell(*adds_per_cycle),
        cell(*core_fraction),
        cell(*lost_fraction),
    ]
}

#[cfg(test)]
mod tests {
    use super::SampleCsv;
    use crate::export::Exporter;
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
        insta::assert_snapshot!(SampleCsv.export(&log).expect("renders"));
    }
}
