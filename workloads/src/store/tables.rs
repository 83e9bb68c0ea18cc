//! Leaves, groups of nodes and numbers as bytes, and the tables that they stand in.

use crate::account::{Account, TOKENS, Token};
use crate::hash::{Digest, Felt};
use crate::leaf::{LeafId, LeafWrite};
use crate::pool::Pool;
use plonky2::field::types::{Field, Field64, PrimeField64};
use redb::TableDefinition;

/// Bytes of a leaf: identity, counter, and an amount of each token.
pub(super) const LEAF_BYTES: usize = 8 + 4 + 8 * TOKENS;
/// Bytes of a digest.
pub(super) const DIGEST_BYTES: usize = 32;

/// Leaves by their place in the tree.
pub(super) const LEAVES: TableDefinition<u64, &[u8; LEAF_BYTES]> = TableDefinition::new("leaves");
/// Groups of nodes by half, band and place.
pub(super) const GROUPS: TableDefinition<u64, &[u8]> = TableDefinition::new("groups");
/// The shape, and how many blocks were committed.
pub(super) const NUMBERS: TableDefinition<&str, u64> = TableDefinition::new("numbers");
/// The roots of both halves.
pub(super) const ROOTS: TableDefinition<u8, &[u8; DIGEST_BYTES]> = TableDefinition::new("roots");
/// The name of the number of blocks.
pub(super) const BLOCKS: &str = "blocks";

/// A leaf as bytes, all numbers with their low byte first. A pool's counter is 0.
pub(super) fn leaf_bytes(leaf: LeafWrite) -> [u8; LEAF_BYTES] {
    let (identity, counter, amounts) = match leaf {
        LeafWrite::Account(_, Account { owner, nonce, balances }) => (owner, nonce, balances),
        LeafWrite::Pool(_, pool) => {
            let mut reserves = [0; TOKENS];
            for token in pool.pair() {
                reserves[token.index()] = pool.reserve(token);
            }
            (pool.identity(), 0, reserves)
        }
    };
    let mut bytes = [0; LEAF_BYTES];
    bytes[..8].copy_from_slice(&identity.to_le_bytes());
    bytes[8..12].copy_from_slice(&counter.to_le_bytes());
    for (place, amount) in amounts.into_iter().enumerate() {
        bytes[12 + 8 * place..20 + 8 * place].copy_from_slice(&amount.to_le_bytes());
    }
    bytes
}

/// The leaf of such bytes; none where no leaf of that kind has them.
pub(super) fn leaf_of(id: LeafId, bytes: &[u8; LEAF_BYTES]) -> Option<LeafWrite> {
    let number = |at: usize| {
        let mut eight = [0; 8];
        eight.copy_from_slice(&bytes[at..at + 8]);
        u64::from_le_bytes(eight)
    };
    let identity = number(0);
    // The low half of what begins at the counter.
    let counter = u32::try_from(number(8) & 0xffff_ffff).ok()?;
    let mut amounts = [0; TOKENS];
    for (place, amount) in amounts.iter_mut().enumerate() {
        *amount = number(12 + 8 * place);
    }
    match id {
        LeafId::Account(id) => {
            let account = Account { owner: identity, nonce: counter, balances: amounts };
            Some(LeafWrite::Account(id, account))
        }
        LeafId::Pool(id) => {
            let fee_bps = u16::try_from(identity & 0xffff).ok()?;
            let pair = [Token::new((identity >> 16) & 3)?, Token::new(identity >> 18)?];
            let pool = Pool::new(pair, pair.map(|token| amounts[token.index()]), fee_bps)?;
            Some(LeafWrite::Pool(id, pool))
        }
    }
}

/// A digest as bytes, elements in order, low byte first.
pub(super) fn digest_bytes(digest: Digest) -> [u8; DIGEST_BYTES] {
    let mut bytes = [0; DIGEST_BYTES];
    for (place, element) in digest.elements.into_iter().enumerate() {
        bytes[8 * place..8 * place + 8].copy_from_slice(&element.to_canonical_u64().to_le_bytes());
    }
    bytes
}

/// The digest of such bytes; none where a number is no element of the field or the length is wrong.
pub(super) fn digest_of(bytes: &[u8]) -> Option<Digest> {
    let bytes: &[u8; DIGEST_BYTES] = bytes.try_into().ok()?;
    let mut elements = [Felt::ZERO; 4];
    for (element, eight) in elements.iter_mut().zip(bytes.chunks_exact(8)) {
        let number = u64::from_le_bytes(eight.try_into().ok()?);
        *element = (number < Felt::ORDER).then(|| Felt::from_canonical_u64(number))?;
    }
    Some(Digest { elements })
}

/// Digests one after the other.
pub(super) fn group_bytes(nodes: &[Digest]) -> Vec<u8> {
    nodes.iter().flat_map(|node| digest_bytes(*node)).collect()
}

/// `count` digests of such bytes; none where there are fewer or more, or one is no digest.
pub(super) fn group_of(bytes: &[u8], count: usize) -> Option<Vec<Digest>> {
    let nodes: Option<Vec<Digest>> = bytes.chunks(DIGEST_BYTES).map(digest_of).collect();
    nodes.filter(|nodes| nodes.len() == count)
}

#[cfg(test)]
mod tests {
    use super::{digest_bytes, digest_of, group_bytes, group_of, leaf_bytes, leaf_of};
    use crate::account::{Account, AccountId};
    use crate::hash::EMPTY_LEAF;
    use crate::leaf::LeafWrite;
    use crate::pool::PoolId;
    use crate::population::Population;

    #[test]
    fn every_leaf_comes_back() {
        let ledger = Population { pools: 6, ..Population::default() }.ledger(3).expect("valid");
        let account = Account { owner: u64::MAX >> 1, nonce: u32::MAX, balances: [u64::MAX, 0, 1] };
        let mut leaves = vec![LeafWrite::Account(AccountId(7), account)];
        leaves.extend(ledger.pools().iter().map(|pool| LeafWrite::Pool(PoolId(1), *pool)));
        for leaf in leaves {
            assert_eq!(leaf_of(leaf.id(), &leaf_bytes(leaf)), Some(leaf));
        }
    }

    #[test]
    fn bytes_of_no_leaf_and_of_no_digest_are_none() {
        let pool = LeafWrite::Pool(PoolId(0), Population::default().ledger(1).expect("valid").pools()[0]);
        for (at, byte) in [(0, 0xff), (1, 0xff), (2, 0), (3, 1), (7, 1)] {
            let mut bytes = leaf_bytes(pool);
            bytes[at] = byte;
            let is_fee = at < 2 && u16::from_le_bytes([bytes[0], bytes[1]]) <= 10_000;
            assert_eq!(leaf_of(pool.id(), &bytes).is_some(), is_fee, "byte {at}");
        }
        assert_eq!(digest_of(&digest_bytes(EMPTY_LEAF)), Some(EMPTY_LEAF));
        assert_eq!(digest_of(&[0xff; 32]), None, "beyond the field");
        assert_eq!(digest_of(&[0; 31]), None);
        let two = group_bytes(&[EMPTY_LEAF; 2]);
        assert!(
            group_of(&two, 2).is_some() && group_of(&two, 3).is_none() && group_of(&two[..40], 2).is_none()
        );
    }
}
