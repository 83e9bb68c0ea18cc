//! Everything that is refused: what it says, its exit code, and that nothing was written.

use crate::support::{Bench, SCRIPT};

/// Runs it in a scripted bench and sees that it changes nothing.
#[track_caller]
fn refused(bench: &Bench, arguments: &str, wanted: &[&str]) {
    let before = bench.everything();
    bench.run(arguments).fails(2, wanted);
    assert_eq!(bench.everything(), before, "{arguments} left something behind");
}

#[test]
fn zero_of_anything() {
    let bench = Bench::scripted(SCRIPT, "");
    refused(&bench, "workload replay --transactions 0", &["--transactions: expected at least 1, got 0"]);
    refused(&bench, "workload generate --batch-size 0 --output t.csv", &["expected at least 1, got 0"]);
    for (flag, wanted) in [
        ("--cores 0", "zero cores cannot prove anything; the fewest is 1"),
        ("--batch-size 0", "batch_sizes: expected 1 to"),
        ("--repeats 0", "repeats: expected 1 to"),
        ("--accounts 0", "accounts: expected 1 to"),
        ("--batches-per-aggregation 0", "batches_per_aggregation: expected 1 to"),
        ("--time-limit 0", "time_limit_s: expected more than 0"),
        ("--capacity 0", "capacity: expected 1 to"),
    ] {
        refused(&bench, &format!("measure --spec spec.toml --output out {flag}"), &[wanted]);
        refused(&bench, &format!("run --spec spec.toml --output out {flag}"), &[wanted]);
    }
}

#[test]
fn more_cores_than_there_are() {
    let bench = Bench::scripted(SCRIPT, "");
    let may_use = std::thread::available_parallelism().expect("cores").get();
    let asked = 4096;
    let wanted = format!("asked for {asked} cores, but this process may use ");
    refused(&bench, &format!("measure --spec spec.toml --output out --cores 1,{asked}"), &[&wanted]);
    // As many as it says are there are indeed there.
    let said = bench.run(&format!("measure --list --spec spec.toml --cores {asked}")).fails(2, &[&wanted]);
    let number: usize = said
        .error()
        .split(&wanted)
        .nth(1)
        .expect("a number")
        .split(' ')
        .next()
        .expect("it")
        .parse()
        .expect("a number");
    assert!(number >= may_use, "{number} of {may_use}");
    bench.run(&format!("measure --list --spec spec.toml --cores {number}")).ok();
    refused(&bench, &format!("measure --list --spec spec.toml --cores {}", number + 1), &[]);
}

#[test]
fn a_batch_larger_than_the_circuit() {
    let bench = Bench::scripted(SCRIPT, "");
    let wanted = ["batch_sizes: expected at most the capacity of the circuit, 8, got 9"];
    refused(&bench, "measure --spec spec.toml --output out --batch-size 9 --capacity 8", &wanted);
    // Batches of a trace can be longer than the flag says, since the trace itself says where they end.
    bench.run("workload generate --transactions 18 --batch-size 9 --accounts 20 --pools 2 --depth 8 --output t.csv")
        .ok();
    let trace = "measure --spec spec.toml --output out --workload trace --trace t.csv";
    refused(&bench, &format!("{trace} --batch-size 8"), &["batches of at most 8 transactions", "one of 9"]);
    bench.run(&format!("{trace} --batch-size 9")).ok();
}

#[test]
fn a_tree_too_small_for_the_accounts() {
    let bench = Bench::scripted(SCRIPT, "");
    let wanted = ["a tree of depth 10 holds 512 accounts, and 513 were asked for: take depth 11 or more"];
    refused(&bench, "measure --spec spec.toml --output out --depth 10 --accounts 513", &wanted);
    refused(&bench, "workload replay --depth 10 --accounts 513 --transactions 1", &wanted);
    bench.run("workload replay --depth 11 --accounts 513 --transactions 1").ok();
    bench.run("workload replay --depth 10 --accounts 512 --transactions 1").ok();
    refused(&bench, "workload replay --depth 99 --transactions 1", &["depth"]);
}

