//! An access list that says anything but what the block does is found out, and the ledger stays as it was.

use crate::blocks::token;
use proptest::prelude::{prop_assert, prop_assert_eq, proptest};
use std::num::NonZeroUsize;
use workloads::account::{Account, AccountId};
use workloads::executor::access_list::BlockAccessList;
use workloads::executor::known_values::KnownValues;
use workloads::executor::{Block, Executor, ExecutorError, WorkPerTransaction};
use workloads::generate::{Contention, Traffic};
use workloads::leaf::{LeafId, LeafWrite};
use workloads::ledger::Ledger;
use workloads::pool::{Pool, PoolId};
use workloads::population::Population;
use workloads::random::Skew;
use workloads::transaction::Transaction;

/// Swaps on one pool and transfers: most values are read by a transaction after the one that wrote them.
fn world() -> (Ledger, Vec<Transaction>, BlockAccessList) {
    let population = Population { accounts: 12, pools: 2, ..Population::default() };
    let traffic = Traffic { swap_ratio: 0.7, skew: Skew::Uniform };
    let generator = population.generator(5, traffic).expect("valid");
    let mut generator = generator.contended(Contention { hot_pool: 0.8, chain: 2 }).expect("valid");
    let transactions = generator.next_batch(40).transactions;
    let ledger = population.ledger(5).expect("valid");
    let list = BlockAccessList::of(&ledger, &transactions);
    (ledger, transactions, list)
}

/// Executes by a list on `threads` threads, and says whether the ledger was left alone.
fn outcome(
    ledger: &Ledger,
    transactions: &[Transaction],
    list: &BlockAccessList,
    threads: usize,
) -> (Result<(), ExecutorError>, bool) {
    let mut after = ledger.clone();
    let block = Block { transactions, work: WorkPerTransaction::default() };
    let threads = NonZeroUsize::new(threads).expect("some threads");
    let executed = KnownValues::new(list).execute(&mut after, block, threads);
    let unchanged = after.accounts() == ledger.accounts() && after.pools() == ledger.pools();
    (executed.map(drop), unchanged && after.take_touched() == Default::default())
}

/// Another value of the same leaf.
fn altered(leaf: LeafWrite) -> LeafWrite {
    match leaf {
        LeafWrite::Account(id, account) => {
            LeafWrite::Account(id, Account { nonce: account.nonce + 1, ..account })
        }
        LeafWrite::Pool(id, pool) => {
            let [first, second] = pool.pair();
            let reserves = [pool.reserve(first) + 1, pool.reserve(second)];
            LeafWrite::Pool(id, Pool::new([first, second], reserves, pool.fee_bps()).expect("a pool"))
        }
    }
}

#[test]
fn every_single_value_is_checked() {
    let (ledger, transactions, list) = world();
    assert_eq!(outcome(&ledger, &transactions, &list, 2).0, Ok(()));
    let mut between = 0;
    for (index, value) in list.iter() {
        // After its transaction, and for most of them before a later one.
        between += usize::from(list.last().all(|last| last != value));
        let mut wrong = list.clone();
        wrong.insert(index, altered(value));
        for threads in [1, 2] {
            let (error, untouched) = outcome(&ledger, &transactions, &wrong, threads);
            assert!(matches!(error, Err(ExecutorError::WrongValue { .. })), "{index} {value:?}: {error:?}");
            assert!(untouched);
        }
        // On one thread the first transaction that cannot be is named: the one whose value was altered.
        let (error, _) = outcome(&ledger, &transactions, &wrong, 1);
        let expected = Some(altered(value));
        let named = ExecutorError::WrongValue { index, leaf: value.id(), expected, got: value };
        assert_eq!(error, Err(named));
    }
    assert!(between > 20, "only {between} values are read within the block");
}

#[test]
fn a_missing_value_is_found() {
    let (ledger, transactions, list) = world();
    for (index, value) in list.iter() {
        let mut wrong = list.clone();
        assert_eq!(wrong.remove(index, value.id()), Some(value));
        let (error, untouched) = outcome(&ledger, &transactions, &wrong, 1);
        let named = ExecutorError::WrongValue { index, leaf: value.id(), expected: None, got: value };
        assert_eq!(error, Err(named));
        assert!(untouched);
    }
}

