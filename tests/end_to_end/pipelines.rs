//! Every kind of pipeline that a plan or a queue can be asked for, and what is refused of each.

use crate::support::Bench;
use serde_json::Value;

/// Random prove times and merges of 3 s: 13 provers keep up, with little to spare.
const SEED: &str = "plan --close 10s --prove 120s --prove-cv 0.3 --block 12s --aggregate-merge 3s \
                    --target-batches-per-s 0.1 --l1 slots --headroom 0 --format json";

fn plan(bench: &Bench, more: &str) -> Value {
    let text = bench.run(&format!("{SEED} {more}")).ok().stdout;
    serde_json::from_str(&text).expect("JSON")
}

fn p99_s(plan: &Value) -> f64 {
    plan["fleet_estimates"][0]["simulated"]["consolidated"]["p99_s"].as_f64().expect("a p99")
}

fn reasons(plan: &Value) -> String {
    let reasons = plan["reasons"].as_array().expect("reasons");
    reasons.iter().map(|reason| reason.as_str().expect("text")).collect::<Vec<_>>().join("\n")
}

#[test]
fn arrivals_of_every_law() {
    let bench = Bench::new();
    let fixed = plan(&bench, "--fix-n 4 --provers-max 15");
    for law in ["poisson", "erlang:4", "lognormal:1.5"] {
        let random = plan(&bench, &format!("--fix-n 4 --provers-max 15 --arrivals {law}"));
        assert!(p99_s(&random) > p99_s(&fixed), "{law}: {} against {}", p99_s(&random), p99_s(&fixed));
    }
    // Two batches at once and then none for a while; the mean is the target's, whatever that of the trace.
    let rows: String = (0..200).map(|i| format!("{},swap\n", f64::from(i / 2) * 7.0)).collect();
    bench.write("trace.csv", &format!("time_s,kind\n{rows}"));
    let traced = plan(&bench, "--fix-n 4 --provers-max 15 --arrivals trace:trace.csv");
    assert!(p99_s(&traced) > p99_s(&fixed));
    assert_eq!(traced["inputs"]["close_interval_s"].as_f64(), Some(10.0));
    // The same rows as transactions, of which two make a batch: even again.
    let paired = plan(&bench, "--fix-n 4 --provers-max 15 --batch-size 2 --arrivals trace:trace.csv");
    assert!((p99_s(&paired) / p99_s(&fixed) - 1.0).abs() < 0.02, "{} {}", p99_s(&paired), p99_s(&fixed));
    // A day with a peak at 1.5 times the mean: 13 provers for the mean are behind for hours, 19 never are.
    let day = "--fix-n 4 --arrivals daily:1,1,1,3";
    let cheap = plan(&bench, day);
    let quick = plan(&bench, &format!("{day} --delay 6min --delay-statistic p99"));
    let provers = |plan: &Value| plan["recommendation"]["provers"].as_u64().expect("provers");
    assert_eq!(provers(&cheap), 13);
    assert!(p99_s(&cheap) > 3_600.0 && p99_s(&quick) <= 360.0, "{} {}", p99_s(&cheap), p99_s(&quick));
    // The peak is twice the mean: 24 provers carry it.
    assert!((24..=30).contains(&provers(&quick)), "{}", provers(&quick));
    for (bad, wanted) in [
        ("daily:1,x", "RATES: expected a number from 0 to 1e9, got `x`"),
        ("daily:0,0", "daily mean rate: expected a finite number above zero"),
        ("daily:1,-1", "a number from 0 to 1e9"),
        ("erlang:0", "a whole number from 1 to 10000"),
        ("lognormal:-1", "CV: expected a number from 0 to 10, got `-1`"),
        ("trace:none.csv", "none.csv: No such file"),
        ("trace:bad.csv", "bad.csv: trace line 3, time_s: expected 5, the time above it, or later, got 4"),
    ] {
        bench.write("bad.csv", "time_s\n5\n4\n");
        bench.run(&format!("{SEED} --arrivals {bad}")).fails(2, &[wanted]);
    }
}

