//! Figures of a worker and of a coordinator for Prometheus, as OpenMetrics text. Who serves the text is for the caller.

use crate::coordinator::job::Progress;
use crate::queue::{Lease, QueueDepth, QueueError};
use crate::run::unix_s;
use crate::task::Task;
use crate::worker::WorkerWatcher;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};
use records::fleet::job::{FleetOutcomeRecord, FleetResultRecord};
use std::sync::atomic::AtomicU64;

/// The type of the text, for whoever serves it.
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Kinds of jobs.
const CLASSES: [&str; 2] = ["prove", "merge"];
/// How a job can end for a worker.
const OUTCOMES: [&str; 4] = ["proof", "failed", "other_circuits", "given_back"];
/// States of jobs for a coordinator.
const STATES: [&str; 4] = ["waiting", "working", "done", "given_up"];

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Ended {
    class: &'static str,
    outcome: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct OfClass {
    class: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct InState {
    state: &'static str,
}

type Histograms = Family<OfClass, Histogram, fn() -> Histogram>;

/// From a tenth of a second to an hour.
fn histogram() -> Histogram {
    Histogram::new(exponential_buckets(0.1, 2.0, 16))
}

/// A registry with what every process has: its build, and when it started.
fn registry() -> Registry {
    let mut registry = Registry::default();
    let build = Info::new(vec![("version", env!("CARGO_PKG_VERSION"))]);
    registry.register("bench_harness_build", "Version of the program", build);
    let started: Gauge<f64, AtomicU64> = Gauge::default();
    started.set(unix_s());
    let help = "Start of the process, seconds since 1970";
    registry.register_with_unit("process_start_time", help, Unit::Seconds, started);
    registry
}

fn text(registry: &Registry) -> String {
    let mut text = String::new();
    // A string takes whatever is written.
    encode(&mut text, registry).unwrap_or_else(|error| unreachable!("metrics as text: {error}"));
    text
}

fn class_of(job: &str) -> &'static str {
    if matches!(Task::named(job), Some(Task::Merge { .. })) { CLASSES[1] } else { CLASSES[0] }
}

/// What a worker counts.
#[derive(Debug)]
pub struct WorkerMetrics {
    registry: Registry,
    jobs: Family<Ended, Counter>,
    job: Histograms,
    proof: Histograms,
    busy: Gauge,
    queue_errors: Counter,
}

impl Default for WorkerMetrics {
    fn default() -> Self {
        let mut registry = registry();
        let jobs = Family::<Ended, Counter>::default();
        let job = Histograms::new_with_constructor(histogram);
        let proof = Histograms::new_with_constructor(histogram);
        let (busy, queue_errors) = (Gauge::default(), Counter::default());
        for class in CLASSES {
            // A series is there before it counts anything.
            OUTCOMES.into_iter().for_each(|outcome| drop(jobs.get_or_create(&Ended { class, outcome })));
            drop(job.get_or_create(&OfClass { class }));
            drop(proof.get_or_create(&OfClass { class }));
        }
        let fleet = registry.sub_registry_with_prefix("bench_harness_fleet");
        fleet.register("jobs", "Jobs by class and outcome", jobs.clone());
        let help = "Time from taking a job to its answer";
        fleet.register_with_unit("job", help, Unit::Seconds, job.clone());
        fleet.register_with_unit("proof", "Time of a proof alone", Unit::Seconds, proof.clone());
        fleet.register("busy", "Whether a job is at hand, 0 or 1", busy.clone());
        let help = "Calls of the queue that failed and were tried again";
        fleet.register("queue_errors", help, queue_errors.clone());
        Self { registry, jobs, job, proof, busy, queue_errors }
    }
}

impl WorkerMetrics {
    /// All of it as text.
    pub fn text(&self) -> String {
        text(&self.registry)
    }
}

impl WorkerWatcher for WorkerMetrics {
    fn trouble(&self, _error: &QueueError) {
        self.queue_errors.inc();
    }

    fn began(&self, _lease: &Lease) {
        self.busy.set(1);
    }

    fn ended(&self, result: &FleetResultRecord) {
        self.busy.set(0);
        let class = class_of(&result.job);
        let outcome = match &result.outcome {
            FleetOutcomeRecord::Proof { prove_s, .. } => {
                self.proof.get_or_create(&OfClass { class }).observe(*prove_s);
                OUTCOMES[0]
            }
            FleetOutcomeRecord::Failed { .. } | FleetOutcomeRecord::Exhausted { .. } => OUTCOMES[1],
            FleetOutcomeRecord::OtherCircuits { .. } => OUTCOMES[2],
        };
        self.job.get_or_create(&OfClass { class }).observe(result.busy_s);
        self.jobs.get_or_create(&Ended { class, outcome }).inc();
    }

    fn gave_back(&self, lease: &Lease) {
        self.busy.set(0);
        self.jobs.get_or_create(&Ended { class: class_of(&lease.job.job), outcome: OUTCOMES[3] }).inc();
    }
}

/// What a coordinator shows.
#[derive(Debug)]
pub struct CoordinatorMetrics {
    registry: Registry,
    jobs: Family<InState, Gauge>,
    batches: Gauge,
    arrived: Gauge,
    groups: Gauge,
    left_out: Gauge,
    queue: Family<InState, Gauge>,
}

impl Default for CoordinatorMetrics {
    fn default() -> Self {
        let mut registry = registry();
        let (jobs, queue) = (Family::<InState, Gauge>::default(), Family::<InState, Gauge>::default());
        STATES.into_iter().for_each(|state| drop(jobs.get_or_create(&InState { state })));
        let gauges: [Gauge; 4] = std::array::from_fn(|_| Gauge::default());
        let [batches, arrived, groups, left_out] = gauges;
        let run = registry.sub_registry_with_prefix("bench_harness_fleet_run");
        run.register("jobs", "Jobs of the run by state, those not begun left out", jobs.clone());
        run.register("batches", "Batches of the run", batches.clone());
        run.register("batches_arrived", "Batches that have arrived", arrived.clone());
        run.register("groups_done", "Groups that are complete, all before them included", groups.clone());
        run.register("workers_left_out", "Workers that are left out", left_out.clone());
        let fleet = registry.sub_registry_with_prefix("bench_harness_fleet");
        let help = "Jobs that the queue holds: pending, or handed out and not acknowledged";
        fleet.register("queue_jobs", help, queue.clone());
        Self { registry, jobs, batches, arrived, groups, left_out, queue }
    }
}

impl CoordinatorMetrics {
    /// Takes what is going on.
    pub fn set(&self, progress: &Progress) {
        let Progress { batches, arrived, jobs: _, done, given_up, waiting, working, groups_done, .. } =
            progress;
        for (state, count) in STATES.into_iter().zip([waiting, working, done, given_up]) {
            set(&self.jobs.get_or_create(&InState { state }), *count);
        }
        let gauges = [&self.batches, &self.arrived, &self.groups, &self.left_out];
        let counts = [batches, arrived, groups_done, &progress.left_out];
        gauges.into_iter().zip(counts).for_each(|(gauge, count)| set(gauge, *count));
    }

    /// All of it as text, with what the queue holds; without where it does not answer.
    pub fn text(&self, depth: Result<QueueDepth, QueueError>) -> String {
        match depth {
            Ok(QueueDepth { pending, unacknowledged, .. }) => {
                set(&self.queue.get_or_create(&InState { state: "pending" }), pending);
                set(&self.queue.get_or_create(&InState { state: "unacknowledged" }), unacknowledged);
            }
            // A figure from before would look like one of now.
            Err(_) => self.queue.clear(),
        }
        text(&self.registry)
    }
}

fn set(gauge: &Gauge, count: u64) {
    gauge.set(i64::try_from(count).unwrap_or(i64::MAX));
}
