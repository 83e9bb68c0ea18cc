//! Ten thousand jobs that take no time: the coordinator is not what a fleet waits for. Its own process, so that its
//! memory is its own.

use fleet::chain::scripted_work;
use fleet::coordinator::CoordinatorRules;
use fleet::coordinator::job::Progress;
use fleet::error::FleetError;
use fleet::memory::{LeaseRules, MemoryQueue, real_clock};
use fleet::run::{OpenRun, RunWatcher};
use fleet::task::WorkerClass;
use fleet::worker::{Untold, WorkerRules, serve};
use prover::scripted::{Script, ScriptedTime};
use records::fleet::job::FleetWorkRecord;
use records::fleet::ledger::FleetBeganRecord;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

struct Nobody;

impl RunWatcher for Nobody {
    fn look(&mut self, _: &Progress, _: Option<&str>) -> Result<(), FleetError> {
        Ok(())
    }
}

/// Peak memory of this process, bytes.
fn peak_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).expect("a peak");
    line.split_whitespace().nth(1).expect("a number").parse::<u64>().expect("a number") * 1024
}

#[test]
fn ten_thousand_jobs_of_no_time() {
    let zero = || ScriptedTime::Fixed { fixed_s: 0.0 };
    let script = Script {
        real_time: true,
        witness: zero(),
        prove: zero(),
        merge: zero(),
        verify: zero(),
        ..Script::default()
    };
    let batches = 5_120;
    let began = FleetBeganRecord {
        run: "run".to_owned(),
        began_unix_s: 0.0,
        work: FleetWorkRecord { batch_transactions: 4, ..scripted_work(&script, 1, 32).expect("work") },
        batches,
        arrivals_s: vec![0.0; 5_120],
        sequencing: None,
    };
    let folder = tempfile::tempdir().expect("a folder");
    let queue = MemoryQueue::new(LeaseRules::default(), real_clock());
    let running = OpenRun::create(folder.path(), began).expect("a run");
    let running = running.coordinator(CoordinatorRules::default(), true).expect("a coordinator");
    let (over, stop) = (AtomicBool::new(false), AtomicBool::new(false));
    let summary = std::thread::scope(|scope| {
        for number in 0..2 {
            let (queue, over) = (&queue, &over);
            scope.spawn(move || {
                let name = format!("worker-{number}");
                let rules = WorkerRules::new(name, WorkerClass::Any, Duration::from_secs(1));
                serve(queue, &rules, over, &Untold)
            });
        }
        let summary = running.run(&queue, Some(2), &stop, &mut Nobody);
        over.store(true, Ordering::SeqCst);
        summary.expect("a summary")
    });
    assert!(summary.is_complete);
    let jobs = summary.samples.len() as f64;
    let rate = jobs / summary.elapsed_s;
    let peak_mb = peak_bytes() as f64 / 1e6;
    println!("{jobs} jobs in {:.2} s: {rate:.0} jobs/s, {peak_mb:.0} MB", summary.elapsed_s);
    assert!(jobs >= 10_000.0 && summary.counts.resubmitted == 0);
    // Far below what it does alone, since tests run beside each other.
    assert!(rate >= 500.0, "{rate:.0} jobs/s");
    assert!(peak_mb < 300.0, "{peak_mb:.0} MB");
}
