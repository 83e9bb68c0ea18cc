//! A fleet over a NATS server: the server, a worker or the coordinator may go at any moment. Needs `nats-server`.

use crate::fleet::{SIXTEEN, complete, ledger, scripted, was_begun_again};
use crate::nats_server::{Server, server};
use crate::processes::{Running, kill_9, pid_of};
use crate::support::Bench;
use rustix::process::{Signal, kill_process};
use std::time::Duration;

pub(crate) fn worker(bench: &Bench, server: &Server, name: &str) -> Running {
    let url = server.url();
    Running::start(
        &mut bench.command(&format!("fleet worker --nats {url} --nats-lease 1s --worker-name {name}")),
    )
}

pub(crate) fn coordinator(bench: &Bench, server: &Server) -> Running {
    Running::start(&mut bench.command(&format!("{SIXTEEN} --nats {} --nats-lease 1s", server.url())))
}

pub(crate) fn drain(worker: Running) {
    kill_process(pid_of(worker.pid()), Signal::TERM).expect("told to stop");
    let ran = worker.end().ok();
    assert!(ran.stderr.contains("stopped after"), "{ran:#?}");
}

/// Each finds no streams, makes them, and is told by the server that another has.
#[test]
fn processes_that_start_at_once_share_their_streams() {
    let server = server!();
    let bench = scripted("");
    let workers: Vec<_> = (0..6).map(|number| worker(&bench, &server, &number.to_string())).collect();
    coordinator(&bench, &server).end().ok();
    complete(&bench, 16 + 12);
    workers.into_iter().for_each(drain);
}

#[test]
fn workers_on_a_server_prove_and_drain() {
    let server = server!();
    let bench = scripted("");
    let workers = ["one", "two"].map(|name| worker(&bench, &server, name));
    coordinator(&bench, &server).end().ok();
    let summary = complete(&bench, 16 + 12);
    let on = summary["workers"].as_array().expect("workers");
    assert_eq!(on.len(), 2);
    // Each has said what it runs on.
    assert!(on.iter().all(|worker| worker["machine"]["sections"].is_array()), "{on:?}");
    assert_eq!(ledger(&bench, "joined").len(), 2);
    workers.into_iter().for_each(drain);
}

#[test]
fn a_worker_that_is_killed_and_one_that_is_frozen_lose_their_jobs_to_a_third() {
    let server = server!();
    let bench = scripted("");
    let [killed, frozen, third] = ["killed", "frozen", "third"].map(|name| worker(&bench, &server, name));
    let mut run = coordinator(&bench, &server);
    run.until("proofs", || ledger(&bench, "verified").len() >= 3);
    kill_9(killed.pid());
    kill_process(pid_of(frozen.pid()), Signal::STOP).expect("stopped");
    run.end().ok();
    complete(&bench, 16 + 12);
    assert!(ledger(&bench, "verified").iter().any(was_begun_again), "neither held a job");
    kill_process(pid_of(frozen.pid()), Signal::CONT).expect("goes on");
    let _ = killed.end();
    drain(frozen);
    drain(third);
}

#[test]
fn a_server_that_is_killed_and_wiped_loses_nothing_of_the_run() {
    let mut server = server!();
    let bench = scripted("");
    let workers = ["one", "two"].map(|name| worker(&bench, &server, name));
    let mut run = coordinator(&bench, &server);
    run.until("proofs", || ledger(&bench, "verified").len() >= 3);
    server.kill();
    std::thread::sleep(Duration::from_secs(10));
    server.again();
    let before = ledger(&bench, "verified").len();
    run.until("more proofs", || ledger(&bench, "verified").len() >= before + 3);
    server.kill();
    server.wipe();
    server.again();
    run.end().ok();
    complete(&bench, 16 + 12);
    workers.into_iter().for_each(drain);
}

#[test]
fn a_coordinator_that_is_killed_goes_on_and_a_second_one_is_refused() {
    let server = server!();
    let bench = scripted("");
    let one = worker(&bench, &server, "one");
    let mut run = coordinator(&bench, &server);
    run.until("proofs", || ledger(&bench, "verified").len() >= 3);
    let other = SIXTEEN.replace("--output out", "--output other");
    let ran = bench.run(&format!("{other} --nats {}", server.url()));
    ran.fails(2, &["name of the fleet", "`default`, which has one"]);
    kill_9(run.pid());
    let _ = run.end();
    bench.run(&format!("fleet run --resume --output out --nats {} --nats-lease 1s", server.url())).ok();
    complete(&bench, 16 + 12);
    drain(one);
}

#[test]
fn a_poison_batch_ends_clearly_over_a_server_too() {
    let server = server!();
    let bench = scripted("[faults]\ncrash_batch = 5\n");
    let url = server.url();
    // A service manager starts workers again.
    let loop_of =
        format!("for i in 1 2 3 4 5 6 7 8; do bench-harness fleet worker --nats {url} --nats-lease 1s; done");
    let workers = Running::start(&mut bench.shell(&loop_of));
    let ran = coordinator(&bench, &server).end();
    ran.fails(9, &["not proved: batch 5: handed out 5 times"]);
    assert_eq!(ledger(&bench, "verified").len(), 16 + 12 - 3);
    workers.signal_group(Signal::KILL);
    let _ = workers.end();
}
