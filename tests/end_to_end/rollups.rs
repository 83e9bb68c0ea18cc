//! `plan --rollups` and `plan --servers`: by hand and from a record, and what is refused.

use crate::support::{Bench, words};
use fixtures::fractal::fractal;
use records::fractal::FractalRecord;
use records::plan::{FractalPlanRecord, FractalPoolName};
use std::collections::BTreeMap;
use std::path::Path;

/// A thousand rollups by hand.
const THOUSAND: &str = "plan --rollups 1000 --layers 3 --close 10s --settle-every 60s --prove 4s --aggregate-merge 1s \
    --batch-size 100";

fn json(bench: &Bench, command: &str) -> FractalPlanRecord {
    let text = bench.run(&format!("{command} --json")).ok().stdout;
    records::file::parse(&text, Path::new("plan.json")).expect("a plan of rollups")
}

#[test]
fn a_thousand_rollups_by_hand() {
    let bench = Bench::new();
    let plan = json(&bench, THOUSAND);
    // 100 batches a second of 4 s, and a fifth of each prover's time unused.
    assert_eq!((plan.fleet.provers, plan.whole.transactions_per_s), (500, 10_000.0));
    // 6 merges of a chain each, an attach and a join for each of 750, 249 merges for layer 1: in 60 s at 80 %.
    assert_eq!(plan.fleet.aggregators, ((6_000.0_f64 + 2.0 * 750.0 + 249.0) / 48.0).ceil() as u32);
    assert_eq!(plan.fleet.busiest, FractalPoolName::Provers);
    let widths: Vec<_> = plan.layers.iter().map(|layer| (layer.layer, layer.rollups)).collect();
    assert_eq!(widths, [(1, 0), (2, 250), (3, 750)]);
    let virtuals: Vec<_> = plan.layers.iter().map(|layer| layer.delay_virtual_s).collect();
    assert_eq!(virtuals, [None, Some(22.0), Some(32.0)]);
    // The longest chain: a proof, three levels, an attach, two levels of joins of four, eight levels for layer 1.
    assert!((plan.whole.critical_path_s - (4.0 + 3.0 + 1.0 + 2.0 + 8.0)).abs() < 1e-9, "{:?}", plan.whole);
    let parts_s: f64 = plan.whole.parts.iter().map(|part| part.mean_s).sum();
    assert!((parts_s - plan.whole.consolidated.mean_s).abs() < 1e-6, "{:?}", plan.whole);
    let text = bench.run(THOUSAND).ok().stdout;
    assert!(
        text.starts_with("Run 500 provers and 1 spare, 162 aggregators, for 1000 rollups on layers 2 to 3"),
        "{text}"
    );
    assert!(text.contains("What binds: throughput by provers"), "{text}");
}

/// The tree that is planned is the one that was proved: the committed record of eight rollups, job for job.
#[test]
fn a_plan_over_the_record_of_a_tree_counts_the_jobs_that_were_proved() {
    let bench = Bench::new();
    let file = crate::support::root().join("bench-harness/measure/examples/two-cores/fractal.json");
    let record: FractalRecord = records::file::read(&file).expect("a record");
    let plan = json(&bench, &format!("plan --rollups 8 --fractal {} --close 30s", file.display()));
    let planned: BTreeMap<_, _> = plan
        .layers
        .iter()
        .flat_map(|layer| layer.jobs.iter().map(|jobs| ((layer.layer, jobs.stage), jobs.jobs)))
        .collect();
    let proved: BTreeMap<_, _> =
        record.stages.iter().map(|stage| ((stage.layer, stage.stage), stage.jobs)).collect();
    assert_eq!(planned, proved);
    let parents: Vec<_> = record.rollups.iter().map(|rollup| rollup.parent).collect();
    let planned = planner::fractal::RollupTree::balanced(8, 3).expect("a tree").parents();
    assert_eq!(
        parents,
        planned.iter().map(|place| place.map(|place| record.rollups[place].id)).collect::<Vec<_>>()
    );
    let traffic = planner::fractal::same_traffic(&record, 1_000.0).expect("a rate");
    assert_eq!(record.same_traffic, Some(traffic), "the provers that the record tells");
    // Jobs by unit costs are the prediction of the record, and as near to the tree as the suite asks of a new one.
    let cpu_s = plan.whole.cpu_s_per_round.expect("measured");
    let predicted_s: f64 = record.predicted.iter().map(|stage| stage.cpu_s).sum();
    assert!((cpu_s / predicted_s - 1.0).abs() < 1e-9, "{cpu_s} s and {predicted_s} s");
    let proved_s: f64 = record.stages.iter().map(|stage| stage.cpu_s).sum();
    assert!((cpu_s / proved_s - 1.0).abs() < 0.15, "{cpu_s} s and {proved_s} s");
}

