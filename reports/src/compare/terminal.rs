//! A comparison for a person at a terminal: what differs first, then stage by stage.

use crate::compare::rows::{cautions, difference, fleets, pair_words, stage_table};
use crate::text::trimmed;
use crate::words::interval;
use records::comparison::{CellPairRecord, ProfileComparisonRecord};
use records::number::{significant, time};
use records::profile::QuantityName;

#[cfg(test)]
pub(crate) use tests::comparison;

/// A comparison in a line for each pair: the time to prove a batch before and now, for the end of a run. Differences
/// of machine and program come first, since they explain more than any time.
pub fn brief(record: &ProfileComparisonRecord) -> String {
    let mut text = format!("Compared with {}, the median time to prove a batch:\n", record.first.name);
    for found in &record.differences {
        text += &format!("  differs: {}\n", difference(found));
    }
    for pair in &record.pairs {
        text += &format!("  {}: {}\n", pair_words(pair), proving(pair));
    }
    for alone in &record.unpaired {
        text += &format!("  not compared: {alone}\n");
    }
    text + "Medians of two hours are no proof of a regression: bench-harness gate paired compares two builds side by side.\n"
}

/// `1.55 s, now 1.61 s: 1.04 [0.98, 1.1] times as long, within what chance does`.
fn proving(pair: &CellPairRecord) -> String {
    let stage = pair.stages.iter().find(|stage| stage.quantity == QuantityName::ProveBatch);
    let Some((before, now)) = stage.and_then(|stage| stage.first.zip(stage.second)) else {
        return "not proved in both".to_owned();
    };
    let times = format!("{}, now {}", time(before.median_s), time(now.median_s));
    match stage.and_then(|stage| stage.seconds_ratio) {
        None => times,
        Some(found) => {
            let ends = interval(found.low, found.high, |end| significant(end, 3));
            let sure = if found.is_distinct() { "" } else { ", within what chance does" };
            format!("{times}: {}{ends} times as long{sure}", significant(found.value, 3))
        }
    }
}

/// A comparison as tables of at most `width_columns`.
pub fn render(record: &ProfileComparisonRecord, width_columns: u16) -> String {
    let mut text = format!("A: {}\nB: {}\n", record.first.name, record.second.name);
    for found in &record.differences {
        text += &format!("differs: {}\n", difference(found));
    }
    for pair in &record.pairs {
        text += &format!("\n{}\n", pair_words(pair));
        for found in &pair.differences {
            text += &format!("differs: {}\n", difference(found));
        }
        text += &stage_table(record, pair, |letter, _| letter.to_owned()).framed(width_columns);
        for fleet in fleets(pair) {
            text += &format!("for the target, {fleet}\n");
        }
    }
    text.push('\n');
    for alone in &record.unpaired {
        text += &format!("not compared: {alone}\n");
    }
    for caution in cautions(record) {
        text += &format!("{caution}\n");
    }
    trimmed(&text)
}

#[cfg(test)]
mod tests {
    use super::{brief, render};
    use fixtures::profile;
    use records::comparison::FleetRecord;
    use regression::profiles::{ProfileSide, compare};

    /// One core against two that take half the time, on another machine, with fleets.
    pub(crate) fn comparison() -> records::comparison::ProfileComparisonRecord {
        let first = profile::profile();
        let mut second = first.clone();
        second.machine.sections[0].fields[0].value = None;
        second.cells[0].cell.cores = 2;
        for quantity in &mut second.cells[0].quantities {
            quantity.median_s /= 2.0;
            if let Some(interval) = &mut quantity.interval {
                (interval.low_s, interval.high_s) = (interval.low_s / 2.0, interval.high_s / 2.0);
            }
        }
        let side = |name: &str, profile| ProfileSide { name: name.to_owned(), profile, cores: None };
        let mut record = compare(&side("out|one", &first), &side("out/two", &second)).expect("comparable");
        record.pairs[0].first_fleet = Some(FleetRecord {
            provers: Some(7),
            cores: Some(7),
            batches_per_aggregation: Some(12),
            aggregators: Some(2),
            usd_per_hour: Some(9.0),
            usd_per_batch: Some(0.025),
            infeasible: None,
        });
        record.pairs[0].second_fleet = Some(FleetRecord {
            infeasible: Some("no plan meets the target".to_owned()),
            ..FleetRecord::default()
        });
        record
    }

    #[test]
    fn side_by_side() {
        insta::assert_snapshot!(render(&comparison(), 100));
    }

    #[test]
    fn a_line_for_each_pair() {
        let text = brief(&comparison());
        assert!(text.starts_with("Compared with ") && text.contains(", now "), "{text}");
        assert!(text.contains("0.5 [") && text.contains("differs: machine: "), "{text}");
    }
}
