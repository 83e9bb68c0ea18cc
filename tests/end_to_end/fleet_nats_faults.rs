//! Faults that a fleet over a NATS server must bear: no room, a second coordinator, a worker lost in a merge, a server
//! that shows a certificate.

use crate::fleet::{SIXTEEN, complete, ledger, scripted, was_begun_again};
use crate::fleet_nats::{coordinator, drain, worker};
use crate::nats_server::{Server, program, server};
use crate::processes::{Running, kill_9, pid_of};
use crate::skip::skip;
use crate::support::Bench;
use rustix::process::{Signal, kill_process};
use serde_json::Value;
use std::process::Command;

#[test]
fn a_full_stream_holds_a_run_up_and_loses_nothing() {
    let server = server!();
    // Room for four batches, three merges and two results: whoever comes later is refused.
    for (kind, subject, room) in
        [("BATCHES", "jobs.prove.>", 4), ("MERGES", "jobs.merge.>", 3), ("RESULTS", "results.>", 2)]
    {
        let name = format!("FLEET_default_{kind}");
        let config = format!(
            "{{\"name\":\"{name}\",\"subjects\":[\"fleet.default.{subject}\"],\"retention\":\"workqueue\",\
             \"storage\":\"file\",\"discard\":\"new\",\"max_msgs\":{room},\"num_replicas\":1,\"max_consumers\":-1,\
             \"max_bytes\":-1,\"max_age\":0,\"duplicate_window\":120000000000}}"
        );
        let answer = server.request(&format!("$JS.API.STREAM.CREATE.{name}"), &config);
        assert!(answer.contains("\"max_msgs\""), "{answer}");
    }
    let bench = scripted("");
    let workers = ["one", "two"].map(|name| worker(&bench, &server, name));
    let ran = coordinator(&bench, &server).end().ok();
    // It was full, and the user was told.
    assert!(
        ran.stderr.contains("maximum messages exceeded") && ran.stderr.contains("trying again"),
        "{ran:#?}"
    );
    let summary = complete(&bench, 16 + 12);
    // What is refused is not lost: nothing was submitted twice, and no answer waited for half a minute.
    assert_eq!(summary["counts"]["resubmitted"], 0);
    assert!(summary["elapsed_s"].as_f64() < Some(20.0), "{summary}");
    workers.into_iter().for_each(drain);
}

fn with_output(server: &Server, output: &str) -> String {
    let flags = SIXTEEN.replace("--output out", &format!("--output {output}"));
    format!("{flags} --nats {} --nats-lease 1s", server.url())
}

#[test]
fn of_two_coordinators_that_start_together_one_is_refused() {
    let server = server!();
    let bench = scripted("");
    for round in 0..4 {
        let outputs = ["a", "b"].map(|which| format!("{which}{round}"));
        let both = outputs
            .each_ref()
            .map(|output| Running::start(&mut bench.command(&with_output(&server, output))));
        // Nobody works: who has the fleet waits, and who has not is refused.
        let ended = |run: &Running| !crate::processes::is_alive(run.pid());
        crate::processes::wait_until("one to be refused", || both.iter().any(ended));
        std::thread::sleep(std::time::Duration::from_millis(300));
        let refused = both.iter().filter(|run| ended(run)).count();
        assert_eq!(refused, 1, "round {round}");
        for run in both {
            if ended(&run) {
                run.end().fails(2, &["name of the fleet", "`default`, which has one"]);
            } else {
                kill_9(run.pid());
                let _ = run.end();
            }
        }
    }
}

#[test]
fn a_coordinator_that_was_frozen_ends_when_another_has_its_fleet() {
    let server = server!();
    let bench = scripted("");
    let one = worker(&bench, &server, "one");
    let mut frozen = Running::start(&mut bench.command(&with_output(&server, "frozen")));
    let ledger_of = || std::fs::read_to_string(bench.path("frozen/ledger.jsonl")).unwrap_or_default();
    frozen.until("jobs", || ledger_of().contains("submitted"));
    kill_process(pid_of(frozen.pid()), Signal::STOP).expect("stopped");
    let mut second = coordinator(&bench, &server);
    second.until("proofs", || ledger(&bench, "verified").len() >= 2);
    kill_process(pid_of(frozen.pid()), Signal::CONT).expect("goes on");
    frozen.end().fails(2, &["another coordinator has taken `default` over"]);
    second.end().ok();
    complete(&bench, 16 + 12);
    drain(one);
}

