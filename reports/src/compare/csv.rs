//! A comparison as CSV (RFC 4180): one row a stage of a pair, units last in every column name.

use crate::export::{ExportError, Exporter, cell, csv_text};
use records::comparison::{
    ComparisonRecord, FigureRecord, FleetRecord, PairRecord, RatioRecord, StageRecord,
};

const HEADER: [&str; 32] = [
    "first",
    "second",
    "first_cell",
    "second_cell",
    "quantity",
    "level",
    "first_samples",
    "second_samples",
    "first_median_s",
    "first_low_s",
    "first_high_s",
    "first_coverage",
    "second_median_s",
    "second_low_s",
    "second_high_s",
    "second_coverage",
    "ratio",
    "ratio_low",
    "ratio_high",
    "ratio_coverage",
    "first_median_cycles",
    "second_median_cycles",
    "cycles_ratio",
    "first_provers",
    "second_provers",
    "first_aggregators",
    "second_aggregators",
    "first_usd_per_hour",
    "second_usd_per_hour",
    "first_usd_per_batch",
    "second_usd_per_batch",
    "differences",
];

/// A comparison as CSV.
#[derive(Clone, Copy, Debug)]
pub struct ComparisonCsv;

impl Exporter<ComparisonRecord> for ComparisonCsv {
    fn name(&self) -> &'static str {
        "csv"
    }

    fn export(&self, record: &ComparisonRecord) -> Result<String, ExportError> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(HEADER)?;
        for pair in &record.pairs {
            for stage in &pair.stages {
                writer.write_record(row(record, pair, stage))?;
            }
        }
        csv_text(writer)
    }
}

fn row(record: &ComparisonRecord, pair: &PairRecord, stage: &StageRecord) -> [String; 32] {
    let StageRecord { quantity, level, first, second, seconds_ratio, cycles_ratio } = stage;
    let differences: Vec<_> = pair.differences.iter().map(|found| found.field.clone()).collect();
    let figure = |of: &Option<FigureRecord>, field: fn(&FigureRecord) -> Option<f64>| {
        cell(of.as_ref().and_then(field))
    };
    let ratio = |field: fn(&RatioRecord) -> Option<f64>| cell(seconds_ratio.as_ref().and_then(field));
    let count =
        |of: &Option<FleetRecord>, field: fn(&FleetRecord) -> Option<u32>| cell(of.as_ref().and_then(field));
    let money =
        |of: &Option<FleetRecord>, field: fn(&FleetRecord) -> Option<f64>| cell(of.as_ref().and_then(field));
    let (a, b) = (&pair.first_fleet, &pair.second_fleet);
    [
        record.first.name.clone(),
        record.second.name.clone(),
        pair.first.key(),
        pair.second.key(),
        quantity.key().to_owned(),
        cell(*level),
        cell(first.map(|figure| figure.samples)),
        cell(second.map(|figure| figure.samples)),
        figure(first, |figure| Some(figure.median_s)),
        figure(first, |figure| figure.low_s),
        figure(first, |figure| figure.high_s),
        figure(first, |figure| figure.coverage),
        figure(second, |figure| Some(figure.median_s)),
        figure(second, |figure| figure.low_s),
        figure(second, |figure| figure.high_s),
        figure(second, |figure| figure.coverage),
        ratio(|ratio| Some(ratio.value)),
        ratio(|ratio| ratio.low),
        ratio(|ratio| ratio.high),
        ratio(|ratio| ratio.coverage),
        figure(first, |figure| figure.median_cycles),
        figure(second, |figure| figure.median_cycles),
        cell(cycles_ratio.map(|ratio| ratio.value)),
        count(a, |fleet| fleet.provers),
        count(b, |fleet| fleet.provers),
        count(a, |fleet| fleet.aggregators),
        count(b, |fleet| fleet.aggregators),
        money(a, |fleet| fleet.usd_per_hour),
        money(b, |fleet| fleet.usd_per_hour),
        money(a, |fleet| fleet.usd_per_batch),
        money(b, |fleet| fleet.usd_per_batch),
        differences.join("; "),
    ]
}

#[cfg(test)]
mod tests {
    use super::ComparisonCsv;
    use crate::export::Exporter;

    #[test]
    fn one_row_a_stage() {
        let record = crate::compare::terminal::comparison();
        let text = ComparisonCsv.export(&record).expect("renders");
        assert!(text.lines().all(|line| line.split(',').count() == 32), "{text}");
        insta::assert_snapshot!(text);
    }
}
