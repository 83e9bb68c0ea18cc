//! A plan for many rollups settled by one proof, for a person at a terminal.
//!
//! Not here: the plan of one rollup ([`crate::plan::terminal`]).

use crate::plan::rollups::rows::{
    JOB_HEADER, LAYER_HEADER, ROUND_HEADER, WHAT_IF_HEADER, job_row, layer_row, round_row, what_if_row,
};
use crate::plan::rollups::words::{answer, costs, every_block, limits, rounds, servers};
use crate::text::{bare, trimmed, wrap};
use records::plan::FractalPlanRecord;

/// The plan as text of at most `width` columns, ending in a newline: the answer, what binds, how the round was chosen, a row
/// a layer, the jobs of a round, what else was asked, and notes.
pub fn render(plan: &FractalPlanRecord, width: u16) -> String {
    let mut parts = vec![wrap(&answer(plan), width, ""), wrap(&limits(plan), width, "")];
    parts.extend(plan.cost.as_ref().map(|cost| wrap(&costs(cost), width, "")));
    if let Some(words) = rounds(plan) {
        let rows = plan.rounds.searched.iter().map(round_row);
        parts.push(format!("{}\n{}", wrap(&words, width, ""), bare(ROUND_HEADER, rows, width)));
    }
    let rows = plan.layers.iter().map(layer_row);
    parts.push(bare(LAYER_HEADER, rows, width).to_string());
    let jobs = plan.layers.iter().flat_map(|layer| layer.jobs.iter().map(|jobs| job_row(layer.layer, jobs)));
    parts.push(format!("The jobs of a round:\n{}", bare(JOB_HEADER, jobs, width)));
    parts.extend(plan.servers.as_ref().map(|budget| wrap(&servers(budget), width, "")));
    parts.extend(plan.every_block.as_ref().map(|block| wrap(&every_block(block), width, "")));
    if !plan.what_ifs.is_empty() {
        let rows = plan.what_ifs.iter().map(what_if_row);
        let intro = "WHAT IF, and no plan: nobody has measured such cores. The same rollups and limits:";
        parts.push(format!("{}\n{}", wrap(intro, width, ""), bare(WHAT_IF_HEADER, rows, width)));
    }
    let notes = plan.notes.iter().map(|note| wrap(&format!("- {note}"), width, "  "));
    parts.push(format!("Notes:\n{}", notes.collect::<Vec<_>>().join("\n")));
    trimmed(&parts.join("\n\n"))
}

#[cfg(test)]
mod tests {
    use super::render;
    use fixtures::fractal_plan::fractal_plan;

    #[test]
    fn everything_that_was_asked() {
        let page = render(&fractal_plan(), 1_000);
        for wanted in [
            "Run 5 provers and 1 spare, 6 aggregators, for 8 rollups on layers 2 to 3: 25.6 transactions/s, settled by one",
            "throughput by aggregators (28 % of the provers' time in use, 43.2 % of the aggregators', 4 % of L1's blocks); the delay by the L1",
            "12 fleets simulated, none cheaper meets the limit.",
            "of layer 3 not priced",
            "21 servers carry 8 rollups: 8 servers that execute, 6 provers and 6 aggregators, spares among them; 1 left",
            "A proof every block: NOT with these machines.",
            "machines of 5 cores instead of 2 do it, EXTRAPOLATED",
            "WHAT IF, and no plan",
            "validium: 2",
            "A proof every 10 s is the choice at which a transaction costs least within the limit",
            "- Batches are taken to be full.",
        ] {
            assert!(page.contains(wanted), "{wanted}: {page}");
        }
    }

    #[test]
    fn a_block_that_is_met_and_one_that_no_cores_reach() {
        let mut plan = fractal_plan();
        let block = plan.every_block.as_mut().expect("asked");
        block.over_cores.as_mut().expect("a law").cores = None;
        assert!(render(&plan, 1_000).contains("no number of cores does it"));
        plan.every_block.as_mut().expect("asked").is_met = true;
        assert!(render(&plan, 1_000).contains("A proof every block: YES"));
    }

    #[test]
    fn what_was_not_asked_is_not_there() {
        let plan = fractal_plan();
        let bare = records::plan::FractalPlanRecord {
            cost: None,
            every_block: None,
            servers: None,
            what_ifs: vec![],
            rounds: records::plan::FractalRoundsRecord { searched: vec![], is_complete: true },
            ..plan
        };
        let page = render(&bare, 100);
        for word in ["WHAT IF", "$", "A proof every", "servers"] {
            assert!(!page.contains(word), "{word}: {page}");
        }
    }
}
