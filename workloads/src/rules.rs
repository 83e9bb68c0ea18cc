//! What one transaction does: from the leaves that it reads to the leaves that it writes, in plain integers.
//!
//! The rule of a transfer and of a swap stands here once, over a view of the leaves, so that executors which keep the
//! leaves in other ways cannot differ in it. Does not own where leaves are kept ([`crate::ledger`]) nor the order of
//! transactions ([`crate::executor`]).

use crate::account::{Account, AccountId, Token};
use crate::leaf::{LeafId, LeafWrite};
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

/// What a transaction did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// What came out of a pool; zero for a transfer.
    pub amount_out: u64,
}

/// Leaves as one transaction sees them.
pub trait LeafView {
    /// Why a transaction is not evaluated to its end: a rule that it breaks, or a reason of the view's own.
    type Stop: From<ExecutionError>;

    /// A leaf as it stands before the transaction. The answer has the number that was asked for.
    ///
    /// # Errors
    /// If there is no such leaf, or it cannot be read now.
    fn leaf(&mut self, id: LeafId) -> Result<LeafWrite, Self::Stop>;

    /// An account.
    ///
    /// # Errors
    /// As [`Self::leaf`].
    #[inline]
    fn account(&mut self, id: AccountId) -> Result<Account, Self::Stop> {
        match self.leaf(LeafId::Account(id))? {
            LeafWrite::Account(_, account) => Ok(account),
            LeafWrite::Pool(..) => unreachable!("a view answered with a pool for {id:?}"),
        }
    }

    /// A pool.
    ///
    /// # Errors
    /// As [`Self::leaf`].
    #[inline]
    fn pool(&mut self, id: PoolId) -> Result<Pool, Self::Stop> {
        match self.leaf(LeafId::Pool(id))? {
            LeafWrite::Pool(_, pool) => Ok(pool),
            LeafWrite::Account(..) => unreachable!("a view answered with an account for {id:?}"),
        }
    }
}

/// What a transaction that breaks no rule does to the leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effects {
    /// The sender's account after it.
    pub sender: LeafWrite,
    /// The recipient or the pool after it; none for a transfer to oneself.
    pub target: Option<LeafWrite>,
    /// What is told of it.
    pub receipt: Receipt,
}

impl Effects {
    /// The leaves that are written, each once.
    pub fn writes(&self) -> impl Iterator<Item = LeafWrite> {
        [Some(self.sender), self.target].into_iter().flatten()
    }
}

/// The two leaves that a transaction may read and write: the sender's, and the recipient's or the pool's. They are
/// one leaf for a transfer to oneself.
pub fn declared(transaction: &Transaction) -> [LeafId; 2] {
    let target = match transaction.action {
        Action::Transfer { to, .. } => LeafId::Account(to),
        Action::Swap { pool, .. } => LeafId::Pool(pool),
    };
    [LeafId::Account(transaction.sender), target]
}

/// Evaluates one transaction. Nothing is written: that is the caller's.
///
/// # Errors
/// The first rule that the transaction breaks, or what the view says.
#[inline]
pub fn effects<V: LeafView>(view: &mut V, transaction: &Transaction) -> Result<Effects, V::Stop> {
    let Transaction { sender, nonce, action } = *transaction;
    match action {
        Action::Transfer { to, token, amount } => {
            let account = debited(view.account(sender)?, sender, nonce, token, amount)?;
            transfer(view, (sender, account), to, token, amount)
        }
        Action::Swap { pool, token_in, amount_in, min_out } => {
            let account = debited(view.account(sender)?, sender, nonce, token_in, amount_in)?;
            swap(view, (sender, account), pool, token_in, (amount_in, min_out))
        }
    }
}

/// The sender after its nonce was checked and the amount taken.
#[inline]
fn debited(
    mut sender: Account,
    id: AccountId,
    nonce: u32,
    token: Token,
    amount: u64,
) -> Result<Account, ExecutionError> {
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

#[inline]
fn transfer<V: LeafView>(
    view: &mut V,
    (from, sender): (AccountId, Account),
    to: AccountId,
    token: Token,
    amount: u64,
) -> Result<Effects, V::Stop> {
    let is_to_oneself = from == to;
    let mut recipient = if is_to_oneself { sender } else { view.account(to)? };
    let balance = &mut recipient.balances[token.index()];
    *balance = added(*balance, amount, token, || format!("account {}", to.0))?;
    let recipient = LeafWrite::Account(to, recipient);
    let receipt = Receipt { amount_out: 0 };
    if is_to_oneself {
        return Ok(Effects { sender: recipient, target: None, receipt });
    }
    Ok(Effects { sender: LeafWrite::Account(from, sender), target: Some(recipient), receipt })
}

#[inline]
fn swap<V: LeafView>(
    view: &mut V,
    (from, mut sender): (AccountId, Account),
    pool_id: PoolId,
    token_in: Token,
    (amount_in, min_out): (u64, u64),
) -> Result<Effects, V::Stop> {
    let pool = view.pool(pool_id)?;
    let missing = ExecutionError::NotInPair { pool: pool_id.0, token: token_in.index() };
    let token_out = pool.other(token_in).ok_or(missing)?;
    let (reserve_in, reserve_out) = (pool.reserve(token_in), pool.reserve(token_out));
    let out = amount_out(reserve_in, reserve_out, amount_in, pool.fee_bps())
        .ok_or(ExecutionError::EmptyPool { pool: pool_id.0, token: token_in.index() })?;
    if out < min_out {
        return Err(ExecutionError::BelowMinimum { out, min_out }.into());
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
    Ok(Effects {
        sender: LeafWrite::Account(from, sender),
        target: Some(LeafWrite::Pool(pool_id, after)),
        receipt: Receipt { amount_out: out },
    })
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
