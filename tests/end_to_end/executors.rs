//! `execute`: every executor on every number of threads in every cell, and what is refused.

use crate::support::Bench;
use serde_json::Value;

const SMALL: &str = "execute --transactions 60 --accounts 300 --pools 5 --depth 12 --repeats 2 --seed 3";

fn json(arguments: &str) -> Value {
    let ran = Bench::new().run(&format!("{SMALL} {arguments} --json")).ok();
    serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {ran:#?}"))
}

#[test]
fn every_executor_stands_at_every_number_of_threads_in_every_cell() {
    let record = json("--hot-pool 0,1 --work-us 0,5 --threads 2,3");
    let points = record["points"].as_array().expect("points");
    // Sequential on one thread; three executors on one, two and three; two contentions and two works.
    assert_eq!(points.len(), 4 * (1 + 3 * 3));
    for point in points {
        let of = |path: &str| {
            point.pointer(path).and_then(Value::as_f64).unwrap_or_else(|| panic!("{path}: {point}"))
        };
        // Counted once each, and again for each abort.
        assert_eq!(of("/counts/executions"), 60.0 + of("/counts/re_executions"), "{point}");
        assert_eq!(of("/counts/re_executions"), of("/counts/aborts"), "{point}");
        assert_eq!(of("/refused"), 0.0);
        for speed in ["execution", "with_root"] {
            let wall_s = of(&format!("/{speed}/wall_s/median"));
            let rate = of(&format!("/{speed}/tx_per_s"));
            assert!((rate * wall_s / 60.0 - 1.0).abs() < 1e-9, "{point}");
            assert!(
                of(&format!("/{speed}/wall_s/min")) <= wall_s
                    && wall_s <= of(&format!("/{speed}/wall_s/max"))
            );
            assert!(of(&format!("/{speed}/speedup/median")) > 0.0);
        }
        assert!(of("/with_root/wall_s/median") > of("/execution/wall_s/median"), "{point}");
        let waited_s = of("/work_us") * 1e-6 * 60.0 / of("/threads");
        // Without it the block takes a few microseconds; a core that was shared while the work was calibrated is several
        // times faster now.
        assert!(of("/execution/wall_s/median") > 0.1 * waited_s, "the work was not done: {point}");
        let validations = of("/counts/validations");
        match point["executor"].as_str().expect("a name") {
            "known_values" => assert_eq!(validations, 60.0, "{point}"),
            "block_stm" => assert!(validations >= 60.0, "{point}"),
            _ => assert_eq!((validations, of("/counts/aborts")), (0.0, 0.0), "{point}"),
        }
    }
    // One row for each contention, executor and number of threads above one.
    assert_eq!(record["break_even"].as_array().expect("rows").len(), 2 * 3 * 2);
}

/// The same seed is the same block, whatever is measured of it: refusals and counts of `sequential` say so, and traffic
/// reaches the generator.
#[test]
fn what_is_asked_for_is_what_is_executed() {
    let record =
        json("--hot-pool 0.25 --work-us 0 --threads 1 --executors locks --swap-ratio 0.5 --zipf 1 --chain 4");
    let workload = &record["workload"];
    for (name, value) in [
        ("transactions", 60.0),
        ("pools", 5.0),
        ("depth", 12.0),
        ("swap_ratio", 0.5),
        ("zipf", 1.0),
        ("chain", 4.0),
        ("seed", 3.0),
    ] {
        assert_eq!(workload[name].as_f64(), Some(value), "{name}: {workload}");
    }
    let executors: Vec<_> =
        record["points"].as_array().expect("points").iter().map(|point| point["executor"].as_str()).collect();
    assert_eq!(executors, [Some("sequential"), Some("locks")]);
    assert_eq!(record["break_even"], Value::Array(vec![]));
}

#[test]
fn the_tables_name_what_was_measured() {
    let page = Bench::new()
        .run(&format!("{SMALL} --accounts 300,900 --hot-pool 1 --work-us 0,5 --threads 2"))
        .ok()
        .stdout;
    for words in [
        "Block-STM",
        "declared locks",
        "known values",
        "900, 100 %",
        "Break-even",
        "2 repeats",
        "state tree of depth 12",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
}

#[test]
fn what_cannot_be_is_refused_before_anything_is_measured() {
    for (arguments, words) in [
        ("--pools 0", "no pool to swap against"),
        ("--accounts 5000", "take depth 14 or more"),
        ("--hot-pool 1.5", "expected a fraction from 0 to 1"),
        ("--chain 0", "expected a whole number from 1"),
        ("--threads 0", "expected a whole number from 1"),
        ("--work-us -1", "expected `evm` or a number from 0"),
        ("--transactions 0", "expected a whole number from 1"),
        ("--executors optimist", "possible values: sequential, block-stm, locks, known-values"),
        ("--depth 40", "expected 2 to 31"),
    ] {
        let flag = arguments.split(' ').next().expect("a flag");
        // The flag of the small block, if it has this one, gives way.
        let words_of: Vec<_> = SMALL.split(' ').collect();
        let mut line = String::new();
        let mut at = 0;
        while at < words_of.len() {
            if words_of[at] == flag {
                at += 2;
                continue;
            }
            line += words_of[at];
            line.push(' ');
            at += 1;
        }
        Bench::new().run(&(line + arguments)).fails(2, &[words]);
    }
}

/// The cost in a virtual machine is measured, with its outcomes those of native execution, and is one of the works.
#[test]
fn the_work_of_a_virtual_machine_is_measured() {
    let record = json("--hot-pool 0.5 --work-us 0,evm --threads 2 --swap-ratio 0.7");
    let evm = &record["evm"];
    let us = evm["us_per_tx"]["median"].as_f64().expect("a time");
    assert!(us > 0.0 && evm["transactions"] == 60 && evm["engine"] == "revm", "{evm}");
    // More than a bare transaction, and less than two dozen writes to fresh storage.
    let gas = evm["gas_per_tx"].as_f64().expect("gas");
    assert!((22_000.0..500_000.0).contains(&gas), "{evm}");
    let works: std::collections::BTreeSet<_> = record["points"]
        .as_array()
        .expect("points")
        .iter()
        .map(|point| point["work_us"].to_string())
        .collect();
    assert_eq!(works.len(), 2);
    assert!(works.contains(&evm["us_per_tx"]["median"].to_string()), "{works:?}");
    assert_eq!(json("--hot-pool 0 --work-us 0 --threads 2")["evm"], Value::Null);
    let refused = Bench::new().run(&format!("{SMALL} --work-us solana"));
    refused.fails(2, &["--work-us", "expected `evm` or a number from 0"]);
}
