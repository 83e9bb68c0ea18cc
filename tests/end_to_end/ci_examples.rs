//! The shipped CI examples, tried: their scripts are shell, and the history job keeps a branch of its own.

use crate::support::{Bench, SCRIPT, root};
use yaml_rust2::{Yaml, YamlLoader};

fn example(name: &str) -> Yaml {
    let text = std::fs::read_to_string(root().join("ci/examples").join(name)).expect(name);
    YamlLoader::load_from_str(&text).expect("YAML").into_iter().next().expect("a document")
}

fn scripts_of_github(job: &str) -> Vec<String> {
    let workflow = example("github-actions.yml");
    let steps = workflow["jobs"][job]["steps"].as_vec().expect("steps");
    steps.iter().filter_map(|step| step["run"].as_str()).map(str::to_owned).collect()
}

fn scripts_of_gitlab(job: &str) -> Vec<String> {
    let pipeline = example("gitlab-ci.yml");
    let list = |name: &str| pipeline[job][name].as_vec().cloned().unwrap_or_default();
    let all = [list("script"), list("after_script")].concat();
    all.iter().filter_map(Yaml::as_str).map(str::to_owned).collect()
}

#[test]
fn every_script_is_shell() {
    let bench = Bench::new();
    for job in ["exact", "paired", "history"] {
        for script in scripts_of_github(job).into_iter().chain(scripts_of_gitlab(job)) {
            bench.write("script.sh", &script);
            bench.run_shell("sh -n script.sh").ok();
        }
    }
}

/// The history job as GitHub and GitLab would run it, twice, against a repository of its own: the first time there is
/// no branch.
#[test]
fn the_history_job_keeps_a_branch_of_its_own() {
    for (name, scripts) in
        [("github", scripts_of_github("history")), ("gitlab", scripts_of_gitlab("history"))]
    {
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
            .filter(|script| !script.contains("cargo build") && !script.contains("bench-harness measure"))
            .map(|script| script.replace("target/release/bench-harness", "bench-harness"))
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
