//! The record of a pipeline, from what its sequencer and its coordinator know.

use crate::coordinator::job::JobState;
use crate::pipeline::LivePipeline;
use crate::summary::{done_of, times, workers};
use crate::task::Task;
use records::fleet::pipeline::{
    PIPELINE_SCHEMA_VERSION, PipelineBatchRecord, PipelinePointRecord, PipelineRecord, PipelineScalingRecord,
    PipelineSummaryRecord,
};
use records::timeline::{LaneRecord, ProcessRecord, SpanName, SpanRecord, TimelineRecord};
use std::collections::BTreeMap;
use workloads::sequencer::SequencedBatch;

impl LivePipeline {
    /// The record of what was done until now.
    pub(super) fn outcome(
        &self,
        now_s: f64,
        series: Vec<PipelinePointRecord>,
        scaling: Vec<PipelineScalingRecord>,
    ) -> PipelineRecord {
        let coordinator = &self.coordinator;
        let batches = batches(self, now_s);
        let is_complete =
            self.sequencer.is_over() && batches.iter().all(|batch| batch.consolidated_s.is_some());
        PipelineRecord {
            schema_version: PIPELINE_SCHEMA_VERSION,
            run: coordinator.began.run.clone(),
            began_unix_s: self.began_unix_s.unwrap_or_default(),
            work: coordinator.began.work.clone(),
            rules: self.rules.record(),
            is_complete,
            given_up: coordinator.given_up(),
            summary: summary(self, &batches, is_complete, now_s),
            counts: coordinator.counts,
            timeline: timeline(self, &batches),
            batches,
            series,
            scaling: self.earlier.scaling.iter().cloned().chain(scaling).collect(),
            resumed_s: coordinator.resumed_s.clone(),
            workers: workers(coordinator),
        }
    }
}

fn batches(pipeline: &LivePipeline, now_s: f64) -> Vec<PipelineBatchRecord> {
    let coordinator = &pipeline.coordinator;
    let consolidated_s = pipeline.consolidated_s();
    let by_now = |at_s: f64| Some(at_s).filter(|at_s| *at_s <= now_s);
    let record = |(number, closed): (u64, &SequencedBatch)| {
        let task = Task::Prove(number);
        let job: Option<&JobState> = coordinator.jobs.get(&task);
        let group = coordinator.groups.group_of(task);
        let landed_s = usize::try_from(group).ok().and_then(|group| consolidated_s.get(group));
        let started_s = job.and_then(|job| match &job.done {
            Some(done) => done.started_s,
            None => job.started_s,
        });
        PipelineBatchRecord {
            batch: number,
            transactions: closed.arrived_s.len() as u64,
            opened_s: closed.arrived_s.first().copied().unwrap_or(closed.closed_s),
            closed_s: closed.closed_s,
            closed_by: closed.closed_by,
            sequenced_s: by_now(pipeline.rules.l1.included_s(closed.closed_s)),
            ready_s: job.map_or(closed.closed_s, |job| job.ready_s),
            started_s,
            proved_s: job.and_then(|job| Some(job.done.as_ref()?.verified_s)),
            aggregated_s: coordinator.group_done_s.get(&group).copied(),
            consolidated_s: landed_s.copied().and_then(by_now),
        }
    };
    (0..).zip(&pipeline.closed).map(record).collect()
}

fn summary(
    pipeline: &LivePipeline,
    batches: &[PipelineBatchRecord],
    is_complete: bool,
    now_s: f64,
) -> PipelineSummaryRecord {
    let jobs = &pipeline.coordinator.jobs;
    let (to_virtual, to_consolidated) = pipeline.delays_s(now_s);
    let last_s = batches.iter().filter_map(|batch| batch.consolidated_s).fold(0.0, f64::max);
    let elapsed_s = if is_complete { last_s } else { now_s };
    let busy_s: f64 = done_of(jobs).map(|(_, _, done)| done.busy_s).sum();
    let in_batches: u64 = batches.iter().map(|batch| batch.transactions).sum();
    let room = batches.len() as u64 * pipeline.coordinator.began.work.batch_transactions;
    let over = |a: f64, b: f64| if b > 0.0 { a / b } else { 0.0 };
    let prove = |is_batch: bool| {
        let of_kind = done_of(jobs).filter(|(task, ..)| matches!(task, Task::Prove(_)) == is_batch);
        times(of_kind.map(|(_, _, done)| done.prove_s).collect())
    };
    let waits = batches.iter().filter_map(|batch| Some((batch.started_s? - batch.ready_s).max(0.0)));
    PipelineSummaryRecord {
        elapsed_s,
        transactions: pipeline.arrived,
        sequenced_transactions: to_virtual.len() as u64,
        consolidated_transactions: to_consolidated.len() as u64,
        batches: batches.len() as u64,
        consolidated_batches: batches.iter().filter(|batch| batch.consolidated_s.is_some()).count() as u64,
        throughput_transactions_per_s: over(to_consolidated.len() as f64, elapsed_s),
        fill_fraction: over(in_batches as f64, room as f64),
        virtual_delay: times(to_virtual),
        consolidated_delay: times(to_consolidated),
        prover_wait: times(waits.collect()),
        prove: prove(true),
        merge: prove(false),
        unproved_max_batches: pipeline.unproved_max,
        held_s: pipeline.earlier.held_s + pipeline.sequencer.held_s(),
        busy_s,
        present_s: pipeline.present_s,
        worker_use: pipeline.present_s.map(|present_s| over(busy_s, present_s)),
    }
}

