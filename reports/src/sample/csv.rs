//! Samples as CSV (RFC 4180): one row a sample, units last in every column name.

use crate::export::{ExportError, Exporter, cell, csv_text};
use crate::sample::cell::CellRecord;
use crate::sample::record::{LogRecord, SampleRecord};

const HEADER: [&str; 25] = [
    "run",
    "workload",
    "swap_ratio",
    "batch_transactions",
    "capacity_transactions",
    "batches_per_aggregation",
    "proof_system",
    "cores",
    "clock",
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
    "adds_per_cycle",
    "share",
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
        writer.write_record(HEADER)?;
        for record in log {
            if let LogRecord::Sample(sample) = record {
                writer.write_record(row(sample))?;
            }
        }
        csv_text(writer)
    }
}

fn row(sample: &SampleRecord) -> [String; 25] {
    let SampleRecord {
        schema_version: _,
        run,
        cell:
            CellRecord {
                workload,
                swap_ratio,
                batch_transactions,
                capacity_transactions,
                batches_per_aggregation,
                proof_system,
                cores,
                clock,
                provers: _,
            },
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
        adds_per_cycle,
        share,
        steal_s,
        mark,
    } = sample;
    [
        run.clone(),
        workload.clone(),
        cell(*swap_ratio),
        batch_transactions.to_string(),
        capacity_transactions.to_string(),
        batches_per_aggregation.to_string(),
        proof_system.clone(),
        cores.to_string(),
        clock.clone(),
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
        cell(*adds_per_cycle),
        cell(*share),
    ]
}
