//! Whole runs in this process, on the scripted system: what is written, kept, refused and summed up.

use machine::Allowance;
use measure::host::Host;
use measure::run::error::ErrorKind;
use measure::run::events::RunEvent;
use measure::run::launch::Launcher;
use measure::run::{MeasureError, MoreTime, Outcome, Run};
use measure::schedule::Schedule;
use measure::spec::{Overrides, Spec, file};
use records::machine::{MACHINE_SCHEMA_VERSION, MachineRecord};
use records::profile::QuantityName;
use records::sample::{EndName, FailureName, LogRecord, MarkName, StageName, read_log};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use tempfile::TempDir;

const SCRIPT: &str = "prove = { values_s = [1.0, 1.1, 0.9] }\nharness = { fixed_s = 0.25 }\n";

/// A folder with a script and a place for the run.
struct Bench {
    folder: TempDir,
    host: Host,
}

impl Bench {
    fn new(script: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("script.toml"), script).expect("written");
        let record = MachineRecord { schema_version: MACHINE_SCHEMA_VERSION, sections: Vec::new() };
        let allowance = Allowance { cpus: "0-1".parse().expect("a list"), quota_cpus: None };
        Self { folder, host: Host { allowance, record } }
    }

    /// Two cells of three repeats of two batches.
    fn spec(&self, more: &str) -> Spec {
        let text = format!(
            "proof_system = \"scripted\"\nscript = \"script.toml\"\nworkloads = [\"mix\"]\naccounts = 20\npools = 2\n\
             depth = 8\nbatch_sizes = [4]\ncores = [1, 2]\nrepeats = 3\nbatches_per_aggregation = 2\n{more}"
        );
        let layer = file::parse(&text, &self.folder.path().join("spec.toml")).expect("TOML");
        Spec::new(layer, &self.host.allowance).expect("valid")
    }

    fn out(&self) -> std::path::PathBuf {
        self.folder.path().join("out")
    }

    fn go(&self, spec: &Spec, resume: bool, stop_after: Option<u64>) -> Result<Outcome, MeasureError> {
        let stop = AtomicBool::new(false);
        let run = Run { spec, host: &self.host, launcher: &Launcher::InProcess, stop: &stop };
        let mut repeats = 0;
        let mut events = |event: &RunEvent<'_>| {
            if let RunEvent::Repeat { .. } = event {
                repeats += 1;
                if Some(repeats) == stop_after {
                    stop.store(true, Ordering::SeqCst);
                }
            }
        };
        if resume { run.resume(&self.out(), &mut events) } else { run.start(&self.out(), &mut events) }
    }

    fn start(&self, more: &str) -> Result<Outcome, MeasureError> {
        self.go(&self.spec(more), false, None)
    }

    fn log(&self) -> Vec<LogRecord> {
        read_log(&self.out().join("samples.jsonl")).expect("whole")
    }
}

/// Lines of a log without what differs from run to run by its nature.
fn essence(log: &[LogRecord]) -> Vec<String> {
    log.iter()
        .filter_map(|record| match record {
            LogRecord::Sample(sample) => Some(format!(
                "{} {:?} {:?} {:?} {:?} {:?} {}",
                sample.cell.key(),
                sample.repeat,
                sample.seed,
                sample.batch,
                sample.stage,
                sample.level,
                sample.wall_s
            )),
            LogRecord::Repeat(repeat) => Some(format!("{} {} complete", repeat.cell.key(), repeat.repeat)),
            LogRecord::SetUp(_) | LogRecord::Failure(_) | LogRecord::CellEnd(_) => None,
        })
        .collect()
}

