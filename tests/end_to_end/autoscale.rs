//! Policies of autoscaling compared: every one of them is there, and the real fleets tell what the simulation tells.

use crate::support::Bench;
use serde_json::Value;

#[test]
fn policies_are_compared_simulated_and_for_real() {
    let bench = Bench::new();
    let flags = "--prove 120s --prove-cv 0.3 --rates 0.02,0.08 --start 2min --wait 10min";
    // A day in six seconds.
    let ran = bench.run(&format!("fleet autoscale {flags} --real 14400 --json")).ok();
    let record: Value = serde_json::from_str(&ran.stdout).expect("JSON");
    // Whoever waits for it sees that it goes on, and with which policy.
    assert!(ran.stderr.contains("fixed, planned for the day\": 2 s so far"), "{}", ran.stderr);
    let of = |kind: &str| record[kind].as_array().expect(kind).clone();
    let (simulated, real) = (of("simulated"), of("real"));
    let names = |policies: &[Value]| -> Vec<String> {
        policies.iter().map(|policy| policy["policy"].as_str().expect("a name").to_owned()).collect()
    };
    assert_eq!(names(&simulated), names(&real));
    for word in ["fixed, planned", "fixed speed", "work", "KEDA", "ours"] {
        assert!(names(&simulated).iter().any(|name| name.contains(word)), "{word}");
    }
    for policy in &real {
        // No proof was cut off by scaling in, and no batch was lost.
        assert_eq!(policy["begun_again"], 0, "{policy}");
        assert_eq!(policy["batches"], real[0]["batches"], "{policy}");
    }
    let overhead_s = record["real_overhead_s"].as_f64().expect("a time");
    assert!(overhead_s > 0.0 && overhead_s < 1.0, "{overhead_s}");
    // Ours keeps the wait, in the simulation, for less than the fixed fleet that keeps it.
    let (fixed, ours) = (&simulated[0], simulated.last().expect("ours"));
    assert!(ours["wait_p99_s"].as_f64() <= Some(600.0), "{ours}");
    assert!(ours["prover_hours"].as_f64() < fixed["prover_hours"].as_f64(), "{ours} {fixed}");
    let table = bench.run(&format!("fleet autoscale {flags}")).ok().stdout;
    assert!(table.contains("prover-hours a day") && table.contains("wait, p99"), "{table}");
}
