//! `--help` of every verb, and that its examples work as pasted.

use crate::support::{Bench, SCRIPT, root};

const VERBS: [&str; 32] = [
    "",
    "run",
    "measure",
    "plan",
    "queue",
    "fleet",
    "fleet run",
    "fleet worker",
    "fleet validate",
    "fleet autoscale",
    "pipeline",
    "gate",
    "gate exact",
    "gate paired",
    "gate aa",
    "history",
    "history add",
    "history show",
    "history check",
    "report",
    "workload",
    "workload generate",
    "workload inspect",
    "workload replay",
    "execute",
    "state-growth",
    "fractal",
    "close",
    "claims",
    "machine",
    "machine restore",
    "completions",
];

#[test]
fn help_of_every_verb() {
    let bench = Bench::new();
    for verb in VERBS {
        let ran = bench.run(&format!("{verb} --help")).ok();
        assert_eq!(ran.stderr, "");
        let name = if verb.is_empty() { "top".to_owned() } else { verb.replace(' ', "-") };
        insta::assert_snapshot!(name, ran.stdout);
    }
}

#[test]
fn every_verb_in_the_list_is_among_those_whose_help_is_looked_at() {
    let help = Bench::new().run("--help").ok().stdout;
    let commands = help.split("Commands:\n").nth(1).expect("a list").split("\n\n").next().expect("its end");
    // A name stands two spaces in; what is further in goes on with the line before.
    let named: Vec<_> = commands
        .lines()
        .filter_map(|line| line.strip_prefix("  ").filter(|rest| !rest.starts_with(' ')))
        .filter_map(|rest| rest.split_whitespace().next())
        .collect();
    let looked_at: Vec<_> =
        VERBS.into_iter().filter(|verb| !verb.is_empty() && !verb.contains(' ')).collect();
    assert_eq!(named, [&looked_at[..], &["help"]].concat());
}

/// The example commands of a verb, each as one line that a shell takes.
fn examples_of(verb: &str) -> Vec<String> {
    let help = Bench::new().run(&format!("{verb} --help")).ok().stdout;
    let Some((_, examples)) = help.split_once("Example") else {
        return Vec::new();
    };
    let examples = examples.split_once('\n').expect("a list").1.replace("\\\n", " ");
    let lines = examples.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.map(str::to_owned).collect()
}

#[test]
fn examples_work_as_pasted() {
    let bench = Bench::scripted(SCRIPT, "");
    // What the examples stand on: a run in `bench-out`, the shipped spec, a folder for completions.
    bench.run("measure --spec spec.toml --batch-size 400 --output bench-out").ok();
    let shipped = bench.path("bench-harness/measure/examples");
    std::fs::create_dir_all(&shipped).expect("a folder");
    for entry in std::fs::read_dir(root().join("bench-harness/measure/examples")).expect("examples") {
        let entry = entry.expect("an entry");
        if entry.path().is_dir() {
            continue; // The shipped profile: no example of `--help` reads it.
        }
        std::fs::copy(entry.path(), shipped.join(entry.file_name())).expect("copied");
    }
    std::fs::create_dir_all(bench.path(".local/share/bash-completion/completions")).expect("a folder");
    let mut run = 0;
    for verb in [
        "plan",
        "queue",
        "fleet run",
        "fleet autoscale",
        "pipeline",
        "gate exact",
        "history",
        "report",
        "workload",
        "execute",
        "state-growth",
        "close",
        "claims",
        "machine",
        "completions",
    ] {
        for line in examples_of(verb) {
            assert!(line.starts_with("bench-harness "), "{line}");
            if line.contains("--serve") {
                continue; // It stays until Ctrl-C: the browser's tests start it, and end it.
            }
            let ran = bench.run_shell(&line);
            // The one example that may be refused by the machine that it is tried on.
            let refused = verb == "machine" && ran.code == Some(5);
            assert!(ran.code == Some(0) || refused, "{line}: {ran:#?}");
            run += 1;
        }
    }
    assert!(run >= 15, "only {run} examples were found");
    assert!(bench.read(".local/share/bash-completion/completions/bench-harness").contains("complete "));
}

/// Those of `run` and `measure` would take minutes: they are let go as far as the folder of the run, where a file
/// stands in the way. By then flags, spec and schedule were accepted.
#[test]
fn examples_that_would_measure_are_accepted() {
    let mut tried = 0;
    for line in examples_of("run").into_iter().chain(examples_of("measure")) {
        let bench = Bench::new();
        bench.write("bench-out", "in the way");
        let shipped = bench.path("bench-harness/measure/examples");
        std::fs::create_dir_all(shipped.parent().expect("a folder")).expect("a folder");
        std::os::unix::fs::symlink(root().join("bench-harness/measure/examples"), shipped).expect("a link");
        let ran = bench.run_shell(&line);
        tried += 1;
        if line.contains("--list") {
            assert!(ran.ok().stdout.lines().count() >= 2);
        } else if ran.error().contains("but this process may use 1 ") {
            // An example with two cores, on a machine with one.
        } else {
            ran.fails(2, &["bench-out"]);
        }
        assert_eq!(bench.read("bench-out"), "in the way");
    }
    assert!(tried >= 7, "only {tried} examples were found");
}
