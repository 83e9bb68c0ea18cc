//! A live pipeline: transactions arrive, a sequencer closes batches, provers and aggregators work through the same queue
//! and coordinator as any fleet, and a simulated L1 takes what they send it. In real time.
//!
//! ```text
//! transactions ─> sequencer ─> batch ─┬─> L1: sequenced (virtual)
//!                                     └─> coordinator ⇄ workers ─> proof of a group ─> L1: proven (consolidated)
//! ```
//!
//! | room | what it owns |
//! |---|---|
//! | [`l1`] | when something lands on L1 |
//! | [`workers`] | workers that come and go while it runs |
//! | [`series`] | queue and workers over time |
//! | `outcome` | the record of a run |
//! | `resumed` | a pipeline that goes on where its ledger ends |
//!
//! As in the planner's simulation a batch may be proved from its closing on: proving does not wait for L1.

pub mod l1;
mod outcome;
mod resumed;
pub mod series;
pub mod workers;

use crate::arrivals::BatchArrivals;
use crate::coordinator::Coordinator;
use crate::error::FleetError;
use crate::pipeline::l1::SlotClock;
use crate::pipeline::series::PipelineSeries;
use crate::pipeline::workers::PipelineWorkers;
use crate::queue::JobQueue;
use crate::run::{RunningFleet, unix_s};
use crate::samples::{log_of, samples_path};
use crate::summary::times;
use crate::task::Task;
use records::file::write_json;
use records::fleet::pipeline::{
    PipelinePointRecord, PipelineRecord, PipelineRulesRecord, PipelineScalingRecord,
};
use records::fleet::summary::FleetTimesRecord;
use records::sample::write_log;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use workloads::sequencer::{ClosingRules, SequencedBatch, Sequencer};

/// The longest that a turn waits for an answer, and the shortest, s: many transactions a second are taken in one turn.
const TURN_MAX_S: f64 = 0.2;
const TURN_MIN_S: f64 = 0.005;

/// How often the record is written while it runs, s: whoever is killed loses no more of the queue's history.
const WRITTEN_S: f64 = 5.0;

/// The record of a folder.
pub fn record_path(folder: &Path) -> PathBuf {
    folder.join("pipeline.json")
}

/// What a pipeline does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PipelineRules {
    /// Times between transactions.
    pub arrivals: BatchArrivals,
    /// How long they arrive, s.
    pub duration_s: f64,
    /// What closes a batch.
    pub closing: ClosingRules,
    /// The L1.
    pub l1: SlotClock,
}

impl PipelineRules {
    /// What a record asks for, of batches with so much room.
    pub fn of(record: &PipelineRulesRecord, capacity: u64) -> Self {
        let mean_s = 1.0 / record.rate_transactions_per_s;
        Self {
            arrivals: match record.arrivals.as_str() {
                "fixed" => BatchArrivals::Fixed { mean_s },
                _ => BatchArrivals::Poisson { mean_s },
            },
            duration_s: record.duration_s,
            closing: ClosingRules {
                capacity,
                count: None,
                timeout_s: record.close_timeout_s,
                unproved_max: record.unproved_max_batches,
            },
            l1: SlotClock { block_s: record.block_s },
        }
    }

    /// As it is written down.
    pub fn record(&self) -> PipelineRulesRecord {
        let (arrivals, mean_s) = match self.arrivals {
            BatchArrivals::Poisson { mean_s } => ("poisson", mean_s),
            BatchArrivals::Fixed { mean_s } => ("fixed", mean_s),
            BatchArrivals::AtOnce => ("fixed", 0.0),
        };
        PipelineRulesRecord {
            arrivals: arrivals.to_owned(),
            rate_transactions_per_s: 1.0 / mean_s.max(1e-9),
            duration_s: self.duration_s,
            close_timeout_s: self.closing.timeout_s,
            unproved_max_batches: self.closing.unproved_max,
            block_s: self.l1.block_s,
        }
    }
}

/// What is going on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PipelineProgress {
    /// Queue and workers.
    pub point: PipelinePointRecord,
    /// Transactions that have arrived.
    pub transactions: u64,
    /// Of these, proven on L1.
    pub consolidated_transactions: u64,
    /// Batches that were closed.
    pub batches: u64,
    /// Proofs and merges of these.
    pub jobs: u64,
    /// Of which are verified.
    pub done: u64,
    /// Jobs that were given up.
    pub given_up: u64,
    /// Whether the bound keeps transactions waiting now.
    pub is_held: bool,
    /// How long transactions arrive yet, s.
    pub arrivals_left_s: f64,
    /// Delay to virtual and to consolidated of what has got there.
    pub virtual_delay: Option<FleetTimesRecord>,
    /// The same to consolidated.
    pub consolidated_delay: Option<FleetTimesRecord>,
}

/// What a pipeline is told meanwhile.
pub trait PipelineWatcher {
    /// After each turn, with what the queue says where it fails. Figures are made only where they are asked for.
    fn look(&mut self, now_s: f64, progress: &dyn Fn() -> PipelineProgress, trouble: Option<&str>);
}

