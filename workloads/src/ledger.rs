//! All leaves, and native execution: the rules that the circuit enforces, in plain integers and without roots.
//!
//! A batch is applied whole or not at all. The state root is not computed here: that is [`crate::state`]'s, once a
//! batch.

use crate::account::{Account, AccountId, Token};
use crate::pool::{Pool, PoolId};
use crate::swap::amount_out;
use crate::transaction::{Action, Transaction};
use thiserror::Error;

/// Why a transaction cannot be applied. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ExecutionError {
    /// No such account.
    #[error("account {id} does not exist: there are {accounts}, numbered from 0")]
    UnknownAccount {
        /// The number asked for.
        id: u32,
        /// How many there are.
        accounts: usize,
    },
    /// No such pool.
    #[error("pool {id} does not exist: there are {pools}, numbered from 0")]
    UnknownPool {
        /// The number asked for.
        id: u32,
        /// How many there are.
        pools: usize,
    },
    /// The nonce is not the account's next.
    #[error("account {account}: the next nonce is {expected}, the transaction carries {got}")]
    Nonce {
        /// Whose nonce.
        account: u32,
        /// The account's next nonce.
        expected: u32,
        /// The transaction's.
        got: u32,
    },
    /// The account has sent 2^32 − 1 transactions.
    #[error("account {account} has used up its nonces")]
    NoncesUsedUp {
        /// Whose.
        account: u32,
    },
    /// The sender does not hold the amount.
    #[error("account {account} holds {balance} of token {token}, the transaction moves {amount}")]
    Overdraft {
        /// Whose balance.
        account: u32,
        /// Which token.
        token: usize,
        /// What the account holds.
        balance: u64,
        /// What the transaction moves.
        amount: u64,
    },
    /// A balance or reserve would pass 2^64 − 1.
    #[error("{holder} would hold more than 2^64 − 1 of token {token}: {balance} + {amount}")]
    Overflow {
        /// `account 7` or `pool 0`.
        holder: String,
        /// Which token.
        token: usize,
        /// What it holds.
        balance: u64,
        /// What would be added.
        amount: u64,
    },
    /// The pool does not trade that token.
    #[error("pool {pool} does not trade token {token}")]
    NotInPair {
        /// Which pool.
        pool: u32,
        /// The token put in.
        token: usize,
    },
    /// Nothing in reserve and nothing put in: the formula has no value.
    #[error("pool {pool} has no reserve of token {token} and nothing is put in: the price is undefined")]
    EmptyPool {
        /// Which pool.
        pool: u32,
        /// The token put in.
        token: usize,
    },
    /// The swap yields less than the user asked for.
    #[error("the swap yields {out}, the user asked for at least {min_out}")]
    BelowMinimum {
        /// What the formula gives.
        out: u64,
        /// What the user asked for.
        min_out: u64,
    },
}

/// Why a batch cannot be applied. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("transaction {index} of the batch: {source}")]
pub struct BatchError {
    /// The place of the transaction in its batch, from 0.
    pub index: usize,
    /// What is wrong with it.
    pub source: ExecutionError,
}

/// What a transaction did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// What came out of a pool; zero for a transfer.
    pub amount_out: u64,
}

/// A leaf as it was before a transaction, so that a failed batch can be undone and a root knows what changed.
#[derive(Clone, Copy, Debug)]
enum Before {
    Account(AccountId, Account),
    Pool(PoolId, Pool),
}

