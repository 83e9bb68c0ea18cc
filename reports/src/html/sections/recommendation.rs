//! The first screen: how many provers, why, and how sure.

use crate::chart::{Axis, Chart, Marks, Series, Span, Table, Tone};
use crate::html::page::short;
use crate::html::section::{Block, Section};
use crate::plan::sentences::{because, count, count_of, limit_words, rate, seconds};
use maud::{Markup, html};
use records::number::{significant, time};
use records::plan::{DelayLimitRecord, FleetEstimateRecord, PlanRecord, SensitivityRecord};
use records::profile::{ProfileRecord, QuantityName};
use records::report::Records;

pub(crate) const SECTION: Section =
    Section { id: "answer", title: "The answer", needs: "a plan, or a profile", script: None, build };

fn build(records: &Records) -> Option<Vec<Block>> {
    match (&records.plan, &records.profile) {
        (Some(plan), _) => {
            let mut blocks = vec![Block::Markup(answer(plan))];
            blocks.extend(
                plan.fleet_estimates.first().map(|fleet_estimate| Block::chart(four_ways(fleet_estimate))),
            );
            blocks.extend(records.planned_with.as_ref().map(|cell| {
                let cell = short(cell);
                Block::Words(format!(
                    "One prover is: {cell}. Its times were measured; all else follows from them."
                ))
            }));
            Some(blocks)
        }
        (None, Some(profile)) => {
            let why = records
                .no_plan
                .as_ref()
                .map(|why| Block::Caution(format!("There is no plan: {}", short(why))));
            Some([Block::Markup(measured_only(profile))].into_iter().chain(why).collect())
        }
        (None, None) => None,
    }
}

/// The title of the page.
pub(crate) fn heading(records: &Records) -> String {
    match (&records.plan, &records.profile) {
        (Some(plan), _) => format!(
            "{} for {}",
            count(plan.recommendation.provers, "prover"),
            rate(plan.inputs.target_batches_per_s, plan.inputs.target_transactions_per_s)
        ),
        (None, Some(profile)) => format!("Profile {}", short(&profile.run)),
        (None, None) => "Nothing measured, nothing planned".to_owned(),
    }
}

fn answer(plan: &PlanRecord) -> Markup {
    let chosen = &plan.recommendation;
    let spares = match chosen.spares {
        0 => String::new(),
        spares => format!(" and {}", count(spares, "spare")),
    };
    html! {
        p class="eyebrow" { (asked(plan)) }
        h1 id="answer-title" {
            "Run " (count(chosen.provers, "prover")) (spares) ", and aggregate "
            (count_of(chosen.batches_per_aggregation, "batch", "batches")) " at a time on "
            (count(chosen.aggregators, "aggregator")) "."
        }
        p class="lede" { (what_users_get(plan)) }
        ul class="cards" {
            li { h2 { "How many provers" } (how_many(plan)) }
            li { h2 { "Why: what limits it" } (why(plan)) }
            li { h2 { "How sure" } (how_sure(plan)) }
        }
    }
}

fn asked(plan: &PlanRecord) -> String {
    let limit = match plan.inputs.delay_limit {
        None => "with no limit on delay".to_owned(),
        Some(DelayLimitRecord { state, statistic, limit_s }) => {
            format!("with {} delay to {} within {}", statistic.words(), state.words(), seconds(limit_s))
        }
    };
    let inputs = &plan.inputs;
    format!("To carry {} {limit}:", rate(inputs.target_batches_per_s, inputs.target_transactions_per_s))
}

fn what_users_get(plan: &PlanRecord) -> String {
    let simulated = plan.fleet_estimates.first().and_then(|fleet_estimate| fleet_estimate.simulated.as_ref());
    let cost = match (plan.recommendation.usd_per_hour, plan.recommendation.usd_per_batch) {
        (Some(hour), Some(batch)) => {
            format!(" It costs ${} an hour, ${} a batch.", significant(hour, 4), significant(batch, 3))
        }
        _ => String::new(),
    };
    let Some(simulated) = simulated else {
        let chosen = &plan.recommendation;
        return format!(
            "A transaction is ordered on L1 after {} and proved there after {}, by formula.{cost}",
            seconds(chosen.delay_virtual_s),
            seconds(chosen.delay_consolidated_s)
        );
    };
    format!(
        "A transaction is ordered on L1 after {} and proved there after {} on average, 99 in 100 within {}.{cost}",
        seconds(simulated.virtual_oldest.mean_s),
        seconds(simulated.consolidated.mean_s),
        seconds(simulated.consolidated.p99_s)
    )
}