/// A pipeline at work.
#[derive(Debug)]
pub struct LivePipeline {
    folder: PathBuf,
    pub(crate) coordinator: Coordinator,
    pub(crate) rules: PipelineRules,
    pub(crate) sequencer: Sequencer,
    /// What was closed, by number.
    pub(crate) closed: Vec<SequencedBatch>,
    pub(crate) arrived: u64,
    next_arrival_s: f64,
    series: PipelineSeries,
    pub(crate) unproved_max: u64,
    /// Workers that are there, integrated over time, s; none where their number is not known.
    pub(crate) present_s: Option<f64>,
    /// None of one that has not begun.
    pub(crate) began_unix_s: Option<f64>,
    earlier: EarlierPart,
}

/// What only the last record knows of a pipeline that was started again.
#[derive(Clone, Debug, Default)]
struct EarlierPart {
    /// How long the bound kept transactions waiting, s.
    held_s: f64,
    /// Changes of the number of provers.
    scaling: Vec<PipelineScalingRecord>,
}

impl LivePipeline {
    /// Of a run that knows no batch yet.
    pub fn new(running: RunningFleet, rules: PipelineRules) -> Self {
        let (folder, coordinator, began_unix_s) = running.into_parts();
        let next_arrival_s = rules.arrivals.gap_s(coordinator.began.work.seed, 0);
        Self {
            folder,
            coordinator,
            rules,
            sequencer: Sequencer::new(rules.closing),
            closed: Vec::new(),
            arrived: 0,
            next_arrival_s,
            series: PipelineSeries::default(),
            unproved_max: 0,
            present_s: None,
            began_unix_s,
            earlier: EarlierPart::default(),
        }
    }

    /// How long ago it began, s; 0 of one that has not.
    pub fn age_s(&self) -> f64 {
        self.began_unix_s.map_or(0.0, |began_unix_s| (unix_s() - began_unix_s).max(0.0))
    }

    /// Runs until everything that arrived is proven on L1 or given up, or `stop` is set; then writes the record.
    ///
    /// # Errors
    /// [`FleetError`]. What was proved until then stands in the ledger.
    pub fn run(
        mut self,
        queue: &dyn JobQueue,
        workers: &mut dyn PipelineWorkers,
        stop: &AtomicBool,
        watcher: &mut dyn PipelineWatcher,
    ) -> Result<PipelineRecord, FleetError> {
        let before_s = self.begin()?;
        let start = Instant::now();
        let now = || before_s + start.elapsed().as_secs_f64();
        let (mut there, mut seen_s, mut written_s) = (None, before_s, before_s);
        while !stop.load(Ordering::SeqCst) {
            let now_s = now();
            self.sequence(now_s)?;
            if self.is_over(now_s) {
                break;
            }
            let wait = Duration::from_secs_f64(self.wait_s(now_s));
            let trouble = self.coordinator.turn(queue, &now, wait)?;
            let now_s = now();
            if let Some(count) = there {
                self.present_s = Some(self.present_s.unwrap_or_default() + count as f64 * (now_s - seen_s));
            }
            seen_s = now_s;
            there = workers.turn(now_s)?;
            let point = self.point(now_s, there);
            self.unproved_max = self.unproved_max.max(point.unproved_batches);
            self.series.see(point);
            watcher.look(now_s, &|| self.progress(now_s, point), trouble.as_deref());
            if now_s - written_s >= WRITTEN_S {
                written_s = now_s;
                let series = self.series.clone().ended(point);
                write_json(&record_path(&self.folder), &self.outcome(now_s, series, workers.changes()))?;
            }
        }
        let now_s = now();
        if self.coordinator.is_over() {
            self.coordinator.end(now_s)?;
        }
        let series = std::mem::take(&mut self.series).ended(self.point(now_s, there));
        let record = self.outcome(now_s, series, workers.changes());
        write_json(&record_path(&self.folder), &record)?;
        write_log(&samples_path(&self.folder), &log_of(&self.coordinator))?;
        Ok(record)
    }

    /// Begins, or goes on where nothing was closed while nobody was there. Returns how long ago it began, s.
    fn begin(&mut self) -> Result<f64, FleetError> {
        if self.began_unix_s.is_some() {
            let age_s = self.age_s();
            self.sequencer.not_before(age_s);
            return Ok(age_s);
        }
        let began_unix_s = unix_s();
        self.began_unix_s = Some(began_unix_s);
        self.coordinator.begin_now(began_unix_s)?;
        Ok(0.0)
    }

    /// Transactions that have arrived by now, and the batches that they close.
    fn sequence(&mut self, now_s: f64) -> Result<(), FleetError> {
        let PipelineRules { arrivals, duration_s, .. } = self.rules;
        while self.next_arrival_s <= now_s.min(duration_s) {
            self.sequencer.arrive(self.next_arrival_s);
            self.arrived += 1;
            self.next_arrival_s += arrivals.gap_s(self.coordinator.began.work.seed, self.arrived);
        }
        if now_s >= duration_s {
            self.sequencer.end(duration_s);
        }
        let mut unproved = self.unproved();
        loop {
            // A batch is full with as many transactions as the proof system has room for, which may hang on what they are.
            self.sequencer.make_room(self.coordinator.next_room());
            let Some(batch) = self.sequencer.close(now_s, unproved) else { break };
            unproved += 1;
            let closed = (batch.closed_s, Some(batch.closed_by));
            self.coordinator.close_batch(batch.arrived_s.len() as u64, closed, now_s)?;
            self.closed.push(batch);
        }
        if self.sequencer.is_over() {
            self.coordinator.close_last(now_s)?;
        }
        Ok(())
    }

