//! A plan for many rollups settled by one proof, for a person at a terminal.
//!
//! Not here: the plan of one rollup ([`crate::plan::terminal`]).

use crate::text::{bare, trimmed, wrap};
use crate::words::{count, or_dash, percent, seconds, with_half_width};
use records::number::{significant, time};
use records::plan::{
    CoresForBlockRecord, EveryBlockRecord, FractalCostRecord, FractalJobsRecord, FractalLayerRecord,
    FractalPlanRecord, FractalWhatIfRecord, ServerBudgetRecord,
};

/// The plan as text of at most `width` columns, ending in a newline: the answer, what binds, a row a layer, the jobs of a
/// round, what else was asked, and notes.
pub fn render(plan: &FractalPlanRecord, width: u16) -> String {
    let mut parts = vec![wrap(&answer(plan), width, ""), wrap(&limits(plan), width, "")];
    parts.extend(plan.cost.as_ref().map(|cost| wrap(&costs(cost), width, "")));
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

/// What to run, and what it gives.
fn answer(plan: &FractalPlanRecord) -> String {
    let (fleet, whole, inputs) = (&plan.fleet, &plan.whole, &plan.inputs);
    let spares =
        |spares: u32| if spares > 0 { format!(" and {}", count(spares, "spare")) } else { String::new() };
    let delay = &whole.consolidated;
    let layers = match inputs.layers {
        2 => "layer 2".to_owned(),
        last => format!("layers 2 to {last}"),
    };
    format!(
        "Run {}{}, {}{}, for {} on {}: {} transactions/s, settled by one proof every {}. The oldest transaction \
         of a round is consolidated (proven on L1) after {}, p99 {}.",
        count(fleet.provers, "prover"),
        spares(fleet.spares),
        count(fleet.aggregators, "aggregator"),
        spares(fleet.aggregator_spares),
        count(inputs.rollups, "rollup"),
        layers,
        significant(whole.transactions_per_s, 4),
        seconds(inputs.round_s),
        with_half_width(delay.mean_s, delay.mean_half_width_s),
        with_half_width(delay.p99_s, delay.p99_half_width_s),
    )
}

/// What binds: the busiest pool, the longest part of the delay, and the chain of jobs that no machine more shortens.
fn limits(plan: &FractalPlanRecord) -> String {
    let (fleet, whole) = (&plan.fleet, &plan.whole);
    let parts = whole.parts.iter().map(|part| format!("{} {}", part.part, seconds(part.mean_s)));
    let searched = match (fleet.fleets_simulated, fleet.is_complete) {
        (0, _) => "chosen by capacity alone".to_owned(),
        (fleets, true) => format!("{} simulated, none cheaper meets the limit", count(fleets, "fleet")),
        (fleets, false) => format!(
            "{} simulated, and then the search was ended: a cheaper one may exist",
            count(fleets, "fleet")
        ),
    };
    format!(
        "What binds: throughput by {} ({} of the provers' time in use, {} of the aggregators'); the delay by {} ({}). However \
         many machines: {} from the last closing to the one proof, of a batch's proof and {} one after the other. The fleet: {searched}.",
        fleet.busiest,
        percent(fleet.prover_use, 3),
        percent(fleet.aggregator_use, 3),
        whole.longest_part,
        parts.collect::<Vec<_>>().join(", "),
        seconds(whole.critical_path_s),
        count(whole.critical_merges, "merge"),
    )
}

fn costs(cost: &FractalCostRecord) -> String {
    let usd = |usd: f64| format!("${}", significant(usd, 3));
    let each =
        |what: &str, amount: Option<f64>| format!("{what} {}", amount.map_or("not priced".to_owned(), usd));
    let layers = (2..).zip(&cost.data_usd_per_transaction);
    let data: Vec<_> = layers.map(|(layer, data)| each(&format!("data of layer {layer}"), *data)).collect();
    format!(
        "A transaction costs {}: machines {}, {}, {}. Machines: {} an hour.",
        usd(cost.usd_per_transaction),
        usd(cost.machines_usd_per_transaction),
        each("verification on L1", cost.verification_usd_per_transaction),
        data.join(", "),
        usd(cost.machines_usd_per_hour),
    )
}

/// The header of the table of layers.
const LAYER_HEADER: [&str; 9] = [
    "layer",
    "rollups",
    "provers",
    "aggregators",
    "transactions/s",
    "to its\nhost",
    "to virtual\n(on L1)",
    "to consolidated\nmean (p99)",
    "data on L1\nbytes/tx",
];

fn layer_row(layer: &FractalLayerRecord) -> [String; 9] {
    let is_of_rollups = layer.layer > 1;
    let of_rollups = |text: String| or_dash(is_of_rollups.then_some(text));
    let consolidated =
        layer.consolidated.map(|delay| format!("{} ({})", seconds(delay.mean_s), seconds(delay.p99_s)));
    let data = layer.data.map(|mode| match layer.data_bytes_per_transaction {
        Some(bytes) => format!("{mode}: {}", significant(bytes, 3)),
        None => mode.to_string(),
    });
    [
        layer.layer.to_string(),
        of_rollups(layer.rollups.to_string()),
        of_rollups(layer.provers.to_string()),
        layer.aggregators.to_string(),
        of_rollups(significant(layer.transactions_per_s, 4)),
        or_dash(layer.delay_host_s.map(seconds)),
        or_dash(layer.delay_virtual_s.map(seconds)),
        or_dash(consolidated),
        or_dash(data),
    ]
}

/// The header of the table of jobs.
const JOB_HEADER: [&str; 5] = ["layer", "stage", "jobs", "time of one machine", "CPU time"];

fn job_row(layer: u32, jobs: &FractalJobsRecord) -> [String; 5] {
    [
        layer.to_string(),
        jobs.stage.words().to_owned(),
        jobs.jobs.to_string(),
        seconds(jobs.machine_s),
        or_dash(jobs.cpu_s.map(seconds)),
    ]
}

fn servers(budget: &ServerBudgetRecord) -> String {
    let ServerBudgetRecord { servers, rollups, executors, provers, aggregators, unused } = budget;
    format!(
        "{} carry {}: {} that execute, {} and {}, spares among them; {unused} left over.",
        count(*servers, "server"),
        count(*rollups, "rollup"),
        count(*executors, "server"),
        count(*provers, "prover"),
        count(*aggregators, "aggregator"),
    )
}

fn every_block(block: &EveryBlockRecord) -> String {
    let keep_up = format!(
        "{} and {} keep up with a proof in every block of {}",
        count(block.provers, "prover"),
        count(block.aggregators, "aggregator"),
        seconds(block.block_s)
    );
    if block.is_met {
        return format!(
            "A proof every block: YES. {keep_up}, and with machines enough it is there {} after the closing, before the next.",
            time(block.floor_s)
        );
    }
    let cores = block.over_cores.as_ref().map_or_else(
        || {
            "Whether more cores a machine do it is not known: give a --profile over several core counts."
                .to_owned()
        },
        cores,
    );
    format!(
        "A proof every block: NOT with these machines. {keep_up}, each {} late: from closing to proof at least {} pass, \
         however many machines, since the jobs wait for each other. Each job must be {} times as fast. {cores}",
        count(block.blocks_behind, "block"),
        seconds(block.floor_s),
        significant(block.speed_up, 3),
    )
}

fn cores(law: &CoresForBlockRecord) -> String {
    let by = format!(
        "By Amdahl's law over the profile (serial fraction {}, measured to {})",
        significant(law.serial_fraction, 3),
        count(law.cores_max_measured, "core")
    );
    match (law.cores, law.speed_up_limit) {
        (Some(cores), _) => {
            let far = if law.is_extrapolated {
                ", EXTRAPOLATED more than twice beyond what was measured"
            } else {
                ""
            };
            format!(
                "{by}, machines of {} instead of {} do it{far}, if merges gain what proofs do.",
                count(cores, "core"),
                law.measured_cores
            )
        }
        (None, Some(limit)) => format!(
            "{by}, no number of cores does it: the most that cores give is {} times.",
            significant(limit, 3)
        ),
        (None, None) => format!("{by}, no machine of 65536 cores does it."),
    }
}

/// The header of the table of what-ifs.
const WHAT_IF_HEADER: [&str; 8] = [
    "a core",
    "a job",
    "years, at a doubling\nevery 4 to 5",
    "provers",
    "aggregators",
    "longest chain\nof jobs",
    "to consolidated\nmean",
    "$/tx",
];

fn what_if_row(row: &FractalWhatIfRecord) -> [String; 8] {
    let by = if row.is_by_law { " (law over the clock)" } else { "" };
    [
        format!("{} x", significant(row.core_speed_up, 4)),
        format!("{} x{by}", significant(row.job_speed_up, 3)),
        or_dash(row.years.map(|(from, to)| format!("{} to {}", significant(from, 3), significant(to, 3)))),
        row.provers.to_string(),
        row.aggregators.to_string(),
        seconds(row.critical_path_s),
        seconds(row.consolidated_mean_s),
        or_dash(row.usd_per_transaction.map(|usd| significant(usd, 3))),
    ]
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
            "throughput by aggregators (28 % of the provers' time in use, 43.2 % of the aggregators'); the delay by proving",
            "12 fleets simulated, none cheaper meets the limit.",
            "data of layer 3 not priced",
            "21 servers carry 8 rollups: 8 servers that execute, 6 provers and 6 aggregators, spares among them; 1 left",
            "A proof every block: NOT with these machines.",
            "machines of 5 cores instead of 2 do it, EXTRAPOLATED",
            "WHAT IF, and no plan",
            "validium: 2",
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
            ..plan
        };
        let page = render(&bare, 100);
        for word in ["WHAT IF", "$", "A proof every block", "servers"] {
            assert!(!page.contains(word), "{word}: {page}");
        }
    }
}
