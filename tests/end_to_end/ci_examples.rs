//! The shipped CI examples, tried: their scripts are shell, their commands are accepted by the program, jobs run where
//! they should, and the history job keeps a branch of its own.

use crate::support::{Bench, Ran, SCRIPT, root};
use std::collections::BTreeMap;
use yaml_rust2::{Yaml, YamlLoader};

/// The last line of `gate paired --export-markdown`, as `gate_exact.rs` holds it to.
const MARKER: &str = "marker='<!-- bench-harness gate paired -->'";

fn example(name: &str) -> Yaml {
    let text = std::fs::read_to_string(root().join("ci/examples").join(name)).expect(name);
    YamlLoader::load_from_str(&text).expect("YAML").into_iter().next().expect("a document")
}

fn strings(of: &Yaml) -> Vec<String> {
    let of = of.as_vec().map_or(&[][..], Vec::as_slice);
    of.iter().filter_map(Yaml::as_str).map(str::to_owned).collect()
}

/// The scripts of each job, in order.
pub(crate) fn github() -> BTreeMap<String, Vec<String>> {
    let workflow = example("github-actions.yml");
    let jobs = workflow["jobs"].as_hash().expect("jobs");
    let of_job = |job: &Yaml| {
        let steps = job["steps"].as_vec().expect("steps");
        steps.iter().filter_map(|step| step["run"].as_str()).map(str::to_owned).collect()
    };
    jobs.iter().map(|(name, job)| (name.as_str().expect("a name").to_owned(), of_job(job))).collect()
}

pub(crate) fn gitlab() -> BTreeMap<String, Vec<String>> {
    let pipeline = example("gitlab-ci.yml");
    let stages = strings(&pipeline["stages"]);
    let of_job = |job: &Yaml| {
        assert!(stages.iter().any(|stage| Some(stage.as_str()) == job["stage"].as_str()), "{job:?}");
        [
            strings(&pipeline["default"]["before_script"]),
            strings(&job["script"]),
            strings(&job["after_script"]),
        ]
        .concat()
    };
    stages.iter().map(|name| (name.clone(), of_job(&pipeline[name.as_str()]))).collect()
}

/// Every command of the program in scripts, word by word as a shell hands them over; what a variable holds is a
/// word.
fn commands(scripts: &[String]) -> Vec<Vec<String>> {
    let lines = scripts.iter().map(|script| script.replace("\\\n", " "));
    let lines: Vec<_> =
        lines.flat_map(|script| script.lines().map(str::to_owned).collect::<Vec<_>>()).collect();
    let words =
        lines.iter().map(|line| line.split_whitespace().map(|word| word.trim_matches('"').to_owned()));
    let of_ours = words.map(Iterator::collect::<Vec<_>>);
    of_ours.filter(|words| words.first().is_some_and(|word| word == "bench-harness")).collect()
}

/// In a folder without its inputs a command fails, but not by its flags.
fn accepted(words: &[String]) {
    let bench = Bench::new();
    bench.write("bench-out", "in the way");
    let ran = Ran::to_end(bench.command("").args(words), &words.join(" "));
    assert_eq!(ran.code, Some(2), "{ran:#?}");
    assert!(!ran.stderr.contains("try '--help'"), "{ran:#?}");
}

#[test]
fn every_command_is_one_that_the_program_takes() {
    for (name, jobs) in [("github", github()), ("gitlab", gitlab())] {
        let mut verbs: Vec<String> = Vec::new();
        for (job, scripts) in jobs {
            let commands = commands(&scripts);
            assert!(!commands.is_empty(), "{name}, {job}: no command of the program");
            let is_installed = scripts.iter().any(|script| script.contains("cargo install --locked --path"));
            assert!(is_installed, "{name}, {job}: the program is not installed");
            for command in commands {
                accepted(&command[1..]);
                verbs.push(command[1..3].join(" "));
            }
        }
        verbs.sort();
        let wanted = ["gate exact", "gate paired", "history add", "history check", "measure --spec"];
        assert_eq!(verbs, wanted, "{name}");
    }
}

#[test]
fn a_comment_is_found_by_the_marker_that_the_program_writes() {
    for (name, jobs) in [("github", github()), ("gitlab", gitlab())] {
        assert!(jobs["paired"].iter().any(|script| script.contains(MARKER)), "{name}");
    }
}

