//! The recommended fleet at work, from an empty pipeline, as the record that is drawn and written.

use records::timeline::{LaneRecord, ProcessRecord, SpanName, SpanRecord, TimelineRecord};
use std::collections::BTreeMap;

use crate::error::PlanError;
use crate::plan::{Fleet, Plan};
use crate::sim::{Lane, Span, WATCHED_BATCHES_MAX, Work, spans};

impl Plan {
    /// The first `groups` groups of the simulation behind this plan's figures, a lane for each worker.
    ///
    /// # Errors
    /// [`PlanError::BadInput`] for no groups, or more batches than [`WATCHED_BATCHES_MAX`].
    pub fn timeline(&self, groups: u32) -> Result<TimelineRecord, PlanError> {
        let Fleet { provers, batches_per_aggregation: n, aggregators } = Fleet::of(&self.choice);
        let pipeline = self.request.pipeline(provers, n, aggregators)?;
        let count = |count: u32, noun: &str| format!("{count} {noun}{}", if count == 1 { "" } else { "s" });
        let (provers, aggregators) = (count(provers, "prover"), count(aggregators, "aggregator"));
        let seen = spans(&pipeline, self.request.seed, u64::from(groups) * u64::from(n))?;
        Ok(TimelineRecord {
            what: format!(
                "simulated: the first {groups} groups of {n} batches on {provers} and {aggregators}, from an empty \
                 pipeline, seed {}",
                self.request.seed
            ),
            processes: processes(&seen),
        })
    }

    /// Groups enough to see the fleet at work: every prover busy twice over, and at least four groups; but no
    /// more than can be watched.
    pub fn timeline_groups(&self) -> u32 {
        let n = self.choice.batches_per_aggregation;
        let groups_max = u32::try_from(WATCHED_BATCHES_MAX / u64::from(n)).unwrap_or(u32::MAX).max(1);
        (self.choice.provers.saturating_mul(2).div_ceil(n) + 3).max(4).min(groups_max)
    }
}

fn processes(seen: &[Span]) -> Vec<ProcessRecord> {
    let mut lanes: BTreeMap<Lane, Vec<&Span>> = BTreeMap::new();
    for span in seen {
        lanes.entry(span.lane).or_default().push(span);
    }
    let mut processes: Vec<ProcessRecord> = Vec::new();
    for (lane, spans) in lanes {
        let (process, name) = names(lane);
        let apart = apart(&spans);
        let alone = apart.len() == 1;
        for (index, spans) in apart.into_iter().enumerate() {
            let name = if alone { name.clone() } else { format!("{name} {index}") };
            let lane = LaneRecord { name, spans: spans.into_iter().map(record).collect() };
            match processes.last_mut() {
                Some(last) if last.name == process => last.lanes.push(lane),
                _ => processes.push(ProcessRecord { name: process.to_owned(), lanes: vec![lane] }),
            }
        }
    }
    processes
}

/// Spans that overlap go on lanes of their own, the first that is free: L1 takes several transactions at once.
fn apart<'a>(spans: &[&'a Span]) -> Vec<Vec<&'a Span>> {
    let mut rows: Vec<Vec<&Span>> = Vec::new();
    for span in spans {
        let free = rows.iter_mut().find(|row| row.last().is_none_or(|last| last.end_s <= span.start_s));
        match free {
            Some(row) => row.push(span),
            None => rows.push(vec![span]),
        }
    }
    rows
}

fn names(lane: Lane) -> (&'static str, String) {
    match lane {
        Lane::Filling => ("sequencer", "filling".to_owned()),
        Lane::Closing => ("sequencer", "execution, root, data".to_owned()),
        Lane::Prover(id) => ("provers", format!("prover {id}")),
        Lane::Aggregator(id) => ("aggregators", format!("aggregator {id}")),
        Lane::L1Sequence => ("L1", "to virtual".to_owned()),
        Lane::L1Proof => ("L1", "to consolidated".to_owned()),
    }
}

fn record(span: &Span) -> SpanRecord {
    let Span { lane: _, work, batch, batches, group, start_s, end_s } = *span;
    let whose = match batches {
        1 => format!("batch {batch}"),
        _ => format!("group {group}"),
    };
    let (work, label) = match work {
        Work::Fill => (SpanName::Fill, whose),
        Work::Close => (SpanName::Close, whose),
        Work::Prove => (SpanName::Prove, whose),
        Work::Crash => (SpanName::Crash, format!("{whose}, lost")),
        Work::Repair => (SpanName::Repair, "repair".to_owned()),
        Work::Merge { level } => (SpanName::Aggregate, format!("group {group}, level {level}")),
        Work::Include => (SpanName::Include, whose),
    };
    SpanRecord { work, label, group: Some(group), start_s, duration_s: end_s - start_s }
}
