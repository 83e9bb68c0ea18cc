//! The shared structures under thousands of interleavings, chosen by `shuttle` at every lock and atomic access.
//!
//! Shuttle runs one thread at a time: what is looked at is the order of the steps, not weak memory. All atomics that
//! decide an order are sequentially consistent.

use crate::account::{Account, AccountId, Token};
use crate::executor::access_list::BlockAccessList;
use crate::executor::account_locks::AccountLocks;
use crate::executor::block_stm::BlockStm;
use crate::executor::known_values::KnownValues;
use crate::executor::sequential::Sequential;
use crate::executor::{Block, Executor, WorkPerTransaction};
use crate::ledger::Ledger;
use crate::pool::{Pool, PoolId};
use crate::transaction::{Action, Transaction};
use std::num::NonZeroUsize;

/// Schedules of each block and thread count, drawn in two ways.
const SCHEDULES: usize = 500;

fn token(index: u64) -> Token {
    Token::new(index).expect("a token")
}

fn ledger() -> Ledger {
    let account = Account { owner: 1, nonce: 0, balances: [100; 3] };
    let pool = |reserves| Pool::new([token(0), token(1)], reserves, 30).expect("a pool");
    Ledger::new(vec![account; 5], vec![pool([1_000, 2_000]), pool([50, 70])])
}

fn swap(sender: u32, nonce: u32, pool: u32, amount_in: u64) -> Transaction {
    let action = Action::Swap { pool: PoolId(pool), token_in: token(0), amount_in, min_out: 0 };
    Transaction { sender: AccountId(sender), nonce, action }
}

fn transfer(sender: u32, nonce: u32, to: u32, amount: u64) -> Transaction {
    let action = Action::Transfer { to: AccountId(to), token: token(0), amount };
    Transaction { sender: AccountId(sender), nonce, action }
}

/// Short blocks, each with another kind of conflict.
fn blocks() -> Vec<Vec<Transaction>> {
    vec![
        // One hot pool.
        (0..5).map(|sender| swap(sender, 0, 0, 10 + u64::from(sender))).collect(),
        // A chain: each spends what the one before it sends, so that what is written depends on what is read.
        vec![transfer(0, 0, 1, 100), transfer(1, 0, 2, 200), transfer(2, 0, 3, 300), transfer(3, 0, 4, 400)],
        // The second is refused only if the first was seen; the third is refused unless the second was.
        vec![transfer(0, 0, 1, 60), transfer(0, 1, 2, 60), transfer(2, 0, 3, 120), transfer(0, 1, 0, 40)],
        // Nothing in common but a nonce, an unknown account, and a transfer to oneself.
        vec![
            swap(0, 0, 0, 5),
            swap(1, 0, 1, 5),
            swap(0, 1, 1, 5),
            transfer(2, 0, 9, 1),
            transfer(2, 0, 2, 1),
        ],
    ]
}

fn check(executor: &dyn Executor, transactions: &[Transaction], threads: usize) {
    let block = Block { transactions, work: WorkPerTransaction::default() };
    let threads = NonZeroUsize::new(threads).expect("some threads");
    let (mut expected, mut got) = (ledger(), ledger());
    let in_order = Sequential.execute(&mut expected, block, threads).expect("nothing to be wrong");
    let executed = executor.execute(&mut got, block, threads).expect("a right list");
    assert_eq!(executed.outcomes, in_order.outcomes);
    assert_eq!(got.accounts(), expected.accounts());
    assert_eq!(got.pools(), expected.pools());
    assert_eq!(got.take_touched(), expected.take_touched());
}

fn explore(executor: fn(&[Transaction], usize)) {
    for transactions in blocks() {
        for threads in [2, 3] {
            let run = || {
                let transactions = transactions.clone();
                move || executor(&transactions, threads)
            };
            shuttle::check_random(run(), SCHEDULES);
            shuttle::check_pct(run(), SCHEDULES, 3);
        }
    }
}

#[test]
fn block_stm_is_in_order_under_every_schedule_tried() {
    explore(|transactions, threads| check(&BlockStm, transactions, threads));
}

#[test]
fn locks_are_in_order_under_every_schedule_tried() {
    explore(|transactions, threads| check(&AccountLocks, transactions, threads));
}

#[test]
fn known_values_are_in_order_under_every_schedule_tried() {
    explore(|transactions, threads| {
        let list = BlockAccessList::of(&ledger(), transactions);
        check(&KnownValues::new(&list), transactions, threads);
    });
}
