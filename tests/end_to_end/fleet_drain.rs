//! What an operator does to a worker: look at its figures, tell it to stop.

use crate::fleet::{SIXTEEN, complete, ledger, scripted};
use crate::nats_server::{Server, server};
use crate::processes::{Running, pid_of, wait_until};
use crate::support::{Bench, root};
use rustix::process::{Signal, kill_process};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

/// A worker whose notes go to a file, so that they can be read while it runs.
fn noted(bench: &Bench, command: &str, notes: &str) -> Running {
    let mut command = bench.command(command);
    command.stderr(std::fs::File::create(bench.path(notes)).expect("a file"));
    Running::start(&mut command)
}

fn fleet_worker(bench: &Bench, server: &Server, flags: &str, notes: &str) -> Running {
    noted(bench, &format!("fleet worker --nats {} --nats-lease 1s {flags}", server.url()), notes)
}

fn slow(prove: &str) -> Bench {
    let bench = scripted("");
    let script = bench.read("script.toml").replace("prove = { fixed_s = 0.2 }", prove);
    bench.write("script.toml", &script);
    bench
}

/// Whether a batch is in a worker's hands.
fn is_at_work(server: &Server) -> bool {
    let answer = server.request("$JS.API.CONSUMER.INFO.FLEET_default_BATCHES.fleet", "");
    answer.contains("\"num_ack_pending\":1")
}

#[test]
fn a_worker_that_is_told_to_stop_ends_its_proof_first() {
    let server = server!();
    let bench = slow("prove = { fixed_s = 1.0 }");
    let one = fleet_worker(&bench, &server, "--worker-name one", "notes");
    let flags = "--batches 2 --aggregate 2 --proof-system scripted --script script.toml --output out";
    let run = Running::start(
        &mut bench.command(&format!("fleet run {flags} --nats {} --nats-lease 1s", server.url())),
    );
    wait_until("a job to be taken", || is_at_work(&server));
    kill_process(pid_of(one.pid()), Signal::TERM).expect("told to stop");
    let ended = one.end();
    assert_eq!(ended.code, Some(0));
    assert!(bench.read("notes").contains("stopped after 1 jobs"), "{}", bench.read("notes"));
    // Its proof counts: at the first delivery, and though the one who made it has gone. The rest is another's.
    let other = fleet_worker(&bench, &server, "--worker-name other", "other");
    run.end().ok();
    let proved = ledger(&bench, "verified");
    assert_eq!((&proved[0]["worker"], &proved[0]["delivery"]), (&"one".into(), &1.into()));
    drain_noted(other);
}

fn drain_noted(worker: Running) {
    kill_process(pid_of(worker.pid()), Signal::TERM).expect("told to stop");
    assert_eq!(worker.end().code, Some(0));
}

#[test]
fn a_worker_whose_grace_is_over_gives_its_job_back() {
    let server = server!();
    // A lease of ten minutes: what is not given back would be there for another after that.
    let bench = slow("prove = { values_s = [30.0] }");
    let flags = "--batches 1 --aggregate 1 --proof-system scripted --script script.toml --output out";
    let nats = format!("--nats {} --nats-lease 10min", server.url());
    let one = noted(&bench, &format!("fleet worker {nats} --worker-name one --grace 300ms"), "notes");
    let run = Running::start(&mut bench.command(&format!("fleet run {flags} {nats}")));
    wait_until("a job to be taken", || is_at_work(&server));
    kill_process(pid_of(one.pid()), Signal::TERM).expect("told to stop");
    assert_eq!(one.end().code, Some(130));
    assert!(
        bench.read("notes").contains("the grace is over, prove-0 was given back"),
        "{}",
        bench.read("notes")
    );
    // It is there for the next, at once.
    let answer = || server.request("$JS.API.CONSUMER.INFO.FLEET_default_BATCHES.fleet", "");
    let other = noted(&bench, &format!("fleet worker {nats} --worker-name other --grace 0s"), "other");
    wait_until("the job to be taken again", || answer().contains("\"num_redelivered\":1"));
    for process in [other, run] {
        kill_process(pid_of(process.pid()), Signal::TERM).expect("told to stop");
        assert_eq!(process.end().code, Some(130));
    }
}

