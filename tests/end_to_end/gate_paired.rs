//! `gate paired` and `gate aa`: every verdict and every exit code, with scripted provers and revisions that are built.
//! Real proofs by a prover that is slowed on purpose are in `tests/two_builds`.

use crate::support::{Bench, PROGRAM, Ran};
use serde_json::Value;
use std::os::unix::fs::PermissionsExt;

/// One cell of scripted proofs, compared in ten pairs.
const CELL: &str = "--spec spec.toml";

/// A folder with `spec.toml` and `script.toml`, and a program `./NAME` that adds flags to the one under test.
pub(crate) fn bench(script: &str) -> Bench {
    Bench::scripted(&format!("harness = {{ fixed_s = 0.25 }}\nprove = {script}\n"), "")
}

pub(crate) fn program(bench: &Bench, name: &str, shell: &str) {
    bench.write(name, &format!("#!/bin/sh\n{shell}\n"));
    let mode = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(bench.path(name), mode).expect("executable");
}

/// A head whose proofs follow another script.
pub(crate) fn other_script(bench: &Bench, script: &str) {
    bench.write("other.toml", &format!("harness = {{ fixed_s = 0.25 }}\n{script}\n"));
    program(bench, "head", &format!("exec {PROGRAM} gate-sample --script other.toml"));
}

/// A head whose answers go through `sed`.
pub(crate) fn edited(bench: &Bench, edit: &str) {
    program(bench, "head", &format!("{PROGRAM} gate-sample | sed '{edit}'"));
}

pub(crate) fn compare(bench: &Bench, flags: &str) -> Ran {
    bench.run(&format!("gate paired --base {PROGRAM} --head ./head {CELL} {flags}"))
}

/// In an empty folder an example goes as far as its programs, which are not there; by then its flags were accepted.
#[test]
fn examples_of_the_help_are_accepted() {
    let bench = Bench::new();
    let mut tried = 0;
    for verb in ["gate paired", "gate aa"] {
        let help = bench.run(&format!("{verb} --help")).ok().stdout;
        for line in help.lines().map(str::trim).filter(|line| line.starts_with("bench-harness gate ")) {
            tried += 1;
            bench.run_shell(line).fails(2, &["neither a program file nor a revision"]);
        }
    }
    assert_eq!(tried, 5);
}

#[test]
fn zero_is_an_unchanged_build() {
    let bench = bench("{ mean_s = 1.0, cv = 0.2 }");
    other_script(&bench, "prove = { mean_s = 1.0, cv = 0.2 }");
    let ran = compare(&bench, "--strict --export-json out.json").ok();
    assert!(ran.stdout.starts_with("PASS: ./head against "), "{ran:#?}");
    let record: Value = serde_json::from_str(&bench.read("out.json")).expect("JSON");
    assert_eq!((&record["schema_version"], &record["verdict"]), (&2.into(), &"pass".into()));
    let block = &record["comparisons"][0]["compared"]["first"];
    let pairs = block["pairs"].as_array().expect("pairs");
    assert_eq!((pairs.len(), &block["pairs_used"]), (10, &10.into()));
    // A new batch each pair, the same in both arms, so that here both take the same to the last digit.
    for pair in pairs {
        assert_eq!(pair["base_s"], pair["head_s"]);
    }
    assert_ne!(pairs[0]["seed"], pairs[1]["seed"]);
    assert_eq!(record["base"]["machine"], record["head"]["machine"]);
    // Small changes pass: they are less than what counts.
    other_script(&bench, "prove = { mean_s = 1.01, cv = 0.2 }");
    assert!(compare(&bench, "--strict").ok().stdout.starts_with("PASS"));
}

