//! Locks, atomics and threads of the parallel executors: those of the standard library.
//!
//! In unit tests of this crate they are those of `shuttle`, which runs one thread at a time and chooses at each lock
//! and each atomic access which goes on: executors can there be run inside `shuttle::check_random` alone. The tests in
//! `workloads/tests/` run them with real threads.

#[cfg(test)]
use shuttle::{sync, thread};
#[cfg(not(test))]
use std::{sync, thread};

pub(super) use sync::atomic::{AtomicBool, AtomicUsize, Ordering};
pub(super) use sync::{Condvar, Mutex, MutexGuard};
pub(super) use thread::scope;

/// Takes a lock. A thread that panicked with it ends the whole execution anyway.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    match mutex.lock() {
        Ok(guard) => guard,
        Err(poisoned) => poisoned.into_inner(),
    }
}

/// Waits for a notification.
pub(super) fn wait<'a, T>(condvar: &Condvar, guard: MutexGuard<'a, T>) -> MutexGuard<'a, T> {
    match condvar.wait(guard) {
        Ok(guard) => guard,
        Err(poisoned) => poisoned.into_inner(),
    }
}
