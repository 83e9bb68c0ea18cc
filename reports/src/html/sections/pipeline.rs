//! A live pipeline: what came of it, the queue as it grew and drained, who worked when, each batch on its way.

use super::gantt::{Drawn, LaneWords, lanes_chart};
use crate::chart::{Axis, Chart, Column, Rule, Series, Table, Tone};
use crate::html::inline::unbroken;
use crate::html::section::{Block, Section};
use crate::pipeline::rows::{NamedTimes, all_times, asked, cautions, findings, headline};
use crate::words::{capital, count};
use maud::html;
use records::fleet::pipeline::{PipelineBatchRecord, PipelinePointRecord, PipelineRecord};
use records::report::Records;
use records::timeline::{LaneRecord, SpanRecord};

pub(super) const SECTION: Section =
    Section { id: "pipeline", title: "Order, then prove: the pipeline", script: None, build };

/// Lanes that are drawn: more are too thin to distinguish.
const LANES: usize = 24;
/// Spans of a lane that are drawn: more are thinner than a line.
const SPANS: usize = 400;

fn build(records: &Records) -> Option<Vec<Block>> {
    let pipeline = records.pipeline.as_ref()?;
    let mut blocks = vec![Block::Markup(html! {
        h1 id="pipeline-title" { (unbroken(&headline(pipeline))) "." }
    })];
    blocks.push(Block::Words(format!("{}.", capital(&asked(pipeline)))));
    blocks.extend(cautions(pipeline).iter().map(|caution| Block::Caution(format!("{}.", capital(caution)))));
    blocks.push(Block::Table {
        id: "pipeline-times".to_owned(),
        caption: "A transaction is virtual once its batch is sequenced on L1, and consolidated once it is proven there. \
                  Seconds."
            .to_owned(),
        table: times(pipeline),
    });
    let findings = findings(pipeline);
    blocks.push(Block::Words(
        findings.iter().map(|found| format!("{}.", capital(found))).collect::<Vec<_>>().join(" "),
    ));
    blocks.push(Block::chart(queue(pipeline)));
    blocks.push(Block::chart(at_work(pipeline)));
    let lanes = drawn(pipeline);
    if !lanes.is_empty() {
        blocks.push(Block::chart(lanes_chart(&LANE_WORDS, &lanes)));
    }
    let all: usize = pipeline.timeline.processes.iter().map(|process| process.lanes.len()).sum();
    if all > lanes.len() {
        blocks.push(Block::Words(format!(
            "{} more {}: bench-harness report FOLDER --timeline FILE writes all of them for ui.perfetto.dev.",
            all - lanes.len(),
            if all - lanes.len() == 1 { "lane is not drawn" } else { "lanes are not drawn" }
        )));
    }
    blocks.push(Block::Table {
        id: "pipeline-batches".to_owned(),
        caption: "Each batch on its way, in seconds from the beginning.".to_owned(),
        table: batches(pipeline),
    });
    Some(blocks)
}

fn times(pipeline: &PipelineRecord) -> Table {
    let columns: [Column<NamedTimes>; 6] = [
        ("time", "time", |(name, _)| (*name).into()),
        ("mean_s", "mean, s", |(_, times)| times.mean_s.into()),
        ("p50_s", "p50, s", |(_, times)| times.p50_s.into()),
        ("p99_s", "p99, s", |(_, times)| times.p99_s.into()),
        ("max_s", "longest, s", |(_, times)| times.max_s.into()),
        ("samples", "samples", |(_, times)| times.samples.into()),
    ];
    Table::of(&all_times(&pipeline.summary), columns)
}

const TIME: &str = "time from the beginning, s";

fn series(pipeline: &PipelineRecord, value: fn(&PipelinePointRecord) -> u64) -> Vec<(f64, f64)> {
    pipeline.series.iter().map(|point| (point.at_s, value(point) as f64)).collect()
}

/// Where the load ends, and where provers come or go.
fn rules(pipeline: &PipelineRecord) -> Vec<Rule> {
    let end_s = pipeline.series.last().map_or(0.0, |point| point.at_s);
    let arrivals_end_s = pipeline.rules.duration_s;
    let last = (arrivals_end_s < end_s)
        .then(|| Rule::X { at: arrivals_end_s, label: "last transaction".to_owned() });
    let changes = pipeline.scaling.iter().skip(1);
    let changes = changes.map(|change| Rule::X { at: change.at_s, label: count(change.provers, "prover") });
    last.into_iter().chain(changes).collect()
}

fn queue(pipeline: &PipelineRecord) -> Chart {
    let columns: [Column<PipelinePointRecord>; 6] = [
        ("at_s", "time, s", |point| point.at_s.into()),
        ("unproved_batches", "closed and not proved", |point| point.unproved_batches.into()),
        ("proving", "batches in proof", |point| point.proving.into()),
        ("merging", "merges at work", |point| point.merging.into()),
        ("workers", "workers", |point| point.workers.into()),
        ("waiting_transactions", "transactions in no batch", |point| point.waiting_transactions.into()),
    ];
    let mut rules = rules(pipeline);
    if let Some(max) = pipeline.rules.unproved_max_batches {
        rules.push(Rule::Y { at: max as f64, label: "bound on running ahead".to_owned() });
    }
    Chart {
        id: "pipeline-queue".to_owned(),
        title: "The queue of sequenced, unproven batches".to_owned(),
        caption: "Where batches come faster than they are proved the queue grows; when transactions come slower, or \
                  provers are added, it drains."
            .to_owned(),
        x: Axis::from_zero(TIME),
        y: Axis::from_zero("batches"),
        series: vec![
            Series::step("closed and not proved", Tone::Main, series(pipeline, |point| point.unproved_batches)),
            Series::step("of these, in proof", Tone::Second, series(pipeline, |point| point.proving)),
        ],
        rules,
        table: Table::of(&pipeline.series, columns),
    }
}

