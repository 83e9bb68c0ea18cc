//! The one field in the types of both libraries.

use p3_field::PrimeField64;
use p3_goldilocks::Goldilocks;
use workloads::hash::Felt;

/// A Goldilocks element as Plonky3 holds it.
pub type Val = Goldilocks;

/// The same element in Plonky3's type. Neither library keeps elements reduced, so the words are the same.
pub fn to_val(felt: Felt) -> Val {
    Val::new(felt.0)
}

/// The same element in plonky2's type, reduced.
pub fn to_felt(val: Val) -> Felt {
    plonky2::field::goldilocks_field::GoldilocksField(val.as_canonical_u64())
}

#[cfg(test)]
mod tests {
    use super::{to_felt, to_val};
    use p3_field::{PrimeCharacteristicRing, PrimeField64};
    use plonky2::field::types::{Field, PrimeField64 as _};
    use workloads::hash::Felt;

    #[test]
    fn arithmetic_agrees() {
        for (left, right) in [(0, 0), (u64::MAX - 1, 5), (1 << 63, 3), (0xffff_ffff_0000_0000, 2)] {
            let [left, right] = [left, right].map(Felt::from_noncanonical_u64);
            let (product, sum) = (to_val(left) * to_val(right), to_val(left) + to_val(right));
            assert_eq!(to_felt(product), left * right);
            assert_eq!(to_felt(sum), left + right);
            assert_eq!(product.as_canonical_u64(), (left * right).to_canonical_u64());
        }
        assert_eq!(to_felt(-p3_goldilocks::Goldilocks::ONE), Felt::NEG_ONE);
    }
}
