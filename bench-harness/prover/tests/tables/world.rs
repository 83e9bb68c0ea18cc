//! Batches to put into tables, and whether the tables accept them.

use crate::verdict::tell;
use plonky2::field::types::Field;
use prover::circuit::values::SlotValues;
use prover::plonky3::check::{Fault, faults};
use prover::plonky3::table::Table;
use prover::plonky3::traces::Traces;
use prover::system::{Shape, SlotKind};
use prover::witness::{BatchTrace, record};
use std::sync::LazyLock;
use workloads::account::{Account, AccountId, Token};
use workloads::generate::Traffic;
use workloads::hash::{Digest, Felt};
use workloads::ledger::Ledger;
use workloads::pool::{Pool, PoolId};
use workloads::population::Population;
use workloads::random::Skew;
use workloads::state::{Depth, State};
use workloads::transaction::{Action, Batch, BatchId, Transaction};

pub(crate) static ANY: LazyLock<Shape> = LazyLock::new(|| shape(3, 1));
pub(crate) static TRANSFER: LazyLock<Shape> =
    LazyLock::new(|| Shape { slots: SlotKind::Transfer, ..shape(3, 1) });

pub(crate) fn shape(depth: u64, capacity: usize) -> Shape {
    Shape { depth: Depth::new(depth).expect("in range"), capacity, slots: SlotKind::Any }
}

pub(crate) fn felt(number: u64) -> Felt {
    Felt::from_noncanonical_u64(number)
}

pub(crate) fn token(index: u64) -> Token {
    Token::new(index).expect("a token")
}

/// Accounts of the given balances and one pool over tokens 0 and 1.
pub(crate) fn state(depth: u64, balances: &[[u64; 3]], reserves: [u64; 2]) -> State {
    let account = |balances: &[u64; 3]| Account { owner: 77, nonce: 5, balances: *balances };
    let pool = Pool::new([token(0), token(1)], reserves, 30).expect("a pool");
    let ledger = Ledger::new(balances.iter().map(account).collect(), vec![pool]);
    State::new(Depth::new(depth).expect("in range"), ledger).expect("fits")
}

pub(crate) fn transfer(from: u32, nonce: u32, to: u32, token_in: u64, amount: u64) -> Transaction {
    let action = Action::Transfer { to: AccountId(to), token: token(token_in), amount };
    Transaction { sender: AccountId(from), nonce, action }
}

pub(crate) fn swap(from: u32, nonce: u32, token_in: u64, amount_in: u64, min_out: u64) -> Transaction {
    let action = Action::Swap { pool: PoolId(0), token_in: token(token_in), amount_in, min_out };
    Transaction { sender: AccountId(from), nonce, action }
}

pub(crate) fn of(transactions: Vec<Transaction>) -> Batch {
    Batch { id: BatchId(0), transactions }
}

/// A batch of so many transactions over few accounts and pools, so that they meet.
pub(crate) fn batch(seed: u64, transactions: usize, depth: u64, swap_ratio: f64) -> (State, Batch) {
    let depth = Depth::new(depth).expect("in range");
    let population = Population { accounts: 7, pools: 3, depth, ..Population::default() };
    let traffic = Traffic { swap_ratio, skew: Skew::Uniform };
    let mut generator = population.generator(seed, traffic).expect("valid");
    (population.state(seed).expect("fits"), generator.next_batch(transactions))
}

pub(crate) fn recorded(state: &State, batch: &Batch, capacity: usize) -> BatchTrace {
    record(&mut state.clone(), batch, capacity).expect("generated batches are valid")
}

pub(crate) fn values(trace: &BatchTrace) -> Vec<SlotValues> {
    trace.steps.iter().map(SlotValues::honest).collect()
}

/// What is wrong with cells of a shape. The verifier is told of them too.
#[track_caller]
pub(crate) fn wrong(shape: Shape, traces: &Traces) -> Vec<Fault> {
    let faults = faults(&Table::all(shape), traces);
    if !faults.is_empty() {
        tell(shape, traces, &faults);
    }
    faults
}

/// Whether the tables of a shape accept these numbers, over a tree of this root.
pub(crate) fn accepts(shape: &Shape, old_root: Digest, values: &[SlotValues]) -> bool {
    let traces = Traces::of(values);
    traces.statement.old_root == old_root && wrong(*shape, &traces).is_empty()
}
