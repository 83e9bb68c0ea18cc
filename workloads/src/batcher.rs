//! Cuts transactions, in order, into batches where there is more room for some than for others: many swaps over few
//! pools, or fewer transactions of any kind.
//!
//! A batch takes the longest prefix of what waits that either room holds. What either holds it holds a prefix of, too, and
//! the room for any kind has a place at least: so no transaction is overtaken, and none waits for others of its kind.

use crate::transaction::{Action, Transaction};
use std::collections::BTreeSet;

/// What a batch has room for: one of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BatchRooms {
    /// Swaps, where there is nothing else and they are over few pools; at least 1.
    pub swaps: usize,
    /// Pools of such a batch at most.
    pub pools_max: usize,
    /// log2 of the places of the aligned block in which all of them stand.
    pub block_levels: usize,
    /// Transactions of any kind; at least 1.
    pub any: usize,
}

/// Which of the two rooms a batch takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BatchRoom {
    /// That for swaps over few pools.
    Swaps,
    /// That for any kind.
    Any,
}

impl BatchRooms {
    /// The most transactions that a batch can have.
    pub fn max(self) -> usize {
        self.swaps.max(self.any)
    }

    /// How many of the transactions that wait the next batch takes, and the room that holds them; none of none. No more than
    /// [`BatchRooms::max`] are looked at.
    ///
    /// ```
    /// use workloads::account::AccountId;
    /// use workloads::account::Token;
    /// use workloads::batcher::{BatchRooms, BatchRoom};
    /// use workloads::pool::PoolId;
    /// use workloads::transaction::{Action, Transaction};
    /// let token_in = Token::new(0).expect("there is one");
    /// let swap = |pool| Transaction {
    ///     sender: AccountId(0),
    ///     nonce: 0,
    ///     action: Action::Swap { pool: PoolId(pool), token_in, amount_in: 1, min_out: 0 },
    /// };
    /// let rooms = BatchRooms { swaps: 4, pools_max: 2, block_levels: 8, any: 2 };
    /// assert_eq!(rooms.next_batch(&[7, 5, 7, 7, 5].map(swap)), Some((4, BatchRoom::Swaps)));
    /// assert_eq!(rooms.next_batch(&[7, 5, 5, 6].map(swap)), Some((3, BatchRoom::Swaps)));
    /// // Pools 255 and 256 stand in different blocks of 256.
    /// assert_eq!(rooms.next_batch(&[255, 256, 256].map(swap)), Some((2, BatchRoom::Any)));
    /// ```
    pub fn next_batch<'a>(
        self,
        waiting: impl IntoIterator<Item = &'a Transaction>,
    ) -> Option<(usize, BatchRoom)> {
        let mut pools = BTreeSet::new();
        let (mut swaps, mut any) = (0, 0);
        for (place, transaction) in waiting.into_iter().take(self.max()).enumerate() {
            any += usize::from(place < self.any);
            if swaps == place && place < self.swaps && self.holds(&mut pools, transaction) {
                swaps += 1;
            }
            if any <= place && swaps <= place {
                break;
            }
        }
        let taken = if swaps >= any { (swaps, BatchRoom::Swaps) } else { (any, BatchRoom::Any) };
        Some(taken).filter(|(count, _)| *count > 0)
    }

    /// Whether the room for swaps holds another transaction beside swaps over these pools.
    fn holds(self, pools: &mut BTreeSet<u32>, transaction: &Transaction) -> bool {
        let Action::Swap { pool, .. } = transaction.action else { return false };
        let block = |pool: u32| u64::from(pool) >> self.block_levels;
        if pools.first().is_some_and(|first| block(*first) != block(pool.0)) {
            return false;
        }
        pools.insert(pool.0);
        pools.len() <= self.pools_max
    }
}

#[cfg(test)]
mod tests {
    use super::{BatchRoom, BatchRooms};
    use crate::account::{AccountId, Token};
    use crate::pool::PoolId;
    use crate::transaction::{Action, Transaction};
    use proptest::collection::vec;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    /// A transfer, or a swap against a pool.
    fn transaction(pool: Option<u32>, nonce: u32) -> Transaction {
        let token = Token::new(0).expect("there is one");
        let action = match pool {
            None => Action::Transfer { to: AccountId(1), token, amount: 1 },
            Some(pool) => Action::Swap { pool: PoolId(pool), token_in: token, amount_in: 1, min_out: 0 },
        };
        Transaction { sender: AccountId(0), nonce, action }
    }

