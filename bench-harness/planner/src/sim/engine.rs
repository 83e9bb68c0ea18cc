//! One replication: a hand-written event loop on a binary heap, ties by sequence number.
//!
//! Not here: what the numbers mean ([`crate::sim::pipeline`]) and what is made of them
//! ([`crate::sim::replicate`]). Memory holds the batches on their way, not those that are through.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use crate::sim::aggregate::Aggregators;
use crate::sim::arrivals::{Closing, Filler};
use crate::sim::l1::{Chain, L1};
use crate::sim::pipeline::{AfterCrash, Flow, Pipeline};
use crate::sim::streams::{Stage, Stream};
use crate::sim::tally::Tally;

/// What one replication saw, its warm-up left out.
#[derive(Debug)]
pub(crate) struct Replication {
    pub(crate) oldest: Tally,
    pub(crate) random: Tally,
    pub(crate) virtual_oldest: Tally,
    pub(crate) virtual_random: Tally,
    pub(crate) prover_wait: Tally,
    pub(crate) prover_hold: Tally,
    pub(crate) waited: u64,
    pub(crate) aggregator_wait: Tally,
    pub(crate) l1_wait: Tally,
    pub(crate) queue_most: u64,
    pub(crate) throughput: f64,
    pub(crate) prover_use: f64,
    pub(crate) growth_s_per_batch: f64,
    pub(crate) fill_share: f64,
    pub(crate) events: u64,
}

#[derive(Debug, Clone, Copy)]
struct Batch {
    opened_s: f64,
    filled_s: f64,
    ready_s: f64,
    prove_s: f64,
    straggle: f64,
    started_s: f64,
}

#[derive(Debug, Clone, Copy)]
struct Group {
    unproved: u32,
    aggregated_s: Option<f64>,
}

#[derive(Debug, Clone, Copy)]
enum Event {
    Close,
    Ready,
    Proved(u32),
    Crashed(u32),
    Repaired(u32),
    Merged(u32),
    Included,
}

/// The event queue. A key is time, then sequence number, then what happens; times are never negative, so
/// that the bits of a time sort as the time does.
#[derive(Debug, Default)]
struct Events {
    heap: BinaryHeap<Reverse<u128>>,
    count: u64,
}

impl Events {
    #[inline]
    fn push(&mut self, at_s: f64, event: Event) {
        let (kind, id) = match event {
            Event::Close => (0, 0),
            Event::Ready => (1, 0),
            Event::Proved(id) => (2, id),
            Event::Crashed(id) => (3, id),
            Event::Repaired(id) => (4, id),
            Event::Merged(id) => (5, id),
            Event::Included => (6, 0),
        };
        let low = (self.count << 24) | (kind << 21) | u64::from(id);
        self.count += 1;
        self.heap.push(Reverse((u128::from(at_s.to_bits()) << 64) | u128::from(low)));
    }

    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "the key is taken apart as it was put together")]
    fn pop(&mut self) -> Option<(f64, Event)> {
        let Reverse(key) = self.heap.pop()?;
        let low = key as u64;
        let id = (low & 0x1F_FFFF) as u32;
        let event = match (low >> 21) & 7 {
            0 => Event::Close,
            1 => Event::Ready,
            2 => Event::Proved(id),
            3 => Event::Crashed(id),
            4 => Event::Repaired(id),
            5 => Event::Merged(id),
            _ => Event::Included,
        };
        Some((f64::from_bits((key >> 64) as u64), event))
    }
}

struct Engine<'a> {
    pipeline: &'a Pipeline,
    batches_total: u64,
    warmup: u64,
    now_s: f64,
    events: Events,
    filler: Filler<'a>,
    prove: Stream,
    straggle: Stream,
    crash: Stream,
    transactions: Stream,
    proof_chain: Chain,
    sequence_chain: Chain,
    aggregators: Aggregators<'a>,
    // Batches from the oldest group on its way; `first` is the index of the front one.
    batches: VecDeque<Batch>,
    first: u64,
    groups: VecDeque<Group>,
    first_group: u64,
    closed: u64,
    ready: u64,
    started: u64,
    requeued: VecDeque<u64>,
    free: Vec<u32>,
    running: Vec<Option<(u64, f64)>>,
    opened_s: f64,
    next_fill_s: f64,
    worked_s: f64,
    holding: bool,
    taken: u64,
    submitted: u64,
    l1_busy: bool,
    sequence_opened_s: f64,
    cell: f64,
    point_s: f64,
    held_s: f64,
    fill_sum: f64,
    warm_s: f64,
    halves: [(f64, u64); 2],
    seen: Replication,
}

