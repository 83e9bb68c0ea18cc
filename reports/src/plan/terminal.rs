//! A plan for a person at a terminal: the answer first, then the designs, then why.

use crate::answer::{asked, sentence};
use crate::plan::rows::{
    DELAY_HEADER, DESIGN_HEADER, OUTLOOK_HEADER, PARETO_HEADER, delay_rows, design_row, outlook_row,
    pareto_row,
};
use crate::text::{framed, trimmed, wrap};
use records::plan::PlanRecord;

/// The plan as text of at most `width` columns, ending in a newline.
pub fn render(plan: &PlanRecord, width: u16) -> String {
    let designs = framed(DESIGN_HEADER, plan.designs.iter().map(design_row), width);
    let fleet_estimates = framed(OUTLOOK_HEADER, plan.fleet_estimates.iter().map(outlook_row), width);
    let mut text = format!(
        "{}\n{}\n\nDesigns, by the formulas of \"Order then Prove\":\n{designs}\n\n\
         Delay to consolidated, three ways:\n{fleet_estimates}\n\n",
        wrap(&sentence(plan), width, ""),
        wrap(&asked(plan), width, ""),
    );
    let delays = delay_rows(plan);
    if !delays.is_empty() {
        text += &format!("Its delays, simulated:\n{}\n\n", framed(DELAY_HEADER, delays, width));
    }
    if !plan.pareto.is_empty() {
        let pareto = framed(PARETO_HEADER, plan.pareto.iter().map(pareto_row), width);
        text += &format!("Cost against delay:\n{pareto}\n\n");
    }
    text += "Why:\n";
    for reason in &plan.reasons {
        text += &wrap(&format!("- {reason}"), width, "  ");
        text.push('\n');
    }
    trimmed(&text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_comes_first() {
        insta::assert_snapshot!(render(&fixtures::plan::published_plan(), 100));
    }

    #[test]
    fn a_narrow_terminal_is_kept_within() {
        let page = render(&fixtures::plan::published_plan(), 60);
        for line in page.lines() {
            assert!(line.chars().count() <= 60, "{} columns: {line}", line.chars().count());
        }
    }
}
