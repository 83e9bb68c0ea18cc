//! A plan as Markdown: fit for a pull-request comment.

use crate::plan::record::PlanRecord;
use crate::plan::sentences::{DESIGN_HEADER, asked, design_row, recommendation};

/// The plan as Markdown, ending in a newline.
pub fn render(plan: &PlanRecord) -> String {
    let mut page = format!("## Plan\n\n**{}**\n\n{}\n\n", recommendation(plan), asked(plan));
    page += &row(&DESIGN_HEADER.map(str::to_owned));
    page += &format!("|{}\n", "---|".repeat(DESIGN_HEADER.len()));
    for design in &plan.designs {
        page += &row(&design_row(design));
    }
    page.push('\n');
    for reason in &plan.reasons {
        page += &format!("- {reason}\n");
    }
    page
}

pub(crate) fn row(cells: &[String]) -> String {
    let escaped: Vec<String> = cells.iter().map(|cell| cell.replace('|', "\\|")).collect();
    format!("| {} |\n", escaped.join(" | "))
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_page() {
        insta::assert_snapshot!(super::render(&crate::plan::fixture::seed_plan()));
    }

    #[test]
    fn a_bar_in_a_cell_does_not_end_it() {
        assert_eq!(super::row(&["a|b".to_owned()]), "| a\\|b |\n");
    }
}
