//! kill -9 of the harness at any moment loses no flushed sample, and leaves no child; `--resume` completes the
//! schedule. kill -9 of a child is one failed sample.

use crate::log::Log;
use crate::processes::{Running, all_gone, children_of, kill_9};
use crate::support::{Bench, SLOW_SCRIPT};
use serde_json::Value;

const REPEATS: usize = 4;
/// Two cells of four repeats, each with two batches of nine stages, two stages of aggregation and one level.
const SAMPLES: usize = 2 * REPEATS * (2 * 9 + 3);

fn slow() -> Bench {
    Bench::scripted(SLOW_SCRIPT, "")
}

fn lines(bench: &Bench) -> usize {
    let text = std::fs::read_to_string(bench.path("out/samples.jsonl"));
    text.map_or(0, |text| text.matches('\n').count())
}

#[test]
fn a_harness_that_is_killed_again_and_again_loses_nothing() {
    let bench = slow();
    let begin = format!("measure --spec spec.toml --batch-size 4,8 --repeats {REPEATS} --output out");
    let mut arguments = begin.as_str();
    let mut kept = Vec::new();
    // In the set-up, in the first repeat, between two repeats, in the second cell.
    for at_line in [1, 12, 55, 120] {
        let mut harness = Running::start(&mut bench.command(arguments));
        harness.until("samples", || lines(&bench) >= at_line && bench.path("out/machine.json").exists());
        let children = children_of(harness.pid());
        assert_eq!(children.len(), 1, "one child a cell");
        kept = std::fs::read(bench.path("out/samples.jsonl")).expect("samples");
        kill_9(harness.pid());
        assert_eq!(harness.end().code, None);
        all_gone(&children);
        let after = std::fs::read(bench.path("out/samples.jsonl")).expect("samples");
        assert!(after.starts_with(&kept), "line {at_line}: a flushed sample was lost");
        arguments = "measure --output out --resume";
    }
    bench.run(arguments).ok();
    let after = std::fs::read(bench.path("out/samples.jsonl")).expect("samples");
    let whole = kept.iter().rposition(|byte| *byte == b'\n').expect("a line") + 1;
    assert!(after.starts_with(&kept[..whole]));
    let log = Log::of(&bench.path("out"));
    let counts = log.counts();
    assert_eq!(counts.len(), SAMPLES);
    assert!(counts.values().all(|count| *count == 1), "a sample was taken twice");
    assert_eq!(log.of_kind("failure").len(), 0);
    assert_eq!((log.of_kind("repeat").len(), log.of_kind("cell_end").len()), (2 * REPEATS, 2));
    let profile: Value = serde_json::from_str(&bench.read("out/profile.json")).expect("JSON");
    for cell in profile["cells"].as_array().expect("cells") {
        assert_eq!((&cell["repeats"], &cell["end"]), (&REPEATS.into(), &"repeats".into()));
    }
    // Nothing is left to do.
    let again = bench.run("measure --output out --resume").ok();
    assert_eq!(again.stderr.matches("done before: ").count(), 2, "{again:#?}");
    assert_eq!(std::fs::read(bench.path("out/samples.jsonl")).expect("samples"), after);
}

#[test]
fn a_child_that_is_killed_is_one_failed_sample() {
    let bench = slow();
    let mut harness = Running::start(&mut bench.command("measure --spec spec.toml --repeats 4 --output out"));
    // In the middle of the second repeat.
    harness.until("samples", || lines(&bench) >= 2 + 22 + 5);
    let children = children_of(harness.pid());
    assert_eq!(children.len(), 1);
    kill_9(children[0]);
    let ran = harness.end().ok();
    assert!(ran.stderr.contains("FAILED: the measuring process ended: signal: 9"), "{ran:#?}");
    let log = Log::of(&bench.path("out"));
    let failures = log.of_kind("failure");
    assert_eq!(failures.len(), 1);
    assert_eq!((&failures[0]["failure"], &failures[0]["repeat"]), (&"crash".into(), &1.into()));
    let repeats: Vec<_> = log.of_kind("repeat").iter().map(|repeat| repeat["repeat"].clone()).collect();
    assert_eq!(repeats, [0, 2, 3]);
    // The one that is missing is made by the next.
    bench.run("measure --output out --resume").ok();
    let log = Log::of(&bench.path("out"));
    assert_eq!(log.of_kind("repeat").len(), 4);
    assert!(log.counts().values().all(|count| *count == 1));
    assert_eq!(log.counts().len(), SAMPLES / 2);
}

#[test]
fn a_crash_in_every_set_up_ends_the_cell_and_not_the_run() {
    let bench = Bench::scripted("faults = { crash = 1 }\n", "");
    let ran = bench.run("measure --spec spec.toml --batch-size 4,8 --output out");
    assert_eq!(ran.code, Some(8), "{ran:#?}");
    assert_eq!(ran.stderr.matches("FAILED: the measuring process ended: signal: 6").count(), 2, "{ran:#?}");
    let log = Log::of(&bench.path("out"));
    let ends: Vec<_> = log.of_kind("cell_end").iter().map(|end| end["end"].clone()).collect();
    assert_eq!(ends, ["failed", "failed"]);
    for verb in [
        "plan --profile out/profile.json --target-tx-per-s 1",
        "history add --profile out/profile.json --commit a --file history.jsonl",
    ] {
        bench.run(verb).fails(8, &["no cell with a proved batch"]);
    }
    assert!(!bench.path("history.jsonl").exists());
}
