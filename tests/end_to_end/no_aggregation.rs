//! Proof systems that cannot aggregate: measured, shown in every form, gated, beside one that can.

use crate::log::Log;
use crate::support::{Bench, PROGRAM};
use serde_json::Value;

/// What no output of a run without aggregation may hold: a figure of one, or a number that is none.
const ABSENT: [&str; 5] = ["aggregate merge", "aggregate_merge", "verify_aggregate", "NaN", "inf "];

fn without(more_spec: &str) -> Bench {
    Bench::scripted(
        "aggregates = false\nharness = { fixed_s = 0.25 }\nprove = { mean_s = 1.0, cv = 0.05 }\n",
        more_spec,
    )
}

#[test]
fn a_run_without_aggregation_is_whole_in_every_form() {
    let bench = without("");
    bench.run("measure --spec spec.toml --output out").ok();
    let log = Log::of(&bench.path("out"));
    for stage in ["aggregate", "aggregate_call", "verify_aggregate"] {
        assert!(log.of_stage(stage).is_empty(), "{stage}");
    }
    let set_up = &log.of_kind("set_up")[0];
    assert_eq!(set_up["system"]["capabilities"]["aggregates"], false);
    assert_eq!(set_up["cell"]["batches_per_aggregation"], 1);
    for form in ["terminal", "json", "csv", "markdown", "histograms"] {
        let text = bench.run(&format!("report out --format {form}")).ok().stdout;
        assert!(text.contains("scripted"), "{form}: {text}");
        for absent in ABSENT {
            assert!(!text.contains(absent), "{form}: `{absent}` in {text}");
        }
    }
    let samples = bench.run("report out --what samples --format csv").ok().stdout;
    assert!(samples.lines().count() > 1 && !samples.contains("aggregate_call"), "{samples}");
    for what in ["machine", "laws"] {
        bench.run(&format!("report out --what {what}")).ok();
    }
    bench.run("report out out").ok();
    let plan = "plan --profile out/profile.json --target-tx-per-s 4 --headroom 0";
    let planned = bench.run(plan).ok().stdout;
    assert!(planned.contains("verify the proof of each batch on L1"), "{planned}");
    let explained = bench.run(&format!("{plan} --of-system scripted --explain")).ok().stdout;
    assert!(explained.contains("Each proof is verified on L1 by itself"), "{explained}");
    bench.run(&format!("{plan} --of-system plonky2")).fails(2, &["no cell of the profile fits"]);
    bench.run("report out --timeline timeline.json").ok();
    // What is there is not made again.
    bench.run("measure --output out --resume").ok();
}

#[test]
fn one_spec_measures_both_and_tells_them_apart() {
    let bench = without("");
    let listed =
        bench.run("measure --spec spec.toml --proof-system scripted,plonky2,plonky2-keccak --list --json");
    let listed: Value = serde_json::from_str(&listed.ok().stdout).expect("JSON");
    let cells = listed["cells"].as_array().expect("cells");
    let told: Vec<_> = cells
        .iter()
        .map(|cell| {
            (cell["proof_system"].as_str().expect("a name"), cell["batches_per_aggregation"].as_u64())
        })
        .collect();
    assert_eq!(told, [("scripted", Some(1)), ("plonky2", Some(2)), ("plonky2-keccak", Some(1))]);
}

#[test]
fn the_gates_take_it_without_a_flag() {
    let bench = without("");
    bench.run("gate exact --spec spec.toml --baseline baseline.json --bless").ok();
    let baseline: Value = serde_json::from_str(&bench.read("baseline.json")).expect("JSON");
    assert_eq!(baseline["cells"][0]["trees"], Value::Array(Vec::new()));
    let ran = bench.run("gate exact --spec spec.toml --baseline baseline.json").ok();
    assert!(ran.stdout.starts_with("exact: pass, "), "{ran:#?}");
    let program = PROGRAM;
    let ran = bench
        .run(&format!(
            "gate paired --base {program} --head {program} --spec spec.toml --export-json out.json"
        ))
        .ok();
    assert!(ran.stdout.starts_with("PASS: "), "{ran:#?}");
    let record: Value = serde_json::from_str(&bench.read("out.json")).expect("JSON");
    let comparisons = record["comparisons"].as_array().expect("comparisons");
    assert_eq!(comparisons.len(), 1, "{comparisons:?}");
    assert_eq!(comparisons[0]["time"], "prove");
    let gate = format!("gate paired --base {program} --head {program} --spec spec.toml --time aggregate");
    bench.run(&gate).fails(2, &["no cell, or no time of one, to compare"]);
}

/// A user's own prover: both names of what it can do are read, and a gate says which flag leaves aggregation out.
#[test]
fn a_command_that_cannot_aggregate_is_measured_and_says_so() {
    for set_up in [
        r#"{"name":"test","version":"1","verifies":false,"aggregates":false,"conjectured_security_bits":96}"#,
        r#"{"name":"test","version":"1","verify":false,"aggregate":false,"conjectured_security_bits":96}"#,
    ] {
        let bench = Bench::new();
        let proof = r#"{"proof":"00","proof_bytes":1,"witness_s":0.5,"prove_s":1.5}"#;
        let loop_ = format!("while read -r line; do echo '{proof}'; done");
        bench.write("prover.sh", &format!("read -r line; echo '{set_up}'\n{loop_}\n"));
        let world =
            "--accounts 20 --pools 2 --depth 8 --batch-size 2 --cores 1 --allow-unverified --keep-discarded";
        let mut measure = bench.command(&format!(
            "measure {world} --repeats 2 --reruns 0 --output out --proof-system command --command"
        ));
        measure.arg("sh prover.sh");
        crate::support::Ran::to_end(&mut measure, "measure").ok();
        let log = Log::of(&bench.path("out"));
        let can = &log.of_kind("set_up")[0]["system"]["capabilities"];
        assert_eq!((&can["aggregates"], &can["conjectured_security_bits"]), (&false.into(), &96.into()));
        assert!(log.of_stage("aggregate_call").is_empty());
        assert_eq!(log.of_kind("cell_end").len(), 1);
        bench.run("report out").ok();
        let mut gate = bench.command(&format!(
            "gate paired --base {PROGRAM} --head {PROGRAM} {world} --pairs 6 --proof-system command --command"
        ));
        gate.arg("sh prover.sh");
        crate::support::Ran::to_end(&mut gate, "gate").fails(5, &["has no time `aggregate`", "--time prove"]);
    }
}