#[test]
fn a_spec_that_is_none() {
    let bench = Bench::new();
    for (text, wanted) in [
        ("seed = 1\nrepeat = 3\n", "spec.toml, line 2: unknown key `repeat`; did you mean `repeats`?"),
        ("seed = = 3\n", "spec.toml, line 1: "),
        ("seed = 1\nrepeats = \"many\"\n", "spec.toml, line 2: repeats: invalid type: string"),
        ("workloads = [\"swaps\"]\n", "workloads: expected one of transfer, swap, mix, trace, got `swaps`"),
        (
            "proof_system = \"halo2\"\n",
            "proof_system: expected one of plonky2, plonky2-keccak, plonky3, plonky2-registers, plonky2-merge4, plonky2-registers-merge4, plonky2-registers-or-plain, scripted, command, got `halo2`",
        ),
        ("proof_system = \"command\"\n", "command: expected a program and its arguments, got none"),
        ("proof_system = \"scripted\"\nscript = \"none.toml\"\n", "none.toml: No such file"),
        ("workloads = [\"trace\"]\n", "trace: expected a CSV file"),
        ("swap_ratio = 1.5\n", "swap_ratio: expected 0 to 1, got 1.5"),
    ] {
        bench.write("spec.toml", text);
        refused(&bench, "measure --spec spec.toml --output out", &[wanted]);
    }
    refused(&bench, "measure --spec none.toml --output out", &["none.toml: No such file"]);
    bench.write("spec.toml", "proof_system = \"scripted\"\nscript = \"script.toml\"\n");
    for text in ["proof = 3\n", "prove = { fixed_s = -1.0 }\n", "prove = { values_s = [] }\n"] {
        bench.write("script.toml", text);
        refused(&bench, "measure --spec spec.toml --output out", &["script.toml: "]);
    }
}

#[test]
fn a_truncated_samples_file() {
    let bench = Bench::scripted(SCRIPT, "");
    bench.run("measure --spec spec.toml --output out").ok();
    let whole = bench.read("out/samples.jsonl");
    let cut = &whole[..whole.len() - 20];
    bench.write("out/samples.jsonl", cut);
    let line = whole.lines().count();
    let wanted = format!("samples.jsonl, line {line}: cut off after ");
    refused(&bench, "report out --what samples --format csv", &[&wanted, "resume the run"]);
    // What it says helps: what was there stays, the rest is made again.
    bench.run("measure --output out --resume").ok();
    bench.run("report out --what samples --format csv").ok();
    let after = bench.read("out/samples.jsonl");
    let kept = &cut[..cut.rfind('\n').expect("a line") + 1];
    assert!(after.starts_with(kept));
    // A line that is whole and no record is not repaired.
    bench.write("out/samples.jsonl", &whole.replacen("\"wall_s\"", "\"wall\"", 1));
    refused(&bench, "measure --output out --resume", &["samples.jsonl, line 2, field "]);
    refused(&bench, "report out --what samples --format csv", &["samples.jsonl, line 2, field "]);
}

#[test]
fn files_of_a_newer_version() {
    let bench = Bench::scripted(SCRIPT, "");
    bench.run("measure --spec spec.toml --output out").ok();
    let newer = |name: &str, old: &str, new: &str| {
        let text = bench.read(name);
        assert!(text.contains(old), "{name}");
        bench.write(name, &text.replacen(old, new, 1));
    };
    newer("out/profile.json", "\"schema_version\": 2", "\"schema_version\": 3");
    let wanted = ["profile.json, line 1, field schema_version: expected 2, got 3: read it with the version"];
    refused(&bench, "plan --profile out/profile.json --target-tx-per-s 1", &wanted);
    refused(&bench, "report out", &wanted);
    newer("out/samples.jsonl", "\"schema_version\":2", "\"schema_version\":3");
    let wanted = ["samples.jsonl, line 1, field schema_version: expected 2, got 3"];
    refused(&bench, "report out --what samples --format csv", &wanted);
    refused(&bench, "measure --output out --resume", &wanted);
}

