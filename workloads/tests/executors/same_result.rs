//! Every executor at one to eight threads leaves the state, the outcomes and the root of execution in order.

use crate::blocks::{World, world};
use proptest::prelude::{ProptestConfig, prop_assert_eq, proptest};
use proptest::test_runner::TestCaseError;
use std::num::NonZeroUsize;
use workloads::depth::Depth;
use workloads::executor::access_list::BlockAccessList;
use workloads::executor::account_locks::AccountLocks;
use workloads::executor::block_stm::BlockStm;
use workloads::executor::known_values::KnownValues;
use workloads::executor::sequential::Sequential;
use workloads::executor::{Block, Executor, WorkPerTransaction};
use workloads::generate::{Contention, Traffic};
use workloads::population::Population;
use workloads::random::Skew;
use workloads::state::State;
use workloads::transaction::Transaction;

fn check(
    before: &State,
    transactions: &[Transaction],
    threads: &[usize],
    work: u64,
) -> Result<(), TestCaseError> {
    let block = Block { transactions, work: WorkPerTransaction(work) };
    let mut expected = before.clone();
    let in_order = expected.execute_by(&Sequential, block, NonZeroUsize::MIN).expect("nothing to be wrong");
    let root = expected.update_root();
    let list = BlockAccessList::of(before.ledger(), transactions);
    let known = KnownValues::new(&list);
    let executors: [&dyn Executor; 3] = [&BlockStm, &AccountLocks, &known];
    for executor in executors {
        for &threads in threads {
            let mut state = before.clone();
            let threads = NonZeroUsize::new(threads).expect("some threads");
            let executed = state.execute_by(executor, block, threads).expect("a right list");
            let name = executor.name();
            prop_assert_eq!(&executed.outcomes, &in_order.outcomes, "{} on {}", name, threads);
            prop_assert_eq!(
                state.ledger().accounts(),
                expected.ledger().accounts(),
                "{} on {}",
                name,
                threads
            );
            prop_assert_eq!(state.ledger().pools(), expected.ledger().pools(), "{} on {}", name, threads);
            prop_assert_eq!(state.update_root(), root, "{} on {}", name, threads);
        }
    }
    Ok(())
}

fn state_of(world: &World) -> State {
    State::new(Depth::new(6).expect("in range"), world.ledger.clone()).expect("a few leaves fit")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn of_hot_blocks(world in world(3, 24), threads in 1usize..=8) {
        check(&state_of(&world), &world.transactions, &[threads], 0)?;
    }

    #[test]
    fn of_cold_blocks(world in world(24, 40), threads in 1usize..=8) {
        check(&state_of(&world), &world.transactions, &[threads], 0)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    /// Longer than any window of the schedule, and with work, so that threads are cut off in the midst of it.
    #[test]
    fn of_long_blocks(
        seed in 0u64.., ratio in 0.0f64..=1.0, hot_pool in 0.0f64..=1.0, chain in 1u32..20, exponent in 0.0f64..2.0,
    ) {
        let depth = Depth::new(9).expect("in range");
        let population = Population { accounts: 200, pools: 20, depth, fee_bps: 30 };
        let traffic = Traffic { swap_ratio: ratio, skew: Skew::Zipf { exponent } };
        let mut generator = population.generator(seed, traffic).expect("valid")
            .contended(Contention { hot_pool, chain }).expect("valid");
        let transactions = generator.next_batch(300).transactions;
        check(&population.state(seed).expect("fits"), &transactions, &[1, 2, 4, 7], 200)?;
    }
}

/// Refusals do occur in the blocks that are drawn, and successes too: else the tests above would say little.
#[test]
fn drawn_blocks_have_outcomes_of_every_kind() {
    use proptest::strategy::{Strategy, ValueTree};
    use std::collections::BTreeMap;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for _ in 0..500 {
        let mut world = world(3, 24).new_tree(&mut runner).expect("drawn").current();
        let block = Block { transactions: &world.transactions, work: WorkPerTransaction::default() };
        let executed = Sequential.execute(&mut world.ledger, block, NonZeroUsize::MIN).expect("in order");
        for outcome in executed.outcomes {
            let kind = match outcome {
                Ok(receipt) => format!("ok {}", receipt.amount_out > 0),
                Err(rule) => format!("{rule:?}").split([' ', '{']).next().unwrap_or_default().to_owned(),
            };
            *seen.entry(kind).or_default() += 1;
        }
    }
    let kinds = [
        "ok false",
        "ok true",
        "UnknownAccount",
        "UnknownPool",
        "Nonce",
        "NoncesUsedUp",
        "Overdraft",
        "Overflow",
        "NotInPair",
        "EmptyPool",
        "BelowMinimum",
    ];
    for kind in kinds {
        assert!(seen.get(kind).is_some_and(|times| *times >= 10), "{kind}: {seen:?}");
    }
}
