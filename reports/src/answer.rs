//! The answer of a plan in sentences: what to run, what users get for it, why, and how sure that is.
//!
//! Every rendering (terminal, Markdown, page, server) sets these and words none of its own; the script of the page
//! writes the headline a second time, since it has no plan to hand over, and a test in a browser compares the two.

use crate::plan::shopping::sentences;
use crate::words::{capital, count, count_of, duration, percent, rate, seconds, with_half_width};
use records::number::significant;
use records::plan::{
    DelayRecord, FleetEstimateRecord, LimitVerdict, PlanRecord, RecommendationRecord, RunAheadRecord,
    SensitivityRecord, SimulatedRecord, StressRecord, Term, TimeRecord,
};
use records::profile::ProfileRecord;

/// What to run: `Run 12 provers and 1 spare, aggregate 39 batches at a time on 12 aggregators`, without an end mark.
pub fn headline(plan: &PlanRecord) -> String {
    run(plan, "")
}

/// The headline with `beside` behind the number of provers.
fn run(plan: &PlanRecord, beside: &str) -> String {
    let RecommendationRecord {
        provers, spares, batches_per_aggregation, aggregators, aggregator_spares, ..
    } = plan.recommendation;
    let and_spare = match aggregator_spares {
        0 => String::new(),
        some => format!(" and {}", count(some, "spare")),
    };
    let spares = if spares > 0 { format!(" and {}", count(spares, "spare")) } else { String::new() };
    let proofs = match aggregators {
        0 => "verify the proof of each batch on L1".to_owned(),
        _ => format!(
            "aggregate {} at a time on {}{and_spare}",
            count_of(batches_per_aggregation, "batch", "batches"),
            count(aggregators, "aggregator")
        ),
    };
    format!("Run {}{beside}{spares}, {proofs}", count(provers, "prover"))
}

/// The whole recommendation as one sentence: the headline with its range, the rate, the delays and the cost. The
/// first that `plan` prints, and what the server answers.
pub fn sentence(plan: &PlanRecord) -> String {
    let chosen = &plan.recommendation;
    let range = match (plan.sensitivity.provers_low, plan.sensitivity.provers_high) {
        (Some(low), Some(high)) if low != high => format!(" ({low} to {high} by what was measured)"),
        _ => String::new(),
    };
    let rate = rate(chosen.throughput_batches_per_s, chosen.throughput_transactions_per_s);
    let cost = fleet_cost(plan).map_or_else(String::new, |cost| format!(", {cost}"));
    let verdict = verdict(plan).map_or_else(String::new, |verdict| format!(" {verdict}."));
    format!("{}: {rate}, {}{cost}.{verdict}", run(plan, &range), users_wait(plan))
}

/// Where the simulated delay does not lie within the limit for certain: how it stands to it.
fn verdict(plan: &PlanRecord) -> Option<String> {
    let verdict = plan.recommendation.verdict.filter(|verdict| *verdict != LimitVerdict::Meets)?;
    let limit = plan.inputs.delay_limit?;
    Some(format!("{} of {} ({})", capital(verdict.words()), seconds(limit.limit_s), limit.statistic.words()))
}

/// What more load, or a machine or block less, does to the fleet: `+10 % load: p99 431 s; +20 % load: BREAKS: +12.5
/// batches/h, an hour's queue drains in 12.5 min`.
pub(crate) fn withstands(plan: &PlanRecord) -> String {
    let event = |row: &StressRecord| format!("{}: {}", row.event.words(), after(row));
    plan.stress.iter().map(event).collect::<Vec<_>>().join("; ")
}

/// Batches an hour below which a queue that grows is rounding.
const GROWS_PER_HOUR: f64 = 1e-3;

/// What one change does, in words.
pub(crate) fn after(row: &StressRecord) -> String {
    let StressRecord { p99_s, p99_half_width_s, growth_batches_per_hour, drain_s, .. } = row;
    match (p99_s, growth_batches_per_hour) {
        (Some(p99_s), _) => format!("p99 {}", with_half_width(*p99_s, *p99_half_width_s)),
        (None, None) => "stable".to_owned(),
        (None, Some(growth)) if *growth < GROWS_PER_HOUR => "full: any more BREAKS it".to_owned(),
        (None, Some(growth)) => {
            let drains = drain_s.map_or_else(
                || "never drains".to_owned(),
                |drain_s| format!("an hour's queue drains in {}", duration(drain_s)),
            );
            format!("BREAKS: +{} batches/h, {drains}", significant(*growth, 3))
        }
    }
}

/// The estimates of the recommended fleet.
pub(crate) fn recommended(plan: &PlanRecord) -> Option<&FleetEstimateRecord> {
    plan.fleet_estimates.first()
}

