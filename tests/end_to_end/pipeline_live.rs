//! A live pipeline: every transaction is proven once, whoever comes, goes or is interrupted meanwhile.

use crate::fleet::ledger;
use crate::processes::{Running, all_gone, children_of, kill_9};
use crate::support::Bench;
use rustix::process::Signal;
use serde_json::Value;

/// Each proof takes 0.2 s, each merge 0.1 s, really.
const SCRIPT: &str = "witness = { fixed_s = 0.0 }\nprove = { fixed_s = 0.2 }\nmerge = { fixed_s = 0.1 }\n\
    verify = { fixed_s = 0.0 }\n";

/// Two hundred transactions a second for a second and a half, in batches of ten, four to a proof.
const FLAGS: &str = "pipeline --proof-system scripted --script script.toml --rate 200 --duration 1500ms \
    --arrivals fixed --batch-size 10 --closing timeout:300ms --aggregate 4 --block 500ms --output out";

fn scripted() -> Bench {
    let bench = Bench::new();
    bench.write("script.toml", SCRIPT);
    bench
}

fn record(bench: &Bench) -> Value {
    serde_json::from_str(&bench.read("out/pipeline.json")).expect("JSON")
}

fn number(value: &Value, name: &str) -> f64 {
    value[name].as_f64().unwrap_or_else(|| panic!("{name} of {value}"))
}

/// Every transaction is in one batch, each batch is proved once, and times stand in their order.
#[track_caller]
fn assert_whole(bench: &Bench, transactions: u64) -> Value {
    let record = record(bench);
    assert_eq!(record["is_complete"], true, "{}", record["given_up"]);
    let summary = &record["summary"];
    for name in ["transactions", "sequenced_transactions", "consolidated_transactions"] {
        assert_eq!(summary[name], transactions, "{name}");
    }
    let batches = record["batches"].as_array().expect("batches");
    let in_batches: u64 = batches.iter().map(|batch| batch["transactions"].as_u64().expect("a number")).sum();
    assert_eq!(in_batches, transactions);
    for batch in batches {
        let times = ["opened_s", "closed_s", "started_s", "proved_s", "aggregated_s", "consolidated_s"];
        let times = times.map(|name| number(batch, name));
        assert!(times.windows(2).all(|pair| pair[0] <= pair[1] + 0.02), "{batch}");
        assert!(number(batch, "sequenced_s") >= number(batch, "closed_s"), "{batch}");
        // L1 has slots every half second.
        for name in ["sequenced_s", "consolidated_s"] {
            let slots = number(batch, name) / 0.5;
            assert!((slots - slots.round()).abs() < 1e-6, "{batch}");
        }
    }
    let mut proved: Vec<String> = ledger(bench, "verified")
        .iter()
        .map(|line| line["job"].as_str().expect("a job").to_owned())
        .collect();
    proved.retain(|job| job.starts_with("prove-"));
    let count = proved.len();
    proved.sort();
    proved.dedup();
    assert_eq!((proved.len(), count), (batches.len(), batches.len()));
    record
}

#[test]
fn the_queue_grows_and_drains_and_every_transaction_is_proven_on_l1() {
    let bench = scripted();
    let ran = bench.run(&format!("{FLAGS} --workers 2")).ok();
    let record = assert_whole(&bench, 300);
    // 30 batches in 1.5 s, and two workers prove ten a second at most.
    let most = number(&record["summary"], "unproved_max_batches");
    assert!(most >= 8.0, "{most}");
    let last = record["series"].as_array().and_then(|series| series.last()).expect("points");
    assert_eq!((&last["unproved_batches"], &last["workers"]), (&0.into(), &2.into()));
    let delay = |name: &str| number(&record["summary"][name], "p50_s");
    assert!(delay("virtual_delay") < delay("consolidated_delay"));
    assert!(ran.stdout.contains("all of them proven on L1") && ran.stdout.contains("queue over time"));
    bench.run(FLAGS).fails(2, &["out: it holds a run already"]);
    let shown = bench.run("report out").ok().stdout;
    assert!(shown.contains("delay to consolidated (proven on L1)"), "{shown}");
    let page = bench.run("report out --html page.html --timeline trace.json");
    assert_eq!(page.code, Some(2), "one form at a time: {page:#?}");
    bench.run("report out --html page.html").ok();
    assert!(bench.read("page.html").contains("id=\"pipeline-queue\""));
    bench.run("report out --timeline trace.json").ok();
    assert!(bench.read("trace.json").contains("worker-1"));
    bench.run("report out --serve").fails(2, &["--serve: has no effect on a pipeline"]);
}

#[test]
fn transactions_wait_while_the_bound_binds() {
    let bench = scripted();
    bench.run(&format!("{FLAGS} --workers 2 --run-ahead 3")).ok();
    let record = assert_whole(&bench, 300);
    assert_eq!(record["summary"]["unproved_max_batches"], 3);
    assert!(number(&record["summary"], "held_s") > 0.5);
    let waited = record["series"].as_array().expect("points").iter();
    let waited = waited.map(|point| point["waiting_transactions"].as_u64().expect("a number")).max();
    assert!(waited > Some(50), "{waited:?}");
}

