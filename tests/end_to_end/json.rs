//! `--json` on every verb: one JSON value on standard output, a version in it, nothing else beside it.

use crate::support::{Bench, SCRIPT};
use serde_json::Value;

#[test]
fn every_verb_speaks_json() {
    let bench = Bench::scripted(SCRIPT, "");
    bench.run("run --spec spec.toml --batch-size 400 --target-tx-per-s 500 --headroom 0 --output out").ok();
    let by_hand = "--close 10s --prove 120s --block 15s --aggregate 12s --target-batches-per-s 0.1";
    for (line, field) in [
        ("measure --list --spec spec.toml --json", "/cells/0/workload"),
        ("measure --spec spec.toml --output again --json", "/cells/0/quantities/0/median_s"),
        (
            "run --spec spec.toml --batch-size 400 --target-tx-per-s 500 --headroom 0 --output more --json",
            "/plan/recommendation/provers",
        ),
        (&format!("plan {by_hand} --json"), "/recommendation/provers"),
        (
            "plan --profile out/profile.json --target-tx-per-s 500 --headroom 0 --json",
            "/recommendation/aggregators",
        ),
        (
            "queue --prove 120s --rates 0.05,0.15 --provers 18 --backlog 100 --within 1h --json",
            "/backlog/provers_within",
        ),
        ("report out --json", "/cells/0/repeats"),
        ("report out --what laws --json", "/schema_version"),
        ("report out --what machine --json", "/sections/0/name"),
        ("report out again@1 --json", "/pairs"),
        ("workload generate --transactions 8 --batch-size 4 --json", "/batches/1/transactions/3/amount_in"),
        ("workload inspect --transactions 8 --json", "/data_bytes"),
        ("workload replay --transactions 8 --batch-size 4 --json", "/batches/1/root"),
        (
            "execute --transactions 20 --accounts 50 --repeats 1 --work-us 0 --hot-pool 1 --threads 2 --json",
            "/break_even/0/executor",
        ),
        ("state-growth --accounts 50 --transactions 20 --repeats 1 --json", "/points/2/storage_bytes"),
        ("close --accounts 50 --batch-size 4 --batches 3 --json", "/summary/close_s/p50_s"),
        ("claims --profile out/profile.json --json", "/claims/0/verdict"),
        ("machine --json", "/machine"),
    ] {
        if line.contains("again@1") {
            // Other batch sizes: refused, and nothing on standard output.
            let refused = bench.run(line);
            assert_eq!((refused.code, refused.stdout.as_str()), (Some(5), ""), "{refused:#?}");
            continue;
        }
        let ran = bench.run(line).ok();
        let record: Value =
            serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{line}: {error}: {ran:#?}"));
        assert!(record["schema_version"].is_u64(), "{line}: no version: {record}");
        assert!(record.pointer(field).is_some(), "{line}: no {field}: {record}");
    }
    // The same as without: the roots, and the transactions.
    let json: Value = serde_json::from_str(&bench.run("workload replay --transactions 8 --json").ok().stdout)
        .expect("JSON");
    let plain = bench.run("workload replay --transactions 8").ok().stdout;
    assert!(plain.contains(json["genesis_root"].as_str().expect("a root")), "{plain}");
    assert!(plain.contains(json["batches"][0]["root"].as_str().expect("a root")), "{plain}");
}
