//! A profile as Markdown: fit for a pull-request comment.

use crate::export::{ExportError, Exporter};
use crate::markdown::{head, one_line, row};
use crate::profile::rows::{
    CELL_HEADER, QUANTITY_HEADER, cell_row, circuits, measured, quantity_row, remarks,
};
use records::profile::ProfileRecord;

/// A profile as Markdown.
#[derive(Clone, Copy, Debug)]
pub struct ProfileMarkdown;

impl Exporter<ProfileRecord> for ProfileMarkdown {
    fn name(&self) -> &'static str {
        "markdown"
    }

    fn export(&self, profile: &ProfileRecord) -> Result<String, ExportError> {
        let mut page = format!("## Profile {}\n\n", profile.run);
        page += &head(&CELL_HEADER);
        for summary in &profile.cells {
            page += &row(&cell_row(summary));
        }
        page.push('\n');
        for summary in &profile.cells {
            for remark in remarks(summary) {
                page += &format!("- {}\n", one_line(&remark));
            }
        }
        for summary in measured(profile) {
            page += &format!("\n### {}\n\n", one_line(&summary.cell.words()));
            let circuits = circuits(summary);
            for circuit in &circuits {
                page += &format!("- {}\n", one_line(circuit));
            }
            if !circuits.is_empty() {
                page.push('\n');
            }
            page += &head(&QUANTITY_HEADER);
            for quantity in &summary.quantities {
                page += &row(&quantity_row(quantity));
            }
        }
        Ok(page)
    }
}

#[cfg(test)]
mod tests {
    use super::ProfileMarkdown;
    use crate::export::Exporter;
    use fixtures::profile;

    #[test]
    fn a_page() {
        insta::assert_snapshot!(ProfileMarkdown.export(&profile::profile()).expect("renders"));
    }
}
