//! Closings by hand, transactions that break rules, and a sequencer that cannot keep up.

use super::{Arrival, closed_batches, measure};
use crate::closing::study::{ClosingStudy, ClosingStudyError};
use records::closing::{ClosedBatchRecord, ClosingLoadRecord};
use records::execution::ExecutorName;
use records::fleet::pipeline::ClosedByName;
use std::num::NonZeroUsize;
use std::time::Duration;
use workloads::account::{Account, AccountId, Token};
use workloads::data::OnChainChoice;
use workloads::ledger::Ledger;
use workloads::pool::{Pool, PoolId};
use workloads::sequencer::ClosingRules;
use workloads::state::{Depth, State};
use workloads::transaction::{Action, Transaction};

fn token(index: u64) -> Token {
    Token::new(index).expect("a token")
}

/// Two accounts, and a pool of which one side is drained.
fn genesis() -> State {
    let account = |balances| Account { owner: 1, nonce: 0, balances };
    let pool = Pool::new([token(0), token(1)], [1_000, 0], 30).expect("a pool");
    let ledger = Ledger::new(vec![account([100, 50, 0]), account([u64::MAX, 0, 7])], vec![pool]);
    State::new(Depth::new(6).expect("in range"), ledger).expect("fits")
}

fn study(capacity: u64, timeout_s: Option<f64>) -> ClosingStudy {
    ClosingStudy {
        genesis: genesis(),
        rules: ClosingRules { capacity, count: None, timeout_s, unproved_max: None },
        batches_max: 1_000,
        time_limit: None,
        executor: ExecutorName::Sequential,
        threads: NonZeroUsize::new(2).expect("above zero"),
        compression_quality: 4,
        on_chain: OnChainChoice { seed: 1, fraction: 0.5 },
        seed: 1,
    }
}

fn transfer(nonce: u32, to: u32, amount: u64) -> Transaction {
    let action = Action::Transfer { to: AccountId(to), token: token(0), amount };
    Transaction { sender: AccountId(0), nonce, action }
}

fn swap(nonce: u32, amount_in: u64, min_out: u64) -> Transaction {
    let action = Action::Swap { pool: PoolId(0), token_in: token(0), amount_in, min_out };
    Transaction { sender: AccountId(0), nonce, action }
}

/// Transfers to oneself at these times.
fn at(times_s: &[f64]) -> impl Iterator<Item = Arrival> {
    let of = |(nonce, at_s): (usize, f64)| Arrival { at_s, transaction: transfer(nonce as u32, 0, 1) };
    times_s.iter().copied().enumerate().map(of)
}

fn load() -> ClosingLoadRecord {
    ClosingLoadRecord {
        arrivals: "fixed".to_owned(),
        is_ordered: false,
        transactions_per_s: 1.0,
        is_trace: false,
        swap_ratio: None,
        zipf: None,
        accounts: 2,
        pools: 1,
        fee_bps: 30,
        depth: 6,
        seed: 1,
    }
}

/// Transactions, opening, closing and its reason of each batch.
fn closings(batches: &[ClosedBatchRecord]) -> Vec<(u32, f64, f64, ClosedByName)> {
    let of =
        |batch: &ClosedBatchRecord| (batch.transactions, batch.opened_s, batch.closed_s, batch.closed_by);
    batches.iter().map(of).collect()
}

#[test]
fn batches_close_when_they_are_full_or_too_old_and_a_rest_at_the_end() {
    use ClosedByName::{Count, End, Full, Timeout};
    let times_s = [1.0, 2.0, 3.0, 4.0, 9.0, 9.5, 30.0];
    let closed = |study: &ClosingStudy| {
        let batches = closed_batches(study, at(&times_s)).expect("valid");
        assert!(batches.iter().all(|batch| batch.refused == 0));
        closings(&batches)
    };
    let by_size = closed(&study(3, None));
    assert_eq!(by_size, [(3, 1.0, 3.0, Full), (3, 4.0, 9.5, Full), (1, 30.0, 30.0, End)]);
    let by_age = closed(&study(3, Some(2.0)));
    assert_eq!(
        by_age,
        [(3, 1.0, 3.0, Full), (1, 4.0, 6.0, Timeout), (2, 9.0, 11.0, Timeout), (1, 30.0, 32.0, Timeout)]
    );
    let mut counted = study(3, None);
    counted.rules.count = Some(2);
    counted.batches_max = 2;
    assert_eq!(closed(&counted), [(2, 1.0, 2.0, Count), (2, 3.0, 4.0, Count)]);
}