#[test]
fn a_worker_that_is_killed_in_a_merge_loses_it_to_another() {
    let server = server!();
    let bench = scripted("");
    let slow = bench.read("script.toml").replace("merge = { fixed_s = 0.1 }", "merge = { fixed_s = 1.0 }");
    bench.write("script.toml", &slow);
    let of_class = |name: &str, class: &str| {
        let flags = format!("--nats {} --nats-lease 1s --worker-name {name} --class {class}", server.url());
        Running::start(&mut bench.command(&format!("fleet worker {flags}")))
    };
    let (prover, victim) = (of_class("prover", "prove"), of_class("victim", "aggregate"));
    let flags = "--batches 4 --aggregate 4 --proof-system scripted --script script.toml --output out";
    let mut run = Running::start(
        &mut bench.command(&format!("fleet run {flags} --nats {} --nats-lease 1s", server.url())),
    );
    let is_merge = |record: &Value| record["job"].as_str().is_some_and(|job| job.starts_with("merge-"));
    run.until("a merge", || ledger(&bench, "submitted").iter().any(is_merge));
    std::thread::sleep(std::time::Duration::from_millis(500));
    kill_9(victim.pid());
    assert!(!ledger(&bench, "verified").iter().any(is_merge), "it was killed too late");
    let _ = victim.end();
    let other = of_class("other", "aggregate");
    run.end().ok();
    complete(&bench, 4 + 3);
    let merges: Vec<_> = ledger(&bench, "verified").into_iter().filter(is_merge).collect();
    assert!(merges.iter().all(|merge| merge["worker"] == "other"));
    assert!(merges.iter().any(was_begun_again), "no merge was handed out twice: {merges:?}");
    drain(prover);
    drain(other);
}

/// An authority of the test's own, and a certificate for 127.0.0.1 that it signed.
fn certificates(bench: &Bench) -> bool {
    let openssl = |arguments: &str| {
        let mut command = Command::new("openssl");
        command.args(arguments.split_whitespace()).current_dir(bench.folder());
        command.output().is_ok_and(|output| output.status.success())
    };
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
    bench.write("names", "subjectAltName=IP:127.0.0.1\nbasicConstraints=CA:FALSE\n");
    let ca = "-addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign";
    openssl("version")
        && openssl(&format!("req -x509 {key} -keyout ca.key -out ca.pem -days 2 -subj /CN=authority {ca}"))
        && openssl(&format!("req {key} -keyout server.key -out server.csr -subj /CN=server"))
        && openssl(
            "x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile names -out server.pem",
        )
}

#[test]
fn a_server_with_a_certificate_is_trusted_by_its_authority_alone() {
    let Some(program) = program() else {
        skip!("nats-server", "nats-server is not installed: apt-get install nats-server");
    };
    let bench = scripted("");
    if !certificates(&bench) {
        skip!("openssl", "openssl is not installed");
    }
    let file = |name: &str| bench.path(name).display().to_string();
    let flags =
        ["--tls".into(), "--tlscert".into(), file("server.pem"), "--tlskey".into(), file("server.key")];
    let server = Server::start(program, &flags);
    let url = format!("tls://127.0.0.1:{}", server.port());
    let ca = "--nats-ca ca.pem --nats-lease 1s";
    let one =
        Running::start(&mut bench.command(&format!("fleet worker --nats {url} {ca} --worker-name one")));
    bench.run(&format!("{SIXTEEN} --nats {url} {ca}")).ok();
    complete(&bench, 16 + 12);
    drain(one);
    let other = SIXTEEN.replace("--output out", "--output other");
    // A certificate that nobody here knows is refused, by whatever of its reasons comes first.
    bench.run(&format!("{other} --nats {url}")).fails(2, &["NATS server"]);
}
