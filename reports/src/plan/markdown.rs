//! A plan as Markdown: fit for a pull-request comment.

use crate::answer::{asked, run_ahead, sentence};
use crate::markdown::{list, table, text};
use crate::plan::rows::{
    ALTERNATIVE_HEADER, DELAY_HEADER, DESIGN_HEADER, OUTLOOK_HEADER, PARETO_HEADER, STRESS_HEADER,
    alternative_row, delay_rows, design_row, outlook_row, pareto_row, stress_row,
};
use crate::plan::shopping::sentences;
use crate::plan::systems;
use records::plan::PlanRecord;

/// The plan as Markdown, ending in a newline.
pub fn render(plan: &PlanRecord) -> String {
    let mut page = format!("## Plan\n\n**{}**\n\n{}\n\n", text(&sentence(plan)), text(&asked(plan)));
    if let Some(order) = &plan.order {
        page += &format!("Order: {}\n\n", text(&sentences(order).join(" ")));
    }
    if !plan.stress.is_empty() {
        page += &table(&STRESS_HEADER, plan.stress.iter().map(stress_row));
    }
    if !plan.alternatives.is_empty() {
        page += "\nThe nearest other designs:\n\n";
        page += &table(&ALTERNATIVE_HEADER, plan.alternatives.iter().map(alternative_row));
    }
    if let Some(table) = systems::table(plan) {
        page += &format!("\nProof systems at this target:\n\n{}", table.markdown());
        page += &format!("\n{}\n", text(&systems::sentences(plan).join(" ")));
    }
    page += "\nDesigns, by the published formulas:\n\n";
    page += &table(&DESIGN_HEADER, plan.designs.iter().map(design_row));
    page += "\nDelay to consolidated, three ways:\n\n";
    page += &table(&OUTLOOK_HEADER, plan.fleet_estimates.iter().map(outlook_row));
    let delays = delay_rows(plan);
    if !delays.is_empty() {
        page += "\nIts delays, simulated:\n\n";
        page += &table(&DELAY_HEADER, delays);
    }
    if !plan.pareto.is_empty() {
        page += "\nCost against delay:\n\n";
        page += &table(&PARETO_HEADER, plan.pareto.iter().map(pareto_row));
    }
    if let Some(words) = run_ahead(plan) {
        page += &format!("\n{}.\n", text(&words));
    }
    format!("{page}\n{}", list(&plan.reasons))
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_page() {
        insta::assert_snapshot!(super::render(&fixtures::plan::published_plan()));
    }
}
