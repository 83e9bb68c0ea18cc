//! Which transaction waits for which, from the leaves that each declares.
//!
//! Every access is exclusive, since a transaction writes each leaf that it reads. So a leaf has a queue of the
//! transactions that declare it, in the order of the block, and a transaction may run once it is first in both of its
//! queues.

use super::sync::{AtomicUsize, Condvar, Mutex, Ordering, lock, wait};
use crate::leaf::LeafId;
use crate::rules::declared;
use crate::transaction::Transaction;
use foldhash::fast::FixedState;
use std::collections::{HashMap, VecDeque};

/// One transaction in its queues.
#[derive(Debug, Default)]
struct Place {
    /// The next transaction in each of its queues.
    next: [Option<usize>; 2],
    /// In how many queues another one is before it.
    behind: AtomicUsize,
}

/// The queues of a block, shared by its threads.
#[derive(Debug)]
pub(super) struct LockGraph {
    places: Vec<Place>,
    ready: Mutex<VecDeque<usize>>,
    unfinished: AtomicUsize,
    bell: Condvar,
}

impl LockGraph {
    pub(super) fn new(transactions: &[Transaction]) -> Self {
        let mut places: Vec<Place> = transactions.iter().map(|_| Place::default()).collect();
        let mut last: HashMap<LeafId, usize, FixedState> = HashMap::default();
        for (index, transaction) in transactions.iter().enumerate() {
            let [sender, target] = declared(transaction);
            let mut behind = 0;
            for leaf in [Some(sender), (target != sender).then_some(target)].into_iter().flatten() {
                if let Some(before) = last.insert(leaf, index) {
                    let [first, second] = &mut places[before].next;
                    *(if first.is_none() { first } else { second }) = Some(index);
                    behind += 1;
                }
            }
            places[index].behind = AtomicUsize::new(behind);
        }
        let ready = places.iter().enumerate().filter(|(_, place)| place.behind.load(Ordering::SeqCst) == 0);
        let ready = Mutex::new(ready.map(|(index, _)| index).collect());
        Self { places, ready, unfinished: AtomicUsize::new(transactions.len()), bell: Condvar::new() }
    }

    /// A transaction that may run, or nothing once all have. Waits while all others wait for one that runs.
    pub(super) fn next(&self) -> Option<usize> {
        let mut ready = lock(&self.ready);
        loop {
            if let Some(index) = ready.pop_front() {
                return Some(index);
            }
            if self.unfinished.load(Ordering::SeqCst) == 0 {
                return None;
            }
            ready = wait(&self.bell, ready);
        }
    }

    /// A transaction has run. Returns one that may run now, for the same thread; a second goes to the others.
    pub(super) fn finished(&self, index: usize) -> Option<usize> {
        let mut mine = None;
        for next in self.places[index].next.into_iter().flatten() {
            if self.places[next].behind.fetch_sub(1, Ordering::SeqCst) > 1 {
                continue;
            }
            if mine.is_none() {
                mine = Some(next);
            } else {
                lock(&self.ready).push_back(next);
                self.bell.notify_one();
            }
        }
        if self.unfinished.fetch_sub(1, Ordering::SeqCst) == 1 {
            drop(lock(&self.ready));
            self.bell.notify_all();
        }
        mine
    }
}
