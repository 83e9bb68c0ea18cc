//! The edges of what is allowed, where native execution and the circuit must still agree; and of a proof's encoding.

use super::forge::ORDER;
use super::world::{shape, token, transfer};
use prover::plonk::Plonky2;
use prover::system::{Job, Proof, ProofSystem, ProverError, SlotKind, verify_against_native};
use prover::witness::record;
use workloads::account::{Account, AccountId};
use workloads::ledger::Ledger;
use workloads::pool::{Pool, PoolId};
use workloads::state::{Depth, State};
use workloads::transaction::{Action, Batch, BatchId, Transaction};

const MAX: u64 = u64::MAX;

/// Account 0 has used up its nonces and serves as padding; account 1 has one left. The pools have no fee and an
/// empty side, and nothing but a fee; the first has its tokens the other way round.
fn world() -> State {
    let account = |nonce, balances| Account { owner: (1 << 63) - 1, nonce, balances };
    let accounts = vec![
        account(u32::MAX, [MAX; 3]),
        account(u32::MAX - 1, [MAX, 10, MAX]),
        account(0, [0, 0, MAX]),
        account(0, [MAX, 0, 0]),
    ];
    let pool =
        |pair: [u64; 2], reserves, fee_bps| Pool::new(pair.map(token), reserves, fee_bps).expect("a pool");
    let pools = vec![pool([2, 1], [0, MAX], 0), pool([0, 2], [5, MAX], 10_000)];
    State::new(Depth::new(3).expect("in range"), Ledger::new(accounts, pools)).expect("fits")
}

fn swap(sender: u32, nonce: u32, pool: u32, token_in: u64, amount_in: u64, min_out: u64) -> Transaction {
    let action = Action::Swap { pool: PoolId(pool), token_in: token(token_in), amount_in, min_out };
    Transaction { sender: AccountId(sender), nonce, action }
}

fn proven(system: &mut Plonky2, world: &mut State, transactions: Vec<Transaction>, capacity: usize) -> Proof {
    let batch = Batch { id: BatchId(0), transactions };
    let mut native = world.clone();
    native.execute(&batch).expect("allowed");
    let trace = record(world, &batch, capacity).expect("allowed");
    assert_eq!(native.update_root(), trace.statement.new_root);
    let job = Job { batch: &batch, trace: &trace, statement: trace.statement };
    let proof = system.prove(&job).expect("what is allowed has a proof").proof;
    verify_against_native(system, &proof, &trace.statement)
        .expect("the proof says what native execution says");
    proof
}

#[test]
fn what_is_just_allowed_has_a_proof() {
    for slots in [SlotKind::Transfer, SlotKind::Any] {
        let mut system = Plonky2::new();
        system.set_up(shape(3, 3, slots), 1).expect("a shape");
        let mut world = world();
        // The last nonce, everything to oneself, then padding at an account without nonces.
        proven(&mut system, &mut world, vec![transfer(1, u32::MAX - 1, 1, 0, MAX)], 3);
        // Nothing to a full account; everything to an empty one.
        proven(&mut system, &mut world, vec![transfer(2, 0, 0, 2, 0), transfer(2, 1, 3, 2, MAX)], 3);
        if slots == SlotKind::Any {
            // All of a reserve for all of a balance, and back; nothing for all of it where all is fee.
            let mut world = self::world();
            let swaps = vec![swap(2, 0, 0, 2, MAX, MAX), swap(2, 1, 0, 1, MAX, MAX), swap(3, 0, 1, 0, 0, 0)];
            proven(&mut system, &mut world, swaps, 3);
            proven(&mut system, &mut world, vec![swap(3, 1, 1, 0, MAX - 5, 0)], 3);
            assert_eq!(world.ledger().accounts()[3].balances, [5, 0, 0]);
        }
    }
}

#[test]
fn a_proof_has_one_encoding() {
    let mut system = Plonky2::new();
    system.set_up(shape(3, 1, SlotKind::Transfer), 1).expect("a shape");
    let proof = proven(&mut system, &mut world(), vec![transfer(2, 0, 0, 2, 0)], 1);
    let elements = proof.bytes.len() - 13 * 8;
    let refused = |at: usize, bytes: [u8; 8]| {
        let mut other = proof.clone();
        assert_ne!(other.bytes[at..at + 8], bytes);
        other.bytes[at..at + 8].copy_from_slice(&bytes);
        assert!(matches!(system.verify(&other), Err(ProverError::Rejected { .. })));
    };
    // The count, 1, as 1 + p: the same element of the field.
    assert_eq!(proof.bytes[elements + 12 * 8..], 1u64.to_le_bytes());
    refused(elements + 12 * 8, (ORDER as u64 + 1).to_le_bytes());
    // The number of public elements.
    assert_eq!(proof.bytes[elements - 8..elements], 13u64.to_le_bytes());
    for number in [0, 12, 14, u64::MAX / 8, u64::MAX] {
        refused(elements - 8, number.to_le_bytes());
    }
}
