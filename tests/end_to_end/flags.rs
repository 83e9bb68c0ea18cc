//! Each flag does something or is an error that says what to do: flags that need each other, and flags of shared
//! argument structs that have no effect on one verb.

use crate::support::{Bench, PROGRAM, SCRIPT};
use std::collections::BTreeSet;

const BY_HAND: &str = "plan --close 10s --prove 120s --block 15s --aggregate 12s --target-batches-per-s 0.1";
const QUEUE: &str = "queue --prove 120s --rates 0.1 --provers 14";

/// A command, and what its error must contain.
type Case = (String, &'static [&'static str]);

/// Flags without the flag that they need, or with one that leaves them nothing to do.
fn needing_another() -> Vec<Case> {
    let plan = |more: &str| format!("{BY_HAND} {more}");
    let by_merge = "plan --close 10s --prove 120s --block 15s --target-batches-per-s 0.1";
    let profile =
        |more: &str| format!("plan --profile out/profile.json --target-tx-per-s 500 --headroom 0 {more}");
    let mut cases: Vec<Case> = vec![
        (plan("--delay-state virtual"), &["--delay <TIME>"]),
        (plan("--delay-statistic p99"), &["--delay <TIME>"]),
        (plan("--missed-slots 0.1"), &["give --l1 slots"]),
        (plan("--l1-phase 3s"), &["give --l1 slots"]),
        (plan("--usd-per-core-hour 1 --prover-usd-per-hour 2"), &["--prover-usd-per-hour"]),
        (plan("--usd-per-core-hour 1 --aggregator-usd-per-hour 2"), &["--prover-usd-per-hour"]),
        (plan("--repair 1min"), &["--mtbf"]),
        (plan("--on-crash wait"), &["--mtbf"]),
        (plan("--straggler-factor 3"), &["--straggler-fraction"]),
        (plan("--batch-gas 9"), &["--gwei"]),
        (plan("--gwei 9"), &["--usd-per-eth", "--prover-usd-per-hour"]),
        (plan("--gwei 9 --usd-per-eth 9 --prover-usd-per-hour 9"), &["--verify-gas"]),
        (plan("--block-gas 9"), &["--verify-gas"]),
        (plan("--proof-byte-gas 9"), &["--profile", "--verify-gas"]),
        (plan("--aggregator-usd-per-hour 9"), &["--prover-usd-per-hour"]),
        (plan("--fix-p 3 --provers-max 4"), &["--fix-p", "--provers-max"]),
        (plan("--aggregate-shape fold"), &["--aggregate-merge"]),
        (plan("--lone-proof lift"), &["--aggregate-merge"]),
        (plan("--prove-law exponential --prove-cv 0.3"), &["--prove-cv", "--prove-law lognormal"]),
        (format!("{by_merge} --aggregate-cv 0.1"), &["--aggregate"]),
        (plan("--aggregate-merge 3s"), &["--aggregate"]),
        (plan("--budget 3"), &["--split"]),
        (plan("--json --format csv"), &["--json", "--format"]),
        (profile("--aggregate-shape tree:4"), &["--aggregate-merge"]),
    ];
    for flag in
        ["--of-workload mix", "--of-system plonky2", "--of-batch-size 4", "--of-cores 1", "--of-provers 1"]
    {
        cases.push((plan(flag), &["give --profile"]));
    }
    for flag in ["--catalogue a.csv", "--measured-on a", "--measured-ghz 2", "--measured-cores 2"] {
        cases.push((plan(flag), &["--hardware"]));
    }
    for flag in [
        "--prove 1s",
        "--prove-cv 0.1",
        "--prove-law exponential",
        "--aggregate 1s",
        "--aggregate-cv 0.1",
        "--batch-size 4",
        "--measured-cores 2 --hardware all",
    ] {
        cases.push((profile(flag), &["cannot be used with"]));
    }
    for flag in [
        "--prove-cv 0.1",
        "--prove-law exponential",
        "--plan-seed 2",
        "--mtbf 1h --repair 1min",
        "--straggler-fraction 0.1 --straggler-factor 2",
    ] {
        cases.push((format!("{QUEUE} {flag}"), &["--simulate"]));
    }
    for flag in [
        "--layers 3",
        "--settle-every 20s",
        "--attach 1s",
        "--data validium",
        "--proof-every-block",
        "--doublings 1",
    ] {
        cases.push((plan(flag), &["--rollups <COUNT>"]));
    }
    cases.push((plan("--rollups 8"), &["--target-batches-per-s", "--rollups"]));
    cases.push((plan("--plan-seed 2"), &["--plan-seed", "nothing in this plan is random"]));
    cases.push((format!("{QUEUE} --autoscale-use 0.5"), &["--autoscale-start"]));
    cases.push((format!("{QUEUE} --within 1h"), &["--backlog"]));
    cases.push((format!("{QUEUE} --simulate --json"), &["--simulate", "--json"]));
    cases.push(("machine --json restore".to_owned(), &["restore", "--json"]));
    cases
}