/// Runs `batches` batches, rounded up to whole groups, and leaves the first `warmup` out of the figures.
pub(crate) fn run(
    pipeline: &Pipeline,
    seed: u64,
    replication: u32,
    batches: u64,
    warmup: u64,
) -> Replication {
    let n = u64::from(pipeline.batches_per_aggregation);
    let mut engine = Engine::new(pipeline, seed, replication, batches.div_ceil(n) * n, warmup / n * n);
    engine.fill_next();
    while let Some((at_s, event)) = engine.events.pop() {
        assert!(at_s >= engine.now_s, "time ran backwards: {} to {at_s}", engine.now_s);
        engine.now_s = at_s;
        engine.seen.events += 1;
        engine.handle(event);
    }
    engine.finish()
}

impl<'a> Engine<'a> {
    fn new(pipeline: &'a Pipeline, seed: u64, replication: u32, batches_total: u64, warmup: u64) -> Self {
        let stream = |stage| Stream::new(seed, replication, stage);
        let unit_s = pipeline.prove.mean_s() + pipeline.arrivals.mean_s();
        let tally = || Tally::new(unit_s);
        let mut transactions = stream(Stage::Transactions);
        let point_s = transactions.uniform() * pipeline.arrivals.mean_s();
        Self {
            pipeline,
            batches_total,
            warmup,
            now_s: 0.0,
            events: Events::default(),
            filler: Filler::new(&pipeline.arrivals, stream(Stage::Arrivals)),
            prove: stream(Stage::Prove),
            straggle: stream(Stage::Stragglers),
            crash: stream(Stage::Crashes),
            transactions,
            proof_chain: Chain::new(pipeline.l1, stream(Stage::L1Proof)),
            sequence_chain: Chain::new(pipeline.l1, stream(Stage::L1Sequence)),
            aggregators: Aggregators::new(
                &pipeline.aggregation,
                pipeline.batches_per_aggregation,
                pipeline.aggregators,
                stream(Stage::Aggregate),
            ),
            batches: VecDeque::new(),
            first: 0,
            groups: VecDeque::new(),
            first_group: 0,
            closed: 0,
            ready: 0,
            started: 0,
            requeued: VecDeque::new(),
            free: (0..pipeline.provers).rev().collect(),
            running: vec![None; pipeline.provers as usize],
            opened_s: 0.0,
            next_fill_s: 0.0,
            worked_s: 0.0,
            holding: false,
            taken: 0,
            submitted: 0,
            l1_busy: false,
            sequence_opened_s: 0.0,
            cell: 0.0,
            point_s,
            held_s: 0.0,
            fill_sum: 0.0,
            warm_s: 0.0,
            halves: [(0.0, 0); 2],
            seen: Replication {
                oldest: tally(),
                random: tally(),
                virtual_oldest: tally(),
                virtual_random: tally(),
                prover_wait: tally(),
                prover_hold: tally(),
                waited: 0,
                aggregator_wait: tally(),
                l1_wait: tally(),
                queue_most: 0,
                throughput: 0.0,
                prover_use: 0.0,
                growth_s_per_batch: 0.0,
                fill_share: 0.0,
                events: 0,
            },
        }
    }

    #[inline]
    fn handle(&mut self, event: Event) {
        match event {
            Event::Close => {
                if self.pipeline.closing == Closing::ProverFree
                    && self.free.len() as u64 <= self.closed - self.started
                {
                    self.holding = true;
                } else {
                    self.close();
                }
            }
            Event::Ready => self.become_ready(),
            Event::Proved(prover) => self.proved(prover),
            Event::Crashed(prover) => self.crashed(prover),
            Event::Repaired(prover) => self.repaired(prover),
            Event::Merged(aggregator) => {
                if let Some(group) = self.aggregators.finish(aggregator, self.now_s) {
                    self.aggregated(group);
                }
                self.start_merges();
            }
            Event::Included => self.included(),
        }
    }

