//! Aggregation over N: what was measured, and trees of pairwise merges on one and on enough aggregators.

use super::law_chart::{CHARTS_MOST, chart, x_axis};
use crate::chart::{Axis, Chart, Dot, Marks, Series, Table, Tone};
use crate::html::inline::short;
use crate::html::section::{Block, Section};
use records::laws::{LawRecord, OverName};
use records::number::time;
use records::profile::{ProfileRecord, QuantityName};
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
        laws.take(CHARTS_MOST).enumerate().map(|(place, law)| Block::chart(over_n(law, place + 1))).collect();
    if let Some(levels) = by_level(profile) {
        blocks.push(Block::chart(levels));
    }
    (!blocks.is_empty()).then_some(blocks)
}

fn over_n(law: &LawRecord, place: usize) -> Chart {
    let mut drawn = chart(
        law,
        format!("aggregation-over-n-{place}"),
        format!("Aggregating N proofs into one: {}", law.family.words()),
        (x_axis(law), Axis::log("time of the whole aggregation, s")),
        "N proofs take N − 1 merges: on one aggregator the time grows with them, on enough aggregators only with the \
         levels of the tree.",
    );
    let line = |name: &str, tone, pick: fn(&records::laws::TreeRecord) -> f64| Series {
        name: name.to_owned(),
        tone,
        marks: Marks::Line {
            points: law.trees.iter().map(|tree| (tree.batches_per_aggregation as f64, pick(tree))).collect(),
            dashed: false,
        },
    };
    if !law.trees.is_empty() {
        drawn.series.insert(0, line("tree, one aggregator", Tone::Muted, |tree| tree.one_aggregator_s));
        drawn
            .series
            .insert(1, line("tree, enough aggregators", Tone::Third, |tree| tree.enough_aggregators_s));
        for tree in &law.trees {
            for (source, value_s) in [
                ("tree, one aggregator", tree.one_aggregator_s),
                ("tree, enough aggregators", tree.enough_aggregators_s),
            ] {
                drawn.table.push([
                    source.into(),
                    (tree.batches_per_aggregation as f64).into(),
                    value_s.into(),
                    None::<f64>.into(),
                    None::<f64>.into(),
                    None::<u64>.into(),
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
    let mut table = Table::new([
        ("level", "level"),
        ("merge_s", "one merge, median, s"),
        ("interval_low_s", "interval from, s"),
        ("interval_high_s", "to, s"),
        ("samples", "samples"),
    ]);
    let mut dots = Vec::new();
    for quantity in &levels {
        let level = quantity.level.unwrap_or(1);
        let interval = quantity.interval.map(|interval| (interval.low_s, interval.high_s));
        dots.push(Dot {
            x: level as f64,
            y: quantity.median_s,
            interval,
            note: format!("level {level}: {}, {} samples", time(quantity.median_s), quantity.samples),
        });
        table.push([
            level.into(),
            quantity.median_s.into(),
            interval.map(|interval| interval.0).into(),
            interval.map(|interval| interval.1).into(),
            quantity.samples.into(),
        ]);
    }
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
        series: vec![Series {
            name: String::new(),
            tone: Tone::Main,
            marks: Marks::Dots { dots, hollow: false },
        }],
        rules: Vec::new(),
        table,
    })
}
