//! One scripted run through all verbs and forms: what is printed where, and that the forms agree.

use crate::log::Log;
use crate::support::{Bench, SCRIPT};
use serde_json::Value;

fn measured() -> Bench {
    let bench = Bench::scripted(SCRIPT, "");
    let ran = bench.run("measure --spec spec.toml --batch-size 4,400 --output out").ok();
    // The result on one stream, plain lines of progress on the other.
    assert!(ran.stdout.contains("Everything is in out."), "{ran:#?}");
    for line in ["[1/2] mix of 4, scripted, 1 core", "[2/2] mix of 400, scripted, 1 core", "repeat 3/3 in "] {
        assert!(ran.stderr.contains(line), "{line}: {ran:#?}");
    }
    assert!(!ran.stdout.contains("repeat"), "{ran:#?}");
    bench
}

#[test]
fn a_list_measures_nothing() {
    let bench = Bench::scripted(SCRIPT, "");
    let before = bench.everything();
    let list = bench.run("measure --list --spec spec.toml --workload transfer,swap --batch-size 8,4").ok();
    let cells = "transfer of 4, scripted, 1 core\ntransfer of 8, scripted, 1 core\n\
                 swap of 4, scripted, 1 core\nswap of 8, scripted, 1 core\n";
    assert_eq!(list.stdout, cells);
    assert!(list.stderr.starts_with("4 cells: 4 min 0 s at most, 1 min 0 s each"), "{list:#?}");
    assert_eq!(bench.everything(), before);
    let real = bench.run("measure --list --workload swap --batch-size 2 --cores 1").ok();
    assert_eq!(real.stdout, "swap of 2, plonky2, 1 core\n");
    assert_eq!(bench.everything(), before);
}

#[test]
fn every_stage_is_in_the_samples_as_often_as_it_was_run() {
    let bench = measured();
    let log = Log::of(&bench.path("out"));
    // Two cells of three repeats of two batches.
    let batches = 2 * 3 * 2;
    for stage in
        ["generate", "execute", "root", "encode", "record", "witness", "prove", "prove_call", "verify"]
    {
        assert_eq!(log.of_stage(stage).len(), batches, "{stage}");
    }
    for stage in ["aggregate", "aggregate_call", "verify_aggregate"] {
        assert_eq!(log.of_stage(stage).len(), 2 * 3, "{stage}");
    }
    assert_eq!((log.of_stage("set_up").len(), log.of_kind("cell_end").len()), (2, 2));
    assert!(log.counts().values().all(|count| *count == 1));
    // The script's times in turn, of which the discarded warm-up has the first.
    let proved: Vec<_> =
        log.of_stage("prove").iter().take(6).map(|sample| sample["wall_s"].clone()).collect();
    assert_eq!(proved, [1.1, 0.9, 1.0, 1.1, 0.9, 1.0]);
    // A new seed each repeat.
    let mut seeds: Vec<_> = log.of_kind("repeat").iter().map(|repeat| repeat["seed"].to_string()).collect();
    seeds.sort();
    seeds.dedup();
    assert_eq!(seeds.len(), 3);
}

#[test]
fn reports_agree_in_every_form() {
    let bench = measured();
    let report = |more: &str| bench.run(&format!("report out {more}")).ok().stdout;
    let json = report("--format json");
    assert_eq!(json, bench.read("out/profile.json"));
    let profile: Value = serde_json::from_str(&json).expect("JSON");
    let quantity = profile["cells"][0]["quantities"]
        .as_array()
        .expect("quantities")
        .iter()
        .find(|quantity| quantity["quantity"] == "prove_batch")
        .expect("prove_batch");
    // Record 0.25 s, witness 0.1 s, proof 1 s.
    assert_eq!((&quantity["median_s"], &quantity["samples"]), (&Value::from(1.35), &Value::from(6)));
    for form in ["terminal", "markdown"] {
        let text = report(&format!("--format {form}"));
        assert!(text.contains("1.35 s") && text.contains("mix of 400"), "{form}: {text}");
    }
    let csv = report("--format csv");
    let header: Vec<_> = csv.lines().next().expect("a header").split(',').collect();
    assert!(csv.lines().count() > 2 * 9, "{csv}");
    let median = header.iter().position(|name| *name == "median_s").expect("median_s");
    let row = csv.lines().find(|line| line.contains("prove_batch")).expect("prove_batch");
    assert_eq!(row.split(',').nth(median), Some("1.35"));
    let samples = report("--what samples --format csv");
    assert_eq!(samples.lines().count(), 1 + Log::of(&bench.path("out")).of_kind("sample").len());
    assert_eq!(report("--what samples --format json"), bench.read("out/samples.jsonl"));
    assert_eq!(report("--what machine --format json"), bench.read("out/machine.json"));
    assert!(report("--what machine").contains("processor"));
    bench.run("report out --format csv --output profile.csv").ok();
    assert_eq!(bench.read("profile.csv"), csv);
}

