//! A profile as CSV (RFC 4180): one row a cell and quantity, units last in every column name.

use crate::columns::{CsvColumn, csv_of};
use crate::sample::cell::{OfCell, cell_columns};
use records::profile::{CellSummaryRecord, ProfileRecord, QuantityRecord};
use records::sample::{CellRecord, EndName};

/// One quantity of one cell of a run.
struct Row<'a> {
    run: &'a str,
    summary: &'a CellSummaryRecord,
    quantity: &'a QuantityRecord,
}

impl OfCell for Row<'_> {
    fn run_and_cell(&self) -> (&str, &CellRecord) {
        (self.run, &self.summary.cell)
    }
}

/// A profile as CSV.
///
/// # Errors
/// Those of the CSV writer; none are known for a record in memory.
pub fn render(profile: &ProfileRecord) -> Result<String, csv::Error> {
    let run = &profile.run;
    let rows = profile
        .cells
        .iter()
        .flat_map(|summary| summary.quantities.iter().map(move |quantity| Row { run, summary, quantity }));
    csv_of(&[cell_columns().as_slice(), &quantity_columns()].concat(), rows)
}

fn quantity_columns<'a>() -> [CsvColumn<Row<'a>>; 32] {
    [
        ("core_kind", |row| row.summary.core_kind.as_deref().into()),
        ("repeats", |row| row.summary.repeats.into()),
        ("end", |row| row.summary.end.map(EndName::key).into()),
        ("verified", |row| row.summary.verified.to_string().into()),
        ("discarded_samples", |row| row.summary.discarded_samples.into()),
        ("clean_samples", |row| row.summary.clean_samples.into()),
        ("discarded_proofs", |row| row.summary.discarded_proofs.values().sum::<u64>().into()),
        ("kept_samples", |row| row.summary.kept_samples.into()),
        ("failures", |row| (row.summary.failures.len() as u64).into()),
        ("clock_ghz", |row| row.summary.clock_ghz.into()),
        ("core_fraction", |row| row.summary.core_fraction.into()),
        ("steal_s", |row| row.summary.steal_s.into()),
        ("quantity", |row| row.quantity.quantity.key().into()),
        ("level", |row| row.quantity.level.into()),
        ("samples", |row| row.quantity.samples.into()),
        ("interval_coverage", |row| row.quantity.interval.map(|interval| interval.coverage).into()),
        ("median_s", |row| row.quantity.median_s.into()),
        ("interval_low_s", |row| row.quantity.interval.map(|interval| interval.low_s).into()),
        ("interval_high_s", |row| row.quantity.interval.map(|interval| interval.high_s).into()),
        ("mean_s", |row| row.quantity.mean_s.into()),
        ("deviation_s", |row| row.quantity.deviation_s.into()),
        ("min_s", |row| row.quantity.min_s.into()),
        ("max_s", |row| row.quantity.max_s.into()),
        ("p90_s", |row| quantile(row, 0.9).into()),
        ("p99_s", |row| quantile(row, 0.99).into()),
        ("outliers_low", |row| row.quantity.outliers.low.into()),
        ("outliers_high", |row| row.quantity.outliers.high.into()),
        ("median_cycles", |row| row.quantity.cycles.map(|cycles| cycles.median_cycles).into()),
        ("interval_low_cycles", |row| row.quantity.cycles.and_then(|cycles| cycles.low_cycles).into()),
        ("interval_high_cycles", |row| row.quantity.cycles.and_then(|cycles| cycles.high_cycles).into()),
        ("peak_rss_bytes", |row| row.summary.peak_rss_bytes.into()),
        ("proof_bytes", |row| row.summary.proof_bytes.into()),
    ]
}

fn quantile(row: &Row<'_>, wanted: f64) -> Option<f64> {
    let mut quantiles = row.quantity.quantiles.iter();
    quantiles.find(|quantile| quantile.quantile == wanted).map(|found| found.value_s)
}

#[cfg(test)]
mod tests {
    use super::render;
    use fixtures::profile;

    #[test]
    fn one_row_a_quantity() {
        insta::assert_snapshot!(render(&profile::profile()).expect("renders"));
    }
}
