//! A small world to prove in: three accounts, two pools, a shallow tree.

use super::differential::DEPTH;
pub(crate) use super::ledger::{account, felt, state, swap, token, transfer};
use prover::circuit::batch::BatchCircuit;
use prover::circuit::values::SlotValues;
use prover::plonk::prove_with;
use prover::system::{Shape, SlotKind};
use prover::witness::{Leaf, Opening, Step};
use std::sync::LazyLock;
use workloads::account::{Account, AccountId};
use workloads::hash::Digest;
use workloads::pool::PoolId;
use workloads::state::{Depth, State};
use workloads::transaction::{Action, Transaction};

pub(crate) static ANY: LazyLock<BatchCircuit> =
    LazyLock::new(|| BatchCircuit::build(shape(DEPTH, 1, SlotKind::Any)));
pub(crate) static TRANSFER: LazyLock<BatchCircuit> =
    LazyLock::new(|| BatchCircuit::build(shape(DEPTH, 1, SlotKind::Transfer)));

pub(crate) fn shape(depth: u64, capacity: usize, slots: SlotKind) -> Shape {
    Shape { depth: Depth::new(depth).expect("in range"), capacity, slots }
}

/// Two accounts and a pool, as most lies begin.
pub(crate) fn start() -> State {
    state(3, &[[100, 50, 0], [7, 0, u64::MAX - 5]], [1_000, 2_000])
}

/// Opens an account of a state.
pub(crate) fn open(state: &State, id: u32) -> Opening {
    let leaf = Leaf::Account(state.ledger().accounts()[id as usize]);
    let siblings = state.account_siblings(AccountId(id)).expect("exists");
    Opening { index: state.depth().account_leaf(AccountId(id)), leaf, siblings }
}

/// Opens pool 0 of a state.
pub(crate) fn open_pool(state: &State) -> Opening {
    let leaf = Leaf::Pool(state.ledger().pools()[0]);
    let siblings = state.pool_siblings(PoolId(0)).expect("exists");
    Opening { index: state.depth().pool_leaf(PoolId(0)), leaf, siblings }
}

/// What a liar would record: the leaves after each half of the transaction are the liar's, the tree is honest.
pub(crate) fn lying_step(
    state: &mut State,
    transaction: Transaction,
    sender_after: Account,
    target_after: Leaf,
    quotient: (u64, u128),
) -> Step {
    let sender = open(state, transaction.sender.0);
    state.replace_account(transaction.sender, sender_after).expect("exists");
    let target = match transaction.action {
        Action::Transfer { to, .. } => open(state, to.0),
        Action::Swap { .. } => open_pool(state),
    };
    match target_after {
        Leaf::Account(after) => {
            state.replace_account(AccountId(target.index.0 as u32), after).expect("exists")
        }
        Leaf::Pool(after) => state.replace_pool(PoolId(0), after).expect("exists"),
    }
    Step { transaction: Some(transaction), sender, target, quotient }
}

/// Whether a circuit of one slot accepts these numbers: a proof comes out and verifies.
pub(crate) fn accepts(circuit: &BatchCircuit, old_root: Digest, values: &[SlotValues]) -> bool {
    // A broken constraint makes plonky2 panic inside, which is caught there: keep its message off the screen.
    std::panic::set_hook(Box::new(|_| {}));
    let Ok(inputs) = circuit.witness(old_root, values) else { return false };
    prove_with(&circuit.circuit, inputs, "a test")
        .is_ok_and(|timed| circuit.circuit.verify(timed.proof).is_ok())
}
