//! The first groups on their way through the fleet: who works when.

use crate::chart::{Axis, Chart, Column, LaneSpan, Marks, Series, Table, Tone};
use crate::html::section::{Block, Section};
use crate::words::capital;
use records::number::significant;
use records::report::Records;
use records::timeline::{LaneRecord, ProcessRecord, SpanName, SpanRecord, TimelineRecord};

pub(crate) const SECTION: Section =
    Section { id: "timeline", title: "The first groups, prover by prover", script: None, build };

/// The groups that are drawn.
const GROUPS: u64 = 3;
/// Lanes of one kind that are drawn: more are too thin to distinguish.
const LANES: usize = 12;
/// Spans in the table; all are in the trace.
const ROWS: usize = 400;

fn build(records: &Records) -> Option<Vec<Block>> {
    let timeline = records.timeline.as_ref()?;
    let drawn = drawn(timeline);
    if drawn.is_empty() {
        return None;
    }
    let hidden: usize =
        timeline.processes.iter().map(|process| shown(process).count().saturating_sub(LANES)).sum();
    let mut blocks = vec![
        Block::Words(format!("{}. The first {GROUPS} groups of them are drawn.", capital(&timeline.what))),
        Block::chart(lanes_chart(&WORDS, &drawn)),
    ];
    if hidden > 0 {
        blocks.push(Block::Words(format!(
            "Of each kind of worker the first {LANES} are drawn; {hidden} more are in the trace."
        )));
    }
    blocks.push(Block::Words(
        "The whole timeline opens in Perfetto (ui.perfetto.dev): bench-harness plan --timeline FILE writes it, \
         with the flags of this plan."
            .to_owned(),
    ));
    Some(blocks)
}

/// Lanes that are drawn, each with its name and its spans.
pub(super) type Drawn<'a> = Vec<(String, Vec<&'a SpanRecord>)>;

/// The lanes of a process but those to virtual: each batch has one of those, and they hide the rest.
fn shown(process: &ProcessRecord) -> impl Iterator<Item = &LaneRecord> {
    process.lanes.iter().filter(|lane| !lane.name.starts_with("to virtual"))
}

/// The lanes that are drawn, with their spans of the first groups.
fn drawn(timeline: &TimelineRecord) -> Drawn<'_> {
    let mut lanes = Vec::new();
    for process in &timeline.processes {
        for LaneRecord { name, spans } in shown(process).take(LANES) {
            let first: Vec<_> =
                spans.iter().filter(|span| span.group.is_some_and(|group| group < GROUPS)).collect();
            if !first.is_empty() {
                // A lane's name alone does not say whose it is.
                let name = if process.name == "L1" { format!("L1 {name}") } else { name.clone() };
                lanes.push((name, first));
            }
        }
    }
    lanes
}

/// The series of a kind of work: its name and its colour.
fn series_of(work: SpanName) -> (&'static str, Tone) {
    match work {
        SpanName::SetUp | SpanName::Fill => ("fill", Tone::Muted),
        SpanName::Close => ("close", Tone::Fourth),
        SpanName::Prove | SpanName::Verify => ("prove", Tone::Main),
        SpanName::Aggregate => ("aggregate", Tone::Second),
        SpanName::Include => ("wait for L1", Tone::Third),
        SpanName::Crash | SpanName::Repair => ("crash and repair", Tone::Warning),
    }
}

/// What a chart of lanes says beside them.
pub(super) struct LaneWords {
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    pub(super) caption: &'static str,
    /// What the time counts from, with its unit.
    pub(super) time: &'static str,
}

const WORDS: LaneWords = LaneWords {
    id: "timeline-first-groups",
    title: "The first 3 groups through the pipeline",
    caption: "Gaps in a prover's lane are provers that wait for a batch; a late last proof keeps its whole group from being \
              aggregated.",
    time: "time from the first transaction, s",
};

/// Lanes of spans, coloured by kind of work.
pub(super) fn lanes_chart(words: &LaneWords, lanes: &Drawn<'_>) -> Chart {
    let columns: [Column<(&str, &SpanRecord)>; 5] = [
        ("lane", "lane", |(lane, _)| (*lane).into()),
        ("work", "work", |(_, span)| span.work.key().into()),
        ("label", "for", |(_, span)| span.label.as_str().into()),
        ("start_s", "start, s", |(_, span)| span.start_s.into()),
        ("duration_s", "duration, s", |(_, span)| span.duration_s.into()),
    ];
    let all = lanes.iter().flat_map(|(name, spans)| spans.iter().map(|span| (name.as_str(), *span)));
    let rows: Vec<_> = all.take(ROWS).collect();
    let mut series: Vec<Series> = Vec::new();
    for (lane, (name, spans)) in lanes.iter().enumerate() {
        for span in spans {
            let SpanRecord { work, label, group: _, start_s, duration_s } = span;
            let (kind, tone) = series_of(*work);
            let mark = LaneSpan {
                lane,
                from: *start_s,
                to: start_s + duration_s,
                interval: None,
                label: String::new(),
                note: format!(
                    "{name}: {kind}, {label}, {} s from {} s",
                    significant(*duration_s, 3),
                    significant(*start_s, 4)
                ),
            };
            let place = series.iter().position(|series| series.name == kind).unwrap_or_else(|| {
                series.push(Series::spans(kind, tone, Vec::new()));
                series.len() - 1
            });
            if let Marks::Spans { spans: marks, .. } = &mut series[place].marks {
                marks.push(mark);
            }
        }
    }
    Chart {
        id: words.id.to_owned(),
        title: words.title.to_owned(),
        caption: words.caption.to_owned(),
        x: Axis::from_zero(words.time),
        y: Axis::lanes("who", lanes.iter().map(|(name, _)| name.clone()).collect()),
        series,
        rules: Vec::new(),
        table: Table::of(&rows, columns),
    }
}

#[cfg(test)]
mod tests {
    use super::{GROUPS, LANES, build};
    use crate::chart::Marks;
    use crate::html::section::Block;
    use records::report::Records;
    use records::timeline::{LaneRecord, ProcessRecord, SpanName, SpanRecord, TimelineRecord};

    fn timeline(provers: usize) -> TimelineRecord {
        let span = |group: u64| SpanRecord {
            work: SpanName::Prove,
            label: format!("batch {group}"),
            group: Some(group),
            start_s: group as f64 * 10.0,
            duration_s: 9.0,
        };
        let lane =
            |prover| LaneRecord { name: format!("prover {prover}"), spans: (0..5).map(span).collect() };
        let lanes = (0..provers).map(lane).collect();
        TimelineRecord {
            what: "simulated: <script>".to_owned(),
            processes: vec![ProcessRecord { name: "provers".to_owned(), lanes }],
        }
    }

    fn built(provers: usize) -> Option<Vec<Block>> {
        build(&Records { timeline: Some(timeline(provers)), ..Records::default() })
    }

    #[test]
    fn the_first_groups_of_the_first_lanes_are_drawn_and_the_rest_is_said() {
        let blocks = built(100).expect("built");
        let Block::Chart(chart) = &blocks[1] else { panic!("{blocks:?}") };
        let Marks::Spans { spans, .. } = &chart.series[0].marks else { panic!("{chart:?}") };
        assert_eq!(spans.len(), LANES * GROUPS as usize);
        assert!(spans.iter().all(|span| span.lane < LANES));
        assert!(format!("{blocks:?}").contains("88 more"));
    }

    #[test]
    fn without_a_timeline_there_is_no_section() {
        assert!(build(&Records::default()).is_none());
        assert!(built(0).is_none());
    }
}
