//! The constant-product formula, exact in the integers.
//!
//! Owns the arithmetic alone; who may swap, and against which pool, is [`crate::ledger`]'s.

use crate::pool::BPS;
use ruint::aliases::U256;

/// What a swap yields: `⌊reserve_out · in · (10000 − fee) / (reserve_in · 10000 + in · (10000 − fee))⌋`.
///
/// Amounts are in the token's smallest unit, the fee in basis points. The numerator has up to 142 bits, so it is
/// computed in 256. `None` where the denominator is zero: nothing in reserve, and nothing (after the fee) put in.
/// The result never exceeds `reserve_out`.
///
/// ```
/// use workloads::swap::amount_out;
/// // 1 000 in against 10 000 : 20 000 at 30 bps: 20000·1000·9970 / (10000·10000 + 1000·9970) = 1813.22…
/// assert_eq!(amount_out(10_000, 20_000, 1_000, 30), Some(1_813));
/// assert_eq!(amount_out(0, 5, 0, 30), None);
/// ```
pub fn amount_out(reserve_in: u64, reserve_out: u64, amount_in: u64, fee_bps: u16) -> Option<u64> {
    quotient(reserve_in, reserve_out, amount_in, fee_bps).map(|(out, _)| out)
}

/// The quotient of the formula and its remainder, which is below the denominator and so below 2^79.
pub fn quotient(reserve_in: u64, reserve_out: u64, amount_in: u64, fee_bps: u16) -> Option<(u64, u128)> {
    let kept_bps = u128::from(BPS.checked_sub(u64::from(fee_bps))?);
    let amount_after_fee = u128::from(amount_in) * kept_bps;
    let denominator = u128::from(reserve_in) * u128::from(BPS) + amount_after_fee;
    if denominator == 0 {
        return None;
    }
    // Most swaps fit 128 bits, where the division is many times faster.
    if let Some(numerator) = amount_after_fee.checked_mul(u128::from(reserve_out)) {
        return Some(((numerator / denominator) as u64, numerator % denominator));
    }
    let numerator = U256::from(amount_after_fee) * U256::from(reserve_out);
    let (quotient, remainder) = numerator.div_rem(U256::from(denominator));
    // in·g ≤ denominator, so the quotient is at most reserve_out, and the remainder is below the denominator.
    Some((quotient.to::<u64>(), remainder.to::<u128>()))
}

#[cfg(test)]
mod tests {
    use super::{amount_out, quotient};
    use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};
    use ruint::aliases::U256;

    #[test]
    fn extremes() {
        // The numerator has 142 bits here; the answer is worked out by hand: max·max·10^4/(max·10^4 + max·10^4).
        assert_eq!(amount_out(u64::MAX, u64::MAX, u64::MAX, 0), Some(u64::MAX / 2));
        assert_eq!(amount_out(0, u64::MAX, 1, 0), Some(u64::MAX));
        assert_eq!(amount_out(1, u64::MAX, 1, 10_000), Some(0));
        assert_eq!(amount_out(1, 1, 1, 10_001), None);
    }

    proptest! {
        #[test]
        fn quotient_and_remainder_rebuild_the_numerator(
            reserve_in in any::<u64>(), reserve_out in any::<u64>(), amount_in in any::<u64>(), fee_bps in 0u16..=10_000,
        ) {
            if let Some((out, remainder)) = quotient(reserve_in, reserve_out, amount_in, fee_bps) {
                let kept = u64::from(10_000 - fee_bps);
                let after_fee = U256::from(amount_in) * U256::from(kept);
                let denominator = U256::from(reserve_in) * U256::from(10_000u64) + after_fee;
                prop_assert!(out <= reserve_out);
                prop_assert!(U256::from(remainder) < denominator);
                prop_assert_eq!(U256::from(out) * denominator + U256::from(remainder), U256::from(reserve_out) * after_fee);
            }
        }

        #[test]
        fn the_product_of_reserves_never_falls(
            reserve_in in 0u64..1 << 63, reserve_out in any::<u64>(), amount_in in 1u64..1 << 63, fee_bps in 0u16..=10_000,
        ) {
            if let Some(out) = amount_out(reserve_in, reserve_out, amount_in, fee_bps) {
                let before = u128::from(reserve_in) * u128::from(reserve_out);
                let after = u128::from(reserve_in + amount_in) * u128::from(reserve_out - out);
                prop_assert!(after >= before);
            }
        }
    }
}