/// The simulation of the recommended fleet; none where it is unstable.
pub(crate) fn simulated(plan: &PlanRecord) -> Option<&SimulatedRecord> {
    recommended(plan)?.simulated.as_ref()
}

/// The fleet's cost, where prices were given: of the machines to order, where there is an order.
pub(crate) fn fleet_cost(plan: &PlanRecord) -> Option<String> {
    let chosen = &plan.recommendation;
    let batch = chosen.usd_per_batch?;
    let bill = |machines: Option<f64>, month: Option<f64>, transaction: Option<f64>| {
        Some((machines?, month?, transaction))
    };
    let ordered = plan
        .order
        .as_ref()
        .and_then(|order| bill(order.machines_usd_per_hour, order.usd_per_month, order.usd_per_transaction));
    let (machines, month, transaction) = match ordered {
        Some(ordered) => ordered,
        None => bill(chosen.usd_per_hour, chosen.usd_per_month, chosen.usd_per_transaction)?,
    };
    let gas = chosen.gas_usd_per_hour.map_or_else(
        || " without L1 gas".to_owned(),
        |gas| format!(" in machines and ${} in L1 gas", significant(gas, 4)),
    );
    let unit = transaction.map_or_else(
        || format!("${} a batch", significant(batch, 3)),
        |transaction| format!("${} a transaction", significant(transaction, 3)),
    );
    Some(format!("${} an hour{gas}, ${} a month, {unit}", significant(machines, 4), significant(month, 4)))
}

/// What to order, with its bill where that is not the cost that was said before; none where there is nothing to say.
pub(crate) fn order(plan: &PlanRecord) -> Option<String> {
    let mut words = sentences(plan.order.as_ref()?);
    if fleet_cost(plan).is_some() {
        words.pop();
    }
    Some(words.join(" "))
}

/// How far sequencing may run ahead of proving, where the fleet has a limit to keep.
pub(crate) fn run_ahead(plan: &PlanRecord) -> Option<String> {
    let RunAheadRecord {
        wait_max_s,
        confidence,
        unproved_max_batches,
        in_proof_mean_batches,
        burst_max_batches,
        drained_s,
    } = plan.run_ahead?;
    let sure = if plan.inputs.prove.cv > 0.0 {
        format!(" after {} of bursts", percent(confidence, 3))
    } else {
        String::new()
    };
    let drained = match (burst_max_batches, drained_s) {
        (0, _) => String::new(),
        (_, Some(drained_s)) => format!(", and its queue is gone after {}", seconds(drained_s)),
        (_, None) => ", and its queue never goes away at this load".to_owned(),
    };
    Some(format!(
        "Sequencing may run ahead of proving by {} ({} in proof on average): the newest then waits {} at most, \
         which the limit leaves{sure}. That is room for a burst of {burst_max_batches}{drained}",
        count_of(unproved_max_batches, "batch", "batches"),
        significant(in_proof_mean_batches, 3),
        seconds(wait_max_s),
    ))
}

/// What a user waits until a transaction is virtual and until it is consolidated, by the best that is known: the
/// simulation, or the formula.
pub(crate) fn users_wait(plan: &PlanRecord) -> String {
    let chosen = &plan.recommendation;
    match recommended(plan) {
        Some(FleetEstimateRecord { simulated: Some(simulated), .. }) => format!(
            "sequenced on L1 after {}, proven there after {} on average (p99 {})",
            seconds(simulated.virtual_oldest.mean_s),
            mean(&simulated.consolidated),
            p99(&simulated.consolidated)
        ),
        Some(FleetEstimateRecord { unstable: Some(_), .. }) => format!(
            "sequenced on L1 after {}; UNSTABLE: demand exceeds capacity, and the delay until it is proven there \
             grows for as long as the load lasts",
            seconds(chosen.delay_virtual_s)
        ),
        _ => format!(
            "sequenced on L1 after {}, proven there after {} by formula",
            seconds(chosen.delay_virtual_s),
            seconds(chosen.delay_consolidated_s)
        ),
    }
}

/// A half-width below this fraction of its mean is not worth a word.
const KNOWN: f64 = 1e-3;

/// A mean with its interval.
fn mean(delay: &DelayRecord) -> String {
    let half_width_s = delay.mean_half_width_s.filter(|half_s| *half_s > KNOWN * delay.mean_s);
    with_half_width(delay.mean_s, half_width_s)
}

/// Groups of which fewer leave the 99th percentile to the one or two slowest.
const SAMPLES_FOR_P99: u64 = 299;

