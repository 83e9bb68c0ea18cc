//! Random blocks over a few leaves: chains of nonces, transfers to oneself, unknown leaves, drained pools, refusals.

use proptest::prelude::{Just, Strategy, any, prop_oneof};
use workloads::account::{Account, AccountId, Token};
use workloads::ledger::Ledger;
use workloads::pool::{Pool, PoolId};
use workloads::transaction::{Action, Transaction};

/// A ledger and a block for it.
#[derive(Clone, Debug)]
pub(crate) struct World {
    pub(crate) ledger: Ledger,
    pub(crate) transactions: Vec<Transaction>,
}

pub(crate) fn token(index: u64) -> Token {
    Token::new(index).expect("a token")
}

/// Amounts from nothing to everything: most refusals and all that drains a pool come from the large ones.
fn amount() -> impl Strategy<Value = u64> {
    prop_oneof![4 => 0u64..50, 2 => 0u64..2_000, 1 => Just(u64::MAX), 1 => any::<u64>()]
}

/// A transaction as it is drawn: its nonce is relative to how many its sender has sent in the block, and is right in
/// most cases, so that chains of nonces come about; a refused transaction breaks such a chain.
#[derive(Clone, Debug)]
struct Drawn {
    sender: u32,
    nonce_off: u32,
    action: Action,
}

fn action(accounts: u32, pools: u32) -> impl Strategy<Value = Action> {
    // One beyond the last leaf of each kind is unknown.
    let transfer = (0..=accounts, 0u64..3, amount()).prop_map(|(to, index, amount)| Action::Transfer {
        to: AccountId(to),
        token: token(index),
        amount,
    });
    let swap = (0..=pools, 0u64..3, amount(), prop_oneof![3 => Just(0u64), 1 => amount()]).prop_map(
        |(pool, index, amount_in, min_out)| Action::Swap {
            pool: PoolId(pool),
            token_in: token(index),
            amount_in,
            min_out,
        },
    );
    prop_oneof![transfer, swap]
}

fn pool() -> impl Strategy<Value = Pool> {
    let reserve = || prop_oneof![1 => Just(0u64), 3 => 1u64..3_000, 1 => Just(u64::MAX)];
    (reserve(), reserve(), prop_oneof![Just(0u16), Just(30), Just(10_000)], 0u64..3).prop_map(
        |(first, second, fee_bps, left_out)| {
            let pair = [(1, 2), (0, 2), (0, 1)][left_out as usize];
            Pool::new([token(pair.0), token(pair.1)], [first, second], fee_bps).expect("a pool")
        },
    )
}

fn account() -> impl Strategy<Value = Account> {
    let balance = || prop_oneof![1 => Just(0u64), 4 => 0u64..2_000, 1 => Just(u64::MAX)];
    (prop_oneof![9 => Just(0u32), 1 => Just(u32::MAX)], [balance(), balance(), balance()])
        .prop_map(|(nonce, balances)| Account { owner: 1, nonce, balances })
}

/// Blocks of up to `size` transactions over one to `leaves` accounts and as many pools: hot with few, cold with many.
pub(crate) fn world(leaves: u32, size: usize) -> impl Strategy<Value = World> {
    (1..=leaves, 1..=leaves).prop_flat_map(move |(accounts, pools)| {
        let drawn = (0..=accounts, prop_oneof![9 => Just(0u32), 1 => 1u32..3], action(accounts, pools))
            .prop_map(|(sender, nonce_off, action)| Drawn { sender, nonce_off, action });
        (
            proptest::collection::vec(account(), accounts as usize),
            proptest::collection::vec(pool(), pools as usize),
            proptest::collection::vec(drawn, 0..=size),
        )
            .prop_map(|(accounts, pools, drawn)| {
                let ledger = Ledger::new(accounts, pools);
                let transactions = with_nonces(&ledger, drawn);
                World { ledger, transactions }
            })
    })
}

/// Gives each transaction the nonce that is due when it is reached in order, or one beside it.
fn with_nonces(ledger: &Ledger, drawn: Vec<Drawn>) -> Vec<Transaction> {
    let mut ledger = ledger.clone();
    drawn
        .into_iter()
        .map(|Drawn { sender, nonce_off, action }| {
            let due = ledger.accounts().get(sender as usize).map_or(0, |account| account.nonce);
            let nonce = due.wrapping_add(nonce_off);
            let transaction = Transaction { sender: AccountId(sender), nonce, action };
            // A refused one is part of the block all the same.
            let _ = ledger.apply(&transaction);
            transaction
        })
        .collect()
}
