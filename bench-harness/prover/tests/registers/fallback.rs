//! Batches that registers hold and batches that they do not, in one chain: proved by two circuits and merged as one.

use super::honest::natively;
use super::ledger::transfer;
use super::telling::{REGISTERS, against};
use super::world::{people, shape};
use prover::circuit::Config;
use prover::circuit::registers::fallback::FallbackCircuits;
use prover::circuit::registers::values::RegisterBatchValues;
use prover::circuit::values::SlotValues;
use prover::plonk::{Plonk, prove_with};
use prover::statement::Statement;
use prover::system::{Job, Proof, ProofKind, ProofSystem, ProverError, verify_against_native};
use prover::witness::{BatchTrace, record};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
use workloads::batcher::{BatchRoom, BatchRooms};
use workloads::state::State;
use workloads::transaction::{Batch, BatchId, Transaction};

/// Room for swaps, with which registers fill 2^9 rows.
const CAPACITY: usize = 16;

fn system() -> MutexGuard<'static, Plonk<Config>> {
    static SYSTEM: LazyLock<Mutex<Plonk<Config>>> = LazyLock::new(|| {
        let mut system = Plonk::with_registers_or_plain(REGISTERS);
        let record = system.set_up(shape(5, CAPACITY), 2).expect("a shape");
        assert_eq!(record.name, "plonky2-registers-or-plain");
        let [registers, plain, merge] = &record.circuits[..] else {
            panic!("{} circuits", record.circuits.len())
        };
        for circuit in [registers, plain, merge] {
            println!("{}: {} rows of {}", circuit.name, circuit.rows, circuit.padded_rows);
        }
        let form = |circuit: &records::sample::CircuitRecord| (circuit.padded_rows, circuit.proof_bytes);
        assert_eq!(form(registers), form(plain));
        assert_ne!(registers.key_digest, plain.key_digest);
        Mutex::new(system)
    });
    SYSTEM.lock().unwrap_or_else(PoisonError::into_inner)
}

fn rooms() -> BatchRooms {
    system().rooms().expect("it is set up")
}

/// Swaps of account 2 against pools, one after the other.
fn swaps(nonce: u32, pools: &[u32]) -> Vec<Transaction> {
    let numbered = pools.iter().zip(nonce..);
    numbered.map(|(pool, nonce)| against(*pool, 2, nonce, u64::from(*pool == 3), 9)).collect()
}

/// A batch at the head of a chain, with what it touches and what execution says of it.
struct Link {
    batch: Batch,
    trace: BatchTrace,
    statement: Statement,
}

impl Link {
    fn new(state: &mut State, transactions: Vec<Transaction>) -> Self {
        let batch = Batch { id: BatchId(0), transactions };
        let statement = natively(state, &batch, CAPACITY);
        let trace = record(state, &batch, CAPACITY).expect("valid");
        Self { batch, trace, statement }
    }

    fn job(&self) -> Job<'_> {
        Job { batch: &self.batch, trace: &self.trace, statement: self.statement }
    }

    fn proved(&self) -> Result<Proof, ProverError> {
        Ok(system().prove(&self.job())?.proof)
    }
}

/// What registers hold, a transfer, swaps over a pool more than there are registers, what registers hold again.
fn chain() -> Vec<Link> {
    let mut state = people();
    [
        swaps(5, &[0, 2, 0, 1, 2, 0, 1, 1, 0, 2, 2, 0, 1]),
        vec![transfer(2, 18, 0, 1, 3)],
        swaps(19, &[0, 1, 2, 3]),
        swaps(23, &[4, 5]),
    ]
    .into_iter()
    .map(|transactions| Link::new(&mut state, transactions))
    .collect()
}

