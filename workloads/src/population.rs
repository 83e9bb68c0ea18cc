//! The genesis: how many accounts and pools there are, and what they hold.

use crate::account::{Account, TOKENS, Token};
use crate::depth::{Depth, DepthError};
use crate::ledger::Ledger;
use crate::pool::Pool;
use crate::random::{Draws, Purpose};
use crate::state::State;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The greatest number of accounts or pools; beyond it a state would not fit the memory of a usual machine.
pub const MAX_LEAVES: u32 = 1 << 24;

/// Accounts and pools at the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Population {
    /// How many accounts, at least 1.
    pub accounts: u32,
    /// How many pools; at least 1 where there are swaps.
    pub pools: u32,
    /// The depth of the state tree.
    pub depth: Depth,
    /// The fee of every pool, in basis points.
    pub fee_bps: u16,
}

/// A population that cannot be.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PopulationError {
    /// Too many or too few.
    #[error("{what}: expected {min} to {max}, got {got}")]
    Count {
        /// `accounts`, `pools` or `pool fee in basis points`.
        what: &'static str,
        /// The least.
        min: u32,
        /// The most.
        max: u32,
        /// What was asked for.
        got: u32,
    },
    /// The tree is too small.
    #[error(transparent)]
    Depth(#[from] DepthError),
}

impl Default for Population {
    /// 10 000 accounts, 16 pools at 30 basis points, depth 24.
    fn default() -> Self {
        let depth = Depth::new(24).unwrap_or_else(|_| unreachable!("24 is within Depth::MIN..=Depth::MAX"));
        Self { accounts: 10_000, pools: 16, depth, fee_bps: 30 }
    }
}

impl Population {
    /// The leaves of this population for a seed.
    ///
    /// # Errors
    /// A count out of range.
    pub fn ledger(&self, seed: u64) -> Result<Ledger, PopulationError> {
        let Self { accounts, pools, depth: _, fee_bps } = *self;
        check("accounts", 1, MAX_LEAVES, accounts)?;
        check("pools", 0, MAX_LEAVES, pools)?;
        check("pool fee in basis points", 0, 10_000, u32::from(fee_bps))?;
        let mut draws = Draws::new(seed, Purpose::Population, 0);
        let accounts = (0..accounts)
            .map(|_| Account {
                owner: draws.bits() >> 1,
                nonce: 0,
                // Between 2^40 and 2^41 units: a million tokens of six decimals, give or take.
                balances: [(); TOKENS].map(|()| (1 << 40) + draws.below(1 << 40)),
            })
            .collect();
        let pools = (0..pools)
            .filter_map(|number| {
                // Pools take the pairs (0,1), (0,2), (1,2) in turn.
                let (first, second) = [(0, 1), (0, 2), (1, 2)][number as usize % 3];
                let reserves = [(); 2].map(|()| (1 << 46) + draws.below(1 << 46));
                Pool::new([Token::new(first)?, Token::new(second)?], reserves, fee_bps)
            })
            .collect();
        Ok(Ledger::new(accounts, pools))
    }

    /// The state of this population for a seed.
    ///
    /// # Errors
    /// A count out of range, or a tree too small for it.
    pub fn state(&self, seed: u64) -> Result<State, PopulationError> {
        Ok(State::new(self.depth, self.ledger(seed)?)?)
    }
}

fn check(what: &'static str, min: u32, max: u32, got: u32) -> Result<(), PopulationError> {
    if (min..=max).contains(&got) { Ok(()) } else { Err(PopulationError::Count { what, min, max, got }) }
}
