//! Workers on a NATS server one by one: what a false answer costs them, where they run, how many jobs a second they are given.
//! Needs `nats-server`.

use crate::fleet::{complete, ledger, scripted};
use crate::fleet_nats::{coordinator, drain, worker};
use crate::nats_server::{Server, server};
use crate::processes::{Running, wait_until};
use fleet::chain::scripted_work;
use fleet::coordinator::CoordinatorRules;
use fleet::coordinator::job::Progress;
use fleet::error::FleetError;
use fleet::nats::{NatsQueue, NatsServer};
use fleet::queue::{JobQueue, Lease};
use fleet::run::{OpenRun, RunWatcher};
use fleet::task::WorkerClass;
use fleet::worker::{FleetProver, Untold, WorkerRules, result_of, serve};
use machine::CpuList;
use prover::scripted::{Script, ScriptedTime};
use records::fleet::job::{FleetOutcomeRecord, FleetWorkRecord};
use records::fleet::ledger::FleetBeganRecord;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

fn at(server: &Server) -> NatsServer {
    let (credentials, authority) = (None, None);
    NatsServer { url: server.url(), fleet: "default".to_owned(), credentials, authority, lease_s: 1.0 }
}

/// The next job of a worker that is moved by hand.
fn taken(queue: &NatsQueue, name: &str) -> Lease {
    let mut lease = None;
    wait_until("a job", || {
        lease = queue.take(name, WorkerClass::Prove, Duration::from_millis(50)).ok().flatten();
        lease.is_some()
    });
    lease.expect("a job")
}

/// What a worker by hand answers to one batch's job: the run goes on without it, and with the proof of another.
fn answers_falsely(outcome: impl Fn(&Lease, FleetOutcomeRecord) -> FleetOutcomeRecord) {
    let server = server!();
    let bench = scripted("");
    let mut run = coordinator(&bench, &server);
    let queue = NatsQueue::work(&at(&server)).expect("a queue");
    let lease = taken(&queue, "liar");
    let mut prover = FleetProver::new(&lease.job.work).expect("a prover");
    let honest = prover.perform(&lease.job);
    let result = result_of(&lease, "liar", Duration::from_millis(1), outcome(&lease, honest));
    queue.finish(&lease, &result).expect("an answer");
    run.until("its end", || ledger(&bench, "excluded").iter().any(|line| line["worker"] == "liar"));
    let honest = worker(&bench, &server, "honest");
    run.end().ok();
    complete(&bench, 16 + 12);
    let job = ledger(&bench, "verified").into_iter().find(|line| line["job"] == lease.job.job.as_str());
    assert_eq!(job.expect("its job")["worker"], "honest");
    drain(honest);
}

fn altered(honest: FleetOutcomeRecord, change: impl Fn(&mut Vec<u8>)) -> FleetOutcomeRecord {
    let FleetOutcomeRecord::Proof { mut proof, prove_s, stages } = honest else { panic!("no proof") };
    change(&mut proof.bytes.0);
    FleetOutcomeRecord::Proof { proof, prove_s, stages }
}

#[test]
fn a_worker_that_answers_with_garbage_is_left_out() {
    answers_falsely(|_, honest| altered(honest, |bytes| bytes[3] ^= 1));
}

#[test]
fn a_worker_that_answers_with_another_batch_is_left_out() {
    answers_falsely(|_, honest| altered(honest, |bytes| bytes[60] ^= 1));
}

#[test]
fn a_worker_of_other_circuits_is_left_out() {
    answers_falsely(|_, _| FleetOutcomeRecord::OtherCircuits { circuits: "0123456789abcdef".to_owned() });
}

/// The CPUs that each thread of a process may run on, as the kernel lists them.
fn cpus_of(pid: u32) -> Vec<String> {
    let threads = std::fs::read_dir(format!("/proc/{pid}/task")).expect("threads").flatten();
    let status = threads.filter_map(|thread| std::fs::read_to_string(thread.path().join("status")).ok());
    let line = |status: String| {
        let line = status.lines().find(|line| line.starts_with("Cpus_allowed_list:"))?;
        Some(line.split_whitespace().nth(1)?.to_owned())
    };
    status.filter_map(line).collect()
}

#[test]
fn a_worker_runs_on_the_cores_that_it_is_given() {
    let server = server!();
    let bench = scripted("");
    // The last that this process may use.
    let allowed: CpuList = cpus_of(std::process::id())[0].parse().expect("CPUs");
    let last = allowed.iter().last().expect("a CPU").to_string();
    let flags = format!("--nats {} --nats-lease 1s --worker-name one --cores {last}", server.url());
    let mut held = Running::start(&mut bench.command(&format!("fleet worker {flags}")));
    let mut run = coordinator(&bench, &server);
    run.until("proofs", || ledger(&bench, "verified").len() >= 2);
    let pid = held.pid();
    held.until("its threads", || cpus_of(pid).contains(&last));
    run.end().ok();
    complete(&bench, 16 + 12);
    let verified = ledger(&bench, "verified");
    assert!(verified.iter().all(|line| line["cores"] == 1), "{verified:?}");
    drain(held);
}

struct Nobody;

impl RunWatcher for Nobody {
    fn look(&mut self, _: &Progress, _: Option<&str>) -> Result<(), FleetError> {
        Ok(())
    }
}

/// Jobs that take no time, over the server: the coordinator is not what a fleet waits for.
#[test]
fn a_coordinator_hands_out_hundreds_of_jobs_a_second() {
    let server = server!();
    let zero = || ScriptedTime::Fixed { fixed_s: 0.0 };
    let (witness, prove, merge, verify) = (zero(), zero(), zero(), zero());
    let script = Script { real_time: true, witness, prove, merge, verify, ..Script::default() };
    let batches = 1_024;
    let began = FleetBeganRecord {
        run: "run".to_owned(),
        began_unix_s: 0.0,
        work: FleetWorkRecord { batch_transactions: 4, ..scripted_work(&script, 1, 32).expect("work") },
        batches,
        arrivals_s: vec![0.0; 1_024],
        sequencing: None,
    };
    let folder = tempfile::tempdir().expect("a folder");
    let running = OpenRun::create(folder.path(), began).expect("a run");
    let running = running.coordinator(CoordinatorRules::default(), true).expect("a coordinator");
    let at = NatsServer { lease_s: 10.0, ..at(&server) };
    let queue = NatsQueue::coordinate(&at, false).expect("a queue");
    let (over, stop) = (AtomicBool::new(false), AtomicBool::new(false));
    let summary = std::thread::scope(|scope| {
        for number in 0..2 {
            let (at, over) = (&at, &over);
            scope.spawn(move || {
                let queue = NatsQueue::work(at).expect("a queue");
                let rules =
                    WorkerRules::new(format!("worker-{number}"), WorkerClass::Any, Duration::from_secs(1));
                serve(&queue, &rules, over, &Untold)
            });
        }
        let summary = running.run(&queue, Some(2), &stop, &mut Nobody);
        over.store(true, Ordering::SeqCst);
        summary.expect("a summary")
    });
    // None is taken for lost while its answer is on its way.
    assert!(summary.is_complete && summary.counts.resubmitted == 0, "{:?}", summary.counts);
    let rate = summary.samples.len() as f64 / summary.elapsed_s;
    println!("{} jobs in {:.2} s: {rate:.0} jobs/s", summary.samples.len(), summary.elapsed_s);
    // Far below what it does alone, since tests run beside each other, in builds that check themselves.
    assert!(summary.samples.len() >= 2_000 && rate >= 100.0, "{rate:.0} jobs/s");
}
