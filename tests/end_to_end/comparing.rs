//! Two runs side by side: what stands against what, what is refused, and that the forms agree.

use crate::support::Bench;
use serde_json::Value;

/// One run with one core and, in another folder, one twice as fast.
fn measured() -> Bench {
    let script =
        |prove_s: f64| format!("prove = {{ fixed_s = {prove_s} }}\nharness = {{ fixed_s = 0.25 }}\n");
    let bench = Bench::scripted(&script(2.0), "");
    bench.run("measure --spec spec.toml --batch-size 400 --output slow").ok();
    bench.write("script.toml", &script(1.0));
    bench.run("measure --spec spec.toml --batch-size 400 --output fast").ok();
    bench
}

#[test]
fn stage_by_stage_in_every_form_with_the_fleets_of_a_target() {
    let bench = measured();
    let report =
        |more: &str| bench.run(&format!("report --compare slow fast/profile.json {more}")).ok().stdout;
    let record: Value = serde_json::from_str(&report("--json")).expect("JSON");
    assert_eq!(record["schema_version"], 1);
    let stages = record["pairs"][0]["stages"].as_array().expect("stages");
    let stage = |name: &str| stages.iter().find(|stage| stage["quantity"] == name).expect(name);
    assert_eq!(stage("prove")["seconds_ratio"]["value"], 0.5);
    // Record 0.25 s, witness 0.1 s, proof 2 s and 1 s.
    assert_eq!(
        (&stage("prove_batch")["first"]["median_s"], &stage("prove_batch")["second"]["median_s"]),
        (&Value::from(2.35), &Value::from(1.35))
    );
    assert!(record["pairs"][0]["first_fleet"].is_null());
    let planned: Value = serde_json::from_str(&report(
        "--json --target-tx-per-s 500 --headroom 0 --spares 0 --prover-usd-per-hour 1 --second-usd-per-hour 3",
    ))
    .expect("JSON");
    let fleet = |side: &str| planned["pairs"][0][side].clone();
    // 1.25 batches/s of 2.35 s and of 1.35 s.
    assert_eq!(
        (fleet("first_fleet")["provers"].clone(), fleet("second_fleet")["provers"].clone()),
        (3.into(), 2.into())
    );
    let hour = |side: &str| {
        let fleet = fleet(side);
        (fleet["usd_per_hour"].as_f64(), fleet["provers"].as_f64(), fleet["aggregators"].as_f64())
    };
    let (Some(first), Some(provers), Some(aggregators)) = hour("first_fleet") else { panic!("{planned}") };
    assert_eq!(first, provers + aggregators);
    let (Some(second), Some(provers), Some(aggregators)) = hour("second_fleet") else { panic!("{planned}") };
    assert_eq!(second, 3.0 * (provers + aggregators));
    let csv = report("--format csv");
    assert_eq!(csv.lines().count(), 1 + stages.len());
    assert!(csv.lines().next().is_some_and(|header| header.contains("first_median_s")), "{csv}");
    for form in ["terminal", "markdown"] {
        let text = report(&format!("--format {form}"));
        assert!(text.contains("prove batch") && text.contains("1.35 s"), "{form}: {text}");
    }
}

#[test]
fn profiles_with_several_provers_at_once_are_compared_as_they_are() {
    let bench = measured();
    if std::thread::available_parallelism().map_or(1, usize::from) < 2 {
        crate::skip::skip!("two-cpus", "one CPU holds one prover");
    }
    bench.run("measure --spec spec.toml --batch-size 400 --cores 1,2 --provers 1,fill --output both").ok();
    let ran = bench.run("report --compare both@1 both@2 --json").ok();
    let record: Value = serde_json::from_str(&ran.stdout).expect("JSON");
    let pair = &record["pairs"][0];
    assert_eq!((&pair["first"]["cores"], &pair["second"]["cores"]), (&1.into(), &2.into()));
    assert_eq!(pair["first"].get("provers"), pair["second"].get("provers"));
}

#[test]
fn what_cannot_be_compared_is_refused_with_5() {
    let bench = measured();
    bench.run("measure --spec spec.toml --batch-size 200 --output other").ok();
    bench.run("measure --spec spec.toml --batch-size 400 --accounts 40 --output world").ok();
    bench.run("report --compare slow other").fails(5, &["no cell of slow", "mix of 400", "mix of 200"]);
    bench.run("report --compare slow world").fails(5, &["accounts is 20 in the one and 40"]);
    bench.run("report --compare slow@2 fast").fails(5, &["with 2 cores", "1 core"]);
    bench.run("report --compare slow nowhere").fails(2, &["nowhere"]);
}
