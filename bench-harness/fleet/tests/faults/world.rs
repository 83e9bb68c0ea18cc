//! A fleet without threads: a coordinator, the queue in memory, and workers that the test moves by hand.

use fleet::chain::scripted_work;
use fleet::coordinator::{Coordinator, CoordinatorRules};
use fleet::memory::{LeaseRules, MemoryQueue};
use fleet::queue::{JobQueue, Lease};
use fleet::run::ledger_path;
use fleet::task::WorkerClass;
use fleet::worker::{FleetProver, result_of};
use records::fleet::job::{FleetOutcomeRecord, FleetWorkRecord};
use records::fleet::ledger::{FleetBeganRecord, FleetEventRecord, FleetLedger, read_ledger};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tempfile::TempDir;

pub(crate) const LEASE_S: f64 = 1.0;

/// Scripted work that takes no time.
pub(crate) fn work(per_group: u64) -> FleetWorkRecord {
    work_of(per_group, 2)
}

/// The same with merges of so many proofs.
pub(crate) fn work_of(per_group: u64, merge_children: usize) -> FleetWorkRecord {
    let script = prover::scripted::Script {
        merge_children,
        verify: prover::scripted::ScriptedTime::Fixed { fixed_s: 0.0 },
        ..prover::scripted::Script::default()
    };
    FleetWorkRecord { batch_transactions: 4, ..scripted_work(&script, 1, per_group).expect("work") }
}

pub(crate) struct World {
    pub(crate) folder: TempDir,
    clock_ms: Arc<AtomicU64>,
    pub(crate) queue: MemoryQueue,
    pub(crate) coordinator: Option<Coordinator>,
    rules: CoordinatorRules,
    prover: FleetProver,
}

impl World {
    pub(crate) fn new(batches: u64, per_group: u64, rules: CoordinatorRules, deliveries_max: u64) -> Self {
        Self::of(work(per_group), batches, rules, deliveries_max)
    }

    pub(crate) fn of(
        work: FleetWorkRecord,
        batches: u64,
        rules: CoordinatorRules,
        deliveries_max: u64,
    ) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let clock_ms = Arc::new(AtomicU64::new(0));
        let clock = Arc::clone(&clock_ms);
        let now = Arc::new(move || clock.load(Ordering::SeqCst) as f64 / 1e3);
        let queue = MemoryQueue::new(LeaseRules { lease_s: LEASE_S, deliveries_max }, now);
        let began = FleetBeganRecord {
            run: "run".to_owned(),
            began_unix_s: 0.0,
            work,
            batches,
            arrivals_s: (0..batches).map(|batch| 0.05 * batch as f64).collect(),
            sequencing: None,
        };
        let ledger = FleetLedger::create(&ledger_path(folder.path())).expect("a ledger");
        let prover = FleetProver::new(&began.work).expect("a prover");
        let mut coordinator = Coordinator::new(began, rules, ledger).expect("a coordinator");
        coordinator.begin_now(0.0).expect("begins");
        Self { folder, clock_ms, queue, coordinator: Some(coordinator), rules, prover }
    }

    pub(crate) fn now_s(&self) -> f64 {
        self.clock_ms.load(Ordering::SeqCst) as f64 / 1e3
    }

    pub(crate) fn pass(&self, time_s: f64) {
        self.clock_ms.fetch_add((time_s * 1e3) as u64, Ordering::SeqCst);
    }

    pub(crate) fn turn(&mut self) {
        let now_s = self.now_s();
        let coordinator = self.coordinator.as_mut().expect("a coordinator");
        let trouble = coordinator.turn(&self.queue, &|| now_s, Duration::ZERO).expect("a turn");
        assert_eq!(trouble, None);
    }

    pub(crate) fn take(&self, worker: &str) -> Option<Lease> {
        self.queue.take(worker, WorkerClass::Any, Duration::ZERO).expect("a queue")
    }

    /// What an honest worker makes of a job.
    pub(crate) fn outcome(&mut self, lease: &Lease) -> FleetOutcomeRecord {
        self.prover.perform(&lease.job)
    }

    pub(crate) fn answer(&self, lease: &Lease, worker: &str, outcome: FleetOutcomeRecord) {
        let mut result = result_of(lease, worker, Duration::from_millis(1), outcome);
        result.cores = Some(1);
        self.queue.finish(lease, &result).expect("a queue");
    }

    pub(crate) fn do_one(&mut self, worker: &str) -> bool {
        let Some(lease) = self.take(worker) else { return false };
        let outcome = self.outcome(&lease);
        self.answer(&lease, worker, outcome);
        true
    }

    /// So many workers take a job, one after the other, and die with it.
    pub(crate) fn kills_whoever_takes(&mut self, job: &str, times: u32) {
        for worker in 0..times {
            let lease = self.take(&format!("victim-{worker}")).expect("a job");
            assert_eq!(lease.job.job, job);
            self.pass(LEASE_S + 0.1);
            self.turn();
        }
    }

    /// Works on with honest workers until nothing is open.
    pub(crate) fn finish(&mut self) {
        for _ in 0..5_000 {
            self.turn();
            if self.coordinator.as_ref().expect("a coordinator").is_over() {
                return;
            }
            while self.do_one("honest") {
                self.turn();
            }
            self.pass(0.3);
        }
        panic!("it does not end: {:?}", self.coordinator.as_ref().map(|it| it.progress(self.now_s())));
    }

    /// kill -9 of the coordinator, and another that goes on.
    pub(crate) fn restart(&mut self) {
        drop(self.coordinator.take());
        let path = ledger_path(self.folder.path());
        let contents = read_ledger(&path).expect("a ledger");
        let ledger = FleetLedger::resume(&path, &contents).expect("a ledger");
        let mut lines = contents.records;
        let FleetEventRecord::Began(began) = lines.remove(0).event else { panic!("it did not begin") };
        let mut coordinator = Coordinator::new(*began, self.rules, ledger).expect("a coordinator");
        coordinator.restore(lines, false, self.now_s()).expect("goes on");
        self.coordinator = Some(coordinator);
    }

    pub(crate) fn events(&self) -> Vec<FleetEventRecord> {
        let contents = read_ledger(&ledger_path(self.folder.path())).expect("a ledger");
        contents.records.into_iter().map(|line| line.event).collect()
    }

    /// Every job is in the ledger with one verified proof, and no group is missing.
    pub(crate) fn assert_complete(&self, jobs: u64) {
        let mut verified: BTreeMap<String, u64> = BTreeMap::new();
        for event in self.events() {
            if let FleetEventRecord::Verified(record) = event {
                *verified.entry(record.job.clone()).or_default() += 1;
            }
        }
        assert_eq!(verified.len() as u64, jobs);
        assert!(verified.values().all(|count| *count == 1), "counted twice: {verified:?}");
        assert!(self.coordinator.as_ref().expect("a coordinator").is_complete());
    }
}
