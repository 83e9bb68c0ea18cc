//! Workers with other circuits than the run, with real proofs.

use crate::world::World;
use fleet::coordinator::CoordinatorRules;
use fleet::summary::summarise;
use fleet::worker::FleetProver;
use records::fleet::job::{FleetJobRecord, FleetOutcomeRecord, FleetWorkRecord};

/// Two batches of one transfer, in a tree of four levels.
fn work(swap_ratio: f64) -> FleetWorkRecord {
    FleetWorkRecord {
        proof_system: "plonky2".to_owned(),
        script: None,
        seed: 1,
        swap_ratio,
        accounts: 6,
        pools: 1,
        depth: 4,
        fee_bps: 30,
        batch_transactions: 1,
        batches_per_aggregation: 2,
    }
}

#[test]
fn a_worker_with_other_circuits_is_left_out_and_its_jobs_go_elsewhere() {
    let mut world = World::of(work(0.0), 2, CoordinatorRules::default(), 5);
    world.pass(1.0);
    world.turn();
    // The same batches by circuits in which swaps are possible: as of another version of the program.
    let mut other = FleetProver::new(&work(f64::MIN_POSITIVE)).expect("a prover");
    let lease = world.take("other-version").expect("a job");
    assert_ne!(lease.job.circuits, other.circuits());
    let outcome = other.perform(&lease.job);
    let FleetOutcomeRecord::OtherCircuits { circuits } = &outcome else { panic!("{outcome:?}") };
    assert_eq!(circuits, other.circuits());
    world.answer(&lease, "other-version", outcome);
    world.turn();
    // However quick it is, it cannot use up the attempts of a job.
    assert!(world.take("other-version").is_none());

    // One that does not compare: what it proves is right, by the circuit of another.
    let lease = world.take("liar").expect("a job");
    let believed = FleetJobRecord { circuits: other.circuits().to_owned(), ..(*lease.job).clone() };
    let outcome = other.perform(&believed);
    assert!(matches!(outcome, FleetOutcomeRecord::Proof { .. }), "{outcome:?}");
    world.answer(&lease, "liar", outcome);
    world.turn();
    let coordinator = world.coordinator.as_ref().expect("a coordinator");
    let summary = summarise(coordinator, None);
    assert_eq!((summary.counts.wrong_proofs, summary.counts.failed_attempts), (1, 0));
    let why = |worker: &str| {
        let record = summary.workers.iter().find(|record| record.worker == worker).expect(worker);
        record.excluded.clone().expect("left out")
    };
    assert!(why("other-version").contains("another version of the program"), "{}", why("other-version"));
    assert!(why("liar").starts_with("batch "), "{}", why("liar"));
    world.finish();
    world.assert_complete(2 + 1);
}
