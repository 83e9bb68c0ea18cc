//! A comparison as CSV (RFC 4180): one row a stage of a pair, units last in every column name.

use crate::export::{Plain, csv_text};
use records::comparison::{CellPairRecord, FigureRecord, FleetRecord, ProfileComparisonRecord, StageRecord};
use serde::Serialize;

#[derive(Default, Serialize)]
struct Row<'a> {
    first: &'a str,
    second: &'a str,
    first_cell: String,
    second_cell: String,
    quantity: &'static str,
    level: Option<u64>,
    first_samples: Option<u64>,
    second_samples: Option<u64>,
    first_median_s: Option<Plain>,
    first_low_s: Option<Plain>,
    first_high_s: Option<Plain>,
    first_coverage: Option<Plain>,
    second_median_s: Option<Plain>,
    second_low_s: Option<Plain>,
    second_high_s: Option<Plain>,
    second_coverage: Option<Plain>,
    ratio: Option<Plain>,
    ratio_low: Option<Plain>,
    ratio_high: Option<Plain>,
    ratio_coverage: Option<Plain>,
    first_median_cycles: Option<Plain>,
    second_median_cycles: Option<Plain>,
    cycles_ratio: Option<Plain>,
    first_provers: Option<u32>,
    second_provers: Option<u32>,
    first_aggregators: Option<u32>,
    second_aggregators: Option<u32>,
    first_usd_per_hour: Option<Plain>,
    second_usd_per_hour: Option<Plain>,
    first_usd_per_batch: Option<Plain>,
    second_usd_per_batch: Option<Plain>,
    differences: String,
}

/// A comparison as CSV.
///
/// # Errors
/// Those of the CSV writer; none are known for a record in memory.
pub fn render(record: &ProfileComparisonRecord) -> Result<String, csv::Error> {
    let rows =
        record.pairs.iter().flat_map(|pair| pair.stages.iter().map(move |stage| row(record, pair, stage)));
    csv_text(rows)
}

fn row<'a>(record: &'a ProfileComparisonRecord, pair: &CellPairRecord, stage: &StageRecord) -> Row<'a> {
    let differences: Vec<_> = pair.differences.iter().map(|found| found.field.clone()).collect();
    let StageRecord { quantity, level, first, second, seconds_ratio: ratio, cycles_ratio } = stage;
    let figure =
        |of: &Option<FigureRecord>, field: fn(FigureRecord) -> Option<f64>| of.and_then(field).map(Plain);
    let (a, b) = (pair.first_fleet.as_ref(), pair.second_fleet.as_ref());
    let usd =
        |of: Option<&FleetRecord>, field: fn(&FleetRecord) -> Option<f64>| of.and_then(field).map(Plain);
    Row {
        first: &record.first.name,
        second: &record.second.name,
        first_cell: pair.first.key(),
        second_cell: pair.second.key(),
        quantity: quantity.key(),
        level: *level,
        first_samples: first.map(|figure| figure.samples),
        second_samples: second.map(|figure| figure.samples),
        first_median_s: figure(first, |figure| Some(figure.median_s)),
        first_low_s: figure(first, |figure| figure.low_s),
        first_high_s: figure(first, |figure| figure.high_s),
        first_coverage: figure(first, |figure| figure.coverage),
        second_median_s: figure(second, |figure| Some(figure.median_s)),
        second_low_s: figure(second, |figure| figure.low_s),
        second_high_s: figure(second, |figure| figure.high_s),
        second_coverage: figure(second, |figure| figure.coverage),
        ratio: ratio.map(|ratio| Plain(ratio.value)),
        ratio_low: ratio.and_then(|ratio| ratio.low.map(Plain)),
        ratio_high: ratio.and_then(|ratio| ratio.high.map(Plain)),
        ratio_coverage: ratio.and_then(|ratio| ratio.coverage.map(Plain)),
        first_median_cycles: figure(first, |figure| figure.median_cycles),
        second_median_cycles: figure(second, |figure| figure.median_cycles),
        cycles_ratio: cycles_ratio.map(|ratio| Plain(ratio.value)),
        first_provers: a.and_then(|fleet| fleet.provers),
        second_provers: b.and_then(|fleet| fleet.provers),
        first_aggregators: a.and_then(|fleet| fleet.aggregators),
        second_aggregators: b.and_then(|fleet| fleet.aggregators),
        first_usd_per_hour: usd(a, |fleet| fleet.usd_per_hour),
        second_usd_per_hour: usd(b, |fleet| fleet.usd_per_hour),
        first_usd_per_batch: usd(a, |fleet| fleet.usd_per_batch),
        second_usd_per_batch: usd(b, |fleet| fleet.usd_per_batch),
        differences: differences.join("; "),
    }
}

#[cfg(test)]
mod tests {
    use super::render;

    #[test]
    fn one_row_a_stage() {
        let record = crate::compare::terminal::comparison();
        let text = render(&record).expect("renders");
        assert!(text.lines().all(|line| line.split(',').count() == 32), "{text}");
        insta::assert_snapshot!(text);
    }
}
