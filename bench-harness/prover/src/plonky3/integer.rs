//! Integers made of words: a field element cannot hold 64 bits, so an amount is two limbs of 32.

use crate::plonky3::field::Val;
use crate::plonky3::slot_columns::{AmountColumns, Word};
use p3_air::AirBuilder;
use p3_field::Dup;

/// 2^8.
pub const TWO_8: Val = Val::new(1 << 8);
/// 2^16.
pub const TWO_16: Val = Val::new(1 << 16);
/// 2^32.
pub const TWO_32: Val = Val::new(1 << 32);

/// The number of a word, below 2^16.
pub fn number<AB: AirBuilder<F = Val>>(word: Word<AB::Var>) -> AB::Expr {
    word.high * TWO_8 + word.low
}

/// The number of two words, below 2^32.
pub fn pair<AB: AirBuilder<F = Val>>([low, high]: [Word<AB::Var>; 2]) -> AB::Expr {
    number::<AB>(high) * TWO_16 + number::<AB>(low)
}

/// The two limbs of an amount, low limb first, each below 2^32.
pub fn limbs<AB: AirBuilder<F = Val>>([a, b, c, d]: &AmountColumns<AB::Var>) -> [AB::Expr; 2] {
    [pair::<AB>([*a, *b]), pair::<AB>([*c, *d])]
}

/// Constrains `left + right = sum` in the integers, below 2^64. `carry` is a bit: the carry out of the low limb.
/// There is none out of the high limb, so a sum of 2^64 or more has no row. Both sides stay below 2^34: no wrap.
pub fn constrain_sum<AB: AirBuilder<F = Val>>(
    builder: &mut AB,
    [left, right, sum]: [&AmountColumns<AB::Var>; 3],
    carry: AB::Var,
) {
    let [left, right, sum] = [left, right, sum].map(limbs::<AB>);
    builder.assert_eq(left[0].dup() + right[0].dup(), sum[0].dup() + carry * TWO_32);
    builder.assert_eq(left[1].dup() + right[1].dup() + carry, sum[1].dup());
}
