//! An account: who owns it, how many transactions it has sent, and what it holds.
//!
//! Does not own execution: [`crate::ledger`] changes accounts.

use crate::hash::{Digest, Domain, Felt, RATE, hash_leaf, limbs};
use plonky2::field::types::Field;

/// How many tokens an account holds.
pub const TOKENS: usize = 3;

/// A token, `0..TOKENS`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Token(u8);

impl Token {
    /// The token of an index, or `None` at [`TOKENS`] and above.
    pub fn new(index: u64) -> Option<Self> {
        u8::try_from(index).ok().filter(|index| usize::from(*index) < TOKENS).map(Self)
    }

    /// The index, `0..TOKENS`.
    pub fn index(self) -> usize {
        usize::from(self.0)
    }
}

/// The number of an account, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountId(pub u32);

/// The leaf of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Account {
    /// Who owns it: an opaque identifier below 2^63. Signatures are not part of the statement, so nothing checks it.
    pub owner: u64,
    /// How many transactions it has sent.
    pub nonce: u32,
    /// What it holds of each token, in the token's smallest unit.
    pub balances: [u64; TOKENS],
}

impl Account {
    /// The eight elements that are hashed: owner, nonce, then the limbs of each balance.
    pub fn elements(&self) -> [Felt; RATE] {
        let Self { owner, nonce, balances } = self;
        leaf_elements(*owner, *nonce, balances)
    }

    /// The digest of the leaf.
    pub fn hash(&self) -> Digest {
        hash_leaf(Domain::Account, &self.elements())
    }
}

/// The common shape of both kinds of leaf: an identity, a counter, and an amount for each token.
pub(crate) fn leaf_elements(identity: u64, counter: u32, amounts: &[u64; TOKENS]) -> [Felt; RATE] {
    let mut elements = [Felt::ZERO; RATE];
    elements[0] = Felt::from_canonical_u64(identity);
    elements[1] = Felt::from_canonical_u32(counter);
    for (token, amount) in amounts.iter().enumerate() {
        elements[2 + 2 * token..4 + 2 * token].copy_from_slice(&limbs(*amount));
    }
    elements
}
