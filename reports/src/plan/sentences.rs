//! The sentences that both the terminal and the Markdown rendering open with.

use records::number::significant;
use records::plan::{
    DelayLimitRecord, DelayRecord, DesignRecord, FleetEstimateRecord, ParetoRecord, PlanRecord,
    RecommendationRecord, Term,
};

/// The recommendation as a sentence: the first that `plan` prints.
pub fn recommendation(plan: &PlanRecord) -> String {
    let RecommendationRecord { provers, spares, batches_per_aggregation: n, aggregators, .. } =
        plan.recommendation;
    let rate =
        rate(plan.recommendation.throughput_batches_per_s, plan.recommendation.throughput_transactions_per_s);
    let spares = if spares > 0 { format!(" and {}", count(spares, "spare")) } else { String::new() };
    let range = match (plan.sensitivity.provers_low, plan.sensitivity.provers_high) {
        (Some(low), Some(high)) if low != high => {
            format!(" ({low} to {high} by what was measured)")
        }
        _ => String::new(),
    };
    let cost = match (plan.recommendation.usd_per_hour, plan.recommendation.usd_per_batch) {
        (Some(hour), Some(batch)) => {
            format!(", ${} an hour, ${} a batch", significant(hour, 4), significant(batch, 3))
        }
        _ => String::new(),
    };
    let simulated = plan.fleet_estimates.first().and_then(|fleet_estimate| fleet_estimate.simulated.as_ref());
    let unstable = plan.fleet_estimates.first().and_then(|fleet_estimate| fleet_estimate.unstable);
    let delays = match simulated {
        None if unstable.is_some() => format!(
            "{} to virtual; IT DOES NOT KEEP UP, and the delay to consolidated grows for as long as the load lasts",
            seconds(plan.recommendation.delay_virtual_s),
        ),
        Some(simulated) => format!(
            "{} to virtual, {} to consolidated (p99 {})",
            seconds(simulated.virtual_oldest.mean_s),
            seconds(simulated.consolidated.mean_s),
            seconds(simulated.consolidated.p99_s),
        ),
        None => format!(
            "{} to virtual, {} to consolidated",
            seconds(plan.recommendation.delay_virtual_s),
            seconds(plan.recommendation.delay_consolidated_s),
        ),
    };
    format!(
        "Run {}{range}{spares}, aggregate {} at a time on {}: {rate}, {delays}{cost}.",
        count(provers, "prover"),
        count_of(n, "batch", "batches"),
        count(aggregators, "aggregator"),
    )
}

/// What a term is called by somebody who has not read the formulas.
pub(crate) fn limit_words(term: Term) -> &'static str {
    match term {
        Term::Prove => "Proving",
        Term::Close => "Closing batches",
        Term::Aggregate => "Aggregating proofs",
        Term::Block => "The L1 block time",
    }
}

/// What limits the fleet, as a sentence with its figures.
pub(crate) fn because(plan: &PlanRecord) -> String {
    let RecommendationRecord {
        provers,
        aggregators,
        batches_per_aggregation: n,
        bottleneck,
        capacity_batches_per_s,
        ..
    } = plan.recommendation;
    let inputs = &plan.inputs;
    let capacity = format!("{} batches/s", significant(capacity_batches_per_s, 3));
    match bottleneck {
        Term::Prove => format!(
            "A proof takes {} on average: {} carry {capacity}.",
            seconds(inputs.prove.mean_s),
            count(provers, "prover")
        ),
        Term::Close => {
            format!("Batches close no faster than {capacity}, however many provers there are.")
        }
        Term::Aggregate => {
            format!("{} carry {capacity} at {n} batches a group.", capital(&count(aggregators, "aggregator")))
        }
        Term::Block => format!(
            "L1 takes one proof every {}: with {} in each it carries {capacity}.",
            seconds(inputs.block_s),
            count_of(n, "batch", "batches")
        ),
    }
}