/// Flags of a report where it has no plan, no laws, or no single text to print.
fn of_reports() -> Vec<Case> {
    let report = |more: &str| format!("report out {more}");
    let mut cases: Vec<Case> = vec![
        (report("--delay 60s --html"), &["--delay: has an effect with a target only", "--target-tx-per-s"]),
        ("report out out --delay 60s".to_owned(), &["has an effect with a target only"]),
        ("report out out --of-cores 1".to_owned(), &["--of-cores", "--html"]),
        ("report out out --at-n 4".to_owned(), &["--at-n", "is of one run"]),
        ("report out out --what stages".to_owned(), &["--what", "is of one run, and 2 are named"]),
        ("report out out --serve".to_owned(), &["--serve", "is of one run"]),
        ("report out out --html".to_owned(), &["--html", "name of a file"]),
        ("report out out out --json".to_owned(), &["two at a time"]),
        (report("--listen 127.0.0.1:0"), &["--serve"]),
        (report("--other-usd-per-hour 1 --prover-usd-per-hour 1"), &["name another run"]),
        (report("--answer-limit 5s"), &["--serve"]),
        (report("--far"), &["--far", "--what laws"]),
        (report("--timeline a.json --target-tx-per-s 5"), &["--target-tx-per-s", "--html"]),
    ];
    for what in ["", "--what samples --json", "--what machine", "--what laws"] {
        cases.push((
            report(&format!("{what} --target-tx-per-s 5")),
            &["--target-tx-per-s", "name several runs"],
        ));
        cases.push((report(&format!("{what} --of-cores 1")), &["--of-cores", "--what summary"]));
    }
    for form in ["--html", "--pictures a", "--tables a", "--timeline a", "--serve"] {
        for flag in ["--what laws", "--format csv", "--json", "--output a"] {
            cases.push((report(&format!("{form} {flag}")), &["cannot be used with"]));
        }
    }
    cases
}

/// Flags of a spec and of a plan that have no effect on a comparison.
fn of_comparisons() -> Vec<Case> {
    let programs = format!("--base {PROGRAM} --head {PROGRAM}");
    let mut cases: Vec<Case> = Vec::new();
    for verb in [format!("gate paired {programs}"), format!("gate aa --program {PROGRAM}")] {
        for (flag, instead) in [
            ("--repeats 9", &["--repeats", "--pairs"]),
            ("--min-repeats 9", &["--min-repeats", "--pairs"]),
            ("--reruns 9", &["--reruns", "--repeat-discarded"]),
            ("--interval-width 0.1", &["--interval-width", "--pairs"]),
            ("--time-limit 9s", &["--time-limit", "--sample-timeout"]),
            ("--memory-limit 9", &["--memory-limit", "measure"]),
            ("--clock 50%", &["--clock", "measure"]),
            ("--provers 2", &["--provers", "measure"]),
        ] {
            cases.push((format!("{verb} {flag}"), instead));
        }
    }
    cases.push((format!("gate paired {programs} --fix-p 3"), &["--fix-p", "--provers-max"]));
    cases.push((format!("gate paired {programs} --spares 2"), &["--spares", "--target-tx-per-s"]));
    cases.push((format!("gate aa --program {PROGRAM} --min-effect 3%"), &["unexpected argument"]));
    for flag in [
        "--repeats 9",
        "--min-repeats 9",
        "--reruns 9",
        "--interval-width 0.1",
        "--time-limit 9s",
        "--memory-limit 9",
        "--keep-discarded",
        "--clock 50%",
        "--cores 1",
        "--provers 2",
    ] {
        cases.push((format!("gate exact {flag}"), &["not timed", "gate paired"]));
    }
    cases
}

