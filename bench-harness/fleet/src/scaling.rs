//! Workers in this process that a rule starts and stops while a run goes on, to hold rules against each other. Who is
//! stopped ends its proof first: one that is idle goes before one at work.

use crate::coordinator::job::Progress;
use crate::error::FleetError;
use crate::queue::{JobQueue, Lease};
use crate::run::RunWatcher;
use crate::task::WorkerClass;
use crate::worker::{WorkerRules, WorkerWatcher, serve};
use records::fleet::job::FleetResultRecord;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// When the rule acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScalingTimes {
    /// Time between two decisions.
    pub decide: Duration,
    /// From the request for a worker to its first job.
    pub start: Duration,
}

/// What a rule sees, at a time since the beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScalingSight {
    /// Since the fleet was set up.
    pub at: Duration,
    /// Batches that have arrived.
    pub arrived: u64,
    /// Jobs that wait.
    pub waiting: u64,
    /// Jobs in the hands of workers.
    pub working: u64,
    /// Workers that are asked for and not stopped.
    pub workers: u64,
}

/// What it came to.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ScaledFleet {
    /// Time of workers that is paid for, s: from the request for one to its end.
    pub worker_s: f64,
    /// The most workers at a time.
    pub workers_max: u64,
    /// Workers that were stopped by the rule.
    pub stopped: u64,
}

/// How many workers are wanted, those at work included.
pub type ScalingRule<'a> = Box<dyn FnMut(ScalingSight) -> u64 + 'a>;

/// One worker.
struct Hired {
    stop: Arc<AtomicBool>,
    is_busy: Arc<AtomicBool>,
    thread: JoinHandle<Duration>,
}

/// A watcher of a run, whose workers a rule starts and stops. Jobs of batches alone.
pub struct ScalingFleet<'a> {
    queue: Arc<dyn JobQueue>,
    times: ScalingTimes,
    rule: ScalingRule<'a>,
    began: Instant,
    next: Instant,
    at_work: Vec<Hired>,
    retiring: Vec<Hired>,
    hired: u64,
    so_far: ScaledFleet,
}

impl std::fmt::Debug for ScalingFleet<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ScalingFleet").field("so_far", &self.so_far).finish_non_exhaustive()
    }
}

struct Busy(Arc<AtomicBool>);

impl WorkerWatcher for Busy {
    fn began(&self, _lease: &Lease) {
        self.0.store(true, Ordering::SeqCst);
    }

    fn ended(&self, _result: &FleetResultRecord) {
        self.0.store(false, Ordering::SeqCst);
    }
}

impl<'a> ScalingFleet<'a> {
    /// A fleet without a worker.
    pub fn new(queue: Arc<dyn JobQueue>, times: ScalingTimes, rule: ScalingRule<'a>) -> Self {
        let now = Instant::now();
        let so_far = ScaledFleet::default();
        let (at_work, retiring) = (Vec::new(), Vec::new());
        Self { queue, times, rule, began: now, next: now, at_work, retiring, hired: 0, so_far }
    }

    fn hire(&mut self) {
        self.hired += 1;
        let (stop, is_busy) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
        let beat = Duration::from_secs(1);
        let rules = WorkerRules {
            look: self.times.decide.min(Duration::from_millis(20)),
            ..WorkerRules::new(format!("worker-{}", self.hired), WorkerClass::Prove, beat)
        };
        let (asked, start, queue) = (Instant::now(), self.times.start, Arc::clone(&self.queue));
        let (stopped, busy) = (Arc::clone(&stop), Busy(Arc::clone(&is_busy)));
        let thread = std::thread::spawn(move || {
            while asked.elapsed() < start && !stopped.load(Ordering::SeqCst) {
                std::thread::sleep(rules.look.min(start.saturating_sub(asked.elapsed())));
            }
            serve(&*queue, &rules, &stopped, &busy);
            asked.elapsed()
        });
        self.at_work.push(Hired { stop, is_busy, thread });
    }

    /// Stops one: an idle one where there is one, and of those the last that was asked for.
    fn stop_one(&mut self) {
        let idle = self.at_work.iter().rposition(|worker| !worker.is_busy.load(Ordering::SeqCst));
        let Some(at) = idle.or(self.at_work.len().checked_sub(1)) else { return };
        let worker = self.at_work.remove(at);
        worker.stop.store(true, Ordering::SeqCst);
        self.retiring.push(worker);
        self.so_far.stopped += 1;
    }

    fn pay(&mut self, worker: Hired) {
        // A worker that panicked has failed its job, which the coordinator has seen.
        self.so_far.worker_s += worker.thread.join().unwrap_or_default().as_secs_f64();
    }

    /// Stops all, and says what it came to.
    pub fn end(mut self) -> ScaledFleet {
        let all: Vec<Hired> = self.at_work.drain(..).chain(self.retiring.drain(..)).collect();
        all.iter().for_each(|worker| worker.stop.store(true, Ordering::SeqCst));
        all.into_iter().for_each(|worker| self.pay(worker));
        self.so_far
    }
}

impl RunWatcher for ScalingFleet<'_> {
    fn look(&mut self, progress: &Progress, _trouble: Option<&str>) -> Result<(), FleetError> {
        let now = Instant::now();
        if now < self.next {
            return Ok(());
        }
        self.next = now + self.times.decide;
        let Progress { arrived, waiting, working, .. } = *progress;
        let (at, workers) = (now - self.began, self.at_work.len() as u64);
        let wanted = (self.rule)(ScalingSight { at, arrived, waiting, working, workers });
        while (self.at_work.len() as u64) < wanted {
            self.hire();
        }
        while self.at_work.len() as u64 > wanted {
            self.stop_one();
        }
        let gone = |worker: &mut Hired| worker.thread.is_finished();
        let ended: Vec<Hired> = self.retiring.extract_if(.., gone).collect();
        ended.into_iter().for_each(|worker| self.pay(worker));
        let workers = (self.at_work.len() + self.retiring.len()) as u64;
        self.so_far.workers_max = self.so_far.workers_max.max(workers);
        Ok(())
    }
}
