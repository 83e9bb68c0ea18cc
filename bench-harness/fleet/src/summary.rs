//! The figures of a run, from what its coordinator knows.

use crate::coordinator::Coordinator;
use crate::coordinator::job::{Done, JobState};
use crate::task::Task;
use records::fleet::FLEET_SCHEMA_VERSION;
use records::fleet::summary::{
    FleetRoomsRecord, FleetSampleRecord, FleetSummaryRecord, FleetTimesRecord, FleetWorkerRecord,
};
use std::collections::BTreeMap;
use workloads::batcher::BatchRoom;

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

/// Whether a job is the proof of a batch, and no merge.
pub fn is_batch(sample: &FleetSampleRecord) -> bool {
    matches!(Task::named(&sample.job), Some(Task::Prove(_)))
}

/// What a job took beside its proof, from when it could be begun to its verification, s; none where its start was not heard
/// or it was begun more than once.
pub fn handling_s(sample: &FleetSampleRecord) -> Option<f64> {
    let could_start_s = sample.could_start_s.filter(|_| sample.first_started_s.is_none())?;
    Some((sample.verified_s - could_start_s - sample.prove_s).max(0.0))
}

/// Says of each job when it could be begun: it was there, and the worker that took it had done the job before. Of one that
/// was begun more than once it is when the first attempt was heard of.
fn say_when_each_could_start(samples: &mut [FleetSampleRecord]) {
    let mut by_worker: BTreeMap<String, Vec<&mut FleetSampleRecord>> = BTreeMap::new();
    for sample in samples {
        by_worker.entry(sample.worker.clone()).or_default().push(sample);
    }
    for jobs in by_worker.values_mut() {
        jobs.sort_by(|a, b| a.verified_s.total_cmp(&b.verified_s));
        let mut free_s = 0.0;
        for job in jobs {
            let could_s = |started_s: f64| job.ready_s.max(free_s).min(started_s);
            job.could_start_s = job.first_started_s.or(job.started_s.map(could_s));
            free_s = job.verified_s;
        }
    }
}

/// How the batches were cut; none where there is room for the capacity in each.
fn rooms(coordinator: &Coordinator) -> Option<FleetRoomsRecord> {
    let batches =
        coordinator.batches.iter().filter_map(|batch| Some((batch.room?, batch.range.transactions)));
    let mut rooms = FleetRoomsRecord { register_batches: 0, plain_batches: 0, transactions: 0 };
    for (room, transactions) in batches {
        match room {
            BatchRoom::Swaps => rooms.register_batches += 1,
            BatchRoom::Any => rooms.plain_batches += 1,
        }
        rooms.transactions += transactions;
    }
    Some(rooms).filter(|rooms| rooms.transactions > 0)
}

/// The summary. `provers` are the workers that prove batches, where their number is known.
pub fn summarise(coordinator: &Coordinator, provers: Option<u64>) -> FleetSummaryRecord {
    let jobs = &coordinator.jobs;
    let (delays_s, elapsed_s) = delays(coordinator);
    let consolidated_batches: u64 =
        (0..coordinator.consolidated_groups()).map(|group| coordinator.groups.size(group)).sum();
    let of = |pick: fn(Task, &Done) -> Option<f64>| {
        times(done_of(jobs).filter_map(|(task, _, done)| pick(task, done)).collect())
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
        first_started_s: done.first_started_s,
        could_start_s: None,
        verified_s: done.verified_s,
        busy_s: done.busy_s,
        prove_s: done.prove_s,
        stages: done.stages,
    };
    let mut samples: Vec<_> = done_of(jobs).map(sample).collect();
    say_when_each_could_start(&mut samples);
    let waits = samples.iter().filter(|sample| is_batch(sample));
    let waits = waits.filter_map(|sample| Some((sample.could_start_s? - sample.ready_s).max(0.0))).collect();
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
        prover_wait: times(waits),
        prove: of(|task, done| matches!(task, Task::Prove(_)).then_some(done.prove_s)),
        merge: of(|task, done| matches!(task, Task::Merge { .. }).then_some(done.prove_s)),
        handling: times(samples.iter().filter_map(handling_s).collect()),
        prover_use: provers
            .filter(|_| elapsed_s > 0.0)
            .map(|provers| batches_busy_s / (provers.max(1) as f64 * elapsed_s)),
        rooms: rooms(coordinator),
        counts: coordinator.counts,
        workers: workers(coordinator),
        samples,
    }
}

#[cfg(test)]
mod tests {
    use super::{FleetSampleRecord, handling_s, say_when_each_could_start};

    fn sample(
        job: &str,
        worker: &str,
        (ready_s, started_s, verified_s): (f64, f64, f64),
    ) -> FleetSampleRecord {
        FleetSampleRecord {
            job: job.to_owned(),
            worker: worker.to_owned(),
            submissions: 1,
            ready_s,
            started_s: Some(started_s),
            first_started_s: None,
            could_start_s: None,
            verified_s,
            busy_s: 1.0,
            prove_s: 1.0,
            stages: None,
        }
    }

    #[test]
    fn a_job_could_be_begun_when_it_was_there_and_its_worker_was_free() {
        let mut samples = [
            // Heard of 5 ms after its arrival, on a free worker: that is no wait.
            sample("prove-0", "a", (0.0, 0.005, 1.01)),
            sample("prove-1", "b", (0.5, 0.505, 1.51)),
            // It waited for the first of them to be free.
            sample("prove-2", "a", (0.6, 1.02, 2.03)),
            // Its first attempt was lost; it could be begun when that began.
            FleetSampleRecord { first_started_s: Some(1.6), ..sample("prove-3", "a", (1.2, 2.04, 3.05)) },
            // A worker that answers from a lease that was lost was not heard.
            FleetSampleRecord { started_s: None, ..sample("prove-4", "b", (2.0, 0.0, 3.0)) },
        ];
        say_when_each_could_start(&mut samples);
        let could: Vec<_> = samples.iter().map(|sample| sample.could_start_s).collect();
        assert_eq!(could, [Some(0.0), Some(0.5), Some(1.01), Some(1.6), None]);
        let beside: Vec<_> =
            samples.iter().map(|sample| handling_s(sample).map(|s| (s * 1e3).round())).collect();
        assert_eq!(beside, [Some(10.0), Some(10.0), Some(20.0), None, None]);
    }
}
