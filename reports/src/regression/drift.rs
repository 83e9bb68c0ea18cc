//! What has drifted in a history, as text, Markdown, and warnings.

use crate::bars::sparkline;
use crate::export::{ExportError, Exporter};
use crate::markdown::{table, text};
use crate::regression::annotations::{Level, line};
use crate::regression::markdown::HISTORY_MARKER;
use crate::regression::sentences::{self, drift_warnings, shift};
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
#[derive(Clone, Copy, Debug)]
pub struct DriftText {
    /// The width of the terminal, for the line of results.
    pub width_columns: u16,
    /// Whether series that are steady are shown too.
    pub is_all: bool,
}

impl Exporter<DriftRecord> for DriftText {
    fn export(&self, record: &DriftRecord) -> Result<String, ExportError> {
        let mut page = format!("{}\n", sentences::drift(record));
        let width = usize::from(self.width_columns);
        for MachineDriftRecord { machine, series } in &record.machines {
            page += &format!("\nmachine {}: {}\n", machine.fingerprint, machine.words);
            for one in series.iter().filter(|one| self.is_all || !one.changes.is_empty()) {
                let words = shift(one).map(|words| format!(" {words}")).unwrap_or_default();
                let last = one.points.last().map(|point| format!(", last {}", time(point.value_s)));
                page += &format!(
                    "\n{} of {}: {}{words}\n  {} results{}\n  {}\n",
                    one.quantity,
                    one.cell,
                    one.drift.words(),
                    one.points.len(),
                    last.unwrap_or_default(),
                    results(one, width.saturating_sub(4 + one.changes.len()))
                );
            }
        }
        Ok(page)
    }
}

/// Results in a cell of a Markdown table.
const RESULTS: usize = 40;

/// A history as Markdown, verdict first.
#[derive(Clone, Copy, Debug)]
pub struct DriftMarkdown;

impl Exporter<DriftRecord> for DriftMarkdown {
    fn export(&self, record: &DriftRecord) -> Result<String, ExportError> {
        let mut page = format!("### {}\n", text(&sentences::drift(record)));
        for MachineDriftRecord { machine, series } in &record.machines {
            page += &format!("\nMachine `{}`: {}\n\n", machine.fingerprint, text(&machine.words));
            let rows = series.iter().map(|one| {
                let words = shift(one).unwrap_or_else(|| one.drift.words().to_owned());
                [
                    one.cell.clone(),
                    one.quantity.clone(),
                    one.points.len().to_string(),
                    words,
                    results(one, RESULTS),
                ]
            });
            page += &table(&["cell", "quantity", "n", "drift", "results"], rows);
        }
        Ok(format!("{page}\nDrift warns and never blocks.\n\n{HISTORY_MARKER}\n"))
    }
}

/// A `::warning` for each series that got slower lately.
#[derive(Clone, Copy, Debug)]
pub struct DriftAnnotations;

impl Exporter<DriftRecord> for DriftAnnotations {
    fn export(&self, record: &DriftRecord) -> Result<String, ExportError> {
        Ok(drift_warnings(record).iter().map(|warning| line(Level::Warning, "drift", warning)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::{DriftAnnotations, DriftMarkdown, DriftText, results};
    use crate::export::Exporter;
    use fixtures::regression::drift;

    #[test]
    fn for_a_person() {
        let all = DriftText { width_columns: 120, is_all: true };
        insta::assert_snapshot!("all", all.export(&drift()).expect("renders"));
        let moved = DriftText { width_columns: 120, is_all: false };
        insta::assert_snapshot!("moved", moved.export(&drift()).expect("renders"));
    }

    #[test]
    fn markdown() {
        insta::assert_snapshot!("markdown", DriftMarkdown.export(&drift()).expect("renders"));
    }

    #[test]
    fn what_is_slower_lately_is_warned_of() {
        insta::assert_snapshot!("warnings", DriftAnnotations.export(&drift()).expect("renders"));
        let mut old = drift();
        for series in &mut old.machines[0].series {
            series.shift.iter_mut().for_each(|shift| shift.is_recent = false);
        }
        assert_eq!(DriftAnnotations.export(&old).expect("renders"), "");
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
