//! `close`: batches closed under a load, and everything that is refused.

use crate::support::Bench;
use serde_json::Value;

const WORLD: &str = "--accounts 300 --pools 5 --depth 12";
const TRACE_HEADER: &str = "time_s,kind,sender,target,token_in,amount_in,min_out";

fn record(bench: &Bench, arguments: &str) -> Value {
    let ran = bench.run(&format!("close {WORLD} {arguments} --json")).ok();
    serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {ran:#?}"))
}

fn number(record: &Value, path: &str) -> f64 {
    record.pointer(path).and_then(Value::as_f64).unwrap_or_else(|| panic!("{path}: {record}"))
}

#[test]
fn full_batches_of_fixed_arrivals_close_as_an_addition_says() {
    let record = record(&Bench::new(), "--tx-per-s 50 --arrivals fixed --batch-size 10 --batches 4");
    let summary = &record["summary"];
    // Ten transactions every 20 ms: 180 ms from first to last, 200 ms from one closing to the next.
    assert!((number(summary, "/stages/0/time_s/mean_s") - 0.18).abs() < 1e-9, "{summary}");
    assert!((number(summary, "/interval_s") - 0.2).abs() < 1e-9);
    assert_eq!((number(summary, "/fill_fraction"), number(summary, "/batches")), (1.0, 4.0));
    assert_eq!(summary["closed_by"][0]["closed_by"], "full");
    let parts: f64 = (0..6).map(|stage| number(summary, &format!("/stages/{stage}/time_s/mean_s"))).sum();
    assert!((parts / number(summary, "/close_s/mean_s") - 1.0).abs() < 1e-9, "{summary}");
    for (stage, name) in ["fill", "wait", "signatures", "execute", "root", "encode"].iter().enumerate() {
        assert_eq!(summary["stages"][stage]["stage"], *name);
    }
    for batch in record["batches"].as_array().expect("batches") {
        for stage in ["signatures_s", "execute_s", "root_s", "encode_s", "signatures_one_thread_s"] {
            assert!(number(batch, &format!("/{stage}")) > 0.0, "{batch}");
        }
        let bytes = |name: &str| number(batch, &format!("/{name}"));
        assert!(bytes("rollup_bytes") > bytes("volition_bytes") && bytes("volition_bytes") > 0.0, "{batch}");
        assert_eq!(number(batch, "/refused"), 0.0);
    }
    // A validium's batch is its root and its commitment.
    assert_eq!(number(summary, "/data/1/calldata_bytes_per_transaction"), 6.4);
}

#[test]
fn counts_and_timeouts_close_batches_that_are_not_full() {
    let bench = Bench::new();
    let by_count = record(&bench, "--arrivals fixed --batch-size 10 --count 5 --batches 3");
    assert_eq!(by_count["summary"]["closed_by"][0]["closed_by"], "count");
    assert_eq!(number(&by_count, "/summary/fill_fraction"), 0.5);
    let by_age =
        record(&bench, "--arrivals fixed --tx-per-s 10 --timeout 250ms --batches 3 --executor locks");
    // At 0.1, 0.2 and 0.3 s; closed at 0.35 s.
    assert_eq!(number(&by_age, "/batches/0/transactions"), 3.0);
    assert!((number(&by_age, "/batches/0/closed_s") - 0.35).abs() < 1e-9, "{by_age}");
    assert_eq!(by_age["summary"]["closed_by"][0]["closed_by"], "timeout");
}

#[test]
fn the_same_seed_closes_the_same_batches() {
    let virtual_of = |seed: u32| {
        let arguments = format!("--arrivals poisson --batch-size 8 --timeout 50ms --batches 6 --seed {seed}");
        let record = record(&Bench::new(), &arguments);
        let names = ["opened_s", "closed_s", "transactions", "data_bytes", "rollup_bytes", "volition_bytes"];
        let batches = record["batches"].as_array().expect("batches").clone();
        batches.iter().map(|batch| names.map(|name| number(batch, &format!("/{name}")))).collect::<Vec<_>>()
    };
    assert_eq!(virtual_of(1), virtual_of(1));
    assert_ne!(virtual_of(1), virtual_of(2));
}

#[test]
fn a_timeout_shorter_than_the_work_is_said_to_be_the_bottleneck() {
    let said =
        Bench::new().run(&format!("close {WORLD} --tx-per-s 1e6 --timeout 1ms --batches 3")).ok().stdout;
    assert!(said.contains("UNSTABLE: the sequencer is the bottleneck"), "{said}");
    let said =
        Bench::new().run(&format!("close {WORLD} --tx-per-s 10 --batch-size 5 --batches 3")).ok().stdout;
    assert!(said.contains("The sequencer works ") && !said.contains("UNSTABLE"), "{said}");
}

#[test]
fn a_trace_comes_at_its_own_times() {
    let bench = Bench::new();
    let rows =
        "100,transfer,1,2,0,5,\n100.5,swap,3,0,1,900,0\n103,transfer,1,2,0,5,\n104,transfer,2,2,0,5,\n";
    bench.write("trace.csv", &format!("{TRACE_HEADER}\n{rows}"));
    let own = record(&bench, "--trace trace.csv --batch-size 2");
    assert_eq!(
        (number(&own, "/load/transactions_per_s"), own["load"]["is_ordered"].as_bool()),
        (0.75, Some(true))
    );
    assert_eq!((number(&own, "/batches/0/closed_s"), number(&own, "/batches/1/closed_s")), (0.5, 4.0));
    let faster = record(&bench, "--trace trace.csv --batch-size 2 --tx-per-s 1.5");
    assert_eq!(number(&faster, "/batches/1/closed_s"), 2.0);
    // Without times they come by a law.
    bench
        .write("timeless.csv", "kind,sender,target,token_in,amount_in\ntransfer,1,2,0,5\ntransfer,1,2,0,5\n");
    let by_law = record(&bench, "--trace timeless.csv --batch-size 2 --arrivals fixed --tx-per-s 4");
    assert_eq!((number(&by_law, "/batches/0/closed_s"), number(&by_law, "/summary/batches")), (0.5, 1.0));
}

#[test]
fn a_trace_that_cannot_be_is_named_by_line() {
    let bench = Bench::new();
    for (row, wanted) in [
        ("2,transfer,3,999,0,5,", "line 3: account 999 does not exist"),
        ("2,transfer,999,3,0,5,", "line 3: account 999 does not exist"),
        ("2,swap,3,9,0,5,", "line 3: pool 9 does not exist"),
        ("0.5,transfer,3,4,0,5,", "line 3, column time_s: expected 1, the time above it, or later, got 0.5"),
        (
            "soon,transfer,3,4,0,5,",
            "line 3, column time_s: expected a finite number of seconds, got \"soon\"",
        ),
        ("2,transfer,3,4,0,18446744073709551615,", "line 3: "),
        ("2,transfer,3,4,0,18446744073709551616,", "line 3, column amount_in: expected"),
        // More than any pool has to give.
        ("2,swap,3,1,0,5,18446744073709551615", "line 3: "),
    ] {
        let rows = format!("1,transfer,1,2,0,5,\n{row}\n3,transfer,2,1,0,5,\n");
        bench.write("bad.csv", &format!("{TRACE_HEADER}\n{rows}"));
        let ran = bench.run(&format!("close {WORLD} --trace bad.csv --batch-size 2"));
        assert_eq!(ran.stdout, "", "{row}");
        ran.fails(2, &["error: bad.csv: ", wanted]);
    }
    bench.write("one.csv", &format!("{TRACE_HEADER}\n1,transfer,1,2,0,5,\n1,transfer,1,2,0,5,\n"));
    bench.run(&format!("close {WORLD} --trace one.csv")).fails(2, &["times that differ"]);
}

#[test]
fn what_cannot_be_is_refused() {
    let bench = Bench::new();
    bench.write("few.csv", "kind,sender,target,token_in,amount_in\ntransfer,1,2,0,5\n");
    for (arguments, wanted) in [
        ("--batch-size 10 --count 11", "--count: expected at most 10"),
        ("--trace few.csv --batch-size 10", "no batch was closed by a rule"),
        ("--arrivals daily:1,2", "a day is longer than a study"),
        ("--trace few.csv --swap-ratio 0.5", "cannot be used with"),
        ("--pools 0", "no pool to swap against"),
        ("--timeout 0", "expected a time from"),
        ("--executor known-values", "invalid value"),
        ("--trace missing.csv", "missing.csv"),
    ] {
        let world = if arguments.contains("--pools") { "--accounts 300 --depth 12" } else { WORLD };
        bench.run(&format!("close {world} {arguments}")).fails(2, &[wanted]);
    }
}

/// Flags of a plan by hand, without closing.
const BY_HAND: &str = "plan --prove 20s --aggregate-merge 1s";

#[test]
fn a_plan_takes_close_times_with_their_load() {
    let bench = Bench::new();
    let measured = record(&bench, "--tx-per-s 50 --arrivals fixed --batch-size 10 --batches 5");
    bench.write("close-times.json", &measured.to_string());
    let planned = bench.run(&format!("{BY_HAND} --close-times close-times.json --json")).ok();
    let plan: Value = serde_json::from_str(&planned.stdout).expect("JSON");
    // The load and the size of its batches are the record's, and so are filling and work.
    assert_eq!(number(&plan, "/inputs/target_transactions_per_s"), 50.0);
    assert_eq!(number(&plan, "/inputs/batch_transactions"), 10.0);
    assert!((number(&plan, "/inputs/close_interval_s") - 0.2).abs() < 1e-9, "{plan}");
    let work_s: f64 =
        (2..6).map(|stage| number(&measured, &format!("/summary/stages/{stage}/time_s/mean_s"))).sum();
    assert!((number(&plan, "/inputs/close_s") - 0.18 - work_s).abs() < 1e-9, "{plan}");
    assert!(planned.stdout.contains("as it was measured in 5 batches"), "{plan}");
}

#[test]
fn close_times_of_something_else_are_refused() {
    let bench = Bench::new();
    let measured = record(&bench, "--tx-per-s 50 --arrivals fixed --batch-size 10 --batches 3");
    bench.write("close-times.json", &measured.to_string());
    let mut newer = measured.clone();
    newer["schema_version"] = 2.into();
    bench.write("newer.json", &newer.to_string());
    let mut backwards = measured;
    backwards["batches"][1]["closed_s"] = 0.1.into();
    bench.write("backwards.json", &backwards.to_string());
    for (flags, wanted) in [
        (
            "--close-times close-times.json --target-tx-per-s 60",
            "measured under 50 transactions/s, and the plan is for 60",
        ),
        ("--close-times close-times.json --batch-size 20", "measured with batches of 10"),
        ("--close-times close-times.json,close-times.json", "expected one file"),
        ("--close-times close-times.json --close 1s", "cannot be used with"),
        ("--close-times close-times.json --closing timeout:1s", "cannot be used with"),
        ("--close-times close-times.json --arrivals poisson", "cannot be used with"),
        ("--close-times missing.json", "missing.json"),
        ("--close-times newer.json", "schema_version: expected 1, got 2"),
        ("--close-times backwards.json", "closing 2: gap_s"),
    ] {
        bench.run(&format!("{BY_HAND} {flags}")).fails(2, &[wanted]);
    }
}
