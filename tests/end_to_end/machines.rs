//! Measured profiles, the shipped one among them, and what a plan says of machines that nobody measured.

use crate::support::{Bench, root, words};
use serde_json::Value;

fn path(file: &str) -> String {
    root().join(file).to_str().expect("a path that is text").to_owned()
}

/// One core and two, each solo, without probes: the clock of the machine is unknown.
fn solo() -> String {
    path("tests/data/two-cores-solo.json")
}

#[test]
fn the_shipped_profile_plans_with_real_proofs() {
    let profile = path("bench-harness/measure/examples/two-cores/profile.json");
    let bench = Bench::new();
    let plan = format!("plan --profile {profile} --target-tx-per-s 100");
    let said = bench.run(&format!("{plan} --explain")).ok().stdout;
    let chosen = "Planned with: one prover is swap of 1024, plonky3, 1 core, 2 provers at once (measured with 1 neighbour).";
    let words = words(&said);
    assert!(words.contains(chosen), "{said}");
    assert!(words.contains("┆ costs 23 cores"), "{said}");
    // Of groups of odd size a proof is lifted at each level, unless that is said to cost nothing.
    let passing = bench.run(&format!("{plan} --explain --lone-proof pass")).ok().stdout;
    assert!(self::words(&passing).contains("┆ costs 22 cores"), "{passing}");
    // L1 has no room for so many proofs that cannot be aggregated.
    let more = bench.run(&format!("plan --profile {profile} --target-tx-per-s 2000 --explain")).ok().stdout;
    let wanted = "plonky3: no plan, block forbids it: best 1.6 proofs a block";
    assert!(self::words(&more).contains(wanted), "{more}");
    // Another cell, by name.
    let said = bench.run(&format!("{plan} --of-cores 2")).ok().stdout;
    assert!(said.contains("Planned with: one prover is swap of 1024, plonky3, 2 cores (solo"), "{said}");
    bench.run(&format!("{plan} --of-cores 3")).fails(
        2,
        &["it has: swap of 32, plonky2, 1 core; swap of 32, plonky2, 1 core, 2 provers at once; swap of 32"],
    );
    // The probes know its clock, so it need not be told.
    let said = bench.run(&format!("{plan} --hardware all")).ok().stdout;
    assert!(said.contains("aws-c7a.metal-48xl"), "{said}");
}

#[test]
fn machines_are_ranked_compared_and_split() {
    let profile = solo();
    let bench = Bench::new();
    let plan = format!("plan --profile {profile} --target-tx-per-s 100 --l1 latency");
    let asked = format!("{plan} --measured-ghz 2.6 --hardware all --compare epyc-7702,ryzen-5950x");
    let said = bench.run(&asked).ok().stdout;
    for machine in ["aws-c7a.metal-48xl", "epyc-7702", "ryzen-5950x"] {
        assert!(said.contains(machine), "{machine} is missing in {said}");
    }
    // No row that could never have a figure; asked for by name it says why.
    assert!(!said.contains("aws-m8azn") && !said.contains("gcp-c3d"), "{said}");
    let named = bench.run(&format!("{plan} --measured-ghz 2.6 --hardware aws-m8azn.24xlarge")).ok().stdout;
    assert!(named.contains("aws-m8azn.24xlarge") && named.contains("cores of"), "{named}");
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
        .run(&format!("{plan} --measured-ghz 2.6 --hardware all --format csv"))
        .fails(2, &["--format terminal or json"]);
    let json = bench.run(&format!("{asked} --split epyc-9174f --json")).ok().stdout;
    let json: Value = serde_json::from_str(&json).expect("JSON and nothing else");
    assert!(json["plan"]["recommendation"]["provers"].as_u64().is_some_and(|provers| provers > 0), "{json}");
    let machines = &json["machines"];
    assert!(machines["ranking"].as_array().is_some_and(|ranking| ranking.len() > 10), "{machines}");
    let share = machines["comparison"]["turning_fraction"].as_f64().expect("a share");
    assert!((share - 0.921).abs() < 5e-4, "{share}");
    assert_eq!(machines["comparison"]["second"]["id"], "ryzen-5950x");
    assert_eq!(machines["split"]["id"], "epyc-9174f");
    assert!(machines["split"]["for_target"][0]["prove_s"].as_f64().is_some(), "{machines}");
}

