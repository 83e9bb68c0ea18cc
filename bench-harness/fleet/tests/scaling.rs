//! Workers that a rule starts and stops while a run goes on: real queue, coordinator and threads, proofs that take time.

use fleet::chain::scripted_work;
use fleet::coordinator::CoordinatorRules;
use fleet::memory::{LeaseRules, MemoryQueue, real_clock};
use fleet::queue::JobQueue;
use fleet::run::{OpenRun, ledger_path};
use fleet::scaling::{ScaledFleet, ScalingFleet, ScalingSight, ScalingTimes};
use prover::scripted::{Script, ScriptedTime};
use records::fleet::job::FleetWorkRecord;
use records::fleet::ledger::{FleetBeganRecord, FleetEventRecord, read_ledger};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

const PROVE_S: f64 = 0.05;

fn work() -> FleetWorkRecord {
    let fixed = |fixed_s: f64| ScriptedTime::Fixed { fixed_s };
    let script = Script {
        real_time: true,
        witness: fixed(0.0),
        prove: fixed(PROVE_S),
        verify: fixed(0.0),
        aggregates: false,
        ..Script::default()
    };
    scripted_work(&script, 1, 1).expect("work")
}

/// Two hundred batches that come within two seconds, met by a rule; every proof is the first of its job.
fn scaled(rule: impl FnMut(ScalingSight) -> u64) -> ScaledFleet {
    let batches = 200;
    let began = FleetBeganRecord {
        run: "run".to_owned(),
        began_unix_s: 0.0,
        work: work(),
        batches,
        arrivals_s: (0..batches).map(|batch| 0.01 * batch as f64).collect(),
        sequencing: None,
    };
    let folder = tempfile::tempdir().expect("a folder");
    let queue: Arc<dyn JobQueue> = Arc::new(MemoryQueue::new(LeaseRules::default(), real_clock()));
    let running = OpenRun::create(folder.path(), began).expect("a run");
    let running = running.coordinator(CoordinatorRules::default(), true).expect("a coordinator");
    let times = ScalingTimes { decide: Duration::from_millis(20), start: Duration::from_millis(50) };
    let mut fleet = ScalingFleet::new(Arc::clone(&queue), times, Box::new(rule));
    let summary = running.run(&*queue, None, &AtomicBool::new(false), &mut fleet).expect("a summary");
    let scaled = fleet.end();
    assert!(summary.is_complete);
    let ledger = read_ledger(&ledger_path(folder.path())).expect("a ledger");
    let mut verified = 0;
    for line in ledger.records {
        if let FleetEventRecord::Verified(record) = line.event {
            assert_eq!((record.submission, record.delivery), (1, 1), "{} was begun again", record.job);
            verified += 1;
        }
    }
    assert_eq!(verified, batches);
    scaled
}

#[test]
fn scaling_in_never_cuts_a_proof_off() {
    // Up and down as quickly as it goes, whoever is at work.
    let mut turn = 0;
    let seen = scaled(|_| {
        turn += 1;
        if turn % 2 == 0 { 2 } else { 12 }
    });
    assert!(seen.stopped >= 20, "{seen:?}");
    assert!(seen.workers_max >= 12, "{seen:?}");
}

#[test]
fn workers_follow_the_queue_and_are_paid_for_their_time() {
    let seen = scaled(|sight| (sight.waiting + sight.working).clamp(1, 20));
    // Ten seconds of proofs are paid for at least.
    assert!(seen.worker_s >= 200.0 * PROVE_S && seen.workers_max > 3, "{seen:?}");
    assert!(seen.stopped > 0, "{seen:?}");
}
