//! The private numbers of a batch with registers, computed natively.
//!
//! Those of a swap are [`SlotValues`], as in the plain circuit; what a register holds is added.

use crate::circuit::registers::Registers;
use crate::circuit::registers::block::TouchedPools;
use crate::circuit::registers::pools::{BlockTargets, PoolTargets};
use crate::circuit::registers::slot::{
    HeldTargets, RegisterSlotTargets, RegisterTargets, ReserveTargets, SenderTargets,
};
use crate::circuit::values::{
    MovementValues, Parts, PathValues, SlotValues, assign_amount, assign_formula, assign_movement,
    assign_path, assign_token, leaf_elements, parts,
};
use crate::error::ProverError;
use crate::witness::{BatchTrace, Leaf, Opening, Step};
use plonky2::field::types::Field;
use plonky2::iop::target::Target;
use std::collections::BTreeMap;
use workloads::account::TOKENS;
use workloads::hash::{Digest, EMPTY_LEAF, Felt, RATE, hash_leaf, hash_pair, limbs};
use workloads::pool::Pool;
use workloads::state::Depth;

/// The numbers of [`HeldTargets`].
#[derive(Clone, Copy, Debug, Default)]
pub struct HeldValues {
    /// Which register, from 1; zero for none.
    pub register: Felt,
    /// The pool's fee and pair.
    pub identity: Felt,
    /// The number of its leaf.
    pub index: Felt,
    /// The limbs of its reserves, in the order of its pair.
    pub limbs: [Felt; 4],
}

/// The numbers of [`RegisterSlotTargets`].
#[derive(Clone, Debug)]
pub struct RegisterSlotValues {
    /// The swap. Its target's path and leaf, and what the target holds before, are not used.
    pub swap: SlotValues,
    /// What is read from the register.
    pub held: HeldValues,
}

/// The numbers of [`PoolTargets`].
#[derive(Clone, Debug)]
pub struct PoolValues {
    /// One where the register holds a pool.
    pub is_used: Felt,
    /// Where the pool stands in the block.
    pub path: PathValues,
    /// How far that is from the place before, less one.
    pub gap: Felt,
    /// The pool's leaf before the batch.
    pub leaf: [Felt; RATE],
    /// Its fee.
    pub fee_bps: Felt,
    /// Its two tokens, one bit a token.
    pub pair: [[Felt; TOKENS]; 2],
    /// What it holds of each before the batch.
    pub reserves: [Parts<4>; 2],
}

/// The numbers of a batch.
#[derive(Clone, Debug)]
pub struct RegisterBatchValues {
    /// The accounts' root before the first slot.
    pub accounts_root: Digest,
    /// Where the block of the batch's pools stands among all blocks.
    pub block: PathValues,
    /// The root of that block before the batch.
    pub block_root: Digest,
    /// The registers.
    pub pools: Vec<PoolValues>,
    /// The slots.
    pub slots: Vec<RegisterSlotValues>,
}

/// The limbs of what a pool holds, in the order of its pair.
fn limbs_of(pool: &Pool) -> [Felt; 4] {
    let [first, second] = pool.pair().map(|token| limbs(pool.reserve(token)));
    [first[0], first[1], second[0], second[1]]
}

impl RegisterSlotValues {
    /// The honest numbers of a step, whose pool is in the register of this number; padding has none.
    pub fn honest(step: &Step, register: u64) -> Self {
        let mut swap = SlotValues::honest(step);
        let held = match (step.transaction, &step.target.leaf) {
            (Some(_), Leaf::Pool(pool)) => HeldValues {
                register: Felt::from_canonical_u64(register),
                identity: Felt::from_canonical_u64(pool.identity()),
                index: Felt::from_canonical_u64(step.target.index.0),
                limbs: limbs_of(pool),
            },
            _ => {
                // No register holds nothing: nothing is there, and nothing divided by nothing.
                let nothing = MovementValues { before: parts(0), after: parts(0), carry: Felt::ZERO };
                (swap.target_in, swap.swap.target_out) = (nothing, nothing);
                (swap.swap.slack, swap.swap.slack_carry) = (parts(0), Felt::TWO);
                HeldValues::default()
            }
        };
        Self { swap, held }
    }
}

