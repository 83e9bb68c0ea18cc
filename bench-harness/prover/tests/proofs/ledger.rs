//! Accounts, one pool, and transactions between them: what the tests of circuits and of tables both begin with.

use plonky2::field::types::Field;
use workloads::account::{Account, AccountId, Token};
use workloads::hash::Felt;
use workloads::ledger::Ledger;
use workloads::pool::{Pool, PoolId};
use workloads::state::{Depth, State};
use workloads::transaction::{Action, Transaction};

pub(crate) fn token(index: u64) -> Token {
    Token::new(index).expect("a token")
}

pub(crate) fn account(balances: [u64; 3]) -> Account {
    Account { owner: 77, nonce: 5, balances }
}

/// Accounts of the given balances and one pool over tokens 0 and 1.
pub(crate) fn state(depth: u64, balances: &[[u64; 3]], reserves: [u64; 2]) -> State {
    let accounts = balances.iter().map(|balances| account(*balances)).collect();
    let pool = Pool::new([token(0), token(1)], reserves, 30).expect("a pool");
    State::new(Depth::new(depth).expect("in range"), Ledger::new(accounts, vec![pool])).expect("fits")
}

pub(crate) fn transfer(from: u32, nonce: u32, to: u32, token_in: u64, amount: u64) -> Transaction {
    let action = Action::Transfer { to: AccountId(to), token: token(token_in), amount };
    Transaction { sender: AccountId(from), nonce, action }
}

pub(crate) fn swap(from: u32, nonce: u32, token_in: u64, amount_in: u64, min_out: u64) -> Transaction {
    let action = Action::Swap { pool: PoolId(0), token_in: token(token_in), amount_in, min_out };
    Transaction { sender: AccountId(from), nonce, action }
}

pub(crate) fn felt(number: u64) -> Felt {
    Felt::from_noncanonical_u64(number)
}
