//! Random faults over scripted fleets on a real NATS server. Coordinators and workers are moved by hand, so that a fault
//! hits what it is meant to hit; server, streams, leases and redelivery are real. Several fleets share one server, which
//! is killed now and then. Needs `nats-server`.

use crate::nats_server::{Server, program};
use crate::skip::skip;
use fleet::chain::scripted_work;
use fleet::coordinator::{Coordinator, CoordinatorRules};
use fleet::nats::{NatsQueue, NatsServer};
use fleet::queue::{JobQueue, Lease};
use fleet::run::ledger_path;
use fleet::task::{Groups, WorkerClass};
use fleet::worker::{FleetProver, result_of};
use prover::scripted::{Script, ScriptedTime};
use records::fleet::job::{FleetOutcomeRecord, FleetResultRecord, FleetWorkRecord};
use records::fleet::ledger::{FleetBeganRecord, FleetEventRecord, FleetLedger, read_ledger};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use workloads::random::{Draws, Purpose};

/// How long a worker may be silent.
const LEASE_S: f64 = 0.4;
/// Fleets at once on the server.
const AT_ONCE: usize = 8;
/// Of so many faults one kills the server, for all fleets on it.
const SERVER_KILLED_ONE_IN: u64 = 40;
const TURN: Duration = Duration::from_millis(10);

#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    Dies,
    FreezesAndProves,
    FreezesAndFails,
    Fails,
    Garbage,
    AnotherBatch,
    AnswersTwice,
    StreamsDeleted,
    CoordinatorKilled,
    ServerKilled,
}

/// The next fault of a stream.
fn fault(draws: &mut Draws) -> Fault {
    use Fault::*;
    if draws.below(SERVER_KILLED_ONE_IN) == 0 {
        return ServerKilled;
    }
    let all = [
        Dies,
        FreezesAndProves,
        FreezesAndFails,
        Fails,
        Garbage,
        AnotherBatch,
        AnswersTwice,
        StreamsDeleted,
        CoordinatorKilled,
    ];
    all[draws.below(all.len() as u64) as usize]
}

/// A coordinator with its side of the queue.
struct Coordinating {
    coordinator: Coordinator,
    queue: NatsQueue,
}

struct World<'a> {
    folder: TempDir,
    at: NatsServer,
    server: &'a Mutex<Server>,
    start: Instant,
    coordinating: Option<Coordinating>,
    workers: NatsQueue,
    prover: FleetProver,
    /// Leases that are lost, and what is answered all the same.
    frozen: Vec<(Lease, FleetResultRecord)>,
}

fn work(per_group: u64) -> FleetWorkRecord {
    let script = Script { verify: ScriptedTime::Fixed { fixed_s: 0.0 }, ..Script::default() };
    FleetWorkRecord { batch_transactions: 4, ..scripted_work(&script, 1, per_group).expect("work") }
}