#[test]
fn a_run_measures_every_cell_and_writes_it_down() {
    let bench = Bench::new(SCRIPT);
    let outcome = bench.start("").expect("runs");
    assert!(!outcome.is_interrupted);
    assert_eq!(outcome.failures, 0);
    // For each cell: a set-up, then for each repeat two batches of nine stages, two of aggregation, one level.
    assert_eq!(outcome.samples, 2 * (1 + 3 * (2 * 9 + 2 + 1)));
    for name in ["samples.jsonl", "machine.json", "spec.toml", "profile.json"] {
        assert!(bench.out().join(name).is_file(), "{name}");
    }
    let profile: records::profile::ProfileRecord =
        records::file::read(&bench.out().join("profile.json")).expect("reads");
    assert_eq!(profile, outcome.profile);
    let cell = &profile.cells[0];
    assert_eq!((cell.repeats, cell.end, cell.verified), (3, Some(EndName::Repeats), true));
    let median = |name| cell.quantity(name).expect("measured").median_s;
    // By the script: witness 0.1; proofs 1.0, 1.1, 0.9 in turn, of which the warm-up takes the first.
    assert_eq!(
        cell.quantity(QuantityName::Prove).expect("measured").values_s,
        [1.1, 0.9, 1.0, 1.1, 0.9, 1.0]
    );
    assert!((median(QuantityName::ProveBatch) - (0.25 + 0.1 + 1.0)).abs() < 1e-9);
    assert!((median(QuantityName::Close) - 0.75).abs() < 1e-9);
    assert_eq!(median(QuantityName::Aggregate), 1.5);
    assert_eq!(cell.levels(QuantityName::AggregateMerge)[0].samples, 3);
    let rate = cell.transactions_per_s.expect("measured");
    assert!((rate - 4.0 / 1.35).abs() < 1e-9, "{rate}");
}

#[test]
fn the_same_spec_gives_the_same_samples() {
    let (first, second) = (Bench::new(SCRIPT), Bench::new(SCRIPT));
    first.start("").expect("runs");
    second.start("").expect("runs");
    assert_eq!(essence(&first.log()), essence(&second.log()));
    let seeds = first.log().into_iter().filter_map(|record| match record {
        LogRecord::Repeat(repeat) => Some((repeat.cell.cores, repeat.seed)),
        _ => None,
    });
    let mut seeds: Vec<_> = seeds.collect();
    // The same batches in both cells, new ones in each repeat.
    assert_eq!(seeds[0].1, seeds[3].1);
    seeds.dedup_by_key(|(_, seed)| *seed);
    assert_eq!(seeds.len(), 6);
}

#[test]
fn a_stopped_run_keeps_what_it_has_and_is_resumed_to_the_same_end() {
    let fixed = "prove = { mean_s = 1.0, cv = 0.2 }\nharness = { fixed_s = 0.25 }\n";
    let whole = Bench::new(fixed);
    whole.start("").expect("runs");
    let stopped = Bench::new(fixed);
    let spec = stopped.spec("");
    let outcome = stopped.go(&spec, false, Some(2)).expect("stops");
    assert!(outcome.is_interrupted);
    assert_eq!(outcome.cells[0].end, None);
    assert_eq!(outcome.profile.cells[0].end, None);
    assert!(outcome.profile.cells[0].repeats >= 2);
    let before = std::fs::read(stopped.out().join("samples.jsonl")).expect("there");
    let resumed = stopped.go(&spec, true, None).expect("goes on");
    assert!(!resumed.is_interrupted);
    assert_eq!(resumed.samples_before, outcome.samples);
    // What was there stands as it was.
    let after = std::fs::read(stopped.out().join("samples.jsonl")).expect("there");
    assert_eq!(after[..before.len()], before[..]);
    let sorted = |log: &[LogRecord]| {
        let mut lines = essence(log);
        // A resumed cell is set up again.
        lines.retain(|line| !line.contains("SetUp"));
        lines.sort();
        lines
    };
    assert_eq!(sorted(&stopped.log()), sorted(&whole.log()));
    // Resuming what is complete does nothing.
    let again = stopped.go(&spec, true, None).expect("nothing to do");
    assert_eq!((again.samples, again.is_interrupted), (0, false));
    assert!(again.cells.iter().all(|cell| cell.was_done && cell.repeats == 3));
    assert_eq!(std::fs::read(stopped.out().join("samples.jsonl")).expect("there"), after);
}