#[test]
fn a_flag_without_effect_is_refused_with_what_to_do() {
    let bench = Bench::scripted(SCRIPT, "");
    bench.run("run --spec spec.toml --batch-size 400 --target-tx-per-s 500 --headroom 0 --output out").ok();
    let before = bench.everything();
    for (command, wanted) in needing_another().into_iter().chain(of_reports()).chain(of_comparisons()) {
        let ran = bench.run(&command);
        assert_eq!(ran.stdout, "", "{command}");
        ran.fails(2, wanted);
    }
    assert_eq!(bench.everything(), before, "a command that was refused wrote something");
}

/// The flags in the help of a verb.
fn flags_of(bench: &Bench, verb: &str) -> BTreeSet<String> {
    let help = bench.run(&format!("{verb} --help")).ok().stdout;
    let lines = help.lines().map(str::trim_start).filter_map(|line| {
        let line = line.strip_prefix("-h, ").unwrap_or(line);
        line.strip_prefix("--")
    });
    lines.map(|rest| rest.split([' ', '[', ',', ';']).next().expect("a name").to_owned()).collect()
}

/// Every flag in the help of `gate paired` is in one of these commands, which are accepted.
#[test]
fn every_flag_of_a_comparison_is_accepted_with_those_that_it_needs() {
    let bench = Bench::scripted(SCRIPT, "");
    let times: String = (0..24).map(|at| format!("{}\n", at * at)).collect();
    bench.write("trace.csv", &format!("time_s\n{times}"));
    measure_close_times(&bench, 4, 1);
    let commands = [
        "--pairs 5 --level 5% --repeat-discarded 1 --time prove --sample-timeout 1min --min-effect 3% --strict \
         --lock own --spec spec.toml --workload mix --swap-ratio 0.5 --batch-size 4 --capacity 4 --cores 1 \
         --batches-per-aggregation 2 --seed 3 --accounts 20 --pools 2 --fee-bps 30 --depth 8 --zipf 1 \
         --proof-system scripted --script script.toml --keep-discarded --allow-unverified --github never \
         --export-json a.json --export-markdown a.md --export-junit a.xml --export-bencher a.bmf \
         --export-smaller-is-better a.small --target-batches-per-s 0.01 --close 2s --block 6s --delay 300s \
         --delay-state virtual --delay-statistic p99 --fix-n 2 --provers-max 99 --spares 2 \
         --aggregator-spares 1 --arrivals trace:trace.csv --closing full --aggregate-shape fold --l1 slots --missed-slots 0.01 \
         --l1-phase 3s --plan-seed 3 --mtbf 24h --repair 1min --on-crash wait --straggler-fraction 0.1 --straggler-factor 2 \
         --prover-usd-per-hour 1 --aggregator-usd-per-hour 2 --verify-gas 300000 --batch-gas 9 --sequence-gas 9 --gwei 20 \
         --usd-per-eth 3000 --block-gas 30000000 --proof-byte-gas 16",
        "--spec spec.toml --time prove --pairs 5 --geometric-mean --shared --target-tx-per-s 1 --usd-per-core-hour 1 --aggregate-merge 1s --lone-proof lift",
        "--spec spec.toml --time prove --pairs 5 --shared --target-tx-per-s 1 --headroom 0.1 --fix-a 1 --l1 slots \
         --batches-per-sequence 2 --proofs-per-slot 1 --close-times close-times.json",
    ];
    let base = format!("gate paired --base {PROGRAM} --head {PROGRAM}");
    let mut tried = BTreeSet::from(["base", "head", "help"].map(str::to_owned));
    for command in commands {
        bench.run(&format!("{base} {command}")).ok();
        tried
            .extend(command.split_whitespace().filter_map(|word| word.strip_prefix("--")).map(str::to_owned));
    }
    // Two that need a proof system and a workload of their own: `own_prover` and `trace` try them.
    tried.extend(["trace", "command", "command-timeout"].map(str::to_owned));
    assert_eq!(flags_of(&bench, "gate paired"), tried);
}

