//! The sequencer: transactions arrive, and batches are closed by rule. It reads no clock: times come from its caller.

use records::fleet::pipeline::ClosedByName;
use std::collections::VecDeque;

/// What closes a batch, whichever comes first.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClosingRules {
    /// So many transactions, which is what the circuit has room for; at least 1.
    pub capacity: u64,
    /// Fewer transactions than that, at least 1; none where only the circuit's room counts. From the capacity on it has
    /// no effect.
    pub count: Option<u64>,
    /// So long after its oldest transaction arrived, s; none where only a full batch is closed, but for the last.
    pub timeout_s: Option<f64>,
    /// The most batches that may be closed and not proved, at least 1; none without a bound. While it binds, transactions
    /// wait.
    pub unproved_max: Option<u64>,
}

/// A batch that was closed.
#[derive(Clone, Debug, PartialEq)]
pub struct SequencedBatch {
    /// When each of its transactions arrived, s, in order; at least one.
    pub arrived_s: Vec<f64>,
    /// When it was closed.
    pub closed_s: f64,
    /// Why.
    pub closed_by: ClosedByName,
}

/// Transactions in no batch yet, and the rules by which they come into one.
#[derive(Clone, Debug)]
pub struct Sequencer {
    rules: ClosingRules,
    waiting_s: VecDeque<f64>,
    ended_s: Option<f64>,
    /// When the bound last kept a batch from being closed.
    held_at_s: Option<f64>,
    held_s: f64,
    closed_s: f64,
}

impl Sequencer {
    /// Without transactions.
    pub fn new(rules: ClosingRules) -> Self {
        Self { rules, waiting_s: VecDeque::new(), ended_s: None, held_at_s: None, held_s: 0.0, closed_s: 0.0 }
    }

    /// Closes nothing before this time from now on: whoever goes on was not there until then.
    pub fn not_before(&mut self, at_s: f64) {
        self.closed_s = self.closed_s.max(at_s);
    }

    /// The next batch has room for so many transactions, at least 1, in place of the capacity of the rules.
    pub fn make_room(&mut self, capacity: u64) {
        self.rules.capacity = capacity;
    }

    /// A transaction arrives, not before the last.
    pub fn arrive(&mut self, at_s: f64) {
        self.waiting_s.push_back(at_s);
    }

    /// No further transaction arrives.
    pub fn end(&mut self, at_s: f64) {
        self.ended_s.get_or_insert(at_s);
    }

    /// Transactions in no batch.
    pub fn waiting(&self) -> u64 {
        self.waiting_s.len() as u64
    }

    /// Whether no batch comes any more.
    pub fn is_over(&self) -> bool {
        self.ended_s.is_some() && self.waiting_s.is_empty()
    }

    /// How long the bound kept batches from being closed, s.
    pub fn held_s(&self) -> f64 {
        self.held_s
    }

    /// The most transactions of a batch, and what closes it with so many.
    fn room(&self) -> (usize, ClosedByName) {
        let capacity = self.rules.capacity.max(1);
        let (room, why) = match self.rules.count {
            Some(count) if count < capacity => (count.max(1), ClosedByName::Count),
            _ => (capacity, ClosedByName::Full),
        };
        (usize::try_from(room).unwrap_or(usize::MAX), why)
    }

    /// When the next batch is to be closed and why, as far as is known: further transactions may fill it earlier.
    pub fn due_s(&self) -> Option<(f64, ClosedByName)> {
        let oldest_s = *self.waiting_s.front()?;
        let (room, why) = self.room();
        let full = self.waiting_s.get(room - 1).map(|at_s| (*at_s, why));
        let timeout = self.rules.timeout_s.map(|timeout_s| (oldest_s + timeout_s, ClosedByName::Timeout));
        // A batch that was full only after its timeout was closed by that.
        let earlier = |a: (f64, ClosedByName), b: (f64, ClosedByName)| if b.0 < a.0 { b } else { a };
        match (full, timeout) {
            (Some(full), Some(timeout)) => Some(earlier(full, timeout)),
            (None, None) => self.ended_s.map(|ended_s| (ended_s.max(oldest_s), ClosedByName::End)),
            (full, timeout) => full.or(timeout),
        }
    }

