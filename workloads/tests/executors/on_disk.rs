//! A state on disk has the outcomes, the leaves and the roots of the one in memory, block after block.

use crate::blocks::{World, world};
use proptest::prelude::{ProptestConfig, prop_assert_eq, proptest};
use proptest::test_runner::TestCaseError;
use std::num::NonZeroUsize;
use workloads::depth::Depth;
use workloads::executor::sequential::Sequential;
use workloads::executor::{Block, WorkPerTransaction};
use workloads::population::Population;
use workloads::state::State;
use workloads::store::disk::Store;
use workloads::store::shape::StoreShape;

/// Executes the block in pieces over both, on a pool of so many threads, and opens the store anew after each piece.
fn check(world: &World, depth: u64, pieces: usize, threads: usize) -> Result<(), TestCaseError> {
    let depth = Depth::new(depth).expect("in range");
    let mut memory = State::new(depth, world.ledger.clone()).expect("a few leaves fit");
    let count = |leaves: usize| u32::try_from(leaves).expect("a few");
    let population = Population {
        accounts: count(world.ledger.accounts().len()),
        pools: count(world.ledger.pools().len()),
        depth,
        fee_bps: 30,
    };
    let shape = StoreShape { population, seed: 1 };
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("state.redb");
    let mut store = Store::fill(&file, shape, &memory).expect("filled");
    prop_assert_eq!(store.root(), memory.root());
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
    let size = world.transactions.len().div_ceil(pieces).max(1);
    for (number, transactions) in (1..).zip(world.transactions.chunks(size)) {
        let block = Block { transactions, work: WorkPerTransaction::default() };
        let in_memory = memory.execute_by(&Sequential, block, NonZeroUsize::MIN).expect("in order");
        let root = memory.update_root();
        let (on_disk, change) = pool.install(|| {
            let mut leaves = store.load(transactions).expect("whole");
            let executed = leaves.execute(block);
            let change = store.tree_change(&leaves).expect("whole");
            store.commit(&leaves, &change).expect("written");
            (executed, change)
        });
        prop_assert_eq!(&on_disk, &in_memory);
        prop_assert_eq!(change.root(), root);
        drop(store);
        store = Store::open(&file, shape).expect("whole");
        prop_assert_eq!((store.root(), store.blocks()), (root, number));
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn of_few_leaves(world in world(3, 24), depth in 3u64..12, threads in 1usize..4) {
        check(&world, depth, 3, threads)?;
    }

    /// Several groups of a band, and blocks long enough that groups are shared out among threads.
    #[test]
    fn of_many_leaves(world in world(200, 300), depth in 9u64..25, threads in 1usize..4) {
        check(&world, depth, 2, threads)?;
    }
}
