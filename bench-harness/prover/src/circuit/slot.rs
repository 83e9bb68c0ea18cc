//! One transaction, or padding: two leaves change, and the root with them.
//!
//! A transfer and a swap are the same movement: `amount in` of one token goes from the sender's leaf to the
//! target's, and, for a swap, `amount out` of another token comes back. Padding is a movement of nothing from
//! account 0 to itself that leaves the nonce as it is.

use crate::circuit::Builder;
use crate::circuit::amount::{Amount, constant, constrain_sum, join, private_bit, zero_unless};
use crate::circuit::leaf::{LeafElements, TokenChoice, capacity_of, permute};
use crate::circuit::path::PathTargets;
use crate::circuit::swap::{SwapTargets, SwapTerms, constrain_swap};
use crate::circuit::u16_gate::constrain_u16;
use crate::system::SlotKind;
use plonky2::field::types::Field;
use plonky2::hash::hash_types::HashOutTarget;
use plonky2::iop::target::Target;
use workloads::hash::{Domain, Felt, RATE};
use workloads::transaction::kind;

/// What one leaf holds of one token, before and after.
#[derive(Clone, Copy, Debug)]
pub struct Movement {
    /// Before.
    pub before: Amount,
    /// After.
    pub after: Amount,
    /// The carry between the limbs.
    pub carry: Target,
}

/// The private numbers of a slot that can hold a swap, beyond those of a transfer.
#[derive(Clone, Debug)]
pub struct SwapSide {
    /// One for a swap.
    pub is_swap: Target,
    /// The least that must come out.
    pub min_out: Amount,
    /// How much more came out.
    pub surplus: Amount,
    /// The carry of their sum.
    pub surplus_carry: Target,
    /// What comes out.
    pub amount_out: Amount,
    /// Which token comes out.
    pub token_out: TokenChoice,
    /// One where the pool's second token goes in.
    pub reversed: Target,
    /// What the sender holds of the token that comes out.
    pub sender_out: Movement,
    /// The pool's reserve of it.
    pub target_out: Movement,
    /// The division.
    pub formula: SwapTargets,
}

/// The private numbers of a slot.
#[derive(Clone, Debug)]
pub struct SlotTargets {
    /// One for a transfer.
    pub is_transfer: Target,
    /// Where the sender's leaf stands.
    pub sender: PathTargets,
    /// The sender's leaf before.
    pub sender_leaf: LeafElements,
    /// Where the target's leaf stands.
    pub target: PathTargets,
    /// The target's leaf before, the sender's being written already.
    pub target_leaf: LeafElements,
    /// Which token goes in.
    pub token_in: TokenChoice,
    /// How much.
    pub amount_in: Amount,
    /// What the sender holds of it.
    pub sender_in: Movement,
    /// What the target holds of it.
    pub target_in: Movement,
    /// The sender's nonce afterwards, in 16-bit parts.
    pub next_nonce: [Target; 2],
    /// Everything about swaps, in a slot that can hold one.
    pub swap: Option<SwapSide>,
}

/// What the rest of the batch needs of a slot.
#[derive(Clone, Debug)]
pub struct SlotEnds {
    /// The root afterwards.
    pub root: HashOutTarget,
    /// The transaction as it is committed to; zeros for padding.
    pub elements: [Target; RATE],
    /// One for a transaction, zero for padding.
    pub is_real: Target,
}

