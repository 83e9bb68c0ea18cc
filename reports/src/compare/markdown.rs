//! A comparison as Markdown: fit for a pull-request comment.

use crate::compare::rows::{cautions, difference, fleets, pair_words, stage_table};
use crate::markdown::{list, text};
use records::comparison::ProfileComparisonRecord;

/// A comparison as Markdown.
pub fn render(record: &ProfileComparisonRecord) -> String {
    let (first, second) = (text(&record.first.name), text(&record.second.name));
    let differs = |found| format!("differs: {}", difference(found));
    let mut page = format!("## {first} against {second}\n\n");
    page += &list(record.differences.iter().map(differs));
    for pair in &record.pairs {
        page += &format!("\n### {}\n\n", text(&pair_words(pair)));
        page += &list(pair.differences.iter().map(differs));
        let stages = stage_table(record, pair, |letter, name| format!("{letter}: {name}"));
        page += &format!("\n{}\n", stages.markdown());
        page += &list(fleets(pair).map(|fleet| format!("for the target, {fleet}")));
    }
    page.push('\n');
    page += &list(record.unpaired.iter().map(|alone| format!("not compared: {alone}")));
    page + &list(cautions(record))
}

#[cfg(test)]
mod tests {
    use super::render;

    #[test]
    fn a_page() {
        let record = crate::compare::terminal::comparison();
        insta::assert_snapshot!(render(&record));
    }
}
