//! A small state and its blocks, the same in every process.

use workloads::depth::Depth;
use workloads::executor::{Block, WorkPerTransaction};
use workloads::generate::{Generator, Traffic};
use workloads::population::Population;
use workloads::random::Skew;
use workloads::state::State;
use workloads::store::disk::Store;
use workloads::store::error::StoreError;
use workloads::store::shape::StoreShape;

const SEED: u64 = 11;
/// Transactions of a block.
const SIZE: usize = 40;

pub(crate) fn shape(accounts: u32) -> StoreShape {
    let depth = Depth::new(20).expect("in range");
    StoreShape { population: Population { accounts, pools: 4, depth, fee_bps: 30 }, seed: SEED }
}

pub(crate) fn genesis(shape: StoreShape) -> State {
    shape.population.state(shape.seed).expect("fits")
}

pub(crate) fn generator(shape: StoreShape) -> Generator {
    let traffic = Traffic { swap_ratio: 0.5, skew: Skew::Uniform };
    shape.population.generator(shape.seed, traffic).expect("valid")
}

/// Executes the next block of the generator on disk.
pub(crate) fn commit_next(store: &mut Store, generator: &mut Generator) -> Result<(), StoreError> {
    let transactions = generator.next_batch(SIZE).transactions;
    let mut leaves = store.load(&transactions)?;
    leaves.execute(Block { transactions: &transactions, work: WorkPerTransaction::default() });
    let change = store.tree_change(&leaves)?;
    store.commit(&leaves, &change)?;
    Ok(())
}

/// The state and the generator after so many blocks, in memory.
pub(crate) fn after(shape: StoreShape, blocks: u64) -> (State, Generator) {
    let (mut state, mut generator) = (genesis(shape), generator(shape));
    for _ in 0..blocks {
        state.execute(&generator.next_batch(SIZE)).expect("valid");
    }
    state.update_root();
    (state, generator)
}
