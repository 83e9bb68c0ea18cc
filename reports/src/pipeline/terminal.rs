//! A pipeline for a person at a terminal: what came of it, the queue as it grew and drained, delays, workers.

use crate::bars::sparkline;
use crate::pipeline::rows::{asked, cautions, findings, headline, queue_slots, times_table, worker_table};
use crate::text::{trimmed, wrap};
use records::fleet::pipeline::PipelineRecord;

/// Characters of the queue's line.
const SLOTS: usize = 60;

/// A pipeline in lines of at most `width_columns`.
pub fn render(pipeline: &PipelineRecord, width_columns: u16) -> String {
    let line = |words: &str| wrap(&crate::chart::shortened(words, 600), width_columns, "  ") + "\n";
    let mut text = line(&format!("{}.", headline(pipeline)));
    text += &line(&format!("Asked: {}.", asked(pipeline)));
    let slots = SLOTS.min(usize::from(width_columns).saturating_sub(20));
    text += &format!("\nqueue over time {}\n", sparkline(&queue_slots(pipeline, slots)));
    for finding in findings(pipeline) {
        text += &line(&format!("- {finding}"));
    }
    for caution in cautions(pipeline) {
        text += &line(&format!("! {caution}"));
    }
    text += &times_table(pipeline).ruled(width_columns);
    text += &worker_table(pipeline).ruled(width_columns);
    trimmed(&text)
}

#[cfg(test)]
mod tests {
    use super::render;
    use fixtures::pipeline::pipeline;

    #[test]
    fn what_came_of_it_first() {
        insta::assert_snapshot!(render(&pipeline(), 100));
    }

    #[test]
    fn one_that_was_stopped_says_so() {
        let mut stopped = pipeline();
        stopped.is_complete = false;
        stopped.resumed_s = vec![12.0];
        stopped.given_up = vec!["batch 3: no".to_owned()];
        let text = render(&stopped, 100);
        assert!(text.contains("it was started again after 12 s"), "{text}");
        assert!(text.contains("! it was stopped") && text.contains("! not proved: batch 3: no"), "{text}");
    }
}
