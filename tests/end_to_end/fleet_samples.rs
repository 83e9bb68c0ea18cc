//! The samples of a fleet, read by whoever reads those of `measure`.

use crate::fleet::complete;
use crate::support::Bench;
use records::profile::{ProfileRecord, QuantityName};
use records::sample::{LogRecord, SampleRecord, StageName, read_log};

fn samples(log: &[LogRecord], stage: StageName) -> Vec<&SampleRecord> {
    let samples =
        log.iter().filter_map(|line| if let LogRecord::Sample(sample) = line { Some(sample) } else { None });
    samples.filter(|sample| sample.stage == stage).collect()
}

#[test]
fn samples_of_real_proofs_are_read_summed_up_and_planned_with() {
    let bench = Bench::new();
    let flags = "--batches 3 --aggregate 2 --batch-size 2 --depth 8 --accounts 20 --pools 2 --workers 1";
    bench.run(&format!("fleet run {flags} --memory 0 --output out")).ok();
    // Three batches; a merge of two, and one that lifts the third.
    let summary = complete(&bench, 3 + 2);
    assert_eq!(summary["consolidated_batches"], 3);

    let log = read_log(&bench.path("out/samples.jsonl")).expect("a log");
    for (stage, count) in [
        (StageName::Execute, 3),
        (StageName::Root, 3),
        (StageName::Record, 3),
        (StageName::Witness, 3),
        (StageName::Prove, 3),
        (StageName::Verify, 3),
        // Of each batch and of each merge.
        (StageName::QueueWait, 3 + 2),
        (StageName::Aggregate, 2),
        (StageName::VerifyAggregate, 2),
    ] {
        assert_eq!(samples(&log, stage).len(), count, "{stage}");
    }
    assert_eq!(log.iter().filter(|line| matches!(line, LogRecord::Repeat(_))).count(), 2);
    // One worker: the third batch waits for two proofs at least.
    let waits = samples(&log, StageName::QueueWait);
    let last = waits.iter().find(|wait| (wait.repeat, wait.batch, wait.level) == (Some(1), Some(0), None));
    let proofs_s: f64 = samples(&log, StageName::Prove).iter().take(2).map(|sample| sample.wall_s).sum();
    assert!(last.expect("a wait").wall_s >= proofs_s, "{waits:?}");
    // The parts of a proof are what the summary has of it.
    let batch = &summary["samples"].as_array().expect("samples").iter().find(|it| it["job"] == "prove-1");
    let parts = [StageName::Record, StageName::Witness, StageName::Prove].map(|stage| {
        let of_batch =
            samples(&log, stage).into_iter().find(|it| (it.repeat, it.batch) == (Some(0), Some(1)));
        of_batch.expect("a sample").wall_s
    });
    let whole_s = batch.expect("a job")["prove_s"].as_f64().expect("a time");
    assert!((parts.iter().sum::<f64>() - whole_s).abs() < 1e-6, "{parts:?} of {whole_s}");

    let csv = bench.run("report out --what samples --format csv").ok().stdout;
    assert_eq!(csv.lines().filter(|line| line.contains("queue_wait")).count(), 5);
    let profile: ProfileRecord = records::file::read(&bench.path("out/profile.json")).expect("a profile");
    let cell = &profile.cells[0];
    assert_eq!((cell.repeats, cell.cell.cores, cell.cell.provers), (2, 1, 1));
    assert_eq!(cell.quantity(QuantityName::ProveBatch).map(|prove| prove.samples), Some(3));
    bench.run("report out").ok();
    bench.run("plan --profile out/profile.json --target-tx-per-s 5 --delay 5min").ok();
}

#[test]
fn samples_of_another_run_are_never_overwritten() {
    let bench = Bench::new();
    std::fs::create_dir(bench.path("out")).expect("a folder");
    bench.write("out/samples.jsonl", "{}\n");
    let flags = "fleet run --batches 1 --aggregate 1 --proof-system scripted --workers 1 --output out";
    bench.run(flags).fails(2, &["out: it holds samples of another run"]);
    assert_eq!(bench.read("out/samples.jsonl"), "{}\n");
}
