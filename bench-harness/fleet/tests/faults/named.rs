//! One fault at a time.

use crate::world::{LEASE_S, World};
use fleet::coordinator::CoordinatorRules;
use fleet::run::ledger_path;
use fleet::summary::summarise;
use records::fleet::ProofText;
use records::fleet::job::{FleetOutcomeRecord, FleetProofRecord};
use records::fleet::ledger::{FleetEventRecord, FleetLedger, read_ledger};
use records::fleet::summary::FleetSummaryRecord;

fn world(batches: u64) -> World {
    World::new(batches, 4, CoordinatorRules::default(), 5)
}

fn summary(world: &World) -> FleetSummaryRecord {
    summarise(world.coordinator.as_ref().expect("a coordinator"), None)
}

fn failure() -> FleetOutcomeRecord {
    FleetOutcomeRecord::Failed { why: "no".to_owned() }
}

#[test]
fn without_faults_every_job_is_done_once() {
    let mut world = world(10);
    world.finish();
    // Ten batches, two trees of four (3 merges each), one of two.
    world.assert_complete(10 + 3 + 3 + 1);
    let summary = summary(&world);
    assert_eq!((summary.consolidated_batches, summary.counts), (10, Default::default()));
    assert_eq!(summary.delay.map(|delay| delay.samples), Some(3));
}

#[test]
fn a_late_failure_is_refused_and_a_late_proof_is_taken() {
    let mut world = world(4);
    world.turn();
    let frozen = world.take("frozen").expect("a job");
    world.pass(LEASE_S + 0.1);
    world.turn();
    let again = world.take("second").expect("the same job");
    assert_eq!((again.job.job.clone(), again.delivery), (frozen.job.job.clone(), 2));
    world.turn();
    world.answer(&frozen, "frozen", failure());
    world.turn();
    let counts = summary(&world).counts;
    assert_eq!((counts.late_failures, counts.failed_attempts), (1, 0));
    let outcome = world.outcome(&frozen);
    world.answer(&frozen, "frozen", outcome.clone());
    world.turn();
    assert_eq!(summary(&world).counts.late_proofs, 1);
    world.answer(&again, "second", outcome);
    world.turn();
    assert_eq!(summary(&world).counts.duplicates, 1);
    world.finish();
    world.assert_complete(4 + 3);
    assert_eq!(summary(&world).workers[0].worker, "frozen", "the late proof is the one that counts");
}

#[test]
fn garbage_and_proofs_of_something_else_exclude_a_worker() {
    let mut world = world(8);
    world.pass(1.0);
    world.turn();
    let first = world.take("honest").expect("a job");
    let other = world.outcome(&first);
    world.answer(&first, "honest", other.clone());
    let FleetOutcomeRecord::Proof { proof, prove_s, stages } = other else { panic!("no proof") };
    let mut damaged = proof.clone();
    damaged.bytes.0[20] ^= 1;
    let garbage = FleetProofRecord { level: 0, bytes: ProofText(vec![7; 40]) };
    let raised = FleetProofRecord { level: 1, ..proof.clone() };
    let wrong =
        [("another-batch", proof), ("damaged", damaged), ("garbage", garbage), ("other-level", raised)];
    for (worker, proof) in wrong.clone() {
        let lease = world.take(worker).expect("a job");
        world.answer(&lease, worker, FleetOutcomeRecord::Proof { proof, prove_s, stages });
        world.turn();
        assert!(world.take(worker).is_none(), "{worker} is left out");
    }
    world.finish();
    world.assert_complete(8 + 6);
    let summary = summary(&world);
    assert_eq!(summary.counts.wrong_proofs, 4);
    for (worker, _) in wrong {
        let record = summary.workers.iter().find(|record| record.worker == worker).expect(worker);
        assert!(record.jobs == 0 && record.excluded.as_ref().is_some_and(|why| why.contains("batch")));
    }
}

