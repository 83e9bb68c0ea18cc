//! The parent of worker processes: a thread for each, which takes jobs for it, hears it, starts it again when it dies.

use crate::error::FleetError;
use crate::process::wire::{ChildAnswer, ChildStart};
use crate::queue::{JobQueue, Lease};
use crate::task::WorkerClass;
use crate::worker::result_of;
use prover::process::{ChildProcess, NoLine};
use records::fleet::job::FleetWorkRecord;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How a child is started.
#[derive(Clone, Debug)]
pub struct ChildProgram {
    /// Which program: one that calls [`crate::process::child::main`].
    pub program: PathBuf,
    /// With which arguments.
    pub arguments: Vec<String>,
}

/// One worker process.
#[derive(Clone, Debug)]
pub struct WorkerSpec {
    /// Its name.
    pub name: String,
    /// Which jobs it takes.
    pub class: WorkerClass,
    /// Its CPUs; none where it is not held to any.
    pub cpus: Vec<usize>,
    /// Its threads.
    pub cores: usize,
}

/// What all workers of a pool have in common.
#[derive(Clone, Debug)]
pub struct PoolRules {
    /// How they are started.
    pub program: ChildProgram,
    /// What they set up for.
    pub work: FleetWorkRecord,
    /// How long a lease lasts without a sign of life, s. A child that is silent for five of them is ended.
    pub lease_s: f64,
    /// Where they load circuits from and keep them; none where each builds them.
    pub circuit_cache: Option<PathBuf>,
}

/// Children that died one after the other before any was set up: the next would not live either.
const STARTS_MAX: u32 = 3;
/// How often a thread looks whether it is to stop.
const LOOK: Duration = Duration::from_millis(100);

/// Worker processes that take jobs from a queue. Some can be added and taken away while others work. They are ended when
/// this is dropped; what they were at is lost.
pub struct WorkerPool {
    rules: PoolRules,
    queue: Arc<dyn JobQueue>,
    stop: Arc<AtomicBool>,
    workers: Mutex<Vec<Kept>>,
    trouble: Arc<Mutex<Option<FleetError>>>,
    ready: Arc<AtomicU32>,
    notes: Arc<Mutex<BTreeSet<String>>>,
}

/// A worker and the thread that keeps it.
struct Kept {
    spec: WorkerSpec,
    is_drained: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl std::fmt::Debug for WorkerPool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WorkerPool").field("rules", &self.rules).finish_non_exhaustive()
    }
}

impl WorkerPool {
    /// Starts all of them; they set up side by side.
    pub fn start(specs: Vec<WorkerSpec>, rules: &PoolRules, queue: &Arc<dyn JobQueue>) -> Self {
        let pool = Self {
            rules: rules.clone(),
            queue: Arc::clone(queue),
            stop: Arc::new(AtomicBool::new(false)),
            workers: Mutex::new(Vec::new()),
            trouble: Arc::new(Mutex::new(None)),
            ready: Arc::new(AtomicU32::new(0)),
            notes: Arc::default(),
        };
        for spec in specs {
            pool.add(spec);
        }
        pool
    }

    fn workers(&self) -> MutexGuard<'_, Vec<Kept>> {
        // Each change is whole before anything can panic.
        self.workers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts one more; its name is that of no other.
    pub fn add(&self, spec: WorkerSpec) {
        let is_drained = Arc::new(AtomicBool::new(false));
        let mut keeper = Keeper {
            spec: spec.clone(),
            rules: self.rules.clone(),
            queue: Arc::clone(&self.queue),
            stop: Arc::clone(&self.stop),
            is_drained: Arc::clone(&is_drained),
            ready: Arc::clone(&self.ready),
            notes: Arc::clone(&self.notes),
        };
        let trouble = Arc::clone(&self.trouble);
        let thread = std::thread::spawn(move || {
            if let Err(error) = keeper.keep() {
                trouble.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
            }
        });
        self.workers().push(Kept { spec, is_drained, thread });
    }

    /// Takes one away: it takes no further job, and ends once the one that it is at is answered.
    pub fn drain(&self, name: &str) {
        for kept in self.workers().iter().filter(|kept| kept.spec.name == name) {
            kept.is_drained.store(true, Ordering::SeqCst);
        }
    }

    /// How many there are, those that set up or finish their last job among them.
    pub fn count(&self) -> usize {
        self.workers().len()
    }

    /// Those that have ended since it was last asked: their CPUs are free.
    pub fn ended(&self) -> Vec<WorkerSpec> {
        let mut workers = self.workers();
        let (ended, rest) = workers.drain(..).partition::<Vec<_>, _>(|kept| kept.thread.is_finished());
        *workers = rest;
        ended.into_iter().map(|kept| kept.spec).collect()
    }

    /// How many have been set up, at least once.
    pub fn ready(&self) -> u32 {
        self.ready.load(Ordering::SeqCst)
    }

    /// What workers had to say of their set-ups since it was last asked, each line once.
    pub fn take_notes(&self) -> BTreeSet<String> {
        std::mem::take(&mut *self.notes.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Why a worker cannot be kept alive; none where all can.
    pub fn trouble(&self) -> Option<FleetError> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Drop for WorkerPool {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        for kept in self.workers().drain(..) {
            let _ = kept.thread.join();
        }
    }
}

/// Keeps one worker.
struct Keeper {
    spec: WorkerSpec,
    rules: PoolRules,
    queue: Arc<dyn JobQueue>,
    stop: Arc<AtomicBool>,
    is_drained: Arc<AtomicBool>,
    ready: Arc<AtomicU32>,
    notes: Arc<Mutex<BTreeSet<String>>>,
}

/// How a job ended for its keeper.
enum JobEnd {
    /// With an answer.
    Answered,
    /// The child has died, or was ended.
    ChildGone,
}

impl Keeper {
    fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::SeqCst)
    }

