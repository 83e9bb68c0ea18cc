//! The depth of the state tree, and where in it the leaves stand: accounts in the left half, pools in the right.

use crate::account::AccountId;
use crate::pool::PoolId;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The depth of the state tree: 2 to 31 levels, of which the first splits accounts from pools.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "u8", try_from = "u8")]
pub struct Depth(u8);

/// The place of a leaf, counted from the left of the whole tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LeafIndex(pub u64);

/// A depth that no circuit is built for, or too many leaves for it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum DepthError {
    /// Out of range.
    #[error("tree depth {got}: expected {min} to {max}", min = Depth::MIN, max = Depth::MAX)]
    Range {
        /// The depth asked for.
        got: u64,
    },
    /// Too many accounts or pools.
    #[error(
        "a tree of depth {depth} holds {room} {what}, and {got} were asked for: take depth {needed} or more"
    )]
    TooSmall {
        /// The depth asked for.
        depth: u8,
        /// `accounts` or `pools`.
        what: &'static str,
        /// How many fit: half the leaves.
        room: u64,
        /// How many were asked for.
        got: usize,
        /// The least depth that holds them.
        needed: u32,
    },
}

impl From<Depth> for u8 {
    fn from(depth: Depth) -> Self {
        depth.0
    }
}

impl TryFrom<u8> for Depth {
    type Error = DepthError;

    fn try_from(levels: u8) -> Result<Self, DepthError> {
        Self::new(levels.into())
    }
}

impl Depth {
    /// The least depth.
    pub const MIN: u8 = 2;
    /// The greatest depth: a leaf's index then takes 31 bits.
    pub const MAX: u8 = 31;

    /// Checks a depth.
    ///
    /// # Errors
    /// [`DepthError::Range`] outside 2 to 31.
    pub fn new(levels: u64) -> Result<Self, DepthError> {
        u8::try_from(levels)
            .ok()
            .filter(|levels| (Self::MIN..=Self::MAX).contains(levels))
            .map(Self)
            .ok_or(DepthError::Range { got: levels })
    }

    /// The number of hashes between a leaf and the root.
    pub fn levels(self) -> usize {
        usize::from(self.0)
    }

    /// How many accounts fit, and how many pools: half the leaves each.
    pub fn room(self) -> u64 {
        1 << (self.0 - 1)
    }

    /// Where an account's leaf stands.
    pub fn account_leaf(self, id: AccountId) -> LeafIndex {
        LeafIndex(u64::from(id.0))
    }

    /// Where a pool's leaf stands.
    pub fn pool_leaf(self, id: PoolId) -> LeafIndex {
        LeafIndex(self.room() + u64::from(id.0))
    }

    /// Says whether so many accounts, or pools, fit; `what` names them in the error.
    ///
    /// # Errors
    /// [`DepthError::TooSmall`], with the least depth that would do.
    pub fn check_room(self, what: &'static str, got: usize) -> Result<(), DepthError> {
        if got as u64 <= self.room() {
            return Ok(());
        }
        let needed = (got as u64).next_power_of_two().trailing_zeros() + 1;
        Err(DepthError::TooSmall { depth: self.0, what, room: self.room(), got, needed })
    }
}
