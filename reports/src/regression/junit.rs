//! Comparisons as JUnit XML, which GitLab, Jenkins and most others show test by test: a test a cell, or one a
//! comparison.

use crate::export::{ExportError, Exporter};
use crate::regression::annotations::compared;
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};
use records::regression::exact::{ExactRecord, FigureDifferenceRecord};
use records::regression::paired::{PairedRecord, VerdictName};

/// A comparison as JUnit XML.
#[derive(Clone, Copy, Debug)]
pub struct GateJunit;

/// One test and what came of it.
struct Test {
    name: String,
    outcome: Outcome,
}

enum Outcome {
    Passed,
    /// The message, and everything that is to be said.
    Failed(String, String),
    Skipped(String),
}

impl Exporter<ExactRecord> for GateJunit {
    fn name(&self) -> &'static str {
        "junit"
    }

    fn export(&self, record: &ExactRecord) -> Result<String, ExportError> {
        let mut names: Vec<_> = record.head.cells.iter().map(|cell| cell.name.clone()).collect();
        // Cells that are gone are tests that fail, and not tests that nobody misses.
        for one in &record.differences {
            if !names.contains(&one.cell) {
                names.push(one.cell.clone());
            }
        }
        let tests = names.into_iter().map(|name| {
            let of_cell: Vec<_> = record.differences.iter().filter(|one| one.cell == name).collect();
            Test { outcome: exact_outcome(&of_cell), name }
        });
        suite("bench-harness gate exact", "bench-harness.exact", None, &tests.collect::<Vec<_>>())
    }
}

fn exact_outcome(differences: &[&FigureDifferenceRecord]) -> Outcome {
    let lines: Vec<_> = differences
        .iter()
        .map(|one| match &one.figure {
            Some(figure) => format!("{figure}: {}", one.words()),
            None => one.words(),
        })
        .collect();
    match lines.split_first() {
        None => Outcome::Passed,
        Some((only, [])) => Outcome::Failed(only.clone(), only.clone()),
        Some((first, rest)) => {
            Outcome::Failed(format!("{first} (and {} more)", rest.len()), lines.join("\n"))
        }
    }
}

impl Exporter<PairedRecord> for GateJunit {
    fn name(&self) -> &'static str {
        "junit"
    }

    fn export(&self, record: &PairedRecord) -> Result<String, ExportError> {
        let outcome = |verdict, words: String| match verdict {
            VerdictName::Regressed => Outcome::Failed(words.clone(), words),
            VerdictName::Inconclusive if record.rules.strict => Outcome::Failed(words.clone(), words),
            VerdictName::Inconclusive => Outcome::Skipped(words),
            VerdictName::Pass | VerdictName::Improved => Outcome::Passed,
        };
        let advice = record.geometric_mean.is_some();
        let mut tests: Vec<_> = record
            .comparisons
            .iter()
            .map(|one| {
                let words = compared(&one.compared);
                let outcome = match (advice, outcome(one.compared.verdict, words.clone())) {
                    // Where the mean gates, a cell is shown and fails nothing.
                    (true, Outcome::Failed(..)) => Outcome::Skipped(words),
                    (_, outcome) => outcome,
                };
                Test { name: format!("{} {}", one.key, one.time.key()), outcome }
            })
            .collect();
        if let Some(mean) = &record.geometric_mean {
            let outcome = outcome(mean.verdict, compared(mean));
            tests.push(Test { name: "geometric mean".to_owned(), outcome });
        }
        suite("bench-harness gate paired", "bench-harness.paired", Some(record.wall_s), &tests)
    }
}

fn suite(name: &str, class: &str, wall_s: Option<f64>, tests: &[Test]) -> Result<String, ExportError> {
    let count = |is: fn(&Outcome) -> bool| tests.iter().filter(|test| is(&test.outcome)).count().to_string();
    let failures = count(|outcome| matches!(outcome, Outcome::Failed(..)));
    let skipped = count(|outcome| matches!(outcome, Outcome::Skipped(_)));
    let total = tests.len().to_string();
    let time = wall_s.map(|wall_s| format!("{wall_s:.3}"));
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    writer.create_element("testsuites").write_inner_content(|writer| {
        let counts =
            [("tests", total.as_str()), ("failures", &failures), ("errors", "0"), ("skipped", &skipped)];
        let mut element = writer.create_element("testsuite").with_attribute(("name", name));
        element = element.with_attributes(counts);
        if let Some(time) = &time {
            element = element.with_attribute(("time", time.as_str()));
        }
        element.write_inner_content(|writer| {
            tests.iter().try_for_each(|test| write_test(writer, class, test))
        })?;
        Ok(())
    })?;
    Ok(String::from_utf8_lossy(&writer.into_inner()).into_owned() + "\n")
}

fn write_test(writer: &mut Writer<Vec<u8>>, class: &str, test: &Test) -> std::io::Result<()> {
    let name = legal(&test.name);
    let element =
        writer.create_element("testcase").with_attributes([("name", name.as_str()), ("classname", class)]);
    match &test.outcome {
        Outcome::Passed => element.write_empty()?,
        Outcome::Failed(message, text) => element.write_inner_content(|writer| {
            let failure = writer.create_element("failure");
            let message = legal(message);
            let failure = failure.with_attributes([("message", message.as_str()), ("type", "regression")]);
            failure.write_text_content(BytesText::new(&legal(text)))?;
            Ok(())
        })?,
        Outcome::Skipped(message) => element.write_inner_content(|writer| {
            let message = legal(message);
            writer.create_element("skipped").with_attribute(("message", message.as_str())).write_empty()?;
            Ok(())
        })?,
    };
    Ok(())
}

/// XML 1.0 has no form at all for most control characters, not even an escaped one.
fn legal(text: &str) -> String {
    let is_legal = |c: &char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..);
    text.chars().filter(is_legal).collect()
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
        let mut reader = quick_xml::Reader::from_str(&text);
        loop {
            match reader.read_event().expect("XML") {
                quick_xml::events::Event::Eof => break,
                _ => continue,
            }
        }
    }
}