#[test]
fn prices_crashes_and_arrivals_change_the_plan() {
    let bench = Bench::new();
    let seed = "plan --close 10s --prove 120s --prove-cv 0.3 --block 15s --aggregate 12s --target-batches-per-s 0.1 \
                --fix-n 12 --headroom 0";
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
    bench
        .run("queue --prove 0s --rates 0.1 --provers 3")
        .fails(2, &["expected a time from 1 µs to 10 years"]);
    bench
        .run("queue --prove 1s --rates 0.1,-1 --provers 3")
        .fails(2, &["expected a number from 0 to 1e9, got `-1`"]);
}

/// The row of a table that begins with these words, its cells joined over the lines that it takes.
fn row(text: &str, name: &str) -> String {
    let lines = text.lines().skip_while(|line| !line.starts_with(&format!("│ {name}")));
    lines.take_while(|line| line.starts_with('│')).collect()
}

#[test]
fn what_a_queue_recommends_is_stable_in_its_own_simulation() {
    let bench = Bench::new();
    // 18 provers of 120 s do exactly 0.15 batches a second, which a queue with chance does not survive.
    let flat = "queue --prove 120s --prove-cv 0.3 --rates 0.15 --provers 18 --simulate";
    let said = bench.run(flat).ok().stdout;
    let (fluid, simulated) = said.split_once("│ fleet,").expect("two tables");
    assert!(row(fluid, "18 fixed").contains("grows for"), "{said}");
    assert!(!fluid.contains("18 fixed, the") && fluid.contains("19 fixed, the"), "{said}");
    assert!(row(simulated, "18 fixed").contains("grows for"), "{said}");
    for table in [fluid, simulated] {
        assert_eq!(table.matches("grows for").count(), 1, "only the fleet that was asked for: {said}");
    }
    // Stragglers take time of the provers in the recommendation too: 120·1.8 s at 0.1 a second are 21.6.
    let slow = "queue --prove 120s --rates 0.05,0.15 --provers 20 --simulate --wait 1h --straggler-fraction 0.1 \
                --straggler-factor 9";
    let said = bench.run(slow).ok().stdout;
    assert_eq!(
        said.matches("grows for").count(),
        2,
        "only the fleet that was asked for, in both tables: {said}"
    );
    assert!(said.contains("Proving takes 4 min, crashes and stragglers included"), "{said}");
}

#[test]
fn sequencing_may_run_ahead_up_to_a_bound() {
    let bench = Bench::new();
    let queue = "queue --prove 120s --rates 0.1 --provers 14 --wait 10min";
    // 14 provers end 5 proofs each within 10 min: 14 in proof and 70 behind, of which a burst takes 50.
    let said = bench.run(&format!("{queue} --burst 50")).ok().stdout;
    assert!(said.contains("ahead of 14 provers by 84 unproved batches"), "{said}");
    assert!(said.contains("Hold at 34 to leave room for a burst of 50; 12.0 are in proof anyway."), "{said}");
    assert!(said.contains("gone after 50 min"), "{said}");
    let large = bench.run(&format!("{queue} --burst 80")).ok().stdout;
    assert!(large.contains("16 provers have room for it"), "{large}");
    // Scatter leaves less room.
    let scattered = bench.run(&format!("{queue} --burst 50 --prove-cv 0.3")).ok().stdout;
    assert!(scattered.contains("by 71 unproved batches"), "{scattered}");
    let json = bench.run(&format!("{queue} --burst 80 --json")).ok().stdout;
    let json: Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(json["burst"]["unproved_max_batches"], 84);
    assert_eq!(json["burst"]["before_burst_max_batches"], Value::Null);
    assert_eq!(json["burst"]["provers_for_burst"], 16);
    bench.run(&format!("{queue} --burst 0")).fails(2, &["expected a whole number from 1 to"]);
    bench.run(&format!("{queue} --burst 5 --plan-seed 3")).fails(2, &["--simulate"]);
}

