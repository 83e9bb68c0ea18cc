//! `history`: lines that are added, drift that is warned of, machines that are never mixed.

use crate::support::{Bench, Ran, SCRIPT};
use serde_json::Value;

/// A folder with the profile of a scripted run.
fn measured() -> Bench {
    let bench = Bench::scripted(SCRIPT, "");
    bench.run("measure --spec spec.toml --output out").ok();
    bench
}

fn add(bench: &Bench, commit: &str) -> Ran {
    bench.run(&format!("history add --profile out/profile.json --file history.jsonl --commit {commit}"))
}

/// Copies the one line that is there, `count` times, with times multiplied.
fn grow(bench: &Bench, count: usize, factor: impl Fn(usize) -> f64) {
    let first: Value =
        serde_json::from_str(bench.read("history.jsonl").lines().next().expect("a line")).expect("JSON");
    let lines = (0..count).map(|at| {
        let mut record = first.clone();
        record["commit"] = format!("c{at}").into();
        for point in record["points"].as_array_mut().expect("points") {
            // A saw of half a per cent in place of noise.
            let saw = 1.0 + 0.001 * ((at * 7) % 5) as f64;
            let value = point["value_s"].as_f64().expect("a time") * factor(at) * saw;
            point["value_s"] = value.into();
        }
        format!("{record}\n")
    });
    bench.write("history.jsonl", &lines.collect::<String>());
}

#[test]
fn results_are_added_once_a_commit_and_machine() {
    let bench = measured();
    let ran = add(&bench, "aaaa").ok();
    assert!(ran.stdout.starts_with("Added ") && ran.stdout.contains("1 of machine "), "{ran:#?}");
    let before = bench.read("history.jsonl");
    let ran = add(&bench, "aaaa").ok();
    assert!(ran.stdout.contains("holds commit aaaa on this machine already"), "{ran:#?}");
    assert_eq!(bench.read("history.jsonl"), before);
    let ran = add(&bench, "bbbb").ok();
    assert!(ran.stdout.contains("2 of machine "), "{ran:#?}");
    // It only grows.
    assert!(bench.read("history.jsonl").starts_with(&before));
    add(&bench, "bbbb --again").ok();
    assert_eq!(bench.read("history.jsonl").lines().count(), 3);
    let record: Value =
        serde_json::from_str(bench.read("history.jsonl").lines().next().expect("a line")).expect("JSON");
    let points = record["points"].as_array().expect("points");
    let prove = points.iter().find(|point| point["quantity"] == "prove_batch").expect("prove_batch");
    let profile: Value = serde_json::from_str(&bench.read("out/profile.json")).expect("JSON");
    let quantities = profile["cells"][0]["quantities"].as_array().expect("quantities");
    let measured =
        quantities.iter().find(|quantity| quantity["quantity"] == "prove_batch").expect("prove_batch");
    assert_eq!(prove["value_s"], measured["median_s"]);
}

#[test]
fn the_commit_comes_from_ci_where_it_is_not_given() {
    let bench = measured();
    let arguments = "history add --profile out/profile.json";
    bench.run(arguments).fails(2, &["--commit", "GITHUB_SHA"]);
    bench.run(&format!("{arguments} --commit=")).fails(2, &["expected one word"]);
    assert!(!bench.path("history.jsonl").exists());
    let mut command = bench.command(arguments);
    command.env("CI_COMMIT_SHA", "feed");
    let ran = Ran::to_end(&mut command, arguments).ok();
    assert!(ran.stdout.contains("commit feed"), "{ran:#?}");
}