/// What decides which job runs when, and with which rights.
#[test]
fn jobs_run_where_they_should() {
    let workflow = example("github-actions.yml");
    assert_eq!(strings(&workflow["on"]["push"]["branches"]), ["main"]);
    assert!(
        workflow["on"].as_hash().expect("triggers").contains_key(&Yaml::String("pull_request".to_owned()))
    );
    let jobs = &workflow["jobs"];
    assert!(jobs["paired"]["if"].as_str().expect("a condition").contains("pull_request"));
    assert!(jobs["history"]["if"].as_str().expect("a condition").contains("refs/heads/main"));
    assert_eq!(workflow["permissions"]["contents"].as_str(), Some("read"));
    assert_eq!(jobs["paired"]["permissions"]["pull-requests"].as_str(), Some("write"));
    assert_eq!(jobs["history"]["permissions"]["contents"].as_str(), Some("write"));
    for job in ["exact", "paired", "history"] {
        assert!(jobs[job]["timeout-minutes"].as_i64().is_some_and(|minutes| minutes <= 60), "{job}");
        for step in jobs[job]["steps"].as_vec().expect("steps") {
            // What anybody may name (a branch, a title) reaches a script by the environment alone.
            let script = step["run"].as_str().unwrap_or_default();
            assert!(!script.contains("${{"), "{job}: {script}");
        }
    }
    let pipeline = example("gitlab-ci.yml");
    assert_eq!(strings(&pipeline["stages"]), ["exact", "paired", "history"]);
    for job in ["exact", "paired"] {
        assert_eq!(pipeline[job]["artifacts"]["when"].as_str(), Some("always"), "{job}");
        let report = pipeline[job]["artifacts"]["reports"]["junit"].as_str().expect("a report");
        let script = strings(&pipeline[job]["script"]).join("\n");
        assert!(script.contains(&format!("--export-junit {report}")), "{job}");
    }
}

#[test]
fn every_script_is_shell() {
    let bench = Bench::new();
    for script in github().into_values().chain(gitlab().into_values()).flatten() {
        bench.write("script.sh", &script);
        bench.run_shell("sh -n script.sh").ok();
    }
}

/// The history job as GitHub and GitLab would run it, twice, against a repository of its own: the first time there is
/// no branch.
#[test]
fn the_history_job_keeps_a_branch_of_its_own() {
    for (name, mut jobs) in [("github", github()), ("gitlab", gitlab())] {
        let scripts = jobs.remove("history").expect("a job");
        let bench = Bench::scripted(SCRIPT, "");
        bench.run("measure --spec spec.toml --output bench-out").ok();
        bench
            .run_shell(
                "git init -q --bare -b main origin.git && git clone -q origin.git work && cd work && echo mine >file \
                 && git add file && git -c user.name=a -c user.email=a@b commit -qm first && git push -q origin HEAD:main",
            )
            .ok();
        let steps: Vec<_> = scripts
            .iter()
            .filter(|script| {
                ["cargo install", "./build.sh", "bench-harness measure"]
                    .iter()
                    .all(|other| !script.contains(other))
            })
            // The address of a server in the place of the one that there is.
            .map(|script| {
                script
                    .replace("\"https://bench:$BENCH_TOKEN@$CI_SERVER_HOST/$CI_PROJECT_PATH.git\"", "origin")
            })
            .collect();
        bench.write("job.sh", &format!("set -e\n{}", steps.join("\n")));
        for commit in ["first", "second"] {
            let set = format!("export GITHUB_SHA={commit} CI_COMMIT_SHA={commit} BENCH_TOKEN=secret");
            let clean = "git worktree prune && rm -rf history bench-out && git worktree prune && cp -r ../bench-out .";
            bench.run_shell(&format!("{set} && cd work && {clean} && sh ../job.sh")).ok();
        }
        let lines = bench.run_shell("git -C origin.git show bench-history:history.jsonl").ok().stdout;
        let commits: Vec<_> = lines.lines().map(|line| line.contains("\"commit\":\"first\"")).collect();
        assert_eq!(commits, [true, false], "{name}: {lines}");
        let files = bench.run_shell("git -C origin.git ls-tree --name-only bench-history").ok().stdout;
        assert_eq!(files, "history.jsonl\nhistory.svg\n", "{name}: the branch holds nothing else");
        let log = bench.run_shell("git -C origin.git log --format=%s bench-history").ok().stdout;
        assert_eq!(log, "Results of second\nResults of first\n", "{name}");
    }
}
