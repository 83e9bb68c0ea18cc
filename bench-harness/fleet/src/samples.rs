//! The log of samples of a run, in the form in which `measure` writes one: a cell for each number of cores that its
//! workers have, a repeat for each group. It is made from what the coordinator knows, and so from the ledger: a run that
//! goes on writes it anew, and no proof can stand in it twice.
//!
//! What `measure` does not have is the wait of each job. What it has and a fleet does not: workers run no probe, so that
//! nothing is known for or against a sample but that its proof was verified.

use crate::coordinator::Coordinator;
use crate::coordinator::job::{Done, JobState};
use crate::summary::done_of;
use crate::task::Task;
use records::fleet::job::FleetWorkRecord;
use records::sample::{
    CellEndRecord, CellRecord, EndName, FailureName, FailureRecord, LogRecord, MarkName, RepeatRecord,
    SAMPLE_SCHEMA_VERSION, SampleRecord, SetUpRecord, StageName,
};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The log of a folder.
pub fn samples_path(folder: &Path) -> PathBuf {
    folder.join("samples.jsonl")
}

/// Everything that was timed, group by group. A proof of a worker that does not say its cores is in no cell, and left out.
pub fn log_of(coordinator: &Coordinator) -> Vec<LogRecord> {
    let mut log = RunLog { coordinator, cells: cells_of(coordinator), lines: Vec::new() };
    log.set_ups();
    let mut groups: BTreeMap<u64, Vec<TimedJob<'_>>> = BTreeMap::new();
    for (task, job, done) in done_of(&coordinator.jobs) {
        if let Some(cores) = done.cores {
            let timed = TimedJob { task, job, done, cores };
            groups.entry(coordinator.groups.group_of(task)).or_default().push(timed);
        }
    }
    for (group, jobs) in &groups {
        log.group(*group, jobs);
    }
    log.ends();
    log.lines
}

/// A job that was done, by a worker with so many cores.
#[derive(Clone, Copy)]
struct TimedJob<'a> {
    task: Task,
    job: &'a JobState,
    done: &'a Done,
    cores: u64,
}

/// The cells of a run by their cores. As many provers were at work at once as have done a job.
fn cells_of(coordinator: &Coordinator) -> BTreeMap<u64, CellRecord> {
    let mut workers: BTreeMap<u64, BTreeSet<&str>> = BTreeMap::new();
    for (_, _, done) in done_of(&coordinator.jobs) {
        if let Some(cores) = done.cores {
            workers.entry(cores).or_default().insert(&done.worker);
        }
    }
    let work = &coordinator.began.work;
    workers.into_iter().map(|(cores, workers)| (cores, cell(work, cores, workers.len() as u64))).collect()
}

fn cell(work: &FleetWorkRecord, cores: u64, provers: u64) -> CellRecord {
    let workload = match work.swap_ratio {
        0.0 => "transfer",
        1.0 => "swap",
        _ => "mix",
    };
    CellRecord {
        workload: workload.to_owned(),
        swap_ratio: Some(work.swap_ratio),
        batch_transactions: work.batch_transactions,
        capacity_transactions: work.batch_transactions,
        batches_per_aggregation: work.batches_per_aggregation,
        proof_system: work.proof_system.clone(),
        cores,
        clock: "as_is".to_owned(),
        provers,
    }
}

/// Where a sample belongs within its group.
#[derive(Clone, Copy, Default)]
struct SamplePlace {
    batch: Option<u64>,
    level: Option<u64>,
    merges: Option<u64>,
}

struct RunLog<'a> {
    coordinator: &'a Coordinator,
    cells: BTreeMap<u64, CellRecord>,
    lines: Vec<LogRecord>,
}

