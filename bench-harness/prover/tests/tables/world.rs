//! Batches to put into tables, and whether the tables accept them.

pub(crate) use super::ledger::{felt, state, swap, transfer};
use super::verdict::tell;
use prover::circuit::values::SlotValues;
use prover::plonky3::check::{Fault, faults};
use prover::plonky3::table::Table;
use prover::plonky3::traces::Traces;
use prover::system::{Shape, SlotKind};
use prover::witness::{BatchTrace, record};
use std::sync::LazyLock;
use workloads::generate::Traffic;
use workloads::hash::Digest;
use workloads::population::Population;
use workloads::random::Skew;
use workloads::state::{Depth, State};
use workloads::transaction::{Batch, BatchId, Transaction};

pub(crate) static ANY: LazyLock<Shape> = LazyLock::new(|| shape(3, 1));
pub(crate) static TRANSFER: LazyLock<Shape> =
    LazyLock::new(|| Shape { slots: SlotKind::Transfer, ..shape(3, 1) });

pub(crate) fn shape(depth: u64, capacity: usize) -> Shape {
    Shape { depth: Depth::new(depth).expect("in range"), capacity, slots: SlotKind::Any }
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