#[test]
fn a_log_that_was_cut_in_a_line_is_resumed_without_loss_or_double() {
    let fixed = "harness = { fixed_s = 0.25 }\n";
    let bench = Bench::new(fixed);
    bench.start("").expect("runs");
    let whole = bench.log();
    let path = bench.out().join("samples.jsonl");
    let bytes = std::fs::read(&path).expect("there");
    // In the middle of the second repeat of the first cell, in the middle of a line.
    let lines: Vec<_> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
    let keep: usize = lines[..30].iter().map(|line| line.len()).sum::<usize>() + 25;
    std::fs::write(&path, &bytes[..keep]).expect("cut");
    let error = read_log(&path).expect_err("cut").to_string();
    assert!(error.contains("samples.jsonl, line 31: cut off after 25 bytes"), "{error}");
    let outcome = bench.go(&bench.spec(""), true, None).expect("goes on");
    assert_eq!(outcome.samples_before, 28);
    let keys = |log: &[LogRecord]| {
        let mut keys: Vec<_> = essence(log);
        keys.retain(|line| !line.contains("SetUp"));
        keys.sort();
        keys
    };
    assert_eq!(keys(&bench.log()), keys(&whole));
}

#[test]
fn a_wrong_proof_ends_the_run_and_no_time_of_it_is_written() {
    for fault in ["wrong_proof", "damaged_proof"] {
        // The warm-up is the first, so this is the second batch of the first repeat.
        let bench = Bench::new(&format!("faults = {{ {fault} = 3 }}\n"));
        let error = bench.start("").expect_err("wrong");
        assert_eq!(error.kind(), ErrorKind::WrongProof, "{error}");
        assert!(error.to_string().starts_with("mix of 4, scripted, 1 core: a proof "), "{error}");
        let batches: Vec<_> = bench
            .log()
            .iter()
            .filter_map(|record| match record {
                LogRecord::Sample(sample) if sample.stage == StageName::Prove => sample.batch,
                _ => None,
            })
            .collect();
        assert_eq!(batches, [0]);
    }
}

#[test]
fn a_batch_without_a_proof_is_one_failure_and_the_run_goes_on() {
    let bench = Bench::new("faults = { no_proof = 5 }\n");
    let outcome = bench.start("").expect("goes on");
    // The warm-up is the first, and each repeat takes two: the fifth is the second batch of the second repeat.
    assert_eq!(outcome.failures, 2);
    let cell = &outcome.profile.cells[0];
    assert_eq!((cell.repeats, cell.end), (2, Some(EndName::Repeats)));
    assert_eq!((cell.failures[0].repeat, cell.failures[0].failure), (Some(1), FailureName::NoProof));
    assert!(cell.failures[0].why.contains("no proof of batch 1: the script says so"));
    // The batch before it was verified, and its times stand.
    assert_eq!(cell.quantity(QuantityName::Prove).expect("measured").samples, 2 + 1 + 2);
    // Resuming tries it again, in a process in which it is the third.
    let resumed = bench.go(&bench.spec(""), true, None).expect("goes on");
    assert_eq!((resumed.failures, resumed.cells[0].repeats), (0, 3));
    assert_eq!(resumed.profile.cells[0].quantity(QuantityName::Prove).expect("measured").samples, 6);
}

#[test]
fn a_refused_set_up_is_an_error_of_the_user() {
    let bench = Bench::new("faults = { no_set_up = true }\n");
    let error = bench.start("").expect_err("refused");
    assert_eq!(error.kind(), ErrorKind::Input);
    assert!(error.to_string().contains("scripted set-up"), "{error}");
}

#[test]
fn a_spent_time_limit_ends_a_cell_after_the_least_repeats() {
    let bench = Bench::new(
        "prove = { fixed_s = 0.02 }\nwitness = { fixed_s = 0 }\nreal_time = true\n\
        merge = { fixed_s = 0 }\nverify = { fixed_s = 0 }\n",
    );
    let spec = "min_repeats = 2\ntime_limit_s = 0.001\n";
    let outcome = bench.start(spec).expect("runs");
    for cell in &outcome.cells {
        assert_eq!((cell.repeats, cell.end), (2, Some(EndName::TimeLimit)));
    }
    let resumed = bench.go(&bench.spec(spec), true, None).expect("nothing to do");
    assert_eq!(resumed.samples, 0);
}

