//! A command for every exit code. 1 is an internal error, of which none is known; 3 and 4 are those of the regression
//! check (`gate_paired`, `gate_exact`).

use crate::log::Log;
use crate::skip::skip;
use crate::support::{Bench, SCRIPT};
use serde_json::Value;

const BY_HAND: &str = "plan --close 10s --prove 120s --block 15s --aggregate 12s";

#[test]
fn zero_is_done() {
    let bench = Bench::new();
    bench.run(&format!("{BY_HAND} --target-batches-per-s 0.1")).ok();
    bench.run("--version").ok();
}

#[test]
fn two_is_bad_usage_or_input() {
    let bench = Bench::new();
    bench.run("").fails(2, &[]);
    bench.run("mesure").fails(2, &["unrecognized subcommand 'mesure'"]);
    bench.run("plan --close 10days").fails(2, &["--close", "unknown unit `days`"]);
    bench.run("plan --profile none.json --target-tx-per-s 1").fails(2, &["none.json: No such file"]);
    bench.run("machine --require no_such_check").fails(2, &["no check `no_such_check`", "affinity"]);
}

#[test]
fn five_is_a_machine_that_was_refused() {
    let bench = Bench::new();
    let record: Value = serde_json::from_str(&bench.run("machine --json").ok().stdout).expect("JSON");
    let checks = record["checks"].as_array().expect("checks");
    // Those that do not change from one moment to the next.
    let still =
        ["target_features", "governor", "boost", "mains", "bare_metal", "smt", "numa", "aslr", "build"];
    let named = |is_passed: bool| {
        let fits = |check: &&Value| {
            (check["verdict"] == "pass") == is_passed && still.iter().any(|name| check["name"] == *name)
        };
        checks.iter().find(fits).map(|check| check["name"].as_str().expect("a name").to_owned())
    };
    let passed = named(true).expect("a release build for this processor passes one of them");
    bench.run(&format!("machine --require {passed}")).ok();
    match named(false) {
        Some(failed) => {
            let ran = bench.run(&format!("machine --require {passed},{failed}"));
            ran.fails(5, &["does not meet what was required", &failed]);
        }
        None => skip!("failing-check", "this machine passes every check, so that none can be refused"),
    }
}

#[test]
fn five_is_a_run_that_cannot_be_joined() {
    let bench = Bench::scripted(SCRIPT, "");
    bench.run("measure --spec spec.toml --output out").ok();
    let before = bench.everything();
    let other = bench.run("measure --output out --resume --repeats 9");
    other.fails(5, &["another spec", "repeats: 3 there, 9 now"]);
    assert_eq!(bench.everything(), before);
    let machine = bench.read("out/machine.json");
    let at = machine.find("\"name\": \"processor\"").expect("a processor");
    let (head, tail) = machine.split_at(at);
    let value = tail.split('"').nth(7).expect("its name");
    bench.write("out/machine.json", &format!("{head}{}", tail.replacen(value, "Z80", 1)));
    let before = bench.everything();
    bench.run("measure --output out --resume").fails(5, &["another machine", "machine.processor: Z80 / "]);
    assert_eq!(bench.everything(), before);
}

#[test]
fn six_is_a_wrong_proof_and_no_time_of_it_counts() {
    for fault in ["wrong_proof", "damaged_proof"] {
        // The warm-up's is the first: this is the second batch of the first repeat.
        let bench = Bench::scripted(&format!("{SCRIPT}faults = {{ {fault} = 3 }}\n"), "");
        bench.run("measure --spec spec.toml --output out").fails(6, &["mix of 4, scripted, 1 core: a proof"]);
        let log = Log::of(&bench.path("out"));
        for stage in ["prove", "witness", "prove_call", "verify"] {
            let batches: Vec<_> = log.of_stage(stage).iter().map(|sample| sample["batch"].clone()).collect();
            assert_eq!(batches, [0], "{fault}, {stage}");
        }
        assert_eq!(log.of_kind("repeat").len(), 0);
        assert!(!bench.path("out/profile.json").exists());
    }
    let bench = Bench::scripted(&format!("{SCRIPT}faults = {{ wrong_proof = 2 }}\n"), "");
    bench.run("run --spec spec.toml --output out").fails(6, &["a proof"]);
    assert!(!bench.path("out/plan.json").exists());
}

#[test]
fn seven_is_a_target_that_cannot_be_met() {
    let bench = Bench::scripted(SCRIPT, "");
    let says = bench.run(&format!("{BY_HAND} --target-batches-per-s 0.2"));
    says.fails(7, &["no plan meets the target", "close forbids it", "best 0.1 batches/s"]);
    let says = bench.run(&format!("{BY_HAND} --target-batches-per-s 0.1 --delay 100s"));
    says.fails(7, &["prove forbids it", "wanted 100 s"]);
    bench.run("measure --spec spec.toml --output out").ok();
    bench.run("plan --profile out/profile.json --target-tx-per-s 100").fails(7, &["close forbids it"]);
}

/// A program that ends at once, as if all were well.
#[test]
fn eight_is_a_command_that_proves_nothing() {
    let bench = Bench::new();
    let measure = "measure --accounts 20 --pools 2 --depth 8 --batch-size 2 --cores 1 --proof-system command";
    let ran = bench.run(&format!("{measure} --command true --output out"));
    assert!(ran.fails(8, &["no cell with a proved batch"]).stdout.contains("it ended without an answer"));
}