/// Close times of batches of a size under a load, in `close-times.json`.
fn measure_close_times(bench: &Bench, batch_size: u32, tx_per_s: u32) {
    let flags =
        format!("--batch-size {batch_size} --tx-per-s {tx_per_s} --batches 3 --accounts 20 --depth 8");
    bench.write("close-times.json", &bench.run(&format!("close {flags} --pools 2 --json")).ok().stdout);
}

/// A plan by hand with some flags replaced or added (`name value; name value`), or taken away (`name -`).
fn planned(changes: &str) -> String {
    let mut flags: Vec<(String, String)> = BY_HAND
        .split("--")
        .skip(1)
        .filter_map(|flag| flag.trim().split_once(' '))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    for change in changes.split(';').map(str::trim).filter(|change| !change.is_empty()) {
        let (name, value) = change.split_once(' ').unwrap_or((change, ""));
        flags.retain(|flag| flag.0 != name);
        if value != "-" {
            flags.push((name.to_owned(), value.to_owned()));
        }
    }
    flags.iter().fold("plan".to_owned(), |line, (name, value)| format!("{line} --{name} {value}"))
}

/// What a plan without a flag is compared with, and the flag: what is printed, or written, must differ.
const CHANGES: &[(&str, &str)] = &[
    ("", "close 9s"),
    ("batch-size 10; target-batches-per-s -; target-tx-per-s 5", "close -; close-times close-times.json"),
    ("", "block 14s"),
    ("", "prove 110s"),
    ("", "prove-cv 0.3"),
    ("", "prove-law exponential"),
    ("", "aggregate 11s"),
    ("aggregate -; aggregate-merge 3s", "aggregate-merge 4s"),
    ("aggregate -; aggregate-merge 3s; fix-n 12", "aggregate-shape fold"),
    ("aggregate -; aggregate-merge 3s; fix-n 11", "lone-proof lift"),
    ("", "aggregate-cv 0.3"),
    ("", "batch-size 10"),
    ("", "target-batches-per-s 0.05"),
    ("batch-size 10", "target-batches-per-s -; target-tx-per-s 0.5"),
    ("", "delay 300s"),
    ("delay 300s", "delay-state virtual"),
    ("delay 300s; prove-cv 0.3", "delay-statistic p99"),
    ("", "fix-n 20"),
    ("", "fix-p 20"),
    ("", "fix-a 3"),
    ("", "headroom 0.1"),
    ("", "explain"),
    ("explain", "batches-per-sequence 4"),
    ("", "provers-max 11"),
    ("", "spares 3"),
    ("", "aggregator-spares 2"),
    ("", "arrivals poisson"),
    ("", "closing timeout:8s"),
    ("", "l1 slots"),
    ("l1 slots", "missed-slots 0.1"),
    ("l1 slots", "l1-phase 3s"),
    ("l1 slots", "proofs-per-slot 1"),
    ("prove-cv 0.3", "plan-seed 2"),
    ("", "mtbf 1h; repair 5min"),
    ("mtbf 1h; repair 5min", "on-crash wait"),
    ("", "straggler-fraction 0.1; straggler-factor 3"),
    ("", "prover-usd-per-hour 2"),
    ("", "usd-per-core-hour 2; measured-cores 4"),
    ("usd-per-core-hour 2; measured-cores 4", "measured-cores 8"),
    ("prover-usd-per-hour 2", "aggregator-usd-per-hour 3"),
    ("prover-usd-per-hour 2", "verify-gas 300000; gwei 5; usd-per-eth 3000"),
    ("prover-usd-per-hour 2; verify-gas 300000; gwei 5; usd-per-eth 3000", "batch-gas 20000"),
    ("verify-gas 300000", "block-gas 200000"),
    ("prover-usd-per-hour 2; verify-gas 300000; gwei 5; usd-per-eth 3000; explain", "sequence-gas 50000"),
    ("", "hardware aws-c7a.4xlarge; measured-ghz 3; measured-cores 4"),
    ("hardware aws-c7a.4xlarge; measured-ghz 3; measured-cores 4", "measured-on aws-c7a.8xlarge"),
    ("hardware aws-c7a.4xlarge; measured-ghz 3; measured-cores 4", "measured-ghz 3.5"),
    ("hardware own; measured-ghz 3; measured-cores 4", "catalogue own.csv"),
    ("", "compare aws-c7a.4xlarge,aws-c7i.4xlarge; measured-ghz 3; measured-cores 4"),
    ("", "split aws-c7a.4xlarge; measured-ghz 3; measured-cores 4"),
    ("split aws-c7a.4xlarge; measured-ghz 3; measured-cores 4", "budget 20"),
    ("", "format csv"),
    ("", "json"),
    ("", "output plan.txt"),
    ("", "timeline timeline.json"),
    ("", "fail-if plan.provers>=1"),
    (ROLLUPS, "rollups 9"),
    (SERVERS, "servers 120"),
    (ROLLUPS, "layers 4"),
    (ROLLUPS, "fan-out 1,7"),
    (ROLLUPS, "settle-every 40s"),
    (ROLLUPS, "attach 7s"),
    (ROLLUPS, "data validium"),
    (ROLLUPS, "data-bytes 20"),
    (ROLLUPS, "proof-every-block"),
    (ROLLUPS, "core-speed-up 100"),
    (ROLLUPS, "doublings 2"),
    (PRICED, "data-byte-gas 16"),
    (PRICED, "blob-gwei 1"),
    (BLOBS, "blobs-per-block 3"),
];