/// Constrains one slot that starts at `root`.
pub fn constrain_slot(
    builder: &mut Builder,
    kind: SlotKind,
    depth: usize,
    root: HashOutTarget,
) -> (SlotTargets, SlotEnds) {
    let KindBits { is_transfer, is_swap, is_real } = kind_bits(builder, kind);

    // The sender's leaf, as it stands under the root before.
    let sender = PathTargets::new(builder, depth);
    let sender_leaf: LeafElements = builder.add_virtual_target_arr();
    let account_tag = constant(builder, Domain::Account.tag());
    let sender_digest = hash(builder, &sender_leaf, account_tag);
    let before = sender.root(builder, sender_digest);
    builder.connect_hashes(before, root);

    // The leg in: from the sender to the target.
    let token_in = TokenChoice::new(builder);
    let amount_in = Amount::new(builder);
    amount_in.zero_unless(builder, is_real);
    let target_leaf: LeafElements = builder.add_virtual_target_arr();
    let sender_in = decrease(builder, &token_in, &sender_leaf, &amount_in);
    let target_in = increase(builder, &token_in, &target_leaf, &amount_in);
    let mut sender_after = moved(builder, &token_in, &sender_leaf, &sender_in);
    let mut target_after = moved(builder, &token_in, &target_leaf, &target_in);

    // The nonce: used as it stands, then one more, in 32 bits.
    let nonce = sender_leaf[1];
    let (next_nonce, next) = incremented(builder, nonce, is_real);
    sender_after[1] = next;

    // The leg out: back from a pool to the sender.
    let swap = (kind != SlotKind::Transfer).then(|| {
        let side = constrain_swap_side(
            builder,
            is_swap,
            &token_in,
            &amount_in,
            &target_in,
            &sender_leaf,
            &target_leaf,
        );
        sender_after = moved(builder, &side.token_out, &sender_after, &side.sender_out);
        target_after = moved(builder, &side.token_out, &target_after, &side.target_out);
        side
    });

    // The sender's leaf is written first; the target's is opened in the tree that holds it.
    let digest = hash(builder, &sender_after, account_tag);
    let between = sender.root(builder, digest);
    let target = PathTargets::new(builder, depth);
    let pool_step = Felt::from_canonical_u64(Domain::Pool.tag() - Domain::Account.tag());
    let target_tag = builder.mul_const_add(pool_step, is_swap, account_tag);
    let root = replaced(builder, &target, target_tag, between, [&target_leaf, &target_after]);

    let header = header(builder, is_transfer, is_swap, is_real, &token_in);
    let min_out = swap.as_ref().map_or([builder.zero(); 2], |side| side.min_out.limbs);
    zero_unless(builder, sender.index, is_real);
    zero_unless(builder, target.index, is_real);
    let nonce = builder.mul(nonce, is_real);
    let [amount, min] = [amount_in.limbs, min_out];
    let elements = [header, sender.index, target.index, nonce, amount[0], amount[1], min[0], min[1]];
    let targets = SlotTargets {
        is_transfer,
        sender,
        sender_leaf,
        target,
        target_leaf,
        token_in,
        amount_in,
        sender_in,
        target_in,
        next_nonce,
        swap,
    };
    (targets, SlotEnds { root, elements, is_real })
}

/// What kind of transaction a slot holds, each zero or one.
struct KindBits {
    is_transfer: Target,
    is_swap: Target,
    is_real: Target,
}

/// At most one of transfer and swap; padding is neither.
fn kind_bits(builder: &mut Builder, kind: SlotKind) -> KindBits {
    let is_transfer = private_bit(builder);
    let is_swap = match kind {
        SlotKind::Transfer => builder.zero(),
        SlotKind::Swap | SlotKind::Any => private_bit(builder),
    };
    let is_real = match kind {
        SlotKind::Transfer => is_transfer,
        SlotKind::Swap => {
            builder.assert_zero(is_transfer);
            is_swap
        }
        SlotKind::Any => {
            let is_real = builder.add(is_transfer, is_swap);
            builder.assert_bool(crate::circuit::amount::as_bool(is_real));
            is_real
        }
    };
    KindBits { is_transfer, is_swap, is_real }
}

/// The nonce plus one for a transaction: its two 16-bit limbs, low first, and the number.
pub(crate) fn incremented(builder: &mut Builder, nonce: Target, is_real: Target) -> ([Target; 2], Target) {
    let limbs = builder.add_virtual_target_arr();
    for limb in limbs {
        constrain_u16(builder, limb);
    }
    let next = join(builder, limbs[0], limbs[1]);
    let counted = builder.add(nonce, is_real);
    builder.connect(next, counted);
    (limbs, next)
}

/// Opens the leaf `before` at `path` under `root`, and returns the root with `after` in its place.
fn replaced(
    builder: &mut Builder,
    path: &PathTargets,
    tag: Target,
    root: HashOutTarget,
    [before, after]: [&LeafElements; 2],
) -> HashOutTarget {
    let digest = hash(builder, before, tag);
    let opened = path.root(builder, digest);
    builder.connect_hashes(opened, root);
    let digest = hash(builder, after, tag);
    path.root(builder, digest)
}

pub(crate) fn hash(builder: &mut Builder, leaf: &LeafElements, tag: Target) -> HashOutTarget {
    let capacity = capacity_of(builder, tag);
    permute(builder, leaf, &capacity).0
}

/// Kind + 4 · token in, and zero for padding.
fn header(
    builder: &mut Builder,
    is_transfer: Target,
    is_swap: Target,
    is_real: Target,
    token_in: &TokenChoice,
) -> Target {
    let transfer = builder.mul_const(Felt::from_canonical_u64(kind::TRANSFER), is_transfer);
    let what = builder.mul_const_add(Felt::from_canonical_u64(kind::SWAP), is_swap, transfer);
    let token = builder.mul(token_in.index, is_real);
    builder.mul_const_add(Felt::from_canonical_u64(4), token, what)
}

/// The leaf's amount of the token goes down: no overdraft.
pub(crate) fn decrease(
    builder: &mut Builder,
    token: &TokenChoice,
    leaf: &LeafElements,
    by: &Amount,
) -> Movement {
    let movement = movement(builder, token, leaf);
    constrain_sum(builder, [movement.after.limbs, by.limbs, movement.before.limbs], movement.carry);
    movement
}

