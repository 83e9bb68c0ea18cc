//! The cases on nexosim: a model a stage, joined by ports, as its documents have it.
//!
//! A stage schedules its own events. Times are whole nanoseconds there, so that a delay differs from ours by
//! rounding alone.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use nexosim::model::{Context, Model, schedulable};
use nexosim::ports::Output;
use nexosim::simulation::{Mailbox, SimInit, SimulationError};
use nexosim::time::MonotonicTime;
use planner::domain::TimeDist;
use planner::sim::{Stage, Stream};
use serde::{Deserialize, Serialize};

use crate::{Case, Numbers, Seen};

/// A batch on its way, or a group under the name of its first batch.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Batch {
    index: u64,
    opened: Duration,
}

fn since_start<M: Model>(cx: &Context<M>) -> Duration {
    cx.time().duration_since(MonotonicTime::EPOCH)
}

/// Batches fill and close.
#[derive(Serialize, Deserialize)]
struct Source {
    closed: Output<Batch>,
    #[serde(skip)]
    gaps: Option<Stream>,
    poisson: bool,
    interval_s: f64,
    next: u64,
    batches: u64,
    opened: Duration,
}

#[Model]
impl Source {
    #[nexosim(init)]
    async fn init(&mut self, cx: &Context<Self>) {
        self.fill(cx);
    }

    fn fill(&mut self, cx: &Context<Self>) {
        if self.next < self.batches {
            let gap = match (&mut self.gaps, self.poisson) {
                (Some(gaps), true) => self.interval_s * gaps.exponential(),
                _ => self.interval_s,
            };
            let gap = Duration::from_secs_f64(gap).max(Duration::from_nanos(1));
            cx.schedule_event(gap, schedulable!(Self::close), ()).expect("a time ahead");
        }
    }

    #[nexosim(schedulable)]
    async fn close(&mut self, _: (), cx: &Context<Self>) {
        self.closed.send(Batch { index: self.next, opened: self.opened }).await;
        self.next += 1;
        self.opened = since_start(cx);
        self.fill(cx);
    }
}

/// P provers with one queue; groups leave in order when all of their proofs are there.
#[derive(Serialize, Deserialize)]
struct Provers {
    grouped: Output<Batch>,
    #[serde(skip)]
    prove: Option<(TimeDist, Stream)>,
    free: u32,
    queue: VecDeque<(Batch, Duration)>,
    batches_per_group: u64,
    /// For each group on its way: the proofs missing, and its first batch.
    groups: VecDeque<(u64, Option<Batch>)>,
    first_group: u64,
}

#[Model]
impl Provers {
    async fn take(&mut self, batch: Batch, cx: &Context<Self>) {
        if batch.index.is_multiple_of(self.batches_per_group) {
            self.groups.push_back((self.batches_per_group, Some(batch)));
        }
        let time = match &mut self.prove {
            Some((prove, stream)) => Duration::from_secs_f64(prove.quantile_s(stream.uniform())),
            None => Duration::ZERO,
        };
        self.queue.push_back((batch, time.max(Duration::from_nanos(1))));
        self.start(cx);
    }

    fn start(&mut self, cx: &Context<Self>) {
        while self.free > 0 {
            let Some((batch, time)) = self.queue.pop_front() else { return };
            self.free -= 1;
            cx.schedule_event(time, schedulable!(Self::proved), batch.index).expect("a time ahead");
        }
    }

    #[nexosim(schedulable)]
    async fn proved(&mut self, index: u64, cx: &Context<Self>) {
        self.free += 1;
        self.start(cx);
        let at = (index / self.batches_per_group - self.first_group) as usize;
        self.groups[at].0 -= 1;
        while let Some((0, first)) = self.groups.front().copied() {
            self.groups.pop_front();
            self.first_group += 1;
            if let Some(first) = first {
                self.grouped.send(first).await;
            }
        }
    }
}

/// One machine that takes one group at a time: the aggregator, or L1 with a submitter that waits.
#[derive(Serialize, Deserialize)]
struct Station {
    done: Output<Batch>,
    time: Duration,
    busy: bool,
    queue: VecDeque<Batch>,
}

