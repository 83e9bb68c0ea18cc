//! What terminal and Markdown both show of a plan, as rows of tables.

use crate::answer;
use crate::words::{percent, seconds, with_half_width};
use records::number::significant;
use records::plan::{
    AlternativeRecord, DelayRecord, DesignRecord, FleetEstimateRecord, LimitVerdict, ParetoRecord,
    PlanRecord, SequencingRecord, StressRecord,
};

/// The header of the table of three figures.
pub(crate) const OUTLOOK_HEADER: [&str; 8] =
    ["P", "N", "A", "use", "formula as published", "corrected form", "simulated mean", "simulated p99"];

/// One row of it: delay to consolidated of a group's oldest transaction.
pub(crate) fn outlook_row(fleet_estimate: &FleetEstimateRecord) -> [String; 8] {
    let (mean, p99) = match (&fleet_estimate.simulated, &fleet_estimate.unstable) {
        (Some(simulated), _) => {
            let delay = &simulated.consolidated;
            (
                with_half_width(delay.mean_s, delay.mean_half_width_s),
                with_half_width(delay.p99_s, delay.p99_half_width_s),
            )
        }
        (None, Some(unstable)) => (
            "unstable".to_owned(),
            format!(
                "{} after a day, {} after a week",
                seconds(unstable.p99_after_a_day_s),
                seconds(unstable.p99_after_a_week_s)
            ),
        ),
        (None, None) => ("-".to_owned(), "-".to_owned()),
    };
    [
        fleet_estimate.provers.to_string(),
        fleet_estimate.batches_per_aggregation.to_string(),
        fleet_estimate.aggregators.to_string(),
        percent(fleet_estimate.utilization, 3),
        seconds(fleet_estimate.published_delay_s),
        seconds(fleet_estimate.corrected_delay_s),
        mean,
        p99,
    ]
}

/// The recommended fleet as facts, each a name and what it is: what limits it, its use, its delay four ways.
pub fn facts(plan: &PlanRecord) -> Vec<(&'static str, String)> {
    let mut facts = vec![("limited by", plan.recommendation.bottleneck.words().to_owned())];
    if let Some(fleet_estimate) = answer::recommended(plan) {
        let [_, _, _, used, published, corrected, mean, p99] = outlook_row(fleet_estimate);
        facts.extend([
            ("use", used),
            ("to consolidated, formula as published", published),
            ("to consolidated, corrected form", corrected),
            ("to consolidated, simulated mean", mean),
            ("to consolidated, simulated p99", p99),
        ]);
    }
    facts
}

/// The header of the table of the recommended fleet's delays.
pub(crate) const DELAY_HEADER: [&str; 5] = ["transaction", "until", "mean", "median", "p99"];

/// Its rows, where the fleet was simulated and settles: the oldest transaction and a random one, to both states, and to
/// virtual by the formulas as well. A random transaction is one of a random batch: all full batches weigh the same.
pub(crate) fn delay_rows(plan: &PlanRecord) -> Vec<[String; 5]> {
    let Some(simulated) = answer::simulated(plan) else { return Vec::new() };
    let row = |whose: &str, until: &str, delay: &DelayRecord| {
        [
            whose.to_owned(),
            until.to_owned(),
            with_half_width(delay.mean_s, delay.mean_half_width_s),
            with_half_width(delay.p50_s, delay.p50_half_width_s),
            with_half_width(delay.p99_s, delay.p99_half_width_s),
        ]
    };
    let batches = plan.sequencing.map_or(1, |sequencing| sequencing.batches_per_sequence);
    let oldest = match batches {
        1 => "oldest of a batch".to_owned(),
        batches => format!("oldest of {batches} batches"),
    };
    let formula = plan.sequencing.map(|sequencing| {
        let SequencingRecord { published_oldest_s, corrected_oldest_s, corrected_random_s, .. } = sequencing;
        let by = |whose: &str, how: &str, s: f64| {
            [whose.to_owned(), format!("virtual, {how}"), seconds(s), "-".to_owned(), "-".to_owned()]
        };
        [
            by(&oldest, "formula as published", published_oldest_s),
            by(&oldest, "corrected form", corrected_oldest_s),
            by("random", "corrected form", corrected_random_s),
        ]
    });
    let simulated = [
        row(&oldest, "virtual (sequenced on L1)", &simulated.virtual_oldest),
        row("random", "virtual", &simulated.virtual_random),
        row("oldest of a group", "consolidated (proven on L1)", &simulated.consolidated),
        row("random", "consolidated", &simulated.consolidated_random),
    ];
    formula.into_iter().flatten().chain(simulated).collect()
}

/// The header of the table of cost against delay.
pub(crate) const PARETO_HEADER: [&str; 5] =
    ["provers", "N", "machines", "cost a batch", "p99 to consolidated"];

/// One row of it.
pub(crate) fn pareto_row(point: &ParetoRecord) -> [String; 5] {
    [
        point.provers.to_string(),
        point.batches_per_aggregation.to_string(),
        point.machines.to_string(),
        point.usd_per_batch.map_or_else(|| "-".to_owned(), |usd| format!("${}", significant(usd, 3))),
        seconds(point.p99_s),
    ]
}

/// The header of the table of what the fleet withstands.
pub(crate) const STRESS_HEADER: [&str; 3] = ["if", "use", "then, spares at work"];

/// One row of it.
pub(crate) fn stress_row(row: &StressRecord) -> [String; 3] {
    let used = format!("{} of {}", percent(row.utilization, 3), row.stage.words());
    [row.event.words().to_owned(), used, answer::after(row)]
}

/// The header of the table of the nearest other designs.
pub(crate) const ALTERNATIVE_HEADER: [&str; 6] = ["P", "N", "A", "cores", "cost", "p99 to consolidated"];

/// One row of it. Dollars are a transaction's, or a batch's where its size is not known.
pub(crate) fn alternative_row(row: &AlternativeRecord) -> [String; 6] {
    let verdict = match row.verdict {
        Some(verdict) if verdict != LimitVerdict::Meets => format!(", {}", verdict.words()),
        _ => String::new(),
    };
    [
        row.provers.to_string(),
        row.batches_per_aggregation.to_string(),
        row.aggregators.to_string(),
        row.cores.to_string(),
        row.usd_per_unit.map_or_else(|| "-".to_owned(), |usd| format!("${}", significant(usd, 3))),
        with_half_width(row.p99_s, row.p99_half_width_s) + &verdict,
    ]
}

/// The header of the designs table.
pub(crate) const DESIGN_HEADER: [&str; 8] =
    ["design", "provers", "N", "A", "batches/s", "to virtual", "to consolidated", "limited by"];

/// One row of the designs table.
pub(crate) fn design_row(design: &DesignRecord) -> [String; 8] {
    let provers = match design.prover_speedup {
        Some(times) => format!("{}, {} x faster", design.provers, significant(times, 3)),
        None => design.provers.to_string(),
    };
    let short = if design.meets_throughput { "" } else { " (too low)" };
    let proofs = match design.verifications_per_group {
        1 => String::new(),
        several => format!(", {several} proofs on L1"),
    };
    [
        design.design.words().to_owned(),
        provers,
        design.batches_per_aggregation.to_string(),
        design.aggregators.to_string(),
        significant(design.throughput_batches_per_s, 3) + short,
        design.delay_virtual_s.map_or_else(|| "-".to_owned(), seconds),
        seconds(design.delay_consolidated_s),
        design.bottleneck.words().to_owned() + &proofs,
    ]
}