impl PoolValues {
    /// A register that holds a pool of this leaf.
    pub fn of(pool: &Pool, place: u64, siblings: Vec<Digest>, gap: u64) -> Self {
        let bits = |token: workloads::account::Token| {
            std::array::from_fn(|index| Felt::from_bool(index == token.index()))
        };
        Self {
            is_used: Felt::ONE,
            path: PathValues { index: Felt::from_canonical_u64(place), siblings },
            gap: Felt::from_canonical_u64(gap),
            leaf: pool.elements(),
            fee_bps: Felt::from_canonical_u64(u64::from(pool.fee_bps())),
            pair: pool.pair().map(bits),
            reserves: pool.pair().map(|token| parts(pool.reserve(token).into())),
        }
    }

    /// A register that is not used.
    pub fn unused(levels: usize) -> Self {
        let first = std::array::from_fn(|index| Felt::from_bool(index == 0));
        Self {
            is_used: Felt::ZERO,
            path: PathValues { index: Felt::ZERO, siblings: vec![EMPTY_LEAF; levels] },
            gap: Felt::ZERO,
            leaf: [Felt::ZERO; RATE],
            fee_bps: Felt::ZERO,
            pair: [first; 2],
            reserves: [parts(0); 2],
        }
    }
}

impl RegisterBatchValues {
    /// The honest numbers of a batch: its pools in the registers in their order, the rest not used.
    ///
    /// # Errors
    /// A batch that registers cannot hold: see [`TouchedPools::of`]; or a trace without slots.
    pub fn honest(trace: &BatchTrace, depth: Depth, registers: Registers) -> Result<Self, ProverError> {
        let mut touched = TouchedPools::of(&trace.steps, depth, registers)?;
        let (levels, all) = (registers.levels(depth), depth.levels() - 1);
        let places: Vec<u64> = touched.changes.keys().copied().collect();
        let first = places.first().copied().unwrap_or(0);
        let block = PathValues {
            index: Felt::from_canonical_u64(first >> levels),
            siblings: touched.siblings(first, levels..all),
        };
        let block_root = touched.above(first, levels);
        let mut pools = Vec::with_capacity(registers.count);
        let mut next = first;
        for place in &places {
            let Some(change) = touched.changes.get(place).copied() else { continue };
            let siblings = touched.siblings(*place, 0..levels);
            let within = place & ((1 << levels) - 1);
            pools.push(PoolValues::of(&change.before, within, siblings, place - next));
            touched.close(*place);
            next = place + 1;
        }
        pools.resize_with(registers.count, || PoolValues::unused(levels));
        let numbers: BTreeMap<u64, u64> = places.iter().copied().zip(1..).collect();
        let slots = trace.steps.iter().map(|step| {
            let place = step.target.index.0.checked_sub(depth.room());
            let number = place.and_then(|place| numbers.get(&place)).copied().unwrap_or(0);
            RegisterSlotValues::honest(step, number)
        });
        let accounts_root = trace.steps.first().map_or(EMPTY_LEAF, |step| root_of(&step.sender, all));
        Ok(Self { accounts_root, block, block_root, pools, slots: slots.collect() })
    }
}

/// The root that the lowest levels of an opening lead to.
fn root_of(opening: &Opening, levels: usize) -> Digest {
    let domain = match &opening.leaf {
        Leaf::Account(_) => workloads::hash::Domain::Account,
        Leaf::Pool(_) => workloads::hash::Domain::Pool,
    };
    let leaf = hash_leaf(domain, &leaf_elements(&opening.leaf));
    root_above(leaf, opening.index.0, &opening.siblings[..levels.min(opening.siblings.len())])
}