pub(crate) fn capital(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

/// The header of the table of three figures.
pub(crate) const OUTLOOK_HEADER: [&str; 8] =
    ["P", "N", "A", "use", "seed's formula", "corrected form", "simulated mean", "simulated p99"];

/// One row of it: delay to consolidated of a group's oldest transaction.
pub(crate) fn outlook_row(fleet_estimate: &FleetEstimateRecord) -> [String; 8] {
    let (mean, p99) = match (&fleet_estimate.simulated, &fleet_estimate.unstable) {
        (Some(simulated), _) => {
            let delay = &simulated.consolidated;
            (
                with_interval(delay.mean_s, delay.mean_half_width_s),
                with_interval(delay.p99_s, delay.p99_half_width_s),
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
        format!("{} %", significant(100.0 * fleet_estimate.utilization, 3)),
        seconds(fleet_estimate.published_delay_s),
        seconds(fleet_estimate.corrected_delay_s),
        mean,
        p99,
    ]
}

/// The first outlook as facts, each a name and what it is: the fleet recommended, four ways.
pub fn facts(plan: &PlanRecord) -> Vec<(&'static str, String)> {
    let mut facts = vec![("limited by", plan.recommendation.bottleneck.words().to_owned())];
    if let Some(fleet_estimate) = plan.fleet_estimates.first() {
        let [_, _, _, used, seed, corrected, mean, p99] = outlook_row(fleet_estimate);
        facts.extend([
            ("use", used),
            ("to consolidated, seed’s formula", seed),
            ("to consolidated, corrected form", corrected),
            ("to consolidated, simulated mean", mean),
            ("to consolidated, simulated p99", p99),
        ]);
    }
    facts
}

/// The header of the table of the recommended fleet's delays.
pub(crate) const DELAY_HEADER: [&str; 5] = ["transaction", "until", "mean", "median", "p99"];

/// Its rows, where the fleet was simulated and settles: the oldest transaction and a random one, to both states.
pub(crate) fn delay_rows(plan: &PlanRecord) -> Vec<[String; 5]> {
    let Some(simulated) =
        plan.fleet_estimates.first().and_then(|fleet_estimate| fleet_estimate.simulated.as_ref())
    else {
        return Vec::new();
    };
    let row = |whose: &str, until: &str, delay: &DelayRecord| {
        [
            whose.to_owned(),
            until.to_owned(),
            with_interval(delay.mean_s, delay.mean_half_width_s),
            with_interval(delay.p50_s, delay.p50_half_width_s),
            with_interval(delay.p99_s, delay.p99_half_width_s),
        ]
    };
    vec![
        row("oldest of a batch", "virtual", &simulated.virtual_oldest),
        row("random", "virtual", &simulated.virtual_random),
        row("oldest of a group", "consolidated", &simulated.consolidated),
        row("random", "consolidated", &simulated.consolidated_random),
    ]
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

fn with_interval(value_s: f64, half_width_s: Option<f64>) -> String {
    match half_width_s {
        Some(half) if half > 1e-9 * value_s.abs() => {
            format!("{} ± {}", seconds(value_s), significant(half, 2))
        }
        _ => seconds(value_s),
    }
}

/// What was asked, as a sentence.
pub(crate) fn asked(plan: &PlanRecord) -> String {
    let inputs = &plan.inputs;
    let limit = match inputs.delay_limit {
        None => "no limit on delay".to_owned(),
        Some(DelayLimitRecord { state, statistic, limit_s }) => {
            format!("{} delay to {} within {}", statistic.words(), state.words(), seconds(limit_s))
        }
    };
    format!(
        "Asked: {}, {limit}. Close {}, prove {}, aggregate {}{}, block {}.",
        rate(inputs.target_batches_per_s, inputs.target_transactions_per_s),
        seconds(inputs.close_s),
        time(&inputs.prove),
        time(&inputs.aggregation.step),
        if inputs.aggregation.arity.is_some() { " a merge" } else { "" },
        seconds(inputs.block_s),
    )
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

/// `x` seconds, in seconds up to ten minutes and with minutes, hours or days beside them beyond.
pub(crate) fn seconds(x: f64) -> String {
    let plain = format!("{} s", significant(x, 4));
    match x {
        _ if !x.is_finite() => significant(x, 4),
        600.0..7_200.0 => format!("{plain} ({} min)", significant(x / 60.0, 3)),
        7_200.0..172_800.0 => format!("{plain} ({} h)", significant(x / 3_600.0, 3)),
        172_800.0.. => format!("{plain} ({} days)", significant(x / 86_400.0, 3)),
        _ => plain,
    }
}

fn time(time: &records::plan::TimeRecord) -> String {
    let spread = if time.cv > 0.0 { format!(" (CV {})", significant(time.cv, 2)) } else { String::new() };
    seconds(time.mean_s) + &spread
}

pub(crate) fn rate(batches_per_s: f64, transactions_per_s: Option<f64>) -> String {
    let batches = format!("{} batches/s", significant(batches_per_s, 4));
    match transactions_per_s {
        Some(transactions) => format!("{} transactions/s ({batches})", significant(transactions, 4)),
        None => batches,
    }
}

pub(crate) fn count(n: u32, noun: &str) -> String {
    count_of(n, noun, &format!("{noun}s"))
}

pub(crate) fn count_of(n: u32, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}
