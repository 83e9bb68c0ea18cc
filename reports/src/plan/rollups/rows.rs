//! The tables of a plan for many rollups, for a terminal and for Markdown.

use crate::words::{or_dash, seconds};
use records::number::significant;
use records::plan::{FractalJobsRecord, FractalLayerRecord, FractalRoundRecord, FractalWhatIfRecord};

/// The header of the table of layers.
pub(super) const LAYER_HEADER: [&str; 9] = [
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

/// One layer.
pub(super) fn layer_row(layer: &FractalLayerRecord) -> [String; 9] {
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
        of_rollups(significant(layer.provers, 3)),
        significant(layer.aggregators, 3),
        of_rollups(significant(layer.transactions_per_s, 4)),
        or_dash(layer.delay_host_s.map(seconds)),
        or_dash(layer.delay_virtual_s.map(seconds)),
        or_dash(consolidated),
        or_dash(data),
    ]
}

/// The header of the table of jobs.
pub(super) const JOB_HEADER: [&str; 5] = ["layer", "stage", "jobs", "time of one machine", "CPU time"];

/// One stage of one layer.
pub(super) fn job_row(layer: u32, jobs: &FractalJobsRecord) -> [String; 5] {
    [
        layer.to_string(),
        jobs.stage.words().to_owned(),
        jobs.jobs.to_string(),
        seconds(jobs.machine_s),
        or_dash(jobs.cpu_s.map(seconds)),
    ]
}

/// The header of the table of what-ifs.
pub(super) const WHAT_IF_HEADER: [&str; 8] = [
    "a core",
    "a job",
    "years, at a doubling\nevery 4 to 5",
    "provers",
    "aggregators",
    "longest chain\nof jobs",
    "to consolidated\nmean",
    "$/tx",
];

/// One what-if.
pub(super) fn what_if_row(row: &FractalWhatIfRecord) -> [String; 8] {
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

/// The header of the table of lengths of a round.
pub(super) const ROUND_HEADER: [&str; 6] = [
    "a proof every",
    "batches of\na rollup",
    "provers",
    "aggregators",
    "to consolidated\nmean (p99)",
    "$/tx",
];

/// One length of a round with its cheapest fleet.
pub(super) fn round_row(round: &FractalRoundRecord) -> [String; 6] {
    [
        seconds(round.round_s),
        round.batches_per_round.to_string(),
        round.provers.to_string(),
        round.aggregators.to_string(),
        format!("{} ({})", seconds(round.consolidated_mean_s), seconds(round.consolidated_p99_s)),
        or_dash(round.usd_per_transaction.map(|usd| significant(usd, 3))),
    ]
}