    /// Batches that are closed and neither proved nor given up.
    fn unproved(&self) -> u64 {
        self.coordinator.open_batches
    }

    fn point(&self, at_s: f64, workers: Option<u64>) -> PipelinePointRecord {
        let at_work = self.coordinator.jobs.iter().filter(|(_, job)| job.is_worked_on(at_s));
        let (mut proving, mut merging) = (0, 0);
        for (task, _) in at_work {
            match task {
                Task::Prove(_) => proving += 1,
                Task::Merge { .. } => merging += 1,
            }
        }
        let waiting_transactions = self.sequencer.waiting();
        let unproved_batches = self.unproved();
        PipelinePointRecord { at_s, waiting_transactions, unproved_batches, proving, merging, workers }
    }

    /// Until something is due that nobody says: a transaction, a closing, a slot of L1.
    fn wait_s(&self, now_s: f64) -> f64 {
        let arrival_s = Some(self.next_arrival_s).filter(|at_s| *at_s <= self.rules.duration_s);
        let closing_s = self.sequencer.due_s().map(|(at_s, _)| at_s).filter(|at_s| *at_s > now_s);
        let landing_s = self.landed_s().filter(|_| self.coordinator.is_over());
        let end_s = Some(self.rules.duration_s).filter(|at_s| *at_s > now_s);
        let next_s =
            [arrival_s, closing_s, landing_s, end_s].into_iter().flatten().fold(f64::INFINITY, f64::min);
        (next_s - now_s).clamp(TURN_MIN_S, TURN_MAX_S)
    }

    /// When the last proof that is there lands on L1.
    fn landed_s(&self) -> Option<f64> {
        self.consolidated_s().last().copied()
    }

    /// When each complete group lands on L1, in order.
    pub(crate) fn consolidated_s(&self) -> Vec<f64> {
        let mut after_s: f64 = 0.0;
        let groups = 0..self.coordinator.consolidated_groups();
        let landed = groups.map(|group| {
            after_s = after_s.max(self.rules.l1.included_s(self.coordinator.group_done_s[&group]));
            after_s
        });
        landed.collect()
    }

    /// Whether nothing comes any more: all that arrived is proven on L1, or waits for what was given up.
    fn is_over(&self, now_s: f64) -> bool {
        let virtual_s = self.closed.last().map_or(0.0, |batch| self.rules.l1.included_s(batch.closed_s));
        self.sequencer.is_over()
            && self.coordinator.is_over()
            && self.landed_s().is_none_or(|landed_s| landed_s <= now_s)
            && virtual_s <= now_s
    }

    /// Delays to virtual and to consolidated of every transaction that has got there by now, s.
    pub(crate) fn delays_s(&self, now_s: f64) -> (Vec<f64>, Vec<f64>) {
        let consolidated_s = self.consolidated_s();
        let (mut to_virtual, mut to_consolidated) = (Vec::new(), Vec::new());
        for (number, batch) in (0..).zip(&self.closed) {
            let virtual_s = Some(self.rules.l1.included_s(batch.closed_s));
            let group = usize::try_from(self.coordinator.groups.group_of(Task::Prove(number)));
            let proven_s = group.ok().and_then(|group| consolidated_s.get(group).copied());
            for (at_s, delays) in [(virtual_s, &mut to_virtual), (proven_s, &mut to_consolidated)] {
                if let Some(at_s) = at_s.filter(|at_s| *at_s <= now_s) {
                    delays.extend(batch.arrived_s.iter().map(|arrived_s| at_s - arrived_s));
                }
            }
        }
        (to_virtual, to_consolidated)
    }

    fn progress(&self, now_s: f64, point: PipelinePointRecord) -> PipelineProgress {
        let (to_virtual, to_consolidated) = self.delays_s(now_s);
        let is_due = self.sequencer.due_s().is_some_and(|(due_s, _)| due_s < now_s);
        let is_full = self.rules.closing.unproved_max.is_some_and(|max| point.unproved_batches >= max);
        let jobs = self.coordinator.progress(now_s);
        PipelineProgress {
            jobs: jobs.jobs,
            done: jobs.done,
            point,
            transactions: self.arrived,
            consolidated_transactions: to_consolidated.len() as u64,
            batches: self.closed.len() as u64,
            given_up: jobs.given_up,
            is_held: is_due && is_full,
            arrivals_left_s: (self.rules.duration_s - now_s).max(0.0),
            virtual_delay: times(to_virtual),
            consolidated_delay: times(to_consolidated),
        }
    }
}
