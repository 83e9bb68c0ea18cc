//! A plan for a person at a terminal: the answer first, then the designs, then why.

use comfy_table::{ContentArrangement, Table, presets};

use crate::plan::record::PlanRecord;
use crate::plan::sentences::{DESIGN_HEADER, asked, design_row, recommendation};

/// The plan as text of at most `width` columns, ending in a newline.
pub fn render(plan: &PlanRecord, width: u16) -> String {
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED).set_width(width);
    table.set_content_arrangement(ContentArrangement::Dynamic).set_header(DESIGN_HEADER);
    for design in &plan.designs {
        table.add_row(design_row(design));
    }
    let mut text = format!(
        "{}\n{}\n\nDesigns, by the formulas of \"Order then Prove\":\n{table}\n\nWhy:\n",
        wrap(&recommendation(plan), width, ""),
        wrap(&asked(plan), width, ""),
    );
    for reason in &plan.reasons {
        text += &wrap(&format!("- {reason}"), width, "  ");
        text.push('\n');
    }
    text.lines().map(str::trim_end).fold(String::new(), |page, line| page + line + "\n")
}

/// Words filled into lines of `width`, lines after the first behind `indent`.
fn wrap(words: &str, width: u16, indent: &str) -> String {
    let width = usize::from(width).max(20);
    let mut page = String::new();
    let mut column = 0;
    // A lone unit stays with its number.
    let words = words.replace(" s ", "\u{a0}s ").replace(" s,", "\u{a0}s,").replace(" s.", "\u{a0}s.");
    for word in words.split(' ') {
        let length = word.chars().count();
        if column > 0 && column + 1 + length > width {
            page.push('\n');
            page += indent;
            column = indent.len();
        } else if column > 0 {
            page.push(' ');
            column += 1;
        }
        page += word;
        column += length;
    }
    page.replace('\u{a0}', " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_comes_first() {
        insta::assert_snapshot!(render(&crate::plan::fixture::seed_plan(), 100));
    }

    #[test]
    fn a_narrow_terminal_is_kept_within() {
        let page = render(&crate::plan::fixture::seed_plan(), 60);
        for line in page.lines() {
            assert!(line.chars().count() <= 60, "{} columns: {line}", line.chars().count());
        }
    }
}