fn how_many(plan: &PlanRecord) -> Markup {
    let chosen = &plan.recommendation;
    let carried = plan.inputs.target_batches_per_s / chosen.capacity_batches_per_s;
    let simulated = plan.fleet_estimates.first().and_then(|fleet_estimate| fleet_estimate.simulated.as_ref());
    html! {
        p class="big" { (count(chosen.provers, "prover")) }
        p { "Besides, " @if chosen.spares > 0 { (count(chosen.spares, "spare")) " and " } (count(chosen.aggregators, "aggregator")) "; " (count_of(chosen.batches_per_aggregation, "batch", "batches")) " make one proof on L1." }
        @if carried.is_finite() && carried > 0.0 {
            p {
                "The load is " (significant(carried * 100.0, 3)) "\u{a0}% of what they can carry"
                @if let Some(simulated) = simulated { "; a prover is at work " (significant(simulated.prover_use * 100.0, 3)) "\u{a0}% of the time" }
                "."
            }
        }
    }
}

fn why(plan: &PlanRecord) -> Markup {
    html! {
        p class="big" { (limit_words(plan.recommendation.bottleneck)) }
        p { (because(plan)) }
        p { "Asked for: " (significant(plan.inputs.target_batches_per_s, 3)) " batches/s." }
    }
}

fn how_sure(plan: &PlanRecord) -> Markup {
    let SensitivityRecord {
        provers_if_10_percent_slower: slower,
        provers_if_10_percent_faster: faster,
        prove_mean_low_s,
        prove_mean_high_s,
        provers_low,
        provers_high,
    } = plan.sensitivity;
    let or_none = |provers: Option<u32>| provers.map_or_else(|| "none".to_owned(), |p| p.to_string());
    let measured = prove_mean_low_s.zip(prove_mean_high_s).zip(plan.inputs.prove.samples);
    html! {
        @match measured {
            Some(((low_s, high_s), samples)) => {
                p class="big" {
                    @match (provers_low, provers_high) {
                        (Some(low), Some(high)) if low == high => { (low) " either way" },
                        (low, high) => { (or_none(low)) " to " (or_none(high)) " provers" },
                    }
                }
                p {
                    "by the 95\u{a0}% interval of the prove time: " (seconds(low_s)) " to " (seconds(high_s)) ", from "
                    (samples) (if samples == 1 { " proof" } else { " proofs" }) "."
                }
            }
            None => {
                p class="big" { "No interval" }
                p { "The times were given, not measured." }
            }
        }
        p { "If proving were 10\u{a0}% slower: " (or_none(slower)) "; 10\u{a0}% faster: " (or_none(faster)) "." }
        @if let Some(spread) = spread(plan) { p { (spread) } }
    }
}

/// How far formula and simulation are apart.
fn spread(plan: &PlanRecord) -> Option<String> {
    let fleet_estimate = plan.fleet_estimates.first()?;
    let Some(simulated) = &fleet_estimate.simulated else {
        return Some("The simulation never settles: at full use the delay grows.".to_owned());
    };
    let apart = simulated.consolidated.mean_s / fleet_estimate.published_delay_s - 1.0;
    let apart_percent = 100.0 * apart;
    Some(match apart_percent {
        x if !x.is_finite() => return None,
        x if x.abs() < 1.0 => "Formula and simulation agree on the delay within 1 %.".to_owned(),
        x if x > 0.0 => {
            format!("The simulated delay is {} % above the formula's.", significant(x, 2))
        }
        x => format!("The simulated delay is {} % below the formula's.", significant(-x, 2)),
    })
}