#[test]
fn a_limit_is_kept_or_refused_with_the_term() {
    let bench = Bench::new();
    let plan = json(&bench, &format!("{THOUSAND} --delay 100s"));
    assert!(plan.whole.consolidated.mean_s <= 100.0, "{:?}", plan.whole.consolidated);
    bench.run(&format!("{THOUSAND} --delay 60s")).fails(7, &["no plan meets the target: close"]);
    bench.run(&format!("{THOUSAND} --fix-p 300")).fails(7, &["prove"]);
    bench.run(&THOUSAND.replace("60s", "10s")).fails(7, &["block", "s between proofs"]);
}

/// Without --settle-every a limit on the delay leaves the length of a round to cost; one that is given stays.
#[test]
fn the_round_is_chosen_within_the_limit() {
    let bench = Bench::new();
    let free = THOUSAND.replace("--settle-every 60s ", "").replace("1000", "40");
    let one = json(&bench, &free);
    assert_eq!((one.inputs.batches_per_round, one.rounds.searched.len()), (2, 0));
    let plan = json(&bench, &format!("{free} --delay 100s"));
    let chosen = plan.inputs.batches_per_round;
    let rounds = &plan.rounds.searched;
    assert!(chosen > 1 && !rounds.is_empty() && plan.rounds.is_complete, "{rounds:?}");
    let machines = |batches: u32| {
        let round = rounds.iter().find(|round| round.batches_per_round == batches).expect("searched");
        round.provers + round.aggregators
    };
    let fewest = rounds.iter().map(|round| machines(round.batches_per_round)).min();
    assert_eq!(Some(machines(chosen)), fewest);
    assert!(plan.whole.consolidated.mean_s <= 100.0, "{:?}", plan.whole.consolidated);
    let text = bench.run(&format!("{free} --delay 100s")).ok().stdout;
    assert!(text.contains("is the choice with the fewest machines within the limit"), "{text}");
    let given = json(&bench, &format!("{free} --settle-every 20s --delay 100s"));
    assert_eq!((given.inputs.batches_per_round, given.rounds.searched.len()), (2, 0));
}

#[test]
fn other_forms_of_the_plan() {
    let bench = Bench::new();
    let csv = bench.run(&format!("{THOUSAND} --format csv")).ok().stdout;
    let rows: Vec<&str> = csv.lines().collect();
    assert!(rows.len() == 4 && rows[0].starts_with("layer,rollups,circuits,provers"), "{csv}");
    assert!(rows[3].starts_with("3,750,,"), "{csv}");
    bench.run(&format!("{THOUSAND} --format markdown --output plan.md")).ok();
    let page = bench.read("plan.md");
    assert!(page.starts_with("## Plan of many rollups") && page.contains("| 3 | 750 |"), "{page}");
}

