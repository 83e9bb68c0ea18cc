//! A plan for a person at a terminal: the answer first, then the designs, then why.

use crate::answer::{asked, because, how_sure, limit, order, run_ahead, sentence};
use crate::plan::rows::{
    ALTERNATIVE_HEADER, DELAY_HEADER, DESIGN_HEADER, OUTLOOK_HEADER, PARETO_HEADER, STRESS_HEADER,
    alternative_row, delay_rows, design_row, outlook_row, pareto_row, stress_row,
};
use crate::plan::systems;
use crate::text::{bare, framed, trimmed, wrap};
use crate::words::{capital, count};
use records::plan::{PlanRecord, SearchRecord};

/// The most lines of a plan without its tables, on a terminal of 100 columns: what one screen holds.
pub const LINES_MAX: usize = 30;

/// The plan on one screen, as text of at most `width` columns, ending in a newline: the answer, why, how sure, what the
/// fleet withstands and the nearest other designs.
pub fn render(plan: &PlanRecord, width: u16) -> String {
    let mut text = format!("{}\n", wrap(&sentence(plan), width, ""));
    text += &format!("{}\n\n", wrap(&asked(plan), width, ""));
    let sure = how_sure(plan);
    let provers = sure.provers.map_or_else(String::new, |provers| format!("{provers} "));
    for (name, words) in [
        ("Why", format!("{} {}", capital(limit(plan)) + ".", because(plan))),
        ("How sure", format!("{provers}{}; {}; {}", sure.basis, sure.if_otherwise, search(plan))),
    ] {
        text += &wrap(&format!("{name}: {words}"), width, "  ");
        text.push('\n');
    }
    if let Some(order) = order(plan) {
        text += &wrap(&format!("Order: {order}"), width, "  ");
        text.push('\n');
    }
    let systems = systems::line(plan);
    if !systems.is_empty() {
        text += &wrap(&format!("Systems: {systems}."), width, "  ");
        text.push('\n');
    }
    if !plan.stress.is_empty() {
        text += &format!("{}\n", bare(STRESS_HEADER, plan.stress.iter().map(stress_row), width));
    }
    if !plan.alternatives.is_empty() {
        let rows = plan.alternatives.iter().map(alternative_row);
        text += &format!("The nearest other designs:\n{}\n", bare(ALTERNATIVE_HEADER, rows, width));
    }
    trimmed(&text)
}

/// How far the search for it went.
fn search(plan: &PlanRecord) -> String {
    let SearchRecord { fleets_simulated, is_complete } = plan.search;
    match (fleets_simulated, is_complete) {
        (0, _) => "chosen by capacity alone.".to_owned(),
        (fleets, true) => format!("{} simulated, none cheaper meets the limit.", count(fleets, "fleet")),
        (fleets, false) => {
            format!("{} simulated, the best of these: a cheaper one may exist.", count(fleets, "fleet"))
        }
    }
}

/// The plan with everything that led to it, as text of at most `width` columns, ending in a newline.
pub fn explain(plan: &PlanRecord, width: u16) -> String {
    let designs = framed(DESIGN_HEADER, plan.designs.iter().map(design_row), width);
    let fleet_estimates = framed(OUTLOOK_HEADER, plan.fleet_estimates.iter().map(outlook_row), width);
    let mut text = format!(
        "{}\nDesigns, by the formulas of \"Order then Prove\":\n{designs}\n\n\
         Delay to consolidated, three ways:\n{fleet_estimates}\n\n",
        render(plan, width),
    );
    if let Some(table) = systems::table(plan) {
        let words = wrap(&systems::sentences(plan).join(" "), width, "");
        text += &format!("Proof systems at this target:\n{}\n{words}\n\n", table.framed(width));
    }
    let delays = delay_rows(plan);
    if !delays.is_empty() {
        text += &format!("Its delays, simulated:\n{}\n\n", framed(DELAY_HEADER, delays, width));
    }
    if !plan.pareto.is_empty() {
        let pareto = framed(PARETO_HEADER, plan.pareto.iter().map(pareto_row), width);
        text += &format!("Cost against delay:\n{pareto}\n\n");
    }
    if let Some(words) = run_ahead(plan) {
        text += &format!("{}\n\n", wrap(&format!("{words}."), width, ""));
    }
    text += "Notes:\n";
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
    fn the_answer_is_one_screen() {
        let page = render(&fixtures::plan::published_plan(), 100);
        assert!(page.lines().count() <= LINES_MAX, "{} lines", page.lines().count());
        insta::assert_snapshot!(page);
    }

    #[test]
    fn all_of_it_on_request() {
        insta::assert_snapshot!(explain(&fixtures::plan::published_plan(), 100));
    }

    #[test]
    fn a_narrow_terminal_is_kept_within() {
        let page = explain(&fixtures::plan::published_plan(), 60);
        for line in page.lines() {
            assert!(line.chars().count() <= 60, "{} columns: {line}", line.chars().count());
        }
    }
}
