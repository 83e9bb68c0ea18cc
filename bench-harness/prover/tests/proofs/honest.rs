//! Real proofs: what native execution says is what a proof says, for any batch and any number of batches.

use super::world::{shape, state, swap, transfer};
use proptest::prelude::{ProptestConfig, any, prop_assert_eq, proptest};
use prover::plonk::Plonky2;
use prover::statement::Statement;
use prover::system::{Job, Proof, ProofKind, ProofSystem, ProverError, SlotKind, verify_against_native};
use prover::witness::record;
use std::sync::{LazyLock, Mutex, PoisonError};
use workloads::generate::Traffic;
use workloads::population::Population;
use workloads::random::Skew;
use workloads::state::{Depth, State};
use workloads::transaction::{Batch, BatchId, Transaction};

/// Circuits take longer to build than small batches to prove: the property tests share theirs.
static TRANSFER: LazyLock<Mutex<Plonky2>> = LazyLock::new(|| Mutex::new(ready(3, 3, SlotKind::Transfer, 1)));
static ANY: LazyLock<Mutex<Plonky2>> = LazyLock::new(|| Mutex::new(ready(3, 3, SlotKind::Any, 1)));

fn ready(depth: u64, capacity: usize, slots: SlotKind, batches: usize) -> Plonky2 {
    let mut system = Plonky2::new();
    system.set_up(shape(depth, capacity, slots), batches).expect("a shape that can be");
    system
}

/// Executes natively, proves, verifies, and compares; returns the proof and what it says.
fn prove(system: &mut Plonky2, state: &mut State, batch: &Batch, capacity: usize) -> (Proof, Statement) {
    let old_root = state.root();
    let mut native = state.clone();
    native.execute(batch).expect("a valid batch");
    let new_root = native.update_root();
    let trace = record(state, batch, capacity).expect("a valid batch");
    let commitment = batch.commitment(state.depth(), capacity);
    let statement =
        Statement { old_root, new_root, commitment, transactions: batch.transactions.len() as u64 };
    let proved = system.prove(&Job { batch, trace: &trace, statement }).expect("a valid batch has a proof");
    verify_against_native(system, &proved.proof, &statement)
        .expect("the proof says what native execution says");
    (proved.proof, statement)
}

fn batch(transactions: Vec<Transaction>) -> Batch {
    Batch { id: BatchId(0), transactions }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn any_batch_proves_what_execution_says(
        seed in any::<u64>(), ratio in 0.0f64..=1.0, size in 1usize..=3, exponent in 0.0f64..2.0,
    ) {
        let population =
            Population { accounts: 3, pools: 2, depth: Depth::new(3).expect("in range"), fee_bps: (seed % 10_001) as u16 };
        let system = if ratio < 0.3 { &TRANSFER } else { &ANY };
        let mut system = system.lock().unwrap_or_else(PoisonError::into_inner);
        let swap_ratio = if ratio < 0.3 { 0.0 } else { ratio };
        let traffic = Traffic { swap_ratio, skew: Skew::Zipf { exponent } };
        let mut generator = population.generator(seed, traffic).expect("valid");
        let mut state = population.state(seed).expect("fits");
        for _ in 0..2 {
            let batch = generator.next_batch(size);
            let (_, statement) = prove(&mut system, &mut state, &batch, 3);
            prop_assert_eq!(statement.transactions, size as u64);
        }
    }

    #[test]
    fn extreme_swaps_are_exact(
        amount_in in any::<u64>(), reserve_in in any::<u64>(), reserve_out in any::<u64>(), top in any::<bool>(),
    ) {
        // With `top` the numerator has up to 142 bits. What would overflow natively is scaled down.
        let amount_in = if top { amount_in | 1 << 62 } else { amount_in } >> 1;
        let (reserve_in, reserve_out) = (reserve_in >> 1, if top { reserve_out | 1 << 63 } else { reserve_out });
        let mut state = state(3, &[[amount_in, 0, 0]], [reserve_in, reserve_out]);
        let mut system = ANY.lock().unwrap_or_else(PoisonError::into_inner);
        if reserve_in > 0 {
            prove(&mut system, &mut state, &batch(vec![swap(0, 5, 0, amount_in, 0)]), 3);
        }
    }
}

#[test]
fn whole_balances_move() {
    let mut system = ready(3, 4, SlotKind::Any, 1);
    let mut state = state(3, &[[u64::MAX, 0, 3], [0, 9, u64::MAX]], [1_000, 2_000]);
    let moves = vec![
        transfer(0, 5, 1, 0, u64::MAX - 4),
        transfer(1, 5, 1, 2, u64::MAX),
        transfer(0, 6, 0, 2, 0),
        swap(1, 6, 1, 9, 4),
    ];
    let (_, statement) = prove(&mut system, &mut state, &batch(moves), 4);
    assert_eq!(statement.transactions, 4);
    assert_eq!(state.ledger().accounts()[1].nonce, 7);
}