/// The figures at the address that a process has printed.
fn figures(bench: &Bench, notes: &str) -> String {
    wait_until("an address", || bench.read(notes).contains("metrics: http://"));
    let notes = bench.read(notes);
    let (_, address) = notes.split_once("metrics: http://").expect("an address");
    let address: SocketAddr =
        address.split('/').next().and_then(|address| address.parse().ok()).expect("an address");
    let mut stream = TcpStream::connect(address).expect("it listens");
    stream
        .write_all(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        .expect("asked");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a body");
    assert!(head.starts_with("HTTP/1.1 200") && head.contains("application/openmetrics-text"), "{head}");
    assert!(body.ends_with("# EOF\n"), "{body}");
    body.to_owned()
}

fn value(figures: &str, series: &str) -> f64 {
    let line = figures.lines().find(|line| line.starts_with(&format!("{series} ")));
    let value = line.and_then(|line| line.rsplit(' ').next()).and_then(|value| value.parse().ok());
    value.unwrap_or_else(|| panic!("{series} is not in:\n{figures}"))
}

#[test]
fn figures_of_worker_and_coordinator_say_what_happened() {
    let server = server!();
    let bench = slow("prove = { fixed_s = 0.1 }");
    let one = fleet_worker(&bench, &server, "--worker-name one --metrics 127.0.0.1:0", "worker");
    let before = figures(&bench, "worker");
    assert_eq!(value(&before, "bench_harness_fleet_jobs_total{class=\"prove\",outcome=\"proof\"}"), 0.0);
    let run = noted(
        &bench,
        &format!("{SIXTEEN} --nats {} --nats-lease 1s --metrics 127.0.0.1:0", server.url()),
        "coordinator",
    );
    wait_until("proofs", || ledger(&bench, "verified").len() >= 4);
    let during = figures(&bench, "coordinator");
    let jobs = |state: &str| value(&during, &format!("bench_harness_fleet_run_jobs{{state=\"{state}\"}}"));
    assert!(jobs("done") >= 3.0 && jobs("waiting") >= 1.0, "{during}");
    let queued =
        |state: &str| value(&during, &format!("bench_harness_fleet_queue_jobs{{state=\"{state}\"}}"));
    assert!(queued("pending") >= 1.0 && queued("unacknowledged") <= 1.0, "{during}");
    assert_eq!(run.end().code, Some(0));
    complete(&bench, 16 + 12);
    let after = figures(&bench, "worker");
    assert_eq!(value(&after, "bench_harness_fleet_jobs_total{class=\"prove\",outcome=\"proof\"}"), 16.0);
    assert_eq!(value(&after, "bench_harness_fleet_job_seconds_count{class=\"merge\"}"), 12.0);
    let proofs_s = value(&after, "bench_harness_fleet_proof_seconds_sum{class=\"prove\"}");
    assert!((proofs_s - 1.6).abs() < 1e-6, "{proofs_s}");
    assert_eq!(value(&after, "bench_harness_fleet_busy"), 0.0);
    assert!(after.contains("bench_harness_build_info{version=\"0.1.0\"} 1"), "{after}");
    assert!(value(&after, "process_start_time_seconds") > 1.7e9);
    dashboard_names_are_there(&[&during, &after]);
    drain_noted(one);
}

/// Every name that the dashboard asks for is one that a worker or a coordinator says.
fn dashboard_names_are_there(figures: &[&str]) {
    let path = root().join("bench-harness/fleet/examples/deploy/grafana-dashboard.json");
    let text = std::fs::read_to_string(&path).expect("a dashboard");
    let dashboard: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let mut names = Vec::new();
    for panel in dashboard["panels"].as_array().expect("panels") {
        for target in panel["targets"].as_array().expect("targets") {
            let expression = target["expr"].as_str().expect("an expression");
            let words = expression.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
            let ours = |word: &&str| word.starts_with("bench_harness_") || word.starts_with("process_");
            let before = names.len();
            names.extend(words.filter(ours).map(str::to_owned));
            assert!(names.len() > before, "{expression} asks for nothing of ours");
        }
    }
    assert!(names.len() >= 8, "{names:?}");
    for name in names {
        let says = |text: &&str| {
            text.lines().any(|line| line.strip_prefix(&name).is_some_and(|rest| rest.starts_with([' ', '{'])))
        };
        assert!(figures.iter().any(says), "nothing says {name}");
    }
}
