//! A profile as CSV (RFC 4180): one row a cell and quantity, units last in every column name.

use crate::export::{ExportError, Exporter, cell, csv_text};
use crate::sample::cell::{CELL_COLUMNS, columns};
use records::profile::{CellSummaryRecord, IntervalRecord, ProfileRecord, QuantileRecord, QuantityRecord};
use records::sample::EndName;

const SUMMARY_COLUMNS: [&str; 31] = [
    "core_kind",
    "repeats",
    "end",
    "verified",
    "discarded_samples",
    "clean_samples",
    "discarded_proofs",
    "kept_samples",
    "failures",
    "clock_ghz",
    "core_fraction",
    "steal_s",
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
    "outliers_low",
    "outliers_high",
    "median_cycles",
    "interval_low_cycles",
    "interval_high_cycles",
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
        writer.write_record(["run"].iter().chain(&CELL_COLUMNS).chain(&SUMMARY_COLUMNS))?;
        for summary in &profile.cells {
            for quantity in &summary.quantities {
                let run = [profile.run.clone()];
                let cell = columns(&summary.cell);
                writer.write_record(run.iter().chain(&cell).chain(&values(summary, quantity)))?;
            }
        }
        csv_text(writer)
    }
}

fn values(summary: &CellSummaryRecord, quantity: &QuantityRecord) -> [String; 31] {
    let CellSummaryRecord {
        cell: _,
        system: _,
        repeats,
        end,
        verified,
        discarded_samples,
        clean_samples,
        discarded_proofs,
        kept_samples,
        clock_ghz,
        core_fraction,
        steal_s,
        core_kind,
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
        cycles,
        outliers,
        values_s: _,
        discarded_values_s: _,
    } = quantity;
    let IntervalColumns { low, high, coverage } = interval.map(IntervalColumns::from).unwrap_or_default();
    [
        cell(core_kind.as_ref()),
        repeats.to_string(),
        cell(end.map(EndName::key)),
        verified.to_string(),
        discarded_samples.to_string(),
        clean_samples.to_string(),
        discarded_proofs.values().sum::<u64>().to_string(),
        kept_samples.to_string(),
        failures.len().to_string(),
        cell(*clock_ghz),
        cell(*core_fraction),
        cell(*steal_s),
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
        outliers.low.to_string(),
        outliers.high.to_string(),
        cell(cycles.map(|cycles| cycles.median_cycles)),
        cell(cycles.and_then(|cycles| cycles.low_cycles)),
        cell(cycles.and_then(|cycles| cycles.high_cycles)),
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

fn quantile(quantiles: &[QuantileRecord], wanted: f64) -> Option<f64> {
    let mut found = quantiles.iter();
    let found = found.find(|quantile| quantile.quantile == wanted)?;
    Some(found.value_s)
}

#[cfg(test)]
mod tests {
    use super::ProfileCsv;
    use crate::export::Exporter;
    use fixtures::profile;

    #[test]
    fn one_row_a_quantity() {
        insta::assert_snapshot!(ProfileCsv.export(&profile::profile()).expect("renders"));
    }
}
