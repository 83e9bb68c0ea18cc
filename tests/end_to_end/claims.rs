//! `claims`: what is answered with which records, and what is refused.

use crate::support::{Bench, root};
use serde_json::Value;

fn json(bench: &Bench, arguments: &str) -> Value {
    let ran = bench.run(&format!("claims {arguments} --json")).ok();
    serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {ran:#?}"))
}

fn verdict<'a>(record: &'a Value, id: &str) -> &'a str {
    let claims = record["claims"].as_array().expect("claims");
    let claim = claims.iter().find(|claim| claim["id"] == id).unwrap_or_else(|| panic!("{id}: {record}"));
    claim["verdict"].as_str().expect("a verdict")
}

#[test]
fn without_records_the_toy_factory_alone_is_answered() {
    let record = json(&Bench::new(), "");
    assert_eq!(verdict(&record, "factory-more"), "holds");
    assert_eq!(verdict(&record, "factory-faster"), "holds");
    assert_eq!(verdict(&record, "parallel-gains"), "not_measured");
    assert_eq!(verdict(&record, "balance-12"), "not_measured");
    assert_eq!(verdict(&record, "layer-3s"), "not_measured");
    assert_eq!(verdict(&record, "validium"), "untestable");
}

#[test]
fn each_record_answers_its_claims() {
    let bench = Bench::new();
    let profile = root().join("bench-harness/measure/examples/two-cores/profile.json");
    let executed = bench.run(
        "execute --transactions 60 --accounts 300 --pools 5 --depth 12 --work-us 50 --hot-pool 0,1 --threads 2 \
         --repeats 3 --json",
    );
    bench.write("execution.json", &executed.ok().stdout);
    let record = json(&bench, &format!("--profile {} --execution execution.json", profile.display()));
    let inputs: Vec<_> =
        record["inputs"].as_array().expect("inputs").iter().map(|input| &input["what"]).collect();
    assert_eq!(inputs, ["profile", "execution"]);
    // What they say is this machine's, which may be busy; that there are figures is ours.
    for id in [
        "parallel-gains",
        "one-core",
        "optimistic",
        "few-hundred",
        "few-fast-cores",
        "balance-12",
        "naive-cost",
    ] {
        let claims = record["claims"].as_array().expect("claims");
        let claim = claims.iter().find(|claim| claim["id"] == id).expect(id);
        assert!(!claim["figures"].as_array().expect("figures").is_empty(), "{claim}");
    }
    assert_eq!(verdict(&record, "uplift"), "untestable", "two threads say nothing of 16 cores");
    assert_eq!(verdict(&record, "virtual-delay"), "not_measured");

    bench.write("claims.json", &record.to_string());
    std::fs::create_dir(bench.path("bench-out")).expect("a folder");
    std::fs::copy(&profile, bench.path("bench-out/profile.json")).expect("copied");
    bench.run("report bench-out --html page.html --claims claims.json").ok();
    assert!(bench.read("page.html").contains("id=\"claims\""));
    bench.run("report bench-out --claims claims.json").fails(2, &["--claims: has an effect on a page only"]);
}

#[test]
fn every_form_has_every_claim() {
    let bench = Bench::new();
    let count = json(&bench, "")["claims"].as_array().expect("claims").len();
    let terminal = bench.run("claims").ok().stdout;
    let markdown = bench.run("claims --format markdown").ok().stdout;
    assert_eq!(terminal.matches("\n  “").count(), count);
    assert_eq!(markdown.matches("\n> ").count(), count);
    assert!(terminal.contains("quoted 195 TPS: AMM swaps of BNB Chain"), "{terminal}");
}

#[test]
fn a_record_of_another_kind_is_refused_by_name() {
    let bench = Bench::new();
    bench.write("other.json", "{\"schema_version\": 1, \"else\": 2}");
    bench.run("claims --execution other.json").fails(2, &["other.json", "unknown field"]);
    bench.run("claims --profile other.json").fails(2, &["other.json", "schema_version: expected 2, got 1"]);
    bench.run("claims --pipeline missing.json").fails(2, &["missing.json"]);
}

#[test]
fn a_tree_of_rollups_answers_what_is_said_of_layers_on_layers() {
    let bench = Bench::new();
    let tree = records::file::to_json(&fixtures::fractal::fractal()).expect("JSON");
    bench.write("fractal.json", &tree);
    let record = json(&bench, "--fractal fractal.json");
    assert_eq!(record["inputs"][0]["what"], "fractal");
    for (id, wanted) in [
        ("app-circuits", "inconclusive"),
        ("layer-3s", "holds"),
        ("composition", "holds"),
        ("servers", "holds"),
        ("asic", "untestable"),
    ] {
        assert_eq!(verdict(&record, id), wanted, "{id}");
    }
}
