//! What a pipeline's run says, in one wording for every rendering: sentences, and the rows of its tables.

use crate::columns::{TextColumn, TextTable};
use crate::words::{count, count_of, or_dash, percent};
use records::fleet::pipeline::{PipelineBatchRecord, PipelineRecord, PipelineSummaryRecord};
use records::fleet::summary::{FleetTimesRecord, FleetWorkerRecord};
use records::number::{significant, time};

/// The one sentence, without its end.
pub(crate) fn headline(pipeline: &PipelineRecord) -> String {
    let PipelineSummaryRecord { transactions, consolidated_transactions, elapsed_s, batches, .. } =
        &pipeline.summary;
    let all = count(*transactions, "transaction");
    let batches = count_of(*batches, "batch", "batches");
    let elapsed = time(*elapsed_s);
    match pipeline.is_complete {
        true => format!("{all} in {batches}, all of them proven on L1 after {elapsed}"),
        false => {
            format!("{all} in {batches}, {consolidated_transactions} of them proven on L1 after {elapsed}")
        }
    }
}

/// What was asked for, a sentence without its end.
pub(crate) fn asked(pipeline: &PipelineRecord) -> String {
    let PipelineRecord { work, rules, .. } = pipeline;
    let closed = match rules.close_timeout_s {
        Some(timeout_s) => format!(" or {} after its oldest transaction", time(timeout_s)),
        None => String::new(),
    };
    let bound = match rules.unproved_max_batches {
        Some(max) => format!("; at most {} sequenced and not proved", count_of(max, "batch", "batches")),
        None => String::new(),
    };
    format!(
        "{} transactions/s ({}) for {}; a batch is closed at {} transactions{closed}; {}, {} in a proof on L1; slots of \
         L1 every {}{bound}",
        significant(rules.rate_transactions_per_s, 3),
        rules.arrivals,
        time(rules.duration_s),
        work.batch_transactions,
        work.proof_system,
        count_of(work.batches_per_aggregation, "batch", "batches"),
        time(rules.block_s),
    )
}

/// What else came of it, a sentence each without its end.
pub(crate) fn findings(pipeline: &PipelineRecord) -> Vec<String> {
    let summary = &pipeline.summary;
    let mut said = vec![
        format!(
            "{} transactions/s proven on L1; batches {} full on average",
            significant(summary.throughput_transactions_per_s, 3),
            percent(summary.fill_fraction, 3)
        ),
        format!(
            "at most {} closed and not proved at once",
            count_of(summary.unproved_max_batches, "batch", "batches")
        ),
    ];
    if summary.held_s > 0.0 {
        said.push(format!(
            "the bound on unproved batches kept transactions waiting for {}",
            time(summary.held_s)
        ));
    }
    if let Some(worker_use) = summary.worker_use {
        said.push(format!("workers were busy {} of the time that they were there", percent(worker_use, 3)));
    }
    if !pipeline.resumed_s.is_empty() {
        let times: Vec<_> = pipeline.resumed_s.iter().map(|at_s| time(*at_s)).collect();
        said.push(format!("it was started again after {}: delays have that time in them", times.join(", ")));
    }
    let changes = pipeline.scaling.iter().map(|change| {
        format!("{} from {} on ({})", count(change.provers, "prover"), time(change.at_s), change.by)
    });
    if pipeline.scaling.len() > 1 {
        said.push(changes.collect::<Vec<_>>().join(", "));
    }
    said
}

/// What a reader must know first, a sentence each without its end.
pub(crate) fn cautions(pipeline: &PipelineRecord) -> Vec<String> {
    let mut said = Vec::new();
    if !pipeline.is_complete {
        said.push(
            "it was stopped or gave something up: delays are those of what got to L1 until then".to_owned(),
        );
    }
    said.extend(pipeline.given_up.iter().map(|what| format!("not proved: {what}")));
    said.extend(pipeline.workers.iter().filter_map(|FleetWorkerRecord { worker, excluded, .. }| {
        Some(format!("{worker} was left out: {}", excluded.as_ref()?))
    }));
    said
}

