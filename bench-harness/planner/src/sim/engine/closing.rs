//! Batches fill, close, are executed and sequenced.

use super::{Batch, Engine, Event, Group};
use crate::sim::arrivals::{Closing, NextBatch};
use crate::sim::spans::{Lane, Work};

impl Engine<'_> {
    pub(super) fn fill_next(&mut self) {
        if self.closed == self.batches_total {
            return;
        }
        let NextBatch { mut gap_s, late_s, mut fill_fraction, work_s } = self.filler.next(self.opened_s);
        if let Closing::Timeout(timeout_s) = self.pipeline.closing
            && gap_s > timeout_s
        {
            (fill_fraction, gap_s) = (timeout_s / gap_s, timeout_s);
        }
        self.fill_sum += fill_fraction;
        self.next_fill_s = self.opened_s + gap_s;
        self.next_late_s = late_s;
        self.next_work_s = work_s.unwrap_or(self.pipeline.close_work_s);
        self.events.push(self.next_fill_s, Event::Close);
    }

    pub(super) fn close(&mut self) {
        let n = u64::from(self.pipeline.batches_per_aggregation);
        let mut straggle = 1.0;
        if let Some(stragglers) = self.pipeline.stragglers
            && self.straggle.uniform() < stragglers.fraction
        {
            straggle = stragglers.factor;
        }
        let drawn_s = self.prove_s.unwrap_or_else(|| self.pipeline.prove.quantile_s(self.prove.uniform()));
        let prove_s = drawn_s * straggle;
        let (opened_s, filled_s) = (self.opened_s + self.next_late_s, self.now_s);
        self.batches.push_back(Batch { opened_s, filled_s, ready_s: 0.0, prove_s, straggle, started_s: 0.0 });
        if self.closed.is_multiple_of(n) {
            self.groups
                .push_back(Group { unproved: self.pipeline.batches_per_aggregation, aggregated_s: None });
        }
        self.watch(Lane::Filling, Work::Fill, (self.closed, 1), opened_s, filled_s);
        self.closed += 1;
        self.opened_s = self.now_s;
        // One without work waits for the work on those before it all the same.
        if self.next_work_s > 0.0 || self.worked_s > self.now_s {
            let begun_s = self.now_s.max(self.worked_s);
            self.worked_s = begun_s + self.next_work_s;
            self.watch(Lane::Closing, Work::Close, (self.closed - 1, 1), begun_s, self.worked_s);
            self.events.push(self.worked_s, Event::Ready);
        } else {
            self.become_ready();
        }
        self.fill_next();
    }

    /// The oldest batch that was not yet ready is closed, executed, and may be proved and sequenced.
    pub(super) fn become_ready(&mut self) {
        let index = self.ready;
        self.ready += 1;
        let at = self.at(index);
        self.batches[at].ready_s = self.now_s;
        let (opened_s, filled_s) = (self.batches[at].opened_s, self.batches[at].filled_s);
        let per_sequence = u64::from(self.pipeline.batches_per_sequence);
        if index.is_multiple_of(per_sequence) {
            self.sequence_opened_s = opened_s;
        }
        if (index + 1).is_multiple_of(per_sequence) {
            let included_s = self.sequence_chain.included_s(self.now_s);
            let sequenced = (index + 1 - per_sequence, per_sequence);
            self.watch(Lane::L1Sequence, Work::Include, sequenced, self.now_s, included_s);
            let random_s =
                self.sequence_opened_s + (filled_s - self.sequence_opened_s) * self.transactions.uniform();
            if index >= self.warmup {
                self.seen.virtual_oldest.add(included_s - self.sequence_opened_s);
                self.seen.virtual_random.add(included_s - random_s);
            }
        }
        self.start_proofs();
        let queue = self.ready - self.started + self.requeued.len() as u64;
        self.seen.queue_max = self.seen.queue_max.max(queue);
    }
}
