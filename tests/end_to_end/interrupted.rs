//! Ctrl-C keeps what is measured and says how to go on.

use crate::log::Log;
use crate::processes::{Running, all_gone, children_of};
use crate::support::{Bench, Ran, SLOW_SCRIPT};
use rustix::process::Signal;

/// Starts a run, lets it come to a sample, and stops it as the terminal does: the harness and its child both get
/// the signal.
fn stopped(bench: &Bench, verb: &str, signal: Signal, at_line: usize) -> Ran {
    let arguments = format!("{verb} --spec spec.toml --batch-size 400 --output out");
    let mut harness = Running::start(&mut bench.command(&arguments));
    harness.until("samples", || {
        let text = std::fs::read_to_string(bench.path("out/samples.jsonl"));
        text.is_ok_and(|text| text.matches('\n').count() >= at_line)
    });
    let children = children_of(harness.pid());
    assert_eq!(children.len(), 1);
    harness.signal_group(signal);
    let ran = harness.end();
    all_gone(&children);
    ran
}

/// The command that it says goes on.
fn advice(ran: &Ran) -> &str {
    ran.error().split("Go on with: ").nth(1).expect("a command").trim()
}

#[test]
fn ctrl_c_keeps_samples_and_the_advice_works() {
    for at_line in [4, 25] {
        let bench = Bench::scripted(SLOW_SCRIPT, "");
        let ran = stopped(&bench, "measure", Signal::INT, at_line);
        let kept = Log::of(&bench.path("out"));
        let samples = kept.of_kind("sample").len();
        let says = format!("stopped; {samples} samples are kept in out. ");
        let ran = ran.fails(130, &[&says]);
        // The user stopped it: nothing failed.
        assert_eq!(kept.of_kind("failure").len(), 0, "{:?}", kept.of_kind("failure"));
        assert!(samples >= at_line - 1, "{samples}");
        assert_eq!(advice(&ran), "bench-harness measure --output out --resume");
        bench.run_shell(advice(&ran)).ok();
        let whole = Log::of(&bench.path("out"));
        assert_eq!(whole.records[..kept.records.len()], kept.records[..]);
        assert_eq!(whole.of_kind("repeat").len(), 3);
        assert!(whole.counts().values().all(|count| *count == 1));
    }
}

#[test]
fn a_run_that_was_stopped_goes_on_to_its_plan() {
    let bench = Bench::scripted(SLOW_SCRIPT, "");
    let ran = stopped(&bench, "run", Signal::TERM, 5).fails(130, &["samples are kept in out"]);
    assert!(!bench.path("out/plan.json").exists());
    assert_eq!(advice(&ran), "bench-harness run --output out --resume");
    let ran = bench.run_shell(advice(&ran)).ok();
    assert!(ran.stdout.contains("Run 1 prover"), "{ran:#?}");
    assert!(bench.path("out/plan.json").exists());
}
