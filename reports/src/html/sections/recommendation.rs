//! The first screen: how many provers, why, and how sure.

use crate::answer::{
    Way, WayKind, because, delay_in_words, fleet_cost, headline, how_sure, limit, on_l1, recommended,
    run_ahead, simulated, target, users_wait, ways, without_proofs,
};
use crate::chart::{Axis, Chart, LaneSpan, Series, Table, Tone};
use crate::html::inline::{prose, short, unbroken};
use crate::html::section::{Block, Section};
use crate::plan::rows::{ALTERNATIVE_HEADER, STRESS_HEADER, alternative_row, stress_row};
use crate::plan::shopping::sentences;
use crate::words::{capital, count, percent, rate, with_half_width};
use maud::{Markup, html};
use records::number::{significant, time};
use records::plan::answers::ShoppingListRecord;
use records::plan::{FleetEstimateRecord, PlanRecord};
use records::profile::{ProfileRecord, QuantityName};
use records::report::Records;

pub(crate) const SECTION: Section = Section { id: "answer", title: "The answer", script: None, build };

fn build(records: &Records) -> Option<Vec<Block>> {
    match (&records.plan, &records.profile) {
        (Some(plan), _) => {
            let mut blocks = vec![Block::Markup(answer(plan))];
            blocks.extend(plan.order.as_ref().map(|order| Block::Markup(ordered(order))));
            blocks.push(Block::Markup(withstanding(plan)));
            blocks.extend(run_ahead(plan).map(|words| Block::Words(format!("{words}."))));
            blocks.extend(recommended(plan).map(|fleet| match delay_in_words(&ways(fleet)) {
                Some(sentence) => Block::Words(sentence),
                None => Block::chart(four_ways(fleet)),
            }));
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
                .map(|why| Block::Caution(format!("There is no plan: {}", prose(why))));
            Some([Block::Markup(measured_only(profile))].into_iter().chain(why).collect())
        }
        (None, None) => None,
    }
}

/// The title of the page.
pub(crate) fn heading(records: &Records) -> String {
    if let Some(compared) = &records.compared {
        return super::compared::plans::headline(compared);
    }
    match (&records.plan, &records.profile) {
        (Some(plan), _) => format!(
            "{} for {}",
            count(plan.recommendation.provers, "prover"),
            rate(plan.inputs.target_batches_per_s, plan.inputs.target_transactions_per_s)
        ),
        (None, Some(profile)) => format!("Profile {}", short(&profile.run)),
        (None, None) => match &records.pipeline {
            Some(pipeline) => crate::pipeline::rows::headline(pipeline),
            None => "Nothing measured, nothing planned".to_owned(),
        },
    }
}

fn answer(plan: &PlanRecord) -> Markup {
    let cost = fleet_cost(plan).map_or_else(String::new, |cost| format!(" It costs {cost}."));
    html! {
        p class="eyebrow" { "To carry " (target(plan)) ":" }
        h1 id="answer-title" { (headline(plan)) "." }
        p class="lede" { "A transaction is " (users_wait(plan)) "." (cost) }
        ul class="cards" {
            li { h2 { "How many provers" } (how_many(plan)) }
            li { h2 { "Why: what limits it" } (why(plan)) }
            li { h2 { "How sure" } (certainty(plan)) }
        }
    }
}

fn how_many(plan: &PlanRecord) -> Markup {
    let chosen = &plan.recommendation;
    let carried = plan.inputs.target_batches_per_s / chosen.capacity_batches_per_s;
    html! {
        p class="big" { (count(chosen.provers, "prover")) }
        p { "Besides, " @if chosen.spares > 0 { (count(chosen.spares, "spare")) " and " } (match chosen.aggregators { 0 => "no aggregator".to_owned(), some => count(some, "aggregator") }) "; " (on_l1(plan)) "." }
        @if carried.is_finite() && carried > 0.0 {
            p {
                "The load is " (unbroken(&percent(carried, 3))) " of what they can carry"
                @if let Some(simulated) = simulated(plan) { "; a prover is at work " (unbroken(&percent(simulated.prover_use, 3))) " of the time" }
                "."
            }
        }
    }
}

fn why(plan: &PlanRecord) -> Markup {
    html! {
        p class="big" { (limit(plan)) }
        p { (because(plan)) }
        p { "Asked for: " (significant(plan.inputs.target_batches_per_s, 3)) " batches/s." }
    }
}

