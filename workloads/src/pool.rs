//! A constant-product pool: two reserves and a fee.
//!
//! A pool's leaf has the shape of an account's (identity, counter, an amount for each token), so that one circuit
//! moves amounts between either. The domain of the hash keeps the two kinds apart.

use crate::account::{TOKENS, Token, leaf_elements};
use crate::hash::{Digest, Domain, Felt, RATE, hash_leaf};

/// One hundred per cent, in basis points.
pub const BPS: u64 = 10_000;

/// The number of a pool, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PoolId(pub u32);

/// The leaf of a pool. Fields are private: a pool's two tokens differ and its fee is at most 100 %.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pool {
    pair: [Token; 2],
    fee_bps: u16,
    reserves: [u64; TOKENS],
}

impl Pool {
    /// A pool over two different tokens, with the reserve of each, and a fee of at most 10 000 basis points.
    /// `None` where the tokens are the same or the fee is larger.
    pub fn new(pair: [Token; 2], reserves: [u64; 2], fee_bps: u16) -> Option<Self> {
        if pair[0] == pair[1] || u64::from(fee_bps) > BPS {
            return None;
        }
        let mut by_token = [0; TOKENS];
        by_token[pair[0].index()] = reserves[0];
        by_token[pair[1].index()] = reserves[1];
        Some(Self { pair, fee_bps, reserves: by_token })
    }

    /// The two tokens.
    pub fn pair(&self) -> [Token; 2] {
        self.pair
    }

    /// The fee in basis points, at most 10 000.
    pub fn fee_bps(&self) -> u16 {
        self.fee_bps
    }

    /// The reserve of a token; zero for a token that is not in the pair.
    pub fn reserve(&self, token: Token) -> u64 {
        self.reserves[token.index()]
    }

    /// The token that comes out when `token_in` goes in, or `None` if it is not in the pair.
    pub fn other(&self, token_in: Token) -> Option<Token> {
        match self.pair {
            [first, second] if first == token_in => Some(second),
            [first, second] if second == token_in => Some(first),
            _ => None,
        }
    }

    /// The pool after `amount_in` went in and `amount_out` came out, or `None` where the token is not in the pair
    /// or a reserve would leave 0 to 2^64 − 1.
    pub fn after_swap(&self, token_in: Token, amount_in: u64, amount_out: u64) -> Option<Self> {
        let token_out = self.other(token_in)?;
        let mut after = *self;
        after.reserves[token_in.index()] = self.reserve(token_in).checked_add(amount_in)?;
        after.reserves[token_out.index()] = self.reserve(token_out).checked_sub(amount_out)?;
        Some(after)
    }

    /// Fee and pair in one number: `fee + 2^16 · first + 2^18 · second`.
    pub fn identity(&self) -> u64 {
        let [first, second] = self.pair;
        u64::from(self.fee_bps) + ((first.index() as u64) << 16) + ((second.index() as u64) << 18)
    }

    /// The eight elements that are hashed: identity, zero, then the limbs of each token's reserve.
    pub fn elements(&self) -> [Felt; RATE] {
        leaf_elements(self.identity(), 0, &self.reserves)
    }

    /// The digest of the leaf.
    pub fn hash(&self) -> Digest {
        hash_leaf(Domain::Pool, &self.elements())
    }
}
