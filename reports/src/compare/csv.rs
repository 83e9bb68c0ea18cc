//! A comparison as CSV (RFC 4180): one row a stage of a pair, units last in every column name.

use crate::columns::{CsvColumn, csv_of};
use records::comparison::{CellPairRecord, FleetRecord, ProfileComparisonRecord, StageRecord};

/// One stage of a pair of cells.
struct Row<'a> {
    record: &'a ProfileComparisonRecord,
    pair: &'a CellPairRecord,
    stage: &'a StageRecord,
    first_fleet: Option<&'a FleetRecord>,
    second_fleet: Option<&'a FleetRecord>,
}

/// A comparison as CSV.
///
/// # Errors
/// Those of the CSV writer; none are known for a record in memory.
pub fn render(record: &ProfileComparisonRecord) -> Result<String, csv::Error> {
    let rows = record.pairs.iter().flat_map(|pair| {
        let (first_fleet, second_fleet) = (pair.first_fleet.as_ref(), pair.second_fleet.as_ref());
        pair.stages.iter().map(move |stage| Row { record, pair, stage, first_fleet, second_fleet })
    });
    csv_of(&columns(), rows)
}

fn columns<'a>() -> [CsvColumn<Row<'a>>; 32] {
    [
        ("first", |row| row.record.first.name.as_str().into()),
        ("second", |row| row.record.second.name.as_str().into()),
        ("first_cell", |row| row.pair.first.key().into()),
        ("second_cell", |row| row.pair.second.key().into()),
        ("quantity", |row| row.stage.quantity.key().into()),
        ("level", |row| row.stage.level.into()),
        ("first_samples", |row| row.stage.first.map(|figure| figure.samples).into()),
        ("second_samples", |row| row.stage.second.map(|figure| figure.samples).into()),
        ("first_median_s", |row| row.stage.first.map(|figure| figure.median_s).into()),
        ("first_low_s", |row| row.stage.first.and_then(|figure| figure.low_s).into()),
        ("first_high_s", |row| row.stage.first.and_then(|figure| figure.high_s).into()),
        ("first_coverage", |row| row.stage.first.and_then(|figure| figure.coverage).into()),
        ("second_median_s", |row| row.stage.second.map(|figure| figure.median_s).into()),
        ("second_low_s", |row| row.stage.second.and_then(|figure| figure.low_s).into()),
        ("second_high_s", |row| row.stage.second.and_then(|figure| figure.high_s).into()),
        ("second_coverage", |row| row.stage.second.and_then(|figure| figure.coverage).into()),
        ("ratio", |row| row.stage.seconds_ratio.map(|ratio| ratio.value).into()),
        ("ratio_low", |row| row.stage.seconds_ratio.and_then(|ratio| ratio.low).into()),
        ("ratio_high", |row| row.stage.seconds_ratio.and_then(|ratio| ratio.high).into()),
        ("ratio_coverage", |row| row.stage.seconds_ratio.and_then(|ratio| ratio.coverage).into()),
        ("first_median_cycles", |row| row.stage.first.and_then(|figure| figure.median_cycles).into()),
        ("second_median_cycles", |row| row.stage.second.and_then(|figure| figure.median_cycles).into()),
        ("cycles_ratio", |row| row.stage.cycles_ratio.map(|ratio| ratio.value).into()),
        ("first_provers", |row| row.first_fleet.and_then(|fleet| fleet.provers).into()),
        ("second_provers", |row| row.second_fleet.and_then(|fleet| fleet.provers).into()),
        ("first_aggregators", |row| row.first_fleet.and_then(|fleet| fleet.aggregators).into()),
        ("second_aggregators", |row| row.second_fleet.and_then(|fleet| fleet.aggregators).into()),
        ("first_usd_per_hour", |row| row.first_fleet.and_then(|fleet| fleet.usd_per_hour).into()),
        ("second_usd_per_hour", |row| row.second_fleet.and_then(|fleet| fleet.usd_per_hour).into()),
        ("first_usd_per_batch", |row| row.first_fleet.and_then(|fleet| fleet.usd_per_batch).into()),
        ("second_usd_per_batch", |row| row.second_fleet.and_then(|fleet| fleet.usd_per_batch).into()),
        ("differences", |row| differences(row.pair).into()),
    ]
}

fn differences(pair: &CellPairRecord) -> String {
    pair.differences.iter().map(|found| found.field.as_str()).collect::<Vec<_>>().join("; ")
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
