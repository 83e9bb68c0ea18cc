//! What each transaction of a block writes, known before the block is executed again: a block-level access list with
//! values, as EIP-7928 has it.
//!
//! By leaf, the value after each transaction that writes it. The value before a transaction is that after the last
//! one before it, or that of the state before the block. So each value is a value after, which can be checked by
//! executing one transaction; that all are right follows by induction over the block.

use crate::leaf::{LeafId, LeafWrite};
use crate::ledger::Ledger;
use crate::rules::{self, ExecutionError, LeafView};
use crate::transaction::Transaction;
use foldhash::fast::FixedState;
use std::collections::HashMap;

/// The values after each transaction that writes a leaf. A write that changes nothing has an entry as well.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BlockAccessList {
    /// Ascending by the place of the transaction.
    leaves: HashMap<LeafId, Vec<(usize, LeafWrite)>, FixedState>,
    entries: usize,
}

impl BlockAccessList {
    /// The list of a block, by executing it in order: what its builder does.
    pub fn of(ledger: &Ledger, transactions: &[Transaction]) -> Self {
        let mut list = Self::default();
        for (index, transaction) in transactions.iter().enumerate() {
            let mut view = ListedView { list: &list, ledger, index };
            if let Ok(effects) = rules::effects(&mut view, transaction) {
                effects.writes().for_each(|write| list.insert(index, write));
            }
        }
        list
    }

    /// Adds the value of a leaf after the transaction at `index` of the block, or replaces it.
    pub fn insert(&mut self, index: usize, after: LeafWrite) {
        let values = self.leaves.entry(after.id()).or_default();
        match values.binary_search_by_key(&index, |(writer, _)| *writer) {
            Ok(at) => values[at].1 = after,
            Err(at) => {
                values.insert(at, (index, after));
                self.entries += 1;
            }
        }
    }

    /// Removes the value of a leaf after the transaction at `index`, if there is one.
    pub fn remove(&mut self, index: usize, leaf: LeafId) -> Option<LeafWrite> {
        let values = self.leaves.get_mut(&leaf)?;
        let at = values.binary_search_by_key(&index, |(writer, _)| *writer).ok()?;
        self.entries -= 1;
        Some(values.remove(at).1)
    }

    /// How many values there are.
    pub fn len(&self) -> usize {
        self.entries
    }

    /// Whether no transaction writes anything.
    pub fn is_empty(&self) -> bool {
        self.entries == 0
    }

    /// All values, each with the place of its transaction; in no particular order of leaves.
    pub fn iter(&self) -> impl Iterator<Item = (usize, LeafWrite)> {
        self.leaves.values().flatten().copied()
    }

    /// The value of a leaf after the transaction at `index`, if that writes it.
    pub fn after(&self, index: usize, leaf: LeafId) -> Option<LeafWrite> {
        let values = self.leaves.get(&leaf)?;
        let at = values.binary_search_by_key(&index, |(writer, _)| *writer).ok()?;
        Some(values[at].1)
    }

    /// The value of a leaf before the transaction at `index`, if a transaction before it writes it.
    pub fn before(&self, index: usize, leaf: LeafId) -> Option<LeafWrite> {
        let values = self.leaves.get(&leaf)?;
        let at = values.partition_point(|(writer, _)| *writer < index);
        at.checked_sub(1).map(|at| values[at].1)
    }

    /// Each leaf that is written, as the block leaves it; in no particular order.
    pub fn last(&self) -> impl Iterator<Item = LeafWrite> {
        self.leaves.values().filter_map(|values| values.last()).map(|(_, write)| *write)
    }
}

/// The leaves before one transaction, by a list.
pub(super) struct ListedView<'a> {
    pub(super) list: &'a BlockAccessList,
    pub(super) ledger: &'a Ledger,
    pub(super) index: usize,
}

impl LeafView for ListedView<'_> {
    type Stop = ExecutionError;

    #[inline]
    fn leaf(&mut self, id: LeafId) -> Result<LeafWrite, ExecutionError> {
        // The ledger first, which knows whether there is such a leaf: a list is not to be believed in that.
        let mut ledger = self.ledger;
        let start = ledger.leaf(id)?;
        Ok(self.list.before(self.index, id).unwrap_or(start))
    }
}
