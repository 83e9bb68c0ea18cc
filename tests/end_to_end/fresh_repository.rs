//! A repository of a user's, without Rust and without a lock file, gets the regression checks: ci/README.md and both
//! examples of a CI, followed word for word.

use crate::ci_examples::{github, gitlab};
use crate::support::{Bench, Ran, root};
use std::collections::BTreeMap;
use std::path::Path;

/// What the pages cannot know: a small world, since the build under test is slow, and that other tests use the cores.
const OF_THE_TEST: &str = "accounts = 20\npools = 2\ndepth = 8\nkeep_discarded = true\n";

/// The blocks of a page in a language, in order.
fn blocks(page: &str, language: &str) -> Vec<String> {
    let fence = format!("```{language}\n");
    let parts = page.split("\n```").collect::<Vec<_>>();
    let of = |part: &&str| format!("```{part}").strip_prefix(&fence).map(|text| format!("{text}\n"));
    parts.iter().skip(1).step_by(2).filter_map(of).collect()
}

/// Whoever commits here.
const WHO: &str =
    "export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b";

fn in_work(bench: &Bench, line: &str) -> Ran {
    bench.run_shell(&format!("{WHO} && cd work && {line}"))
}

/// The repository of a prover in Python, with what ci/README.md asks for; none where there is no Python.
fn repository() -> Option<Bench> {
    if std::process::Command::new("python3").arg("--version").output().is_err() {
        crate::skip::skipped("python3", "there is no python3 here: the fresh repository has no prover");
        return None;
    }
    let bench = Bench::new();
    bench.run_shell("git init -q --bare -b main origin.git && git clone -q origin.git work").ok();
    let page = std::fs::read_to_string(root().join("ci/README.md")).expect("the page");
    let spec = blocks(&page, "toml").remove(0);
    bench.write("work/bench.toml", &format!("{spec}{OF_THE_TEST}"));
    bench.write("work/build.sh", "cp prover.py prover && chmod +x prover\n");
    bench.write("work/.gitignore", "/prover\n/base.sh\n/head.sh\n/bench-out/\n/history/\n");
    let example = root().join("bench-harness/prover/examples/prover-command.py");
    bench.write("work/prover.py", &std::fs::read_to_string(example).expect("the example"));
    // The first commands of the page: a baseline, committed and checked.
    let exact = page.find("## 1. Exact figures").expect("the section");
    let commands = blocks(&page[exact..], "").remove(0);
    bench.write("first.sh", &format!("set -e\n{commands}"));
    let ran = in_work(&bench, "git add . && sh ../first.sh").ok();
    assert!(
        ran.stdout.contains("Blessed: ci/baseline.json") && ran.stdout.contains("exact: pass, "),
        "{ran:#?}"
    );
    in_work(&bench, "git push -q origin HEAD:main").ok();
    Some(bench)
}

/// The steps of a job but those that speak to a server, in a clone of head.
fn job(bench: &Bench, name: &str, scripts: &[String], base: &str) -> Ran {
    let is_here = |script: &&String| !script.contains("gh api") && !script.contains("curl ");
    let steps: Vec<_> = scripts.iter().filter(is_here).cloned().collect();
    // GitHub gives each step a shell of its own, GitLab all of them one.
    let scripts = if name == "github" { steps } else { vec![steps.join("\n")] };
    let mut commands = Vec::new();
    for (at, script) in scripts.iter().enumerate() {
        bench.write(&format!("step-{at}.sh"), script);
        commands.push(format!("sh -e ../step-{at}.sh"));
    }
    let head = in_work(bench, "git rev-parse HEAD").ok().stdout;
    let variables = format!(
        "export BASE={base} CI_MERGE_REQUEST_DIFF_BASE_SHA={base} GITHUB_SHA={head} CI_COMMIT_SHA={head}",
        head = head.trim()
    );
    let clean = format!(
        "rm -rf {name} base && git clone -q work {name} && git -C {name} remote set-url origin $PWD/origin.git"
    );
    let ci = "export CI_PROJECT_DIR=$PWD";
    bench.run_shell(&format!(
        "{WHO} && {clean} && {variables} && cd {name} && {ci} && {}",
        commands.join(" && ")
    ))
}

/// A commit in which the prover takes so long.
fn prover_takes(bench: &Bench, prove_s: &str) -> String {
    let text = bench.read("work/prover.py").replace("\"prove_s\": 1.0", &format!("\"prove_s\": {prove_s}"));
    bench.write("work/prover.py", &text);
    let base = in_work(bench, "git rev-parse HEAD").ok().stdout.trim().to_owned();
    in_work(bench, "git commit -qam change").ok();
    base
}

#[test]
fn a_slower_prover_fails_both_examples_and_the_history_grows() {
    let Some(bench) = repository() else { return };
    let base = prover_takes(&bench, "1.3");
    assert!(!Path::new(&bench.path("work/Cargo.lock")).exists());
    for (name, jobs) in [("github", github()), ("gitlab", gitlab())] {
        let jobs: BTreeMap<String, Vec<String>> = jobs;
        job(&bench, name, &jobs["exact"], &base).ok();
        let ran = job(&bench, name, &jobs["paired"], &base).fails(3, &["head is slower than base"]);
        assert!(ran.stdout.contains("REGRESSED: ./head.sh against ./base.sh"), "{ran:#?}");
        assert!(bench.read(&format!("{name}/paired.md")).contains("REGRESSED"), "{name}");
    }
    let ran = job(&bench, "github", &github()["history"], &base).ok();
    assert!(ran.stdout.contains("Added ") && ran.stdout.contains("history: no drift"), "{ran:#?}");
    let kept = bench.run_shell("git -C origin.git show bench-history:history.jsonl").ok().stdout;
    assert_eq!(kept.lines().count(), 1, "{kept}");
}

#[test]
fn other_proofs_fail_the_exact_job() {
    let Some(bench) = repository() else { return };
    let text = bench.read("work/prover.py").replace("\"version\": \"1\"", "\"version\": \"2\"");
    let longer = text.replace("proof = json.dumps(", "proof = b\" \" + json.dumps(");
    bench.write("work/prover.py", &longer);
    in_work(&bench, "git commit -qam longer").ok();
    job(&bench, "github", &github()["exact"], "HEAD").fails(3, &["exact: CHANGED"]);
}