#[test]
fn three_is_a_regression_and_says_what_it_means() {
    let bench = bench("{ fixed_s = 1.55 }");
    // Record and witness are 0.25 s and 0.1 s: 1.9 s of base become 2.09 s.
    other_script(&bench, "prove = { fixed_s = 1.74 }");
    let target = "--target-batches-per-s 1 --prover-usd-per-hour 1 --headroom 0";
    let ran = compare(&bench, &format!("{target} --export-json out.json"));
    let ran =
        ran.fails(3, &["head is slower than base", "prove: +10.0 % [+10.0, +10.0]", "independent block"]);
    assert!(ran.stdout.starts_with("REGRESSED: "), "{ran:#?}");
    let record: Value = serde_json::from_str(&bench.read("out.json")).expect("JSON");
    assert_eq!(record["comparisons"][1]["compared"]["verdict"], "pass", "the merges did not change");
    // One batch a second of 1.9 s keeps two provers busy, of 2.09 s three; a spare stands by.
    let impact = &record["fleet_impact"][0];
    assert_eq!((&impact["provers_base"], &impact["provers_head"]), (&3.into(), &4.into()));
    let dollars = |field: &str| impact[field].as_f64().expect("dollars");
    assert!((dollars("usd_per_month_head") - dollars("usd_per_month_base") - 730.0).abs() < 1e-6);
    let sentence = "prove +10.0 % [+10.0, +10.0] = 1 more prover, +$730 a month at 1 batches/s";
    assert!(ran.stdout.contains(sentence), "{ran:#?}");
    // The mean over proofs and merges is √1.1, 4.9 %: it gates where that was declared.
    let mean = compare(&bench, "--geometric-mean --pairs 5");
    mean.fails(3, &["geometric mean of 2 comparisons: +4.9 %"]);
    compare(&bench, "--geometric-mean --shared").ok();
}

#[test]
fn an_improvement_is_no_failure() {
    let bench = bench("{ fixed_s = 1.0 }");
    other_script(&bench, "prove = { fixed_s = 0.8 }");
    let ran = compare(&bench, "--strict").ok();
    assert!(ran.stdout.starts_with("IMPROVED: "), "{ran:#?}");
}

#[test]
fn four_is_inconclusive_where_that_is_to_fail() {
    let bench = bench("{ mean_s = 1.0, cv = 0.5 }");
    // Other draws than base has: noise, and no change.
    other_script(&bench, "seed = 2\nprove = { mean_s = 1.0, cv = 0.5 }");
    let ran = compare(&bench, "").ok();
    assert!(ran.stdout.starts_with("INCONCLUSIVE: "), "{ran:#?}");
    assert!(!ran.stdout.to_lowercase().contains("no regression"), "{ran:#?}");
    compare(&bench, "--strict").fails(4, &["inconclusive", "neither shown nor excluded"]);
}

