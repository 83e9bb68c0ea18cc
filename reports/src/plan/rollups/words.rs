//! A plan for many rollups in sentences, for a terminal and for Markdown.

use crate::words::{count, percent, seconds, with_half_width};
use records::number::{significant, time};
use records::plan::{
    CoresForBlockRecord, EveryBlockRecord, FractalCostRecord, FractalPlanRecord, FractalRoundsRecord,
    ServerBudgetRecord,
};

/// What to run, and what it gives.
pub(super) fn answer(plan: &FractalPlanRecord) -> String {
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

/// Uses that differ by less than this factor are the same.
const NEARLY: f64 = 0.99;

/// What binds: the busiest pool, the longest part of the delay, and the chain of jobs that no machine more shortens.
pub(super) fn limits(plan: &FractalPlanRecord) -> String {
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
    // Of pools that are filled until L1 is full, L1 is what binds.
    let busy = fleet.prover_use.max(fleet.aggregator_use);
    let is_l1_full = whole.block_use.is_some_and(|part| part >= NEARLY * busy);
    let busiest = if is_l1_full { "what L1 has room for".to_owned() } else { fleet.busiest.to_string() };
    let block =
        whole.block_use.map_or_else(String::new, |part| format!(", {} of L1's blocks", percent(part, 3)));
    format!(
        "What binds: throughput by {} ({} of the provers' time in use, {} of the aggregators'{block}); the delay by {} ({}). However \
         many machines: {} from the last closing to the one proof, of a batch's proof and {} one after the other. The fleet: {searched}.",
        busiest,
        percent(fleet.prover_use, 3),
        percent(fleet.aggregator_use, 3),
        whole.longest_part,
        parts.collect::<Vec<_>>().join(", "),
        seconds(whole.critical_path_s),
        count(whole.critical_merges, "merge"),
    )
}

/// What a transaction costs, with its parts.
pub(super) fn costs(cost: &FractalCostRecord) -> String {
    let usd = |usd: f64| format!("${}", significant(usd, 3));
    let each =
        |what: &str, amount: Option<f64>| format!("{what} {}", amount.map_or("not priced".to_owned(), usd));
    let layers = (2..).zip(&cost.data_usd_per_transaction);
    let data: Vec<_> = layers.map(|(layer, data)| each(&format!("of layer {layer}"), *data)).collect();
    let others = cost.machines_usd_per_transaction + cost.verification_usd_per_transaction.unwrap_or(0.0);
    let mean = cost.has_data.then_some(cost.usd_per_transaction - others);
    format!(
        "A transaction costs {}: machines {}, {}, {} ({}). Machines: {} an hour.",
        usd(cost.usd_per_transaction),
        usd(cost.machines_usd_per_transaction),
        each("verification on L1", cost.verification_usd_per_transaction),
        each("data on L1", mean),
        data.join(", "),
        usd(cost.machines_usd_per_hour),
    )
}

/// What so many servers carry.
pub(super) fn servers(budget: &ServerBudgetRecord) -> String {
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

/// Whether there can be a proof in every block.
pub(super) fn every_block(block: &EveryBlockRecord) -> String {
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

/// How the time between two proofs was chosen; nothing where it was not.
pub(super) fn rounds(plan: &FractalPlanRecord) -> Option<String> {
    let FractalRoundsRecord { searched, is_complete } = &plan.rounds;
    if searched.is_empty() {
        return None;
    }
    let by =
        if plan.cost.is_some() { "at which a transaction costs least" } else { "with the fewest machines" };
    let rest =
        if *is_complete { "no other can be better" } else { "the search was ended: a better one may exist" };
    Some(format!(
        "A proof every {} is the choice {by} within the limit, of the lengths whose fleets were searched ({rest}):",
        seconds(plan.inputs.round_s)
    ))
}
