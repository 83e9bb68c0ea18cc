//! A leaf of the state tree by its number, and with what it holds: the unit in which transactions conflict.

use crate::account::{Account, AccountId};
use crate::pool::{Pool, PoolId};
use std::fmt;

/// Which leaf.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LeafId {
    /// An account.
    Account(AccountId),
    /// A pool.
    Pool(PoolId),
}

impl fmt::Display for LeafId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Account(id) => write!(f, "account {}", id.0),
            Self::Pool(id) => write!(f, "pool {}", id.0),
        }
    }
}

/// A leaf and what it holds, or is to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeafWrite {
    /// An account.
    Account(AccountId, Account),
    /// A pool.
    Pool(PoolId, Pool),
}

impl LeafWrite {
    /// Which leaf.
    pub fn id(&self) -> LeafId {
        match self {
            Self::Account(id, _) => LeafId::Account(*id),
            Self::Pool(id, _) => LeafId::Pool(*id),
        }
    }
}