/// A 99th percentile with its interval, and with the samples where they are too few for one.
fn p99(delay: &DelayRecord) -> String {
    let few = if (2..SAMPLES_FOR_P99).contains(&delay.samples) && delay.p99_half_width_s.is_some() {
        format!(", from {} groups alone", delay.samples)
    } else {
        String::new()
    };
    with_half_width(delay.p99_s, delay.p99_half_width_s) + &few
}

/// The load and the limit on delay that were asked for.
pub(crate) fn target(plan: &PlanRecord) -> String {
    let inputs = &plan.inputs;
    let limit = inputs.delay_limit.map_or_else(
        || "no limit on delay".to_owned(),
        |limit| {
            let (statistic, state) = (limit.statistic.words(), limit.state.words());
            format!("{statistic} delay to {state} within {}", seconds(limit.limit_s))
        },
    );
    format!("{}, {limit}", rate(inputs.target_batches_per_s, inputs.target_transactions_per_s))
}

/// What was asked, with the times that the plan was made with.
pub(crate) fn asked(plan: &PlanRecord) -> String {
    let inputs = &plan.inputs;
    let time = |time: &TimeRecord| {
        let spread = if time.cv > 0.0 { format!(" (CV {})", significant(time.cv, 2)) } else { String::new() };
        seconds(time.mean_s) + &spread
    };
    format!(
        "Asked: {}, {} of each stage unused. A batch closes every {}; prove {}, aggregate {}{}, block {}.",
        target(plan),
        percent(inputs.headroom, 3),
        seconds(inputs.close_s),
        time(&inputs.prove),
        time(&inputs.aggregation.step),
        if inputs.aggregation.arity.is_some() { " a merge" } else { "" },
        seconds(inputs.block_s),
    )
}

/// What limits the fleet, for somebody who has not read the formulas.
pub(crate) fn limit(plan: &PlanRecord) -> &'static str {
    match plan.recommendation.bottleneck {
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
        Term::Block if aggregators == 0 => format!(
            "L1 takes one submission every {}: with the {} in each it carries {capacity}.",
            seconds(inputs.block_s),
            proofs_of(n)
        ),
        Term::Block => format!(
            "L1 takes one proof every {}: with {} in each it carries {capacity}.",
            seconds(inputs.block_s),
            count_of(n, "batch", "batches")
        ),
    }
}

/// How batches reach L1, N at a time: `2 batches make one proof on L1`, or `the proofs of 2 batches go to L1 together,
/// each verified there` where nothing is aggregated.
pub(crate) fn on_l1(plan: &PlanRecord) -> String {
    let RecommendationRecord { aggregators, batches_per_aggregation: n, .. } = plan.recommendation;
    match (aggregators, n) {
        (0, 1) => "the proof of each batch goes to L1 by itself".to_owned(),
        (0, _) => format!("the {} go to L1 together, each verified there", proofs_of(n)),
        (_, 1) => "1 batch makes one proof on L1".to_owned(),
        _ => format!("{} make one proof on L1", count_of(n, "batch", "batches")),
    }
}

/// `proof of 1 batch`, `proofs of 2 batches`.
fn proofs_of(batches: u32) -> String {
    let noun = if batches == 1 { "proof" } else { "proofs" };
    format!("{noun} of {}", count_of(batches, "batch", "batches"))
}

/// How sure the number of provers is.
pub(crate) struct Certainty {
    /// The provers at both ends of the interval of the prove time: `12 to 13 provers`; none where the time was given.
    pub(crate) provers: Option<String>,
    /// What that interval is: `by the 95 % interval of 40 proofs (114.2 s to 126.1 s)`.
    pub(crate) basis: String,
    /// The provers if proofs took another time: `proving 10 % slower: 14, 10 % faster: 11`.
    pub(crate) if_otherwise: String,
}

/// How sure the number of provers is.
pub(crate) fn how_sure(plan: &PlanRecord) -> Certainty {
    let SensitivityRecord {
        provers_if_10_percent_slower: slower,
        provers_if_10_percent_faster: faster,
        prove_mean_low_s,
        prove_mean_high_s,
        provers_low,
        provers_high,
    } = plan.sensitivity;
    let words = |provers: Option<u32>| provers.map_or_else(|| "none is enough".to_owned(), |p| p.to_string());
    let if_otherwise = format!("proving 10 % slower: {}, 10 % faster: {}", words(slower), words(faster));
    let Some((low_s, high_s)) = prove_mean_low_s.zip(prove_mean_high_s) else {
        let basis = match plan.inputs.prove.samples {
            Some(1) => "no interval, since one proof was measured".to_owned(),
            Some(_) | None => "no interval, since the prove time was given".to_owned(),
        };
        return Certainty { provers: None, basis, if_otherwise };
    };
    let provers = match (provers_low, provers_high) {
        (Some(low), Some(high)) if low == high => count(low, "prover"),
        (None, None) => words(None),
        (low, high) => format!("{} to {} provers", words(low), words(high)),
    };
    let proofs = count(plan.inputs.prove.samples.unwrap_or(0), "proof");
    let interval = format!("{} to {}", seconds(low_s), seconds(high_s));
    let basis = format!("by the 95 % interval of {proofs} ({interval})");
    Certainty { provers: Some(provers), basis, if_otherwise }
}