    /// Whether it takes no further job.
    fn is_leaving(&self) -> bool {
        self.is_stopped() || self.is_drained.load(Ordering::SeqCst)
    }

    fn cannot(&self, why: String) -> FleetError {
        FleetError::Worker { worker: self.spec.name.clone(), why }
    }

    fn keep(&mut self) -> Result<(), FleetError> {
        let mut deaths = 0;
        let mut was_ready = false;
        while !self.is_leaving() {
            let mut child = self.start()?;
            match self.wait_until_ready(&mut child)? {
                true => {
                    if !std::mem::replace(&mut was_ready, true) {
                        self.ready.fetch_add(1, Ordering::SeqCst);
                    }
                    deaths = 0;
                    self.work(&mut child);
                }
                false => deaths += 1,
            }
            child.close_input();
            child.end();
            if deaths >= STARTS_MAX {
                return Err(
                    self.cannot(format!("it died {deaths} times while it was set up{}", child.last_errors()))
                );
            }
        }
        Ok(())
    }

    fn start(&self) -> Result<ChildProcess, FleetError> {
        let ChildProgram { program, arguments } = &self.rules.program;
        let child = ChildProcess::start(Command::new(program).args(arguments))
            .map_err(|error| self.cannot(format!("{}: {error}", program.display())))?;
        let start = ChildStart {
            work: self.rules.work.clone(),
            cpus: self.spec.cpus.clone(),
            cores: self.spec.cores,
            beat_s: self.rules.lease_s / 4.0,
            circuit_cache: self.rules.circuit_cache.clone(),
        };
        let line = serde_json::to_string(&start).map_err(|error| self.cannot(error.to_string()))?;
        child.send(line + "\n");
        Ok(child)
    }

    fn wait_until_ready(&self, child: &mut ChildProcess) -> Result<bool, FleetError> {
        while !self.is_leaving() {
            match self.answer(child) {
                Answer::Nothing => {}
                Answer::Gone => return Ok(false),
                Answer::Said(ChildAnswer::Ready { circuits: _, notes }) => {
                    self.notes.lock().unwrap_or_else(PoisonError::into_inner).extend(notes);
                    return Ok(true);
                }
                Answer::Said(ChildAnswer::CannotStart { why }) => return Err(self.cannot(why)),
                Answer::Said(ChildAnswer::Beat | ChildAnswer::Done { .. }) => return Ok(false),
            }
        }
        Ok(false)
    }

    /// Takes jobs for a child until it dies, is taken away, or all is to stop.
    fn work(&self, child: &mut ChildProcess) {
        while !self.is_leaving() {
            if matches!(child.status(), Ok(Some(_)) | Err(_)) {
                return;
            }
            let Ok(taken) = self.queue.take(&self.spec.name, self.spec.class, LOOK) else {
                std::thread::sleep(LOOK);
                continue;
            };
            let Some(lease) = taken else { continue };
            match self.one_job(child, &lease) {
                JobEnd::Answered => {}
                JobEnd::ChildGone => {
                    // A queue that fails hands it out again when the lease is over.
                    let _ = self.queue.give_back(&lease);
                    return;
                }
            }
        }
    }

    fn one_job(&self, child: &mut ChildProcess, lease: &Lease) -> JobEnd {
        let Ok(line) = serde_json::to_string(&*lease.job) else { return JobEnd::ChildGone };
        child.send(line + "\n");
        let mut heard = Instant::now();
        loop {
            if self.is_stopped() {
                return JobEnd::ChildGone;
            }
            match self.answer(child) {
                Answer::Nothing => {
                    // Its lease is over long since; a child that comes back is heard until then.
                    if heard.elapsed().as_secs_f64() > 5.0 * self.rules.lease_s {
                        return JobEnd::ChildGone;
                    }
                }
                Answer::Gone => return JobEnd::ChildGone,
                Answer::Said(ChildAnswer::Beat) => {
                    heard = Instant::now();
                    let _ = self.queue.beat(lease, &self.spec.name);
                }
                Answer::Said(ChildAnswer::Done { busy_s, outcome }) => {
                    let busy = Duration::from_secs_f64(busy_s.clamp(0.0, 1e9));
                    let mut result = result_of(lease, &self.spec.name, busy, outcome);
                    result.cores = Some(self.spec.cores as u64);
                    while self.queue.finish(lease, &result).is_err() && !self.is_stopped() {
                        std::thread::sleep(LOOK);
                    }
                    return JobEnd::Answered;
                }
                Answer::Said(ChildAnswer::Ready { .. } | ChildAnswer::CannotStart { .. }) => {
                    return JobEnd::ChildGone;
                }
            }
        }
    }

    fn answer(&self, child: &mut ChildProcess) -> Answer {
        match child.line(LOOK) {
            Err(NoLine::Late) => Answer::Nothing,
            Err(NoLine::Ended | NoLine::TooLong) => Answer::Gone,
            Ok(line) => serde_json::from_slice(&line).map_or(Answer::Gone, Answer::Said),
        }
    }
}

/// What was heard of a child.
enum Answer {
    Nothing,
    Gone,
    Said(ChildAnswer),
}
