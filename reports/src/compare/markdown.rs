//! A comparison as Markdown: fit for a pull-request comment.

use crate::compare::rows::{cautions, difference, fleet, pair_words, stage_header, stage_row};
use crate::export::{ExportError, Exporter};
use crate::markdown::{head, one_line, row};
use records::comparison::ComparisonRecord;

/// A comparison as Markdown.
#[derive(Clone, Copy, Debug)]
pub struct ComparisonMarkdown;

impl Exporter<ComparisonRecord> for ComparisonMarkdown {
    fn name(&self) -> &'static str {
        "markdown"
    }

    fn export(&self, record: &ComparisonRecord) -> Result<String, ExportError> {
        let (first, second) = (one_line(&record.first.name), one_line(&record.second.name));
        let mut page = format!("## {first} against {second}\n\n");
        for found in &record.differences {
            page += &format!("- differs: {}\n", one_line(&difference(found)));
        }
        for pair in &record.pairs {
            page += &format!("\n### {}\n\n", one_line(&pair_words(pair)));
            for found in &pair.differences {
                page += &format!("- differs: {}\n", one_line(&difference(found)));
            }
            let header = stage_header(record).map(|cell| one_line(&cell));
            page.push('\n');
            page += &head(&header);
            for stage in &pair.stages {
                page += &row(&stage_row(stage));
            }
            page.push('\n');
            let fleets = [("A", &pair.first_fleet), ("B", &pair.second_fleet)];
            for (name, found) in fleets.into_iter().filter_map(|(name, found)| Some((name, found.as_ref()?)))
            {
                page += &format!("- for the target, {}\n", one_line(&fleet(name, found)));
            }
        }
        page.push('\n');
        for alone in &record.unpaired {
            page += &format!("- not compared: {}\n", one_line(alone));
        }
        for caution in cautions(record) {
            page += &format!("- {caution}\n");
        }
        Ok(page)
    }
}

#[cfg(test)]
mod tests {
    use super::ComparisonMarkdown;
    use crate::export::Exporter;

    #[test]
    fn a_page() {
        let record = crate::compare::terminal::comparison();
        insta::assert_snapshot!(ComparisonMarkdown.export(&record).expect("renders"));
    }
}