#[test]
fn a_price_of_a_core_is_a_price_of_every_prover() {
    let bench = Bench::new();
    let by_hand = "plan --close 10s --prove 120s --block 15s --aggregate 12s --target-batches-per-s 0.1 --fix-n 12 \
                   --format json";
    let of = |more: &str| -> Value {
        let json = bench.run(&format!("{by_hand} {more}")).ok().stdout;
        serde_json::from_str(&json).expect("JSON")
    };
    let core = of("--usd-per-core-hour 0.25 --measured-cores 8");
    let prover = of("--prover-usd-per-hour 2");
    assert_eq!(core["recommendation"]["usd_per_hour"], prover["recommendation"]["usd_per_hour"]);
    bench
        .run(&format!("{by_hand} --usd-per-core-hour 0.25"))
        .fails(2, &["--measured-cores", "--prover-usd-per-hour"]);
    for conflicting in ["--prover-usd-per-hour 2", "--prover-usd-per-hour 2 --aggregator-usd-per-hour 2"] {
        bench
            .run(&format!("{by_hand} --usd-per-core-hour 0.25 --measured-cores 8 {conflicting}"))
            .fails(2, &["cannot be used with"]);
    }
    // A profile knows the cores of each of its cells: two cores cost twice what one does.
    let profile = |cores: u32| -> f64 {
        let plan = format!(
            "plan --profile {} --target-tx-per-s 100 --of-cores {cores} --usd-per-core-hour 1 --format json",
            solo()
        );
        let json: Value = serde_json::from_str(&bench.run(&plan).ok().stdout).expect("JSON");
        let fleet = &json["recommendation"];
        let count = |name: &str| fleet[name].as_f64().expect(name);
        count("usd_per_hour") / (count("provers") + count("spares") + count("aggregators"))
    };
    assert_eq!((profile(1), profile(2)), (1.0, 2.0));
}

/// 3.125 batches/s are 37.5 a block of 12 s; a proof of 133 kB takes 5.3 of its 60 million gas, so that 11 fit, of which
/// 80 % are planned.
#[test]
fn a_block_has_room_for_so_many_proofs_and_no_more() {
    let bench = Bench::new();
    let asked = format!("plan --profile {} --target-tx-per-s 100 --l1 latency --of-cores 1", solo());
    bench
        .run(&format!("{asked} --fix-n 4"))
        .fails(7, &["a proof takes 5.3", "has 60 million", "proofs a block"]);
    for room in [
        "--fix-n 5",
        "--fix-n 4 --block-gas 0",
        "--fix-n 4 --verify-gas 350000",
        "--fix-n 4 --proof-byte-gas 16",
    ] {
        bench.run(&format!("{asked} {room}")).ok();
    }
    let alone = format!("{asked} --aggregate-shape separate");
    bench.run(&alone).fails(7, &["wanted 37.5 proofs a block"]);
    bench.run(&format!("{alone} --verify-gas 350000")).ok();
    bench
        .run(&format!("{alone} --proof-byte-gas 1000"))
        .fails(7, &["best 0 proofs a block", "wrap the proof"]);
}

