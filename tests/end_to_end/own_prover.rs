//! The proof system `command`: a user's own prover as an external program.

use crate::log::Log;
use crate::processes::{Running, all_gone, kill_9};
use crate::support::{Bench, root};

/// A prover in shell that answers the set-up, and then does this for each line.
fn prover(bench: &Bench, then: &str) -> String {
    let set_up = r#"{"name":"test","version":"1","verify":true}"#;
    bench.write(
        "prover.sh",
        &format!("echo $$ >>pids.txt\nread -r line; echo '{set_up}'\nwhile read -r line; do {then}\ndone\n"),
    );
    "--proof-system command --command".to_owned()
}

fn measure(bench: &Bench, more: &str, command: &str) -> std::process::Command {
    let arguments = "measure --accounts 20 --pools 2 --depth 8 --batch-size 2 --cores 1 --repeats 2 --reruns 0 --keep-discarded";
    let mut measure = bench.command(&format!("{arguments} --output out {more}"));
    measure.arg(command);
    measure
}

#[test]
fn the_shipped_example_is_measured() {
    let example = root().join("bench-harness/prover/examples/prover-command.sh");
    let bench = Bench::new();
    let system = "--batches-per-aggregation 1 --proof-system command --command";
    let mut command = measure(&bench, system, example.to_str().expect("text"));
    let ran = crate::support::Ran::to_end(&mut command, "the example");
    let log = Log::of(&bench.path("out"));
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    let set_up = log.of_kind("set_up");
    assert_eq!(set_up[0]["system"]["settings"]["name"], "example");
    // Two repeats of one batch, each verified, each with the time that the example tells.
    let proved: Vec<_> = log.of_stage("prove").iter().map(|sample| sample["wall_s"].clone()).collect();
    assert_eq!(proved, [0.001, 0.001]);
    assert_eq!((log.of_stage("verify").len(), log.of_kind("failure").len()), (2, 0));
}

/// What a user types for a prover of their own, from nothing to how many of it a rollup needs.
fn run(bench: &Bench, command: &str) -> crate::support::Ran {
    let world = "--accounts 20 --pools 2 --depth 8 --batch-size 64 --cores 1 --provers 1 --repeats 3";
    let mut run = bench
        .command(&format!("run {world} --target-tx-per-s 5 --output out --proof-system command --command"));
    run.arg(command);
    crate::support::Ran::to_end(&mut run, command)
}

/// The two examples, as a user copies them: in shell, and in Python where there is one.
fn copied(bench: &Bench) -> Vec<(&'static str, &'static str)> {
    let examples = root().join("bench-harness/prover/examples");
    let mut all = vec![("prover-command.sh", "sh prover-command.sh")];
    match std::process::Command::new("python3").arg("--version").output() {
        Ok(_) => all.push(("prover-command.py", "python3 prover-command.py")),
        Err(_) => crate::skip::skipped("python3", "there is no python3 here: its example was not tried"),
    }
    for (name, _) in &all {
        bench.write(name, &std::fs::read_to_string(examples.join(name)).expect(name));
    }
    all
}

#[test]
fn a_prover_of_ones_own_gets_to_a_recommendation_with_and_without_aggregation() {
    for (aggregates, wanted) in [(true, "aggregate "), (false, "verify the proof of each batch on L1")] {
        let probe = Bench::new();
        for (file, command) in copied(&probe) {
            let bench = Bench::new();
            copied(&bench);
            if !aggregates {
                // All that it takes: not to promise it.
                let text = bench.read(file);
                let without = text.replace(",\"aggregates\":true", "").replace(", \"aggregates\": True", "");
                assert_ne!(text, without, "{file}");
                bench.write(file, &without);
            }
            let ran = run(&bench, command).ok();
            assert!(
                ran.stdout.contains("Run 1 prover") && ran.stdout.contains(wanted),
                "{command}: {ran:#?}"
            );
            let plan: serde_json::Value = serde_json::from_str(&bench.read("out/plan.json")).expect("JSON");
            assert_eq!(plan["recommendation"]["aggregators"].as_u64() > Some(0), aggregates, "{command}");
            assert!(bench.path("out/report.html").exists());
            // What an aggregator would be worth that is not there yet, or is another.
            let with =
                bench.run("plan --profile out --target-tx-per-s 5 --aggregate-merge 3s --fix-n 2").ok();
            assert!(with.stdout.contains("aggregate 2 batches at a time"), "{command}: {with:#?}");
            let separate =
                "plan --profile out --target-tx-per-s 5 --aggregate-merge 3s --aggregate-shape separate";
            bench.run(separate).fails(2, &["leave --aggregate-merge out"]);
        }
    }
}