#[test]
fn more_time_goes_to_the_cells_that_it_is_for_and_takes_nothing_twice() {
    let bench = Bench::new(
        "prove = { fixed_s = 0.02 }\nwitness = { fixed_s = 0 }\nreal_time = true\n\
        merge = { fixed_s = 0 }\nverify = { fixed_s = 0 }\n",
    );
    let spec = bench.spec("min_repeats = 1\ntime_limit_s = 0.001\n");
    let first = bench.go(&spec, false, None).expect("runs");
    let of =
        |outcome: &Outcome| -> Vec<_> { outcome.cells.iter().map(|cell| (cell.repeats, cell.end)).collect() };
    assert_eq!(of(&first), [(1, Some(EndName::TimeLimit)); 2]);
    let stop = AtomicBool::new(false);
    let run = Run { spec: &spec, host: &bench.host, launcher: &Launcher::InProcess, stop: &stop };
    let more = |further_s| MoreTime {
        cells: vec![first.cells[1].cell.clone()],
        further: std::time::Duration::from_secs(further_s),
    };
    let extended = run.extend(&bench.out(), &more(60), &mut |_: &RunEvent<'_>| {}).expect("goes on");
    assert_eq!(of(&extended), [(1, Some(EndName::TimeLimit)), (3, Some(EndName::Repeats))]);
    let proofs =
        |cell: usize| extended.profile.cells[cell].quantity(QuantityName::Prove).expect("measured").samples;
    assert_eq!((proofs(0), proofs(1)), (2, 6), "two batches a repeat, each once");
    // A cell that has all its repeats is not measured again.
    let again = run.extend(&bench.out(), &more(60), &mut |_: &RunEvent<'_>| {}).expect("goes on");
    assert_eq!((again.samples, of(&again)), (0, of(&extended)));
    let resumed = bench.go(&spec, true, None).expect("nothing to do");
    assert_eq!((resumed.samples, of(&resumed)), (0, of(&extended)));
}

#[test]
fn a_folder_that_holds_a_run_is_left_alone() {
    let bench = Bench::new(SCRIPT);
    bench.start("").expect("runs");
    let before = std::fs::read(bench.out().join("samples.jsonl")).expect("there");
    let error = bench.start("").expect_err("taken");
    assert!(matches!(error, MeasureError::Taken { file: "samples.jsonl", .. }), "{error}");
    let error = bench.go(&bench.spec("seed = 2\n"), true, None).expect_err("another spec");
    assert_eq!(error.kind(), ErrorKind::CannotCompare);
    assert!(error.to_string().contains("seed: 1 there, 2 now"), "{error}");
    assert_eq!(std::fs::read(bench.out().join("samples.jsonl")).expect("there"), before);
}

#[test]
fn another_machine_does_not_resume() {
    let mut bench = Bench::new(SCRIPT);
    bench.start("").expect("runs");
    bench.host.record = Host::read(None).expect("reads").record;
    let error = bench.go(&bench.spec(""), true, None).expect_err("another machine");
    assert_eq!(error.kind(), ErrorKind::CannotCompare);
    assert!(error.to_string().contains("machine.memory_total_bytes: missing / "), "{error}");
}

#[test]
fn what_cannot_be_written_or_read_is_told() {
    let bench = Bench::new(SCRIPT);
    std::fs::write(bench.out(), "a file where a folder should be").expect("written");
    let error = bench.start("").expect_err("no folder").to_string();
    assert!(error.contains("out: cannot be made"), "{error}");
    std::fs::remove_file(bench.out()).expect("removed");
    let error = bench.go(&bench.spec(""), true, None).expect_err("nothing there").to_string();
    assert!(error.contains("out/spec.toml: No such file"), "{error}");
    bench.start("").expect("runs");
    let path = bench.out().join("samples.jsonl");
    let text = std::fs::read_to_string(&path).expect("there");
    std::fs::write(&path, text.replacen("\"wall_s\":0.25", "\"wall_s\":\"x\"", 1)).expect("written");
    let error = bench.go(&bench.spec(""), true, None).expect_err("a wrong type").to_string();
    assert!(error.contains("samples.jsonl, line 2, field wall_s: invalid type: string"), "{error}");
}

#[test]
fn a_trace_is_measured_with_new_roots_in_each_repeat() {
    let bench = Bench::new("harness = { fixed_s = 0.25 }\n");
    let rows: String = (0..12).map(|n| format!("transfer,{},{},0,5\n", n % 4, (n + 1) % 4)).collect();
    let trace = format!("kind,sender,target,token_in,amount_in\n{rows}");
    std::fs::write(bench.folder.path().join("trace.csv"), trace).expect("written");
    let outcome = bench.start("trace = \"trace.csv\"\n").expect("the mix alone");
    assert_eq!(outcome.profile.cells.len(), 2);
    std::fs::remove_dir_all(bench.out()).expect("removed");
    let text = file::write(bench.spec("trace = \"trace.csv\"\n").effective()).expect("writes");
    let layer: Overrides = file::parse(&text, Path::new("/spec.toml")).expect("reads");
    let layer = Overrides { workloads: Some(vec!["trace".to_owned()]), ..layer };
    let spec = Spec::new(layer, &bench.host.allowance).expect("valid");
    assert_eq!(Schedule::new(&spec).expect("valid").cells().len(), 2);
    let outcome = bench.go(&spec, false, None).expect("runs");
    let cell = &outcome.profile.cells[0];
    assert_eq!((cell.cell.swap_ratio, cell.repeats), (None, 3));
    // Nothing is drawn, so nothing is said of drawing.
    assert!(cell.quantity(QuantityName::Generate).is_none());
    assert_eq!(cell.quantity(QuantityName::Execute).expect("measured").samples, 6);
}

#[test]
fn a_prover_that_cannot_verify_is_measured_only_where_that_is_allowed() {
    let reply = r#"{"name":"x","version":"1"}"#;
    let proof = r#"{"proof":"00","proof_bytes":1,"witness_s":0.5,"prove_s":1.5}"#;
    let program = format!("read -r line; echo '{reply}'; while read -r line; do echo '{proof}'; done");
    let bench = Bench::new("");
    let layer = Overrides {
        proof_system: Some(vec!["command".to_owned()]),
        command: Some(vec!["sh".to_owned(), "-c".to_owned(), program]),
        ..bench.spec("").effective().clone()
    };
    let spec = Spec::new(layer.clone(), &bench.host.allowance).expect("valid");
    let error = bench.go(&spec, false, None).expect_err("not allowed");
    assert_eq!(error.kind(), ErrorKind::Input);
    assert!(error.to_string().contains("allow_unverified"), "{error}");
    std::fs::remove_dir_all(bench.out()).expect("removed");
    let layer = Overrides { allow_unverified: Some(true), ..layer };
    let spec = Spec::new(layer, &bench.host.allowance).expect("valid");
    let outcome = bench.go(&spec, false, None).expect("allowed");
    let cell = &outcome.profile.cells[0];
    assert!(!cell.verified);
    assert_eq!(cell.quantity(QuantityName::Prove).expect("measured").median_s, 1.5);
    assert!(cell.quantity(QuantityName::Aggregate).is_none());
    let marks = bench.log().into_iter().filter_map(|record| match record {
        LogRecord::Sample(sample) if sample.stage == StageName::Prove => Some(sample.mark),
        _ => None,
    });
    assert!(marks.into_iter().all(|mark| mark == MarkName::Unverified));
}

#[test]
fn plonky2_proves_a_small_cell() {
    let bench = Bench::new("");
    let layer = Overrides {
        proof_system: Some(vec!["plonky2".to_owned()]),
        script: None,
        workloads: Some(vec!["transfer".to_owned()]),
        batch_sizes: Some(vec![1]),
        cores: Some("2".to_owned()),
        repeats: Some(1),
        batches_per_aggregation: Some(2),
        ..bench.spec("").effective().clone()
    };
    let spec = Spec::new(layer, &bench.host.allowance).expect("valid");
    let outcome = bench.go(&spec, false, None).expect("proves");
    let cell = &outcome.profile.cells[0];
    let system = cell.system.as_ref().expect("set up");
    assert_eq!((system.name.as_str(), system.circuits[0].name.as_str()), ("plonky2", "batch"));
    assert!(system.circuits[0].padded_rows >= system.circuits[0].rows);
    let call = bench.log().into_iter().find_map(|record| match record {
        LogRecord::Sample(sample) if sample.stage == StageName::ProveCall => Some(sample),
        _ => None,
    });
    let call = call.expect("measured");
    let parts = cell.quantity(QuantityName::Witness).expect("measured").values_s[0]
        + cell.quantity(QuantityName::Prove).expect("measured").values_s[0];
    // The parts as the system tells them lie within the call as the harness times it.
    assert!(parts <= call.wall_s, "{parts} {}", call.wall_s);
    assert!(call.peak_rss_bytes.is_some() && call.cpu_s.is_some_and(|cpu_s| cpu_s > 0.0));
    assert!(cell.quantity(QuantityName::VerifyAggregate).is_some());
}
