//! A transaction, the batch that one proof covers, and the commitment to it.
//!
//! Does not own bytes ([`crate::encoding`]) nor CSV ([`crate::trace`]).

use crate::account::{AccountId, Token};
use crate::depth::Depth;
use crate::hash::{Digest, Domain, Felt, RATE, Sponge, limbs};
use crate::pool::PoolId;
use plonky2::field::types::Field;

/// What a transaction does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Moves an amount of one token to another account (or to the sender itself).
    Transfer {
        /// Who receives.
        to: AccountId,
        /// Which token.
        token: Token,
        /// How much, in the token's smallest unit.
        amount: u64,
    },
    /// Puts a token into a pool and takes the pool's other token out.
    Swap {
        /// Against which pool.
        pool: PoolId,
        /// Which token goes in.
        token_in: Token,
        /// How much goes in.
        amount_in: u64,
        /// The least that must come out.
        min_out: u64,
    },
}

/// A signed intent of one account. The signature itself is outside the statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transaction {
    /// Who sends, and pays.
    pub sender: AccountId,
    /// The sender's nonce before this transaction.
    pub nonce: u32,
    /// What it does.
    pub action: Action,
}

/// The kinds of slot content, as they stand in the header of a committed transaction.
pub mod kind {
    /// Padding.
    pub const NOOP: u64 = 0;
    /// A transfer.
    pub const TRANSFER: u64 = 1;
    /// A swap.
    pub const SWAP: u64 = 2;
}

impl Transaction {
    /// The eight elements that the commitment absorbs: header (kind + 4 · token in), sender's leaf, target's leaf,
    /// nonce, limbs of the amount in, limbs of the least amount out. Padding is eight zeros.
    pub fn elements(&self, depth: Depth) -> [Felt; RATE] {
        let (kind, target, token, amount, min_out) = match self.action {
            Action::Transfer { to, token, amount } => {
                (kind::TRANSFER, depth.account_leaf(to), token, amount, 0)
            }
            Action::Swap { pool, token_in, amount_in, min_out } => {
                (kind::SWAP, depth.pool_leaf(pool), token_in, amount_in, min_out)
            }
        };
        let [amount_lo, amount_hi] = limbs(amount);
        let [min_lo, min_hi] = limbs(min_out);
        [
            Felt::from_canonical_u64(kind + 4 * token.index() as u64),
            Felt::from_canonical_u64(depth.account_leaf(self.sender).0),
            Felt::from_canonical_u64(target.0),
            Felt::from_canonical_u32(self.nonce),
            amount_lo,
            amount_hi,
            min_lo,
            min_hi,
        ]
    }
}

/// The number of a batch in its chain, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BatchId(pub u64);

/// The ordered transactions that one proof covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// Its place in the chain.
    pub id: BatchId,
    /// What it does, in order.
    pub transactions: Vec<Transaction>,
}

impl Batch {
    /// The commitment to the batch, padded with no-ops to `capacity` slots.
    ///
    /// # Panics
    /// If the batch has more transactions than slots; callers check that first and say so.
    pub fn commitment(&self, depth: Depth, capacity: usize) -> Digest {
        assert!(
            self.transactions.len() <= capacity,
            "a batch longer than its circuit reached the commitment"
        );
        let mut sponge = Sponge::new(Domain::Batch);
        for transaction in &self.transactions {
            sponge.absorb(&transaction.elements(depth));
        }
        for _ in self.transactions.len()..capacity {
            sponge.absorb(&[Felt::ZERO; RATE]);
        }
        sponge.digest()
    }
}
