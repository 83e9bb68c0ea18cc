//! A fleet over a NATS server: the server, a worker or the coordinator may go at any moment. Needs `nats-server`.

use crate::fleet::{SIXTEEN, complete, ledger, scripted};
use crate::processes::{Running, kill_9, pid_of};
use crate::skip::skip;
use crate::support::Bench;
use rustix::process::{Signal, kill_process};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Where Debian puts it, which is not on every user's path.
fn program() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain(["/usr/sbin".into()]);
    folders.map(|folder| folder.join("nats-server")).find(|program| program.is_file())
}

/// A server of our own on 127.0.0.1.
struct Server {
    program: PathBuf,
    port: u16,
    store: TempDir,
    child: Child,
}

impl Server {
    fn start(program: PathBuf) -> Self {
        let free = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = free.local_addr().expect("an address").port();
        drop(free);
        let store = tempfile::tempdir().expect("a folder");
        let child = launch(&program, port, &store);
        Self { program, port, store, child }
    }

    fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    fn kill(&mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("ends");
    }

    fn again(&mut self) {
        self.child = launch(&self.program, self.port, &self.store);
    }

    fn wipe(&mut self) {
        self.store = tempfile::tempdir().expect("a folder");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn launch(program: &PathBuf, port: u16, store: &TempDir) -> Child {
    let mut command = Command::new(program);
    command.args(["-a", "127.0.0.1", "-p", &port.to_string(), "-js", "-sd"]).arg(store.path());
    let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("nats-server starts");
    let until = Instant::now() + Duration::from_secs(20);
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(Instant::now() < until, "nats-server does not listen");
        std::thread::sleep(Duration::from_millis(20));
    }
    child
}

fn worker(bench: &Bench, server: &Server, name: &str) -> Running {
    let url = server.url();
    Running::start(bench.command(&format!("fleet worker --nats {url} --nats-lease 1s --worker-name {name}")))
}

fn coordinator(bench: &Bench, server: &Server) -> Running {
    Running::start(bench.command(&format!("{SIXTEEN} --nats {} --nats-lease 1s", server.url())))
}

fn drain(worker: Running) {
    kill_process(pid_of(worker.pid()), Signal::TERM).expect("told to stop");
    let ran = worker.end().ok();
    assert!(ran.stderr.contains("stopped after"), "{ran:#?}");
}

macro_rules! server {
    () => {{
        let Some(program) = program() else {
            skip!("nats-server", "nats-server is not installed: apt-get install nats-server");
        };
        Server::start(program)
    }};
}

#[test]
fn workers_on_a_server_prove_and_drain() {
    let server = server!();
    let bench = scripted("");
    let workers = ["one", "two"].map(|name| worker(&bench, &server, name));
    coordinator(&bench, &server).end().ok();
    let summary = complete(&bench, 16 + 12);
    assert_eq!(summary["workers"].as_array().map(Vec::len), Some(2));
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
    std::thread::sleep(Duration::from_secs(3));
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
    let workers = Running::start(bench.shell(&loop_of));
    let ran = coordinator(&bench, &server).end();
    ran.fails(9, &["not proved: batch 5: handed out 5 times"]);
    assert_eq!(ledger(&bench, "verified").len(), 16 + 12 - 3);
    workers.signal_group(Signal::KILL);
    let _ = workers.end();
}
