//! Several runs side by side: what stands against what, what is refused, and that the forms agree.

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
    let report = |more: &str| bench.run(&format!("report slow fast/profile.json {more}")).ok().stdout;
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
        "--json --target-tx-per-s 500 --headroom 0 --spares 0 --prover-usd-per-hour 1 --other-usd-per-hour 3",
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
fn several_runs_are_one_page() {
    let bench = measured();
    let asked = "report slow fast slow/profile.json --target-tx-per-s 500 --headroom 0 --spares 0 --prover-usd-per-hour 1";
    let flags = "--other-usd-per-hour 3,2 --html page.html --tables tables --pictures pictures";
    let ran = bench.run(&format!("{asked} {flags}")).ok();
    assert!(ran.stdout.contains("The report is in page.html"), "{ran:#?}");
    let page = bench.read("page.html");
    assert!(page.contains("<title>From 2 provers (fast) to 3 provers (slow)</title>"), "{page}");
    let plans = bench.read("tables/runs-plans.csv");
    let of = |name: &str| {
        let (header, rows) = plans.split_once('\n').expect("a header");
        // Words before the numbers have commas of their own: counted from the end.
        let at = header.rsplit(',').position(|key| key == name).expect("a column");
        let number = |row: &str| row.rsplit(',').nth(at).expect("a value").parse::<f64>().expect("a number");
        rows.lines().map(number).collect::<Vec<_>>()
    };
    let (provers, machines) =
        (of("provers"), of("aggregators").into_iter().zip(of("provers")).map(|(a, p)| a + p));
    assert_eq!(provers, [3.0, 2.0, 3.0]);
    let usd: Vec<_> = machines.zip([1.0, 3.0, 2.0]).map(|(count, usd)| count * usd).collect();
    assert_eq!(of("usd_per_hour"), usd, "each at its own price: {plans}");
    let times = bench.read("tables/runs-prove-1.csv");
    assert!(times.contains("prove batch,slow,") && times.contains("prove batch,fast,"), "{times}");
    assert!(bench.path("pictures/runs-prove-1.svg").exists());
    // In a terminal each stands against the first.
    let text = bench.run(asked).ok().stdout;
    assert!(
        text.contains("A: slow\nB: fast\n") && text.contains("A: slow\nB: slow/profile.json\n"),
        "{text}"
    );
    bench.run(&format!("{asked} --other-usd-per-hour 3")).fails(2, &["expected 2", "got 1"]);
}

#[test]
fn profiles_with_several_provers_at_once_are_compared_as_they_are() {
    let bench = measured();
    if std::thread::available_parallelism().map_or(1, usize::from) < 2 {
        crate::skip::skip!("two-cpus", "one CPU holds one prover");
    }
    bench.run("measure --spec spec.toml --batch-size 400 --cores 1,2 --provers 1,fill --output both").ok();
    let ran = bench.run("report both@1 both@2 --json").ok();
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
    bench.run("report slow other").fails(5, &["no cell of slow", "mix of 400", "mix of 200"]);
    bench.run("report slow world").fails(5, &["accounts is 20 in the one and 40"]);
    bench.run("report slow@2 fast").fails(5, &["with 2 cores", "1 core"]);
    bench.run("report slow nowhere").fails(2, &["nowhere"]);
}
