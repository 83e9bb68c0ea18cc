//! What is honest is accepted.

use super::differential::{DEPTH, attempt};
use super::world::{batch, recorded, shape, values, wrong};
use prover::plonky3::system::Plonky3;
use prover::plonky3::traces::Traces;
use prover::system::{Job, ProofSystem, verify_against_native};

#[test]
fn random_batches_satisfy_the_tables() {
    check(0..200);
}

#[test]
#[ignore = "a minute"]
fn ten_thousand_random_batches_satisfy_the_tables() {
    check(1_000..11_000);
}

/// Random batches of all sizes: no constraint is broken, and the statement is that of native execution.
fn check(seeds: std::ops::Range<u64>) {
    for seed in seeds {
        let (depth, capacity) = (4 + seed % 5, 1 + seed as usize % 9);
        let transactions = 1 + (seed as usize / 9) % capacity;
        let (mut state, batch) = batch(seed, transactions, depth, [0.0, 0.5, 1.0][seed as usize % 3]);
        let trace = recorded(&state, &batch, capacity);
        let traces = Traces::of(&values(&trace));
        state.execute(&batch).expect("valid");
        assert_eq!(traces.statement.new_root, state.update_root(), "seed {seed}");
        assert_eq!(traces.statement, trace.statement, "seed {seed}");
        assert_eq!(wrong(shape(depth, capacity), &traces), [], "seed {seed}");
    }
}

#[test]
fn random_batches_are_proved() {
    prove(0..36);
}

#[test]
#[ignore = "a minute"]
fn three_hundred_random_batches_are_proved() {
    prove(1_000..1_300);
}

fn prove(seeds: std::ops::Range<u64>) {
    for seed in seeds {
        let (depth, capacity) = (5 + seed % 3, [1, 2, 5, 8, 17, 32][seed as usize % 6]);
        prove_one(seed, depth, capacity, capacity - capacity / 3);
    }
}

/// Any size will do, full or not: no power of two is special.
#[test]
fn odd_sizes_are_proved() {
    for capacity in [1, 3, 33] {
        prove_one(7, 24, capacity, capacity);
        prove_one(8, 6, capacity, capacity.div_ceil(2));
    }
}

#[test]
#[ignore = "a minute"]
fn sizes_of_use_are_proved() {
    for capacity in [32, 100, 1_000, 4_096] {
        prove_one(9, 24, capacity, capacity);
    }
}

fn prove_one(seed: u64, depth: u64, capacity: usize, transactions: usize) {
    let (mut state, batch) = batch(100 + seed, transactions, depth, 0.5);
    let trace = recorded(&state, &batch, capacity);
    state.execute(&batch).expect("valid");
    assert_eq!(trace.statement.new_root, state.update_root(), "seed {seed}");
    let mut system = Plonky3::new();
    system.set_up(shape(depth, capacity), 1).expect("a shape");
    let job = Job { batch: &batch, trace: &trace, statement: trace.statement };
    let proved = system.prove(&job).expect("a proof");
    verify_against_native(&system, &proved.proof, &trace.statement).expect("it verifies");
}

/// Attempts at the edges, allowed and not: the tables hold exactly where native execution agrees.
#[test]
fn edges_against_native_execution() {
    edges(0..1_500);
}

#[test]
#[ignore = "a minute"]
fn many_edges_against_native_execution() {
    edges(10_000..60_000);
}

fn edges(seeds: std::ops::Range<u64>) {
    let (count, mut allowed) = (seeds.end - seeds.start, 0);
    for seed in seeds {
        let attempt = attempt(seed);
        let traces = Traces::of(std::slice::from_ref(&attempt.values));
        let holds = traces.statement.old_root == attempt.root && wrong(shape(DEPTH, 1), &traces).is_empty();
        let proved = holds.then_some(traces.statement);
        assert!(attempt.agrees(proved), "seed {seed}: {:?}", attempt.transaction);
        allowed += u64::from(attempt.native.is_some());
    }
    assert!(allowed > count / 5 && allowed < count * 4 / 5, "{allowed} of {count} were allowed");
}
