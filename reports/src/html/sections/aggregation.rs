//! Aggregation over N: what was measured, and trees of pairwise merges on one and on enough aggregators.

use super::law_chart::{CHARTS_MAX, chart, x_axis};
use crate::chart::{Axis, Chart, Column, Dot, Series, Table, TableValue, Tone};
use crate::html::inline::short;
use crate::html::section::{Block, Section};
use crate::profile::rows::ends;
use records::laws::{LawRecord, OverName, TreeRecord};
use records::number::time;
use records::profile::{ProfileRecord, QuantityName, QuantityRecord};
use records::report::Records;

pub(super) const SECTION: Section =
    Section { id: "aggregation", title: "Aggregation over N", script: None, build };

fn build(records: &Records) -> Option<Vec<Block>> {
    let profile = records.profile.as_ref()?;
    let laws = records.laws.iter().flat_map(|laws| &laws.laws);
    let laws = laws.filter(|law| {
        law.over == OverName::BatchesPerAggregation && law.stage == Some(QuantityName::Aggregate)
    });
    let mut blocks: Vec<_> =
        laws.take(CHARTS_MAX).enumerate().map(|(place, law)| Block::chart(over_n(law, place + 1))).collect();
    if let Some(levels) = by_level(profile) {
        blocks.push(Block::chart(levels));
    }
    (!blocks.is_empty()).then_some(blocks)
}

/// The time of a tree of merges, s, by the number of its aggregators.
type Latency = fn(&TreeRecord) -> f64;

fn over_n(law: &LawRecord, place: usize) -> Chart {
    let mut drawn = chart(
        law,
        format!("aggregation-over-n-{place}"),
        format!("Aggregating N proofs into one: {}", law.family.words()),
        (x_axis(law), Axis::log("time of the whole aggregation, s")),
        "N proofs take N − 1 merges: on one aggregator the time grows with them, on enough aggregators only with the \
         levels of the tree.",
    );
    if !law.trees.is_empty() {
        let ways: [(&str, Tone, Latency); 2] = [
            ("tree, one aggregator", Tone::Muted, |tree| tree.one_aggregator_s),
            ("tree, enough aggregators", Tone::Third, |tree| tree.enough_aggregators_s),
        ];
        // The law of merges is the tree on one aggregator: a second line of it would lie under the first.
        let drawn_ways = if law.fits.is_empty() { &ways[..] } else { &ways[1..] };
        let lines = drawn_ways.iter().map(|(name, tone, time_s)| {
            let points = law.trees.iter().map(|tree| (tree.batches_per_aggregation as f64, time_s(tree)));
            Series::dashed(name, *tone, points.collect())
        });
        let lines: Vec<_> = lines.collect();
        drawn.series.splice(0..0, lines);
        for tree in &law.trees {
            for (source, _, time_s) in ways {
                drawn.table.push([
                    source.into(),
                    (tree.batches_per_aggregation as f64).into(),
                    time_s(tree).into(),
                    TableValue::Nothing,
                    TableValue::Nothing,
                    TableValue::Nothing,
                    "by counting merges".into(),
                ]);
            }
        }
        let mut ticks: Vec<f64> = law.trees.iter().map(|tree| tree.batches_per_aggregation as f64).collect();
        ticks.extend(law.points.iter().map(|point| point.x));
        ticks.sort_by(f64::total_cmp);
        ticks.dedup();
        drawn.x.ticks = if ticks.len() <= 10 { ticks } else { Vec::new() };
    }
    drawn
}

/// One merge at each level, of the cell with most levels.
fn by_level(profile: &ProfileRecord) -> Option<Chart> {
    let cells = profile.cells.iter().map(|cell| (cell, cell.levels(QuantityName::AggregateMerge)));
    let (cell, levels) = cells.max_by_key(|(_, levels)| levels.len())?;
    if levels.is_empty() {
        return None;
    }
    let dots: Vec<Dot> = levels
        .iter()
        .map(|quantity| {
            let level = level(quantity);
            Dot {
                x: level as f64,
                y: quantity.median_s,
                interval: ends(quantity),
                note: format!("level {level}: {}, {} samples", time(quantity.median_s), quantity.samples),
            }
        })
        .collect();
    let columns: [Column<&QuantityRecord>; 5] = [
        ("level", "level", |quantity| level(quantity).into()),
        ("merge_s", "one merge, median, s", |quantity| quantity.median_s.into()),
        ("interval_low_s", "interval from, s", |quantity| ends(quantity).map(|ends| ends.0).into()),
        ("interval_high_s", "to, s", |quantity| ends(quantity).map(|ends| ends.1).into()),
        ("samples", "samples", |quantity| quantity.samples.into()),
    ];
    let one = if levels.len() == 1 {
        " One level was measured; higher ones merge proofs of merges, whose circuit may be larger."
    } else {
        " Level 1 merges proofs of batches, higher levels merge merges."
    };
    Some(Chart {
        id: "merge-by-level".to_owned(),
        title: format!("One merge of two proofs, by level: {}", short(&cell.cell.words())),
        caption: format!("Median and interval of one merge at each level of the tree.{one}"),
        x: Axis::linear("level of the tree").with_ticks(dots.iter().map(|dot| dot.x).collect()),
        y: Axis::from_zero("one merge, s"),
        series: vec![Series::dots("", Tone::Main, dots)],
        rules: Vec::new(),
        table: Table::of(&levels, columns),
    })
}

fn level(quantity: &QuantityRecord) -> u64 {
    quantity.level.unwrap_or(1)
}
