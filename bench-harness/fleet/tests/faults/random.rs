//! A thousand random faults over scripted fleets, counted.

use crate::world::{LEASE_S, World, work_of};
use fleet::coordinator::CoordinatorRules;
use fleet::queue::Lease;
use proptest::prelude::*;
use records::fleet::job::FleetOutcomeRecord;
use std::sync::atomic::{AtomicU64, Ordering};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    /// An honest step in between.
    None,
    Dies,
    FreezesAndProves,
    FreezesAndFails,
    Fails,
    Garbage,
    AnotherBatch,
    AnswersTwice,
    QueueWiped,
    CoordinatorKilled,
}

fn fault() -> impl Strategy<Value = Fault> {
    use Fault::*;
    prop_oneof![
        2 => Just(None),
        1 => Just(Dies),
        1 => Just(FreezesAndProves),
        1 => Just(FreezesAndFails),
        1 => Just(Fails),
        1 => Just(Garbage),
        1 => Just(AnotherBatch),
        1 => Just(AnswersTwice),
        1 => Just(QueueWiped),
        1 => Just(CoordinatorKilled),
    ]
}

/// What is done to one job, or to the fleet.
fn inflict(
    world: &mut World,
    fault: Fault,
    number: usize,
    frozen: &mut Vec<(Lease, String, FleetOutcomeRecord)>,
) -> bool {
    let worker = format!("worker-{number}");
    match fault {
        Fault::QueueWiped => {
            world.queue.wipe();
            return true;
        }
        Fault::CoordinatorKilled => {
            world.restart();
            return true;
        }
        _ => {}
    }
    let Some(lease) = world.take(&worker) else { return false };
    let honest = world.outcome(&lease);
    match fault {
        Fault::Dies => {}
        Fault::FreezesAndProves => frozen.push((lease, worker, honest)),
        Fault::FreezesAndFails => {
            frozen.push((lease, worker, FleetOutcomeRecord::Failed { why: "late".to_owned() }));
        }
        Fault::Fails => world.answer(&lease, &worker, FleetOutcomeRecord::Failed { why: "no".to_owned() }),
        Fault::Garbage | Fault::AnotherBatch => {
            let FleetOutcomeRecord::Proof { mut proof, prove_s, stages } = honest else { panic!("no proof") };
            let at = if fault == Fault::Garbage { 3 } else { 60 };
            proof.bytes.0[at] ^= 1;
            world.answer(&lease, &worker, FleetOutcomeRecord::Proof { proof, prove_s, stages });
        }
        Fault::AnswersTwice => {
            world.answer(&lease, &worker, honest.clone());
            world.answer(&lease, &worker, honest);
        }
        Fault::None | Fault::QueueWiped | Fault::CoordinatorKilled => world.answer(&lease, &worker, honest),
    }
    true
}

static INFLICTED: AtomicU64 = AtomicU64::new(0);

fn one_fleet(batches: u64, per_group: u64, merge_children: usize, faults: Vec<Fault>) {
    let rules = CoordinatorRules { attempts_max: 1_000, vanished_max: 1_000, ..CoordinatorRules::default() };
    let mut world = World::of(work_of(per_group, merge_children), batches, rules, 1_000);
    let mut frozen = Vec::new();
    for (number, fault) in faults.into_iter().enumerate() {
        world.pass(0.25);
        world.turn();
        if inflict(&mut world, fault, number, &mut frozen) && fault != Fault::None {
            INFLICTED.fetch_add(1, Ordering::SeqCst);
        }
        if number % 3 == 2 && !frozen.is_empty() {
            world.pass(LEASE_S + 0.1);
            world.turn();
            let (lease, worker, outcome) = frozen.remove(0);
            world.answer(&lease, &worker, outcome);
        }
    }
    world.finish();
    for (lease, worker, outcome) in frozen {
        world.answer(&lease, &worker, outcome);
    }
    world.turn();
    let merge_children = Some(merge_children as u64);
    let groups = fleet::task::Groups { batches, batches_per_group: per_group, merge_children };
    world.assert_complete(groups.jobs());
}

#[test]
fn a_thousand_random_faults_lose_nothing_and_count_nothing_twice() {
    let mut runner =
        proptest::test_runner::TestRunner::new(ProptestConfig { cases: 80, ..ProptestConfig::default() });
    let children = proptest::sample::select(vec![2_usize, 4]);
    let fleets = (1..24_u64, 1..9_u64, children, proptest::collection::vec(fault(), 10..40));
    runner
        .run(&fleets, |(batches, per_group, merge_children, faults)| {
            one_fleet(batches, per_group, merge_children, faults);
            Ok(())
        })
        .expect("every fleet completes");
    let inflicted = INFLICTED.load(Ordering::SeqCst);
    println!("{inflicted} faults");
    assert!(inflicted >= 1_000, "{inflicted} faults");
}