#[test]
fn machines_hold_the_aggregators_too() {
    let bench = Bench::new();
    let asked = format!(
        "plan --profile {} --target-tx-per-s 100 --l1 latency --block-gas 0 --fix-n 4 --measured-ghz 2.6 --hardware aws-c7a.4xlarge,aws-c7i.16xlarge",
        solo()
    );
    let said = bench.run(&asked).ok().stdout;
    assert!(said.contains("The first as an order:") && said.contains(" a month of 730 h"), "{said}");
    let json: Value = serde_json::from_str(&bench.run(&format!("{asked} --json")).ok().stdout).expect("JSON");
    for machine in json["machines"]["ranking"].as_array().expect("a ranking") {
        let (fleet, order) = (&machine["fleet"], &machine["fleet"]["order"]);
        let count = |record: &Value, name: &str| record[name].as_u64().expect(name);
        assert!(count(fleet, "aggregators") >= 1, "{machine}");
        let cores = count(fleet, "provers") * count(order, "cores_per_prover")
            + count(fleet, "aggregators") * count(order, "cores_per_aggregator");
        assert_eq!(count(order, "cores") - count(order, "unused_cores"), cores, "{machine}");
        let hour = order["usd_per_hour"].as_f64().expect("a price");
        assert!((order["usd_per_month"].as_f64().expect("a month") / hour - 730.0).abs() < 1e-6, "{machine}");
        let a_day = order["transactions_per_day"].as_f64().expect("a day");
        assert!((a_day / 8_640_000.0 - 1.0).abs() < 1e-9, "{a_day}");
    }
    // So do two machines side by side and one that is split, with merges as long as they take there: 3.65 s here.
    let others = format!("{asked} --compare epyc-7702,ryzen-5950x --split epyc-9174f --json");
    let json: Value = serde_json::from_str(&bench.run(&others).ok().stdout).expect("JSON");
    let (machines, is_there) = (&json["machines"], |fleet: &Value| {
        let merge_s = fleet["merge_s"].as_f64().expect("a merge");
        fleet["aggregators"].as_u64() >= Some(1) && merge_s > 0.1 && merge_s < 3.6
    });
    for machine in ["first", "second"] {
        assert!(is_there(&machines["comparison"][machine]["fleet"]), "{machines}");
    }
    let split = machines["split"]["for_target"].as_array().expect("ways to split it");
    assert!(split.len() > 1 && split.iter().all(is_there), "{machines}");
}

/// That profile with a cell more: two provers of one core at once, each taking 1.2 times as long.
#[test]
fn a_split_is_chosen_by_its_rate_under_load() {
    let bench = Bench::new();
    let mut profile: Value =
        serde_json::from_str(&std::fs::read_to_string(solo()).expect("there")).expect("JSON");
    let slower = |times: f64| {
        let mut both = profile["cells"][0].clone();
        both["cell"]["provers"] = 2.into();
        let rate = both["transactions_per_s"].as_f64().expect("a rate");
        both["transactions_per_s"] = (rate / times).into();
        for quantity in both["quantities"].as_array_mut().expect("quantities") {
            for name in ["median_s", "mean_s", "min_s", "max_s"] {
                quantity[name] = (quantity[name].as_f64().expect("a time") * times).into();
            }
            for value in quantity["values_s"].as_array_mut().expect("values") {
                *value = (value.as_f64().expect("a time") * times).into();
            }
        }
        both
    };
    // Two cores carry 35.4 transactions a second, one alone 17.7, two at once of these 35.5 or 29.5.
    let (even, crowded) = (slower(0.99), slower(1.2));
    for (cell, wanted) in [
        (even, "1 core, 2 provers at once (measured with 1 neighbour)."),
        (crowded, "2 cores (solo: a neighbour's cost is unknown)."),
    ] {
        profile["cells"].as_array_mut().expect("cells").truncate(2);
        profile["cells"].as_array_mut().expect("cells").push(cell);
        bench.write("profile.json", &profile.to_string());
        let plan = bench.run("plan --profile profile.json --target-tx-per-s 100").ok().stdout;
        assert!(words(&plan).contains(&format!("one prover is swap of 32, plonky2, {wanted}")), "{plan}");
    }
    let asked = "plan --profile profile.json --target-tx-per-s 100 --l1 latency --measured-ghz 2.6";
    let split = bench.run(&format!("{asked} --split epyc-9174f")).ok().stdout;
    // Provers of one core: 1.2 times the time of one alone; of two: nobody measured neighbours.
    assert!(split.contains("measured with 1") && split.contains("solo: cost"), "{split}");
    let solo = bench.run(&format!("{asked} --of-cores 1 --of-provers 1 --split epyc-9174f")).ok().stdout;
    assert!(words(&solo).contains("1 core (solo: a neighbour's cost is unknown)."), "{solo}");
}
