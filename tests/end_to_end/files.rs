//! What is written: whole, or not at all, and never over what stood there.

use crate::support::{Bench, PROGRAM, Ran, SCRIPT};
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

const PLAN: &str =
    "plan --close 10s --prove 120s --block 15s --aggregate 12s --target-batches-per-s 0.1 --format csv";
/// A user without rights.
const NOBODY: u32 = 65534;

#[test]
fn a_folder_that_holds_a_run_is_not_touched() {
    let bench = Bench::scripted(SCRIPT, "");
    bench.run("measure --spec spec.toml --output out").ok();
    let before = bench.everything();
    for verb in ["measure", "run"] {
        let ran = bench.run(&format!("{verb} --spec spec.toml --output out"));
        ran.fails(2, &["out holds a run already (samples.jsonl)", "nothing was changed"]);
    }
    assert_eq!(bench.everything(), before);
    // One file of a run is enough, and other files are none of our business.
    let bench = Bench::scripted(SCRIPT, "");
    std::fs::create_dir(bench.path("out")).expect("a folder");
    bench.write("out/notes.txt", "mine");
    bench.write("out/profile.json", "{}");
    let before = bench.everything();
    bench.run("measure --spec spec.toml --output out").fails(2, &["holds a run already (profile.json)"]);
    assert_eq!(bench.everything(), before);
    std::fs::remove_file(bench.path("out/profile.json")).expect("removed");
    bench.run("measure --spec spec.toml --output out").ok();
    assert_eq!(bench.read("out/notes.txt"), "mine");
}

#[test]
fn a_run_that_was_killed_before_its_first_line_is_begun_again() {
    let bench = Bench::scripted(SCRIPT, "");
    std::fs::create_dir(bench.path("out")).expect("a folder");
    bench.write("out/samples.jsonl", "");
    bench.run("measure --output out --resume").fails(2, &["spec.toml", "without --resume"]);
    bench.write("out/spec.toml", "half of");
    bench.run("measure --spec spec.toml --output out").ok();
    assert!(bench.read("out/profile.json").contains("prove_batch"));
}

#[test]
fn a_file_in_the_place_of_a_folder() {
    let bench = Bench::scripted(SCRIPT, "");
    bench.write("taken", "mine");
    let before = bench.everything();
    bench.run("measure --spec spec.toml --output taken").fails(2, &["taken: cannot be made: File exists"]);
    bench
        .run("measure --spec spec.toml --output taken/out")
        .fails(2, &["taken/out: cannot be made: Not a dir"]);
    bench.run(&format!("{PLAN} --output taken/plan.csv")).fails(2, &["taken/plan.csv: cannot be written"]);
    bench.run(&format!("{PLAN} --output none/plan.csv")).fails(2, &["none/plan.csv: cannot be written"]);
    assert_eq!(bench.everything(), before);
}

/// Rights do not bind the superuser, so it sends somebody else, with a copy of the program where anybody may read it.
#[test]
fn a_folder_without_the_right_to_write() {
    let bench = Bench::scripted(SCRIPT, "");
    std::fs::create_dir(bench.path("locked")).expect("a folder");
    bench.write("locked/plan.csv", "mine");
    let program = bench.path("program");
    std::fs::copy(PROGRAM, &program).expect("copied");
    for (path, mode) in [("", 0o755), ("locked", 0o555), ("program", 0o755)] {
        std::fs::set_permissions(bench.path(path), PermissionsExt::from_mode(mode)).expect("set");
    }
    let before = bench.everything();
    let refused = |arguments: &str, wanted: &str| {
        let mut command = Command::new(&program);
        command.args(arguments.split_whitespace()).current_dir(bench.folder());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        if rustix::process::geteuid().is_root() {
            command.uid(NOBODY).gid(NOBODY);
        }
        let ran = Ran::to_end(&mut command, arguments);
        ran.fails(2, &[wanted, "Permission denied"]);
    };
    refused("measure --spec spec.toml --output locked/out", "locked/out: cannot be made");
    refused("measure --spec spec.toml --output locked", "locked/samples.jsonl: cannot be written");
    refused(&format!("{PLAN} --output locked/plan.csv"), "locked/plan.csv: cannot be written");
    refused("workload generate --output locked/trace.csv", "locked/trace.csv: cannot be written");
    assert_eq!(bench.everything(), before);
    std::fs::set_permissions(bench.path("locked"), PermissionsExt::from_mode(0o755)).expect("set");
}

#[test]
fn two_runs_do_not_share_a_folder() {
    use crate::processes::{Running, kill_9};
    let bench = Bench::scripted(crate::support::SLOW_SCRIPT, "");
    let mut first = Running::start(&mut bench.command("measure --spec spec.toml --repeats 400 --output out"));
    first.until("a sample", || {
        std::fs::read_to_string(bench.path("out/samples.jsonl")).is_ok_and(|text| text.contains("\"prove\""))
    });
    let second = bench.run("measure --output out --resume");
    second.fails(2, &["samples.jsonl: cannot be written: another run is writing to it"]);
    kill_9(first.pid());
    first.end();
}

#[test]
fn files_are_for_whoever_may_read_the_folder() {
    let bench = Bench::scripted(SCRIPT, "");
    bench.run("run --spec spec.toml --batch-size 400 --output out").ok();
    bench.run(&format!("{PLAN} --output plan.csv")).ok();
    let names = ["samples.jsonl", "machine.json", "spec.toml", "profile.json", "profile.csv", "plan.json"];
    let names = names
        .into_iter()
        .chain(["plan.csv", "report.md", "report.html", "report.json"])
        .map(|name| format!("out/{name}"));
    for name in names.chain(["plan.csv".to_owned()]) {
        let mode = std::fs::metadata(bench.path(&name)).expect(&name).permissions().mode();
        assert_eq!(mode & 0o777, 0o644, "{name}");
    }
    // No temporary file stays.
    assert_eq!(std::fs::read_dir(bench.path("out")).expect("a folder").count(), 10);
}

/// What is no file is written to, and not replaced: nobody wants a file where `/dev/stdout` was.
#[test]
fn a_pipe_or_a_link_in_the_place_of_a_file_stays_what_it_is() {
    let bench = Bench::new();
    let printed = bench.run(PLAN).ok().stdout;
    bench.run_shell("mkfifo pipe && ln -s elsewhere.csv link && touch elsewhere.csv").ok();
    let ran = bench.run_shell(&format!("cat pipe & bench-harness {PLAN} --output pipe && wait")).ok();
    assert_eq!(ran.stdout, printed);
    let kind = std::fs::symlink_metadata(bench.path("pipe")).expect("a pipe").file_type();
    assert!(kind.is_fifo(), "{kind:?}");
    bench.run(&format!("{PLAN} --output link")).ok();
    assert!(std::fs::symlink_metadata(bench.path("link")).expect("a link").is_symlink());
    assert_eq!(bench.read("elsewhere.csv"), printed);
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let bench = Bench::new();
    let line = "bench-harness workload generate --transactions 20000 | head -n 1; exit \"${PIPESTATUS:-0}\"";
    let ran = bench.run_shell(line).ok();
    assert_eq!(ran.stderr, "");
    assert!(ran.stdout.starts_with("batch,kind,"));
}