/// The leaf's amount of the token goes up: no overflow.
pub(crate) fn increase(
    builder: &mut Builder,
    token: &TokenChoice,
    leaf: &LeafElements,
    by: &Amount,
) -> Movement {
    let movement = movement(builder, token, leaf);
    constrain_sum(builder, [movement.before.limbs, by.limbs, movement.after.limbs], movement.carry);
    movement
}

/// The leaf after a movement of the token.
pub(crate) fn moved(
    builder: &mut Builder,
    token: &TokenChoice,
    leaf: &LeafElements,
    Movement { before, after, .. }: &Movement,
) -> LeafElements {
    token.write(builder, leaf, before.limbs, after.limbs)
}

fn movement(builder: &mut Builder, token: &TokenChoice, leaf: &LeafElements) -> Movement {
    let before = Amount::new(builder);
    let after = Amount::new(builder);
    token.constrain_read(builder, leaf, &before);
    Movement { before, after, carry: private_bit(builder) }
}

fn constrain_swap_side(
    builder: &mut Builder,
    is_swap: Target,
    token_in: &TokenChoice,
    amount_in: &Amount,
    target_in: &Movement,
    sender_leaf: &LeafElements,
    target_leaf: &LeafElements,
) -> SwapSide {
    let token_out = TokenChoice::new(builder);
    let amount_out = Amount::new(builder);
    let sender_out = increase(builder, &token_out, sender_leaf, &amount_out);
    let target_out = decrease(builder, &token_out, target_leaf, &amount_out);
    let formula = constrain_swap(
        builder,
        SwapTerms {
            is_swap,
            amount_in,
            reserve_in: target_in.before.limbs,
            amount_out: &amount_out,
            reserve_left: &target_out.after,
        },
    );

    let reversed = private_bit(builder);
    let terms = PairTerms { is_swap, token_in, token_out: &token_out, fee_bps: formula.fee_bps, reversed };
    constrain_pair(builder, &terms, target_leaf[0]);
    let (min_out, surplus, surplus_carry) = constrain_minimum(builder, is_swap, &amount_out);
    SwapSide {
        is_swap,
        min_out,
        surplus,
        surplus_carry,
        amount_out,
        token_out,
        reversed,
        sender_out,
        target_out,
        formula,
    }
}

/// What a swap says of its pool.
pub(crate) struct PairTerms<'a> {
    /// One for a swap.
    pub(crate) is_swap: Target,
    /// Which token goes in.
    pub(crate) token_in: &'a TokenChoice,
    /// Which token comes out.
    pub(crate) token_out: &'a TokenChoice,
    /// The fee in basis points.
    pub(crate) fee_bps: Target,
    /// One where the pool's second token goes in.
    pub(crate) reversed: Target,
}

/// For a swap: the two tokens differ, and they are the pool's, whose identity is fee + 2^16 · first + 2^18 · second.
pub(crate) fn constrain_pair(builder: &mut Builder, terms: &PairTerms<'_>, pool_identity: Target) {
    let PairTerms { is_swap, token_in, token_out, fee_bps, reversed } = *terms;
    let mut same = builder.zero();
    for (bit_in, bit_out) in token_in.bits.iter().zip(&token_out.bits) {
        same = builder.mul_add(*bit_in, *bit_out, same);
    }
    let same_in_swap = builder.mul(same, is_swap);
    builder.assert_zero(same_in_swap);
    let difference = builder.sub(token_out.index, token_in.index);
    let first = builder.mul_add(reversed, difference, token_in.index);
    let both = builder.add(token_in.index, token_out.index);
    let second = builder.sub(both, first);
    let identity = identity(builder, fee_bps, [first, second]);
    let wrong = builder.sub(pool_identity, identity);
    let wrong_in_swap = builder.mul(wrong, is_swap);
    builder.assert_zero(wrong_in_swap);
}

/// A pool's identity: fee + 2^16 · first + 2^18 · second.
pub(crate) fn identity(builder: &mut Builder, fee_bps: Target, [first, second]: [Target; 2]) -> Target {
    let with_first = builder.mul_const_add(Felt::from_canonical_u64(1 << 16), first, fee_bps);
    builder.mul_const_add(Felt::from_canonical_u64(1 << 18), second, with_first)
}

/// What comes out is at least what the user asked for; without a swap nothing is asked for. Gives the minimum, how much
/// more came out, and the carry of their sum.
pub(crate) fn constrain_minimum(
    builder: &mut Builder,
    is_swap: Target,
    amount_out: &Amount,
) -> (Amount, Amount, Target) {
    let min_out = Amount::new(builder);
    min_out.zero_unless(builder, is_swap);
    let surplus = Amount::new(builder);
    let surplus_carry = private_bit(builder);
    constrain_sum(builder, [min_out.limbs, surplus.limbs, amount_out.limbs], surplus_carry);
    (min_out, surplus, surplus_carry)
}
