//! The lies that are told to the plain circuit about one swap, told to one with registers; and states of several pools.

use super::differential::DEPTH;
pub(crate) use super::ledger::{felt, state, swap, token};
use plonky2::field::types::{Field, PrimeField64};
use prover::circuit::registers::Registers;
use prover::circuit::registers::batch::RegisterCircuit;
use prover::circuit::registers::values::{
    HeldValues, PoolValues, RegisterBatchValues, RegisterSlotValues, root_above,
};
use prover::circuit::values::{Parts, PathValues, SlotValues};
use prover::plonk::prove_with;
use prover::statement::Statement;
use prover::system::{Shape, SlotKind};
use std::sync::LazyLock;
use workloads::account::Account;
use workloads::hash::{Digest, Domain, Felt, RATE, hash_leaf};
use workloads::ledger::Ledger;
use workloads::pool::Pool;
use workloads::state::{Depth, State};

/// Two registers over all four places for pools of a tree of depth 3.
const SMALL: Registers = Registers { count: 2, block_levels: 2 };
/// One slot of that.
pub(crate) static ANY: LazyLock<RegisterCircuit> =
    LazyLock::new(|| RegisterCircuit::build(shape(DEPTH, 1), SMALL));

pub(crate) fn shape(depth: u64, capacity: usize) -> Shape {
    Shape { depth: Depth::new(depth).expect("in range"), capacity, slots: SlotKind::Any }
}

/// Four accounts, and pools in the places 0 to 6 of a tree of depth 5: 0 and 1 are alike, 4 to 6 stand in another
/// block of four.
pub(crate) fn people() -> State {
    let account = |balances| Account { owner: 77, nonce: 5, balances };
    let accounts = [[900, 800, 700], [90, 80, 70], [1_000_000; 3], [5, 0, 0]].map(account);
    let pool =
        |pair: [u64; 2], reserves, fee_bps| Pool::new(pair.map(token), reserves, fee_bps).expect("a pool");
    let pools = vec![
        pool([0, 1], [1_000, 2_000], 30),
        pool([0, 1], [1_000, 2_000], 30),
        pool([2, 0], [50_000, 1 << 40], 0),
        pool([1, 2], [7, 1 << 33], 10_000),
        pool([0, 1], [1_000, 2_000], 30),
        pool([0, 2], [3, u64::MAX], 1),
        pool([0, 1], [10_000, 206_608], 30),
    ];
    State::new(Depth::new(5).expect("in range"), Ledger::new(accounts.to_vec(), pools)).expect("fits")
}

/// What a proof of these numbers says; none where there is no proof.
pub(crate) fn proved(circuit: &RegisterCircuit, values: &RegisterBatchValues) -> Option<Statement> {
    // A broken constraint makes plonky2 panic inside, which is caught there: keep its message off the screen.
    std::panic::set_hook(Box::new(|_| {}));
    let inputs = circuit.witness(values).ok()?;
    let proof = prove_with(&circuit.circuit, inputs, "a test").ok()?.proof;
    circuit.circuit.verify(proof.clone()).ok()?;
    Statement::from_elements(&proof.public_inputs)
}

/// Whether a circuit of one slot at depth 3 accepts these numbers over a tree of this root.
pub(crate) fn accepts(circuit: &RegisterCircuit, old_root: Digest, values: &[SlotValues]) -> bool {
    said(circuit, old_root, &values[0]).is_some()
}

/// What a proof of one swap says, if there is one over a tree of this root.
pub(crate) fn said(circuit: &RegisterCircuit, old_root: Digest, values: &SlotValues) -> Option<Statement> {
    proved(circuit, &told(values)).filter(|statement| statement.old_root == old_root)
}

/// A leaf's limbs of one token; of a token that there is none of, nothing.
fn limbs_of(leaf: &[Felt; RATE], token: u64) -> [Felt; 2] {
    let at = 2 + 2 * token as usize;
    if at < RATE { [leaf[at], leaf[at + 1]] } else { [Felt::ZERO; 2] }
}

/// Limbs in parts. What is no limb is no two parts.
fn parts_of([low, high]: [Felt; 2]) -> Parts<4> {
    let part = |limb: Felt| {
        let number = limb.to_canonical_u64();
        [felt(number & 0xffff), felt(number >> 16)]
    };
    let ([a, b], [c, d]) = (part(low), part(high));
    [a, b, c, d]
}

/// The limbs that parts make.
fn joined(parts: &Parts<4>) -> [Felt; 2] {
    [parts[0] + parts[1] * felt(1 << 16), parts[2] + parts[3] * felt(1 << 16)]
}

/// A batch of one swap: the pool in the first register as its leaf is, and read from it as the slot says.
pub(crate) fn told(slot: &SlotValues) -> RegisterBatchValues {
    let leaf = slot.target_leaf;
    let identity = leaf[0].to_canonical_u64();
    let (fee, pair) = (identity & 0xffff, [(identity >> 16) & 3, identity >> 18]);
    let bits = |token: u64| std::array::from_fn(|index| Felt::from_bool(index as u64 == token));
    let place = slot.target.index.to_canonical_u64() - 4;
    let siblings = slot.target.siblings[..2].to_vec();
    let block_root = root_above(hash_leaf(Domain::Pool, &leaf), place, &siblings);
    let pool = PoolValues {
        is_used: Felt::ONE,
        path: PathValues { index: felt(place), siblings },
        gap: Felt::ZERO,
        leaf,
        fee_bps: felt(fee),
        pair: pair.map(bits),
        reserves: pair.map(|token| parts_of(limbs_of(&leaf, token))),
    };
    let sides = [joined(&slot.target_in.before), joined(&slot.swap.target_out.before)];
    let [first, second] = if slot.swap.reversed == Felt::ONE { [sides[1], sides[0]] } else { sides };
    let held = HeldValues {
        register: Felt::ONE,
        identity: leaf[0],
        index: slot.target.index,
        limbs: [first[0], first[1], second[0], second[1]],
    };
    let sender = hash_leaf(Domain::Account, &slot.sender_leaf);
    RegisterBatchValues {
        accounts_root: root_above(sender, slot.sender.index.to_canonical_u64(), &slot.sender.siblings[..2]),
        block: PathValues { index: Felt::ZERO, siblings: Vec::new() },
        block_root,
        pools: vec![pool, PoolValues::unused(2)],
        slots: vec![RegisterSlotValues { swap: slot.clone(), held }],
    }
}
