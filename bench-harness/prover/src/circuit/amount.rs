//! 64-bit amounts. One does not fit a field element, so it travels as two limbs of 32 bits, each made of two parts
//! of 16 that are range-checked.

use crate::circuit::Builder;
use crate::circuit::u16_gate::constrain_u16;
use plonky2::field::types::Field;
use plonky2::iop::target::{BoolTarget, Target};
use workloads::hash::Felt;

/// 2^16.
pub const TWO_16: Felt = plonky2::field::goldilocks_field::GoldilocksField(1 << 16);
/// 2^32.
pub const TWO_32: Felt = plonky2::field::goldilocks_field::GoldilocksField(1 << 32);

/// An amount below 2^64: the parts are private inputs and range-checked, the limbs follow from them.
#[derive(Clone, Copy, Debug)]
pub struct Amount {
    /// Four parts below 2^16, lowest first.
    pub parts: [Target; 4],
    /// The limbs below 2^32, lowest first.
    pub limbs: [Target; 2],
}

impl Amount {
    /// A new private amount.
    pub fn new(builder: &mut Builder) -> Self {
        let parts = builder.add_virtual_target_arr();
        for part in parts {
            constrain_u16(builder, part);
        }
        let limbs = [join(builder, parts[0], parts[1]), join(builder, parts[2], parts[3])];
        Self { parts, limbs }
    }

    /// Forces the amount to zero unless `condition` holds.
    pub fn zero_unless(&self, builder: &mut Builder, condition: Target) {
        for limb in self.limbs {
            zero_unless(builder, limb, condition);
        }
    }
}

/// `low + 2^16 · high`.
pub fn join(builder: &mut Builder, low: Target, high: Target) -> Target {
    builder.mul_const_add(TWO_16, high, low)
}

/// Forces `target` to zero unless `condition` is one.
pub fn zero_unless(builder: &mut Builder, target: Target, condition: Target) {
    // condition · target − target = 0
    let rest = builder.mul_sub(condition, target, target);
    builder.assert_zero(rest);
}

/// A private bit.
pub fn private_bit(builder: &mut Builder) -> Target {
    let bit = builder.add_virtual_bool_target_safe();
    bit.target
}

/// Constrains `sum = left + right` in the integers, below 2^64. `carry` is a private bit: the carry out of the low
/// limb. There is no carry out of the high limb, so a sum of 2^64 or more has no witness.
///
/// All limbs are below 2^32, by checks of their owners.
pub fn constrain_sum(builder: &mut Builder, [left, right, sum]: [[Target; 2]; 3], carry: Target) {
    // Low limbs: left + right = sum + 2^32 · carry. Both sides stay below 2^34, so nothing wraps.
    let low = builder.add(left[0], right[0]);
    let low_sum = builder.mul_const_add(TWO_32, carry, sum[0]);
    builder.connect(low, low_sum);
    // High limbs: left + right + carry = sum.
    let high = builder.add_many([left[1], right[1], carry]);
    builder.connect(high, sum[1]);
}

/// A bit as plonky2's typed target, where the caller has already constrained it.
pub fn as_bool(bit: Target) -> BoolTarget {
    BoolTarget::new_unsafe(bit)
}

/// A constant.
pub fn constant(builder: &mut Builder, value: u64) -> Target {
    builder.constant(Felt::from_canonical_u64(value))
}
