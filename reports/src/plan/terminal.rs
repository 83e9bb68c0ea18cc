//! A plan for a person at a terminal: the answer first, then the designs, then why.

use crate::plan::sentences::{
    DELAY_HEADER, DESIGN_HEADER, OUTLOOK_HEADER, PARETO_HEADER, asked, delay_rows, design_row, outlook_row,
    pareto_row, recommendation,
};
use crate::text::{table, wrap};
use records::plan::PlanRecord;

/// The plan as text of at most `width` columns, ending in a newline.
pub fn render(plan: &PlanRecord, width: u16) -> String {
    let designs = table(&DESIGN_HEADER, plan.designs.iter().map(|row| design_row(row).to_vec()), width);
    let fleet_estimates =
        table(&OUTLOOK_HEADER, plan.fleet_estimates.iter().map(|row| outlook_row(row).to_vec()), width);
    let mut text = format!(
        "{}\n{}\n\nDesigns, by the formulas of \"Order then Prove\":\n{designs}\n\n\
         Delay to consolidated, three ways:\n{fleet_estimates}\n\n",
        wrap(&recommendation(plan), width, ""),
        wrap(&asked(plan), width, ""),
    );
    let delays = delay_rows(plan);
    if !delays.is_empty() {
        let delays = table(&DELAY_HEADER, delays.into_iter().map(|row| row.to_vec()), width);
        text += &format!("Its delays, simulated:\n{delays}\n\n");
    }
    if !plan.pareto.is_empty() {
        let pareto = table(&PARETO_HEADER, plan.pareto.iter().map(|row| pareto_row(row).to_vec()), width);
        text += &format!("Cost against delay:\n{pareto}\n\n");
    }
    text += "Why:\n";
    for reason in &plan.reasons {
        text += &wrap(&format!("- {reason}"), width, "  ");
        text.push('\n');
    }
    text.lines().map(str::trim_end).fold(String::new(), |page, line| page + line + "\n")
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