/// Every account and every pool.
#[derive(Clone, Debug)]
pub struct Ledger {
    accounts: Vec<Account>,
    pools: Vec<Pool>,
    journal: Vec<Before>,
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
        let Transaction { sender, nonce, action } = *transaction;
        match action {
            Action::Transfer { to, token, amount } => self.transfer(sender, nonce, to, token, amount),
            Action::Swap { pool, token_in, amount_in, min_out } => {
                self.swap(sender, nonce, pool, token_in, amount_in, min_out)
            }
        }
    }

    /// The sender after its nonce was checked and the amount taken: not yet written.
    fn debited(
        &self,
        id: AccountId,
        nonce: u32,
        token: Token,
        amount: u64,
    ) -> Result<Account, ExecutionError> {
        let mut sender = *self.account(id)?;
        let account = id.0;
        if sender.nonce != nonce {
            return Err(ExecutionError::Nonce { account, expected: sender.nonce, got: nonce });
        }
        sender.nonce = nonce.checked_add(1).ok_or(ExecutionError::NoncesUsedUp { account })?;
        let balance = &mut sender.balances[token.index()];
        *balance = balance.checked_sub(amount).ok_or(ExecutionError::Overdraft {
            account,
            token: token.index(),
            balance: *balance,
            amount,
        })?;
        Ok(sender)
    }

    fn transfer(
        &mut self,
        from: AccountId,
        nonce: u32,
        to: AccountId,
        token: Token,
        amount: u64,
    ) -> Result<Receipt, ExecutionError> {
        let sender = self.debited(from, nonce, token, amount)?;
        let mut recipient = if from == to { sender } else { *self.account(to)? };
        let balance = &mut recipient.balances[token.index()];
        *balance = added(*balance, amount, token, || format!("account {}", to.0))?;
        self.write_account(from, sender);
        self.write_account(to, recipient);
        Ok(Receipt { amount_out: 0 })
    }

    fn swap(
        &mut self,
        from: AccountId,
        nonce: u32,
        pool_id: PoolId,
        token_in: Token,
        amount_in: u64,
        min_out: u64,
    ) -> Result<Receipt, ExecutionError> {
        let mut sender = self.debited(from, nonce, token_in, amount_in)?;
        let pool = *self.pool(pool_id)?;
        let missing = ExecutionError::NotInPair { pool: pool_id.0, token: token_in.index() };
        let token_out = pool.other(token_in).ok_or(missing)?;
        let (reserve_in, reserve_out) = (pool.reserve(token_in), pool.reserve(token_out));
        let out = amount_out(reserve_in, reserve_out, amount_in, pool.fee_bps())
            .ok_or(ExecutionError::EmptyPool { pool: pool_id.0, token: token_in.index() })?;
        if out < min_out {
            return Err(ExecutionError::BelowMinimum { out, min_out });
        }
        let overflow = || ExecutionError::Overflow {
            holder: format!("pool {}", pool_id.0),
            token: token_in.index(),
            balance: reserve_in,
            amount: amount_in,
        };
        let after = pool.after_swap(token_in, amount_in, out).ok_or_else(overflow)?;
        let balance = &mut sender.balances[token_out.index()];
        *balance = added(*balance, out, token_out, || format!("account {}", from.0))?;
        self.write_account(from, sender);
        self.journal.push(Before::Pool(pool_id, pool));
        self.pools[pool_id.0 as usize] = after;
        Ok(Receipt { amount_out: out })
    }

    fn write_account(&mut self, id: AccountId, after: Account) {
        let place = &mut self.accounts[id.0 as usize];
        self.journal.push(Before::Account(id, *place));
        *place = after;
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
        for before in self.journal.drain(mark..).rev() {
            match before {
                Before::Account(id, account) => self.accounts[id.0 as usize] = account,
                Before::Pool(id, pool) => self.pools[id.0 as usize] = pool,
            }
        }
    }

    /// Forgets the journal and says which leaves it named.
    pub fn take_touched(&mut self) -> Touched {
        let mut touched = Touched::default();
        for before in self.journal.drain(..) {
            match before {
                Before::Account(id, _) => touched.accounts.push(id),
                Before::Pool(id, _) => touched.pools.push(id),
            }
        }
        touched.accounts.sort_unstable();
        touched.accounts.dedup();
        touched.pools.sort_unstable();
        touched.pools.dedup();
        touched
    }
}

fn added(
    balance: u64,
    amount: u64,
    token: Token,
    holder: impl Fn() -> String,
) -> Result<u64, ExecutionError> {
    balance.checked_add(amount).ok_or_else(|| ExecutionError::Overflow {
        holder: holder(),
        token: token.index(),
        balance,
        amount,
    })
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