#[test]
fn closing_rules() {
    let bench = Bench::new();
    let full = plan(&bench, "--fix-n 4");
    // Batches that close half full are twice as many: 0.2 a second at 120 s.
    let early = plan(&bench, "--fix-n 4 --closing timeout:5s");
    assert_eq!(early["recommendation"]["provers"], 25);
    assert_eq!(early["inputs"]["close_interval_s"].as_f64(), Some(5.0));
    assert!(
        reasons(&early).contains("50 % full on average: 0.2 batches/s instead of 0.1"),
        "{}",
        reasons(&early)
    );
    // Of a size in transactions the rate stays what was asked for.
    let sized = plan(&bench, "--fix-n 4 --closing timeout:5s --batch-size 100");
    assert_eq!(sized["recommendation"]["throughput_transactions_per_s"].as_f64(), Some(10.0));
    assert_eq!(sized["recommendation"]["provers"], 25);
    assert_eq!(plan(&bench, "--fix-n 4 --closing timeout:1h")["recommendation"], full["recommendation"]);
    // A sequencer that holds back loses what it held: more provers than the rate takes.
    let held = plan(&bench, "--fix-n 4 --closing prover-free");
    let carried =
        held["fleet_estimates"][0]["simulated"]["throughput_batches_per_s"].as_f64().expect("a rate");
    assert!(held["recommendation"]["provers"].as_u64() > full["recommendation"]["provers"].as_u64());
    assert!(carried >= 0.099, "{carried}");
    // The seed's own N = P = 12 never falls behind so: it loses a tenth.
    assert!(reasons(&plan(&bench, "--fix-n 12 --closing prover-free")).contains("P = 12 carries 0.09"));
    for bad in ["timeout", "timeout:0s", "timeout:soon", "empty"] {
        bench.run(&format!("{SEED} --closing {bad}")).fails(2, &["--closing"]);
    }
}

#[test]
fn stragglers_take_provers() {
    let bench = Bench::new();
    // 120·(0.95 + 0.05·5) = 144 s of a prover for each batch.
    let slow = plan(&bench, "--fix-n 4 --straggler-fraction 0.05 --straggler-factor 5");
    assert_eq!(slow["recommendation"]["provers"], 15);
    bench.run(&format!("{SEED} --straggler-fraction 0.05")).fails(2, &["--straggler-factor"]);
    bench
        .run(&format!("{SEED} --straggler-fraction 1.5 --straggler-factor 5"))
        .fails(2, &["expected a fraction from 0 to 1, got `1.5`"]);
    bench
        .run(&format!("{SEED} --straggler-fraction 0.5 --straggler-factor 0"))
        .fails(2, &["expected a number from 1 to 1000, got `0`"]);
}

#[test]
fn shapes_of_aggregation() {
    let bench = Bench::new();
    let of = |shape: &str| plan(&bench, &format!("--fix-n 9 --aggregate-shape {shape}"));
    let delay_s = |plan: &Value| plan["recommendation"]["delay_consolidated_s"].as_f64().expect("a delay");
    // Merges of 3 s start as soon as their neighbours are there, and proofs come every 10 s. Behind the last of 9 comes
    // one merge of pairs, since it passes up alone to the root; two of three proofs; the last of a fold.
    let (pairs, threes, fold) = (of("pairwise"), of("tree:3"), of("fold"));
    assert_eq!(pairs["inputs"]["aggregation"]["arity"], 2);
    assert_eq!(
        (threes["inputs"]["aggregation"]["arity"].as_u64(), delay_s(&pairs)),
        (Some(3), delay_s(&fold))
    );
    assert!((delay_s(&threes) - delay_s(&pairs) - 3.0).abs() < 1e-9);
    assert_eq!(fold["inputs"]["aggregation"]["shape"], "fold");
    let spread = plan(&bench, "--fix-n 9 --aggregate-cv 0.5");
    assert_eq!(spread["inputs"]["aggregation"]["step"]["cv"].as_f64(), Some(0.5));
    for bad in ["tree:1", "tree", "star"] {
        bench
            .run(&format!("{SEED} --aggregate-shape {bad}"))
            .fails(2, &["pairwise, fold, separate or tree:K"]);
    }
    let total =
        "plan --close 10s --prove 120s --aggregate 12s --target-batches-per-s 0.1 --aggregate-shape fold";
    bench.run(total).fails(2, &["a total has no shape; give the time of one merge, --aggregate-merge"]);
}