#[Model]
impl Station {
    async fn take(&mut self, group: Batch, cx: &Context<Self>) {
        self.queue.push_back(group);
        self.start(cx);
    }

    fn start(&mut self, cx: &Context<Self>) {
        if self.busy {
            return;
        }
        if let Some(group) = self.queue.pop_front() {
            self.busy = true;
            cx.schedule_event(self.time, schedulable!(Self::ended), group).expect("a time ahead");
        }
    }

    #[nexosim(schedulable)]
    async fn ended(&mut self, group: Batch, cx: &Context<Self>) {
        self.busy = false;
        self.start(cx);
        self.done.send(group).await;
    }
}

/// Adds up the delays.
#[derive(Serialize, Deserialize)]
struct Ledger {
    #[serde(skip)]
    seen: Arc<Mutex<Seen>>,
    groups: u64,
    wanted: u64,
    sum_s: f64,
}

#[Model]
impl Ledger {
    async fn consolidated(&mut self, group: Batch, cx: &Context<Self>) {
        self.groups += 1;
        self.sum_s += (since_start(cx) - group.opened).as_secs_f64();
        if self.groups == self.wanted {
            let mut seen = self.seen.lock().expect("one thread");
            (seen.groups, seen.mean_s) = (self.groups, self.sum_s / self.groups as f64);
        }
    }
}

/// One run of `batches` batches (whole groups) on one thread.
///
/// # Errors
/// Those of nexosim; none are known for these models.
pub fn run(case: Case, batches: u64, seed: u64) -> Result<Seen, SimulationError> {
    let Numbers { interval_s, provers, batches_per_group, block_s } = case.numbers();
    let n = u64::from(batches_per_group);
    assert!(batches.is_multiple_of(n), "{batches} batches are no whole groups of {n}");
    let prove = crate::ours::prove(case).expect("good numbers");
    let seen = Arc::new(Mutex::new(Seen::default()));
    let mut source = Source {
        closed: Output::default(),
        gaps: Some(Stream::new(seed, 0, Stage::Arrivals)),
        poisson: case == Case::Queue,
        interval_s,
        next: 0,
        batches,
        opened: Duration::ZERO,
    };
    let mut fleet = Provers {
        grouped: Output::default(),
        prove: Some((prove, Stream::new(seed, 0, Stage::Prove))),
        free: provers,
        queue: VecDeque::new(),
        batches_per_group: n,
        groups: VecDeque::new(),
        first_group: 0,
    };
    let station = |time_s| Station {
        done: Output::default(),
        time: Duration::from_secs_f64(time_s),
        busy: false,
        queue: VecDeque::new(),
    };
    let (mut aggregator, mut l1) = (station(12.0), station(block_s));
    let ledger = Ledger { seen: seen.clone(), groups: 0, wanted: batches / n, sum_s: 0.0 };
    let (fleet_box, aggregator_box, l1_box, ledger_box) =
        (Mailbox::new(), Mailbox::new(), Mailbox::new(), Mailbox::new());
    source.closed.connect(Provers::take, &fleet_box);
    match case {
        Case::Queue => fleet.grouped.connect(Station::take, &l1_box),
        Case::Pipeline => fleet.grouped.connect(Station::take, &aggregator_box),
    };
    aggregator.done.connect(Station::take, &l1_box);
    l1.done.connect(Ledger::consolidated, &ledger_box);
    let bench = SimInit::with_num_threads(1)
        .add_model(source, Mailbox::new(), "source")
        .add_model(fleet, fleet_box, "provers")
        .add_model(aggregator, aggregator_box, "aggregator")
        .add_model(l1, l1_box, "l1")
        .add_model(ledger, ledger_box, "ledger");
    bench.init(MonotonicTime::EPOCH)?.run()?;
    let mut seen = *seen.lock().expect("one thread");
    // What was scheduled: a closing and a proof a batch; a block, and in the pipeline an aggregation, a group.
    seen.events = 2 * batches + if case == Case::Pipeline { 2 } else { 1 } * (batches / n);
    Ok(seen)
}
