//! One replication: a hand-written event loop on a binary heap, ties by sequence number.
//!
//! Not here: what the numbers mean ([`crate::sim::pipeline`]) and what is made of them
//! ([`crate::sim::replicate`]). Memory holds the batches on their way, not those that are through.

mod closing;
mod earlier;
mod events;
mod proving;
mod rescaling;
mod settling;
mod staff;

use std::collections::VecDeque;

use crate::sim::aggregate::Aggregators;
use crate::sim::arrivals::{Closing, Filler};
use crate::sim::l1::Chain;
use crate::sim::pipeline::Pipeline;
use crate::sim::spans::{Lane, Span, Work};
use crate::sim::streams::{Stage, Stream};
use crate::sim::tally::{Mean, Tally};

use events::{Event, Events};
use staff::Staff;

/// The results of one replication, without its warm-up.
#[derive(Debug)]
pub(crate) struct Replication {
    pub(crate) oldest: Tally,
    pub(crate) random: Tally,
    pub(crate) virtual_oldest: Tally,
    pub(crate) virtual_random: Tally,
    pub(crate) prover_wait: Tally,
    pub(crate) prover_hold: Tally,
    pub(crate) waited: u64,
    pub(crate) aggregator_wait: Mean,
    pub(crate) l1_wait: Mean,
    pub(crate) queue_max: u64,
    pub(crate) throughput: f64,
    pub(crate) prover_use: f64,
    pub(crate) provers_mean: f64,
    pub(crate) provers_max: u32,
    pub(crate) growth_s_per_batch: f64,
    pub(crate) fill_fraction: f64,
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

struct Engine<'a> {
    pipeline: &'a Pipeline,
    batches_total: u64,
    warmup: u64,
    now_s: f64,
    events: Events,
    filler: Filler<'a>,
    prove: Stream,
    /// The time of every first attempt, where it is always the same: a draw of it would change nothing.
    prove_s: Option<f64>,
    straggle: Stream,
    crash: Stream,
    transactions: Stream,
    /// Proofs of earlier batches that are still at work.
    earlier: u32,
    /// Whether the run began with such proofs.
    is_in_progress: bool,
    /// For how long provers were at them, s.
    earlier_s: f64,
    proof_chain: Chain,
    sequence_chain: Chain,
    aggregators: Aggregators<'a>,
    is_eager: bool,
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
    staff: Staff,
    opened_s: f64,
    next_fill_s: f64,
    /// How long after the closing before it the first transaction of the next batch comes, s.
    next_late_s: f64,
    /// The sequencer's work on the next batch, s.
    next_work_s: f64,
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
    // Filled for a timeline alone.
    watched: Option<Vec<Span>>,
}

/// Runs `batches` batches, rounded up to whole groups, of which the first `warmup` are not counted; with proofs in progress
/// from the first, or on an idle fleet.
pub(crate) fn run(
    pipeline: &Pipeline,
    (seed, replication): (u64, u32),
    (batches, warmup): (u64, u64),
    is_in_progress: bool,
) -> Replication {
    let n = u64::from(pipeline.batches_per_aggregation);
    let mut engine = Engine::new(pipeline, seed, replication, batches.div_ceil(n) * n, warmup / n * n);
    if is_in_progress {
        engine.begin_in_progress(seed, replication);
    }
    engine.run_out();
    engine.finish()
}

/// Replication 0 of the same, without warm-up, as what each lane did.
pub(crate) fn watch(pipeline: &Pipeline, seed: u64, batches: u64) -> Vec<Span> {
    let n = u64::from(pipeline.batches_per_aggregation);
    let mut engine = Engine::new(pipeline, seed, 0, batches.div_ceil(n) * n, 0);
    engine.watched = Some(Vec::new());
    engine.run_out();
    engine.watched.take().unwrap_or_default()
}

impl<'a> Engine<'a> {
    fn new(pipeline: &'a Pipeline, seed: u64, replication: u32, batches_total: u64, warmup: u64) -> Self {
        let stream = |stage| Stream::new(seed, replication, stage);
        let unit_s = pipeline.prove.mean_s() + pipeline.arrivals.mean_s();
        let tally = || Tally::new(unit_s);
        let n = pipeline.batches_per_aggregation;
        let aggregators =
            Aggregators::new(&pipeline.aggregation, n, pipeline.aggregators, stream(Stage::Aggregate));
        let mut transactions = stream(Stage::Transactions);
        let point_s = transactions.uniform() * pipeline.arrivals.mean_s();
        Self {
            pipeline,
            batches_total,
            warmup,
            now_s: 0.0,
            events: Events::new(),
            filler: Filler::new(&pipeline.arrivals, stream(Stage::Arrivals)),
            prove: stream(Stage::Prove),
            prove_s: pipeline.prove.is_fixed().then(|| pipeline.prove.quantile_s(0.0)),
            straggle: stream(Stage::Stragglers),
            crash: stream(Stage::Crashes),
            transactions,
            earlier: 0,
            is_in_progress: false,
            earlier_s: 0.0,
            proof_chain: Chain::of_proofs(pipeline.l1, stream(Stage::L1Proof)),
            sequence_chain: Chain::of_sequences(pipeline.l1, stream(Stage::L1Sequence)),
            is_eager: aggregators.is_eager(),
            aggregators,
            batches: VecDeque::new(),
            first: 0,
            groups: VecDeque::new(),
            first_group: 0,
            closed: 0,
            ready: 0,
            started: 0,
            requeued: VecDeque::new(),
            free: (0..pipeline.provers).rev().collect(),
            staff: Staff::of(pipeline.provers),
            running: vec![None; pipeline.provers as usize],
            opened_s: 0.0,
            next_fill_s: 0.0,
            next_late_s: 0.0,
            next_work_s: 0.0,
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
                aggregator_wait: Mean::default(),
                l1_wait: Mean::default(),
                queue_max: 0,
                throughput: 0.0,
                prover_use: 0.0,
                provers_mean: 0.0,
                provers_max: 0,
                growth_s_per_batch: 0.0,
                fill_fraction: 0.0,
                events: 0,
            },
            watched: None,
        }
    }

    fn run_out(&mut self) {
        self.staff_up();
        self.fill_next();
        while let Some((at_s, event)) = self.events.pop() {
            assert!(at_s >= self.now_s, "time ran backwards: {} to {at_s}", self.now_s);
            self.now_s = at_s;
            self.seen.events += 1;
            self.handle(event);
        }
    }

    /// Records one piece of work, for a timeline. `batches` are in a row from `batch`.
    #[inline]
    fn watch(&mut self, lane: Lane, work: Work, (batch, batches): (u64, u64), start_s: f64, end_s: f64) {
        if let Some(watched) = &mut self.watched {
            let group = batch / u64::from(self.pipeline.batches_per_aggregation);
            watched.push(Span { lane, work, batch, batches, group, start_s, end_s });
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
            Event::Rescale => self.rescale(),
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
        self.settle_staff();
        // What is counted is from inclusion to inclusion. Of a run without warm-up it is from closing to closing: what is proved
        // after the last of these stands for what was left of earlier proofs.
        (self.seen.throughput, self.seen.prover_use) = match self.is_in_progress && self.warm_s == 0.0 {
            true => {
                let provers_s = f64::from(self.pipeline.provers) * self.opened_s;
                (recorded / self.opened_s, (self.held_s - self.earlier_s) / provers_s)
            }
            false => (recorded / (self.now_s - self.warm_s), self.held_s / self.staff.paid_s()),
        };
        self.seen.fill_fraction = self.fill_sum / self.batches_total as f64;
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