/// A time with its name.
pub(crate) type NamedTimes = (&'static str, FleetTimesRecord);

/// The times that are known, in the order in which a transaction meets them.
pub(crate) fn all_times(summary: &PipelineSummaryRecord) -> Vec<NamedTimes> {
    let all = [
        ("delay to virtual (sequenced on L1)", summary.virtual_delay),
        ("delay to consolidated (proven on L1)", summary.consolidated_delay),
        ("wait of a batch for a prover", summary.prover_wait),
        ("proof of a batch", summary.prove),
        ("merge", summary.merge),
    ];
    all.into_iter().filter_map(|(name, times)| Some((name, times?))).collect()
}

const TIMES: [TextColumn<NamedTimes>; 6] = [
    ("time", |(name, _)| (*name).to_owned()),
    ("mean", |(_, times)| time(times.mean_s)),
    ("p50", |(_, times)| time(times.p50_s)),
    ("p99", |(_, times)| time(times.p99_s)),
    ("longest", |(_, times)| time(times.max_s)),
    ("samples", |(_, times)| times.samples.to_string()),
];

/// Delays, waits and proofs.
pub(crate) fn times_table(pipeline: &PipelineRecord) -> TextTable {
    TextTable::of(&TIMES, all_times(&pipeline.summary))
}

const WORKERS: [TextColumn<FleetWorkerRecord>; 3] = [
    ("worker", |worker| worker.worker.clone()),
    ("jobs", |worker| worker.jobs.to_string()),
    ("busy", |worker| time(worker.busy_s)),
];

/// Who did how much.
pub(crate) fn worker_table(pipeline: &PipelineRecord) -> TextTable {
    TextTable::of(&WORKERS, &pipeline.workers)
}

fn at(time_s: Option<f64>) -> String {
    or_dash(time_s.map(|time_s| format!("{time_s:.1}")))
}

const BATCHES: [TextColumn<PipelineBatchRecord>; 9] = [
    ("batch", |batch| batch.batch.to_string()),
    ("transactions", |batch| batch.transactions.to_string()),
    ("closed by", |batch| batch.closed_by.to_string()),
    ("closed, s", |batch| at(Some(batch.closed_s))),
    ("virtual, s", |batch| at(batch.sequenced_s)),
    ("started, s", |batch| at(batch.started_s)),
    ("proved, s", |batch| at(batch.proved_s)),
    ("aggregated, s", |batch| at(batch.aggregated_s)),
    ("consolidated, s", |batch| at(batch.consolidated_s)),
];

/// Each batch on its way.
pub(crate) fn batch_table(pipeline: &PipelineRecord) -> TextTable {
    TextTable::of(&BATCHES, &pipeline.batches)
}

/// The queue in so many even slots of time: the most of each, or what it was before where nothing was seen in one.
pub(crate) fn queue_slots(pipeline: &PipelineRecord, slots: usize) -> Vec<f64> {
    let end_s = pipeline.series.last().map_or(0.0, |point| point.at_s);
    let mut points = pipeline.series.iter().peekable();
    let mut now = 0.0;
    let slot = |slot: usize| {
        let until_s = end_s * (slot + 1) as f64 / slots.max(1) as f64;
        let mut most: Option<f64> = None;
        while let Some(point) = points.next_if(|point| point.at_s <= until_s) {
            now = point.unproved_batches as f64;
            most = Some(most.unwrap_or(now).max(now));
        }
        most.unwrap_or(now)
    };
    (0..slots).map(slot).collect()
}

#[cfg(test)]
mod tests {
    use super::queue_slots;
    use fixtures::pipeline::pipeline;

    #[test]
    fn a_slot_without_a_point_is_what_was_before_it() {
        let mut few = pipeline();
        few.series.retain(|point| [0.0, 2.0, 10.0, 15.0].contains(&point.at_s));
        assert_eq!(queue_slots(&few, 6), [1.0, 1.0, 1.0, 0.0, 0.0, 0.0]);
        let whole = queue_slots(&pipeline(), 6);
        assert_eq!(whole, [2.0, 2.0, 2.0, 2.0, 0.0, 0.0]);
    }
}
