//! The constant-product formula, exact in the integers.
//!
//! With `g = 10000 − fee`, the native formula says `out = ⌊R_out · in · g / (R_in · 10000 + in · g)⌋`, which holds
//! exactly when there is a remainder `r` with
//!
//! ```text
//! R_out · in · g = out · (R_in · 10000 + in · g) + r,      0 ≤ r < R_in · 10000 + in · g.
//! ```
//!
//! Writing `Q = R_out − out` for the reserve that stays, the first line is `Q · in · g = out · R_in · 10000 + r`:
//! two products of at most 142 bits. Both are compared as integers, column by column at steps of 2^16:
//! `Q` and `out` in 16-bit parts, `in · g` and `R_in · 10000` in two limbs each of which is a 32-bit limb times at
//! most 10000. A column sums at most two products a side, so it lies within ±[`COLUMN_MAX`]; with a carry of 48
//! bits the difference of the two sides of each column equation stays below the field's order, so that what holds
//! modulo the order holds in the integers. The constant assertions below are that argument.

use crate::circuit::Builder;
use crate::circuit::amount::{Amount, TWO_16, TWO_32, constant, join};
use crate::circuit::u16_gate::constrain_u16;
use plonky2::field::goldilocks_field::GoldilocksField;
use plonky2::field::types::{Field, Field64};
use plonky2::iop::target::Target;
use workloads::hash::Felt;
use workloads::pool::BPS;

/// Columns of the product, each 16 bits apart.
pub const COLUMNS: usize = 6;
/// Parts of the remainder: 80 bits.
pub const REMAINDER_PARTS: usize = 5;
/// What is added to a carry so that it is not negative: carries lie in −2^47 to 2^47 − 1.
pub const CARRY_OFFSET: u64 = 1 << 47;

const LIMB_MAX: u128 = (1 << 32) - 1;
const PART_MAX: u128 = (1 << 16) - 1;
/// Two products of a 16-bit part and a 32-bit limb times 10000, and one part of the remainder.
pub const COLUMN_MAX: u128 = 2 * PART_MAX * LIMB_MAX * BPS as u128 + PART_MAX;
const CARRY_MAX: u128 = CARRY_OFFSET as u128;
// |column + carry in − 2^16 · carry out| < p: equality modulo p is equality.
const _: () = assert!(COLUMN_MAX + CARRY_MAX + (CARRY_MAX << 16) < GoldilocksField::ORDER as u128);
// An honest carry fits: it is at most (column + carry) / 2^16.
const _: () = assert!((COLUMN_MAX + CARRY_MAX) >> 16 < CARRY_MAX);

/// The private numbers of the division.
#[derive(Clone, Debug)]
pub struct SwapTargets {
    /// The fee in basis points.
    pub fee_bps: Target,
    /// The remainder, in 16-bit parts.
    pub remainder: [Target; REMAINDER_PARTS],
    /// Denominator − 1 − remainder, in 16-bit parts.
    pub slack: [Target; REMAINDER_PARTS],
    /// The carry between the halves of the comparison of remainder and denominator, plus two.
    pub slack_carry: Target,
    /// The carry out of each column but the last, plus [`CARRY_OFFSET`], in 16-bit parts.
    pub carries: [[Target; 3]; COLUMNS - 1],
}

/// What the formula is about. All amounts are range-checked by their owners.
#[derive(Clone, Copy, Debug)]
pub struct SwapTerms<'a> {
    /// One for a swap, zero for anything else, for which the formula must be void.
    pub is_swap: Target,
    /// What goes in.
    pub amount_in: &'a Amount,
    /// The limbs of the pool's reserve of that token, before.
    pub reserve_in: [Target; 2],
    /// What comes out.
    pub amount_out: &'a Amount,
    /// The pool's reserve of the other token, after.
    pub reserve_left: &'a Amount,
}

