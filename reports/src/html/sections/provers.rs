//! Delay over the number of provers, with the floor that no number goes below.

use crate::answer::how_sure;
use crate::chart::{Axis, BandPoint, Chart, Column, Dot, Rule, Series, Table, TableValue, Tone, yes_or_no};
use crate::html::section::{Block, Section};
use crate::words::count;
use records::number::{significant, time};
use records::plan::curves::{CurvesRecord, DelayAtRecord, OverProversRecord};
use records::plan::{BatchState, PlanRecord};
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
        blocks.push(Block::Caution(
            "None of the fleets looked at is stable: demand exceeds their capacity.".to_owned(),
        ));
    } else if let Some(caption) = all_alike(curves) {
        blocks.push(Block::Table { id: "delay-over-provers".to_owned(), caption, table: table(curves) });
    } else {
        blocks.push(Block::chart(delay_over_provers(plan, curves)));
    }
    let provers = plan.recommendation.provers;
    blocks.push(Block::Words(format!("Recommended: {provers}; {}.", how_sure(plan).if_otherwise)));
    Some(blocks)
}

/// A quantile and its half-width.
type Pick = fn(&DelayAtRecord) -> (f64, Option<f64>);

const QUANTILES: [(&str, Tone, Pick); 3] = [
    ("p99", Tone::Second, |delay| (delay.p99_s, delay.p99_half_width_s)),
    ("p90", Tone::Third, |delay| (delay.p90_s, delay.p90_half_width_s)),
    ("median", Tone::Main, |delay| (delay.p50_s, delay.p50_half_width_s)),
];

/// Delays of fleets that differ by no more than this fraction are one to a reader.
const ALIKE: f64 = 0.001;

/// What there is to say where every fleet is stable and has the same delays: level lines would say no more.
fn all_alike(curves: &CurvesRecord) -> Option<String> {
    let delays: Vec<&DelayAtRecord> =
        curves.over_provers.iter().map(|fleet| fleet.delay.as_ref()).collect::<Option<_>>()?;
    let is_level = |(_, _, pick): &(&str, Tone, Pick)| {
        let values = || delays.iter().map(|delay| pick(delay).0);
        let (low, high) = (values().fold(f64::INFINITY, f64::min), values().fold(0.0, f64::max));
        high - low <= ALIKE * high
    };
    let (first, last) = (curves.over_provers.first()?, curves.over_provers.last()?);
    (delays.len() > 1 && QUANTILES.iter().all(is_level)).then(|| {
        let figures = QUANTILES.map(|(name, _, pick)| format!("{name} {}", time(pick(delays[0]).0)));
        format!(
            "From {} to {} the delay to consolidated is the same ({}): more buy nothing.",
            count(first.provers, "prover"),
            last.provers,
            figures.join(", ")
        )
    })
}

fn delay_over_provers(plan: &PlanRecord, curves: &CurvesRecord) -> Chart {
    let settled: Vec<(&OverProversRecord, &DelayAtRecord)> =
        curves.over_provers.iter().filter_map(|fleet| Some((fleet, fleet.delay.as_ref()?))).collect();
    let mut series = Vec::new();
    for (name, tone, pick) in QUANTILES {
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
            note: format!("{}, {name}: {}", count(fleet.provers, "prover"), time(pick(delay).0)),
        });
        if band.len() > 1 {
            series.push(Series::band(tone, band));
        }
        series.push(Series::line(name, tone, points));
        series.push(Series::dots("", tone, dots.collect()));
    }
    let recommended = plan.recommendation.provers;
    let mut rules =
        vec![Rule::X { at: f64::from(recommended), label: format!("recommended: {recommended}") }];
    if let Some(floor) = curves.floor {
        rules.push(Rule::Y { at: floor.p99_s, label: format!("floor of the p99: {}", time(floor.p99_s)) });
    }
    let limit = plan.inputs.delay_limit.filter(|limit| limit.state == BatchState::Consolidated);
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
    fn delay(fleet: &OverProversRecord, pick: fn(&DelayAtRecord) -> f64) -> TableValue {
        fleet.delay.as_ref().map(pick).into()
    }
    fn half_width(fleet: &OverProversRecord, pick: fn(&DelayAtRecord) -> Option<f64>) -> TableValue {
        // Less than a nanosecond is the rounding of sums.
        fleet.delay.as_ref().and_then(pick).map(|half_s| if half_s < 1e-9 { 0.0 } else { half_s }).into()
    }
    // Four digits, as they are shown: the rest is noise of the division.
    fn percent(fraction: f64) -> TableValue {
        significant(fraction * 100.0, 4).parse().unwrap_or(fraction * 100.0).into()
    }
    let columns: [Column<OverProversRecord>; 10] = [
        ("provers", "provers", |fleet| fleet.provers.into()),
        ("use_percent", "use, %", |fleet| percent(fleet.utilization)),
        ("delay_p50_s", "median, s", |fleet| delay(fleet, |delay| delay.p50_s)),
        ("delay_p50_half_width_s", "± s", |fleet| half_width(fleet, |delay| delay.p50_half_width_s)),
        ("delay_p90_s", "p90, s", |fleet| delay(fleet, |delay| delay.p90_s)),
        ("delay_p90_half_width_s", "± s", |fleet| half_width(fleet, |delay| delay.p90_half_width_s)),
        ("delay_p99_s", "p99, s", |fleet| delay(fleet, |delay| delay.p99_s)),
        ("delay_p99_half_width_s", "± s", |fleet| half_width(fleet, |delay| delay.p99_half_width_s)),
        ("samples", "samples", |fleet| fleet.delay.as_ref().map(|delay| delay.samples).into()),
        ("settles", "stable", |fleet| yes_or_no(fleet.delay.is_some())),
    ];
    Table::of(&curves.over_provers, columns)
}

#[cfg(test)]
mod tests {
    use super::{Block, build};
    use crate::html::fixture;

    #[test]
    fn fleets_that_are_alike_are_a_sentence_with_its_numbers() {
        let mut records = fixture::records();
        let blocks = build(&records).expect("blocks");
        assert!(matches!(blocks[0], Block::Chart(_)), "{blocks:?}");
        let curves = records.curves.as_mut().expect("curves");
        let delay = curves.over_provers.iter().find_map(|fleet| fleet.delay).expect("a delay");
        curves.over_provers.iter_mut().for_each(|fleet| fleet.delay = Some(delay));
        let blocks = build(&records).expect("blocks");
        let Block::Table { caption, table, .. } = &blocks[0] else { panic!("{blocks:?}") };
        assert!(caption.contains("is the same (p99 ") && caption.ends_with("more buy nothing."), "{caption}");
        assert_eq!(table.rows.len(), records.curves.map_or(0, |curves| curves.over_provers.len()));
    }
}
