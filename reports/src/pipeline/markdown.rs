//! A pipeline as Markdown: fit for a pull-request comment.

use crate::markdown::{list, text};
use crate::pipeline::rows::{asked, batch_table, cautions, findings, headline, times_table, worker_table};
use records::fleet::pipeline::PipelineRecord;

/// A pipeline as Markdown.
pub fn render(pipeline: &PipelineRecord) -> String {
    let mut page = format!("## Pipeline {}\n\n{}.\n\n", text(&pipeline.run), text(&headline(pipeline)));
    page += &list(std::iter::once(format!("asked: {}", asked(pipeline))).chain(findings(pipeline)));
    page += &list(cautions(pipeline));
    page += &format!("\n{}", times_table(pipeline).markdown());
    page += &format!("\n{}", worker_table(pipeline).markdown());
    page + &format!("\n### Each batch\n\n{}", batch_table(pipeline).markdown())
}

#[cfg(test)]
mod tests {
    use super::render;
    use fixtures::pipeline::pipeline;

    #[test]
    fn a_page() {
        insta::assert_snapshot!(render(&pipeline()));
    }
}