/// Constrains `amount_out` to be what the formula gives. Where `is_swap` is zero it constrains nothing but
/// `amount_out = 0`.
pub fn constrain_swap(builder: &mut Builder, terms: SwapTerms<'_>) -> SwapTargets {
    let SwapTerms { is_swap, amount_in, reserve_in, amount_out, reserve_left } = terms;
    amount_out.zero_unless(builder, is_swap);

    // The fee is at most 100 %: both it and what is kept are non-negative.
    let fee_bps = private_part(builder);
    let all = constant(builder, BPS);
    let kept = builder.sub(all, fee_bps);
    constrain_u16(builder, kept);
    let kept = builder.mul(kept, is_swap);

    let bps = Felt::from_canonical_u64(BPS);
    let after_fee = amount_in.limbs.map(|limb| builder.mul(limb, kept));
    let scaled_reserve = reserve_in.map(|limb| builder.mul_const(bps, limb));

    let remainder = [(); REMAINDER_PARTS].map(|()| private_part(builder));
    let carries = constrain_product(builder, reserve_left, after_fee, amount_out, scaled_reserve, &remainder);
    let denominator = [0, 1].map(|limb| builder.add(scaled_reserve[limb], after_fee[limb]));
    let (slack, slack_carry) = constrain_below(builder, &remainder, denominator, is_swap);
    SwapTargets { fee_bps, remainder, slack, slack_carry, carries }
}

/// `reserve_left · after_fee = amount_out · scaled_reserve + remainder`, in the integers.
fn constrain_product(
    builder: &mut Builder,
    reserve_left: &Amount,
    after_fee: [Target; 2],
    amount_out: &Amount,
    scaled_reserve: [Target; 2],
    remainder: &[Target; REMAINDER_PARTS],
) -> [[Target; 3]; COLUMNS - 1] {
    let zero = builder.zero();
    let mut columns = [zero; COLUMNS];
    for (place, part) in remainder.iter().enumerate() {
        columns[place] = builder.sub(zero, *part);
    }
    for part in 0..4 {
        for limb in 0..2 {
            let column = &mut columns[part + 2 * limb];
            *column = builder.mul_add(reserve_left.parts[part], after_fee[limb], *column);
            // column − out · reserve
            *column = builder.arithmetic(
                Felt::NEG_ONE,
                Felt::ONE,
                amount_out.parts[part],
                scaled_reserve[limb],
                *column,
            );
        }
    }
    let carries = [(); COLUMNS - 1].map(|()| [(); 3].map(|()| private_part(builder)));
    let mut carry_in = zero;
    for (column, carry) in columns.iter().zip(&carries) {
        let low = join(builder, carry[0], carry[1]);
        let lifted = builder.mul_const_add(TWO_32, carry[2], low);
        let carry_out = builder.add_const(lifted, -Felt::from_canonical_u64(CARRY_OFFSET));
        let left = builder.add(*column, carry_in);
        let right = builder.mul_const(TWO_16, carry_out);
        builder.connect(left, right);
        carry_in = carry_out;
    }
    // Nothing is carried out of the last column.
    let rest = builder.add(columns[COLUMNS - 1], carry_in);
    builder.assert_zero(rest);
    carries
}

/// `remainder + slack + is_swap = denominator` in the integers, so that for a swap the remainder is below the
/// denominator. The denominator's limbs are below 2^47; the low half has 32 bits, the high half 48.
fn constrain_below(
    builder: &mut Builder,
    remainder: &[Target; REMAINDER_PARTS],
    denominator: [Target; 2],
    is_swap: Target,
) -> ([Target; REMAINDER_PARTS], Target) {
    let slack = [(); REMAINDER_PARTS].map(|()| private_part(builder));
    // The low half lacks up to 2^33 and has up to 2^47 too much: the carry lies in −2 to 2^15.
    let slack_carry = private_part(builder);
    let carry = builder.add_const(slack_carry, -Felt::TWO);
    let halves = |builder: &mut Builder, parts: &[Target; REMAINDER_PARTS]| {
        let low = join(builder, parts[0], parts[1]);
        let middle = join(builder, parts[2], parts[3]);
        [low, builder.mul_const_add(TWO_32, parts[4], middle)]
    };
    let [remainder_low, remainder_high] = halves(builder, remainder);
    let [slack_low, slack_high] = halves(builder, &slack);
    let low = builder.add_many([remainder_low, slack_low, is_swap]);
    let low = builder.mul_const_add(TWO_32, carry, low);
    builder.connect(low, denominator[0]);
    let high = builder.add(remainder_high, slack_high);
    let high_denominator = builder.add(denominator[1], carry);
    builder.connect(high, high_denominator);
    (slack, slack_carry)
}

/// A private number below 2^16.
fn private_part(builder: &mut Builder) -> Target {
    let part = builder.add_virtual_target();
    constrain_u16(builder, part);
    part
}
