//! All leaves, and native execution in order, by the rules of [`crate::rules`] and without roots.
//!
//! A batch is applied whole or not at all. The state root is not computed here: that is [`crate::state`]'s, once a
//! batch.

use crate::account::{Account, AccountId};
use crate::leaf::{LeafId, LeafWrite};
use crate::pool::{Pool, PoolId};
use crate::rules::{self, LeafView};
pub use crate::rules::{ExecutionError, Receipt};
use crate::transaction::Transaction;
use thiserror::Error;

/// Why a batch cannot be applied. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("transaction {index} of the batch: {source}")]
pub struct BatchError {
    /// The place of the transaction in its batch, from 0.
    pub index: usize,
    /// What is wrong with it.
    pub source: ExecutionError,
}

/// Every account and every pool.
#[derive(Clone, Debug)]
pub struct Ledger {
    accounts: Vec<Account>,
    pools: Vec<Pool>,
    /// Each leaf as it was before it was written, so that a failed batch can be undone and a root knows what changed.
    journal: Vec<LeafWrite>,
}

/// The leaves that changed since the journal was last taken, each once, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Touched {
    /// Accounts.
    pub accounts: Vec<AccountId>,
    /// Pools.
    pub pools: Vec<PoolId>,
}

impl Ledger {
    /// A ledger of the given leaves.
    pub fn new(accounts: Vec<Account>, pools: Vec<Pool>) -> Self {
        Self { accounts, pools, journal: Vec::new() }
    }

    /// All accounts, by number.
    pub fn accounts(&self) -> &[Account] {
        &self.accounts
    }

    /// All pools, by number.
    pub fn pools(&self) -> &[Pool] {
        &self.pools
    }

    /// One account.
    pub fn account(&self, id: AccountId) -> Result<&Account, ExecutionError> {
        let accounts = self.accounts.len();
        self.accounts.get(id.0 as usize).ok_or(ExecutionError::UnknownAccount { id: id.0, accounts })
    }

    /// One pool.
    pub fn pool(&self, id: PoolId) -> Result<&Pool, ExecutionError> {
        let pools = self.pools.len();
        self.pools.get(id.0 as usize).ok_or(ExecutionError::UnknownPool { id: id.0, pools })
    }

    /// Applies transactions in order, all of them or none.
    ///
    /// # Errors
    /// The first transaction that breaks a rule, with its place; the ledger is then as it was before.
    pub fn apply_all(&mut self, transactions: &[Transaction]) -> Result<Vec<Receipt>, BatchError> {
        let mark = self.journal.len();
        let mut receipts = Vec::with_capacity(transactions.len());
        for (index, transaction) in transactions.iter().enumerate() {
            match self.apply(transaction) {
                Ok(receipt) => receipts.push(receipt),
                Err(source) => {
                    self.undo_to(mark);
                    return Err(BatchError { index, source });
                }
            }
        }
        Ok(receipts)
    }

    /// Says whether transactions could be applied, and changes nothing.
    ///
    /// # Errors
    /// The first transaction that breaks a rule, with its place.
    pub fn dry_run(&mut self, transactions: &[Transaction]) -> Result<(), BatchError> {
        let mark = self.journal.len();
        let outcome = self.apply_all(transactions);
        self.undo_to(mark);
        outcome.map(drop)
    }

    /// Applies one transaction, or changes nothing.
    ///
    /// # Errors
    /// The rule that the transaction breaks.
    #[inline]
    pub fn apply(&mut self, transaction: &Transaction) -> Result<Receipt, ExecutionError> {
        let effects = rules::effects(&mut &*self, transaction)?;
        self.write(effects.sender);
        if let Some(target) = effects.target {
            self.write(target);
        }
        Ok(effects.receipt)
    }

    /// Writes a leaf that a transaction changed, so that the next root knows of it.
    ///
    /// # Panics
    /// If there is no such leaf.
    #[inline]
    pub(crate) fn write(&mut self, after: LeafWrite) {
        let before = self.put(after);
        self.journal.push(before);
    }

    /// Puts a leaf in its place and returns what was there.
    #[inline]
    fn put(&mut self, leaf: LeafWrite) -> LeafWrite {
        match leaf {
            LeafWrite::Account(id, account) => {
                LeafWrite::Account(id, std::mem::replace(&mut self.accounts[id.0 as usize], account))
            }
            LeafWrite::Pool(id, pool) => {
                LeafWrite::Pool(id, std::mem::replace(&mut self.pools[id.0 as usize], pool))
            }
        }
    }

    /// Writes a leaf outside any rule; [`crate::state`] keeps the tree in step.
    pub(crate) fn overwrite_account(
        &mut self,
        id: AccountId,
        account: Account,
    ) -> Result<(), ExecutionError> {
        self.account(id)?;
        self.accounts[id.0 as usize] = account;
        Ok(())
    }

    /// Writes a leaf outside any rule; [`crate::state`] keeps the tree in step.
    pub(crate) fn overwrite_pool(&mut self, id: PoolId, pool: Pool) -> Result<(), ExecutionError> {
        self.pool(id)?;
        self.pools[id.0 as usize] = pool;
        Ok(())
    }

