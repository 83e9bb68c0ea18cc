//! `state-growth`: every place at every size, stores that are kept and used again, and what is refused.

use crate::processes::{Running, kill_9};
use crate::support::{Bench, root};
use serde_json::Value;
use std::fs;
use std::time::{Duration, Instant};

const SMALL: &str =
    "state-growth --transactions 40 --pools 4 --depth 14 --repeats 2 --seed 5 --swap-ratio 0.5";

fn json(bench: &Bench, arguments: &str) -> Value {
    let ran = bench.run(&format!("{SMALL} {arguments} --json")).ok();
    serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {ran:#?}"))
}

#[test]
fn every_place_stands_at_every_size_with_its_stages() {
    let record = json(&Bench::new(), "--accounts 64,4096 --threads 2");
    let points = record["points"].as_array().expect("points");
    let seen: Vec<_> = points
        .iter()
        .map(|point| {
            (point["accounts"].as_u64().expect("accounts"), point["place"].as_str().expect("a place"))
        })
        .collect();
    let places = ["memory", "disk_warm", "disk_cold"];
    let expected: Vec<_> =
        [64, 4096].into_iter().flat_map(|accounts| places.map(|place| (accounts, place))).collect();
    assert_eq!(seen, expected);
    for point in points {
        let of = |path: &str| {
            point.pointer(path).and_then(Value::as_f64).unwrap_or_else(|| panic!("{path}: {point}"))
        };
        let rate = of("/tx_per_s") * of("/wall_s/median");
        assert!((rate / 40.0 - 1.0).abs() < 1e-9, "{point}");
        assert!(of("/wall_s/min") <= of("/wall_s/median") && of("/wall_s/median") <= of("/wall_s/max"));
        let is_in_memory = point["place"] == "memory";
        for stage in ["read_s", "commit_s"] {
            assert_eq!(of(&format!("/{stage}/median")) == 0.0, is_in_memory, "{stage}: {point}");
        }
        // Half of 40 are transfers of two accounts, half swaps of an account and a pool: at least a path, at most all.
        assert!((13.0..80.0 * 13.0).contains(&of("/changed_nodes")), "{point}");
    }
    let nodes = |at: usize| points[at]["changed_nodes"].as_f64().expect("a count");
    assert!(nodes(3) > nodes(0), "more accounts spread the same transactions over more nodes");
}

#[test]
fn a_store_that_was_kept_goes_on_from_its_last_block() {
    let bench = Bench::new();
    json(&bench, "--accounts 64 --folder stores");
    let file = bench.path("stores/state-64.redb");
    assert!(file.exists());
    // Each study executes three rounds of two blocks on it, and the next begins after them: both are of one traffic.
    json(&bench, "--accounts 64 --folder stores");
    json(&bench, "--accounts 64,128 --folder stores");
    let names: Vec<_> = fs::read_dir(bench.path("stores"))
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("a name"))
        .collect();
    assert_eq!(names.len(), 2, "{names:?}");
    // Without a folder nothing stays.
    let before = bench.everything();
    json(&bench, "--accounts 64");
    assert_eq!(bench.everything(), before);
}

#[test]
fn what_is_no_store_of_this_study_is_refused_in_words_and_left_as_it_is() {
    let bench = Bench::new();
    json(&bench, "--accounts 64 --folder stores");
    let file = bench.path("stores/state-64.redb");
    let kept = fs::read(&file).expect("a store");
    let run = |arguments: &str| bench.run(&format!("{SMALL} --accounts 64 --folder stores {arguments}"));
    run("--fee-bps 5").fails(2, &["state-64.redb: holds another state: fee_bps is 30, expected 5"]);
    run("--zipf 1").fails(2, &["state-64.redb: holds a state that 6 blocks of this traffic do not lead to"]);
    fs::write(&file, &kept[..kept.len() / 2]).expect("cut off");
    run("").fails(2, &["state-64.redb: not a whole store: ", "delete it, and it is filled anew"]);
    assert_eq!(fs::read(&file).expect("there").len(), kept.len() / 2);
    fs::remove_file(&file).expect("deleted");
    run("").ok();
    bench.write("file", "");
    bench.run(&format!("{SMALL} --accounts 64 --folder file/stores")).fails(2, &["file/stores: "]);
    bench
        .run("state-growth --accounts 64,1024 --depth 8")
        .fails(2, &["a tree of depth 8 holds 128 accounts"]);
    bench
        .run("state-growth --accounts 64 --pools 0")
        .fails(2, &["there are swaps in the traffic but no pool"]);
    bench.run("state-growth --accounts 16777217").fails(2, &["--accounts"]);
}

#[test]
fn its_record_answers_a_claim_and_adds_a_section() {
    let bench = Bench::new();
    let growth = json(&bench, "--accounts 32,4096");
    bench.write("growth.json", &growth.to_string());
    let claims = bench.run("claims --state-growth growth.json --json").ok();
    let claims: Value = serde_json::from_str(&claims.stdout).expect("JSON");
    assert_eq!(claims["inputs"][0]["what"], "state growth");
    let claim = &claims["claims"][0];
    assert_eq!((&claim["id"], claim["figures"].as_array().map(Vec::len)), (&"state-growth".into(), Some(3)));
    // What it says is this machine's; that it says something is ours.
    assert_ne!(claim["verdict"], "not_measured");

    let profile = root().join("bench-harness/measure/examples/two-cores/profile.json");
    fs::create_dir(bench.path("bench-out")).expect("a folder");
    fs::copy(&profile, bench.path("bench-out/profile.json")).expect("copied");
    let closing = bench.run("close --accounts 50 --batch-size 4 --batches 8 --json").ok().stdout;
    bench.write("close.json", &closing);
    let execution =
        "execute --transactions 60 --accounts 300 --pools 5 --depth 12 --work-us 5 --repeats 2 --threads 2";
    bench.write("execution.json", &bench.run(&format!("{execution} --json")).ok().stdout);
    let report = "report bench-out --html page.html --state-growth growth.json --closed-batches close.json \
                  --execution execution.json";
    bench.run(report).ok();
    let page = bench.read("page.html");
    for id in [
        "state-growth",
        "state-growth-block",
        "close-times",
        "close-times-distribution",
        "break-even-surface",
    ] {
        assert!(page.contains(&format!("id=\"{id}\"")), "{id}");
    }
    assert!(page.contains("published: pevm, 32 threads"));
    bench
        .run("report bench-out --closed-batches close.json")
        .fails(2, &["--closed-batches: has an effect on a page only"]);
    bench
        .run("report bench-out --html --closed-batches growth.json")
        .fails(2, &["growth.json", "unknown field"]);
}

#[test]
fn a_study_that_is_killed_leaves_a_store_that_the_next_goes_on_with() {
    let bench = Bench::new();
    let study = format!("{SMALL} --accounts 512 --folder stores");
    let file = bench.path("stores/state-512.redb");
    for round in 1..=3 {
        let mut running = Running::start(&mut bench.command(&study.replace("--repeats 2", "--repeats 1000")));
        let begun = Instant::now();
        running.until("blocks", || file.exists() && begun.elapsed() > Duration::from_millis(150 * round));
        kill_9(running.pid());
        assert_eq!(running.end().code, None);
    }
    // Its roots are compared with those in memory, from the first block on.
    bench.run(&study).ok();
}
