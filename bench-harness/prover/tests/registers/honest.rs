//! Batches of swaps are proved, aggregated and compared with native execution; what registers cannot hold is refused
//! in words.

use super::differential::attempt;
use super::ledger::transfer;
use super::telling::{REGISTERS, THREE, against};
use super::world::{ANY, people, proved, said, shape};
use prover::circuit::Config;
use prover::circuit::registers::Registers;
use prover::circuit::registers::batch::RegisterCircuit;
use prover::circuit::registers::values::RegisterBatchValues;
use prover::plonk::Plonk;
use prover::statement::Statement;
use prover::system::{Job, ProofSystem, Shape, SlotKind, verify_against_native};
use prover::witness::record;
use workloads::generate::Traffic;
use workloads::population::Population;
use workloads::random::Skew;
use workloads::state::{Depth, State};
use workloads::transaction::{Action, Batch, BatchId, Transaction};

fn system(shape: Shape, registers: Registers, batches: usize) -> Plonk<Config> {
    let mut system = Plonk::with_registers(registers);
    let record = system.set_up(shape, batches).expect("a shape");
    assert_eq!(record.name, "plonky2-registers");
    assert_eq!(record.settings["registers"], registers.count.to_string());
    system
}

/// What native execution says of a batch.
pub(crate) fn natively(state: &State, batch: &Batch, capacity: usize) -> Statement {
    let mut native = state.clone();
    native.execute(batch).expect("valid");
    Statement {
        old_root: state.root(),
        new_root: native.update_root(),
        commitment: batch.commitment(state.depth(), capacity),
        transactions: batch.transactions.len() as u64,
    }
}

/// Proves batches of random swaps, and gives the circuit's own word of each.
fn check(seed: u64, depth: u64, registers: Registers, accounts: u32) {
    let depth = Depth::new(depth).expect("in range");
    let pools = u32::try_from(registers.count).expect("few");
    let population = Population { accounts, pools, depth, fee_bps: 30 };
    let traffic = Traffic { swap_ratio: 1.0, skew: Skew::Uniform };
    let mut generator = population.generator(seed, traffic).expect("valid");
    let mut state = population.state(seed).expect("fits");
    let circuit = RegisterCircuit::build(Shape { depth, capacity: 6, slots: SlotKind::Any }, registers);
    for size in [6, 4] {
        said_of(&circuit, &mut state, &generator.next_batch(size), 6, registers);
    }
}

/// What a proof of a batch says is what native execution says.
fn said_of(
    circuit: &RegisterCircuit,
    state: &mut State,
    batch: &Batch,
    capacity: usize,
    registers: Registers,
) {
    let statement = natively(state, batch, capacity);
    let trace = record(state, batch, capacity).expect("valid");
    let values = RegisterBatchValues::honest(&trace, state.depth(), registers).expect("it fits");
    assert_eq!(proved(circuit, &values), Some(statement));
}

#[test]
fn random_batches_prove_what_execution_says() {
    check(1, 6, Registers { count: 4, block_levels: 3 }, 9);
    check(2, 5, Registers { count: 5, block_levels: 16 }, 3);
    check(3, 9, Registers { count: 1, block_levels: 1 }, 20);
}

#[test]
fn a_block_that_is_not_the_first() {
    let transactions = vec![against(5, 2, 5, 0, 77), against(4, 0, 5, 1, 50), against(5, 2, 6, 0, 1)];
    let batch = Batch { id: BatchId(0), transactions };
    said_of(&THREE, &mut people(), &batch, 3, REGISTERS);
}

#[test]
fn proofs_of_batches_aggregate() {
    let mut system = system(shape(5, 2), REGISTERS, 2);
    let mut state = people();
    let (mut proofs, mut statements) = (Vec::new(), Vec::new());
    for nonce in [5, 6] {
        let batch = Batch { id: BatchId(0), transactions: vec![against(2, 0, nonce, 2, 9)] };
        let statement = natively(&state, &batch, 2);
        let trace = record(&mut state, &batch, 2).expect("valid");
        let proof = system.prove(&Job { batch: &batch, trace: &trace, statement }).expect("a proof").proof;
        verify_against_native(&system, &proof, &statement).expect("it says what execution says");
        proofs.push(proof);
        statements.push(statement);
    }
    let joined = Statement::join_all(&statements).expect("a chain");
    let aggregated = system.aggregate(&proofs).expect("a chain").proof;
    verify_against_native(&system, &aggregated, &joined).expect("it says what both say");
    proofs.swap(0, 1);
    assert!(system.aggregate(&proofs).is_err(), "out of order");
}

#[test]
fn what_registers_cannot_hold_is_refused_in_words() {
    let refused = |transactions: Vec<Transaction>, wanted: &str| {
        let batch = Batch { id: BatchId(0), transactions };
        let trace = record(&mut people(), &batch, 4).expect("valid");
        let values = RegisterBatchValues::honest(&trace, people().depth(), REGISTERS);
        let error = values.expect_err("it cannot").to_string();
        assert_eq!(error, format!("batch for a circuit with registers: expected {wanted}"));
    };
    let swaps = |pools: &[u32]| -> Vec<Transaction> {
        let numbered = pools.iter().zip(5..);
        numbered.map(|(pool, nonce)| against(*pool, 2, nonce, u64::from(*pool == 3), 1)).collect()
    };
    refused(swaps(&[0, 1, 2, 3]), "swaps over at most 3 pools, got 4 pools");
    refused(swaps(&[3, 4]), "pools of one block of 4, aligned, got pools 3 and 4");
    refused(vec![transfer(0, 5, 0, 0, 1)], "swaps alone, got a transfer");
    let transfers = Shape { slots: SlotKind::Transfer, ..shape(5, 4) };
    let error = Plonk::<Config>::with_registers(REGISTERS).set_up(transfers, 1).expect_err("no swaps");
    assert_eq!(
        error.to_string(),
        "transactions for a circuit with registers: expected swaps alone, got transfers"
    );
}

/// Swaps at the edges at depth 3, allowed and not: a prover is believed exactly where native execution agrees.
#[test]
fn edges_against_native_execution() {
    let (mut swaps, mut allowed) = (0, 0);
    for seed in 0..96 {
        let attempt = attempt(seed);
        if !matches!(attempt.transaction.action, Action::Swap { .. }) {
            continue;
        }
        swaps += 1;
        let proved = said(&ANY, attempt.root, &attempt.values);
        assert!(attempt.agrees(proved), "seed {seed}: {:?}", attempt.transaction);
        allowed += u32::from(attempt.native.is_some());
    }
    assert!(swaps > 30 && allowed > 8 && allowed < swaps - 8, "{allowed} of {swaps} were allowed");
}