    /// Whether a room holds a batch, as its definition has it.
    fn fits(rooms: BatchRooms, room: BatchRoom, batch: &[Transaction]) -> bool {
        let pools: Option<BTreeSet<u32>> = batch
            .iter()
            .map(|transaction| match transaction.action {
                Action::Swap { pool, .. } => Some(pool.0),
                Action::Transfer { .. } => None,
            })
            .collect();
        match room {
            BatchRoom::Any => batch.len() <= rooms.any,
            BatchRoom::Swaps => pools.is_some_and(|pools| {
                let blocks: BTreeSet<_> = pools.iter().map(|pool| pool >> rooms.block_levels).collect();
                batch.len() <= rooms.swaps && pools.len() <= rooms.pools_max && blocks.len() <= 1
            }),
        }
    }

    fn rooms() -> impl Strategy<Value = BatchRooms> {
        (1..12_usize, 1..4_usize, 0..4_usize, 1..12_usize).prop_map(
            |(swaps, pools_max, block_levels, any)| BatchRooms { swaps, pools_max, block_levels, any },
        )
    }

    /// Mostly swaps, in which there are runs over few pools.
    fn stream() -> impl Strategy<Value = Vec<Transaction>> {
        let pool =
            prop_oneof![6 => (0..4_u32).prop_map(Some), 2 => (0..20_u32).prop_map(Some), 1 => Just(None)];
        vec(pool, 0..60).prop_map(|pools| {
            pools.into_iter().zip(0..).map(|(pool, nonce)| transaction(pool, nonce)).collect()
        })
    }

    fn cut(rooms: BatchRooms, stream: &[Transaction]) -> Vec<(&[Transaction], BatchRoom)> {
        let (mut rest, mut batches) = (stream, Vec::new());
        while let Some((count, room)) = rooms.next_batch(rest) {
            let (batch, after) = rest.split_at(count);
            batches.push((batch, room));
            rest = after;
        }
        batches
    }

    proptest! {
        #[test]
        fn batches_are_the_stream_and_each_fits_its_room(rooms in rooms(), stream in stream()) {
            let batches = cut(rooms, &stream);
            let joined: Vec<_> = batches.iter().flat_map(|(batch, _)| batch.iter().copied()).collect();
            prop_assert_eq!(&joined, &stream);
            for (batch, room) in batches {
                prop_assert!(!batch.is_empty() && batch.len() <= rooms.max());
                prop_assert!(fits(rooms, room, batch), "{:?} {:?}", room, batch);
            }
        }

        #[test]
        fn no_batch_is_shorter_than_it_must_be(rooms in rooms(), stream in stream()) {
            let mut begun = 0;
            for (batch, _) in cut(rooms, &stream) {
                for longer in batch.len() + 1..=stream.len() - begun {
                    let longer = &stream[begun..begun + longer];
                    for room in [BatchRoom::Swaps, BatchRoom::Any] {
                        prop_assert!(!fits(rooms, room, longer), "{:?} holds {:?}", room, longer);
                    }
                }
                begun += batch.len();
            }
        }

        /// A batch may be closed early, as by a timeout: what is left of it fits too.
        #[test]
        fn what_fits_fits_in_part(rooms in rooms(), stream in stream()) {
            for (batch, room) in cut(rooms, &stream) {
                for count in 1..batch.len() {
                    prop_assert!(fits(rooms, room, &batch[..count]));
                }
            }
        }
    }

    #[test]
    fn nothing_waits_for_nothing() {
        let rooms = BatchRooms { swaps: 4, pools_max: 2, block_levels: 8, any: 2 };
        assert_eq!(rooms.next_batch(&[]), None);
        assert_eq!(rooms.next_batch(&[transaction(None, 0)]), Some((1, BatchRoom::Any)));
    }
}