/// Many rollups, whose load is their batches, and what data costs in their plan.
const ROLLUPS: &str =
    "aggregate -; target-batches-per-s -; close 20s; aggregate-merge 3s; batch-size 50; rollups 8";
const SERVERS: &str =
    "aggregate -; target-batches-per-s -; close 20s; aggregate-merge 3s; batch-size 50; servers 100";
const PRICED: &str = "aggregate -; target-batches-per-s -; close 20s; aggregate-merge 3s; batch-size 50; rollups 8; \
    prover-usd-per-hour 2; verify-gas 300000; gwei 5; usd-per-eth 3000; data-bytes 20";
const BLOBS: &str = "aggregate -; target-batches-per-s -; close 20s; aggregate-merge 3s; batch-size 50; rollups 8; \
    prover-usd-per-hour 2; verify-gas 300000; gwei 5; usd-per-eth 3000; data-bytes 20; blob-gwei 1";

/// Every flag in the help of `plan` changes what is printed, where it is accepted.
#[test]
fn every_flag_of_a_plan_does_something() {
    let bench = Bench::scripted(SCRIPT, "");
    measure_close_times(&bench, 10, 5);
    bench.write("own.csv", "id,name,physical_cores,all_core_ghz\nown,Own,16,4.0\n");
    let seen = |changes: &str| {
        let ran = bench.run(&planned(changes));
        let written = ["plan.txt", "timeline.json"].map(|file| std::fs::read(bench.path(file)).ok());
        (ran.stdout.clone(), ran.error().to_owned(), written)
    };
    let mut tried = BTreeSet::from(["help".to_owned()]);
    for (context, change) in CHANGES {
        assert_ne!(
            seen(context),
            seen(&format!("{context}; {change}")),
            "{change} does nothing with {context}"
        );
        let names = change.split(';').filter_map(|flag| flag.split_whitespace().next());
        tried.extend(names.map(str::to_owned));
    }
    // Those that choose a cell of a profile: `verbs` and `machines` try them, and what its proofs take on L1.
    tried.extend(
        ["profile", "proof-byte-gas", "of-workload", "of-system", "of-batch-size", "of-cores", "of-provers"]
            .map(str::to_owned),
    );
    // Files of records: `rollups` tries them.
    tried.extend(["fractal", "data-from"].map(str::to_owned));
    assert_eq!(flags_of(&bench, "plan"), tried);
}
