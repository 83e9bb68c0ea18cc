//! Waiting for something to do, without spinning: an event count.

use super::sync::{AtomicUsize, Condvar, Mutex, Ordering, lock, wait};

/// A count of events, and threads that wait for the next.
///
/// A thread reads [`Self::seen`], looks for something to do, and where there is nothing calls [`Self::wait_since`]: an
/// event after the reading ends the wait at once, so that none is missed.
#[derive(Debug, Default)]
pub(super) struct Events {
    count: AtomicUsize,
    waiting: AtomicUsize,
    door: Mutex<()>,
    bell: Condvar,
}

impl Events {
    /// The count of events so far.
    pub(super) fn seen(&self) -> usize {
        self.count.load(Ordering::SeqCst)
    }

    /// Counts an event and wakes one of those who wait. One is enough: whoever brought the event about looks for
    /// something to do as well, and whoever is woken and finds something wakes the next.
    pub(super) fn happened(&self) {
        if self.count_one() {
            self.bell.notify_one();
        }
    }

    /// Counts the last event and wakes all.
    pub(super) fn ended(&self) {
        if self.count_one() {
            self.bell.notify_all();
        }
    }

    /// Counts an event; true if anyone waits, who then stands at the bell.
    fn count_one(&self) -> bool {
        self.count.fetch_add(1, Ordering::SeqCst);
        // Either this sees who waits, or who waits sees the count: both are in one total order.
        let anyone_waits = self.waiting.load(Ordering::SeqCst) > 0;
        if anyone_waits {
            drop(lock(&self.door));
        }
        anyone_waits
    }

    /// Waits until there is an event after `seen`.
    pub(super) fn wait_since(&self, seen: usize) {
        let mut door = lock(&self.door);
        self.waiting.fetch_add(1, Ordering::SeqCst);
        while self.count.load(Ordering::SeqCst) == seen {
            door = wait(&self.bell, door);
        }
        self.waiting.fetch_sub(1, Ordering::SeqCst);
    }
}