#[test]
fn work_is_done_one_batch_at_a_time_and_waiting_follows_from_it() {
    // All at once: each batch waits for the work on all before it.
    let batches = closed_batches(&study(2, None), at(&[5.0; 8])).expect("valid");
    let mut free_s = 5.0;
    for batch in &batches {
        assert!((batch.closed_s + batch.wait_s - free_s).abs() < 1e-9, "{batch:?}");
        let stages = [batch.signatures_s, batch.execute_s, batch.root_s, batch.encode_s];
        assert!(stages.iter().all(|stage_s| *stage_s > 0.0), "{batch:?}");
        free_s += stages.iter().sum::<f64>();
    }
    assert_eq!(batches.len(), 4);
}

/// An account that is not there, a drained pool, an overflow, an overdraft: each changes nothing, and the state is
/// compared with execution in order at the end.
#[test]
fn transactions_that_break_a_rule_are_counted_and_change_nothing() {
    let bad = [
        transfer(0, 9, 1),
        transfer(0, 1, 1),
        transfer(0, 0, 101),
        swap(0, 10, 1),
        swap(0, u64::MAX, 0),
        transfer(7, 0, 1),
    ];
    for executor in [ExecutorName::Sequential, ExecutorName::BlockStm, ExecutorName::Locks] {
        let transactions = bad.into_iter().chain([transfer(0, 0, 5)]);
        let arrivals = transactions.map(|transaction| Arrival { at_s: 1.0, transaction });
        let batches =
            closed_batches(&ClosingStudy { executor, ..study(7, None) }, arrivals).expect("answered");
        assert_eq!((batches.len(), batches[0].refused), (1, 6), "{executor}");
    }
}

#[test]
fn a_timeout_shorter_than_the_work_makes_the_sequencer_the_bottleneck() {
    let times_s: Vec<f64> = (0..40).map(|k| f64::from(k) * 1e-7).collect();
    let short = measure(&study(100, Some(1e-7)), load(), at(&times_s)).expect("valid");
    assert!(short.summary.is_sequencer_bottleneck, "{:?}", short.summary);
    let waits: Vec<f64> = short.batches.iter().map(|batch| batch.wait_s).collect();
    assert!(waits.windows(2).all(|pair| pair[1] > pair[0]), "{waits:?}");
    let long = measure(&study(100, Some(1e3)), load(), at(&times_s)).expect("valid");
    assert!(!long.summary.is_sequencer_bottleneck && long.summary.batches == 1);
}

#[test]
fn what_cannot_be_is_refused() {
    let refused = |study: &ClosingStudy, times_s: &[f64]| {
        let error = measure(study, load(), at(times_s)).expect_err("cannot be");
        assert!(!error.is_wrong_result());
        error
    };
    assert!(matches!(refused(&study(3, None), &[]), ClosingStudyError::Nothing));
    assert!(matches!(refused(&study(3, None), &[1.0, 2.0]), ClosingStudyError::Nothing));
    let known = ClosingStudy { executor: ExecutorName::KnownValues, ..study(3, None) };
    assert!(matches!(refused(&known, &[1.0]), ClosingStudyError::KnownValues));
}

#[test]
fn time_ends_a_study_after_three_batches() {
    let hurried = ClosingStudy { time_limit: Some(Duration::ZERO), ..study(1, None) };
    assert_eq!(closed_batches(&hurried, at(&[1.0; 20])).expect("valid").len(), 3);
}