fn certainty(plan: &PlanRecord) -> Markup {
    let sure = how_sure(plan);
    let provers = sure.provers.unwrap_or_else(|| "No interval".to_owned());
    html! {
        p class="big" { (provers) }
        p { (unbroken(&capital(&sure.basis))) "." }
        p { (unbroken(&capital(&sure.if_otherwise))) "." }
        @if let Some(spread) = spread(plan) { p { (spread) } }
    }
}

/// The machines to rent, what goes on them, and the bill.
fn ordered(order: &ShoppingListRecord) -> Markup {
    html! {
        section class="order" aria-labelledby="order-title" {
            h3 id="order-title" { "What to order" }
            ul { @for sentence in sentences(order) { li { (unbroken(&sentence)) } } }
        }
    }
}

/// What the fleet withstands, and the nearest other designs.
fn withstanding(plan: &PlanRecord) -> Markup {
    html! {
        @if !plan.stress.is_empty() {
            (rows("What the fleet withstands", &STRESS_HEADER, plan.stress.iter().map(stress_row)))
        }
        @if !plan.alternatives.is_empty() {
            (rows("The nearest other designs", &ALTERNATIVE_HEADER, plan.alternatives.iter().map(alternative_row)))
        }
    }
}

fn rows<const N: usize>(
    caption: &str,
    header: &[&str; N],
    rows: impl Iterator<Item = [String; N]>,
) -> Markup {
    html! {
        div class="scroll" {
            table {
                caption { (caption) }
                thead { tr { @for name in header { th scope="col" { (name) } } } }
                tbody { @for row in rows { tr { @for cell in &row { td { (cell) } } } } }
            }
        }
    }
}

/// How far formula and simulation are apart.
fn spread(plan: &PlanRecord) -> Option<String> {
    let fleet_estimate = recommended(plan)?;
    let Some(simulated) = &fleet_estimate.simulated else {
        return Some("The simulation never settles: at full use the delay grows.".to_owned());
    };
    let apart = simulated.consolidated.mean_s / fleet_estimate.published_delay_s - 1.0;
    Some(match apart {
        x if !x.is_finite() => return None,
        x if x.abs() < 0.01 => "Formula and simulation agree on the delay within 1 %.".to_owned(),
        x => {
            let side = if x > 0.0 { "above" } else { "below" };
            format!("The simulated delay is {} {side} the formula's.", percent(x.abs(), 2))
        }
    })
}

/// Delay to consolidated by each way of knowing it.
fn four_ways(fleet: &FleetEstimateRecord) -> Chart {
    let ways = ways(fleet);
    let span = |(lane, way): (usize, &Way)| LaneSpan {
        lane,
        from: 0.0,
        to: way.delay_s,
        interval: way.half_width_s.map(|half| (way.delay_s - half, way.delay_s + half)),
        label: time(way.delay_s),
        note: with_half_width(way.delay_s, way.half_width_s),
    };
    let kinds = [
        (WayKind::Formula, Tone::Muted),
        (WayKind::Simulated, Tone::Main),
        (WayKind::Unstable, Tone::Warning),
    ];
    let series = kinds.into_iter().map(|(kind, tone)| {
        let of_kind = ways.iter().enumerate().filter(|(_, way)| way.kind == kind);
        Series::spans("", tone, of_kind.map(span).collect())
    });
    Chart {
        id: "delay-four-ways".to_owned(),
        title: "The same fleet by formula, corrected formula and simulation".to_owned(),
        caption: "Delay from submission until the proof is verified on L1, for the oldest transaction of a group. \
                  The formulas know means only; the simulation also knows queues and chance, with its 95 % interval. \
                  Not measured on a fleet: none was run."
            .to_owned(),
        x: Axis::from_zero("delay to consolidated, s"),
        y: Axis::lanes("", ways.iter().map(|way| way.name.to_owned()).collect()),
        series: series.filter(|series| !series.is_empty()).collect(),
        rules: Vec::new(),
        table: Table::of(
            &ways,
            [
                ("way", "way", |way| way.name.into()),
                ("delay_s", "delay to consolidated, s", |way| way.delay_s.into()),
                ("half_width_s", "± (95 %), s", |way| way.half_width_s.into()),
                ("throughput_batches_per_s", "throughput, batches/s", |way| way.throughput_batches_per_s.into()),
            ],
        ),
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
                    (short(&cell.cell.words())) ": the median of " (count(prove.samples, "proof"))
                    ", the fastest of " (count(profile.cells.len() as u64, "cell"))
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
