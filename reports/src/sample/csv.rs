//! Samples as CSV (RFC 4180): one row a sample, units last in every column name.

use crate::export::{ExportError, Exporter, cell, csv_text};
use crate::sample::cell::CELL_COLUMNS;
use crate::sample::record::{LogRecord, SampleRecord};

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
    "share",
    "lost_part",
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
                writer.write_record(run.iter().chain(&sample.cell.columns()).chain(&values(sample)))?;
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
        share,
        steal_s,
        lost_part,
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
        cell(*share),
        cell(*lost_part),
    ]
}
