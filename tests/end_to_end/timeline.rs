//! Timelines in the Chrome trace event format: of a plan, and of a run.

use crate::support::{Bench, SCRIPT};
use serde_json::Value;
use std::collections::BTreeMap;

/// The spans of a trace by the name of their lane, each with start and end in µs; the rules of the format are checked.
fn lanes(text: &str) -> BTreeMap<String, Vec<(f64, f64)>> {
    let trace: Value = serde_json::from_str(text).expect("JSON");
    let events = trace["traceEvents"].as_array().expect("events");
    let mut names = BTreeMap::new();
    let mut lanes: BTreeMap<String, Vec<(f64, f64)>> = BTreeMap::new();
    for event in events {
        let place = (event["pid"].as_u64().expect("pid"), event["tid"].as_u64().expect("tid"));
        match event["ph"].as_str().expect("ph") {
            "M" if event["name"] == "thread_name" => {
                names.insert(place, event["args"]["name"].as_str().expect("a name").to_owned());
            }
            "M" => assert!(event["args"].is_object(), "{event}"),
            "X" => {
                let (start, length) =
                    (event["ts"].as_f64().expect("ts"), event["dur"].as_f64().expect("dur"));
                assert!(start >= 0.0 && length >= 0.0 && event["name"].is_string(), "{event}");
                lanes.entry(names[&place].clone()).or_default().push((start, start + length));
            }
            other => panic!("{other}: {event}"),
        }
    }
    for (name, spans) in &lanes {
        for two in spans.windows(2) {
            assert!(two[1].0 >= two[0].1 - 1e-3, "{name}: {two:?} overlap");
        }
    }
    lanes
}

#[test]
fn a_plan_as_a_timeline_shows_the_seeds_267_seconds() {
    let bench = Bench::new();
    let numbers =
        "--close 10s --prove 120s --block 15s --aggregate 12s --target-batches-per-s 0.1 --fix-n 12";
    bench.run(&format!("plan {numbers} --timeline trace.json")).ok();
    let first = bench.read("trace.json");
    let lanes = lanes(&first);
    let provers: Vec<_> = lanes.keys().filter(|name| name.starts_with("prover ")).collect();
    assert_eq!(provers.len(), 12);
    assert_eq!(lanes["prover 0"][0], (10e6, 130e6));
    assert_eq!(lanes["aggregator 0"][0], (240e6, 252e6));
    assert_eq!(lanes["to consolidated"][0], (252e6, 267e6));
    bench.run(&format!("plan {numbers} --timeline again.json")).ok();
    assert_eq!(bench.read("again.json"), first);
}

#[test]
fn a_run_as_a_timeline_has_every_sample_once() {
    let bench = Bench::scripted(SCRIPT, "");
    bench.run("measure --spec spec.toml --output out").ok();
    bench.run("report out --timeline trace.json").ok();
    let lanes = lanes(&bench.read("trace.json"));
    assert_eq!(lanes.keys().collect::<Vec<_>>(), ["mix of 4, scripted, 1 core"]);
    let samples = crate::log::Log::of(&bench.path("out"));
    let outside: usize =
        ["prove_call", "aggregate_call", "grind"].map(|stage| samples.of_stage(stage).len()).iter().sum();
    assert_eq!(lanes["mix of 4, scripted, 1 core"].len(), samples.of_kind("sample").len() - outside);
}
