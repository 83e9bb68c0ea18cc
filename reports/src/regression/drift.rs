//! What has drifted in a history, as text, Markdown, and warnings.

use crate::bars::sparkline;
use crate::columns::{TextColumn, TextTable};
use crate::markdown::text;
use crate::regression::annotations::{AnnotationLevel, line};
use crate::regression::markdown::HISTORY_MARKER;
use crate::regression::sentences::{self, drift_warnings, shift};
use crate::words::{count, dates};
use records::number::time;
use records::regression::drift::{DriftRecord, MachineDriftRecord, SeriesDriftRecord};

/// The last `width` results as bars, with an upright line before each change point.
fn results(series: &SeriesDriftRecord, width: usize) -> String {
    let from = series.points.len().saturating_sub(width);
    let values: Vec<f64> = series.points[from..].iter().map(|point| point.value_s).collect();
    let mut line = String::new();
    for (bar, at) in sparkline(&values).chars().zip(from as u64..) {
        if series.changes.iter().any(|change| change.index == at) {
            line.push('|');
        }
        line.push(bar);
    }
    line
}

/// A history for a person: machine by machine, series by series, each with a line of its last results in which a bar
/// stands before each change point.
pub fn terminal(record: &DriftRecord, width_columns: u16, is_all: bool) -> String {
    let mut page = format!("{}\n", sentences::drift(record));
    let width = usize::from(width_columns);
    for MachineDriftRecord { machine, series } in &record.machines {
        page += &format!("\nmachine {}: {}\n", machine.fingerprint, machine.words);
        for one in series.iter().filter(|one| is_all || !one.changes.is_empty()) {
            let words = shift(one).map(|words| format!(" {words}")).unwrap_or_default();
            let last = one.points.last().map(|point| format!(", last {}", time(point.value_s)));
            let days = recorded(one).map(|days| format!(", {days}"));
            page += &format!(
                "\n{} of {}: {}{words}\n  {}{}{}\n  {}\n",
                one.quantity,
                one.cell,
                one.drift.words(),
                count(one.points.len() as u64, "result"),
                days.unwrap_or_default(),
                last.unwrap_or_default(),
                results(one, width.saturating_sub(4 + one.changes.len()))
            );
        }
    }
    page
}

/// The days of a series' results.
pub(crate) fn recorded(series: &SeriesDriftRecord) -> Option<String> {
    dates(series.points.iter().map(|point| point.recorded_unix_s))
}

/// Results in a cell of a Markdown table.
const RESULTS: usize = 40;

const COLUMNS: [TextColumn<SeriesDriftRecord>; 6] = [
    ("cell", |series| series.cell.clone()),
    ("quantity", |series| series.quantity.clone()),
    ("n", |series| series.points.len().to_string()),
    ("recorded", |series| recorded(series).unwrap_or_default()),
    ("drift", |series| shift(series).unwrap_or_else(|| series.drift.words().to_owned())),
    ("results", |series| results(series, RESULTS)),
];

/// A history as Markdown, verdict first.
pub fn markdown(record: &DriftRecord) -> String {
    let mut page = format!("### {}\n", text(&sentences::drift(record)));
    for MachineDriftRecord { machine, series } in &record.machines {
        page += &format!("\nMachine `{}`: {}\n\n", machine.fingerprint, text(&machine.words));
        page += &TextTable::of(&COLUMNS, series).markdown();
    }
    format!("{page}\nDrift warns and never blocks.\n\n{HISTORY_MARKER}\n")
}

/// A `::warning` for each series that got slower lately.
pub fn annotations(record: &DriftRecord) -> String {
    drift_warnings(record).iter().map(|warning| line(AnnotationLevel::Warning, "drift", warning)).collect()
}

#[cfg(test)]
mod tests {
    use super::{annotations, markdown, results, terminal};
    use fixtures::regression::drift;

    #[test]
    fn for_a_person() {
        insta::assert_snapshot!("all", terminal(&drift(), 120, true));
        insta::assert_snapshot!("moved", terminal(&drift(), 120, false));
    }

    #[test]
    fn for_a_pull_request() {
        insta::assert_snapshot!("markdown", markdown(&drift()));
    }

    #[test]
    fn what_is_slower_lately_is_warned_of() {
        insta::assert_snapshot!("warnings", annotations(&drift()));
        let mut old = drift();
        for series in &mut old.machines[0].series {
            series.shift.iter_mut().for_each(|shift| shift.is_recent = false);
        }
        assert_eq!(annotations(&old), "");
    }

    #[test]
    fn a_flat_line_is_flat() {
        let mut series = drift().machines[0].series[0].clone();
        series.points.iter_mut().for_each(|point| point.value_s = 2.0);
        series.changes.clear();
        assert!(results(&series, 5).chars().all(|c| c == '▁'), "{}", results(&series, 5));
        assert_eq!(results(&series, 5).chars().count(), 5);
    }
}