#[test]
fn provers_come_and_go_by_script_and_none_is_killed_in_a_proof() {
    let bench = scripted();
    bench.run(&format!("{FLAGS} --workers 1 --scale 300ms:+3,1s:-2,1300ms:-1")).ok();
    let record = assert_whole(&bench, 300);
    let provers: Vec<_> =
        record["scaling"].as_array().expect("changes").iter().map(|it| &it["provers"]).collect();
    assert_eq!(provers, [1, 4, 2, 1]);
    let workers = record["workers"].as_array().expect("workers");
    assert!(workers.len() >= 2, "{workers:?}");
    // A proof that was lost with its worker would have been submitted or handed out again.
    assert_eq!((&record["counts"]["resubmitted"], &record["counts"]["duplicates"]), (&0.into(), &0.into()));
    let again = ledger(&bench, "verified").iter().filter(|line| line["delivery"] != 1).count();
    assert_eq!(again, 0);
    for (steps, said) in [("1s:-1", "no prover is left"), ("1s:-2", "expected 0 to")] {
        let ran = bench.run(&format!("{FLAGS}2 --workers 1 --scale {steps}"));
        ran.fails(2, &[said]);
    }
}

#[test]
fn a_person_changes_the_number_of_provers_in_a_file() {
    let bench = scripted();
    let mut run = Running::start(&mut bench.command(&format!("{FLAGS} --workers 1")));
    run.until("its control file", || bench.path("out/provers").exists());
    bench.write("out/provers", "3\n");
    run.end().ok();
    let record = assert_whole(&bench, 300);
    let changes = record["scaling"].as_array().expect("changes");
    assert_eq!((&changes[1]["provers"], &changes[1]["by"]), (&3.into(), &"the control file".into()));
    assert_eq!(record["workers"].as_array().map(Vec::len), Some(3));
}

#[test]
fn ctrl_c_keeps_what_is_known_and_what_was_sequenced_can_be_proved() {
    let bench = scripted();
    let mut run = Running::start(&mut bench.command(&format!("{FLAGS} --workers 1")));
    run.until("some proofs", || ledger(&bench, "verified").len() >= 3);
    let children = children_of(run.pid());
    run.signal_group(Signal::INT);
    run.end().fails(130, &["stopped; what is known is in out"]);
    all_gone(&children);
    let stopped = record(&bench);
    assert_eq!(stopped["is_complete"], false);
    let closed = stopped["batches"].as_array().expect("batches").len();
    assert!(closed >= 3 && stopped["timeline"]["processes"][1]["lanes"][0]["spans"].as_array().is_some());
    // The same batches, partly full or not, are proved by whoever resumes.
    bench.run("fleet run --resume --workers 4 --output out").ok();
    let summary: Value = serde_json::from_str(&bench.read("out/fleet.json")).expect("JSON");
    assert_eq!((&summary["is_complete"], &summary["batches"]), (&true.into(), &closed.into()));
    assert_eq!(ledger(&bench, "last_closed")[0]["batches"], closed);
    bench.run("pipeline --resume --output out").fails(2, &["`fleet run --resume` has closed its last batch"]);
}

#[test]
fn a_pipeline_that_is_killed_twice_loses_no_transaction_and_counts_none_twice() {
    let bench = scripted();
    let flags = FLAGS.replace("--rate 200 --duration 1500ms", "--rate 100 --duration 3s");
    let kill = |command: &str, proofs: usize| {
        let mut run = Running::start(&mut bench.command(command));
        run.until("some proofs", || ledger(&bench, "verified").len() >= proofs);
        let children = children_of(run.pid());
        kill_9(run.pid());
        assert_eq!(run.end().code, None);
        all_gone(&children);
        ledger(&bench, "closed").len()
    };
    let first = kill(&format!("{flags} --workers 2"), 3);
    let second = kill("pipeline --resume --workers 2 --output out", 9);
    assert!(0 < first && first < second && second < 30, "{first}, then {second} batches of 30");
    bench.run("pipeline --resume --workers 4 --output out").ok();
    let record = assert_whole(&bench, 300);
    let closed: Vec<u64> = ledger(&bench, "closed")
        .iter()
        .map(|line| line["transactions"].as_u64().expect("a number"))
        .collect();
    assert_eq!((closed.iter().sum::<u64>(), ledger(&bench, "last_closed").len()), (300, 1));
    // Nothing is closed while nobody is there, and what arrived meanwhile waits.
    let restarts: Vec<f64> = record["resumed_s"]
        .as_array()
        .expect("times")
        .iter()
        .map(|at_s| at_s.as_f64().expect("a time"))
        .collect();
    assert_eq!(restarts.len(), 2);
    let batches = record["batches"].as_array().expect("batches");
    for (before, restart_s) in [first, second].into_iter().zip(restarts) {
        assert!(number(&batches[before], "closed_s") >= restart_s, "{}", batches[before]);
        assert!(number(&batches[before], "opened_s") < restart_s, "{}", batches[before]);
    }
    // Transactions arrive at the times that they would have arrived at anyway: each hundredth of a second.
    let mut arrived = 0.0;
    for batch in batches {
        assert!((number(batch, "opened_s") - 0.01 * (arrived + 1.0)).abs() < 1e-6, "{batch}");
        arrived += number(batch, "transactions");
    }
}

#[test]
fn real_proofs_of_batches_that_are_partly_full() {
    let bench = Bench::new();
    let flags = "--rate 4 --duration 3s --arrivals poisson --batch-size 4 --closing timeout:500ms --depth 8 --accounts 20 \
        --pools 2 --workers 1 --memory 0 --block 500ms --aggregate 1 --proof-system plonky3";
    bench.run(&format!("pipeline {flags} --output out")).ok();
    let transactions = record(&bench)["summary"]["transactions"].as_u64().expect("a number");
    let whole = assert_whole(&bench, transactions);
    let sizes = whole["batches"].as_array().expect("batches").iter().map(|batch| &batch["transactions"]);
    assert!(transactions > 2 && sizes.clone().any(|size| *size != 4), "{:?}", sizes.collect::<Vec<_>>());
}
