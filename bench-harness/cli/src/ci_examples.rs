//! The shipped CI examples against the program's own command line: every command in them is one that it takes.
//!
//! Owns the test alone. That their format is right is for the linters of `ci/check` to say; that the steps of the
//! history job do what they say is tried in `tests/end_to_end/ci_examples.rs`.

use crate::args::Args;
use clap::Parser;
use std::collections::BTreeMap;
use std::path::Path;
use yaml_rust2::{Yaml, YamlLoader};

const MARKER: &str = "marker='<!-- bench-harness gate paired -->'";

fn example(name: &str) -> Yaml {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ci/examples").join(name);
    let text = std::fs::read_to_string(file).expect(name);
    let documents = YamlLoader::load_from_str(&text).expect("YAML");
    assert_eq!(documents.len(), 1, "{name}");
    documents.into_iter().next().expect("a document")
}

fn strings(of: &Yaml) -> Vec<String> {
    let of = of.as_vec().map_or(&[][..], Vec::as_slice);
    of.iter().filter_map(Yaml::as_str).map(str::to_owned).collect()
}

/// The scripts of each job of a workflow, in order.
fn github() -> BTreeMap<String, Vec<String>> {
    let workflow = example("github-actions.yml");
    let jobs = workflow["jobs"].as_hash().expect("jobs");
    let of_job = |job: &Yaml| {
        let steps = job["steps"].as_vec().expect("steps");
        steps.iter().filter_map(|step| step["run"].as_str()).map(str::to_owned).collect()
    };
    jobs.iter().map(|(name, job)| (name.as_str().expect("a name").to_owned(), of_job(job))).collect()
}

fn gitlab() -> BTreeMap<String, Vec<String>> {
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
    of_ours.filter(|words| words.first().is_some_and(|word| word == "target/release/bench-harness")).collect()
}

#[test]
fn every_command_is_one_that_the_program_takes() {
    for (name, jobs) in [("github", github()), ("gitlab", gitlab())] {
        let mut verbs: Vec<String> = Vec::new();
        for (job, scripts) in jobs {
            let commands = commands(&scripts);
            assert!(!commands.is_empty(), "{name}, {job}: no command of the program");
            let built =
                scripts.iter().any(|script| script == "cargo build --release --locked -p bench-harness");
            assert!(built, "{name}, {job}: the program is not built");
            for command in commands {
                if let Err(error) = Args::try_parse_from(&command) {
                    panic!("{name}, {job}: {command:?}: {error}");
                }
                verbs.push(command[1..3].join(" "));
            }
        }
        verbs.sort();
        let wanted = ["gate exact", "gate paired", "history add", "history check", "measure --workload"];
        assert_eq!(verbs, wanted, "{name}");
    }
}

#[test]
fn a_comment_is_found_by_the_marker_that_the_program_writes() {
    assert_eq!(MARKER, format!("marker='{}'", reports::regression::markdown::PAIRED_MARKER));
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