#[test]
fn any_number_of_batches_aggregates_to_one_proof_of_one_size() {
    let population =
        Population { accounts: 3, pools: 2, depth: Depth::new(3).expect("in range"), fee_bps: 30 };
    let mut system = ready(3, 1, SlotKind::Transfer, 3);
    let traffic = Traffic { swap_ratio: 0.0, skew: Skew::Uniform };
    let mut generator = population.generator(9, traffic).expect("valid");
    let mut state = population.state(9).expect("fits");
    let (proofs, statements): (Vec<_>, Vec<_>) =
        (0..3).map(|_| prove(&mut system, &mut state, &generator.next_batch(1), 1)).unzip();
    let (mut sizes, mut aggregates) = (Vec::new(), Vec::new());
    for number in 1..=3 {
        let aggregated = system.aggregate(&proofs[..number]).expect("a chain");
        let expected = Statement::join_all(&statements[..number]).expect("a chain");
        verify_against_native(&system, &aggregated.proof, &expected)
            .expect("the aggregate says what its children say");
        assert_eq!(expected.transactions, number as u64);
        let merges: Vec<_> = aggregated.levels.iter().map(|level| level.merges).collect();
        let wanted: &[usize] = match number {
            1 | 2 => &[1],
            _ => &[2, 1],
        };
        assert_eq!(merges, wanted);
        sizes.push(aggregated.proof.bytes.len());
        aggregates.push(aggregated.proof);
    }
    assert!(sizes.iter().all(|size| *size == sizes[0]), "{sizes:?}");
    // A proof of one level, of the same length, does not pass for one of another.
    for (proof, posed) in aggregates.into_iter().zip([2, 2, 1]) {
        let posing = Proof { kind: ProofKind::Aggregate { level: posed }, ..proof };
        assert!(matches!(system.verify(&posing), Err(ProverError::Rejected { .. })));
    }

    // Refused before anything is proved: nothing, too many, out of order, a gap, an aggregate among batches.
    let refused = |proofs: &[Proof]| {
        let mut system = Plonky2::new();
        system.set_up(shape(3, 1, SlotKind::Transfer), 2).expect("a shape");
        matches!(system.aggregate(proofs), Err(ProverError::Input { .. }))
    };
    assert!(refused(&[]));
    assert!(refused(&proofs[..3]));
    assert!(refused(&[proofs[1].clone(), proofs[0].clone()]));
    assert!(refused(&[proofs[0].clone(), proofs[2].clone()]));
    let posing = Proof { kind: ProofKind::Aggregate { level: 1 }, ..proofs[0].clone() };
    assert!(refused(&[posing]));
}

#[test]
fn sizes_are_told_before_the_first_proof() {
    let mut system = Plonky2::new();
    let description = system.set_up(shape(3, 2, SlotKind::Any), 2).expect("a shape");
    let mut state = state(3, &[[50, 0, 0]], [1_000, 2_000]);
    let (proof, _) = prove(&mut system, &mut state, &batch(vec![swap(0, 5, 0, 50, 0)]), 2);
    assert_eq!(description.circuits[0].proof_bytes, proof.bytes.len() as u64);
    let aggregate = system.aggregate(&[proof]).expect("one is enough");
    assert_eq!(description.circuits[1].proof_bytes, aggregate.proof.bytes.len() as u64);
    let circuit = &description.circuits[0];
    assert!(circuit.rows <= circuit.padded_rows && circuit.padded_rows.is_power_of_two());
    assert_eq!(circuit.gate_rows.values().sum::<u64>(), circuit.rows);
}

/// Rows of a transaction at depth 24: what is added from a batch of 16 slots to one of 32.
#[test]
fn a_transaction_costs_little_beyond_its_hashes() {
    let results = concat!(env!("CARGO_MANIFEST_DIR"), "/../../RESULTS.md");
    let results = std::fs::read_to_string(results).expect("RESULTS.md of the project");
    for (slots, wanted_max) in [(SlotKind::Transfer, 110.0), (SlotKind::Any, 120.0)] {
        let rows = |capacity| {
            let description = Plonky2::new().set_up(shape(24, capacity, slots), 1).expect("a shape");
            description.circuits[0].rows as f64
        };
        let each = (rows(32) - rows(16)) / 16.0;
        println!("{slots:?}: {each} rows a transaction at depth 24");
        // Two leaves, before and after, 24 hashes each; all the rest at most a quarter of that.
        assert!((96.0..=wanted_max).contains(&each), "{slots:?}: {each} rows");
        let name = if slots == SlotKind::Transfer { "transfer" } else { "swap" };
        let published = format!("{each} for a {name}");
        assert!(results.contains(&published), "RESULTS.md does not say: {published}");
    }
}

#[test]
fn what_cannot_be_is_refused_in_words() {
    let zero = Plonky2::new().set_up(shape(3, 0, SlotKind::Any), 1).expect_err("no capacity");
    assert_eq!(zero.to_string(), "circuit capacity: expected at least 1, got 0");
    let mut state = state(3, &[[50, 0, 0]], [1, 1]);
    let empty = record(&mut state, &batch(vec![]), 2).expect_err("no transactions");
    assert!(empty.to_string().contains("expected 1 to the circuit's capacity of 2, got 0"));
    let three = batch(vec![transfer(0, 5, 0, 0, 1); 3]);
    assert!(record(&mut state, &three, 2).expect_err("too long").to_string().contains("got 3"));
    let root = state.root();
    let poor = record(&mut state, &batch(vec![transfer(0, 5, 0, 0, 1), transfer(0, 6, 0, 0, 51)]), 2);
    assert!(
        poor.expect_err("overdraft")
            .to_string()
            .starts_with("transaction 1 of the batch: account 0 holds 50")
    );
    assert_eq!(state.root(), root);
    assert_eq!(state.ledger().accounts()[0].nonce, 5);
}
