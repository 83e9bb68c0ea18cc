//! What `gate paired` says beside its verdict: disturbed samples that were kept, whose samples were discarded, what to do
//! about cells that differ; and which times it makes.

use crate::gate_paired::{bench, compare, edited, other_script, program};
use crate::support::{Bench, PROGRAM, Ran, words};

#[test]
fn samples_kept_in_spite_of_marks_are_said_everywhere() {
    let bench = bench("{ fixed_s = 1.0 }");
    edited(&bench, r#"s/"mark":"[a-z_]*"/"mark":"kept"/g"#);
    let ran = compare(&bench, "--keep-discarded --export-markdown out.md --github always").ok();
    for text in [&ran.stdout, &bench.read("out.md")] {
        let words = words(text);
        assert!(words.contains("20 of 40 samples behind these figures were disturbed"), "{text}");
        assert!(words.contains("THE TIMES OF A BUSY MACHINE"), "{text}");
    }
    assert!(
        ran.stdout.contains("\n::warning file=spec.toml,title=paired gate::20 of 40 samples"),
        "{ran:#?}"
    );
    // Without a mark nothing of it is said.
    other_script(&bench, "prove = { fixed_s = 1.0 }");
    assert!(!compare(&bench, "").ok().stdout.contains("BUSY"));
}

#[test]
fn a_head_that_is_disturbed_alone_is_a_finding() {
    let bench = bench("{ fixed_s = 1.0 }");
    // Every second sample of head shares a core with something.
    let shell = format!(
        "n=$(cat n.txt 2>/dev/null || echo 0); echo $((n + 1)) >n.txt\nmark=clean\n\
         if [ $((n % 2)) = 1 ]; then mark=shared_core; fi\n\
         {PROGRAM} gate-sample | sed \"s/\\\"mark\\\":\\\"clean\\\"/\\\"mark\\\":\\\"$mark\\\"/g\""
    );
    program(&bench, "head", &shell);
    let ran = compare(&bench, "--export-markdown out.md");
    assert!(ran.stderr.contains(": discarded (head shared core)"), "{ran:#?}");
    for text in [&ran.stdout, &bench.read("out.md")] {
        assert!(text.contains("samples of head were discarded") && text.contains("(base 0, head "), "{text}");
    }
    edited(&bench, r#"s/"mark":"[a-z_]*"/"mark":"shared_core"/g"#);
    let ran = compare(&bench, "--pairs 6 --repeat-discarded 3");
    ran.fails(5, &["(base in 0, head in 9)", "head alone was disturbed"]);
}

/// One pair says nothing of where another would lie.
#[test]
fn one_pair_has_no_interval() {
    let bench = bench("{ fixed_s = 1.0 }");
    let marked = |clean: &str| {
        let shell = format!(
            "n=$(cat n.txt 2>/dev/null || echo 0); echo $((n + 1)) >n.txt\nmark=shared_core\n\
             case $n in {clean}) mark=clean;; esac\n\
             {PROGRAM} gate-sample | sed \"s/\\\"mark\\\":\\\"clean\\\"/\\\"mark\\\":\\\"$mark\\\"/g\""
        );
        program(&bench, "head", &shell);
        bench.write("n.txt", "0");
        compare(&bench, "--pairs 6 --repeat-discarded 0 --export-markdown out.md")
    };
    for (clean, change) in [("3", "+0.0 % |"), ("3|4", "+0.0 % [+0.0, +0.0] |")] {
        let ran = marked(clean).ok();
        assert!(bench.read("out.md").contains(&format!("| prove | {change}")), "{}", bench.read("out.md"));
        assert_eq!(words(&ran.stdout).contains("+0.0 % [+0.0"), clean != "3", "{ran:#?}");
    }
}

#[test]
fn other_cells_name_the_flags_that_decide_them() {
    let bench = bench("{ fixed_s = 1.0 }");
    program(&bench, "head", &format!("exec {PROGRAM} gate-sample --batch-size 8"));
    compare(&bench, "").fails(5, &["head gives no result", "other cells", "--batch-size", "--proof-system"]);
}

#[test]
fn an_exact_difference_is_annotated_on_the_baseline() {
    let bench = Bench::scripted("prove = { fixed_s = 1.0 }\n", "");
    bench.run("gate exact --spec spec.toml --baseline baseline.json --bless").ok();
    bench.write(
        "baseline.json",
        &bench.read("baseline.json").replacen("\"new_root\": \"", "\"new_root\": \"f", 1),
    );
    let ran = bench.run("gate exact --spec spec.toml --baseline baseline.json --github always");
    assert!(ran.stdout.contains("\n::error file=baseline.json,title=exact gate::"), "{ran:#?}");
}

/// A prover that notes what it is asked, and proves by repeating the statement.
fn noting_prover(bench: &Bench) {
    let example = crate::support::root().join("bench-harness/prover/examples/prover-command.sh");
    let text = std::fs::read_to_string(example).expect("the example");
    let text =
        text.replace("while read -r line; do\n", "while read -r line; do\n  echo \"$line\" >>requests.txt\n");
    bench.write("prover.sh", &text);
}

#[test]
fn without_a_time_of_it_nothing_is_aggregated() {
    let bench = Bench::new();
    noting_prover(&bench);
    let world = "--accounts 20 --pools 2 --depth 8 --batch-size 2 --cores 1 --keep-discarded --pairs 6";
    let gate = |times: &str| {
        let mut gate = bench.command(&format!(
            "gate paired --base {PROGRAM} --head {PROGRAM} {world} --time {times} --proof-system command --command"
        ));
        gate.arg("sh prover.sh");
        Ran::to_end(&mut gate, times)
    };
    // What it says that it took is so short that the harness's own part of it may be anything.
    let is_compared = |ran: &Ran| matches!(ran.code, Some(0 | 3));
    let ran = gate("prove");
    assert!(is_compared(&ran), "{ran:#?}");
    let asked = bench.read("requests.txt");
    assert!(
        asked.contains("\"request\":\"prove\"") && !asked.contains("\"request\":\"aggregate\""),
        "{asked}"
    );
    // Verifying and setting up are times of their own, and need no merge either.
    let ran = gate("set-up,verify");
    assert!(is_compared(&ran), "{ran:#?}");
    assert!(!bench.read("requests.txt").contains("\"request\":\"aggregate\""));
    let ran = gate("prove,aggregate");
    assert!(
        is_compared(&ran) && bench.read("requests.txt").contains("\"request\":\"aggregate\""),
        "{ran:#?}"
    );
}

#[test]
fn verification_and_set_up_are_gated() {
    let bench = bench("{ fixed_s = 1.0 }");
    other_script(&bench, "prove = { fixed_s = 1.0 }\nverify = { fixed_s = 0.02 }");
    bench.write(
        "script.toml",
        "harness = { fixed_s = 0.25 }\nprove = { fixed_s = 1.0 }\nverify = { fixed_s = 0.01 }\n",
    );
    compare(&bench, "").ok();
    let ran = compare(&bench, "--time verify").fails(3, &["head is slower than base", "verify: +100.0 %"]);
    assert!(ran.stdout.starts_with("REGRESSED: "), "{ran:#?}");
    compare(&bench, "--time set-up").ok();
}

#[test]
fn peak_memory_is_gated_and_annotated_on_the_spec() {
    let bench = bench("{ fixed_s = 1.0 }");
    let with = |bytes: u64| {
        format!("peak_rss_bytes = {bytes}\nharness = {{ fixed_s = 0.25 }}\nprove = {{ fixed_s = 1.0 }}\n")
    };
    bench.write("script.toml", &with(1_000_000));
    bench.write("other.toml", &with(1_100_000));
    program(&bench, "head", &format!("exec {PROGRAM} gate-sample --script other.toml"));
    // As fast as before: without the figure nothing is seen.
    compare(&bench, "").ok();
    let flags = "--time prove,memory --export-json out.json --github always";
    let ran = compare(&bench, flags)
        .fails(3, &["head takes more memory than base", "memory: +10.0 % [+10.0, +10.0]"]);
    assert!(ran.stdout.contains("\n::error file=spec.toml,title=paired gate::"), "{ran:#?}");
    let record: serde_json::Value = serde_json::from_str(&bench.read("out.json")).expect("JSON");
    let of = |at: usize| &record["comparisons"][at];
    assert_eq!((&of(0)["time"], &of(0)["compared"]["verdict"]), (&"prove".into(), &"pass".into()));
    let pair = &of(1)["compared"]["first"]["pairs"][0];
    assert_eq!((&pair["base_bytes"], &pair["head_bytes"]), (&1_000_000.into(), &1_100_000.into()));
    assert!(pair.get("base_s").is_none(), "{pair}");
    // A neighbour on the same core leaves memory as it is.
    edited(
        &bench,
        r#"s/"mark":"clean"}/"mark":"shared_core"}/g; s/\("peak_rss_bytes":[0-9]*,"mark":"\)shared_core/\1clean/"#,
    );
    compare(&bench, "--time memory").ok();
    // A program of a version that does not tell it.
    edited(&bench, r#"s/"memory":{[^}]*},//"#);
    compare(&bench, "--time memory").fails(5, &["head gives no result", "no figure `memory`"]);
}

#[test]
fn the_memory_of_an_external_prover_is_its_own() {
    let bench = Bench::new();
    let prover = |name: &str, megabytes: u64| {
        let ballast = format!("ballast=$(head -c {} /dev/zero | tr '\\0' x)\n", megabytes << 20);
        let example = crate::support::root().join("bench-harness/prover/examples/prover-command.sh");
        let text = std::fs::read_to_string(example).expect("the example");
        bench.write(name, &text.replacen("while read", &format!("{ballast}while read"), 1));
    };
    prover("small.sh", 1);
    prover("large.sh", 24);
    let arm = |name: &str| {
        let command = format!("exec {PROGRAM} gate-sample --proof-system command --command 'sh {name}.sh'");
        program(&bench, name, &command);
    };
    arm("small");
    arm("large");
    let world =
        "--accounts 20 --pools 2 --depth 8 --batch-size 2 --cores 1 --proof-system command --command ./any";
    let gate = |base: &str, head: &str| {
        bench.run(&format!("gate paired --base ./{base} --head ./{head} {world} --time memory --pairs 5"))
    };
    let ran = gate("small", "large").fails(3, &["memory: +"]);
    assert!(ran.stdout.starts_with("REGRESSED: "), "{ran:#?}");
    assert!(gate("large", "small").ok().stdout.starts_with("IMPROVED: "));
}