    fn fill_next(&mut self) {
        if self.closed == self.batches_total {
            return;
        }
        let mut fill_s = self.filler.next_s(self.opened_s);
        let mut share = 1.0;
        if let Closing::Timeout(timeout_s) = self.pipeline.closing
            && fill_s > timeout_s
        {
            (share, fill_s) = (timeout_s / fill_s, timeout_s);
        }
        self.fill_sum += share;
        self.next_fill_s = self.opened_s + fill_s;
        self.events.push(self.next_fill_s, Event::Close);
    }

    fn close(&mut self) {
        let n = u64::from(self.pipeline.batches_per_aggregation);
        let mut straggle = 1.0;
        if let Some(stragglers) = self.pipeline.stragglers
            && self.straggle.uniform() < stragglers.share
        {
            straggle = stragglers.factor;
        }
        let prove_s = self.pipeline.prove.quantile_s(self.prove.uniform()) * straggle;
        let (opened_s, filled_s) = (self.opened_s, self.now_s);
        self.batches.push_back(Batch { opened_s, filled_s, ready_s: 0.0, prove_s, straggle, started_s: 0.0 });
        if self.closed.is_multiple_of(n) {
            self.groups
                .push_back(Group { unproved: self.pipeline.batches_per_aggregation, aggregated_s: None });
        }
        self.closed += 1;
        self.opened_s = self.now_s;
        if self.pipeline.close_work_s > 0.0 {
            self.worked_s = self.now_s.max(self.worked_s) + self.pipeline.close_work_s;
            self.events.push(self.worked_s, Event::Ready);
        } else {
            self.become_ready();
        }
        self.fill_next();
    }

