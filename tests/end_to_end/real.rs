//! Real proofs, small enough for a test, up to a plan.

use crate::log::Log;
use crate::support::Bench;
use serde_json::Value;

/// A run of one repeat over a small world, whatever else the machine does meanwhile.
const SMALL: &str = "run --depth 4 --accounts 4 --cores 1 --repeats 1 --batches-per-aggregation 2 --provers 1 --keep-discarded \
                     --reruns 0 --target-tx-per-s 0.1 --output out";

/// One statement, three proof systems: each verified, each planned, and the one recommended named.
#[test]
fn every_proof_system_is_planned_for_the_target() {
    let bench = Bench::new();
    let ran = bench
        .run(&format!(
            "{SMALL} --workload swap --batch-size 2 --pools 2 --proof-system plonky2,plonky2-keccak,plonky3"
        ))
        .ok();
    let words = ran.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    for wanted in
        ["plonky2 2 provers", "plonky2-keccak 2 provers", "plonky3 2 provers", "No price was given: a core"]
    {
        assert!(words.contains(wanted), "`{wanted}`: {ran:#?}");
    }
    let read = |file: &str| -> Value { serde_json::from_str(&bench.read(file)).expect("JSON") };
    let (plan, profile) = (read("out/plan.json"), read("out/profile.json"));
    let systems = plan["systems"]["systems"].as_array().expect("systems");
    assert_eq!(systems.len(), 3);
    // Closing was measured under the load of the plan, which takes it.
    let closing = read("out/close-times-2.json");
    assert_eq!(
        (&closing["load"]["transactions_per_s"], &closing["rules"]["capacity"]),
        (&0.1.into(), &2.into())
    );
    assert!((plan["inputs"]["close_interval_s"].as_f64().expect("a time") - 20.0).abs() < 1e-9, "{plan}");
    let batches = closing["summary"]["batches"].as_u64().expect("a count");
    let reasons = plan["reasons"].as_array().expect("reasons");
    let wanted = format!("as it was measured in {batches} batches");
    assert!(
        reasons.iter().any(|reason| reason.as_str().is_some_and(|words| words.contains(&wanted))),
        "{reasons:?}"
    );
    for (system, cell) in systems.iter().zip(profile["cells"].as_array().expect("cells")) {
        assert_eq!((&cell["verified"], &cell["cell"]["proof_system"]), (&true.into(), &system["system"]));
        assert!(system["fleet"]["provers"].as_u64() >= Some(1), "{system}");
        assert!(system["conjectured_security_bits"].as_u64() >= Some(98), "{system}");
        assert!(system["usd_per_hour"].as_f64() > Some(0.0), "{system}");
    }
    let page = bench.read("out/report.html");
    assert!(page.contains("Proof systems compared"));
}

#[test]
fn real_proofs_end_in_a_plan() {
    let bench = Bench::new();
    let ran = bench
        .run(&format!("{SMALL} --workload transfer --batch-size 1 --pools 1 --proof-system plonky2"))
        .ok();
    assert!(
        ran.stdout.contains("Planned with: one prover is transfer of 1, plonky2, 1 core (solo"),
        "{ran:#?}"
    );
    assert!(ran.stdout.contains("\nRun 1 prover"), "{ran:#?}");
    let log = Log::of(&bench.path("out"));
    let set_up = &log.of_kind("set_up")[0]["system"];
    assert_eq!(set_up["name"], "plonky2");
    assert!(set_up["circuits"].as_array().is_some_and(|circuits| circuits.len() >= 2), "{set_up}");
    let batches: Vec<_> = log.of_stage("prove").iter().map(|sample| sample["batch"].clone()).collect();
    assert_eq!(batches, [0, 1]);
    assert_eq!((log.of_stage("verify").len(), log.of_stage("verify_aggregate").len()), (2, 1));
    for sample in log.of_kind("sample") {
        // Other tests run beside this one.
        assert!(sample["mark"] == "clean" || sample["mark"] == "kept", "{sample}");
        // The search that ends a small proof may end within the resolution in which plonky2 tells it.
        let is_luck = sample["stage"] == "grind";
        assert!(sample["wall_s"].as_f64().is_some_and(|wall_s| wall_s > 0.0 || is_luck), "{sample}");
    }
    // The parts of a call are within it, and a proof of that kind has its known size.
    for (call, proved) in log.of_stage("prove_call").iter().zip(log.of_stage("prove")) {
        assert!(call["wall_s"].as_f64() >= proved["wall_s"].as_f64());
        let bytes = proved["output_bytes"].as_u64().or(call["output_bytes"].as_u64()).expect("a size");
        assert!((80_000..200_000).contains(&bytes), "{bytes}");
    }
    let plan: Value = serde_json::from_str(&bench.read("out/plan.json")).expect("JSON");
    assert_eq!(plan["recommendation"]["provers"], 1);
    // The plan's prove time is that of the two proofs made just now.
    let profile: Value = serde_json::from_str(&bench.read("out/profile.json")).expect("JSON");
    assert_eq!(profile["cells"][0]["verified"], true);
    let quantities = profile["cells"][0]["quantities"].as_array().expect("quantities");
    let prove =
        quantities.iter().find(|quantity| quantity["quantity"] == "prove_batch").expect("prove_batch");
    let (planned, measured) = (&plan["inputs"]["prove"]["mean_s"], &prove["mean_s"]);
    let (planned, measured) = (planned.as_f64().expect("a time"), measured.as_f64().expect("a time"));
    assert!((planned - measured).abs() < 1e-9 * measured, "{planned} {measured}");
    assert_eq!(plan["inputs"]["prove"]["samples"], 2);
}

/// The coordinator verifies with circuits that it builds, so what workers load makes proofs that count.
#[test]
fn a_fleet_proves_with_circuits_that_an_earlier_one_kept() {
    let bench = Bench::new();
    let run = |output: &str| {
        let fleet = "fleet run --batches 2 --aggregate 2 --batch-size 1 --swap-ratio 0 --accounts 4 --pools 1 --depth 4 \
                     --workers 1 --memory 0 --circuit-cache circuits";
        bench.run(&format!("{fleet} --output {output}")).ok()
    };
    let notes = |stderr: &str| stderr.lines().filter(|line| line.starts_with("note: circuits")).count();
    let kept = |file: &str| std::fs::read(bench.path(file)).expect(file);
    assert_eq!(notes(&run("first").stderr), 0);
    let file = "circuits/plonky2-depth-4-1-transfers-batch.circuit";
    let honest = kept(file);
    std::fs::write(bench.path(file), &honest[..honest.len() / 2]).expect("writable");
    let second = run("second").stderr;
    assert_eq!(notes(&second), 1, "{second}");
    assert!(second.contains(file) && second.contains("it ends early; the circuit is built anew"), "{second}");
    assert!(kept(file) == honest, "it is written again");
    let third = run("third").stderr;
    assert_eq!(notes(&third), 0, "{third}");
    for output in ["first", "second", "third"] {
        let summary: Value =
            serde_json::from_str(&bench.read(&format!("{output}/fleet.json"))).expect("JSON");
        assert_eq!((&summary["is_complete"], &summary["consolidated_batches"]), (&true.into(), &2.into()));
    }
}
