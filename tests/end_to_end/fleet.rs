//! A fleet of child processes: it completes, whoever is killed or frozen meanwhile.

use crate::log::Log;
use crate::processes::{Running, all_gone, children_of, kill_9, pid_of};
use crate::support::Bench;
use rustix::process::{Signal, kill_process};
use serde_json::Value;
use std::collections::BTreeMap;

/// Each proof takes 0.2 s, each merge 0.1 s, really.
const FLEET_SCRIPT: &str = "witness = { fixed_s = 0.0 }\nprove = { fixed_s = 0.2 }\nmerge = { fixed_s = 0.1 }\n\
    verify = { fixed_s = 0.0 }\n";

pub(crate) fn scripted(more: &str) -> Bench {
    let bench = Bench::new();
    bench.write("script.toml", &format!("{FLEET_SCRIPT}{more}"));
    bench
}

/// The flags of a scripted run of sixteen batches in groups of four.
pub(crate) const SIXTEEN: &str =
    "fleet run --batches 16 --aggregate 4 --proof-system scripted --script script.toml --output out";

/// The lines of a ledger of one kind.
pub(crate) fn ledger(bench: &Bench, kind: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(bench.path("out/ledger.jsonl")).unwrap_or_default();
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    let lines = whole.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    lines.filter_map(|line| line["event"].get(kind).cloned()).collect()
}

/// Everything is proved, aggregated and counted once.
#[track_caller]
pub(crate) fn complete(bench: &Bench, jobs: usize) -> Value {
    let mut verified: BTreeMap<String, u32> = BTreeMap::new();
    for record in ledger(bench, "verified") {
        *verified.entry(record["job"].as_str().expect("a name").to_owned()).or_default() += 1;
    }
    assert_eq!(verified.len(), jobs);
    assert!(verified.values().all(|count| *count == 1), "{verified:?}");
    let summary: Value = serde_json::from_str(&bench.read("out/fleet.json")).expect("JSON");
    assert_eq!(summary["is_complete"], true);
    summary
}

/// Whether a job was handed out more than once before its proof came.
pub(crate) fn was_begun_again(verified: &Value) -> bool {
    ["delivery", "submission"].iter().any(|of| verified[of].as_u64() > Some(1))
}

#[test]
fn sixteen_batches_become_four_proofs() {
    let bench = scripted("");
    let ran = bench.run(&format!("{SIXTEEN} --workers 4 --interval 20ms --arrivals poisson --json")).ok();
    let summary = complete(&bench, 16 + 12);
    assert_eq!(serde_json::from_str::<Value>(&ran.stdout).expect("JSON"), summary);
    assert_eq!(
        (&summary["consolidated_batches"], &summary["counts"]["resubmitted"]),
        (&16.into(), &0.into())
    );
    assert_eq!(summary["workers"].as_array().map(Vec::len), Some(4));
    // No job is verified before it can have been proved: times are taken when an answer comes.
    for sample in summary["samples"].as_array().expect("samples") {
        let [ready_s, verified_s, prove_s] =
            ["ready_s", "verified_s", "prove_s"].map(|name| sample[name].as_f64().expect(name));
        assert!(verified_s - ready_s >= prove_s - 1e-3, "{sample}");
    }
    // 16 proofs of 0.2 s and 12 merges of 0.1 s on four workers take 1.1 s at least.
    let elapsed_s = summary["elapsed_s"].as_f64().expect("a time");
    assert!(elapsed_s >= 1.1, "{elapsed_s}");
    bench.run(SIXTEEN).fails(2, &["out: it holds a run already", "--resume"]);
}

