//! Which transaction a thread executes or validates next: the collaborative scheduler of the Block-STM paper
//! (algorithms 4 and 5).
//!
//! Two counters run over the block, one of executions and one of validations; a thread takes the lower. An abort puts
//! them back. Two things are added to the paper: threads without a task wait instead of spinning, and no transaction
//! is begun further than a window ahead of the first that is not executed, so that a long chain of transactions that
//! wait for each other is not tried from end to end at each of its links.
//!
//! Does not know leaves or values: those are [`super::versions`]'s.

use super::versions::Version;
use crate::executor::events::Events;
use crate::executor::sync::{AtomicBool, AtomicUsize, Mutex, Ordering, lock};
use std::num::NonZeroUsize;

/// How far ahead of the first transaction that is not executed each thread may begin another.
const WINDOW_PER_THREAD: usize = 16;

/// What a thread is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Task {
    /// Execute a transaction.
    Execute(Version),
    /// Check what that execution has read.
    Validate(Version),
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Phase {
    #[default]
    Ready,
    Executing,
    Executed,
    /// It was aborted, or waits for another transaction.
    Stopped,
}

#[derive(Debug, Default)]
struct Progress {
    incarnation: u32,
    phase: Phase,
    /// Transactions that wait for this one.
    dependents: Vec<usize>,
}

/// The scheduler of one block.
#[derive(Debug)]
pub(super) struct Schedule {
    transactions: Vec<Mutex<Progress>>,
    next_execution: AtomicUsize,
    next_validation: AtomicUsize,
    /// How often a counter was put back: tells a thread that counted that its view is old.
    put_back: AtomicUsize,
    /// Tasks that were handed out and have not ended.
    active: AtomicUsize,
    /// All transactions before it were executed at least once; a hint, since an abort may come in between.
    executed: AtomicUsize,
    window: usize,
    done: AtomicBool,
    events: Events,
}

impl Schedule {
    pub(super) fn new(transactions: usize, threads: NonZeroUsize) -> Self {
        Self {
            transactions: (0..transactions).map(|_| Mutex::default()).collect(),
            next_execution: AtomicUsize::new(0),
            next_validation: AtomicUsize::new(0),
            put_back: AtomicUsize::new(0),
            active: AtomicUsize::new(0),
            executed: AtomicUsize::new(0),
            window: threads.get().saturating_mul(WINDOW_PER_THREAD),
            done: AtomicBool::new(transactions == 0),
            events: Events::default(),
        }
    }

    fn len(&self) -> usize {
        self.transactions.len()
    }

    /// The next task, or nothing once all is done. Waits while others have all that there is to do.
    pub(super) fn next_task(&self) -> Option<Task> {
        let mut has_waited = false;
        loop {
            let seen = self.events.seen();
            if self.done.load(Ordering::SeqCst) {
                return None;
            }
            if let Some(task) = self.task_now() {
                if has_waited {
                    self.events.happened();
                }
                return Some(task);
            }
            // Where this very look ended the block, the count is no longer what was seen.
            self.events.wait_since(seen);
            has_waited = true;
        }
    }

    fn task_now(&self) -> Option<Task> {
        loop {
            let validation = self.next_validation.load(Ordering::SeqCst);
            let execution = self.next_execution.load(Ordering::SeqCst);
            let task = if validation < execution.min(self.len()) {
                self.take_validation()
            } else if execution < self.len() && execution < self.first_unexecuted() + self.window {
                self.take_execution()
            } else {
                self.check_done();
                return None;
            };
            if task.is_some() {
                return task;
            }
        }
    }

    fn take_validation(&self) -> Option<Task> {
        self.active.fetch_add(1, Ordering::SeqCst);
        let index = self.next_validation.fetch_add(1, Ordering::SeqCst);
        if let Some(progress) = self.transactions.get(index) {
            let progress = lock(progress);
            if progress.phase == Phase::Executed {
                return Some(Task::Validate(Version { index, incarnation: progress.incarnation }));
            }
        }
        self.end_task();
        None
    }

    fn take_execution(&self) -> Option<Task> {
        self.active.fetch_add(1, Ordering::SeqCst);
        let index = self.next_execution.fetch_add(1, Ordering::SeqCst);
        let version = self.begin(index);
        if version.is_none() {
            self.end_task();
        }
        version.map(Task::Execute)
    }

    /// Takes a transaction that is ready.
    fn begin(&self, index: usize) -> Option<Version> {
        let mut progress = lock(self.transactions.get(index)?);
        if progress.phase != Phase::Ready {
            return None;
        }
        progress.phase = Phase::Executing;
        Some(Version { index, incarnation: progress.incarnation })
    }

    fn first_unexecuted(&self) -> usize {
        loop {
            let at = self.executed.load(Ordering::SeqCst);
            let is_executed =
                self.transactions.get(at).is_some_and(|progress| lock(progress).phase == Phase::Executed);
            if !is_executed {
                return at;
            }
            // Whoever fails was overtaken, which is as good.
            let _ = self.executed.compare_exchange(at, at + 1, Ordering::SeqCst, Ordering::SeqCst);
        }
    }

