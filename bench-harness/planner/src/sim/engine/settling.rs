//! From proofs to consolidated groups: aggregation, L1, and what is seen of the delay.

use super::{Batch, Engine, Event};
use crate::sim::l1::L1;
use crate::sim::pipeline::Flow;
use crate::sim::spans::{Lane, Work};

impl Engine<'_> {
    /// Gives the aggregators a proof: at once where merges start early, with the rest of its group otherwise.
    pub(super) fn settle_proof(&mut self, index: u64) {
        let n = u64::from(self.pipeline.batches_per_aggregation);
        let group = index / n;
        if self.is_eager {
            let leaf = u32::try_from(index - group * n).unwrap_or(u32::MAX);
            self.aggregators.take_one(group, leaf, self.now_s);
            self.start_merges();
            return;
        }
        let at = self.group_at(group);
        self.groups[at].unproved -= 1;
        if self.groups[at].unproved == 0 && group == self.taken {
            self.take_groups();
        }
    }

    /// Gives the aggregators every whole group whose turn it is. In order: an aggregate that overtakes must wait
    /// before L1 anyway, and keeps the one it overtook waiting meanwhile.
    pub(super) fn take_groups(&mut self) {
        while self.groups.get(self.group_at(self.taken)).is_some_and(|group| group.unproved == 0) {
            let group = self.taken;
            self.taken += 1;
            if self.aggregators.take(group, self.now_s) {
                self.aggregated(group);
            }
        }
        self.start_merges();
    }

    pub(super) fn start_merges(&mut self) {
        while let Some(started) = self.aggregators.start(self.now_s) {
            self.seen.aggregator_wait.add(started.waited_s);
            let n = u64::from(self.pipeline.batches_per_aggregation);
            let (lane, work) = (Lane::Aggregator(started.aggregator), Work::Merge { level: started.level });
            self.watch(lane, work, (started.group * n, n), self.now_s, started.done_s);
            self.events.push(started.done_s, Event::Merged(started.aggregator));
        }
    }

    pub(super) fn aggregated(&mut self, group: u64) {
        let at = self.group_at(group);
        self.groups[at].aggregated_s = Some(self.now_s);
        self.submit();
    }

    /// Hands in every group whose turn it is: in order, and one at a time if the submitter waits.
    pub(super) fn submit(&mut self) {
        if self.earlier > 0 {
            return;
        }
        while !(self.l1_busy && matches!(self.pipeline.l1, L1::Serial(_))) {
            let at = self.group_at(self.submitted);
            let Some(aggregated_s) = self.groups.get(at).and_then(|group| group.aggregated_s) else {
                return;
            };
            let group = self.submitted;
            self.submitted += 1;
            self.l1_busy = true;
            self.seen.l1_wait.add(self.now_s - aggregated_s);
            let included_s = self.proof_chain.included_s(self.now_s);
            let n = u64::from(self.pipeline.batches_per_aggregation);
            self.watch(Lane::L1Proof, Work::Include, (group * n, n), self.now_s, included_s);
            self.events.push(included_s, Event::Included);
        }
    }

    pub(super) fn included(&mut self) {
        self.l1_busy = false;
        let n = self.pipeline.batches_per_aggregation as usize;
        let index = self.first;
        let recorded = index >= self.warmup;
        if recorded {
            let oldest_s = self.now_s - self.batches[0].opened_s;
            self.seen.oldest.add(oldest_s);
            let half = usize::from(index >= self.warmup + (self.batches_total - self.warmup) / 2);
            self.halves[half].0 += oldest_s;
            self.halves[half].1 += 1;
        } else {
            self.warm_s = self.now_s;
            self.forget_staff();
        }
        for at in 0..n {
            let Batch { opened_s, filled_s, .. } = self.batches[at];
            self.look_at_transactions(opened_s, filled_s, recorded);
        }
        self.batches.drain(..n);
        self.groups.pop_front();
        self.first += n as u64;
        self.first_group += 1;
        self.submit();
    }

    pub(super) fn look_at_transactions(&mut self, opened_s: f64, filled_s: f64, recorded: bool) {
        match self.pipeline.flow {
            Flow::PerBatch => {
                let sent_s = opened_s + (filled_s - opened_s) * self.transactions.uniform();
                if recorded {
                    self.seen.random.add(self.now_s - sent_s);
                }
            }
            Flow::Steady => {
                while self.point_s < filled_s {
                    if recorded {
                        self.seen.random.add(self.now_s - self.point_s);
                    }
                    self.cell += 1.0;
                    self.point_s =
                        (self.cell + self.transactions.uniform()) * self.pipeline.arrivals.mean_s();
                }
            }
        }
    }
}