#[test]
fn a_poison_job_is_named_and_the_rest_completes() {
    let mut world = world(8);
    world.pass(1.0);
    world.turn();
    world.kills_whoever_takes("prove-0", 5);
    world.finish();
    let coordinator = world.coordinator.as_ref().expect("a coordinator");
    assert!(!coordinator.is_complete());
    assert_eq!(coordinator.given_up(), ["batch 0: handed out 5 times, and no worker answered"]);
    let done: Vec<_> = summary(&world).samples.into_iter().map(|sample| sample.job).collect();
    // Of its own group the merge of the other pair, of the other group everything.
    assert_eq!(done.len(), 7 + 1 + 3, "{done:?}");
    assert!(done.contains(&"merge-1-2-0".to_owned()) && !done.contains(&"merge-0-2-0".to_owned()));
    // Whoever goes on tries it again.
    world.restart();
    world.pass(3.0);
    world.finish();
    world.assert_complete(8 + 6);
}

#[test]
fn a_job_that_fails_is_tried_again_and_then_given_up() {
    let mut world = world(4);
    for attempt in 0..3 {
        world.turn();
        let lease = world.take("weak").expect("a job");
        assert_eq!((lease.job.job.as_str(), lease.job.submission), ("prove-0", attempt + 1));
        world.answer(&lease, "weak", failure());
    }
    world.finish();
    let coordinator = world.coordinator.as_ref().expect("a coordinator");
    assert_eq!(coordinator.given_up(), ["batch 0: 3 attempts failed, the last on weak: no"]);
}

#[test]
fn a_queue_that_loses_everything_loses_nothing_of_the_run() {
    let mut world = world(16);
    world.pass(1.0);
    world.turn();
    assert!(world.do_one("honest") && world.do_one("honest"));
    let held = world.take("holder").expect("a job");
    world.turn();
    world.queue.wipe();
    let outcome = world.outcome(&held);
    world.finish();
    world.answer(&held, "holder", outcome);
    world.turn();
    world.assert_complete(16 + 12);
    assert!(summary(&world).counts.resubmitted > 0);
    assert_eq!(summary(&world).counts.duplicates, 1);
}

#[test]
fn a_coordinator_that_is_killed_goes_on_where_its_ledger_ends() {
    let mut world = world(8);
    world.pass(1.0);
    world.turn();
    for _ in 0..6 {
        assert!(world.do_one("honest"));
    }
    world.turn();
    // An answer that it never saw, and half a line.
    assert!(world.do_one("honest"));
    let path = ledger_path(world.folder.path());
    let mut text = std::fs::read(&path).expect("a ledger");
    text.extend_from_slice(b"{\"schema_version\":1,\"at_s\":2.0,\"ev");
    world.coordinator = None;
    std::fs::write(&path, text).expect("written");
    world.restart();
    world.finish();
    world.assert_complete(8 + 6);
}

#[test]
fn a_damaged_proof_in_the_ledger_is_made_again() {
    let mut world = world(4);
    world.pass(1.0);
    world.turn();
    assert!(world.do_one("honest"));
    world.turn();
    world.coordinator = None;
    let path = ledger_path(world.folder.path());
    let text = std::fs::read_to_string(&path).expect("a ledger");
    let at = text.find("\"bytes\":\"").expect("a proof") + 40;
    let other = if &text[at..=at] == "A" { "B" } else { "A" };
    std::fs::write(&path, format!("{}{other}{}", &text[..at], &text[at + 1..])).expect("written");
    world.restart();
    world.finish();
    let verified = |event: &FleetEventRecord| matches!(event, FleetEventRecord::Verified(record) if record.job == "prove-0");
    assert_eq!(world.events().iter().filter(|event| verified(event)).count(), 2);
    assert!(world.coordinator.as_ref().expect("a coordinator").is_complete());
}

#[test]
fn two_coordinators_cannot_write_one_ledger() {
    let world = world(4);
    let path = ledger_path(world.folder.path());
    let contents = read_ledger(&path).expect("a ledger");
    let refused = FleetLedger::resume(&path, &contents).expect_err("it is locked").to_string();
    assert!(refused.contains("another coordinator is writing to it"), "{refused}");
}