#[test]
fn what_breaks_the_protocol_is_a_failure_that_names_the_batch() {
    for (then, wanted) in [
        ("echo '{\"error\":\"out of ideas\"}'", "it says: out of ideas"),
        ("echo nonsense", "its reply"),
        ("echo '{\"proof\":\"00\"}'", "missing field `proof_bytes`"),
        ("exit 3", "it ended without an answer"),
        ("sleep 60", "no answer within 1 s"),
    ] {
        let bench = Bench::new();
        let system = prover(&bench, then);
        let limits = "--min-repeats 1 --time-limit 1 --command-timeout 1";
        let mut command = measure(&bench, &format!("{limits} {system}"), "sh prover.sh");
        let ran = crate::support::Ran::to_end(&mut command, then);
        assert_eq!(ran.code, Some(8), "{ran:#?}");
        let log = Log::of(&bench.path("out"));
        let failures = log.of_kind("failure");
        let why = failures.first().map_or("", |failure| failure["why"].as_str().expect("text"));
        assert!(why.contains(wanted) && why.contains("batch 0"), "{then}: {why}");
        assert!(ran.stderr.contains(wanted), "{ran:#?}");
        assert_eq!((log.of_stage("prove").len(), log.of_kind("repeat").len()), (0, 0), "{then}");
        all_gone(&pids(&bench));
    }
}

#[test]
fn a_proof_of_something_else_ends_the_run() {
    let zeros = "0".repeat(64);
    let other =
        format!(r#"{{"old_root":"{zeros}","new_root":"{zeros}","commitment":"{zeros}","transactions":2}}"#);
    let then = format!(
        r#"case $line in *'"prove"'*) echo '{{"proof":"00ff","proof_bytes":2,"witness_s":0.5,"prove_s":1.5}}';;
        *) echo '{{"valid":true,"statement":{other},"verify_s":0.25}}';; esac"#
    );
    for (then, wanted) in [
        (then.as_str(), "proof"),
        (&then.replace("\"valid\":true", "\"valid\":false,\"why\":\"odd\""), "odd"),
    ] {
        let bench = Bench::new();
        let system = prover(&bench, then);
        let mut command = measure(&bench, &system, "sh prover.sh");
        crate::support::Ran::to_end(&mut command, then).fails(6, &[wanted]);
        assert_eq!(Log::of(&bench.path("out")).of_stage("prove").len(), 0);
    }
}

#[test]
fn a_program_that_is_not_there_is_bad_input() {
    let bench = Bench::new();
    let mut command = measure(&bench, "--proof-system command --command", "./none");
    crate::support::Ran::to_end(&mut command, "none").fails(2, &["`./none` cannot be started"]);
}

fn pids(bench: &Bench) -> Vec<u32> {
    bench.read("pids.txt").lines().map(|line| line.parse().expect("a pid")).collect()
}

#[test]
fn no_prover_outlives_a_harness_that_was_killed() {
    let bench = Bench::new();
    // It neither answers nor looks at its input, and has a child that does not either.
    let system = prover(&bench, "sleep 120 & echo $! >>pids.txt; wait");
    let mut harness = Running::start(&mut measure(&bench, &system, "sh prover.sh"));
    harness.until("the prover to be asked", || {
        std::fs::read_to_string(bench.path("pids.txt")).is_ok_and(|text| text.matches('\n').count() == 2)
    });
    kill_9(harness.pid());
    harness.end();
    all_gone(&pids(&bench));
}
