//! The first screen of several runs: what each would need for one target.

use crate::answer::{sentence, simulated, target};
use crate::chart::{Column, Table, TableValue};
use crate::html::inline::{prose, short};
use crate::html::section::{Block, Section};
use crate::words::count;
use maud::html;
use records::comparison::{ComparedRunRecord, ComparedRunsRecord};
use records::plan::{PlanRecord, RecommendationRecord};
use records::report::Records;

pub(crate) const SECTION: Section = Section { id: "runs", title: "The runs", script: None, build };

fn build(records: &Records) -> Option<Vec<Block>> {
    let compared = records.compared.as_ref()?;
    let planned: Vec<_> = planned(compared).collect();
    let mut blocks = vec![Block::Markup(html! {
        @if let Some((_, plan)) = planned.first() { p class="eyebrow" { "To carry " (target(plan)) ":" } }
        h1 id="runs-title" { (headline(compared)) "." }
        ul class="plain" {
            @for (run, plan) in &planned { li { strong { (short(&run.name)) } ": " (prose(&sentence(plan))) } }
        }
    })];
    for run in &compared.runs {
        blocks.extend(run.no_plan.as_ref().map(|why| {
            Block::Caution(format!("There is no plan for {}: {}.", short(&run.name), prose(why)))
        }));
    }
    blocks.push(Block::Table {
        id: "runs-plans".to_owned(),
        caption: "The cheapest plan of each run, for the same target and with the same limits.".to_owned(),
        table: table(&compared.runs),
    });
    Some(blocks)
}

fn planned(compared: &ComparedRunsRecord) -> impl Iterator<Item = (&ComparedRunRecord, &PlanRecord)> {
    compared.runs.iter().filter_map(|run| Some((run, run.plan.as_ref()?)))
}

/// The fewest and the most provers that a run would need: the title of the page.
pub(crate) fn headline(compared: &ComparedRunsRecord) -> String {
    let provers = |plan: &PlanRecord| plan.recommendation.provers;
    let all: Vec<_> = planned(compared).collect();
    let fewest = all.iter().copied().min_by_key(|(_, plan)| provers(plan));
    // Of several that need as many the first that was named, as above.
    let most = all.iter().copied().rev().max_by_key(|(_, plan)| provers(plan));
    match fewest.zip(most) {
        None => format!("{} compared, and no plan for any", count(compared.runs.len() as u64, "run")),
        Some(((_, few), (_, many))) if provers(few) == provers(many) => {
            format!("{}, whichever of the runs", count(provers(few), "prover"))
        }
        Some(((few_run, few), (many_run, many))) => {
            let fleet = |run: &ComparedRunRecord, plan| {
                format!("{} ({})", count(provers(plan), "prover"), short(&run.name))
            };
            format!("From {} to {}", fleet(few_run, few), fleet(many_run, many))
        }
    }
}

/// A figure of the recommended fleet; nothing where there is no plan.
fn chosen(run: &ComparedRunRecord, pick: fn(&RecommendationRecord) -> TableValue) -> TableValue {
    run.plan.as_ref().map_or(TableValue::Nothing, |plan| pick(&plan.recommendation))
}

fn table(runs: &[ComparedRunRecord]) -> Table {
    let columns: [Column<ComparedRunRecord>; 14] = [
        ("run", "run", |run| short(&run.name).into()),
        ("processor", "processor", |run| {
            run.machine.value("machine", "processor").map(ToString::to_string).into()
        }),
        ("prover", "one prover is", |run| run.planned_with.clone().into()),
        ("provers", "provers", |run| chosen(run, |fleet| fleet.provers.into())),
        ("spares", "spares", |run| chosen(run, |fleet| fleet.spares.into())),
        ("batches_per_aggregation", "N", |run| chosen(run, |fleet| fleet.batches_per_aggregation.into())),
        ("aggregators", "aggregators", |run| chosen(run, |fleet| fleet.aggregators.into())),
        ("cores_per_prover", "cores a prover", |run| chosen(run, |fleet| fleet.cores_per_prover.into())),
        ("capacity_batches_per_s", "carries at most, batches/s", |run| {
            chosen(run, |fleet| fleet.capacity_batches_per_s.into())
        }),
        ("delay_mean_s", "to consolidated, mean, s", |run| delay(run, |mean_s, _| mean_s)),
        ("delay_p99_s", "p99, s", |run| delay(run, |_, p99_s| p99_s)),
        ("usd_per_hour", "$/hour", |run| chosen(run, |fleet| fleet.usd_per_hour.into())),
        ("usd_per_batch", "$/batch", |run| chosen(run, |fleet| fleet.usd_per_batch.into())),
        ("no_plan", "why no plan", |run| run.no_plan.as_deref().map(short).into()),
    ];
    Table::of(runs, columns)
}

/// The simulated delay to consolidated.
fn delay(run: &ComparedRunRecord, pick: fn(f64, f64) -> f64) -> TableValue {
    let simulated = run.plan.as_ref().and_then(simulated);
    simulated.map(|found| pick(found.consolidated.mean_s, found.consolidated.p99_s)).into()
}
