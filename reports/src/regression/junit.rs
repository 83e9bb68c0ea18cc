//! Comparisons as JUnit XML, which GitLab, Jenkins and most others show test by test: a test a cell, or one a
//! comparison.

use crate::export::{ExportError, Exporter};
use crate::regression::sentences::{compared, figure_and_difference};
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};
use records::regression::exact::ExactRecord;
use records::regression::paired::{PairedRecord, VerdictName};
use std::time::Duration;

/// A comparison as JUnit XML.
#[derive(Clone, Copy, Debug)]
pub struct GateJunit;

impl Exporter<ExactRecord> for GateJunit {
    fn export(&self, record: &ExactRecord) -> Result<String, ExportError> {
        let mut names: Vec<_> = record.head.cells.iter().map(|cell| &cell.name).collect();
        // Cells that are gone are tests that fail, and not tests that nobody misses.
        for one in &record.differences {
            if !names.contains(&&one.cell) {
                names.push(&one.cell);
            }
        }
        let mut suite = TestSuite::new("bench-harness gate exact");
        for name in names {
            let of_cell = record.differences.iter().filter(|one| one.cell == *name);
            let lines: Vec<_> = of_cell.map(figure_and_difference).collect();
            let status = match lines.as_slice() {
                [] => TestCaseStatus::success(),
                [only] => failed(only, only),
                [first, rest @ ..] => {
                    failed(&format!("{first} (and {} more)", rest.len()), &lines.join("\n"))
                }
            };
            suite.add_test_case(case(name, "bench-harness.exact", status));
        }
        text(suite)
    }
}

impl Exporter<PairedRecord> for GateJunit {
    fn export(&self, record: &PairedRecord) -> Result<String, ExportError> {
        let status = |verdict, words: &str, may_fail: bool| match verdict {
            VerdictName::Pass | VerdictName::Improved => TestCaseStatus::success(),
            VerdictName::Regressed if may_fail => failed(words, words),
            VerdictName::Inconclusive if may_fail && record.rules.strict => failed(words, words),
            VerdictName::Regressed | VerdictName::Inconclusive => skipped(words),
        };
        // Where the mean decides, a cell is shown and fails nothing.
        let may_fail = record.geometric_mean.is_none();
        let class = "bench-harness.paired";
        let mut suite = TestSuite::new("bench-harness gate paired");
        suite.set_time(Duration::try_from_secs_f64(record.wall_s).unwrap_or_default());
        for one in &record.comparisons {
            let status = status(one.compared.verdict, &compared(&one.compared), may_fail);
            suite.add_test_case(case(&format!("{} {}", one.key, one.time.key()), class, status));
        }
        if let Some(mean) = &record.geometric_mean {
            let status = status(mean.verdict, &compared(mean), true);
            suite.add_test_case(case("geometric mean", class, status));
        }
        text(suite)
    }
}

fn case(name: &str, class: &str, status: TestCaseStatus) -> TestCase {
    let mut case = TestCase::new(name, status);
    case.set_classname(class);
    case
}

fn failed(message: &str, text: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    status.set_message(message).set_type("regression").set_description(text);
    status
}

fn skipped(message: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::skipped();
    status.set_message(message);
    status
}

fn text(suite: TestSuite) -> Result<String, ExportError> {
    let mut report = Report::unnamed();
    report.add_test_suite(suite);
    Ok(report.to_string()?)
}

#[cfg(test)]
mod tests {
    use super::GateJunit;
    use crate::export::Exporter;
    use fixtures::regression::{exact, exact_pass, paired};

    #[test]
    fn exact_comparisons() {
        insta::assert_snapshot!("exact", GateJunit.export(&exact()).expect("renders"));
        let pass = GateJunit.export(&exact_pass()).expect("renders");
        assert!(pass.contains("failures=\"0\""), "{pass}");
    }

    #[test]
    fn paired_comparisons() {
        insta::assert_snapshot!("paired", GateJunit.export(&paired()).expect("renders"));
    }

    #[test]
    fn with_a_mean_that_gates_no_cell_fails() {
        let mut record = paired();
        record.geometric_mean = Some(record.comparisons[0].compared.clone());
        let text = GateJunit.export(&record).expect("renders");
        assert!(text.contains("failures=\"1\"") && text.contains("name=\"geometric mean\""), "{text}");
    }

    #[test]
    fn text_of_others_stays_text() {
        let mut record = exact();
        record.differences.truncate(1);
        record.differences[0].cell = "<a> & \"b\"\u{1}]]>".to_owned();
        let text = GateJunit.export(&record).expect("renders");
        assert!(text.contains("name=\"&lt;a&gt; &amp; &quot;b&quot;]]&gt;\""), "{text}");
        resvg::usvg::roxmltree::Document::parse(&text).expect("XML");
    }
}
