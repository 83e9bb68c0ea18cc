//! Which transaction waits for which, from the leaves that each declares.
//!
//! Every access is exclusive, since a transaction writes each leaf that it reads. So a leaf has a queue of the
//! transactions that declare it, in the order of the block, and a transaction may run once it is first in both of its
//! queues.

use super::sync::{AtomicBool, AtomicUsize, Condvar, Mutex, Ordering, lock, wait};
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
    /// A thread is lost, and with it a transaction that others may wait for.
    is_abandoned: AtomicBool,
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
        Self {
            places,
            ready,
            unfinished: AtomicUsize::new(transactions.len()),
            is_abandoned: AtomicBool::new(false),
            bell: Condvar::new(),
        }
    }

    /// A thread is lost: none gets a further transaction.
    pub(super) fn abandon(&self) {
        self.is_abandoned.store(true, Ordering::SeqCst);
        // Who has looked and not found it stands at the bell once this lock is had.
        drop(lock(&self.ready));
        self.bell.notify_all();
    }

    /// A transaction that may run, or nothing once all have or a thread is lost. Waits while all others wait for one that runs.
    pub(super) fn next(&self) -> Option<usize> {
        let mut ready = lock(&self.ready);
        loop {
            if self.is_abandoned.load(Ordering::SeqCst) {
                return None;
            }
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

#[cfg(test)]
mod tests {
    use super::LockGraph;
    use crate::account::{AccountId, Token};
    use crate::executor::sync::scope;
    use crate::transaction::{Action, Transaction};

    #[test]
    fn a_thread_that_is_lost_with_a_transaction_leaves_none_waiting_for_it() {
        shuttle::check_random(
            || {
                let token = Token::new(0).expect("a token");
                let transfer = |nonce| {
                    let action = Action::Transfer { to: AccountId(1), token, amount: 1 };
                    Transaction { sender: AccountId(0), nonce, action }
                };
                // Each waits for the one before it.
                let graph = LockGraph::new(&[transfer(0), transfer(1), transfer(2)]);
                scope(|scope| {
                    scope.spawn(|| {
                        let _taken = graph.next();
                        graph.abandon();
                    });
                    // Shuttle fails where all threads that are left wait.
                    while let Some(index) = graph.next() {
                        let mut next = graph.finished(index);
                        while let Some(index) = next {
                            next = graph.finished(index);
                        }
                    }
                });
            },
            1_000,
        );
    }
}