/// Delay to consolidated by each way of knowing it.
fn four_ways(fleet_estimate: &FleetEstimateRecord) -> Chart {
    let mut lanes = vec!["formula as published".to_owned(), "formula, corrected".to_owned()];
    let mut table = Table::new([
        ("way", "way"),
        ("delay_s", "delay to consolidated, s"),
        ("half_width_s", "± (95 %), s"),
        ("throughput_batches_per_s", "throughput, batches/s"),
    ]);
    let bar = |lane: usize, value_s: f64, half_s: Option<f64>| Span {
        lane,
        from: 0.0,
        to: value_s,
        interval: half_s.filter(|half| *half > 0.0).map(|half| (value_s - half, value_s + half)),
        label: time(value_s),
        note: match half_s.filter(|half| *half > 0.0) {
            Some(half) => format!("{} ± {} s", seconds(value_s), significant(half, 2)),
            None => seconds(value_s),
        },
    };
    let formulas =
        vec![bar(0, fleet_estimate.published_delay_s, None), bar(1, fleet_estimate.corrected_delay_s, None)];
    table.push([
        "formula as published".into(),
        fleet_estimate.published_delay_s.into(),
        None::<f64>.into(),
        fleet_estimate.published_throughput_batches_per_s.into(),
    ]);
    table.push([
        "formula, corrected".into(),
        fleet_estimate.corrected_delay_s.into(),
        None::<f64>.into(),
        fleet_estimate.corrected_throughput_batches_per_s.into(),
    ]);
    let mut simulated = Vec::new();
    let mut warned = Vec::new();
    if let Some(found) = &fleet_estimate.simulated {
        let delay = &found.consolidated;
        lanes.extend(["simulated, mean".to_owned(), "simulated, p99".to_owned()]);
        simulated.push(bar(2, delay.mean_s, delay.mean_half_width_s));
        simulated.push(bar(3, delay.p99_s, delay.p99_half_width_s));
        table.push([
            "simulated, mean".into(),
            delay.mean_s.into(),
            delay.mean_half_width_s.into(),
            found.throughput_batches_per_s.into(),
        ]);
        table.push([
            "simulated, p99".into(),
            delay.p99_s.into(),
            delay.p99_half_width_s.into(),
            None::<f64>.into(),
        ]);
    } else if let Some(unstable) = &fleet_estimate.unstable {
        lanes.extend(["simulated, p99 after a day".to_owned(), "… after a week".to_owned()]);
        warned.push(bar(2, unstable.p99_after_a_day_s, None));
        warned.push(bar(3, unstable.p99_after_a_week_s, None));
        table.push([
            "simulated, p99 after a day".into(),
            unstable.p99_after_a_day_s.into(),
            None::<f64>.into(),
            None::<f64>.into(),
        ]);
        table.push([
            "simulated, p99 after a week".into(),
            unstable.p99_after_a_week_s.into(),
            None::<f64>.into(),
            None::<f64>.into(),
        ]);
    }
    let series = |name: &str, tone, spans| Series { name: name.to_owned(), tone, marks: Marks::Spans(spans) };
    let caption = "Delay from submission until the proof is verified on L1, for the oldest transaction of a group. \
                   The formulas know means only; the simulation also knows queues and chance, with its 95 % interval. \
                   Not measured on a fleet: none was run.";
    let mut all = vec![
        series("", Tone::Muted, formulas),
        series("", Tone::Main, simulated),
        series("", Tone::Warning, warned),
    ];
    all.retain(|series| !matches!(&series.marks, Marks::Spans(spans) if spans.is_empty()));
    Chart {
        id: "delay-four-ways".to_owned(),
        title: "The same fleet by formula, corrected formula and simulation".to_owned(),
        caption: caption.to_owned(),
        x: Axis::from_zero("delay to consolidated, s"),
        y: Axis::lanes("", lanes),
        series: all,
        rules: Vec::new(),
        table,
    }
}

/// The first screen where nothing was planned.
fn measured_only(profile: &ProfileRecord) -> Markup {
    let fastest = profile
        .cells
        .iter()
        .filter_map(|cell| Some((cell, cell.quantity(QuantityName::ProveBatch)?)))
        .min_by(|(_, a), (_, b)| a.median_s.total_cmp(&b.median_s));
    html! {
        p class="eyebrow" { "Measured, and not planned yet" }
        @match fastest {
            Some((cell, prove)) => {
                h1 id="answer-title" { "One prover proves a batch in " (time(prove.median_s)) "." }
                p class="lede" {
                    (short(&cell.cell.words())) ": the median of " (prove.samples)
                    (if prove.samples == 1 { " proof" } else { " proofs" }) ", the fastest of "
                    (profile.cells.len()) (if profile.cells.len() == 1 { " cell" } else { " cells" })
                    ". Give a target to learn how many provers that makes: bench-harness plan --profile."
                }
            }
            None => {
                h1 id="answer-title" { (without_proofs(profile)) }
                p class="lede" { "The profile has no prove time, so there is nothing to plan with." }
            }
        }
    }
}

/// Why there is no prove time, as a headline.
pub(crate) fn without_proofs(profile: &ProfileRecord) -> String {
    match profile.cells.iter().flat_map(|cell| cell.discarded_proofs.values()).sum::<u64>() {
        0 => "No batch was proved.".to_owned(),
        marked => format!(
            "No clean proof: {} timed, and something spoiled {}.",
            count_of(u32::try_from(marked).unwrap_or(u32::MAX), "proof was", "proofs were"),
            if marked == 1 { "it" } else { "each of them" }
        ),
    }
}
