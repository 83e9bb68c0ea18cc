//! The queue in this process: nothing outlives it, which is why the ledger is the coordinator's.

use crate::queue::{JobQueue, Lease, QueueDepth, QueueError, QueueEvent};
use crate::task::{Task, WorkerClass};
use records::fleet::FLEET_SCHEMA_VERSION;
use records::fleet::job::{FleetJobRecord, FleetOutcomeRecord, FleetResultRecord};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Seconds since some moment; a test may have its own clock.
pub type Now = Arc<dyn Fn() -> f64 + Send + Sync>;

/// The real clock, from now on.
pub fn real_clock() -> Now {
    let start = Instant::now();
    Arc::new(move || start.elapsed().as_secs_f64())
}

/// How long a lease lasts without a sign of life, and how often a job is handed out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LeaseRules {
    /// From the last sign of life to the next hand-out, s.
    pub lease_s: f64,
    /// After so many hand-outs without an answer nobody tries any more.
    pub deliveries_max: u64,
}

impl Default for LeaseRules {
    /// Ten seconds, five times.
    fn default() -> Self {
        Self { lease_s: 10.0, deliveries_max: 5 }
    }
}

#[derive(Clone, Debug)]
struct Entry {
    job: Arc<FleetJobRecord>,
    deliveries: u64,
}

#[derive(Debug)]
struct Leased {
    task: Task,
    entry: Entry,
    expires_s: f64,
}

#[derive(Debug, Default)]
struct State {
    /// In the order in which they are handed out.
    merges: BTreeMap<Task, Entry>,
    batches: BTreeMap<Task, Entry>,
    leased: BTreeMap<u64, Leased>,
    next_token: u64,
    events: VecDeque<QueueEvent>,
    excluded: BTreeSet<String>,
    /// The latest submission of each job that was taken.
    taken: BTreeMap<Task, u64>,
}

/// The queue.
pub struct MemoryQueue {
    state: Mutex<State>,
    has_jobs: Condvar,
    has_events: Condvar,
    rules: LeaseRules,
    now: Now,
}

impl fmt::Debug for MemoryQueue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryQueue").field("rules", &self.rules).finish_non_exhaustive()
    }
}

fn task_of(job: &str) -> Result<Task, QueueError> {
    Task::named(job).ok_or_else(|| QueueError::new("name of a job", job))
}

impl MemoryQueue {
    /// An empty queue.
    pub fn new(rules: LeaseRules, now: Now) -> Self {
        let state = Mutex::new(State::default());
        Self { state, has_jobs: Condvar::new(), has_events: Condvar::new(), rules, now }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Each change is whole before anything can panic.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts jobs back whose lease is over.
    fn expire(&self, state: &mut State) {
        let now_s = (self.now)();
        let over: Vec<u64> = state
            .leased
            .iter()
            .filter(|(_, leased)| leased.expires_s <= now_s)
            .map(|(token, _)| *token)
            .collect();
        for token in over {
            if let Some(Leased { task, entry, .. }) = state.leased.remove(&token) {
                self.put_back(state, task, entry);
            }
        }
    }

    fn put_back(&self, state: &mut State, task: Task, entry: Entry) {
        if state.taken.get(&task) != Some(&entry.job.submission) {
            return;
        }
        if entry.deliveries < self.rules.deliveries_max {
            state.queue_of(task).insert(task, entry);
            self.has_jobs.notify_all();
            return;
        }
        let result = FleetResultRecord {
            schema_version: FLEET_SCHEMA_VERSION,
            run: entry.job.run.clone(),
            job: entry.job.job.clone(),
            submission: entry.job.submission,
            delivery: entry.deliveries,
            worker: "the queue".to_owned(),
            cores: None,
            busy_s: 0.0,
            outcome: FleetOutcomeRecord::Exhausted { deliveries: entry.deliveries },
            machine: None,
        };
        state.events.push_back(QueueEvent::Result(Box::new(result)));
        self.has_events.notify_all();
    }

    /// Loses every job that it holds, as a server does whose disk was wiped: for tests of faults.
    pub fn wipe(&self) {
        let mut state = self.state();
        state.merges.clear();
        state.batches.clear();
        state.leased.clear();
        state.taken.clear();
    }
}

impl State {
    fn queue_of(&mut self, task: Task) -> &mut BTreeMap<Task, Entry> {
        match task {
            Task::Merge { .. } => &mut self.merges,
            Task::Prove(_) => &mut self.batches,
        }
    }

