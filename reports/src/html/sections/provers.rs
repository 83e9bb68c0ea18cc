//! Delay over the number of provers, with the floor that no number goes below.

use crate::chart::{Axis, BandPoint, Chart, Dot, Marks, Rule, Series, Table, Tone, Value};
use crate::html::section::{Block, Section};
use records::number::{significant, time};
use records::plan::curves::{CurvesRecord, DelayAtRecord, OverProversRecord};
use records::plan::{PlanRecord, StateName};
use records::report::Records;

pub(super) const SECTION: Section =
    Section { id: "provers", title: "More or fewer provers", script: None, build };

fn build(records: &Records) -> Option<Vec<Block>> {
    let (plan, curves) = (records.plan.as_ref()?, records.curves.as_ref()?);
    if curves.over_provers.is_empty() {
        return None;
    }
    let mut blocks = Vec::new();
    if curves.over_provers.iter().all(|fleet| fleet.delay.is_none()) {
        blocks.push(Block::Caution("None of the fleets looked at keeps up with the load.".to_owned()));
    } else {
        blocks.push(Block::chart(delay_over_provers(plan, curves)));
    }
    blocks.push(Block::Words(sensitivity(plan)));
    Some(blocks)
}

fn sensitivity(plan: &PlanRecord) -> String {
    let found = &plan.sensitivity;
    let words =
        |provers: Option<u32>| provers.map_or_else(|| "no number is enough".to_owned(), |p| p.to_string());
    format!(
        "Recommended: {}. With proofs that take 10 % longer: {}; with proofs that take 10 % less: {}.",
        plan.recommendation.provers,
        words(found.provers_if_10_percent_slower),
        words(found.provers_if_10_percent_faster)
    )
}

/// A quantile and its half-width.
type Pick = fn(&DelayAtRecord) -> (f64, Option<f64>);

fn delay_over_provers(plan: &PlanRecord, curves: &CurvesRecord) -> Chart {
    let quantiles: [(&str, Tone, Pick); 3] = [
        ("p99", Tone::Second, |delay| (delay.p99_s, delay.p99_half_width_s)),
        ("p90", Tone::Third, |delay| (delay.p90_s, delay.p90_half_width_s)),
        ("median", Tone::Main, |delay| (delay.p50_s, delay.p50_half_width_s)),
    ];
    let settled: Vec<(&OverProversRecord, &DelayAtRecord)> =
        curves.over_provers.iter().filter_map(|fleet| Some((fleet, fleet.delay.as_ref()?))).collect();
    let mut series = Vec::new();
    for (name, tone, pick) in quantiles {
        let points = settled.iter().map(|(fleet, delay)| (f64::from(fleet.provers), pick(delay).0)).collect();
        let band: Vec<_> = settled
            .iter()
            .filter_map(|(fleet, delay)| {
                let (value, half) = pick(delay);
                Some(BandPoint { x: f64::from(fleet.provers), low: value - half?, high: value + half? })
            })
            .collect();
        let dots = settled.iter().map(|(fleet, delay)| Dot {
            x: f64::from(fleet.provers),
            y: pick(delay).0,
            interval: None,
            note: format!("{} provers, {name}: {}", fleet.provers, time(pick(delay).0)),
        });
        if band.len() > 1 {
            series.push(Series { name: String::new(), tone, marks: Marks::Band(band) });
        }
        series.push(Series { name: name.to_owned(), tone, marks: Marks::Line { points, dashed: false } });
        series.push(Series {
            name: String::new(),
            tone,
            marks: Marks::Dots { dots: dots.collect(), hollow: false },
        });
    }
    let recommended = plan.recommendation.provers;
    let mut rules =
        vec![Rule::X { at: f64::from(recommended), label: format!("recommended: {recommended}") }];
    if let Some(floor) = curves.floor {
        rules.push(Rule::Y { at: floor.p99_s, label: format!("floor of the p99: {}", time(floor.p99_s)) });
    }
    let limit = plan.inputs.delay_limit.filter(|limit| limit.state == StateName::Consolidated);
    let most_s = settled.iter().map(|(_, delay)| delay.p99_s).fold(0.0, f64::max);
    let mut asked = String::new();
    if let Some(limit) = limit {
        let label = format!("asked: {} within {}", limit.statistic.words(), time(limit.limit_s));
        // A limit far above everything would press the curves flat.
        if limit.limit_s <= most_s * 1.5 {
            rules.push(Rule::Y { at: limit.limit_s, label });
        } else {
            asked = format!(
                " All of them are far within what was asked for, {} in {}.",
                time(limit.limit_s),
                limit.statistic.words()
            );
        }
    }
    let behind: Vec<String> = curves
        .over_provers
        .iter()
        .filter(|fleet| fleet.delay.is_none())
        .map(|fleet| fleet.provers.to_string())
        .collect();
    let behind = match behind.as_slice() {
        [] => String::new(),
        some => format!(" Not drawn, since its queue grows for ever: P = {}.", some.join(", ")),
    };
    Chart {
        id: "delay-over-provers".to_owned(),
        title: "Delay to consolidated, by number of provers".to_owned(),
        caption: format!(
            "N is {} and A is {}, as recommended. Where the lines lie on the floor more provers buy nothing: batches \
             are verified in order, so a group waits for its slowest proof however many provers there are. Bands are 95 % \
             intervals of the simulation.{asked}{behind}",
            plan.recommendation.batches_per_aggregation, plan.recommendation.aggregators
        ),
        x: Axis::linear("provers, P"),
        y: Axis::linear("delay to consolidated, s"),
        series,
        rules,
        table: table(curves),
    }
}

fn table(curves: &CurvesRecord) -> Table {
    let mut table = Table::new([
        ("provers", "provers"),
        ("use_percent", "use, %"),
        ("delay_p50_s", "median, s"),
        ("delay_p50_half_width_s", "± s"),
        ("delay_p90_s", "p90, s"),
        ("delay_p90_half_width_s", "± s"),
        ("delay_p99_s", "p99, s"),
        ("delay_p99_half_width_s", "± s"),
        ("samples", "samples"),
        ("settles", "keeps up"),
    ]);
    for OverProversRecord { provers, utilization, delay } in &curves.over_provers {
        let of = |pick: fn(&DelayAtRecord) -> f64| Value::from(delay.as_ref().map(pick));
        let half = |pick: fn(&DelayAtRecord) -> Option<f64>| Value::from(delay.as_ref().and_then(pick));
        let percent = significant(utilization * 100.0, 4).parse::<f64>().unwrap_or(utilization * 100.0);
        table.push([
            (*provers).into(),
            percent.into(),
            of(|delay| delay.p50_s),
            half(|delay| delay.p50_half_width_s),
            of(|delay| delay.p90_s),
            half(|delay| delay.p90_half_width_s),
            of(|delay| delay.p99_s),
            half(|delay| delay.p99_half_width_s),
            delay.as_ref().map(|delay| delay.samples).into(),
            if delay.is_some() { "yes" } else { "no" }.into(),
        ]);
    }
    table
}