/// Real proofs: swaps over more pools than there are registers, and transfers among them.
#[test]
fn traffic_that_registers_cannot_hold_is_cut_and_proved_all_the_same() {
    let bench = Bench::new();
    let traffic = "--swap-ratio 0.95 --pools 17 --accounts 20 --depth 6 --seed 1 --batch-size 22";
    let fleet = "--batches 2 --aggregate 2 --workers 1 --output out --json";
    bench.run(&format!("fleet run --proof-system plonky2-registers-or-plain {traffic} {fleet}")).ok();
    let summary = complete(&bench, 3);
    let rooms = &summary["rooms"];
    assert_eq!((&rooms["register_batches"], &rooms["plain_batches"]), (&1.into(), &1.into()), "{rooms}");
    let cut = ledger(&bench, "closed").into_iter().map(|batch| batch["transactions"].as_u64());
    assert_eq!(cut.sum::<Option<u64>>(), rooms["transactions"].as_u64());
    assert!(bench.path("out/samples.jsonl").is_file() && !bench.path("out/profile.json").exists());
}

#[test]
fn a_worker_that_is_killed_in_a_proof_is_started_again() {
    let bench = scripted("");
    let mut run = Running::start(&mut bench.command(&format!("{SIXTEEN} --workers 2")));
    run.until("a proof", || !ledger(&bench, "verified").is_empty());
    let victim = children_of(run.pid())[0];
    kill_9(victim);
    run.end().ok();
    complete(&bench, 16 + 12);
    assert!(ledger(&bench, "verified").iter().any(was_begun_again), "it held no job");
}

#[test]
fn a_worker_that_is_frozen_loses_its_job_to_another_and_may_come_back() {
    let bench = scripted("");
    let mut run = Running::start(&mut bench.command(&format!("{SIXTEEN} --workers 2 --lease 400ms")));
    run.until("a proof", || !ledger(&bench, "verified").is_empty());
    let victim = children_of(run.pid())[0];
    kill_process(pid_of(victim), Signal::STOP).expect("stopped");
    let before = ledger(&bench, "verified").len();
    run.until("its job done by the other", || ledger(&bench, "verified").len() >= before + 6);
    kill_process(pid_of(victim), Signal::CONT).expect("goes on");
    run.end().ok();
    complete(&bench, 16 + 12);
    assert!(ledger(&bench, "verified").iter().any(was_begun_again), "it held no job");
}

#[test]
fn a_coordinator_that_is_killed_is_resumed() {
    let bench = scripted("");
    let mut run = Running::start(&mut bench.command(&format!("{SIXTEEN} --workers 2")));
    run.until("some proofs", || ledger(&bench, "verified").len() >= 5);
    let children = children_of(run.pid());
    kill_9(run.pid());
    assert_eq!(run.end().code, None);
    all_gone(&children);
    let before = ledger(&bench, "verified").len();
    bench.run("fleet run --resume --workers 2 --output out").ok();
    complete(&bench, 16 + 12);
    assert!(before >= 5 && ledger(&bench, "resumed").len() == 1);
    // Samples of both processes, each once.
    let counts = Log::of(&bench.path("out")).counts();
    let of_stage = |stage: &str| counts.keys().filter(|key| key.contains(&format!("\"{stage}\""))).count();
    assert_eq!((of_stage("prove"), of_stage("aggregate")), (16, 8));
    assert!(counts.values().all(|count| *count == 1), "{counts:?}");
}

#[test]
fn two_coordinators_of_one_folder_are_one_too_many() {
    let bench = scripted("");
    let mut run = Running::start(&mut bench.command(&format!("{SIXTEEN} --workers 1")));
    run.until("a proof", || !ledger(&bench, "verified").is_empty());
    bench.run("fleet run --resume --output out").fails(2, &["another coordinator is writing to it"]);
    run.end().ok();
    complete(&bench, 16 + 12);
}

#[test]
fn a_poison_batch_is_named_and_the_rest_completes() {
    let bench = scripted("[faults]\ncrash_batch = 5\n");
    let ran = bench.run(&format!("{SIXTEEN} --workers 2"));
    ran.fails(9, &["not proved: batch 5: handed out 5 times, and no worker answered"]);
    // All but the batch and the two merges above it.
    assert_eq!(ledger(&bench, "verified").len(), 16 + 12 - 3);
}