#[test]
fn a_profile_that_is_none() {
    let bench = Bench::scripted(SCRIPT, "");
    bench.run("measure --spec spec.toml --output out").ok();
    let whole = bench.read("out/profile.json");
    for (text, wanted) in [
        ("", "profile.json"),
        (&whole[..whole.len() / 2], "the file is cut off"),
        (
            &whole.replacen("\"repeats\": 3", "\"repeats\": \"three\"", 1),
            "field cells[0].repeats: invalid type",
        ),
        ("[1, 2]", "schema_version: expected 2, got none"),
    ] {
        bench.write("profile.json", text);
        refused(&bench, "plan --profile profile.json --target-tx-per-s 1", &["profile.json, line", wanted]);
    }
    let of_whole = "plan --profile out/profile.json";
    refused(&bench, of_whole, &["give a target: --target-tx-per-s or --target-batches-per-s"]);
    refused(
        &bench,
        &format!("{of_whole} --target-tx-per-s 1 --of-cores 64"),
        &["no cell of the profile fits; it has: mix of 4, scripted, 1 core"],
    );
    refused(&bench, "report elsewhere", &["elsewhere/profile.json: No such file"]);
    refused(&bench, "report out --what samples", &["samples come as csv or json"]);
}

#[test]
fn plans_of_impossible_numbers() {
    let bench = Bench::new();
    let plan = |close: &str, prove: &str, aggregate: &str, target: &str| {
        format!(
            "plan --close {close} --prove {prove} --aggregate {aggregate} --target-batches-per-s {target}"
        )
    };
    for arguments in [
        plan("10s", "0", "12s", "0.1"),
        plan("10s", "nan", "12s", "0.1"),
        plan("10s", "120s", "12s", "0"),
        plan("10s", "120s", "12s", "inf"),
        format!("{} --fix-n 0", plan("10s", "120s", "12s", "0.1")),
        format!("{} --provers-max 0", plan("10s", "120s", "12s", "0.1")),
        "plan --prove 120s --aggregate 12s --target-batches-per-s 0.1".to_owned(),
        "plan --close 10s --aggregate 12s --target-batches-per-s 0.1".to_owned(),
        "plan --close 10s --prove 120s --target-batches-per-s 0.1".to_owned(),
        "plan --close 10s --prove 120s --aggregate 12s".to_owned(),
        // Transactions a second say nothing where nobody says how many there are in a batch.
        "plan --close 10s --prove 120s --aggregate 12s --target-tx-per-s 5".to_owned(),
    ] {
        refused(&bench, &arguments, &["error: "]);
    }
}

