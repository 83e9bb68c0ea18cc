//! The samples of a run with faults, written and read by what reads those of `measure`.

use crate::world::World;
use fleet::coordinator::CoordinatorRules;
use fleet::samples::{log_of, samples_path};
use records::sample::{EndName, LogRecord, SampleRecord, StageName, read_log, write_log};

/// The log of a world, as it is read back.
fn read_back(world: &World) -> Vec<LogRecord> {
    let path = samples_path(world.folder.path());
    let log = log_of(world.coordinator.as_ref().expect("a coordinator"));
    write_log(&path, &log).expect("written");
    let read = read_log(&path).expect("a log");
    assert_eq!(read, log);
    read
}

fn of_stage(log: &[LogRecord], stage: StageName) -> Vec<&SampleRecord> {
    let samples =
        log.iter().filter_map(|line| if let LogRecord::Sample(sample) = line { Some(sample) } else { None });
    samples.filter(|sample| sample.stage == stage).collect()
}

/// Complete repeats, and how cells ended.
fn ends(log: &[LogRecord]) -> (usize, Vec<EndName>) {
    let end = |line: &LogRecord| if let LogRecord::CellEnd(end) = line { Some(end.end) } else { None };
    let repeats = log.iter().filter(|line| matches!(line, LogRecord::Repeat(_))).count();
    (repeats, log.iter().filter_map(end).collect())
}

#[test]
fn every_job_has_its_times_and_its_wait_whoever_was_killed_meanwhile() {
    let mut world = World::new(10, 4, CoordinatorRules::default(), 5);
    world.pass(1.0);
    world.turn();
    for _ in 0..3 {
        assert!(world.do_one("first"));
    }
    world.turn();
    world.restart();
    world.finish();
    let log = read_back(&world);
    // Ten batches, two trees of four (3 merges each), one of two.
    for (stage, count) in [
        (StageName::Prove, 10),
        (StageName::Verify, 10),
        (StageName::QueueWait, 10 + 7),
        // Two levels of four batches, one of two.
        (StageName::Aggregate, 5),
        (StageName::VerifyAggregate, 3),
    ] {
        assert_eq!(of_stage(&log, stage).len(), count, "{stage}");
    }
    let merges: u64 = of_stage(&log, StageName::Aggregate).iter().filter_map(|level| level.merges).sum();
    assert_eq!(merges, 7);
    let mut keys: Vec<_> = log
        .iter()
        .filter_map(|line| if let LogRecord::Sample(sample) = line { Some(sample.key()) } else { None })
        .collect();
    let count = keys.len();
    keys.sort();
    keys.dedup();
    assert_eq!(keys.len(), count, "no measurement stands there twice");
    // The first batch arrived at once and was taken after a second; the tenth arrived 0.45 s later.
    let wait = |repeat, batch| {
        let waits = of_stage(&log, StageName::QueueWait);
        let found =
            waits.iter().find(|it| (it.repeat, it.batch, it.level) == (Some(repeat), Some(batch), None));
        found.expect("a wait").wall_s
    };
    assert!(
        (wait(0, 0) - 1.0).abs() < 1e-9 && (wait(2, 1) - 0.55).abs() < 1e-9,
        "{} {}",
        wait(0, 0),
        wait(2, 1)
    );
    assert_eq!(ends(&log), (3, vec![EndName::Repeats]));
    // Two workers of one core each.
    let cells: Vec<_> = log.iter().map(|line| line.run_and_cell().1.key()).collect();
    assert!(cells.iter().all(|cell| cell == "transfer/4of4/x4/scripted/1c/as_is/2p"), "{cells:?}");
}

#[test]
fn what_was_given_up_is_a_failure_and_its_group_no_repeat() {
    let mut world = World::new(8, 4, CoordinatorRules::default(), 5);
    world.pass(1.0);
    world.turn();
    world.kills_whoever_takes("prove-0", 5);
    world.finish();
    let log = read_back(&world);
    let failures: Vec<_> = log
        .iter()
        .filter_map(|line| if let LogRecord::Failure(failure) = line { Some(failure) } else { None })
        .collect();
    assert_eq!(failures.len(), 1);
    assert_eq!(failures[0].why, "batch 0: handed out 5 times, and no worker answered");
    assert_eq!(of_stage(&log, StageName::Prove).len(), 7);
    assert_eq!(ends(&log), (1, vec![EndName::Failed]));
}