#[test]
fn times_of_a_record_and_what_l1_costs() {
    let bench = Bench::new();
    bench.write("fractal.json", &records::file::to_json(&fractal()).expect("JSON"));
    let priced = "--usd-per-core-hour 0.05 --gwei 2 --usd-per-eth 3000 --data-bytes 20 --data-byte-gas 16";
    let command = format!("plan --rollups 8 --fractal fractal.json --close 12s {priced}");
    let all = json(&bench, &command);
    assert_eq!(all.inputs.measured.as_deref(), Some("fractal.json"));
    assert_eq!((all.inputs.batch_transactions, all.inputs.cores_per_machine), (32, Some(2)));
    assert_eq!(all.layers[2].circuits.len(), 2);
    let cost = all.cost.expect("priced");
    // 20 bytes and two of the commitment, 16 gas each, 2 gwei, $3000.
    let data_usd = 22.0 * 16.0 * 2e-9 * 3000.0;
    assert!(
        cost.data_usd_per_transaction.iter().all(|usd| usd.is_some_and(|usd| (usd - data_usd).abs() < 1e-12))
    );
    // 140 kB of proof at 40 gas a byte, over 256 transactions.
    let verified = 140_000.0 * 40.0 * 2e-9 * 3000.0 / 256.0;
    assert!(cost.verification_usd_per_transaction.is_some_and(|usd| (usd - verified).abs() < 1e-9));
    let parts = cost.machines_usd_per_transaction + verified + data_usd;
    assert!((cost.usd_per_transaction - parts).abs() < 1e-9);
    let mixed = json(&bench, &format!("{command} --data rollup,validium"));
    let [second, third] = mixed.cost.expect("priced").data_usd_per_transaction[..] else {
        panic!("two layers")
    };
    assert_eq!((second, third), (Some(data_usd), Some(2.0 * 16.0 * 2e-9 * 3000.0)));
    assert!(bench.run(&command).ok().stdout.contains("verification on L1 $"));
    let closed = bench.run("close --accounts 50 --batch-size 32 --batches 8 --json").ok().stdout;
    bench.write("closed.json", &closed);
    let measured =
        json(&bench, "plan --rollups 8 --fractal fractal.json --close 12s --data-from closed.json");
    assert!(measured.layers[1].data_bytes_per_transaction.is_some_and(|bytes| bytes > 2.0));
}

/// What L1 has no room for is refused, as calldata and as blobs; servers carry what there is room for.
#[test]
fn data_that_l1_cannot_hold_is_refused() {
    let bench = Bench::new();
    bench.write("fractal.json", &records::file::to_json(&fractal()).expect("JSON"));
    let plan = |of: &str, data: &str| {
        let prices =
            "--usd-per-core-hour 0.05 --verify-gas 300000 --gwei 1 --usd-per-eth 3000 --data-bytes 12";
        format!("plan {of} --fractal fractal.json --close 12s {prices} {data}")
    };
    let (calldata, blobs) = ("--data-byte-gas 40", "--blob-gwei 1");
    // 12 and 2 bytes for each of 32 transactions in a block of 12 s, beside a verification.
    let few = json(&bench, &plan("--rollups 1000", calldata));
    let used = (1_000.0 * 32.0 * 14.0 * 40.0 + 300_000.0) / 60e6;
    assert!(few.whole.block_use.is_some_and(|part| (part - used).abs() < 1e-9), "{:?}", few.whole);
    bench.run(&plan("--rollups 4000", calldata)).fails(7, &["block forbids it", "gas a block", "--data"]);
    json(&bench, &plan("--rollups 4000 --block-gas 0", calldata));
    json(&bench, &plan("--rollups 4000", &format!("{calldata} --data rollup,validium")));
    // 1,792,000 bytes, of which 126,976 fit a blob: 14.1, and a fifth of 14 stays free.
    bench
        .run(&plan("--rollups 4000", blobs))
        .fails(7, &["block forbids it: best 11.2 blobs a block, wanted 14.11"]);
    json(&bench, &plan("--rollups 4000", &format!("{blobs} --blobs-per-block 21")));
    let carried = json(&bench, &plan("--servers 100000", calldata));
    let budget = carried.servers.expect("asked");
    assert!(carried.whole.block_use.is_some_and(|part| part <= 0.8 && part > 0.799), "{:?}", carried.whole);
    assert!(budget.unused > 50_000, "{budget:?}");
    let text = bench.run(&plan("--servers 100000", calldata)).ok().stdout;
    assert!(words(&text).contains("throughput by what L1 has room for"), "{text}");
}

/// What is proven on L1 stands there.
#[test]
fn no_layer_is_proven_on_l1_before_it_is_sequenced_there() {
    let bench = Bench::new();
    for rollups in [12, 100] {
        let command = format!(
            "plan --rollups {rollups} --layers 12 --close 60s --prove 4s --aggregate-merge 1s --batch-size 32"
        );
        for layer in &json(&bench, &command).layers[1..] {
            let proven_s = layer.consolidated.expect("a layer of rollups").mean_s;
            assert!(layer.delay_virtual_s.is_some_and(|carried_s| carried_s <= proven_s), "{layer:?}");
        }
    }
}

