//! The constant-product formula, exact in the integers: the argument of [`crate::circuit::swap`] as constraints of
//! degree 3.
//!
//! Without a swap the fee and what is kept of it are both zero, so that nothing is divided and the remainder is
//! zero. The constant assertions on the size of columns and carries are [`crate::circuit::swap`]'s; all numbers here
//! have the ranges that they have there.

use crate::circuit::swap::{CARRY_OFFSET, COLUMNS, REMAINDER_PARTS};
use crate::plonky3::field::Val;
use crate::plonky3::integer::{TWO_16, TWO_32, limbs, number, pair};
use crate::plonky3::slot_columns::{Division, Slot, Word};
use p3_air::AirBuilder;
use p3_field::{Dup, PrimeCharacteristicRing};
use workloads::pool::BPS;

/// Constrains what comes out of a swap to be what the formula gives, and the pool to be one of these two tokens.
pub fn constrain_division<AB: AirBuilder<F = Val>>(builder: &mut AB, row: &Slot<AB::Var>) {
    let Division { fee, kept, .. } = &row.division;
    let bps = Val::from_u64(BPS);
    let kept = number::<AB>(*kept);
    // Neither is negative, so the fee is at most 100 %, and both are zero where their sum is.
    builder.assert_eq(number::<AB>(*fee) + kept.dup(), row.is_swap * bps);
    let after_fee = limbs::<AB>(&row.amount_in).map(|limb| limb * kept.dup());
    let scaled_reserve = limbs::<AB>(&row.target_in.before).map(|limb| limb * bps);
    constrain_product(builder, row, &after_fee, &scaled_reserve);
    constrain_below(builder, row, &after_fee, &scaled_reserve);
    constrain_pool(builder, row);
}

/// `reserve left · after fee = amount out · scaled reserve + remainder`, column by column.
fn constrain_product<AB: AirBuilder<F = Val>>(
    builder: &mut AB,
    row: &Slot<AB::Var>,
    after_fee: &[AB::Expr; 2],
    scaled_reserve: &[AB::Expr; 2],
) {
    let Division { remainder, carries, .. } = &row.division;
    let mut columns: [AB::Expr; COLUMNS] = std::array::from_fn(|place| match remainder.get(place) {
        Some(part) => -number::<AB>(*part),
        None => AB::Expr::ZERO,
    });
    for part in 0..4 {
        for limb in 0..2 {
            columns[part + 2 * limb] += number::<AB>(row.target_out.after[part]) * after_fee[limb].dup()
                - number::<AB>(row.amount_out[part]) * scaled_reserve[limb].dup();
        }
    }
    let offset = Val::from_u64(CARRY_OFFSET);
    let mut carry_in = AB::Expr::ZERO;
    let [first @ .., last] = columns;
    for (column, [low, middle, high]) in first.into_iter().zip(carries) {
        let lifted = pair::<AB>([*low, *middle]) + number::<AB>(*high) * TWO_32;
        let carry_out = lifted - offset;
        builder.assert_eq(column + carry_in, carry_out.dup() * TWO_16);
        carry_in = carry_out;
    }
    // Nothing is carried out of the last column.
    builder.assert_zero(last + carry_in);
}

/// `remainder + slack + is_swap = denominator` in the integers: for a swap the remainder is below the denominator.
fn constrain_below<AB: AirBuilder<F = Val>>(
    builder: &mut AB,
    row: &Slot<AB::Var>,
    after_fee: &[AB::Expr; 2],
    scaled_reserve: &[AB::Expr; 2],
) {
    let Division { remainder, slack, slack_carry, .. } = &row.division;
    let halves = |parts: &[Word<AB::Var>; REMAINDER_PARTS]| {
        let [a, b, c, d, e] = *parts;
        [pair::<AB>([a, b]), pair::<AB>([c, d]) + number::<AB>(e) * TWO_32]
    };
    let denominator = [0, 1].map(|limb| scaled_reserve[limb].dup() + after_fee[limb].dup());
    let carry = number::<AB>(*slack_carry) - Val::TWO;
    let ([remainder_low, remainder_high], [slack_low, slack_high]) = (halves(remainder), halves(slack));
    let low = remainder_low + slack_low + row.is_swap + carry.dup() * TWO_32;
    builder.assert_eq(low, denominator[0].dup());
    builder.assert_eq(remainder_high + slack_high, denominator[1].dup() + carry);
}

/// The pool's identity is fee + 2^16 · first token + 2^18 · second.
fn constrain_pool<AB: AirBuilder<F = Val>>(builder: &mut AB, row: &Slot<AB::Var>) {
    builder.assert_bool(row.reversed);
    let token = |bits: &[AB::Var]| bits[1] + bits[2].into().double();
    let (token_in, token_out) = (token(&row.token_in), token(&row.token_out));
    let first = (token_out.dup() - token_in.dup()) * row.reversed + token_in.dup();
    let second = token_in + token_out - first.dup();
    let identity = number::<AB>(row.division.fee) + first * TWO_16 + second * Val::from_u64(1 << 18);
    builder.when(row.is_swap).assert_eq(row.target.leaf[0], identity);
}