/// The root that a node and its siblings lead to.
pub fn root_above(node: Digest, place: u64, siblings: &[Digest]) -> Digest {
    siblings.iter().enumerate().fold(node, |node, (level, sibling)| match (place >> level) & 1 {
        0 => hash_pair(node, *sibling),
        _ => hash_pair(*sibling, node),
    })
}

/// Pairs each private target of a block and its slots with its number.
pub(crate) fn assign_registers(
    block: &BlockTargets,
    slots: &[RegisterSlotTargets],
    values: &RegisterBatchValues,
) -> Vec<(Target, Felt)> {
    let mut pairs: Vec<(Target, Felt)> = Vec::with_capacity(256 * (values.slots.len() + values.pools.len()));
    assign_path(&mut pairs, &block.path, &values.block);
    pairs.extend(block.root.elements.into_iter().zip(values.block_root.elements));
    for (targets, values) in block.pools.iter().zip(&values.pools) {
        assign_pool(&mut pairs, targets, values);
    }
    for (targets, values) in slots.iter().zip(&values.slots) {
        assign_slot(&mut pairs, targets, values);
    }
    pairs
}

fn assign_pool(pairs: &mut Vec<(Target, Felt)>, targets: &PoolTargets, values: &PoolValues) {
    let PoolTargets { is_used, path, gap, leaf, fee_bps, pair, reserves } = targets;
    pairs.extend([(*is_used, values.is_used), (*gap, values.gap), (*fee_bps, values.fee_bps)]);
    assign_path(pairs, path, &values.path);
    pairs.extend(leaf.iter().copied().zip(values.leaf));
    for (token, bits) in pair.iter().zip(&values.pair) {
        assign_token(pairs, token, bits);
    }
    for (reserve, parts) in reserves.iter().zip(&values.reserves) {
        assign_amount(pairs, reserve, parts);
    }
}

fn assign_slot(pairs: &mut Vec<(Target, Felt)>, targets: &RegisterSlotTargets, values: &RegisterSlotValues) {
    let RegisterSlotTargets { is_swap, sender, pool, min_out, surplus, surplus_carry, formula } = targets;
    let RegisterSlotValues { swap: slot, held } = values;
    let swap = &slot.swap;
    pairs.extend([(*is_swap, swap.is_swap), (*surplus_carry, swap.surplus_carry)]);
    assign_amount(pairs, min_out, &swap.min_out);
    assign_amount(pairs, surplus, &swap.surplus);
    assign_formula(pairs, formula, swap);
    assign_sender(pairs, sender, slot);
    let RegisterTargets { held: HeldTargets { register, identity, index, limbs }, reversed, .. } = pool;
    pairs.extend([
        (*register, held.register),
        (*identity, held.identity),
        (*index, held.index),
        (*reversed, swap.reversed),
    ]);
    pairs.extend(limbs.iter().copied().zip(held.limbs));
    for (reserve, movement) in [(pool.reserve_in, &slot.target_in), (pool.reserve_out, &swap.target_out)] {
        let ReserveTargets { after, carry } = reserve;
        assign_amount(pairs, &after, &movement.after);
        pairs.push((carry, movement.carry));
    }
}

fn assign_sender(pairs: &mut Vec<(Target, Felt)>, targets: &SenderTargets, values: &SlotValues) {
    let SenderTargets {
        path,
        leaf,
        token_in,
        token_out,
        amount_in,
        amount_out,
        movement_in,
        movement_out,
        next_nonce,
    } = targets;
    assign_path(pairs, path, &values.sender);
    pairs.extend(leaf.iter().copied().zip(values.sender_leaf));
    assign_token(pairs, token_in, &values.token_in);
    assign_token(pairs, token_out, &values.swap.token_out);
    assign_amount(pairs, amount_in, &values.amount_in);
    assign_amount(pairs, amount_out, &values.swap.amount_out);
    assign_movement(pairs, movement_in, &values.sender_in);
    assign_movement(pairs, movement_out, &values.swap.sender_out);
    pairs.extend(next_nonce.iter().copied().zip(values.next_nonce));
}
