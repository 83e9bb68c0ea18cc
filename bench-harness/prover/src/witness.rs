//! What a batch touches, step by step: the private side of the statement.
//!
//! Recording replays the batch on a replica of the state, one leaf at a time, and keeps each leaf with its path as
//! it stood at that moment. It knows no circuit: any proof system can be fed from it.

use crate::error::ProverError;
use crate::statement::Statement;
use workloads::account::{Account, AccountId};
use workloads::hash::Digest;
use workloads::ledger::{BatchError, ExecutionError};
use workloads::pool::Pool;
use workloads::state::{LeafIndex, State};
use workloads::swap::quotient;
use workloads::transaction::{Action, Batch, Transaction};

/// A leaf, of either kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leaf {
    /// An account.
    Account(Account),
    /// A pool.
    Pool(Pool),
}

/// A leaf as it stood, and the siblings on its way to the root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opening {
    /// Where it stands.
    pub index: LeafIndex,
    /// What it held.
    pub leaf: Leaf,
    /// The siblings from the leaf up.
    pub siblings: Vec<Digest>,
}

/// One transaction with the leaves it touches: the sender's first, then, in the tree that already holds the
/// sender's new leaf, the target's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The transaction, or `None` for padding.
    pub transaction: Option<Transaction>,
    /// The sender's leaf before.
    pub sender: Opening,
    /// The target's leaf before.
    pub target: Opening,
    /// What came out of the pool, and the remainder of the division; zeros for anything but a swap.
    pub quotient: (u64, u128),
}

/// A whole batch, padded to the circuit's capacity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchTrace {
    /// One step for each slot.
    pub steps: Vec<Step>,
    /// What the batch does.
    pub statement: Statement,
}

/// Replays a batch on a replica of the state and records what it touches. The replica then stands after the batch.
///
/// # Errors
/// A batch longer than `capacity`, or a transaction that breaks a rule; the replica is then as it was.
pub fn record(replica: &mut State, batch: &Batch, capacity: usize) -> Result<BatchTrace, ProverError> {
    if batch.transactions.is_empty() || batch.transactions.len() > capacity {
        return Err(ProverError::Input {
            what: "transactions in a batch",
            expected: format!("1 to the circuit's capacity of {capacity}"),
            got: batch.transactions.len().to_string(),
        });
    }
    // All rules are checked by the one native executor, before the first leaf is touched.
    replica.dry_run(batch)?;
    let old_root = replica.root();
    let mut steps = Vec::with_capacity(capacity);
    for (index, transaction) in batch.transactions.iter().enumerate() {
        let step = record_one(replica, transaction);
        steps.push(step.map_err(|source| BatchError { index, source })?);
    }
    while steps.len() < capacity {
        steps.push(padding(replica).map_err(|source| BatchError { index: steps.len(), source })?);
    }
    let statement = Statement {
        old_root,
        new_root: replica.root(),
        commitment: batch.commitment(replica.depth(), capacity),
        transactions: batch.transactions.len() as u64,
    };
    Ok(BatchTrace { steps, statement })
}

fn open_account(state: &State, id: AccountId) -> Result<(Opening, Account), ExecutionError> {
    let account = *state.ledger().account(id)?;
    let siblings = state.account_siblings(id)?;
    Ok((Opening { index: state.depth().account_leaf(id), leaf: Leaf::Account(account), siblings }, account))
}

fn padding(state: &State) -> Result<Step, ExecutionError> {
    let (opening, _) = open_account(state, AccountId(0))?;
    Ok(Step { transaction: None, sender: opening.clone(), target: opening, quotient: (0, 0) })
}

fn record_one(state: &mut State, transaction: &Transaction) -> Result<Step, ExecutionError> {
    let Transaction { sender: from, nonce: _, action } = *transaction;
    let (sender, mut account) = open_account(state, from)?;
    account.nonce += 1;
    let (target, quotient) = match action {
        Action::Transfer { to, token, amount } => {
            account.balances[token.index()] -= amount;
            state.replace_account(from, account)?;
            let (target, mut recipient) = open_account(state, to)?;
            recipient.balances[token.index()] += amount;
            state.replace_account(to, recipient)?;
            (target, (0, 0))
        }
        Action::Swap { pool: id, token_in, amount_in, min_out: _ } => {
            let pool = *state.ledger().pool(id)?;
            let not_in_pair = ExecutionError::NotInPair { pool: id.0, token: token_in.index() };
            let token_out = pool.other(token_in).ok_or(not_in_pair.clone())?;
            let (reserve_in, reserve_out) = (pool.reserve(token_in), pool.reserve(token_out));
            let quotient = quotient(reserve_in, reserve_out, amount_in, pool.fee_bps())
                .ok_or(ExecutionError::EmptyPool { pool: id.0, token: token_in.index() })?;
            account.balances[token_in.index()] -= amount_in;
            account.balances[token_out.index()] += quotient.0;
            state.replace_account(from, account)?;
            let siblings = state.pool_siblings(id)?;
            let target = Opening { index: state.depth().pool_leaf(id), leaf: Leaf::Pool(pool), siblings };
            // The dry run has passed, so the reserve cannot overflow.
            let after = pool.after_swap(token_in, amount_in, quotient.0);
            state.replace_pool(id, after.ok_or(not_in_pair)?)?;
            (target, quotient)
        }
    };
    Ok(Step { transaction: Some(*transaction), sender, target, quotient })
}