/// Asked again where the server is away.
fn patiently<T, E: std::fmt::Display>(what: &str, mut ask: impl FnMut() -> Result<T, E>) -> T {
    let until = Instant::now() + Duration::from_secs(30);
    loop {
        match ask() {
            Ok(value) => return value,
            Err(error) => assert!(Instant::now() < until, "{what}: {error}"),
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

impl<'a> World<'a> {
    fn new(server: &'a Mutex<Server>, name: &str, batches: u64, per_group: u64) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let url = server.lock().unwrap_or_else(PoisonError::into_inner).url();
        let (credentials, authority) = (None, None);
        let at = NatsServer { url, fleet: name.to_owned(), credentials, authority, lease_s: LEASE_S };
        let began = FleetBeganRecord {
            run: format!("run-{name}"),
            began_unix_s: 0.0,
            work: work(per_group),
            batches,
            arrivals_s: (0..batches).map(|batch| 0.02 * batch as f64).collect(),
            sequencing: None,
        };
        let prover = FleetProver::new(&began.work).expect("a prover");
        let ledger = FleetLedger::create(&ledger_path(folder.path())).expect("a ledger");
        let mut coordinator = Coordinator::new(began, Self::rules(), ledger).expect("a coordinator");
        coordinator.begin_now(0.0).expect("begins");
        let queue = patiently("a queue", || NatsQueue::coordinate(&at, false));
        let workers = patiently("a queue", || NatsQueue::work(&at));
        let coordinating = Some(Coordinating { coordinator, queue });
        let (start, frozen) = (Instant::now(), Vec::new());
        Self { folder, at, server, start, coordinating, workers, prover, frozen }
    }

    fn rules() -> CoordinatorRules {
        // Asked often, and quick to call a job silent: leases are short here.
        CoordinatorRules { attempts_max: 1_000, vanished_max: 1_000, audit_s: 0.2, silent_s: 1.5 * LEASE_S }
    }

    fn turn(&mut self) {
        let start = self.start;
        let Coordinating { coordinator, queue } = self.coordinating.as_mut().expect("a coordinator");
        // What a queue says that fails is no fault of the run.
        coordinator.turn(queue, &|| start.elapsed().as_secs_f64(), TURN).expect("a turn");
    }

    fn take(&mut self, worker: &str) -> Option<Lease> {
        let until = Instant::now() + Duration::from_secs(1);
        while Instant::now() < until {
            self.turn();
            if self.is_over() {
                return None;
            }
            if let Ok(Some(lease)) = self.workers.take(worker, WorkerClass::Any, TURN) {
                return Some(lease);
            }
        }
        None
    }

    fn is_over(&self) -> bool {
        self.coordinating.as_ref().expect("a coordinator").coordinator.is_over()
    }

    fn result(lease: &Lease, worker: &str, outcome: FleetOutcomeRecord) -> FleetResultRecord {
        result_of(lease, worker, Duration::from_millis(1), outcome)
    }

    /// Tried until the server takes it, or nobody waits for it any more: one that was wiped has no stream until the
    /// coordinator has made it again.
    fn answer(&mut self, lease: &Lease, result: &FleetResultRecord) {
        let until = Instant::now() + Duration::from_secs(30);
        while let Err(error) = self.workers.finish(lease, result) {
            assert!(Instant::now() < until, "an answer: {error}");
            if self.is_over() {
                return;
            }
            self.turn();
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// kill -9 of the coordinator, and another that goes on.
    fn restart(&mut self) {
        drop(self.coordinating.take());
        let path = ledger_path(self.folder.path());
        let contents = read_ledger(&path).expect("a ledger");
        let ledger = FleetLedger::resume(&path, &contents).expect("a ledger");
        let mut lines = contents.records;
        let FleetEventRecord::Began(began) = lines.remove(0).event else { panic!("it did not begin") };
        let mut coordinator = Coordinator::new(*began, Self::rules(), ledger).expect("a coordinator");
        let queue = patiently("a queue", || NatsQueue::coordinate(&self.at, true));
        coordinator.restore(lines, false, self.start.elapsed().as_secs_f64()).expect("goes on");
        self.coordinating = Some(Coordinating { coordinator, queue });
    }

    fn kill_server(&self) {
        let mut server = self.server.lock().unwrap_or_else(PoisonError::into_inner);
        server.kill();
        std::thread::sleep(Duration::from_millis(300));
        server.again();
    }

    /// What a wiped store loses of this fleet.
    fn delete_streams(&self) {
        let server = self.server.lock().unwrap_or_else(PoisonError::into_inner);
        for kind in ["BATCHES", "MERGES", "RESULTS"] {
            server.request(&format!("$JS.API.STREAM.DELETE.FLEET_{}_{kind}", self.at.fleet), "");
        }
    }

    /// Does one fault; false where there was no job to do it to.
    fn inflict(&mut self, fault: Fault, number: u64) -> bool {
        match fault {
            Fault::StreamsDeleted => self.delete_streams(),
            Fault::CoordinatorKilled => self.restart(),
            Fault::ServerKilled => self.kill_server(),
            _ => return self.inflict_on_a_job(fault, number),
        }
        true
    }

    fn inflict_on_a_job(&mut self, fault: Fault, number: u64) -> bool {
        let worker = format!("worker-{number}");
        let Some(lease) = self.take(&worker) else { return false };
        let honest = self.prover.perform(&lease.job);
        let failed = |why: &str| FleetOutcomeRecord::Failed { why: why.to_owned() };
        match fault {
            Fault::Dies => {}
            Fault::FreezesAndProves => {
                let result = Self::result(&lease, &worker, honest);
                self.frozen.push((lease, result));
            }
            Fault::FreezesAndFails => {
                let result = Self::result(&lease, &worker, failed("late"));
                self.frozen.push((lease, result));
            }
            Fault::Fails => self.answer(&lease, &Self::result(&lease, &worker, failed("no"))),
            Fault::Garbage | Fault::AnotherBatch => {
                let FleetOutcomeRecord::Proof { mut proof, prove_s, stages } = honest else {
                    panic!("no proof")
                };
                let at = if fault == Fault::Garbage { 3 } else { 60 };
                proof.bytes.0[at] ^= 1;
                let outcome = FleetOutcomeRecord::Proof { proof, prove_s, stages };
                self.answer(&lease, &Self::result(&lease, &worker, outcome));
            }
            Fault::AnswersTwice => {
                let result = Self::result(&lease, &worker, honest);
                self.answer(&lease, &result);
                // The server takes an answer once under a name: the second goes by another.
                let second = FleetResultRecord { delivery: result.delivery + 1, ..result };
                self.answer(&lease, &second);
            }
            Fault::StreamsDeleted | Fault::CoordinatorKilled | Fault::ServerKilled => {}
        }
        true
    }

    fn thaw(&mut self) {
        for (lease, result) in std::mem::take(&mut self.frozen) {
            self.answer(&lease, &result);
        }
    }

    /// Works on with an honest worker until nothing is open; who was given up is tried again, as by `--resume`.
    fn finish(&mut self) {
        let until = Instant::now() + Duration::from_secs(120);
        loop {
            if self.is_over() {
                if self.coordinating.as_ref().expect("a coordinator").coordinator.is_complete() {
                    return;
                }
                self.restart();
            }
            if let Some(lease) = self.take("honest") {
                let outcome = self.prover.perform(&lease.job);
                self.answer(&lease, &Self::result(&lease, "honest", outcome));
            }
            let progress = |it: &Coordinating| it.coordinator.progress(self.start.elapsed().as_secs_f64());
            assert!(
                Instant::now() < until,
                "{}: {:?}",
                self.at.fleet,
                self.coordinating.as_ref().map(progress)
            );
        }
    }

    /// Every job is in the ledger with one verified proof.
    fn assert_whole(&self, jobs: u64) {
        let contents = read_ledger(&ledger_path(self.folder.path())).expect("a ledger");
        let mut verified: BTreeMap<String, u64> = BTreeMap::new();
        for line in contents.records {
            if let FleetEventRecord::Verified(record) = line.event {
                *verified.entry(record.job.clone()).or_default() += 1;
            }
        }
        assert_eq!(verified.len() as u64, jobs, "{}: lost", self.at.fleet);
        assert!(verified.values().all(|count| *count == 1), "{}: counted twice", self.at.fleet);
    }
}

/// One fleet after the other with up to thirty faults each, until so many were inflicted by all.
fn fleets(server: &Mutex<Server>, thread: usize, wanted: u64, inflicted: &AtomicU64, fleets: &AtomicU64) {
    let mut draws = Draws::new(1, Purpose::Transactions, thread as u64);
    let mut number = 0;
    while inflicted.load(Ordering::SeqCst) < wanted {
        let (batches, per_group) = (8 + draws.below(24), 1 + draws.below(8));
        let name = format!("random-{thread}-{number}");
        number += 1;
        let mut world = World::new(server, &name, batches, per_group);
        for at in 0..10 + draws.below(20) {
            if world.is_over() || inflicted.load(Ordering::SeqCst) >= wanted {
                break;
            }
            let drawn = fault(&mut draws);
            if world.inflict(drawn, at) {
                inflicted.fetch_add(1, Ordering::SeqCst);
            }
            if at % 3 == 2 && !world.frozen.is_empty() {
                std::thread::sleep(Duration::from_secs_f64(LEASE_S + 0.1));
                world.turn();
                world.thaw();
            }
        }
        world.finish();
        world.thaw();
        world.turn();
        world.assert_whole(Groups { batches, batches_per_group: per_group, merge_children: Some(2) }.jobs());
        fleets.fetch_add(1, Ordering::SeqCst);
    }
}

fn random_faults(wanted: u64) {
    let Some(program) = program() else {
        skip!("nats-server", "nats-server is not installed: apt-get install nats-server");
    };
    let server = Mutex::new(Server::start(program, &[]));
    let (inflicted, count) = (AtomicU64::new(0), AtomicU64::new(0));
    let start = Instant::now();
    std::thread::scope(|scope| {
        for thread in 0..AT_ONCE {
            let (server, inflicted, count) = (&server, &inflicted, &count);
            scope.spawn(move || fleets(server, thread, wanted, inflicted, count));
        }
    });
    let (inflicted, count) = (inflicted.into_inner(), count.into_inner());
    println!("{inflicted} faults over {count} fleets in {:.0} s", start.elapsed().as_secs_f64());
    assert!(inflicted >= wanted);
}

#[test]
fn random_faults_on_a_server_lose_nothing_and_count_nothing_twice() {
    random_faults(60);
}

#[test]
#[ignore = "minutes: a thousand faults, of which each third lets a lease run out"]
fn a_thousand_random_faults_on_a_server_lose_nothing_and_count_nothing_twice() {
    random_faults(1_000);
}