/// Why there is no plan, without what to do about it.
pub fn reason(problem: &str) -> &str {
    let figures = problem.split(';').next().unwrap_or(problem);
    figures.trim_start_matches("no plan meets the target: ")
}

/// One way of knowing the delay of a fleet.
pub(crate) struct Way {
    pub(crate) name: &'static str,
    pub(crate) kind: WayKind,
    /// To consolidated, oldest transaction of a group.
    pub(crate) delay_s: f64,
    /// Of its 95 % interval, where it has one.
    pub(crate) half_width_s: Option<f64>,
    pub(crate) throughput_batches_per_s: Option<f64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WayKind {
    Formula,
    Simulated,
    /// Simulated, and the delay grows for as long as the load lasts.
    Unstable,
}

/// The delay of a fleet by every way of knowing it.
pub(crate) fn ways(fleet: &FleetEstimateRecord) -> Vec<Way> {
    let way = |name, kind, delay_s: f64, half_width_s: Option<f64>, throughput_batches_per_s| {
        // Less is rounding.
        let half_width_s = half_width_s.filter(|half| *half > 1e-9 * delay_s);
        Way { name, kind, delay_s, half_width_s, throughput_batches_per_s }
    };
    let published = Some(fleet.published_throughput_batches_per_s);
    let corrected = Some(fleet.corrected_throughput_batches_per_s);
    let mut ways = vec![
        way("formula as published", WayKind::Formula, fleet.published_delay_s, None, published),
        way("formula, corrected", WayKind::Formula, fleet.corrected_delay_s, None, corrected),
    ];
    if let Some(found) = &fleet.simulated {
        let (delay, throughput) = (&found.consolidated, Some(found.throughput_batches_per_s));
        let kind = WayKind::Simulated;
        ways.push(way("simulated, mean", kind, delay.mean_s, delay.mean_half_width_s, throughput));
        ways.push(way("simulated, p99", kind, delay.p99_s, delay.p99_half_width_s, None));
    }
    if let Some(unstable) = &fleet.unstable {
        ways.push(way("p99 after a day", WayKind::Unstable, unstable.p99_after_a_day_s, None, None));
        ways.push(way("p99 after a week", WayKind::Unstable, unstable.p99_after_a_week_s, None, None));
    }
    ways
}

/// Delays that differ by less, as a fraction, are the same to three digits.
const SAME: f64 = 5e-3;
/// Delays that differ by less, as a fraction, are bars that nobody can tell apart.
const ALIKE: f64 = 2e-2;

/// The delay by each way of knowing it as a sentence, where bars of it would be alike.
pub(crate) fn delay_in_words(ways: &[Way]) -> Option<String> {
    let max_s = ways.iter().map(|way| way.delay_s).filter(|delay| delay.is_finite()).fold(0.0, f64::max);
    let is_within = |fraction: f64| {
        let is_alike =
            |way: &Way| way.kind != WayKind::Unstable && (max_s - way.delay_s).abs() <= fraction * max_s;
        ways.len() > 1 && ways.iter().all(is_alike)
    };
    let delay = "Delay to consolidated, oldest transaction of a group";
    if is_within(SAME) {
        let names: Vec<_> = ways.iter().map(|way| way.name).collect();
        return Some(format!("{delay}: {} s, the same by {}.", significant(max_s, 4), names.join("; ")));
    }
    let of = |way: &Way| format!("{} {}", way.name, with_half_width(way.delay_s, way.half_width_s));
    let all = || ways.iter().map(of).collect::<Vec<_>>().join("; ");
    is_within(ALIKE).then(|| format!("{delay}: {}.", all()))
}

/// Why a profile has no prove time.
pub(crate) fn without_proofs(profile: &ProfileRecord) -> String {
    match profile.cells.iter().flat_map(|cell| cell.discarded_proofs.values()).sum::<u64>() {
        0 => "No batch was proved.".to_owned(),
        discarded => format!(
            "No clean proof: {} timed, and {} discarded.",
            count_of(discarded, "proof was", "proofs were"),
            if discarded == 1 { "it was" } else { "all of them were" }
        ),
    }
}