    fn undo_to(&mut self, mark: usize) {
        while self.journal.len() > mark {
            let Some(before) = self.journal.pop() else { return };
            self.put(before);
        }
    }

    /// Forgets the journal and says which leaves it named.
    pub fn take_touched(&mut self) -> Touched {
        let mut touched = Touched::default();
        for before in self.journal.drain(..) {
            match before.id() {
                LeafId::Account(id) => touched.accounts.push(id),
                LeafId::Pool(id) => touched.pools.push(id),
            }
        }
        touched.accounts.sort_unstable();
        touched.accounts.dedup();
        touched.pools.sort_unstable();
        touched.pools.dedup();
        touched
    }
}

impl LeafView for &Ledger {
    type Stop = ExecutionError;

    #[inline]
    fn leaf(&mut self, id: LeafId) -> Result<LeafWrite, ExecutionError> {
        Ok(match id {
            LeafId::Account(id) => LeafWrite::Account(id, *Ledger::account(self, id)?),
            LeafId::Pool(id) => LeafWrite::Pool(id, *Ledger::pool(self, id)?),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{ExecutionError, Ledger};
    use crate::account::{Account, AccountId, Token};
    use crate::pool::{Pool, PoolId};
    use crate::transaction::{Action, Transaction};

    fn token(index: u64) -> Token {
        Token::new(index).expect("a token")
    }

    fn ledger() -> Ledger {
        let account = |balances| Account { owner: 1, nonce: 0, balances };
        let pool = Pool::new([token(0), token(1)], [1_000, 2_000], 30).expect("a pool");
        Ledger::new(vec![account([100, 50, 0]), account([u64::MAX, 0, 7])], vec![pool])
    }

    fn transfer(from: u32, nonce: u32, to: u32, amount: u64) -> Transaction {
        let action = Action::Transfer { to: AccountId(to), token: token(0), amount };
        Transaction { sender: AccountId(from), nonce, action }
    }

    fn swap(nonce: u32, token_in: u64, amount_in: u64, min_out: u64) -> Transaction {
        let action = Action::Swap { pool: PoolId(0), token_in: token(token_in), amount_in, min_out };
        Transaction { sender: AccountId(0), nonce, action }
    }

    #[test]
    fn each_rule_is_enforced_and_changes_nothing() {
        let untouched = ledger();
        let rules = [
            (transfer(0, 1, 1, 1), "next nonce is 0"),
            (transfer(0, 0, 1, 101), "holds 100 of token 0"),
            (transfer(0, 0, 1, 1), "more than 2^64"),
            (transfer(0, 0, 2, 1), "account 2 does not exist"),
            (transfer(9, 0, 1, 1), "account 9 does not exist"),
            (swap(0, 2, 0, 0), "does not trade token 2"),
            (swap(0, 0, 100, 182), "yields 181"),
        ];
        for (transaction, wanted) in rules {
            let mut ledger = ledger();
            let error = ledger.apply(&transaction).expect_err("breaks a rule");
            assert!(error.to_string().contains(wanted), "{error} does not say {wanted}");
            assert_eq!(ledger.accounts(), untouched.accounts());
            assert_eq!(ledger.pools(), untouched.pools());
        }
    }

    #[test]
    fn a_swap_moves_both_ways() {
        let mut ledger = ledger();
        // ⌊2000·100·9970 / (1000·10000 + 100·9970)⌋ = ⌊1994000000 / 10997000⌋ = 181
        assert_eq!(ledger.apply(&swap(0, 0, 100, 181)).expect("valid").amount_out, 181);
        assert_eq!(ledger.accounts()[0].balances, [0, 231, 0]);
        assert_eq!(ledger.pools()[0].reserve(token(0)), 1_100);
        assert_eq!(ledger.pools()[0].reserve(token(1)), 1_819);
    }

    #[test]
    fn a_transfer_to_oneself_costs_a_nonce_alone() {
        let mut ledger = ledger();
        ledger.apply(&transfer(0, 0, 0, 100)).expect("valid");
        assert_eq!(ledger.accounts()[0], Account { owner: 1, nonce: 1, balances: [100, 50, 0] });
    }

    #[test]
    fn a_batch_is_applied_whole_or_not_at_all() {
        let mut ledger = ledger();
        let error = ledger.apply_all(&[swap(0, 0, 10, 0), transfer(0, 1, 0, 5), transfer(0, 1, 0, 5)]);
        let error = error.expect_err("the third repeats a nonce");
        assert_eq!(error.index, 2);
        assert!(matches!(error.source, ExecutionError::Nonce { expected: 2, got: 1, .. }));
        let before = self::ledger();
        assert_eq!(ledger.accounts(), before.accounts());
        assert_eq!(ledger.pools(), before.pools());
        assert_eq!(ledger.take_touched(), Default::default());
    }

    #[test]
    fn nonces_run_out_with_an_error() {
        let account = Account { owner: 1, nonce: u32::MAX, balances: [1; 3] };
        let mut ledger = Ledger::new(vec![account], vec![]);
        let error = ledger.apply(&transfer(0, u32::MAX, 0, 0)).expect_err("no nonce is left");
        assert_eq!(error, ExecutionError::NoncesUsedUp { account: 0 });
    }
}