    /// The next batch that is to be closed at this time, while `unproved` batches are closed and not proved; none where
    /// none is due or the bound binds. Asked again until there is none.
    pub fn close(&mut self, now_s: f64, unproved: u64) -> Option<SequencedBatch> {
        let (due_s, closed_by) = self.due_s().filter(|(due_s, _)| *due_s <= now_s)?;
        if self.rules.unproved_max.is_some_and(|max| unproved >= max.max(1)) {
            self.held_s +=
                now_s - self.held_at_s.map_or(due_s.max(self.closed_s), |held_at_s| held_at_s.max(due_s));
            self.held_at_s = Some(now_s);
            return None;
        }
        // One that was held is closed now, with whatever came meanwhile.
        let closed_s = match self.held_at_s {
            Some(held_at_s) if due_s <= held_at_s => now_s,
            _ => due_s.max(self.closed_s),
        };
        self.closed_s = closed_s;
        let (room, _) = self.room();
        let count = self.waiting_s.iter().take(room).take_while(|at_s| **at_s <= closed_s).count();
        let arrived_s = self.waiting_s.drain(..count).collect();
        Some(SequencedBatch { arrived_s, closed_s, closed_by })
    }
}

#[cfg(test)]
mod tests {
    use super::{ClosedByName, ClosingRules, SequencedBatch, Sequencer};

    fn sequencer(timeout_s: Option<f64>, unproved_max: Option<u64>) -> Sequencer {
        Sequencer::new(ClosingRules { capacity: 3, count: None, timeout_s, unproved_max })
    }

    fn batch(arrived_s: &[f64], closed_s: f64, closed_by: ClosedByName) -> Option<SequencedBatch> {
        Some(SequencedBatch { arrived_s: arrived_s.to_vec(), closed_s, closed_by })
    }

    #[test]
    fn a_full_batch_is_closed_by_its_last_transaction_whenever_it_is_looked_at() {
        let mut sequencer = sequencer(Some(10.0), None);
        for at_s in [1.0, 2.0] {
            sequencer.arrive(at_s);
        }
        assert_eq!(sequencer.close(9.0, 0), None);
        sequencer.arrive(4.0);
        sequencer.arrive(4.5);
        assert_eq!(sequencer.close(9.0, 0), batch(&[1.0, 2.0, 4.0], 4.0, ClosedByName::Full));
        assert_eq!((sequencer.close(9.0, 0), sequencer.waiting()), (None, 1));
    }

    #[test]
    fn a_timeout_counts_from_the_oldest_transaction_and_takes_none_that_came_later() {
        let mut sequencer = sequencer(Some(10.0), None);
        for at_s in [1.0, 3.0, 11.5] {
            sequencer.arrive(at_s);
        }
        // All three are there when it is looked at, but the third came after the timeout.
        assert_eq!(sequencer.close(12.0, 0), batch(&[1.0, 3.0], 11.0, ClosedByName::Timeout));
        assert_eq!(sequencer.close(12.0, 0), None);
        assert_eq!(sequencer.close(22.0, 0), batch(&[11.5], 21.5, ClosedByName::Timeout));
    }

    #[test]
    fn nothing_is_closed_while_nobody_is_there() {
        let mut sequencer = sequencer(Some(10.0), None);
        sequencer.not_before(50.0);
        for at_s in [1.0, 2.0, 3.0, 49.0] {
            sequencer.arrive(at_s);
        }
        // Due at 3 s: closed when somebody is there again, and no fuller than it may be.
        assert_eq!(sequencer.close(50.0, 0), batch(&[1.0, 2.0, 3.0], 50.0, ClosedByName::Full));
        assert_eq!(sequencer.close(60.0, 0), batch(&[49.0], 59.0, ClosedByName::Timeout));
    }