#[test]
fn drift_is_warned_of_and_never_blocks() {
    let bench = measured();
    add(&bench, "aaaa").ok();
    grow(&bench, 40, |at| if at < 25 { 1.0 } else { 1.06 });
    let ran =
        bench.run("history check --svg history.svg --export-markdown drift.md --export-json drift.json").ok();
    assert!(ran.stdout.starts_with("history: SLOWER, "), "{ran:#?}");
    assert!(
        ran.stderr.contains("warning: prove_batch of mix-0.5/4of4/x2/scripted/1c/as_is has drifted: +6."),
        "{ran:#?}"
    );
    assert!(ran.stderr.contains("since c25"), "{ran:#?}");
    let svg = bench.read("history.svg");
    assert!(svg.starts_with("<?xml ") && svg.contains("prove_batch") && svg.contains("c25"), "{svg}");
    assert!(bench.read("drift.md").starts_with("### history: SLOWER, "));
    let record: Value = serde_json::from_str(&bench.read("drift.json")).expect("JSON");
    let series = record["machines"][0]["series"].as_array().expect("series");
    assert!(
        series.iter().all(|one| one["drift"] == "slower" && one["changes"][0]["commit"] == "c25"),
        "{record}"
    );
    // A dot for each of the 40 results of each series, whatever else is drawn.
    assert_eq!(svg.matches("<circle class=\"dot ").count(), 40 * series.len(), "{svg}");
    // The same on another day.
    let again = bench.run("history check").ok();
    assert_eq!((again.stdout, again.stderr), (ran.stdout, ran.stderr));
    let mut command = bench.command("history check --github always");
    command.env("GITHUB_STEP_SUMMARY", bench.path("summary.md"));
    let told = Ran::to_end(&mut command, "github").ok();
    assert!(told.stdout.contains("\n::warning title=drift::prove_batch of "), "{told:#?}");
    assert!(bench.read("summary.md").starts_with("### history: SLOWER"));
    // What is old is shown, and no longer warned of.
    let old = bench.run("history check --recent 10").ok();
    assert_eq!(old.stderr, "");
    assert!(old.stdout.contains("SLOWER +6."), "{old:#?}");
    let small = bench.run("history check --min-shift 8").ok();
    assert_eq!(small.stderr, "");
}

#[test]
fn a_steady_history_is_quiet() {
    let bench = measured();
    add(&bench, "aaaa").ok();
    grow(&bench, 40, |_| 1.0);
    let ran = bench.run("history check").ok();
    assert!(ran.stdout.starts_with("history: no drift in ") && ran.stderr.is_empty(), "{ran:#?}");
    let shown = bench.run("history show --quantities all").ok();
    assert!(shown.stdout.contains("steady") && shown.stdout.contains("verify"), "{shown:#?}");
}

#[test]
fn two_machines_are_two_series() {
    let bench = measured();
    add(&bench, "aaaa").ok();
    grow(&bench, 20, |_| 1.0);
    let other = bench.read("history.jsonl").replace("\"fingerprint\":\"", "\"fingerprint\":\"f");
    let mut records: Vec<Value> =
        other.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    for record in &mut records {
        record["machine"]["words"] = "another machine".into();
        for point in record["points"].as_array_mut().expect("points") {
            point["value_s"] = (point["value_s"].as_f64().expect("a time") * 2.0).into();
        }
    }
    let other: String = records.iter().map(|record| format!("{record}\n")).collect();
    bench.write("history.jsonl", &format!("{}{other}", bench.read("history.jsonl")));
    let ran = bench.run("history check").ok();
    assert!(
        ran.stdout.contains("another machine") && ran.stdout.matches("\nmachine ").count() == 2,
        "{ran:#?}"
    );
    assert!(ran.stdout.starts_with("history: no drift") && ran.stderr.is_empty(), "{ran:#?}");
    // Whoever adds on a machine that is not there yet is told.
    bench.write("history.jsonl", &other);
    let ran = add(&bench, "bbbb").ok();
    assert!(ran.stderr.contains("begins series of its own"), "{ran:#?}");
}

#[test]
fn a_history_that_cannot_be_read() {
    let bench = measured();
    bench.run("history check --file none.jsonl").fails(2, &["none.jsonl: No such file"]);
    bench.run("history add --profile none.json --commit a").fails(2, &["none.json: No such file"]);
    add(&bench, "aaaa").ok();
    let whole = bench.read("history.jsonl");
    bench.write("history.jsonl", &format!("{whole}{{\"schema_version\": 7}}\n"));
    let wanted = ["history.jsonl, line 2, field schema_version: expected 1, got 7"];
    bench.run("history check").fails(2, &wanted);
    add(&bench, "bbbb").fails(2, &wanted);
    bench.run("history check --level 2").fails(2, &["line 2"]);
    // A writer that was killed in the middle of a line.
    bench.write("history.jsonl", &format!("{whole}{}", &whole[..100]));
    bench.run("history show").fails(2, &["line 2", "cut off after 100 bytes"]);
    let ran = add(&bench, "bbbb").ok();
    assert!(ran.stderr.contains("the last line was cut off after 100 bytes and is discarded"), "{ran:#?}");
    assert_eq!(bench.read("history.jsonl").lines().count(), 2);
    bench.run("history show").ok();
    bench.run("history check --level 2").fails(2, &["level: expected more than 0 and less than 1, got 2"]);
    bench.run("history check --last 3").fails(2, &["last results: expected at least 6, got 3"]);
    bench
        .run("history add --profile out/profile.json --file none/h.jsonl --commit a")
        .fails(2, &["none/h.jsonl"]);
}