/// A lane for each worker with its jobs, and one each for what waited to be sequenced and to be proven on L1.
fn timeline(pipeline: &LivePipeline, batches: &[PipelineBatchRecord]) -> TimelineRecord {
    let coordinator = &pipeline.coordinator;
    let groups = coordinator.groups;
    let mut lanes: BTreeMap<&str, Vec<SpanRecord>> = BTreeMap::new();
    for (task, _, done) in done_of(&coordinator.jobs) {
        let start_s = done.started_s.unwrap_or((done.verified_s - done.busy_s).max(0.0));
        let (work, label) = match task {
            Task::Prove(_) => (SpanName::Prove, task.words(groups)),
            Task::Merge { level, .. } => {
                (SpanName::Aggregate, format!("{}, level {level}", task.words(groups)))
            }
        };
        lanes.entry(&done.worker).or_default().push(SpanRecord {
            work,
            label,
            group: Some(groups.group_of(task)),
            start_s,
            // Both are heard here; the next job is heard after the answer to this one.
            duration_s: done.busy_s.min(done.verified_s - start_s).max(0.0),
        });
    }
    let number = |name: &str| name.rsplit('-').next().and_then(|number| number.parse::<u64>().ok());
    let mut workers: Vec<_> = lanes.into_iter().collect();
    workers.sort_by_key(|(name, _)| (number(name), (*name).to_owned()));
    let worker = |(name, mut spans): (&str, Vec<SpanRecord>)| {
        spans.sort_by(|a, b| a.start_s.total_cmp(&b.start_s));
        LaneRecord { name: name.to_owned(), spans }
    };
    let fills = batches.iter().map(|batch| SpanRecord {
        work: SpanName::Fill,
        label: format!("batch {}, {} transactions", batch.batch, batch.transactions),
        group: Some(groups.group_of(Task::Prove(batch.batch))),
        start_s: batch.opened_s,
        duration_s: batch.closed_s - batch.opened_s,
    });
    let lane = |name: &str, spans: Vec<SpanRecord>| LaneRecord { name: name.to_owned(), spans };
    let process = |name: &str, lanes| ProcessRecord { name: name.to_owned(), lanes };
    TimelineRecord {
        what: format!(
            "measured: {}, batches of {} transactions, {} to a proof on L1",
            coordinator.began.work.proof_system,
            coordinator.began.work.batch_transactions,
            groups.batches_per_group
        ),
        processes: vec![
            process("sequencer", vec![lane("sequencer", apart(fills.collect()))]),
            process("workers", workers.into_iter().map(worker).collect()),
            process("L1", vec![lane("proofs", apart(proofs(pipeline)))]),
        ],
    }
}

/// What waits for its slot: the proof of each group.
fn proofs(pipeline: &LivePipeline) -> Vec<SpanRecord> {
    let wait = |(group, landed_s): (u64, f64)| {
        let start_s = pipeline.coordinator.group_done_s[&group];
        let (work, label) = (SpanName::Include, format!("group {group}"));
        SpanRecord { work, label, group: Some(group), start_s, duration_s: landed_s - start_s }
    };
    (0..).zip(pipeline.consolidated_s()).map(wait).collect()
}

/// The spans of one lane, each from the end of the one before it at the earliest.
fn apart(mut spans: Vec<SpanRecord>) -> Vec<SpanRecord> {
    spans.sort_by(|a, b| a.start_s.total_cmp(&b.start_s));
    let mut free_s: f64 = 0.0;
    for span in &mut spans {
        let end_s = (span.start_s + span.duration_s).max(free_s);
        span.start_s = span.start_s.max(free_s);
        span.duration_s = end_s - span.start_s;
        free_s = end_s;
    }
    spans.retain(|span| span.duration_s > 0.0);
    spans
}