#[test]
fn laws_of_proving_and_missed_slots() {
    let bench = Bench::new();
    let wide = "plan --close 10s --prove 120s --prove-law exponential --block 12s --aggregate-merge 3s \
                --target-batches-per-s 0.1 --format json --fix-n 4 --l1 slots";
    let plan_of = |more: &str| -> Value {
        serde_json::from_str(&bench.run(&format!("{wide} {more}")).ok().stdout).expect("JSON")
    };
    assert_eq!(plan_of("")["inputs"]["prove"]["law"], "exponential");
    // Half of the slots missed: a slot and a half on average, instead of half a one.
    let (all, half) = (plan_of(""), plan_of("--missed-slots 0.5"));
    let wait = |plan: &Value| plan["recommendation"]["delay_virtual_s"].as_f64().expect("a delay");
    assert!((wait(&half) - wait(&all) - 12.0).abs() < 1e-9);
    bench.run(&format!("{wide} --prove-cv 0.3")).fails(2, &["an exponential law has 1"]);
    bench
        .run(&format!("{wide} --missed-slots 1"))
        .fails(2, &["missed_slots: expected a fraction in [0, 1), got 1"]);
    bench
        .run("plan --close 1s --prove 2s --aggregate 1s --target-batches-per-s 0.1 --missed-slots 0.1")
        .fails(2, &["only slots can be missed; give --l1 slots"]);
}

#[test]
fn one_batch_a_proof_is_explained() {
    let bench = Bench::new();
    let alone = "plan --close 10s --prove 120s --prove-cv 0.3 --aggregate-merge 3s --target-batches-per-s 0.1 --explain \
                 --l1 latency";
    let said = bench.run(alone).ok().stdout.replace("\n  ", " ");
    assert!(said.contains("verify the proof of each batch on L1"), "{said}");
    assert!(
        said.contains("N = 1: every proof is verified on L1 by itself, since no gas price was given"),
        "{said}"
    );
    assert!(said.contains("--verify-gas, --gwei and --usd-per-eth"), "{said}");
    let gas = "--prover-usd-per-hour 2 --verify-gas 300000 --gwei 5 --usd-per-eth 3000";
    let priced = bench.run(&format!("{alone} {gas}")).ok().stdout;
    assert!(!priced.contains("N = 1: every"), "{priced}");
    assert!(!priced.contains("aggregate 1 batch at"), "{priced}");
}

#[test]
fn a_queue_is_followed_batch_by_batch() {
    let bench = Bench::new();
    let day = "queue --prove 120s --rates 0.05,0.15 --provers 20";
    let fluid = bench.run(day).ok().stdout;
    let followed = bench.run(&format!("{day} --simulate --prove-cv 0.3")).ok().stdout;
    assert!(!fluid.contains("simulated") && followed.starts_with(fluid.trim_end()), "{followed}");
    // 4 replications of two days with 0.1 batches a second, after a day of warm-up.
    assert!(followed.contains("is from 69120 batches"), "{followed}");
    assert_eq!(bench.run(&format!("{day} --simulate --prove-cv 0.3")).ok().stdout, followed);
    let slow =
        bench.run(&format!("{day} --simulate --straggler-fraction 0.1 --straggler-factor 9")).ok().stdout;
    // 120·1.8 s against 0.1 a second take more than 20 provers.
    // A cell of the table wraps.
    assert!(slow.contains("grows for"), "{slow}");
    bench.run(&format!("{day} --mtbf 1h --repair 5min")).fails(2, &["--simulate"]);
    bench.run(&format!("{day} --prove-cv 0.3")).fails(2, &["--simulate"]);
    bench
        .run(&format!("{day} --simulate --prove-cv=-1"))
        .fails(2, &["expected a number from 0 to 10, got `-1`"]);
}
