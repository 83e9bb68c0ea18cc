//! Thresholds with an exit code, figures for Prometheus, what is compared with an earlier run, and tables in a terminal.

use crate::support::{Bench, SCRIPT};

/// A folder `out` with the profile of a scripted run: 1.35 s a batch of 400.
fn measured() -> Bench {
    let bench = Bench::scripted(SCRIPT, "");
    bench.run("measure --spec spec.toml --batch-size 400 --output out").ok();
    bench
}

fn shell(bench: &Bench, line: &str) -> crate::support::Ran {
    bench.run_shell(&format!("bench-harness {line}"))
}

#[test]
fn ten_is_a_threshold_that_was_crossed() {
    let bench = measured();
    let ran = shell(&bench, "report out --fail-if 'prove_batch.p50 > 1s'")
        .fails(10, &["--fail-if: prove_batch.p50 > 1s: 1.35 s in mix of 400, scripted, 1 core"]);
    assert!(ran.stdout.contains("mix of 400"), "the figures are printed all the same: {ran:#?}");
    shell(&bench, "report out --fail-if 'prove_batch.p50 > 2s' --fail-if 'tx_per_s < 100' --html").ok();
    shell(&bench, "report out --html --fail-if 'prove_batch.max > 1s'").fails(10, &["prove_batch.max > 1s"]);
    let plan = "plan --profile out --target-tx-per-s 500 --headroom 0";
    shell(&bench, &format!("{plan} --fail-if 'plan.provers > 2'")).ok();
    let crossed = format!("{plan} --fail-if 'plan.provers >= 2' --fail-if 'prove.mean > 500ms'");
    shell(&bench, &crossed)
        .fails(10, &["plan.provers >= 2: 2 in the plan; prove.mean > 500ms: 1 s in mix of 400"]);
    let measure = "measure --spec spec.toml --batch-size 400";
    shell(&bench, &format!("{measure} --output two --fail-if 'verify.p50 > 1ms'")).fails(10, &["verify.p50"]);
    assert!(bench.path("two/profile.json").exists(), "what was measured is kept");
    let run = "run --spec spec.toml --batch-size 400 --target-tx-per-s 500 --headroom 0 --output three";
    shell(&bench, &format!("{run} --fail-if 'plan.delay_p99 > 1s'")).fails(10, &["plan.delay_p99 > 1s"]);
}

#[test]
fn a_threshold_that_cannot_be_held_is_bad_usage() {
    let bench = measured();
    for (line, wanted) in [
        ("report out --fail-if 'prove > 2s'", "unknown figure `prove`"),
        ("report out --fail-if 'grind.p50 > 2s'", "there is no such figure here"),
        ("report out --fail-if 'plan.provers > 2'", "there is no such figure here"),
        ("report out out --fail-if 'prove.p50 > 2s'", "--fail-if"),
        ("measure --spec spec.toml --output new --fail-if 'plan.provers > 2'", "nothing is planned here"),
    ] {
        shell(&bench, line).fails(2, &[wanted]);
    }
    assert!(!bench.path("new").exists());
}

#[test]
fn figures_come_as_openmetrics_text() {
    let bench = measured();
    let profile = shell(&bench, "report out --format openmetrics").ok().stdout;
    let labels =
        "workload=\"mix\",batch_transactions=\"400\",proof_system=\"scripted\",cores=\"1\",provers=\"1\"";
    let median = format!("{labels},stage=\"prove_batch\",statistic=\"median\"}} 1.35");
    assert!(profile.contains(&median) && profile.ends_with("# EOF\n"), "{profile}");
    let plan = "plan --profile out --target-tx-per-s 500 --headroom 0 --format openmetrics";
    let plan = shell(&bench, plan).ok().stdout;
    assert!(plan.contains("bench_harness_plan_workers{kind=\"prover\"} 2"), "{plan}");
    shell(&bench, "history add --profile out --commit aaaa --file history.jsonl").ok();
    shell(&bench, "history show --file history.jsonl --export-openmetrics history.txt").ok();
    let history = bench.read("history.txt");
    assert!(history.contains("commit=\"aaaa\"") && history.ends_with("# EOF\n"), "{history}");
    shell(&bench, "report out --what machine --format openmetrics").fails(2, &["a machine comes as"]);
}

#[test]
fn a_run_is_compared_with_an_earlier_one() {
    let bench = measured();
    bench.write("script.toml", "prove = { values_s = [2.0, 2.1, 1.9] }\nharness = { fixed_s = 0.25 }\n");
    let measure = "measure --spec spec.toml --batch-size 400";
    let ran = shell(&bench, &format!("{measure} --output now --against out")).ok();
    assert!(ran.stdout.contains("Compared with out"), "{ran:#?}");
    assert!(ran.stdout.contains("mix of 400, scripted, 1 core: 1.35 s, now 2.35 s: 1.74 ["), "{ran:#?}");
    let run = "run --spec spec.toml --batch-size 400 --target-tx-per-s 500 --headroom 0 --output more --against now/profile.json";
    let ran = shell(&bench, run).ok();
    assert!(ran.stdout.contains("within what chance does"), "{ran:#?}");
    // Other work is measured, and said to be no comparison.
    let other = shell(&bench, "measure --spec spec.toml --batch-size 4 --output other --against out").ok();
    assert!(other.stdout.contains("Not compared with out: no cell of out"), "{other:#?}");
    shell(&bench, &format!("{measure} --output none --against nowhere")).fails(2, &["nowhere"]);
    assert!(!bench.path("none").exists(), "a wrong name costs nothing");
}

#[test]
fn every_stage_is_a_row_in_the_terminal() {
    let bench = measured();
    let text = shell(&bench, "report out --what stages").ok().stdout;
    for stage in ["execute", "state root", "witness", "prove batch", "verify", "aggregate merge,"] {
        assert!(text.lines().any(|line| line.trim_start().starts_with(stage)), "{stage}: {text}");
    }
}
