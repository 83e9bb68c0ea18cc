//! A comparison as Markdown, for a pull request: the verdict in the first line, and in the last a comment that no
//! reader sees, by which the next run finds this page and updates it in place.

use crate::export::{ExportError, Exporter};
use crate::regression::exact_terminal::{CIRCUIT_HEADER, DIFFERENCE_HEADER, circuit_rows, difference_row};
use records::regression::exact::ExactRecord;
use records::regression::paired::{ComparedRecord, PairedRecord, change};

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
    fn name(&self) -> &'static str {
        "markdown"
    }

    fn export(&self, record: &ExactRecord) -> Result<String, ExportError> {
        let mut page = format!("### {}\n", text(&record.sentence()));
        for step in record.steps() {
            page += &format!(
                "\n**{}: {}. Proving it costs about twice as much for each doubling.**\n",
                text(&step.place()),
                text(&step.words())
            );
        }
        if !record.differences.is_empty() {
            page.push('\n');
            let rows = record.differences.iter().take(ROWS_SHOWN).map(|one| difference_row(one).to_vec());
            page += &table(&DIFFERENCE_HEADER, rows);
            if let Some(more @ 1..) = record.differences.len().checked_sub(ROWS_SHOWN) {
                page += &format!("\n… and {more} more.\n");
            }
            page += "\nIf the change is meant, bless the baseline: run the same command with `--bless`, and commit the file.\n";
        }
        let circuits = circuit_rows(record);
        if !circuits.is_empty() {
            page += "\n<details><summary>Headroom to the next power of two</summary>\n\n";
            page += &table(&CIRCUIT_HEADER, circuits.into_iter().map(|row| row.to_vec()));
            page += "\n</details>\n";
        }
        Ok(format!("{page}\n{EXACT_MARKER}\n"))
    }
}

const PAIRED_HEADER: [&str; 6] = ["cell", "time", "change", "p (slower)", "pairs", "verdict"];

impl Exporter<PairedRecord> for GateMarkdown {
    fn name(&self) -> &'static str {
        "markdown"
    }

    fn export(&self, record: &PairedRecord) -> Result<String, ExportError> {
        let mut page = format!("### {}\n\n", text(&paired_sentence(record)));
        for meaning in &record.meanings {
            page += &format!("**{}**\n\n", text(&meaning.sentence()));
        }
        let compared =
            record.comparisons.iter().map(|one| paired_row(&one.cell.words(), one.time.key(), &one.compared));
        let mean = record.geometric_mean.iter().map(|mean| paired_row("geometric mean", "all", mean));
        page += &table(&PAIRED_HEADER, compared.chain(mean));
        page.push('\n');
        for reason in &record.reasons {
            page += &format!("- {}\n", text(reason));
        }
        let rules = &record.rules;
        page += &format!(
            "\n{} pairs a block, least effect {} %, level {}. Base: {}; head: {}.\n",
            rules.pairs,
            records::number::significant(rules.min_effect * 100.0, 3),
            rules.level,
            arm(&record.base),
            arm(&record.head)
        );
        Ok(format!("{page}\n{PAIRED_MARKER}\n"))
    }
}

/// The verdict as one sentence without an end mark.
pub(crate) fn paired_sentence(record: &PairedRecord) -> String {
    use records::regression::paired::VerdictName::{Improved, Inconclusive, Pass, Regressed};
    let verdict = match record.verdict {
        Pass => "pass",
        Regressed => "REGRESSED",
        Improved => "improved",
        Inconclusive => "INCONCLUSIVE, which is not the same as no regression",
    };
    format!("paired: {verdict}: {} against {}", record.head.name, record.base.name)
}

fn arm(arm: &records::regression::paired::ArmRecord) -> String {
    let commit =
        arm.commit.as_ref().map(|commit| format!(" at `{}`", commit.chars().take(12).collect::<String>()));
    format!("{}{}, version {}", text(&arm.name), commit.unwrap_or_default(), text(&arm.version))
}

fn paired_row(cell: &str, time: &str, compared: &ComparedRecord) -> Vec<String> {
    let block = compared.shown();
    let interval = block.ratio_low.zip(block.ratio_high);
    vec![
        cell.to_owned(),
        time.to_owned(),
        block.ratio.map_or_else(|| "-".to_owned(), |ratio| change(ratio, interval)),
        format!("{:.4}", block.p_slower_adjusted),
        block.pairs_used.to_string(),
        compared.verdict.key().to_owned(),
    ]
}

/// A table; its cells are text.
pub(crate) fn table(header: &[&str], rows: impl Iterator<Item = Vec<String>>) -> String {
    rows.fold(crate::markdown::head(header), |page, cells| {
        let cells: Vec<_> = cells.iter().map(|cell| text(cell)).collect();
        format!("{page}| {} |\n", cells.join(" | "))
    })
}

/// Text of others that can end neither a cell nor a line, and that is no markup: a branch may be named anything.
pub(crate) fn text(raw: &str) -> String {
    raw.chars().fold(String::with_capacity(raw.len()), |mut page, c| {
        match c {
            '\n' | '\r' | '\t' => page.push(' '),
            '<' => page.push_str("&lt;"),
            '>' => page.push_str("&gt;"),
            '&' => page.push_str("&amp;"),
            '|' | '`' | '*' | '_' | '[' | ']' | '\\' | '#' | '~' => page.extend(['\\', c]),
            // GitHub tells whoever is named like this.
            '@' => page.push_str("&#64;"),
            _ => page.push(c),
        }
        page
    })
}

#[cfg(test)]
mod tests {
    use super::{EXACT_MARKER, GateMarkdown, PAIRED_MARKER, table, text};
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

    #[test]
    fn text_of_others_is_no_markup() {
        assert_eq!(text("a|b\nc"), "a\\|b c");
        assert_eq!(text("<img src=x> & @all"), "&lt;img src=x&gt; &amp; &#64;all");
        assert_eq!(text("--> `x` *y*"), "--&gt; \\`x\\` \\*y\\*");
        assert_eq!(table(&["a"], [vec!["x|y".to_owned()]].into_iter()), "| a |\n|---|\n| x\\|y |\n");
    }
}
