//! A profile as CSV (RFC 4180): one row a cell and quantity, units last in every column name.

use crate::export::{Plain, csv_text};
use crate::sample::cell::CellColumns;
use records::profile::{CellSummaryRecord, ProfileRecord, QuantityRecord};
use records::sample::EndName;
use serde::Serialize;

#[derive(Default, Serialize)]
struct QuantityColumns<'a> {
    core_kind: Option<&'a str>,
    repeats: u64,
    end: Option<&'static str>,
    verified: bool,
    discarded_samples: u64,
    clean_samples: u64,
    discarded_proofs: u64,
    kept_samples: u64,
    failures: usize,
    clock_ghz: Option<Plain>,
    core_fraction: Option<Plain>,
    steal_s: Option<Plain>,
    quantity: &'static str,
    level: Option<u64>,
    samples: u64,
    interval_coverage: Option<Plain>,
    median_s: Plain,
    interval_low_s: Option<Plain>,
    interval_high_s: Option<Plain>,
    mean_s: Plain,
    deviation_s: Option<Plain>,
    min_s: Plain,
    max_s: Plain,
    p90_s: Option<Plain>,
    p99_s: Option<Plain>,
    outliers_low: u64,
    outliers_high: u64,
    median_cycles: Option<Plain>,
    interval_low_cycles: Option<Plain>,
    interval_high_cycles: Option<Plain>,
    peak_rss_bytes: Option<u64>,
}

/// A profile as CSV.
///
/// # Errors
/// Those of the CSV writer; none are known for a record in memory.
pub fn render(profile: &ProfileRecord) -> Result<String, csv::Error> {
    let rows = profile.cells.iter().flat_map(|summary| {
        let cell = CellColumns::of(&profile.run, &summary.cell);
        summary.quantities.iter().map(move |quantity| (cell, columns(summary, quantity)))
    });
    csv_text(rows)
}

fn columns<'a>(summary: &'a CellSummaryRecord, quantity: &QuantityRecord) -> QuantityColumns<'a> {
    let interval = quantity.interval;
    let cycles = quantity.cycles;
    QuantityColumns {
        core_kind: summary.core_kind.as_deref(),
        repeats: summary.repeats,
        end: summary.end.map(EndName::key),
        verified: summary.verified,
        discarded_samples: summary.discarded_samples,
        clean_samples: summary.clean_samples,
        discarded_proofs: summary.discarded_proofs.values().sum(),
        kept_samples: summary.kept_samples,
        failures: summary.failures.len(),
        clock_ghz: summary.clock_ghz.map(Plain),
        core_fraction: summary.core_fraction.map(Plain),
        steal_s: summary.steal_s.map(Plain),
        quantity: quantity.quantity.key(),
        level: quantity.level,
        samples: quantity.samples,
        interval_coverage: interval.map(|interval| Plain(interval.coverage)),
        median_s: Plain(quantity.median_s),
        interval_low_s: interval.map(|interval| Plain(interval.low_s)),
        interval_high_s: interval.map(|interval| Plain(interval.high_s)),
        mean_s: Plain(quantity.mean_s),
        deviation_s: quantity.deviation_s.map(Plain),
        min_s: Plain(quantity.min_s),
        max_s: Plain(quantity.max_s),
        p90_s: quantile(quantity, 0.9),
        p99_s: quantile(quantity, 0.99),
        outliers_low: quantity.outliers.low,
        outliers_high: quantity.outliers.high,
        median_cycles: cycles.map(|cycles| Plain(cycles.median_cycles)),
        interval_low_cycles: cycles.and_then(|cycles| cycles.low_cycles.map(Plain)),
        interval_high_cycles: cycles.and_then(|cycles| cycles.high_cycles.map(Plain)),
        peak_rss_bytes: summary.peak_rss_bytes,
    }
}

fn quantile(quantity: &QuantityRecord, wanted: f64) -> Option<Plain> {
    let found = quantity.quantiles.iter().find(|quantile| quantile.quantile == wanted)?;
    Some(Plain(found.value_s))
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
