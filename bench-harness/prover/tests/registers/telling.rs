//! A liar's batch: swaps against whatever the liar says that a pool holds, with everything else to agree.

use super::world::{people, proved, shape};
use prover::circuit::registers::Registers;
use prover::circuit::registers::batch::RegisterCircuit;
use prover::circuit::registers::values::{PoolValues, RegisterBatchValues, RegisterSlotValues};
use prover::circuit::values::SlotValues;
use prover::witness::{BatchTrace, Leaf, Opening, Step, record};
use std::sync::LazyLock;
use workloads::account::AccountId;
use workloads::pool::{Pool, PoolId};
use workloads::state::State;
use workloads::swap::quotient;
use workloads::transaction::{Action, Batch, BatchId, Transaction};

/// Three registers for pools of one block of four, in a tree of depth 5.
pub(crate) const REGISTERS: Registers = Registers { count: 3, block_levels: 2 };
pub(crate) const LEVELS: usize = 2;

pub(crate) static ONE: LazyLock<RegisterCircuit> =
    LazyLock::new(|| RegisterCircuit::build(shape(5, 1), REGISTERS));
pub(crate) static TWO: LazyLock<RegisterCircuit> =
    LazyLock::new(|| RegisterCircuit::build(shape(5, 2), REGISTERS));
pub(crate) static THREE: LazyLock<RegisterCircuit> =
    LazyLock::new(|| RegisterCircuit::build(shape(5, 3), REGISTERS));

/// A swap of an account with its next nonce, which is 5 and one more for each swap before.
pub(crate) fn against(pool: u32, sender: u32, nonce: u32, token_in: u64, amount_in: u64) -> Transaction {
    let token_in = super::world::token(token_in);
    let action = Action::Swap { pool: PoolId(pool), token_in, amount_in, min_out: 0 };
    Transaction { sender: AccountId(sender), nonce, action }
}

/// The trace of swaps in the usual world, padded.
pub(crate) fn trace(transactions: Vec<Transaction>, capacity: usize) -> BatchTrace {
    record(&mut people(), &Batch { id: BatchId(0), transactions }, capacity).expect("valid")
}

/// The honest numbers of swaps in the usual world.
pub(crate) fn honest(transactions: Vec<Transaction>, capacity: usize) -> RegisterBatchValues {
    let depth = people().depth();
    RegisterBatchValues::honest(&trace(transactions, capacity), depth, REGISTERS).expect("it fits")
}

/// One swap as the liar has it, in numbers that wrap: against a pool that holds what is said, whatever the world says.
/// The sender's account in the world follows; the pool is returned as it would then be.
pub(crate) fn lying_step(world: &mut State, transaction: Transaction, pool: Pool) -> (Step, Pool) {
    let Action::Swap { pool: id, token_in, amount_in, .. } = transaction.action else {
        unreachable!("a swap")
    };
    let from = transaction.sender;
    let mut account = world.ledger().accounts()[from.0 as usize];
    let siblings = world.account_siblings(from).expect("exists");
    let sender = Opening { index: world.depth().account_leaf(from), leaf: Leaf::Account(account), siblings };
    let token_out = pool.other(token_in).expect("of the pair");
    let reserves = (pool.reserve(token_in), pool.reserve(token_out));
    let quotient = quotient(reserves.0, reserves.1, amount_in, pool.fee_bps()).expect("a price");
    account.nonce += 1;
    let paid = &mut account.balances[token_in.index()];
    *paid = paid.wrapping_sub(amount_in);
    let got = &mut account.balances[token_out.index()];
    *got = got.wrapping_add(quotient.0);
    world.replace_account(from, account).expect("exists");
    let siblings = world.pool_siblings(id).expect("exists");
    let target = Opening { index: world.depth().pool_leaf(id), leaf: Leaf::Pool(pool), siblings };
    let reserves = pool.pair().map(|token| match token == token_in {
        true => reserves.0.wrapping_add(amount_in),
        false => reserves.1 - quotient.0,
    });
    let after = Pool::new(pool.pair(), reserves, pool.fee_bps()).expect("as before");
    (Step { transaction: Some(transaction), sender, target, quotient }, after)
}

/// Slots of steps, each with the number of its register.
pub(crate) fn slots(steps: &[(Step, u64)]) -> Vec<RegisterSlotValues> {
    steps.iter().map(|(step, register)| RegisterSlotValues::honest(step, *register)).collect()
}

/// The register of a pool of the usual world, opened alone.
pub(crate) fn register(place: u64, pool: &Pool, gap: u64) -> PoolValues {
    let siblings = people().pool_siblings(PoolId(place as u32)).expect("exists");
    PoolValues::of(pool, place & 3, siblings[..LEVELS].to_vec(), gap)
}

/// Pool of the usual world.
pub(crate) fn pool(place: usize) -> Pool {
    people().ledger().pools()[place]
}

/// Whether there is a proof that begins at the root of the usual world.
pub(crate) fn believed(circuit: &RegisterCircuit, values: &RegisterBatchValues) -> bool {
    proved(circuit, values).is_some_and(|statement| statement.old_root == people().root())
}

#[track_caller]
pub(crate) fn refused(circuit: &RegisterCircuit, values: &RegisterBatchValues) {
    assert!(!believed(circuit, values), "a lie was believed");
}

/// Asserts that each change of honest numbers is refused.
#[track_caller]
pub(crate) fn each_refused(
    circuit: &RegisterCircuit,
    honest: &RegisterBatchValues,
    lies: &[fn(&mut RegisterBatchValues)],
) {
    assert!(believed(circuit, honest), "the honest numbers are not");
    for (number, lie) in lies.iter().enumerate() {
        let mut values = honest.clone();
        lie(&mut values);
        assert!(!believed(circuit, &values), "lie {number} was believed");
    }
}

/// Padding at an account of a world, as the plain circuit has it.
pub(crate) fn padding(world: &State, id: u32) -> SlotValues {
    let leaf = Leaf::Account(world.ledger().accounts()[id as usize]);
    let siblings = world.account_siblings(AccountId(id)).expect("exists");
    let opening = Opening { index: world.depth().account_leaf(AccountId(id)), leaf, siblings };
    SlotValues::honest(&Step {
        transaction: None,
        sender: opening.clone(),
        target: opening,
        quotient: (0, 0),
    })
}