#[test]
fn five_is_what_cannot_be_compared() {
    let bench = bench("{ fixed_s = 1.0 }");
    edited(&bench, r#"s/"name":"processor","value":"[^"]*"/"name":"processor","value":"Z80"/"#);
    compare(&bench, "").fails(5, &["different machines", "processor: ", " / Z80"]);
    edited(&bench, r#"s/"name":"features_compiled_in","value":"/&avx1024 /"#);
    compare(&bench, "").fails(5, &["different builds", "features_compiled_in: ", " / avx1024"]);
    edited(&bench, "s#/1c/#/2c/#g");
    compare(&bench, "").fails(5, &["head gives no result", "other cells than it was asked for", "/2c/"]);
    edited(&bench, r#"s/"protocol":1/"protocol":2/"#);
    compare(&bench, "").fails(5, &["head speaks protocol 2", "this program 1"]);
    program(&bench, "head", &format!("exec {PROGRAM} gate-sample --depth 9"));
    compare(&bench, "").fails(5, &["different specs", "depth: 8 / 9"]);
}

#[test]
fn five_is_a_program_that_gives_no_result() {
    let bench = bench("{ fixed_s = 1.0 }");
    program(&bench, "head", "echo tired >&2; exit 7");
    compare(&bench, "").fails(5, &["head gives no result", "exit status: 7", "got 0", "ends: tired"]);
    program(&bench, "head", "echo hello");
    compare(&bench, "").fails(5, &["head gives no result", "expected an answer in JSON", "hello"]);
    program(&bench, "head", "sleep 100");
    compare(&bench, "--sample-timeout 200ms").fails(5, &["no answer within 0.2 s", "--sample-timeout"]);
    other_script(&bench, "faults = { no_proof = 2 }");
    compare(&bench, "").fails(5, &["head gives no result", "the script says so"]);
    edited(&bench, r#"s/"time_s":[0-9.]*/"time_s":0/"#);
    compare(&bench, "").fails(5, &["head gives no result", "is 0 s, which is no time"]);
}

#[test]
fn five_is_zero_pairs_left_after_discarding() {
    let bench = bench("{ fixed_s = 1.0 }");
    edited(&bench, r#"s/"mark":"[a-z_]*"/"mark":"shared_core"/g"#);
    let ran = compare(&bench, "--pairs 6 --repeat-discarded 3");
    let ran = ran
        .fails(5, &["zero pairs are left after discarding", "each of 9 had a sample that was shared_core"]);
    assert_eq!(ran.stderr.matches(": discarded").count(), 9, "{ran:#?}");
    assert_eq!(ran.stderr.matches(" again, ").count(), 3, "{ran:#?}");
}

#[test]
fn six_is_a_wrong_proof_of_either() {
    let bench = bench("{ fixed_s = 1.0 }");
    // The warm-up's is the first.
    other_script(&bench, "faults = { wrong_proof = 2 }");
    compare(&bench, "").fails(6, &["head: mix of 4, scripted, 1 core: a proof"]);
}

#[test]
fn two_is_bad_usage() {
    let bench = bench("{ fixed_s = 1.0 }");
    let with = |flags: &str| bench.run(&format!("gate paired {flags} {CELL}"));
    with(&format!("--base nothing --head {PROGRAM}"))
        .fails(2, &["nothing: neither a program file nor a revision"]);
    with(&format!("--base spec.toml --head {PROGRAM}")).fails(2, &["spec.toml: the file is no program"]);
    let both = format!("--base {PROGRAM} --head {PROGRAM}");
    with(&format!("{both} --pairs 5")).fails(2, &["5 pairs cannot decide 2 comparisons", "at least 6 pairs"]);
    with(&format!("{both} --pairs 0")).fails(2, &["pairs: expected 1 to 200, got 0"]);
    with(&format!("{both} --min-effect x")).fails(2, &["expected a fraction as in 3% or 0.03"]);
    with(&format!("{both} --batch-size 0")).fails(2, &["batch_sizes"]);
    bench.run("gate paired --base a").fails(2, &["--head"]);
    bench.run("gate").fails(2, &[]);
}

/// A repository of one small package by the name of ours, whose program hands over to the one under test.
fn repository(bench: &Bench) {
    let manifest = "[package]\nname = \"bench-harness\"\nversion = \"0.1.0\"\nedition = \"2024\"\n";
    bench.write("Cargo.toml", manifest);
    bench.write("Cargo.lock", "version = 4\n\n[[package]]\nname = \"bench-harness\"\nversion = \"0.1.0\"\n");
    bench.write(".gitignore", "target\n");
    std::fs::create_dir(bench.path("src")).expect("a folder");
    bench.run_shell("git init --quiet .").ok();
}

fn commit(bench: &Bench, main: &str) {
    bench.write("src/main.rs", main);
    let as_who = "-c user.name=test -c user.email=test@example.org -c commit.gpgsign=false";
    bench.run_shell(&format!("git add . && git {as_who} commit --quiet --message change")).ok();
}

fn main_with(flags: &str) -> String {
    format!(
        "use std::os::unix::process::CommandExt;\nfn main() {{\n    \
         let error = std::process::Command::new({PROGRAM:?}).arg(\"gate-sample\").args({flags}).exec();\n    \
         panic!(\"{{error}}\");\n}}\n"
    )
}

#[test]
fn revisions_are_built_and_nothing_of_it_stays() {
    let bench = bench("{ fixed_s = 1.0 }");
    repository(&bench);
    commit(&bench, &main_with("[\"--script\", \"script.toml\"]"));
    commit(&bench, &main_with("[\"--script\", \"other.toml\"]"));
    commit(&bench, "fn main() { slower }\n");
    bench.write("other.toml", "harness = { fixed_s = 0.25 }\nprove = { fixed_s = 1.5 }\n");
    let temporary = bench.path("temporary");
    std::fs::create_dir(&temporary).expect("a folder");
    let run = |flags: &str| {
        let mut command = bench.command(&format!("gate paired {flags} {CELL}"));
        // Cargo, and what chooses it, live in the user's own folder.
        let home = std::env::var_os("HOME").unwrap_or_default();
        command.env("HOME", home).env("TMPDIR", &temporary).env_remove("CARGO_TARGET_DIR");
        Ran::to_end(&mut command, flags)
    };
    let ran =
        run("--base HEAD~2 --head HEAD~1 --export-json out.json").fails(3, &["head is slower than base"]);
    assert!(ran.stderr.contains("building base, ") && ran.stderr.contains("building head, "), "{ran:#?}");
    let record: Value = serde_json::from_str(&bench.read("out.json")).expect("JSON");
    let head = bench.run_shell("git rev-parse HEAD~1").ok().stdout;
    assert_eq!(record["head"]["commit"], head.trim());
    run("--base HEAD~1 --head HEAD")
        .fails(5, &["head, ", "the revision does not build", "cannot find value `slower`"]);
    run("--base HEAD~7 --head HEAD").fails(2, &["HEAD~7: neither a program file nor a revision"]);
    assert_eq!(bench.run_shell("git worktree list").ok().stdout.lines().count(), 1);
    assert_eq!(std::fs::read_dir(&temporary).expect("a folder").count(), 0);
    assert_eq!(bench.run_shell("git status --porcelain src Cargo.toml Cargo.lock").ok().stdout, "");
}

#[test]
fn a_program_against_itself_says_what_the_machine_can_decide() {
    let bench = bench("{ mean_s = 1.0, cv = 0.01 }");
    let ran = bench.run(&format!("gate aa {CELL} --pairs 12 --trials 20 --export-json aa.json")).ok();
    assert!(ran.stdout.contains("12 pairs, 0 discarded"), "{ran:#?}");
    assert!(ran.stdout.contains("Recommended here: --pairs 5 --min-effect 1%"), "{ran:#?}");
    let record: Value = serde_json::from_str(&bench.read("aa.json")).expect("JSON");
    assert_eq!(record["cells"].as_array().map(Vec::len), Some(2));
    assert_eq!(record["cells"][0]["rows"][0]["false_positive_fraction"], 0.0);
    // Without noise the smallest change that is detected is the minimum effect.
    assert_eq!(record["cells"][0]["rows"][0]["detectable_80"], 0.01);
    bench.run("gate aa --pairs 4").fails(2, &["4 pairs cannot decide 1 comparisons"]);
}

#[test]
fn a_real_sample_is_proved_verified_and_told() {
    let bench = Bench::new();
    let spec = r#""workloads":["transfer"],"batch_sizes":[1],"depth":4,"accounts":4,"pools":1,"cores":"1","batches_per_aggregation":1,"provers":"1""#;
    let cell = "transfer/1of1/x1/plonky2/1c/as_is";
    let ask = |sample: &str| {
        let request = format!("{{\"protocol\":1,\"spec\":{{{spec}}}{sample}}}");
        let said = bench.run_shell(&format!("echo '{request}' | bench-harness gate-sample")).ok().stdout;
        serde_json::from_str::<Value>(&said).expect("one line of JSON")
    };
    let described = ask("");
    assert_eq!((&described["protocol"], &described["answer"]), (&1.into(), &"described".into()));
    assert_eq!(described["cells"], serde_json::json!([cell]));
    let sample = ask(&format!(",\"sample\":{{\"cell\":\"{cell}\",\"seed\":77}}"));
    assert_eq!((&sample["answer"], &sample["seed"]), (&"sample".into(), &77.into()), "{sample}");
    let time = |name: &str| sample["times"][name]["time_s"].as_f64().expect("a time");
    let stage = |name: &str| sample["stages"][name].as_f64().expect("a stage");
    assert!((time("prove") - stage("record_s") - stage("witness_s") - stage("prove_s")).abs() < 1e-9);
    assert!(time("aggregate") > 0.0 && stage("merge_s") > 0.0);
    let refused = ask(",\"sample\":{\"cell\":\"another\",\"seed\":77}");
    assert_eq!((&refused["answer"], &refused["kind"]), (&"failed".into(), &"input".into()));
}