#[test]
fn a_value_too_many_is_found() {
    let (ledger, transactions, list) = world();
    let account = |number: u32, account| LeafWrite::Account(AccountId(number), account);
    let stranger = Account { owner: 7, nonce: 0, balances: [1; 3] };
    let pool = Pool::new([token(0), token(1)], [5, 5], 30).expect("a pool");
    // An account that is not there, after a transaction that does not touch it; a place beyond the block; a pool that
    // only other transactions touch.
    let untouched_by = |leaf: LeafId| {
        let mut places = 0..transactions.len();
        places.rfind(|index| list.after(*index, leaf).is_none()).expect("not touched by all")
    };
    let hot = LeafId::Pool(PoolId(0));
    for (index, extra) in [
        (3, account(99, stranger)),
        (transactions.len(), account(0, stranger)),
        (usize::MAX, LeafWrite::Pool(PoolId(0), pool)),
        (
            untouched_by(LeafId::Account(AccountId(0))),
            list.last().find(|leaf| leaf.id() == LeafId::Account(AccountId(0))).expect("touched"),
        ),
    ] {
        let mut wrong = list.clone();
        wrong.insert(index, extra);
        let (error, untouched) = outcome(&ledger, &transactions, &wrong, 2);
        assert!(error.is_err(), "{index} {extra:?}");
        assert!(untouched);
    }
    // The value that the pool has at that place anyway: nothing reads another value, and it is too many all the same.
    let index = untouched_by(hot);
    let mut wrong = list.clone();
    wrong.insert(index, list.before(index, hot).expect("written before"));
    let (error, untouched) = outcome(&ledger, &transactions, &wrong, 2);
    assert_eq!(error, Err(ExecutorError::NeverWritten { index, leaf: hot }));
    assert!(untouched);
}

#[test]
fn a_list_for_another_state_is_found() {
    let (ledger, transactions, list) = world();
    let mut accounts = ledger.accounts().to_vec();
    let first = transactions[0].sender.0 as usize;
    accounts[first].balances[2] += 1;
    let other = Ledger::new(accounts, ledger.pools().to_vec());
    let (error, untouched) = outcome(&other, &transactions, &list, 1);
    assert!(matches!(error, Err(ExecutorError::WrongValue { index: 0, .. })), "{error:?}");
    assert!(untouched);
}

#[test]
fn a_list_for_another_order_is_found() {
    let (ledger, mut transactions, list) = world();
    let swaps: Vec<_> = (0..transactions.len())
        .filter(|index| list.after(*index, LeafId::Pool(PoolId(0))).is_some())
        .collect();
    transactions.swap(swaps[0], swaps[2]);
    let (error, untouched) = outcome(&ledger, &transactions, &list, 2);
    assert!(error.is_err() && untouched, "{error:?}");
}

proptest! {
    /// A consistent lie: from some transaction on, every value of an account is raised by as much. The transaction in
    /// which it begins gives it away, though all after it agree with each other.
    #[test]
    fn a_lie_that_is_kept_up_is_found(from in 0usize..40, amount in 1u64..1_000) {
        let (ledger, transactions, list) = world();
        let Some((index, LeafWrite::Account(id, _))) = list
            .iter()
            .filter(|(index, write)| *index >= from && matches!(write, LeafWrite::Account(..)))
            .min_by_key(|(index, _)| *index)
        else {
            return Ok(());
        };
        let mut wrong = list.clone();
        for (at, write) in list.iter() {
            if let LeafWrite::Account(of, mut account) = write && of == id && at >= index {
                account.balances[0] += amount;
                wrong.insert(at, LeafWrite::Account(of, account));
            }
        }
        let (error, untouched) = outcome(&ledger, &transactions, &wrong, 2);
        prop_assert!(error.is_err());
        prop_assert!(untouched);
        let honest = outcome(&ledger, &transactions, &list, 2).0;
        prop_assert_eq!(honest, Ok(()));
    }
}