    /// The next job of a class: of the oldest group, where a worker takes both.
    fn pick(&mut self, class: WorkerClass) -> Option<(Task, Entry)> {
        let merge = self.merges.first_key_value().map(|(task, entry)| (*task, group_of(*task, entry)));
        let batch = self.batches.first_key_value().map(|(task, entry)| (*task, group_of(*task, entry)));
        let task = match (class, merge, batch) {
            (WorkerClass::Prove, _, batch) => batch?.0,
            (WorkerClass::Aggregate, merge, _) => merge?.0,
            (WorkerClass::Any, Some((merge, merged)), Some((batch, group))) => {
                if merged <= group {
                    merge
                } else {
                    batch
                }
            }
            (WorkerClass::Any, merge, batch) => merge.or(batch)?.0,
        };
        let entry = self.queue_of(task).remove(&task)?;
        Some((task, entry))
    }
}

fn group_of(task: Task, entry: &Entry) -> u64 {
    match task {
        Task::Merge { group, .. } => group,
        Task::Prove(batch) => batch / entry.job.work.batches_per_aggregation.max(1),
    }
}

impl JobQueue for MemoryQueue {
    fn publish(&self, job: &FleetJobRecord) -> Result<(), QueueError> {
        let task = task_of(&job.job)?;
        let mut state = self.state();
        if state.taken.get(&task).is_some_and(|submission| *submission >= job.submission) {
            return Ok(());
        }
        state.taken.insert(task, job.submission);
        state.queue_of(task).insert(task, Entry { job: Arc::new(job.clone()), deliveries: 0 });
        self.has_jobs.notify_all();
        Ok(())
    }

    fn take(&self, worker: &str, class: WorkerClass, wait: Duration) -> Result<Option<Lease>, QueueError> {
        let until = Instant::now() + wait;
        let mut state = self.state();
        loop {
            self.expire(&mut state);
            if !state.excluded.contains(worker)
                && let Some((task, mut entry)) = state.pick(class)
            {
                entry.deliveries += 1;
                state.next_token += 1;
                let token = state.next_token;
                let lease = Lease { job: Arc::clone(&entry.job), delivery: entry.deliveries, token };
                let expires_s = (self.now)() + self.rules.lease_s;
                state.leased.insert(token, Leased { task, entry, expires_s });
                drop(state);
                self.beat(&lease, worker)?;
                return Ok(Some(lease));
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(None);
            }
            // Leases run out without anybody's saying so.
            let nap = left.min(Duration::from_millis(100));
            (state, _) = self.has_jobs.wait_timeout(state, nap).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn beat(&self, lease: &Lease, worker: &str) -> Result<(), QueueError> {
        let mut state = self.state();
        let Some(leased) = state.leased.get_mut(&lease.token) else { return Ok(()) };
        leased.expires_s = (self.now)() + self.rules.lease_s;
        state.events.push_back(QueueEvent::Working {
            run: lease.job.run.clone(),
            job: lease.job.job.clone(),
            submission: lease.job.submission,
            delivery: lease.delivery,
            worker: worker.to_owned(),
        });
        self.has_events.notify_all();
        Ok(())
    }

    fn finish(&self, lease: &Lease, result: &FleetResultRecord) -> Result<(), QueueError> {
        let mut state = self.state();
        state.leased.remove(&lease.token);
        state.events.push_back(QueueEvent::Result(Box::new(result.clone())));
        self.has_events.notify_all();
        Ok(())
    }

    fn give_back(&self, lease: &Lease) -> Result<(), QueueError> {
        let mut state = self.state();
        if let Some(Leased { task, entry, .. }) = state.leased.remove(&lease.token) {
            self.put_back(&mut state, task, entry);
        }
        Ok(())
    }

    fn events(&self, wait: Duration) -> Result<Vec<QueueEvent>, QueueError> {
        let mut state = self.state();
        if state.events.is_empty() && !wait.is_zero() {
            (state, _) = self.has_events.wait_timeout(state, wait).unwrap_or_else(PoisonError::into_inner);
        }
        self.expire(&mut state);
        Ok(state.events.drain(..).collect())
    }

    fn depth(&self) -> Result<QueueDepth, QueueError> {
        let state = self.state();
        let pending = (state.merges.len() + state.batches.len()) as u64;
        let is_answer = |event: &&QueueEvent| matches!(event, QueueEvent::Result(_));
        let answered = state.events.iter().filter(is_answer).count() as u64;
        Ok(QueueDepth { pending, unacknowledged: state.leased.len() as u64, answered })
    }

    fn holds(&self, job: &str) -> Result<bool, QueueError> {
        let task = task_of(job)?;
        let mut state = self.state();
        let is_leased = state.leased.values().any(|leased| leased.task == task);
        Ok(is_leased || state.queue_of(task).contains_key(&task))
    }

    fn withdraw(&self, job: &str) -> Result<(), QueueError> {
        let task = task_of(job)?;
        self.state().queue_of(task).remove(&task);
        Ok(())
    }

    fn exclude(&self, worker: &str) -> Result<(), QueueError> {
        self.state().excluded.insert(worker.to_owned());
        Ok(())
    }
}