#[test]
fn plans_from_the_profile_agree_in_every_form() {
    let bench = measured();
    let plan = |more: &str| {
        bench
            .run(&format!("plan --profile out/profile.json --target-tx-per-s 500 --headroom 0 {more}"))
            .ok()
            .stdout
    };
    let json: Value = serde_json::from_str(&plan("--format json")).expect("JSON");
    // Batches of 400 carry most; 500 a second are 1.25 batches, each 1.35 s of a prover: 1.6875.
    assert_eq!(json["recommendation"]["provers"], 2);
    assert_eq!(json["inputs"]["batch_transactions"], 400);
    assert_eq!(
        (&json["inputs"]["prove"]["samples"], &json["inputs"]["prove"]["law"]),
        (&6.into(), &"empirical".into())
    );
    let text = plan("--explain");
    assert!(text.starts_with("Planned with: one prover is mix of 400, scripted, 1 core (solo"), "{text}");
    assert!(text.contains("\nRun 2 provers and 1 spare,"), "{text}");
    // The other cell is told with the reason why it will not do.
    assert!(text.contains("mix of 4,"), "{text}");
    assert!(plan("").lines().count() <= 30);
    assert!(plan("--format markdown").contains("**Run 2 provers"));
    assert_eq!(plan("--format csv").lines().count(), 6);
    let other = plan("--of-batch-size 400 --format csv");
    assert_eq!(other, plan("--format csv"));
    bench
        .run("plan --profile out/profile.json --target-tx-per-s 500 --headroom 0 --of-batch-size 4")
        .fails(7, &["close"]);
}

#[test]
fn run_is_measure_and_plan_and_report() {
    let bench = Bench::scripted(SCRIPT, "");
    let ran = bench
        .run(
            "run --spec spec.toml --batch-size 400 --target-tx-per-s 500 --headroom 0 --usd-per-core-hour 1 --output out",
        )
        .ok();
    assert!(ran.stdout.contains("Run 2 provers"), "{ran:#?}");
    let plan: Value = serde_json::from_str(&bench.read("out/plan.json")).expect("JSON");
    assert_eq!(plan["recommendation"]["provers"], 2);
    let again =
        bench.run("plan --profile out/profile.json --target-tx-per-s 500 --headroom 0 --usd-per-core-hour 1 --format json").ok();
    assert_eq!(again.stdout, bench.read("out/plan.json"));
    assert_eq!(bench.run("report out --format csv").ok().stdout, bench.read("out/profile.csv"));
    let report = bench.read("out/report.md");
    assert!(report.contains("**Run 2 provers") && report.contains("mix of 400"), "{report}");
    assert!(bench.read("out/plan.csv").starts_with("design,"));
}

#[test]
fn a_failure_is_told_and_the_run_goes_on() {
    let bench = Bench::scripted(&format!("{SCRIPT}faults = {{ no_proof = 3 }}\n"), "");
    let ran = bench.run("measure --spec spec.toml --output out").ok();
    assert!(ran.stderr.contains("FAILED: no proof of batch 1"), "{ran:#?}");
    let log = Log::of(&bench.path("out"));
    assert_eq!((log.of_kind("failure").len(), log.of_kind("repeat").len()), (1, 2));
    let profile: Value = serde_json::from_str(&bench.read("out/profile.json")).expect("JSON");
    assert_eq!(profile["cells"][0]["failures"].as_array().map(Vec::len), Some(1));
}