#[test]
fn batches_of_both_kinds_merge_in_any_order_and_say_what_execution_says() {
    let links = chain();
    let held = |link: &Link| RegisterBatchValues::honest(&link.trace, people().depth(), REGISTERS).is_ok();
    assert_eq!(links.iter().map(held).collect::<Vec<_>>(), [true, false, false, true]);
    let proofs: Vec<_> =
        links.iter().map(|link| link.proved().expect("one of the circuits holds it")).collect();
    for (proof, link) in proofs.iter().zip(&links) {
        verify_against_native(&*system(), proof, &link.statement).expect("it says what execution says");
    }
    for place in 0..3 {
        let merged = system().merge(&proofs[place..place + 2]).expect("neighbours").proof;
        let joined = links[place].statement.join(&links[place + 1].statement).expect("neighbours");
        verify_against_native(&*system(), &merged, &joined).expect("it says what both say");
        let mixed = system().merge(&[proofs[place].clone(), merged]).expect_err("two levels");
        assert!(mixed.to_string().contains("proofs of one level"), "{mixed}");
    }
    let apart = system().merge(&[proofs[0].clone(), proofs[2].clone()]).expect_err("a gap");
    assert!(apart.to_string().contains("a gap, or proofs out of order"), "{apart}");
}

#[test]
fn the_batcher_fills_each_room_and_one_more_has_no_proof() {
    let BatchRooms { swaps: most, any, .. } = rooms();
    assert!(most == CAPACITY && (2..CAPACITY).contains(&any), "{any} of {most}");
    println!("room for {most} swaps or {any} transactions");
    let one_pool = vec![0; CAPACITY + 1];
    assert_eq!(rooms().next_batch(&swaps(5, &one_pool)), Some((most, BatchRoom::Swaps)));
    let transfers = |count: usize| (5..).take(count).map(|nonce| transfer(2, nonce, 0, 1, 3)).collect();
    let all: Vec<_> = transfers(CAPACITY);
    assert_eq!(rooms().next_batch(&all), Some((any, BatchRoom::Any)));
    let full = Link::new(&mut people(), transfers(any));
    let proof = full.proved().expect("as many as there are slots");
    verify_against_native(&*system(), &proof, &full.statement).expect("it says what execution says");
    let more = Link::new(&mut people(), transfers(any + 1));
    let error = more.proved().expect_err("no room").to_string();
    let why = "since registers cannot hold it (batch for a circuit with registers: expected swaps alone, got a transfer)";
    let expected = format!("at most {any} transactions, {why}, got {}", any + 1);
    assert_eq!(error, format!("batch for a circuit with registers or plain slots: expected {expected}"));
}

/// Circuits of a smaller capacity: the same rows, gates and settings, and other keys.
#[test]
fn a_proof_of_a_foreign_circuit_is_refused_by_verifier_and_merge() {
    let foreign = FallbackCircuits::<Config>::build(shape(5, CAPACITY - 1), REGISTERS).expect("a shape");
    let own = FallbackCircuits::<Config>::build(shape(5, CAPACITY), REGISTERS).expect("a shape");
    assert_eq!(foreign.with_registers.circuit.common, own.with_registers.circuit.common);
    let trace = |transactions| {
        let batch = Batch { id: BatchId(0), transactions };
        record(&mut people(), &batch, CAPACITY - 1).expect("valid")
    };
    let swapped = trace(swaps(5, &[0, 1]));
    let values = RegisterBatchValues::honest(&swapped, people().depth(), REGISTERS).expect("they fit");
    let moved = trace(vec![transfer(2, 5, 0, 1, 3)]);
    let slots: Vec<_> = moved.steps[..foreign.plain.slots()].iter().map(SlotValues::honest).collect();
    let witnesses = [
        (&foreign.with_registers.circuit, foreign.with_registers.witness(&values)),
        (&foreign.plain.circuit, foreign.plain.witness(people().root(), &slots)),
    ];
    for (circuit, witness) in witnesses {
        let proof = prove_with(circuit, witness.expect("it fits"), "a foreign batch").expect("honest").proof;
        assert!(circuit.verify(proof.clone()).is_ok());
        let proof = Proof { kind: ProofKind::Batch, bytes: proof.to_bytes() };
        assert!(matches!(system().verify(&proof), Err(ProverError::Rejected { .. })));
        assert!(matches!(system().merge(std::slice::from_ref(&proof)), Err(ProverError::Rejected { .. })));
        assert!(matches!(system().aggregate(&[proof]), Err(ProverError::Rejected { .. })));
    }
}