    /// The oldest batch that was not yet ready is closed, executed, and may be proved and sequenced.
    fn become_ready(&mut self) {
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
            let random_s =
                self.sequence_opened_s + (filled_s - self.sequence_opened_s) * self.transactions.uniform();
            if index >= self.warmup {
                self.seen.virtual_oldest.add(included_s - self.sequence_opened_s);
                self.seen.virtual_random.add(included_s - random_s);
            }
        }
        self.start_proofs();
        let queue = self.ready - self.started + self.requeued.len() as u64;
        self.seen.queue_most = self.seen.queue_most.max(queue);
    }

    fn start_proofs(&mut self) {
        while !self.free.is_empty() && (self.started < self.ready || !self.requeued.is_empty()) {
            let Some(prover) = self.free.pop() else {
                return;
            };
            if let Some(index) = self.requeued.pop_front() {
                self.attempt_again(index, prover);
                continue;
            }
            let index = self.started;
            self.started += 1;
            let at = self.at(index);
            self.batches[at].started_s = self.now_s;
            let Batch { ready_s, prove_s, .. } = self.batches[at];
            if index >= self.warmup {
                let wait_s = self.now_s - ready_s;
                self.seen.prover_wait.add(wait_s);
                self.seen.waited += u64::from(wait_s > 0.0);
            }
            self.attempt(index, prover, prove_s);
        }
    }

    fn attempt(&mut self, index: u64, prover: u32, prove_s: f64) {
        self.running[prover as usize] = Some((index, self.now_s));
        if let Some(crashes) = self.pipeline.crashes {
            let alive_s = crashes.mtbf_s * self.crash.exponential();
            if alive_s < prove_s {
                self.events.push(self.now_s + alive_s, Event::Crashed(prover));
                return;
            }
        }
        self.events.push(self.now_s + prove_s, Event::Proved(prover));
    }

    fn attempt_again(&mut self, index: u64, prover: u32) {
        let straggle = self.batches[self.at(index)].straggle;
        let prove_s = self.pipeline.prove.quantile_s(self.crash.uniform()) * straggle;
        self.attempt(index, prover, prove_s);
    }

    fn crashed(&mut self, prover: u32) {
        let Some(crashes) = self.pipeline.crashes else {
            return;
        };
        let Some((index, since_s)) = self.running[prover as usize] else {
            return;
        };
        self.held_s += self.now_s - since_s + crashes.repair_s;
        self.events.push(self.now_s + crashes.repair_s, Event::Repaired(prover));
        if crashes.after == AfterCrash::Requeue {
            self.running[prover as usize] = None;
            self.requeued.push_back(index);
            self.start_proofs();
        }
    }

    fn repaired(&mut self, prover: u32) {
        match self.running[prover as usize] {
            Some((index, _)) => self.attempt_again(index, prover),
            None => self.release(prover),
        }
    }

    fn release(&mut self, prover: u32) {
        self.free.push(prover);
        if self.holding && self.requeued.is_empty() {
            self.holding = false;
            self.close();
        }
        self.start_proofs();
    }

    fn proved(&mut self, prover: u32) {
        let Some((index, since_s)) = self.running[prover as usize].take() else {
            return;
        };
        self.held_s += self.now_s - since_s;
        if index >= self.warmup {
            let started_s = self.batches[self.at(index)].started_s;
            self.seen.prover_hold.add(self.now_s - started_s);
        }
        self.release(prover);
        let group = index / u64::from(self.pipeline.batches_per_aggregation);
        let at = self.group_at(group);
        self.groups[at].unproved -= 1;
        if self.groups[at].unproved == 0 && group == self.taken {
            self.take_groups();
        }
    }

    /// Gives the aggregators every group whose turn it is. In order: an aggregate that overtakes must wait
    /// before L1 anyway, and keeps the one it overtook waiting meanwhile.
    fn take_groups(&mut self) {
        while self.groups.get(self.group_at(self.taken)).is_some_and(|group| group.unproved == 0) {
            let group = self.taken;
            self.taken += 1;
            if self.aggregators.take(group, self.now_s) {
                self.aggregated(group);
            }
        }
        self.start_merges();
    }

    fn start_merges(&mut self) {
        while let Some(started) = self.aggregators.start(self.now_s) {
            self.seen.aggregator_wait.add(started.waited_s);
            self.events.push(started.done_s, Event::Merged(started.aggregator));
        }
    }

    fn aggregated(&mut self, group: u64) {
        let at = self.group_at(group);
        self.groups[at].aggregated_s = Some(self.now_s);
        self.submit();
    }

    /// Hands in every group whose turn it is: in order, and one at a time if the submitter waits.
    fn submit(&mut self) {
        while !(self.l1_busy && matches!(self.pipeline.l1, L1::Serial(_))) {
            let at = self.group_at(self.submitted);
            let Some(aggregated_s) = self.groups.get(at).and_then(|group| group.aggregated_s) else {
                return;
            };
            self.submitted += 1;
            self.l1_busy = true;
            self.seen.l1_wait.add(self.now_s - aggregated_s);
            self.events.push(self.proof_chain.included_s(self.now_s), Event::Included);
        }
    }

    fn included(&mut self) {
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

    fn look_at_transactions(&mut self, opened_s: f64, filled_s: f64, recorded: bool) {
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

    fn finish(mut self) -> Replication {
        assert!(
            self.first == self.batches_total,
            "{} of {} batches came through",
            self.first,
            self.batches_total
        );
        let recorded = (self.batches_total - self.warmup) as f64;
        self.seen.throughput = recorded / (self.now_s - self.warm_s);
        self.seen.prover_use = self.held_s / (f64::from(self.pipeline.provers) * self.now_s);
        self.seen.fill_share = self.fill_sum / self.batches_total as f64;
        let [(first, n_first), (second, n_second)] = self.halves;
        if n_first > 0 && n_second > 0 {
            let rise_s = second / n_second as f64 - first / n_first as f64;
            self.seen.growth_s_per_batch = rise_s / (recorded / 2.0);
        }
        self.seen
    }

    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "as many as are in memory")]
    fn at(&self, index: u64) -> usize {
        (index - self.first) as usize
    }

    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "as many as are in memory")]
    fn group_at(&self, group: u64) -> usize {
        (group - self.first_group) as usize
    }
}
