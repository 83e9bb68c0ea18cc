//! What leaves one ledger arrives in the other, exactly once.
//!
//! A rollup that settles on another has an account in it, its *bridge*, and keeps one of its own, its *portal*. A deposit
//! is a transfer from a user to the bridge in the parent and one from the portal to the same user in the child; a
//! withdrawal is one from a user to the portal in the child and one from the bridge to the same user in the parent. What
//! the bridge holds beyond the beginning is what the portal has paid out: the sum of both is constant.
//!
//! # Why equal messages mean exactly once
//! Slots of each side are private and hashed into the commitment of a chain, so they are the proved transactions, all of
//! them, in order. A slot is a *crossing* where its sender or its target is the account of its side: the test is exact in
//! both directions, since the account is not zero (padding is) and the bit follows from the difference. A crossing must be
//! a transfer, and not from the account to itself; a swap by the account, or a pool in its place, has no proof. Each
//! crossing makes one message: token, direction, user, amount. Messages of a side are hashed one after the other, each
//! hash over the one before, and both sides must end with the same hash. So both sides have the same messages, in the same
//! order and as often.

use crate::circuit::Builder;
use crate::circuit::amount::{as_bool, constant};
use crate::circuit::leaf::{capacity_of, choose, hash_two, permute};
use plonky2::field::types::Field;
use plonky2::hash::hash_types::HashOutTarget;
use plonky2::iop::target::Target;
use workloads::account::TOKENS;
use workloads::hash::{Domain, Felt, RATE};
use workloads::transaction::kind;

/// What a deposit adds to the header of a message: more than any header of a transfer.
const DEPOSIT: u64 = 16;

/// The transactions of one rollup: batches in a chain, each padded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChainShape {
    /// Batches of each rollup, at least 1.
    pub batches: usize,
    /// Slots of a batch, at least 1.
    pub capacity: usize,
}

impl ChainShape {
    /// Slots of a chain.
    pub fn slots(self) -> usize {
        self.batches * self.capacity
    }
}

/// The private numbers of a slot.
#[derive(Clone, Copy, Debug)]
pub struct CrossingSlotTargets {
    /// The transaction as it is committed to.
    pub elements: [Target; RATE],
    /// One over how far sender and target are from the account; anything where they are not.
    pub inverses: [Target; 2],
}

/// The private numbers of one side.
#[derive(Clone, Debug)]
pub struct SideTargets {
    /// The leaf's number of the bridge, or of the portal.
    pub account: Target,
    /// One over it.
    pub account_inverse: Target,
    /// The slots of all batches in order.
    pub slots: Vec<CrossingSlotTargets>,
}

/// The private numbers of both sides.
#[derive(Clone, Debug)]
pub struct CrossingTargets {
    /// The rollup that is settled on, with its bridge.
    pub parent: SideTargets,
    /// The rollup that settles on it, with its portal.
    pub child: SideTargets,
}

/// The chain commitments of both sides.
#[derive(Clone, Copy, Debug)]
pub struct CrossingEnds {
    /// Of the parent.
    pub parent: HashOutTarget,
    /// Of the child.
    pub child: HashOutTarget,
}

/// In which ledger a side is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Parent,
    Child,
}

/// Constrains two chains to exchange with each other, and with nobody else through the same accounts.
pub fn constrain_crossings(builder: &mut Builder, shape: ChainShape) -> (CrossingTargets, CrossingEnds) {
    let (parent, parent_commitment, sent) = constrain_side(builder, Side::Parent, shape);
    let (child, child_commitment, received) = constrain_side(builder, Side::Child, shape);
    builder.connect_hashes(sent, received);
    let ends = CrossingEnds { parent: parent_commitment, child: child_commitment };
    (CrossingTargets { parent, child }, ends)
}

/// One side: its targets, the commitment of its chain, and the hash of its messages.
fn constrain_side(
    builder: &mut Builder,
    side: Side,
    ChainShape { batches, capacity }: ChainShape,
) -> (SideTargets, HashOutTarget, HashOutTarget) {
    let [account, account_inverse] = builder.add_virtual_target_arr();
    // Padding has sender and target zero.
    let product = builder.mul(account, account_inverse);
    builder.assert_one(product);
    let zero = builder.zero();
    let mut messages = HashOutTarget { elements: [zero; 4] };
    let mut slots = Vec::with_capacity(batches * capacity);
    let mut commitments = Vec::with_capacity(batches);
    for _ in 0..batches {
        let tag = constant(builder, Domain::Batch.tag());
        let mut state = capacity_of(builder, tag);
        let mut commitment = messages;
        for _ in 0..capacity {
            let slot = CrossingSlotTargets {
                elements: builder.add_virtual_target_arr(),
                inverses: builder.add_virtual_target_arr(),
            };
            (commitment, state) = permute(builder, &slot.elements, &state);
            messages = constrain_slot_crossing(builder, side, account, &slot, &messages);
            slots.push(slot);
        }
        commitments.push(commitment);
    }
    let commitment = chained(builder, commitments);
    (SideTargets { account, account_inverse, slots }, commitment, messages)
}

/// The hash of all messages after one slot.
fn constrain_slot_crossing(
    builder: &mut Builder,
    side: Side,
    account: Target,
    slot: &CrossingSlotTargets,
    messages: &HashOutTarget,
) -> HashOutTarget {
    let [header, sender, target, _, amount_low, amount_high, _, _] = slot.elements;
    let sends = is_equal(builder, [sender, account], slot.inverses[0]);
    let receives = is_equal(builder, [target, account], slot.inverses[1]);
    let crosses = builder.add(sends, receives);
    builder.assert_bool(as_bool(crosses));

    // The header of a transfer, of any token.
    let mut wrong = crosses;
    for token in 0..TOKENS as u64 {
        let allowed = constant(builder, kind::TRANSFER + 4 * token);
        let gap = builder.sub(header, allowed);
        wrong = builder.mul(wrong, gap);
    }
    builder.assert_zero(wrong);

    // The user is the other one.
    let user = builder.mul(sends, target);
    let user = builder.mul_add(receives, sender, user);
    let is_deposit = match side {
        Side::Parent => receives,
        Side::Child => sends,
    };
    let what = builder.mul_const_add(Felt::from_canonical_u64(DEPOSIT), is_deposit, header);
    let [first, second, third, fourth] = messages.elements;
    let message = [first, second, third, fourth, what, user, amount_low, amount_high];
    let tag = constant(builder, Domain::Crossing.tag());
    let capacity = capacity_of(builder, tag);
    let (with, _) = permute(builder, &message, &capacity);
    choose(builder, crosses, [&with, messages])
}

/// One where two are equal, zero where they are not.
fn is_equal(builder: &mut Builder, [left, right]: [Target; 2], inverse: Target) -> Target {
    let gap = builder.sub(left, right);
    let is_apart = builder.mul(gap, inverse);
    let one = builder.one();
    let is_equal = builder.sub(one, is_apart);
    let broken = builder.mul(gap, is_equal);
    builder.assert_zero(broken);
    is_equal
}

/// The commitment of a chain from those of its batches, as an aggregation joins them: the last of an odd number rises.
fn chained(builder: &mut Builder, commitments: Vec<HashOutTarget>) -> HashOutTarget {
    let tag = constant(builder, Domain::Pair.tag());
    let mut level = commitments;
    while level.len() > 1 {
        level = level
            .chunks(2)
            .map(|pair| match pair {
                [left, right] => hash_two(builder, [left, right], tag),
                _ => pair[0],
            })
            .collect();
    }
    level[0]
}
