//! The leaves of one block, loaded from a store, then changed in memory by executing it.

use super::shape::StoreShape;
use crate::executor::sequential::{LeafKeeper, in_order};
use crate::executor::{Block, Executed};
use crate::hash::Digest;
use crate::leaf::{LeafId, LeafWrite};
use crate::merkle::of_each;
use crate::rules::{self, Effects, ExecutionError, LeafView};
use crate::transaction::Transaction;
use foldhash::fast::FixedState;
use std::collections::HashMap;

/// Every leaf that a block declares and the store has, and which of them were written.
#[derive(Clone, Debug)]
pub struct LoadedLeaves {
    shape: StoreShape,
    /// With whether it was written since it was loaded.
    leaves: HashMap<LeafId, (LeafWrite, bool), FixedState>,
}

impl LoadedLeaves {
    pub(super) fn new(shape: StoreShape, leaves: impl IntoIterator<Item = LeafWrite>) -> Self {
        let leaves = leaves.into_iter().map(|leaf| (leaf.id(), (leaf, false))).collect();
        Self { shape, leaves }
    }

    /// Executes a block in order, by the rules and with the outcomes of
    /// [`Sequential`](crate::executor::sequential::Sequential).
    ///
    /// # Panics
    /// If it touches a leaf that was not loaded: these are the leaves of another block.
    pub fn execute(&mut self, block: Block<'_>) -> Executed {
        in_order(self, block)
    }

    /// What was written, in the order of the tree.
    pub(super) fn written(&self) -> Vec<LeafWrite> {
        let written = self.leaves.values().filter(|(_, is_written)| *is_written);
        let mut written: Vec<LeafWrite> = written.map(|(leaf, _)| *leaf).collect();
        written.sort_unstable_by_key(|leaf| self.shape.key(leaf.id()));
        written
    }

    /// The digests of what was written in each half, by position in it, hashed on all threads of the pool.
    pub(super) fn changed(&self) -> [Vec<(u64, Digest)>; 2] {
        let (accounts, pools): (Vec<_>, Vec<_>) =
            self.written().into_iter().partition(|leaf| matches!(leaf, LeafWrite::Account(..)));
        [accounts, pools].map(|half| {
            of_each(&half, |leaf| match leaf {
                LeafWrite::Account(id, account) => (u64::from(id.0), account.hash()),
                LeafWrite::Pool(id, pool) => (u64::from(id.0), pool.hash()),
            })
        })
    }
}

impl LeafKeeper for LoadedLeaves {
    fn effects(&self, transaction: &Transaction) -> Result<Effects, ExecutionError> {
        rules::effects(&mut &*self, transaction)
    }

    fn write(&mut self, leaf: LeafWrite) {
        self.leaves.insert(leaf.id(), (leaf, true));
    }
}

impl LeafView for &LoadedLeaves {
    type Stop = ExecutionError;

    fn leaf(&mut self, id: LeafId) -> Result<LeafWrite, ExecutionError> {
        if let Some((leaf, _)) = self.leaves.get(&id) {
            return Ok(*leaf);
        }
        assert!(!self.shape.has(id), "{id} was not loaded: these are the leaves of another block");
        let population = self.shape.population;
        Err(match id {
            LeafId::Account(id) => {
                ExecutionError::UnknownAccount { id: id.0, accounts: population.accounts as usize }
            }
            LeafId::Pool(id) => ExecutionError::UnknownPool { id: id.0, pools: population.pools as usize },
        })
    }
}