impl RunLog<'_> {
    fn run(&self) -> String {
        self.coordinator.began.run.clone()
    }

    fn set_ups(&mut self) {
        for cell in self.cells.values() {
            self.lines.push(LogRecord::SetUp(SetUpRecord {
                schema_version: SAMPLE_SCHEMA_VERSION,
                run: self.run(),
                cell: cell.clone(),
                system: self.coordinator.system.clone(),
                core_kind: None,
                cpus: Vec::new(),
            }));
        }
    }

    fn group(&mut self, group: u64, jobs: &[TimedJob<'_>]) {
        for timed in jobs {
            match timed.task {
                Task::Prove(batch) => self.batch(group, batch, timed),
                Task::Merge { level, place, .. } => self.wait(
                    group,
                    SamplePlace { batch: Some(place), level: Some(u64::from(level)), merges: None },
                    timed,
                ),
            }
        }
        self.levels(group, jobs);
        self.repeat(group, jobs);
    }

    fn sample(
        &mut self,
        group: u64,
        place: SamplePlace,
        (timed, stage): (&TimedJob<'_>, StageName),
        wall_s: f64,
        output_bytes: Option<u64>,
    ) {
        let SamplePlace { batch, level, merges } = place;
        let (_, transactions) = self.coordinator.transactions_of(timed.task);
        self.lines.push(LogRecord::Sample(SampleRecord {
            schema_version: SAMPLE_SCHEMA_VERSION,
            run: self.run(),
            cell: self.cells[&timed.cores].clone(),
            repeat: Some(group),
            seed: Some(self.coordinator.began.work.seed),
            batch,
            stage,
            level,
            merges,
            wall_s,
            cpu_s: None,
            peak_rss_bytes: None,
            transactions,
            output_bytes,
            clock_ghz: None,
            probe_cycles: None,
            adds_per_cycle: None,
            core_fraction: None,
            steal_s: None,
            lost_fraction: None,
            mark: MarkName::Clean,
        }));
    }

    fn wait(&mut self, group: u64, place: SamplePlace, timed: &TimedJob<'_>) {
        if let Some(started_s) = timed.done.started_s {
            let wait_s = (started_s - timed.job.ready_s).max(0.0);
            self.sample(group, place, (timed, StageName::QueueWait), wait_s, None);
        }
    }

    /// The stages of one batch, in the order of the pipeline.
    fn batch(&mut self, group: u64, batch: u64, timed: &TimedJob<'_>) {
        let of_group = batch - group * self.coordinator.groups.batches_per_group;
        let place = SamplePlace { batch: Some(of_group), ..SamplePlace::default() };
        let closed = timed_closing(self.coordinator, batch);
        let mut add = |stage, wall_s, bytes| self.sample(group, place, (timed, stage), wall_s, bytes);
        if let Some((execute_s, root_s)) = closed {
            add(StageName::Execute, execute_s, None);
            add(StageName::Root, root_s, None);
        }
        if let Some(stages) = timed.done.stages {
            add(StageName::Record, stages.record_s, None);
            add(StageName::Witness, stages.witness_s, None);
            add(StageName::Prove, stages.prove_s, Some(timed.done.proof_bytes));
            if let Some(grind_s) = stages.grind_s {
                add(StageName::Grind, grind_s, None);
            }
        }
        add(StageName::Verify, timed.done.verify_s, None);
        self.wait(group, place, timed);
    }

    /// Each level of the tree: what its merges took, one after the other, on whichever workers that was.
    fn levels(&mut self, group: u64, jobs: &[TimedJob<'_>]) {
        let mut levels: BTreeMap<(u64, u32), (TimedJob<'_>, u64, f64)> = BTreeMap::new();
        for timed in jobs {
            if let Task::Merge { level, .. } = timed.task {
                let entry = levels.entry((timed.cores, level)).or_insert((*timed, 0, 0.0));
                *entry = (entry.0, entry.1 + 1, entry.2 + timed.done.prove_s);
            }
        }
        for ((_, level), (first, merges, wall_s)) in levels {
            let place = SamplePlace { batch: None, level: Some(u64::from(level)), merges: Some(merges) };
            self.sample(group, place, (&first, StageName::Aggregate), wall_s, None);
        }
        let top = self.coordinator.groups.top_level(group);
        let is_top = |timed: &&TimedJob<'_>| matches!(timed.task, Task::Merge { level, .. } if level == top);
        if let Some(timed) = jobs.iter().find(is_top) {
            let (stage, bytes) = (StageName::VerifyAggregate, Some(timed.done.proof_bytes));
            self.sample(group, SamplePlace::default(), (timed, stage), timed.done.verify_s, bytes);
        }
    }

    /// A group is a complete repeat of a cell where its workers alone have made it.
    fn repeat(&mut self, group: u64, jobs: &[TimedJob<'_>]) {
        let Some(done_s) = self.coordinator.group_done_s.get(&group) else { return };
        let cores: BTreeSet<u64> = jobs.iter().map(|timed| timed.cores).collect();
        let (Some(cores), true) = (cores.first(), cores.len() == 1) else { return };
        let begun_s = jobs.iter().map(|timed| timed.done.started_s.unwrap_or(timed.job.ready_s));
        self.lines.push(LogRecord::Repeat(RepeatRecord {
            schema_version: SAMPLE_SCHEMA_VERSION,
            run: self.run(),
            cell: self.cells[cores].clone(),
            repeat: group,
            seed: self.coordinator.began.work.seed,
            wall_s: (done_s - begun_s.fold(f64::INFINITY, f64::min)).max(0.0),
        }));
    }

    /// What was given up, in the first cell, since nobody made it; and that the cells are complete, where they are.
    fn ends(&mut self) {
        let failed: Vec<_> = self
            .coordinator
            .jobs
            .iter()
            .filter_map(|(task, job)| Some((*task, job.given_up.clone()?)))
            .collect();
        let first = self.cells.values().next().cloned();
        for (task, why) in failed {
            let Some(cell) = first.clone() else { break };
            self.lines.push(LogRecord::Failure(FailureRecord {
                schema_version: SAMPLE_SCHEMA_VERSION,
                run: self.run(),
                cell,
                repeat: Some(self.coordinator.groups.group_of(task)),
                seed: Some(self.coordinator.began.work.seed),
                failure: FailureName::NoProof,
                why: format!("{}: {why}", task.words(self.coordinator.groups)),
            }));
        }
        if !self.coordinator.is_over() {
            return;
        }
        let end = if self.coordinator.is_complete() { EndName::Repeats } else { EndName::Failed };
        let mut repeats: BTreeMap<String, u64> = BTreeMap::new();
        for line in &self.lines {
            if let LogRecord::Repeat(repeat) = line {
                *repeats.entry(repeat.cell.key()).or_default() += 1;
            }
        }
        for cell in self.cells.values() {
            self.lines.push(LogRecord::CellEnd(CellEndRecord {
                schema_version: SAMPLE_SCHEMA_VERSION,
                run: self.run(),
                cell: cell.clone(),
                end,
                repeats: repeats.get(&cell.key()).copied().unwrap_or_default(),
            }));
        }
    }
}

/// Execution and root of a batch, s; none of a scripted run.
fn timed_closing(coordinator: &Coordinator, batch: u64) -> Option<(f64, f64)> {
    let times = coordinator.batches.get(usize::try_from(batch).ok()?)?.times?;
    Some((times.execute.as_secs_f64(), times.root.as_secs_f64()))
}
