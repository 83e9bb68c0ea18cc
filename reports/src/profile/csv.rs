//! A profile as CSV (RFC 4180): one row a cell and quantity, units last in every column name.

use crate::export::{ExportError, Exporter, cell, csv_text};
use crate::profile::record::{
    CellSummaryRecord, IntervalRecord, ProfileRecord, QuantileRecord, QuantityRecord,
};
use crate::sample::{CellRecord, EndName};

const HEADER: [&str; 28] = [
    "run",
    "workload",
    "swap_ratio",
    "batch_transactions",
    "capacity_transactions",
    "batches_per_aggregation",
    "proof_system",
    "cores",
    "clock",
    "repeats",
    "end",
    "verified",
    "left_out_samples",
    "failures",
    "quantity",
    "level",
    "samples",
    "interval_coverage",
    "median_s",
    "interval_low_s",
    "interval_high_s",
    "mean_s",
    "deviation_s",
    "min_s",
    "max_s",
    "p90_s",
    "p99_s",
    "peak_rss_bytes",
];

/// A profile as CSV.
#[derive(Clone, Copy, Debug)]
pub struct ProfileCsv;

impl Exporter<ProfileRecord> for ProfileCsv {
    fn name(&self) -> &'static str {
        "csv"
    }

    fn export(&self, profile: &ProfileRecord) -> Result<String, ExportError> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(HEADER)?;
        for summary in &profile.cells {
            for quantity in &summary.quantities {
                writer.write_record(row(&profile.run, summary, quantity))?;
            }
        }
        csv_text(writer)
    }
}

fn row(run: &str, summary: &CellSummaryRecord, quantity: &QuantityRecord) -> [String; 28] {
    let CellSummaryRecord {
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
        system: _,
        repeats,
        end,
        verified,
        left_out_samples,
        peak_rss_bytes,
        transactions_per_s: _,
        quantities: _,
        failures,
    } = summary;
    let QuantityRecord {
        quantity,
        level,
        samples,
        median_s,
        interval,
        mean_s,
        deviation_s,
        min_s,
        max_s,
        quantiles,
        values_s: _,
    } = quantity;
    let IntervalColumns { low, high, coverage } = interval.map(IntervalColumns::from).unwrap_or_default();
    [
        run.to_owned(),
        workload.clone(),
        cell(*swap_ratio),
        batch_transactions.to_string(),
        capacity_transactions.to_string(),
        batches_per_aggregation.to_string(),
        proof_system.clone(),
        cores.to_string(),
        clock.clone(),
        repeats.to_string(),
        cell(end.map(end_key)),
        verified.to_string(),
        left_out_samples.to_string(),
        failures.len().to_string(),
        quantity.key().to_owned(),
        cell(*level),
        samples.to_string(),
        coverage,
        median_s.to_string(),
        low,
        high,
        mean_s.to_string(),
        cell(*deviation_s),
        min_s.to_string(),
        max_s.to_string(),
        cell(quantile(quantiles, 0.9)),
        cell(quantile(quantiles, 0.99)),
        cell(*peak_rss_bytes),
    ]
}

#[derive(Default)]
struct IntervalColumns {
    low: String,
    high: String,
    coverage: String,
}

impl From<IntervalRecord> for IntervalColumns {
    fn from(interval: IntervalRecord) -> Self {
        let IntervalRecord { low_s, high_s, coverage } = interval;
        Self { low: low_s.to_string(), high: high_s.to_string(), coverage: coverage.to_string() }
    }
}

fn end_key(end: EndName) -> &'static str {
    match end {
        EndName::Repeats => "repeats",
        EndName::TimeLimit => "time_limit",
        EndName::Failed => "failed",
    }
}

fn quantile(quantiles: &[QuantileRecord], wanted: f64) -> Option<f64> {
    let mut found = quantiles.iter();
    let found = found.find(|quantile| quantile.quantile == wanted)?;
    Some(found.value_s)
}

#[cfg(test)]
mod tests {
    use super::ProfileCsv;
    use crate::export::Exporter;
    use crate::profile::fixture;

    #[test]
    fn one_row_a_quantity() {
        insta::assert_snapshot!(ProfileCsv.export(&fixture::profile()).expect("renders"));
    }
}
