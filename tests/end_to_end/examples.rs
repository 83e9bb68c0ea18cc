//! The example data that is shipped: made by the program, and accepted by it.

use crate::support::{Bench, root};
use serde_json::Value;

fn shipped(name: &str) -> String {
    let path = root().join("bench-harness/measure/examples").join(name);
    path.to_str().expect("text").to_owned()
}

/// The command in the README that names a file, without the program's name.
fn command_of(wanted: &str) -> String {
    let readme = std::fs::read_to_string(shipped("README.md")).expect("a README").replace("\\\n", " ");
    let line = readme
        .lines()
        .map(str::trim)
        .find(|line| line.starts_with("bench-harness ") && line.contains(wanted));
    line.expect(wanted).replacen("bench-harness ", "", 1)
}

#[test]
fn the_trace_is_what_its_command_writes() {
    let bench = Bench::new();
    let command = command_of("--output bench-harness/measure/examples/trace-200.csv");
    let command = command.replace("bench-harness/measure/examples/trace-200.csv", "trace.csv");
    bench.run(&command).ok();
    let trace = std::fs::read_to_string(shipped("trace-200.csv")).expect("the trace");
    assert_eq!(bench.read("trace.csv"), trace);
    assert_eq!(trace.lines().count(), 201);
}

#[test]
fn the_trace_is_executed_and_measured_as_the_readme_says() {
    let bench = Bench::new();
    let place = |command: String| {
        command.replace("bench-harness/measure/examples/trace-200.csv", &shipped("trace-200.csv"))
    };
    let roots = bench.run(&place(command_of("workload replay"))).ok().stdout;
    assert_eq!(roots.lines().count(), 1 + 10);
    let command = place(command_of("measure --workload trace"));
    let command = format!("{command} --proof-system scripted --cores 1").replace("bench-out/trace", "out");
    bench.run(&command).ok();
    let profile: Value = serde_json::from_str(&bench.read("out/profile.json")).expect("JSON");
    assert_eq!(profile["cells"][0]["cell"]["workload"], "trace");
    assert_eq!(profile["cells"][0]["cell"]["batch_transactions"], 20);
}

#[test]
fn the_small_spec_lists_and_runs() {
    let bench = Bench::new();
    let spec = shipped("small.toml");
    let list = bench.run(&format!("measure --list --spec {spec} --cores 1")).ok().stdout;
    assert_eq!(
        list,
        "transfer of 4, plonky2, 1 core\ntransfer of 8, plonky2, 1 core\n\
         swap of 4, plonky2, 1 core\nswap of 8, plonky2, 1 core\n"
    );
    bench.run(&format!("measure --spec {spec} --cores 1 --proof-system scripted --output out")).ok();
    let text = bench.run("plan --profile out/profile.json --target-tx-per-s 2").ok().stdout;
    assert!(text.starts_with("Planned with: one prover is "), "{text}");
}