#[test]
fn a_worker_that_returns_a_wrong_proof_is_left_out() {
    // Each worker's twelfth proof would be wrong. One is frozen until the other has come so far: of sixteen batches too few
    // are left then for the first to come so far too.
    let bench = scripted("[faults]\nwrong_proof = 12\n");
    let mut run = Running::start(&mut bench.command(&format!("{SIXTEEN} --workers 2 --lease 2s")));
    run.until("a proof", || !ledger(&bench, "verified").is_empty());
    let victim = children_of(run.pid())[0];
    kill_process(pid_of(victim), Signal::STOP).expect("stopped");
    run.until("a wrong proof", || !ledger(&bench, "excluded").is_empty());
    kill_process(pid_of(victim), Signal::CONT).expect("goes on");
    let ran = run.end().ok();
    let excluded = ledger(&bench, "excluded");
    assert_eq!(excluded.len(), 1);
    assert!(excluded[0]["why"].as_str().expect("why").contains("something else than native execution"));
    assert!(ran.stdout.contains("LEFT OUT") && ran.stdout.contains("wrong proofs 1"), "{ran:#?}");
    // Its batch was proved by the other, and what it proved before counts.
    let summary = complete(&bench, 16 + 12);
    let jobs = |worker: &Value| worker["jobs"].as_u64();
    assert!(summary["workers"].as_array().expect("workers").iter().all(|worker| jobs(worker) > Some(0)));
}

#[test]
fn a_prediction_is_written_before_its_run_begins() {
    let bench = Bench::new();
    let cells = crate::support::root().join("bench-harness/fleet/examples/one-cell.toml");
    let ran = bench.run(&format!("fleet validate --cells {} --output out --repeats 2", cells.display())).ok();
    assert!(
        ran.stdout.contains("| small | scripted | 4 | 1 | 4 | 32 |")
            && ran.stdout.contains(" of 2 |")
            && ran.stdout.contains("inside the interval")
    );
    let text = bench.read("out/validation.jsonl");
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(lines.len(), 4);
    for (pair, repeat) in lines.chunks(2).zip(1..) {
        let (predicted, measured) = (&pair[0]["predicted"], &pair[1]["measured"]);
        assert!(predicted["unix_s"].as_f64() <= measured["began_unix_s"].as_f64());
        let throughput = &predicted["figures"]["throughput_batches_per_s"];
        assert!(throughput["low"].as_f64() < throughput["high"].as_f64());
        assert_eq!((&predicted["repeat"], &measured["repeat"]), (&repeat.into(), &repeat.into()));
        assert_eq!(measured["groups"], 8);
        // Five small fleets, 64 batches and their 48 merges each.
        let times = &predicted["times"];
        assert_eq!((&times["handling_fleets"], &times["handling_samples"]), (&5.into(), &560.into()));
        assert!(times["handling_half_width_s"].as_f64() > Some(0.0), "{times}");
    }
    // What it printed can be printed again, of a folder that was stopped before its last run too.
    assert_eq!(bench.run("fleet validate --read out").ok().stdout, ran.stdout);
    std::fs::create_dir(bench.path("part")).expect("a folder");
    let first: Vec<&str> = text.lines().take(3).collect();
    bench.write("part/validation.jsonl", &first.join("\n"));
    let part = bench.run("fleet validate --read part").ok().stdout;
    assert!(part.contains(" of 1 (") && !part.contains("run 2"), "{part}");
    bench.write("part/validation.jsonl", text.lines().nth(1).expect("a line"));
    bench
        .run("fleet validate --read part")
        .fails(2, &["line 1: small was measured and not predicted before"]);
    // Each run has other arrivals: its prediction is another.
    assert_ne!(lines[0]["predicted"]["figures"], lines[2]["predicted"]["figures"]);
    bench
        .run(&format!("fleet validate --cells {} --output out", cells.display()))
        .fails(2, &["validation.jsonl"]);
}