    #[test]
    fn without_a_timeout_the_end_closes_what_is_left() {
        let mut sequencer = sequencer(None, None);
        sequencer.arrive(1.0);
        assert_eq!(sequencer.close(1e6, 0), None);
        assert!(!sequencer.is_over());
        sequencer.end(50.0);
        assert_eq!(sequencer.close(60.0, 0), batch(&[1.0], 50.0, ClosedByName::End));
        assert!(sequencer.is_over());
    }

    #[test]
    fn a_count_below_the_capacity_closes_and_one_above_it_does_not() {
        let closed = |count| {
            let rules = ClosingRules { capacity: 3, count: Some(count), timeout_s: None, unproved_max: None };
            let mut sequencer = Sequencer::new(rules);
            (1..=4).for_each(|at_s| sequencer.arrive(f64::from(at_s)));
            sequencer.close(9.0, 0)
        };
        assert_eq!(closed(2), batch(&[1.0, 2.0], 2.0, ClosedByName::Count));
        assert_eq!(closed(3), batch(&[1.0, 2.0, 3.0], 3.0, ClosedByName::Full));
        assert_eq!(closed(7), batch(&[1.0, 2.0, 3.0], 3.0, ClosedByName::Full));
        assert_eq!(closed(0), batch(&[1.0], 1.0, ClosedByName::Count));
    }

    #[test]
    fn the_room_of_each_batch_may_be_another() {
        let mut sequencer = sequencer(None, None);
        [1.0, 2.0, 3.0, 4.0].into_iter().for_each(|at_s| sequencer.arrive(at_s));
        sequencer.make_room(1);
        assert_eq!(sequencer.close(9.0, 0), batch(&[1.0], 1.0, ClosedByName::Full));
        sequencer.make_room(4);
        assert_eq!(sequencer.close(9.0, 0), None);
        sequencer.make_room(2);
        assert_eq!(sequencer.close(9.0, 0), batch(&[2.0, 3.0], 3.0, ClosedByName::Full));
    }

    #[test]
    fn while_the_bound_binds_transactions_wait_and_the_batch_is_closed_when_there_is_room() {
        let mut sequencer = sequencer(Some(2.0), Some(4));
        sequencer.arrive(1.0);
        assert_eq!(sequencer.close(3.5, 4), None);
        sequencer.arrive(5.0);
        assert_eq!(sequencer.close(6.0, 5), None);
        // What came while it was held is in it too.
        assert_eq!(sequencer.close(7.0, 3), batch(&[1.0, 5.0], 7.0, ClosedByName::Timeout));
        assert!((sequencer.held_s() - 3.0).abs() < 1e-9, "{}", sequencer.held_s());
        // The bound is not remembered against a batch that is due later.
        sequencer.arrive(8.0);
        assert_eq!(sequencer.close(12.0, 3), batch(&[8.0], 10.0, ClosedByName::Timeout));
    }

    #[test]
    fn no_transaction_is_lost_and_none_is_in_two_batches() {
        for (timeout_s, unproved_max) in [(None, None), (Some(0.4), None), (Some(0.4), Some(1))] {
            let mut sequencer = sequencer(timeout_s, unproved_max);
            let all: Vec<f64> = (0..100).map(|k| f64::from(k) * 0.17).collect();
            let mut seen = Vec::new();
            let mut next = all.iter().copied().peekable();
            for step in 0..400 {
                let now_s = f64::from(step) * 0.05;
                while let Some(at_s) = next.next_if(|at_s| *at_s <= now_s) {
                    sequencer.arrive(at_s);
                }
                if next.peek().is_none() {
                    sequencer.end(now_s);
                }
                while let Some(closed) = sequencer.close(now_s, u64::from(step % 7 != 0)) {
                    assert!((1..=3).contains(&closed.arrived_s.len()));
                    assert!(closed.arrived_s.iter().all(|at_s| *at_s <= closed.closed_s));
                    seen.extend(closed.arrived_s);
                    if unproved_max.is_some() {
                        break;
                    }
                }
            }
            assert_eq!(seen, all, "{timeout_s:?} {unproved_max:?}");
            assert!(sequencer.is_over());
        }
    }
}