fn at_work(pipeline: &PipelineRecord) -> Chart {
    let mut drawn = vec![
        Series::step("proving", Tone::Main, series(pipeline, |point| point.proving)),
        Series::step("merging", Tone::Second, series(pipeline, |point| point.merging)),
    ];
    let there: Vec<_> =
        pipeline.series.iter().filter_map(|point| Some((point.at_s, point.workers? as f64))).collect();
    drawn.extend((!there.is_empty()).then(|| Series::step("workers that are there", Tone::Muted, there)));
    Chart {
        id: "pipeline-workers".to_owned(),
        title: "Workers that prove and merge".to_owned(),
        caption: "A worker that is taken away finishes its job first, and counts until then; one that is added sets up \
                  first."
            .to_owned(),
        x: Axis::from_zero(TIME),
        y: Axis::from_zero("workers"),
        series: drawn,
        rules: rules(pipeline),
        table: Table::default(),
    }
}

const LANE_WORDS: LaneWords = LaneWords {
    id: "pipeline-timeline",
    title: "Who did what, and when",
    caption: "Each worker's proofs and merges, how batches filled, and proofs that waited for a slot of L1.",
    time: TIME,
};

fn drawn(pipeline: &PipelineRecord) -> Drawn<'_> {
    let lanes = pipeline.timeline.processes.iter().flat_map(|process| {
        process.lanes.iter().map(move |LaneRecord { name, spans }| {
            let name = if process.name == "L1" { format!("L1 {name}") } else { name.clone() };
            (name, spans.iter().take(SPANS).collect::<Vec<&SpanRecord>>())
        })
    });
    lanes.filter(|(_, spans)| !spans.is_empty()).take(LANES).collect()
}

fn batches(pipeline: &PipelineRecord) -> Table {
    let columns: [Column<PipelineBatchRecord>; 10] = [
        ("batch", "batch", |batch| batch.batch.into()),
        ("transactions", "transactions", |batch| batch.transactions.into()),
        ("opened_s", "opened, s", |batch| batch.opened_s.into()),
        ("closed_s", "closed, s", |batch| batch.closed_s.into()),
        ("closed_by", "closed by", |batch| batch.closed_by.words().into()),
        ("sequenced_s", "virtual, s", |batch| batch.sequenced_s.into()),
        ("started_s", "started, s", |batch| batch.started_s.into()),
        ("proved_s", "proved, s", |batch| batch.proved_s.into()),
        ("aggregated_s", "aggregated, s", |batch| batch.aggregated_s.into()),
        ("consolidated_s", "consolidated, s", |batch| batch.consolidated_s.into()),
    ];
    Table::of(&pipeline.batches, columns)
}

#[cfg(test)]
mod tests {
    use super::build;
    use crate::chart::model::Scale;
    use crate::chart::{Marks, Rule};
    use crate::html::section::Block;
    use fixtures::pipeline::pipeline;
    use records::fleet::pipeline::PipelineRecord;
    use records::report::Records;

    fn charts(pipeline: PipelineRecord) -> Vec<crate::chart::Chart> {
        let blocks = build(&Records { pipeline: Some(pipeline), ..Records::default() }).expect("built");
        let charts = blocks.into_iter().filter_map(|block| match block {
            Block::Chart(chart) => Some(*chart),
            _ => None,
        });
        charts.collect()
    }

    #[test]
    fn the_queue_and_the_lanes_are_those_of_the_record() {
        let record = pipeline();
        let charts = charts(record.clone());
        let [queue, _, lanes] = &charts[..] else { panic!("{} charts", charts.len()) };
        let Marks::Step { points, .. } = &queue.series[0].marks else { panic!("{queue:?}") };
        assert_eq!(points.len(), record.series.len());
        let Scale::Lanes(names) = &lanes.y.scale else { panic!("{lanes:?}") };
        assert_eq!(names[..], ["sequencer", "worker-0", "worker-1", "L1 proofs"]);
        let labels = queue.rules.iter().map(|rule| match rule {
            Rule::X { label, .. } | Rule::Y { label, .. } => label.as_str(),
        });
        assert_eq!(labels.collect::<Vec<_>>(), ["last transaction", "2 provers", "bound on running ahead"]);
    }

    #[test]
    fn nothing_is_drawn_of_nothing() {
        assert!(build(&Records::default()).is_none());
        let mut empty = pipeline();
        empty.batches.clear();
        empty.series.clear();
        empty.timeline.processes.clear();
        assert_eq!(charts(empty).len(), 2);
    }
}
