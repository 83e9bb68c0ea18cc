//! The figures of a run, from what its coordinator knows.

use crate::coordinator::Coordinator;
use crate::coordinator::job::{Done, JobState};
use crate::task::Task;
use records::fleet::FLEET_SCHEMA_VERSION;
use records::fleet::summary::{FleetSampleRecord, FleetSummaryRecord, FleetTimesRecord, FleetWorkerRecord};
use std::collections::BTreeMap;

/// Mean and quantiles of times, s; none of none. The p-th quantile of n is the ⌈p·n⌉-th smallest.
///
/// ```
/// let times = fleet::summary::times((1..=100).map(f64::from).collect()).expect("some");
/// assert_eq!((times.p50_s, times.p99_s, times.max_s, times.mean_s), (50.0, 99.0, 100.0, 50.5));
/// ```
pub fn times(mut times_s: Vec<f64>) -> Option<FleetTimesRecord> {
    times_s.sort_by(f64::total_cmp);
    let count = times_s.len();
    let at = |fraction: f64| times_s[((fraction * count as f64).ceil() as usize).clamp(1, count) - 1];
    let max_s = *times_s.last()?;
    Some(FleetTimesRecord {
        samples: count as u64,
        mean_s: times_s.iter().sum::<f64>() / count as f64,
        p50_s: at(0.5),
        p99_s: at(0.99),
        max_s,
    })
}

pub(crate) fn done_of(jobs: &BTreeMap<Task, JobState>) -> impl Iterator<Item = (Task, &JobState, &Done)> {
    jobs.iter().filter_map(|(task, job)| Some((*task, job, job.done.as_ref()?)))
}

/// The delay of the oldest transaction of each complete group, in order: from the time at which its first batch began to
/// fill, which is when the batch before it was closed, to its last proof and those of all groups before it.
fn delays(coordinator: &Coordinator) -> (Vec<f64>, f64) {
    let mut consolidated_s: f64 = 0.0;
    let mut delays_s = Vec::new();
    for group in 0..coordinator.consolidated_groups() {
        consolidated_s = consolidated_s.max(coordinator.group_done_s[&group]);
        let first = usize::try_from(group * coordinator.groups.batches_per_group).unwrap_or(usize::MAX);
        let opened_s = first.checked_sub(1).map_or(0.0, |before| coordinator.batches[before].ready_s);
        delays_s.push(consolidated_s - opened_s);
    }
    (delays_s, consolidated_s)
}

/// What each worker did.
pub(crate) fn workers(coordinator: &Coordinator) -> Vec<FleetWorkerRecord> {
    let mut workers: BTreeMap<&str, (u64, f64)> = BTreeMap::new();
    for (_, _, done) in done_of(&coordinator.jobs) {
        let entry = workers.entry(&done.worker).or_default();
        *entry = (entry.0 + 1, entry.1 + done.busy_s);
    }
    for worker in coordinator.excluded.keys() {
        workers.entry(worker).or_default();
    }
    let record = |(worker, (jobs, busy_s)): (&str, (u64, f64))| FleetWorkerRecord {
        worker: worker.to_owned(),
        jobs,
        busy_s,
        excluded: coordinator.excluded.get(worker).cloned(),
        machine: coordinator.machines.get(worker).cloned(),
    };
    workers.into_iter().map(record).collect()
}

/// What a job took beside its proof, from its start to its verification, s; none where its start was not heard.
pub fn handling_s(sample: &FleetSampleRecord) -> Option<f64> {
    Some((sample.verified_s - sample.started_s? - sample.prove_s).max(0.0))
}

/// The summary. `provers` are the workers that prove batches, where their number is known.
pub fn summarise(coordinator: &Coordinator, provers: Option<u64>) -> FleetSummaryRecord {
    let jobs = &coordinator.jobs;
    let (delays_s, elapsed_s) = delays(coordinator);
    let consolidated_batches: u64 =
        (0..coordinator.consolidated_groups()).map(|group| coordinator.groups.size(group)).sum();
    let of = |pick: fn(Task, &JobState, &Done) -> Option<f64>| {
        times(done_of(jobs).filter_map(|(task, job, done)| pick(task, job, done)).collect())
    };
    let batches_busy_s: f64 = done_of(jobs)
        .filter(|(task, ..)| matches!(task, Task::Prove(_)))
        .map(|(_, _, done)| done.busy_s)
        .sum();
    let sample = |(task, job, done): (Task, &JobState, &Done)| FleetSampleRecord {
        job: task.name(),
        worker: done.worker.clone(),
        submissions: job.submission,
        ready_s: job.ready_s,
        started_s: done.started_s,
        verified_s: done.verified_s,
        busy_s: done.busy_s,
        prove_s: done.prove_s,
    };
    let samples: Vec<_> = done_of(jobs).map(sample).collect();
    FleetSummaryRecord {
        schema_version: FLEET_SCHEMA_VERSION,
        run: coordinator.began.run.clone(),
        work: coordinator.began.work.clone(),
        batches: coordinator.began.batches.max(coordinator.arrived()),
        consolidated_batches,
        is_complete: coordinator.is_complete(),
        given_up: coordinator.given_up(),
        elapsed_s,
        throughput_batches_per_s: if elapsed_s > 0.0 { consolidated_batches as f64 / elapsed_s } else { 0.0 },
        delay: times(delays_s),
        prover_wait: of(|task, job, done| match task {
            Task::Prove(_) => Some((done.started_s? - job.ready_s).max(0.0)),
            Task::Merge { .. } => None,
        }),
        prove: of(|task, _, done| matches!(task, Task::Prove(_)).then_some(done.prove_s)),
        merge: of(|task, _, done| matches!(task, Task::Merge { .. }).then_some(done.prove_s)),
        handling: times(samples.iter().filter_map(handling_s).collect()),
        prover_use: provers
            .filter(|_| elapsed_s > 0.0)
            .map(|provers| batches_busy_s / (provers.max(1) as f64 * elapsed_s)),
        counts: coordinator.counts,
        workers: workers(coordinator),
        samples,
    }
}
