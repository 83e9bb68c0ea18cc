//! Comparisons as lines that GitHub Actions turns into annotations: `::error title=…::…`, those of an exact comparison
//! on the file of the baseline, which is what has to change where a difference is meant, those of a paired one on the
//! spec that says what was compared.
//!
//! A step shows ten of each kind at most, so there is one for the verdict and one for each cell that gives it.

use crate::export::{ExportError, Exporter};
use crate::regression::sentences::{self, compared, figure_and_difference, fleet_impact};
use records::regression::exact::{ExactRecord, ExactVerdictName, FigureDifferenceRecord};
use records::regression::paired::{PairedRecord, VerdictName};

/// Differences of one cell that are named; the rest are counted.
const NAMED: usize = 5;

/// How loud an annotation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnnotationLevel {
    /// Red.
    Error,
    /// Yellow.
    Warning,
    /// Blue.
    Notice,
}

/// A comparison as annotations.
#[derive(Clone, Copy, Debug)]
pub struct GateAnnotations;

impl Exporter<ExactRecord> for GateAnnotations {
    fn export(&self, record: &ExactRecord) -> Result<String, ExportError> {
        let level = match record.verdict {
            ExactVerdictName::Pass => AnnotationLevel::Notice,
            ExactVerdictName::Changed => AnnotationLevel::Error,
        };
        let line = |message: &str| line_at(Some(&record.baseline), level, "exact gate", message);
        let mut lines = line(&sentences::exact(record));
        let of_cells = record.differences.chunk_by(|one, next| one.cell == next.cell);
        for differences in of_cells {
            lines += &line(&of_cell(differences));
        }
        Ok(lines)
    }
}

fn of_cell(differences: &[FigureDifferenceRecord]) -> String {
    let mut lines: Vec<_> = differences.iter().take(NAMED).map(figure_and_difference).collect();
    if let Some(more @ 1..) = differences.len().checked_sub(NAMED) {
        lines.push(format!("and {more} more"));
    }
    let cell = differences.first().map_or("", |one| &one.cell);
    format!("{cell}: {}", lines.join("\n"))
}

impl Exporter<PairedRecord> for GateAnnotations {
    fn export(&self, record: &PairedRecord) -> Result<String, ExportError> {
        let level = |verdict| match verdict {
            VerdictName::Regressed => AnnotationLevel::Error,
            VerdictName::Inconclusive if record.rules.strict => AnnotationLevel::Error,
            VerdictName::Inconclusive => AnnotationLevel::Warning,
            VerdictName::Pass | VerdictName::Improved => AnnotationLevel::Notice,
        };
        let mut sentence = sentences::paired(record);
        for impact in &record.fleet_impact {
            sentence += &format!("\n{}", fleet_impact(impact));
        }
        let line = |level, message: &str| line_at(record.spec_file.as_deref(), level, "paired gate", message);
        let mut lines = line(level(record.verdict), &sentence);
        for caution in sentences::cautions(record) {
            lines += &line(AnnotationLevel::Warning, &caution);
        }
        for one in &record.comparisons {
            if matches!(one.compared.verdict, VerdictName::Regressed | VerdictName::Inconclusive) {
                let words = format!("{}, {}: {}", one.cell.words(), one.time.key(), compared(&one.compared));
                // Where the mean decides, a cell is advice.
                let level = if record.geometric_mean.is_some() {
                    AnnotationLevel::Notice
                } else {
                    level(one.compared.verdict)
                };
                lines += &line(level, &words);
            }
        }
        Ok(lines)
    }
}

/// One annotation, as GitHub Actions reads it from standard output.
///
/// ```
/// use reports::regression::annotations::{AnnotationLevel, line};
/// let text = line(AnnotationLevel::Warning, "a: b, c", "100 % of\nit");
/// assert_eq!(text, "::warning title=a%3A b%2C c::100 %25 of%0Ait\n");
/// ```
pub fn line(level: AnnotationLevel, title: &str, message: &str) -> String {
    line_at(None, level, title, message)
}

/// The same on a file, which the page of a pull request then shows with it.
fn line_at(file: Option<&str>, level: AnnotationLevel, title: &str, message: &str) -> String {
    let level = match level {
        AnnotationLevel::Error => "error",
        AnnotationLevel::Warning => "warning",
        AnnotationLevel::Notice => "notice",
    };
    let data = |text: &str| text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    let property = |text: &str| data(text).replace(':', "%3A").replace(',', "%2C");
    let file = file.map_or_else(String::new, |file| format!("file={},", property(file)));
    format!("::{level} {file}title={}::{}\n", property(title), data(message))
}

#[cfg(test)]
mod tests {
    use super::GateAnnotations;
    use crate::export::Exporter;
    use fixtures::regression::{exact, exact_pass, paired};
    use records::regression::paired::VerdictName;

    #[test]
    fn exact_comparisons() {
        insta::assert_snapshot!("exact", GateAnnotations.export(&exact()).expect("renders"));
        let pass = GateAnnotations.export(&exact_pass()).expect("renders");
        assert!(pass.starts_with("::notice ") && pass.lines().count() == 1, "{pass}");
    }

    #[test]
    fn paired_comparisons() {
        insta::assert_snapshot!("paired", GateAnnotations.export(&paired()).expect("renders"));
    }

    #[test]
    fn a_comparison_without_a_spec_file_is_on_no_file() {
        let mut record = paired();
        assert!(
            GateAnnotations
                .export(&record)
                .expect("renders")
                .lines()
                .all(|line| line.contains(" file=ci/bench.toml,"))
        );
        record.spec_file = None;
        assert!(!GateAnnotations.export(&record).expect("renders").contains("file="));
    }

    #[test]
    fn inconclusive_is_a_warning_and_with_strict_an_error() {
        let mut record = paired();
        record.verdict = VerdictName::Inconclusive;
        record.comparisons.clear();
        let text = GateAnnotations.export(&record).expect("renders");
        assert!(text.starts_with("::warning ") && text.contains("not the same as no regression"), "{text}");
        record.rules.strict = true;
        assert!(GateAnnotations.export(&record).expect("renders").starts_with("::error "));
    }

    #[test]
    fn text_of_others_stays_within_its_line() {
        let mut record = exact();
        record.baseline = "a\n::error::b%".to_owned();
        let text = GateAnnotations.export(&record).expect("renders");
        let begins = "::error file=a%0A%3A%3Aerror%3A%3Ab%25,title=exact gate::";
        assert!(text.lines().all(|line| line.starts_with(begins)), "{text}");
        assert!(text.contains("a%0A::error::b%25"), "{text}");
    }
}
