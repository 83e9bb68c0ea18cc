//! Cost against p99 delay: the fleets that no other beats in both.

use crate::chart::{Axis, Chart, Column, Dot, Rule, Series, Table, Tone};
use crate::html::section::{Block, Section};
use crate::words::count;
use records::number::{significant, time};
use records::plan::{BatchState, ParetoRecord, PlanRecord, Statistic};
use records::report::Records;

pub(super) const SECTION: Section = Section { id: "cost", title: "Cost against delay", script: None, build };

fn build(records: &Records) -> Option<Vec<Block>> {
    let plan = records.plan.as_ref()?;
    if plan.pareto.is_empty() {
        return None;
    }
    let chart = front(plan);
    // One dot is no picture.
    Some(vec![match plan.pareto.len() {
        1 => Block::Table {
            id: chart.id,
            caption: "One fleet is on the front: of those looked at none is cheaper and none is faster."
                .to_owned(),
            table: chart.table,
        },
        _ => Block::chart(chart),
    }])
}

fn front(plan: &PlanRecord) -> Chart {
    let priced = plan.pareto.iter().all(|point| point.usd_per_batch.is_some());
    let cost = |point: &ParetoRecord| match point.usd_per_batch {
        Some(usd) if priced => usd,
        _ => f64::from(point.machines),
    };
    let columns: [Column<ParetoRecord>; 6] = [
        ("provers", "provers", |point| point.provers.into()),
        ("batches_per_aggregation", "N", |point| point.batches_per_aggregation.into()),
        ("aggregators", "aggregators", |point| point.aggregators.into()),
        ("machines", "machines", |point| point.machines.into()),
        ("usd_per_batch", "$ a batch", |point| point.usd_per_batch.into()),
        ("delay_p99_s", "p99 to consolidated, s", |point| point.p99_s.into()),
    ];
    let mut dots = Vec::new();
    let mut chosen = Vec::new();
    for point in &plan.pareto {
        let dot = Dot {
            x: cost(point),
            y: point.p99_s,
            interval: None,
            note: format!(
                "{}, N = {}, {}: p99 {}",
                count(point.provers, "prover"),
                point.batches_per_aggregation,
                count(point.aggregators, "aggregator"),
                time(point.p99_s)
            ),
        };
        let is_recommended = point.provers == plan.recommendation.provers
            && point.batches_per_aggregation == plan.recommendation.batches_per_aggregation;
        if is_recommended { chosen.push(dot) } else { dots.push(dot) }
    }
    let points = plan.pareto.iter().map(|point| (cost(point), point.p99_s)).collect();
    let limit = plan
        .inputs
        .delay_limit
        .filter(|limit| limit.state == BatchState::Consolidated && limit.statistic == Statistic::P99);
    let rules = limit
        .map(|limit| Rule::Y { at: limit.limit_s, label: format!("asked: within {}", time(limit.limit_s)) });
    let series = [
        Series::step("", Tone::Muted, points),
        Series::dots("on the front", Tone::Main, dots),
        Series::dots("recommended", Tone::Second, chosen),
    ];
    let cheapest = plan.pareto.first();
    let fastest = plan.pareto.last();
    let span = match (cheapest, fastest) {
        (Some(cheapest), Some(fastest)) if plan.pareto.len() > 1 => format!(
            " From {} provers (p99 {}) to {} (p99 {}): {} times the cost.",
            cheapest.provers,
            time(cheapest.p99_s),
            fastest.provers,
            time(fastest.p99_s),
            significant(cost(fastest) / cost(cheapest), 3)
        ),
        _ => String::new(),
    };
    Chart {
        id: "cost-against-delay".to_owned(),
        title: "Cost against p99 delay".to_owned(),
        caption: format!(
            "Each dot is a fleet that no other beats in both; down and to the left is better.{span}{}",
            if priced {
                ""
            } else {
                " No prices were given, so that the cost is machines: give --prover-usd-per-hour."
            }
        ),
        x: Axis::linear(if priced { "cost, $ a batch" } else { "provers and aggregators" }),
        y: Axis::linear("p99 delay to consolidated, s"),
        series: series.into_iter().filter(|series| !series.is_empty()).collect(),
        rules: rules.into_iter().collect(),
        table: Table::of(&plan.pareto, columns),
    }
}
