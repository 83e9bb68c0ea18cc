//! A comparison as Markdown, for a pull request: the verdict in the first line, and in the last a comment that no
//! reader sees, by which the next run finds this page and updates it in place.

use crate::export::{ExportError, Exporter};
use crate::markdown::{list, text};
use crate::regression::exact_terminal::{circuit_table, difference_table};
use crate::regression::paired_terminal::comparison_table;
use crate::regression::sentences::{self, cautions, difference, fleet_impact};
use crate::words::percent;
use records::regression::exact::ExactRecord;
use records::regression::paired::{ArmRecord, PairedRecord};

/// The marker of an exact comparison.
pub const EXACT_MARKER: &str = "<!-- bench-harness gate exact -->";
/// The marker of a paired comparison.
pub const PAIRED_MARKER: &str = "<!-- bench-harness gate paired -->";
/// The marker of a report of drift.
pub const HISTORY_MARKER: &str = "<!-- bench-harness history -->";

/// A comment may have 65 536 characters; each row takes about 100.
const ROWS_SHOWN: usize = 200;

/// A comparison as Markdown.
#[derive(Clone, Copy, Debug)]
pub struct GateMarkdown;

impl Exporter<ExactRecord> for GateMarkdown {
    fn export(&self, record: &ExactRecord) -> Result<String, ExportError> {
        let mut page = format!("### {}\n", text(&sentences::exact(record)));
        for one in record.doublings() {
            let figure = one.figure.as_deref().unwrap_or_default();
            let words = text(&format!("{}, {figure}: {}", one.cell, difference(one)));
            page += &format!("\n**{words}. Proving it costs about twice as much for each doubling.**\n");
        }
        if !record.differences.is_empty() {
            page.push('\n');
            let shown = record.differences.len().min(ROWS_SHOWN);
            page += &difference_table(&record.differences[..shown]).markdown();
            if let Some(more @ 1..) = record.differences.len().checked_sub(ROWS_SHOWN) {
                page += &format!("\n… and {more} more.\n");
            }
            page += "\nIf the change is meant, bless the baseline: run the same command with `--bless`, and commit the file.\n";
        }
        let circuits = circuit_table(record);
        if !circuits.rows.is_empty() {
            page += "\n<details><summary>Headroom to the next power of two</summary>\n\n";
            page += &circuits.markdown();
            page += "\n</details>\n";
        }
        Ok(format!("{page}\n{EXACT_MARKER}\n"))
    }
}

impl Exporter<PairedRecord> for GateMarkdown {
    fn export(&self, record: &PairedRecord) -> Result<String, ExportError> {
        let mut page = format!("### {}\n\n", text(&sentences::paired(record)));
        for impact in &record.fleet_impact {
            page += &format!("**{}**\n\n", text(&fleet_impact(impact)));
        }
        page += &comparison_table(record).markdown();
        for caution in cautions(record) {
            page += &format!("\n> **{}**\n", text(&caution));
        }
        page += &format!("\n{}", list(&record.reasons));
        let rules = &record.rules;
        page += &format!(
            "\n{} pairs a block, min effect {}, level {}. Base: {}; head: {}.\n",
            rules.pairs,
            percent(rules.min_effect, 3),
            rules.level,
            arm(&record.base),
            arm(&record.head)
        );
        Ok(format!("{page}\n{PAIRED_MARKER}\n"))
    }
}

fn arm(arm: &ArmRecord) -> String {
    let commit =
        arm.commit.as_ref().map(|commit| format!(" at `{}`", commit.chars().take(12).collect::<String>()));
    format!("{}{}, version {}", text(&arm.name), commit.unwrap_or_default(), text(&arm.version))
}

#[cfg(test)]
mod tests {
    use super::{EXACT_MARKER, GateMarkdown, PAIRED_MARKER};
    use crate::export::Exporter;
    use fixtures::regression::{exact, exact_pass, paired};

    #[test]
    fn an_exact_page() {
        insta::assert_snapshot!(GateMarkdown.export(&exact()).expect("renders"));
    }

    #[test]
    fn a_paired_page() {
        insta::assert_snapshot!(GateMarkdown.export(&paired()).expect("renders"));
    }

    #[test]
    fn the_verdict_is_in_the_first_line_and_the_marker_in_the_last() {
        let ends = |page: String| {
            let lines: Vec<_> = page.lines().map(str::to_owned).collect();
            (lines[0].clone(), lines[lines.len() - 1].clone())
        };
        let (first, last) = ends(GateMarkdown.export(&exact()).expect("renders"));
        assert!(first.contains("exact: CHANGED"), "{first}");
        assert_eq!(last, EXACT_MARKER);
        let (first, _) = ends(GateMarkdown.export(&exact_pass()).expect("renders"));
        assert!(first.contains("exact: pass"), "{first}");
        let (first, last) = ends(GateMarkdown.export(&paired()).expect("renders"));
        assert!(first.contains("REGRESSED"), "{first}");
        assert_eq!(last, PAIRED_MARKER);
    }

    #[test]
    fn more_rows_than_a_comment_holds_are_counted() {
        let mut record = exact();
        let one = record.differences[0].clone();
        record.differences = vec![one; 1000];
        let page = GateMarkdown.export(&record).expect("renders");
        assert!(page.contains("… and 800 more.") && page.len() < 65_536, "{}", page.len());
    }
}
