//! The shipped profile, and what a plan says of machines that nobody measured.

use crate::support::{Bench, root};

fn shipped_profile() -> String {
    let profile = root().join("bench-harness/measure/examples/two-cores/profile.json");
    profile.to_str().expect("a path that is text").to_owned()
}

#[test]
fn the_shipped_profile_plans_with_real_proofs() {
    let profile = shipped_profile();
    let bench = Bench::new();
    let plan = bench.run(&format!("plan --profile {profile} --target-tx-per-s 100")).ok().stdout;
    assert!(plan.contains("Planned with: one prover is swap of 32, plonky2, 2 cores."), "{plan}");
    assert!(plan.contains("swap of 32, plonky2, 1 core "), "{plan}");
    // The other cell, by name.
    let plan = bench.run(&format!("plan --profile {profile} --target-tx-per-s 100 --of-cores 1")).ok().stdout;
    assert!(plan.contains("Planned with: one prover is swap of 32, plonky2, 1 core."), "{plan}");
    bench
        .run(&format!("plan --profile {profile} --target-tx-per-s 100 --of-cores 3"))
        .fails(2, &["it has: swap of 32, plonky2, 1 core; swap of 32, plonky2, 2 cores"]);
}

#[test]
fn machines_are_ranked_compared_and_split() {
    let profile = shipped_profile();
    let bench = Bench::new();
    let plan = format!("plan --profile {profile} --target-tx-per-s 100 --l1 latency");
    let asked = format!("{plan} --measured-ghz 2.6 --hardware all --compare epyc-7702,ryzen-5950x");
    let said = bench.run(&asked).ok().stdout;
    for machine in ["aws-c7a.metal-48xl", "epyc-7702", "ryzen-5950x"] {
        assert!(said.contains(machine), "{machine} is missing in {said}");
    }
    // 64 cores at 3.35 GHz against 16 at 4.9, at equal work per cycle: (1/4.9 − 1/3.35) turns at 0.921.
    assert!(said.contains("more than 92.1 % of the work is parallel"), "{said}");
    let split = bench.run(&format!("{plan} --measured-ghz 2.6 --split epyc-9174f")).ok().stdout;
    assert!(split.contains("epyc-9174f split into provers, for the target"), "{split}");
    bench.run(&format!("{plan} --hardware all")).fails(2, &["--measured-ghz is missing"]);
    bench.run(&format!("{plan} --measured-ghz 2.6 --compare epyc-7702")).fails(2, &["expected two ids"]);
    bench
        .run(&format!("{plan} --measured-ghz 2.6 --hardware abacus"))
        .fails(2, &["expected one of", "abacus"]);
    bench
        .run(&format!("{plan} --measured-ghz 2.6 --hardware all --format json"))
        .fails(2, &["--format terminal"]);
}

#[test]
fn prices_crashes_and_arrivals_change_the_plan() {
    let bench = Bench::new();
    let seed = "plan --close 10s --prove 120s --prove-cv 0.3 --block 15s --aggregate 12s --target-batches-per-s 0.1 \
                --fix-n 12";
    let quiet = bench.run(seed).ok().stdout;
    let priced = bench.run(&format!("{seed} --prover-usd-per-hour 2")).ok().stdout;
    // 13 provers, a spare and an aggregator at two dollars each.
    assert!(priced.contains("$30 an hour"), "{priced}");
    let bare = bench.run(&format!("{seed} --prover-usd-per-hour 2 --spares 0")).ok().stdout;
    assert!(bare.starts_with("Run 13 provers, ") && bare.contains("$28 an hour"), "{bare}");
    assert!(!quiet.contains("an hour,"), "{quiet}");
    let crashing = bench.run(&format!("{seed} --mtbf 1h --repair 30min")).ok().stdout;
    assert_ne!(crashing, quiet);
    let poisson = bench.run(&format!("{seed} --arrivals poisson")).ok().stdout;
    assert_ne!(poisson, quiet);
    bench
        .run(&format!("{seed} --arrivals uniform"))
        .fails(2, &["expected fixed, poisson, erlang:K, lognormal:CV, trace:FILE"]);
}

#[test]
fn a_queue_drains_or_says_that_it_never_does() {
    let bench = Bench::new();
    let day = "queue --prove 120s --rates 0.05,0.15 --backlog 100";
    // 100 batches behind, 14 provers of 120 s against 0.1 a second: 100 / (14/120 − 0.1) = 6 000 s.
    let drains = bench.run(&format!("{day} --provers 14 --within 6000s")).ok().stdout;
    assert!(drains.contains("gone in 100 min with 14 provers"), "{drains}");
    assert!(drains.contains("14 provers would need"), "{drains}");
    let never = bench.run(&format!("{day} --provers 12")).ok().stdout;
    assert!(never.contains("never gone"), "{never}");
    bench.run("queue --prove 0s --rates 0.1 --provers 3").fails(2, &["more than zero"]);
    bench.run("queue --prove 1s --rates 0.1,-1 --provers 3").fails(2, &["daily rate 2"]);
}