/// Who reads a claim pastes what it prints.
#[test]
fn commands_of_claims_run() {
    let bench = Bench::new();
    bench.write("fractal.json", &records::file::to_json(&fractal()).expect("JSON"));
    let claims = bench.run("claims --fractal fractal.json --format json").ok().stdout;
    let commands = claims.split('`').filter(|part| part.starts_with("bench-harness plan --"));
    let commands: Vec<_> = commands.filter(|command| command.contains("fractal.json")).collect();
    assert!(commands.len() >= 4, "{commands:?}");
    for command in commands {
        bench.run_shell(command).ok();
    }
}

#[test]
fn servers_blocks_and_what_ifs() {
    let bench = Bench::new();
    let command = "plan --servers 10000 --close 12s --prove 4s --aggregate-merge 1s --batch-size 100 --proof-every-block \
        --core-speed-up 100 --doublings 2";
    let plan = json(&bench, command);
    let budget = plan.servers.expect("asked");
    assert_eq!(budget.executors + budget.provers + budget.aggregators + budget.unused, 10_000);
    assert!(plan.inputs.rollups == budget.rollups && budget.rollups > 5_000, "{budget:?}");
    let block = plan.every_block.expect("asked");
    assert!(!block.is_met && block.floor_s > 12.0, "{block:?}");
    assert_eq!(plan.what_ifs.iter().map(|row| row.core_speed_up).collect::<Vec<_>>(), [100.0, 2.0, 4.0]);
    assert_eq!(plan.what_ifs[2].years, Some((8.0, 10.0)));
    assert!(plan.what_ifs[0].critical_path_s < plan.whole.critical_path_s / 99.0);
    let text = bench.run(command).ok().stdout;
    assert!(text.contains("WHAT IF, and no plan") && text.contains("A proof every block: NOT"), "{text}");
}

#[test]
fn a_law_over_cores_says_how_many_a_proof_every_block_takes() {
    let bench = Bench::new();
    bench.write("fractal.json", &records::file::to_json(&fractal()).expect("JSON"));
    let command = "plan --rollups 64 --fractal fractal.json --close 4s --block 4s --proof-every-block";
    assert_eq!(json(&bench, command).every_block.expect("asked").over_cores, None);
    let profile = crate::support::root().join("bench-harness/measure/examples/two-cores/profile.json");
    let with = json(&bench, &format!("{command} --profile {}", profile.display()));
    let law = with.every_block.expect("asked").over_cores.expect("a law");
    assert!(law.measured_cores == 2 && law.serial_fraction < 1.0, "{law:?}");
}

#[test]
fn what_has_no_meaning_for_many_rollups_is_refused() {
    let bench = Bench::new();
    for (more, wanted) in [
        ("--target-tx-per-s 5", "--target-tx-per-s: has no effect with --rollups"),
        ("--l1 slots", "--l1: has no effect"),
        ("--explain", "--explain"),
        ("--format openmetrics", "--format terminal, json, csv or markdown"),
        ("--fan-out 2,3", "these are 8 rollups"),
        ("--data plasma", "volition:FRACTION"),
        ("--plan-seed 3", "nothing in this plan is random"),
        ("--fail-if plan.provers>1", "--fail-if"),
    ] {
        bench.run(&format!("{THOUSAND} {more}").replace("--layers 3 ", "")).fails(2, &[wanted]);
    }
    bench
        .run("plan --rollups 8 --close 10s --prove 4s --batch-size 9")
        .fails(2, &["--aggregate-merge is missing"]);
    bench.run("plan --rollups 8 --prove 4s").fails(2, &["--close is missing"]);
    bench.run("plan --rollups 8 --servers 9 --close 10s").fails(2, &["cannot be used with"]);
    bench
        .run("plan --rollups 8 --close 10s --settle-every 15s --prove 4s")
        .fails(2, &["a whole number of closings"]);
    bench.write("fractal.json", &records::file::to_json(&fractal()).expect("JSON"));
    bench
        .run("plan --rollups 8 --close 10s --fractal fractal.json --prove 4s")
        .fails(2, &["cannot be used with"]);
}
