//! A plan for many rollups as Markdown: fit for a pull-request comment.

use crate::markdown::{list, table, text};
use crate::plan::rollups::rows::{
    JOB_HEADER, LAYER_HEADER, ROUND_HEADER, WHAT_IF_HEADER, job_row, layer_row, round_row, what_if_row,
};
use crate::plan::rollups::words::{answer, costs, every_block, limits, rounds, servers};
use records::plan::FractalPlanRecord;

/// The plan as Markdown, ending in a newline.
pub fn render(plan: &FractalPlanRecord) -> String {
    let mut page =
        format!("## Plan of many rollups\n\n**{}**\n\n{}\n", text(&answer(plan)), text(&limits(plan)));
    if let Some(cost) = &plan.cost {
        page += &format!("\n{}\n", text(&costs(cost)));
    }
    if let Some(words) = rounds(plan) {
        let rows = table(&ROUND_HEADER, plan.rounds.searched.iter().map(round_row));
        page += &format!("\n{}\n\n{rows}", text(&words));
    }
    page += &format!("\n{}", table(&LAYER_HEADER, plan.layers.iter().map(layer_row)));
    let jobs = plan.layers.iter().flat_map(|layer| layer.jobs.iter().map(|jobs| job_row(layer.layer, jobs)));
    page += &format!("\nThe jobs of a round:\n\n{}", table(&JOB_HEADER, jobs));
    let asked =
        plan.servers.as_ref().map(servers).into_iter().chain(plan.every_block.as_ref().map(every_block));
    for words in asked {
        page += &format!("\n{}\n", text(&words));
    }
    if !plan.what_ifs.is_empty() {
        let rows = table(&WHAT_IF_HEADER, plan.what_ifs.iter().map(what_if_row));
        page += &format!("\nWhat if, and no plan: nobody has measured such cores.\n\n{rows}");
    }
    format!("{page}\n{}", list(&plan.notes))
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_page() {
        insta::assert_snapshot!(super::render(&fixtures::fractal_plan::fractal_plan()));
    }
}