    fn end_task(&self) {
        self.active.fetch_sub(1, Ordering::SeqCst);
    }

    fn check_done(&self) {
        let put_back = self.put_back.load(Ordering::SeqCst);
        let behind =
            self.next_execution.load(Ordering::SeqCst).min(self.next_validation.load(Ordering::SeqCst));
        if behind >= self.len()
            && self.active.load(Ordering::SeqCst) == 0
            && put_back == self.put_back.load(Ordering::SeqCst)
        {
            self.done.store(true, Ordering::SeqCst);
            self.events.ended();
        }
    }

    /// A thread is lost, and with it what others may wait for: none gets a further task.
    pub(super) fn abandon(&self) {
        self.done.store(true, Ordering::SeqCst);
        self.events.ended();
    }

    fn put_back(&self, counter: &AtomicUsize, to: usize) {
        counter.fetch_min(to, Ordering::SeqCst);
        self.put_back.fetch_add(1, Ordering::SeqCst);
    }

    /// Lets a transaction wait for another one before it. False if that one has been executed meanwhile: the
    /// transaction is then to be executed at once.
    pub(super) fn wait_for(&self, index: usize, blocking: usize) -> bool {
        let mut blocking = lock(&self.transactions[blocking]);
        if blocking.phase == Phase::Executed {
            return false;
        }
        // Locks of two transactions are taken in the order of the block, here alone.
        lock(&self.transactions[index]).phase = Phase::Stopped;
        blocking.dependents.push(index);
        drop(blocking);
        self.end_task();
        true
    }

    fn make_ready(&self, index: usize) {
        let mut progress = lock(&self.transactions[index]);
        assert_eq!(progress.phase, Phase::Stopped, "a transaction that goes on was made ready");
        progress.incarnation += 1;
        progress.phase = Phase::Ready;
    }

    /// An execution ran to its end, and wrote a leaf that the one before it did not, or none such. Returns what the
    /// thread is to do next, if that is known.
    pub(super) fn executed(&self, version: Version, wrote_new_leaf: bool) -> Option<Task> {
        let index = version.index;
        let dependents = {
            let mut progress = lock(&self.transactions[index]);
            progress.phase = Phase::Executed;
            std::mem::take(&mut progress.dependents)
        };
        for dependent in &dependents {
            self.make_ready(*dependent);
        }
        if let Some(first) = dependents.into_iter().min() {
            self.put_back(&self.next_execution, first);
        }
        let mut next = None;
        if self.next_validation.load(Ordering::SeqCst) > index {
            if wrote_new_leaf {
                // All transactions after it may have read too early.
                self.put_back(&self.next_validation, index);
            } else {
                next = Some(Task::Validate(version));
            }
        }
        if next.is_none() {
            self.end_task();
        }
        self.events.happened();
        next
    }

    /// Whether this thread is the one to abort an execution whose validation failed.
    pub(super) fn try_abort(&self, version: Version) -> bool {
        let mut progress = lock(&self.transactions[version.index]);
        let is_current = progress.incarnation == version.incarnation && progress.phase == Phase::Executed;
        if is_current {
            progress.phase = Phase::Stopped;
        }
        is_current
    }

    /// A validation ended, and the execution was aborted or not. Returns what the thread is to do next, if that is
    /// known.
    pub(super) fn validated(&self, version: Version, was_aborted: bool) -> Option<Task> {
        let mut next = None;
        if was_aborted {
            let index = version.index;
            self.executed.fetch_min(index, Ordering::SeqCst);
            self.make_ready(index);
            self.put_back(&self.next_validation, index + 1);
            if self.next_execution.load(Ordering::SeqCst) > index {
                next = self.begin(index).map(Task::Execute);
            }
        }
        if next.is_none() {
            self.end_task();
        }
        if was_aborted {
            self.events.happened();
        }
        next
    }
}

#[cfg(test)]
mod tests {
    use super::{Schedule, Task};
    use crate::executor::sync::scope;
    use std::num::NonZeroUsize;

    #[test]
    fn a_thread_that_is_lost_with_a_transaction_leaves_none_waiting_for_it() {
        shuttle::check_random(
            || {
                let schedule = Schedule::new(3, NonZeroUsize::MIN.saturating_add(1));
                scope(|scope| {
                    scope.spawn(|| {
                        let _taken = schedule.next_task();
                        schedule.abandon();
                    });
                    // Shuttle fails where all threads that are left wait.
                    let mut next = None;
                    while let Some(task) = next.take().or_else(|| schedule.next_task()) {
                        next = match task {
                            Task::Execute(version) => schedule.executed(version, true),
                            Task::Validate(version) => schedule.validated(version, false),
                        };
                    }
                });
            },
            1_000,
        );
    }
}
