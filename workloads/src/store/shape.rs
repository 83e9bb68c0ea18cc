//! What a store is for, and the numbers by which it knows itself again.

use crate::account::AccountId;
use crate::leaf::LeafId;
use crate::pool::PoolId;
use crate::population::Population;

/// The layout of leaves, groups and numbers in the file.
const FORMAT: u64 = 1;

/// The genesis that a store began with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoreShape {
    /// How many leaves, their depth, the fee.
    pub population: Population,
    /// Seed of the genesis.
    pub seed: u64,
}

impl StoreShape {
    /// Each number with its name. A store with other numbers holds another state.
    pub(super) fn numbers(&self) -> [(&'static str, u64); 6] {
        let Population { accounts, pools, depth, fee_bps } = self.population;
        [
            ("format", FORMAT),
            ("accounts", accounts.into()),
            ("pools", pools.into()),
            ("depth", u8::from(depth).into()),
            ("fee_bps", fee_bps.into()),
            ("seed", self.seed),
        ]
    }

    /// Levels of one half of the tree.
    pub(super) fn height(&self) -> usize {
        self.population.depth.levels() - 1
    }

    /// The key of a leaf: its place, counted from the left of the whole tree.
    pub(super) fn key(&self, id: LeafId) -> u64 {
        match id {
            LeafId::Account(id) => self.population.depth.account_leaf(id).0,
            LeafId::Pool(id) => self.population.depth.pool_leaf(id).0,
        }
    }

    /// Whether there is such a leaf.
    pub(super) fn has(&self, id: LeafId) -> bool {
        match id {
            LeafId::Account(AccountId(id)) => id < self.population.accounts,
            LeafId::Pool(PoolId(id)) => id < self.population.pools,
        }
    }
}