/// Every flag of a number, and what is outside its range: the error names the flag, the range and what came.
#[test]
fn numbers_out_of_range() {
    const PLAN: &str = "plan --close 10s --prove 120s --block 15s --aggregate 12s";
    const QUEUE: &str = "queue --prove 120s --rates 0.1 --provers 14";
    let bench = Bench::new();
    let plan = format!("{PLAN} --target-batches-per-s 0.1");
    let plan = plan.as_str();
    let gas = "--prover-usd-per-hour 1 --verify-gas 1 --usd-per-eth 1 --gwei";
    let (time, time_or_zero) = ("a time from 1 µs to 10 years", "a time from 0 s to 10 years");
    let (provers, cv, usd) = ("from 1 to 1048576", "a number from 0 to 10", "a number from 0 to 1e9");
    for (base, flag, values, range) in [
        (PLAN, "--target-batches-per-s", "0 -1 nan inf 1e10", "a number from 1e-9 to 1e9"),
        (PLAN, "--batch-size 9 --target-tx-per-s", "0 -1 nan inf", "a number from 1e-9 to 1e9"),
        (plan, "--delay", "0 -3s 87601h", time),
        (plan, "--fix-n", "0 -1 1.5 1000001 4294967295", "a whole number from 1 to 1000000"),
        (plan, "--fix-p", "0 -1 1048577", provers),
        (plan, "--provers-max", "0 -1 1048577", provers),
        (plan, "--fix-a", "0 -1 1048577", provers),
        (plan, "--headroom", "-0.1 0.96 nan", "a number from 0 to 0.95"),
        (plan, "--batches-per-sequence", "0 -1 1000001", "from 1 to 1000000"),
        (plan, "--l1 slots --proofs-per-slot", "0 -1", provers),
        (plan, "--spares", "-1 1048577 nan", "from 0 to 1048576"),
        (plan, "--prove-cv", "-0.1 nan 11", cv),
        (plan, "--aggregate-cv", "-0.1 nan 11", cv),
        (plan, "--batch-size", "0 -1 1e9", "from 1 to 1000000000"),
        (plan, "--plan-seed", "-1 x", "from 0 to 18446744073709551615"),
        (plan, "--l1 slots --missed-slots", "-0.1 1.1 nan", "a fraction from 0 to 1"),
        (plan, "--l1 slots --l1-phase", "-3s", time_or_zero),
        (plan, "--repair 1min --mtbf", "0 -3s", time),
        (plan, "--mtbf 1h --repair", "-3s 87601h", time_or_zero),
        (plan, "--straggler-factor 2 --straggler-fraction", "-0.1 1.1 nan", "a fraction from 0 to 1"),
        (plan, "--straggler-fraction 0.1 --straggler-factor", "0.9 -1 nan inf", "a number from 1 to 1000"),
        (plan, "--prover-usd-per-hour", "-1 nan inf", usd),
        (plan, "--measured-cores 1 --usd-per-core-hour", "-1 nan inf", usd),
        (plan, gas, "-1 nan", usd),
        (plan, "--closing", "timeout:0 timeout:-3s", time),
        (plan, "--arrivals", "erlang:0 erlang:1000000000 erlang:-1", "a whole number from 1 to 10000"),
        (plan, "--arrivals", "lognormal:-1 lognormal:nan lognormal:11", cv),
        (plan, "--arrivals", "daily:1,-1 daily:1,nan", "a number from 0 to 1e9"),
        (plan, "--measured-cores 1 --hardware all --measured-ghz", "0 -1 nan", "a number from 0.01 to 100"),
        (plan, "--measured-ghz 3 --hardware all --measured-cores", "0 -1 65537", "from 1 to 65536"),
        (plan, "--split epyc-9174f --budget", "0 -1 nan", "to 1e9"),
        (QUEUE, "--backlog", "nan inf -1", "a number from 0 to 1e12"),
        (QUEUE, "--backlog 1 --within", "0 -3s", time),
        (QUEUE, "--wait", "-3s", time_or_zero),
        (QUEUE, "--burst", "0 -1 nan", "a whole number from 1 to"),
        (QUEUE, "--autoscale-start", "-3s", time_or_zero),
        (QUEUE, "--autoscale-start 1s --autoscale-use", "0 1.1 nan -1", "a number from 0.01 to 1"),
        (QUEUE, "--prover-usd-per-hour", "-1 nan", usd),
        ("queue --prove 120s --provers 14", "--rates", "nan inf -1 -1,2 0.1,-1", "a number from 0 to 1e9"),
        ("queue --prove 120s --rates 0.1", "--provers", "0 -1 1048577", provers),
        ("queue --rates 0.1 --provers 14", "--prove", "0 -3s", time),
    ] {
        for value in values.split(' ') {
            let arguments = format!("{base} {flag} {value}");
            let name = flag.split(' ').rfind(|word| word.starts_with("--")).expect("a flag");
            let got = value.rsplit([',', ':']).next().expect("a number");
            let got = if value.contains(",") && value.starts_with('-') { "-1" } else { got };
            refused(&bench, &arguments, &[name, range, &format!("got `{got}`")]);
        }
    }
    for time in ["nan", "inf", "-inf"] {
        refused(&bench, &format!("{plan} --delay {time}"), &["--delay", "unknown unit"]);
    }
}
