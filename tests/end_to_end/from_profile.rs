//! Plans from a profile: the shipped one at any rate, and one that lacks a time.

use crate::support::{Bench, root};
use serde_json::Value;

/// CPU seconds of a plan by a build for tests; a release build is held to 2 s by a bench of 200 requests.
const CPU_MAX_S: f64 = 30.0;

fn shipped() -> String {
    root().join("bench-harness/measure/examples/two-cores/profile.json").display().to_string()
}

/// The CPU time of the children of a shell, from the second line of its `times`: `0m0.123s 0m0.045s`.
fn cpu_s(said: &str) -> f64 {
    let last = said.lines().last().expect("what `times` says");
    let seconds = |word: &str| -> f64 {
        let (minutes, rest) = word.split_once('m').expect("minutes");
        let number =
            |text: &str| text.trim_end_matches('s').replace(',', ".").parse::<f64>().expect("a number");
        60.0 * number(minutes) + number(rest)
    };
    last.split_whitespace().map(seconds).sum()
}

#[test]
fn the_shipped_profile_has_a_plan_that_is_stable_at_a_fifth_more_at_any_rate() {
    let bench = Bench::new();
    let mut machines = Vec::new();
    for rate in [500, 5_000, 50_000] {
        let asked = format!("plan --profile {} --target-tx-per-s {rate}", shipped());
        let ran = bench.run_shell(&format!("bench-harness {asked} --json && times >&2")).ok();
        let cpu_s = cpu_s(&ran.stderr);
        assert!(cpu_s > 0.0 && cpu_s < CPU_MAX_S, "{rate}: {cpu_s} s");
        let plan: Value = serde_json::from_str(&ran.stdout).expect("JSON");
        let stress = plan["stress"].as_array().expect("what more load does");
        let row = |event: &str| stress.iter().find(|row| row["event"] == event).expect(event);
        for event in ["load_10_percent", "load_20_percent", "prover_missing"] {
            let row = row(event);
            let used = row["utilization"].as_f64().expect("use");
            assert!(row["growth_batches_per_hour"].is_null() && used < 1.0, "{rate}: {row}");
        }
        // Half as much again is more than 80 % of use leaves room for: the table can tell.
        let half = row("load_50_percent");
        assert!(half["growth_batches_per_hour"].as_f64() > Some(0.0), "{rate}: {half}");
        let carried = plan["recommendation"]["throughput_transactions_per_s"].as_f64().expect("a rate");
        assert!((carried / f64::from(rate) - 1.0).abs() < 1e-6, "{rate}: {carried}");
        machines.push(plan["recommendation"]["provers"].as_u64().expect("provers"));
        // And so says the first screen.
        let said = bench.run(&asked).ok().stdout;
        let line = said.lines().find(|line| line.starts_with(" +20 % load")).expect("a row of the table");
        assert!(line.contains("p99 ") && !line.contains("BREAKS"), "{line}");
    }
    // Ten times the load takes more provers, though not always ten times: batch sizes and merges differ.
    assert!(machines.windows(2).all(|pair| pair[1] > 3 * pair[0]), "{machines:?}");
}

#[test]
fn a_profile_that_lacks_a_time_says_so() {
    let bench = Bench::new();
    let solo = root().join("tests/data/two-cores-solo.json");
    let profile: Value = serde_json::from_str(&std::fs::read_to_string(solo).expect("there")).expect("JSON");
    let asked = "plan --profile other.json --target-tx-per-s 100 --l1 latency --of-cores 1";
    // Of one proof no interval is known.
    let mut single = profile.clone();
    quantities(&mut single, |quantity| {
        if quantity["quantity"] == "prove_batch" {
            let value = quantity["values_s"][0].clone();
            quantity["values_s"] = Value::Array(vec![value]);
            quantity["samples"] = 1.into();
            quantity["interval"] = Value::Null;
            quantity["deviation_s"] = Value::Null;
        }
        true
    });
    bench.write("other.json", &single.to_string());
    let said = bench.run(asked).ok().stdout;
    assert!(said.contains("no interval, since one proof was measured"), "{said}");
    // Closing that was not measured is not closing in no time.
    for missing in ["execute", "root"] {
        let mut without = profile.clone();
        quantities(&mut without, |quantity| quantity["quantity"] != missing);
        bench.write("other.json", &without.to_string());
        bench.run(asked).fails(2, &["how long a batch takes to execute", "--close TIME"]);
        bench.run(&format!("{asked} --close 300ms")).ok();
    }
}

/// Keeps those quantities of every cell of which `keep` says so, after it has changed them.
fn quantities(profile: &mut Value, keep: impl Fn(&mut Value) -> bool) {
    for cell in profile["cells"].as_array_mut().expect("cells") {
        let all = cell["quantities"].as_array_mut().expect("quantities");
        all.retain_mut(|quantity| keep(quantity));
    }
}
