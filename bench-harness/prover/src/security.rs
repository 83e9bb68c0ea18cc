//! Bits of security of a proof that rests on FRI and a hash, conjectured and proven. Pure arithmetic.
//!
//! It covers the low-degree test and the commitments. Challenges of a system's own arithmetization are not in it.

use crate::capabilities::Security;

/// What decides the security of a FRI proof made non-interactive by a hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fri {
    /// Binary logarithm of the size of the field that challenges are drawn from.
    pub field_bits: u32,
    /// Binary logarithm of the blow-up: 3 for a code of rate 1/8.
    pub rate_bits: u32,
    /// Queries.
    pub queries: u32,
    /// Zero bits that the proof of work asks for.
    pub grinding_bits: u32,
    /// Binary logarithm of the rows of the trace.
    pub degree_bits: u32,
    /// Bits of security of the hash against collisions: half the length of a digest.
    pub collision_bits: u32,
}

impl Fri {
    /// The security of such a proof.
    ///
    /// *Conjectured*: each query catches a false proof with probability 1 − 2^−rate_bits (ethSTARK documentation,
    /// eprint 2021/582, section 5.10.1): `queries · rate_bits + grinding_bits`.
    ///
    /// *Proven*: up to the Johnson bound (Ben-Sasson et al., eprint 2020/654, theorem 8.3). For each m ≥ 3, with ρ
    /// the rate and D the domain, a query misses with probability at most √ρ·(1 + 1/(2m)), and the commit phase
    /// fails with probability at most (m + 1/2)^7·|D|² / (3·ρ^{3/2}·|F|). The best m counts.
    ///
    /// Neither is above what the field and the hash give.
    ///
    /// ```
    /// use prover::security::Fri;
    /// // plonky2's standard_recursion_config at 2^13 rows, with commitments by Poseidon.
    /// let fri = Fri {
    ///     field_bits: 128, rate_bits: 3, queries: 28, grinding_bits: 16, degree_bits: 13, collision_bits: 128,
    /// };
    /// let security = fri.security();
    /// assert_eq!((security.conjectured_bits, security.proven_bits), (100, Some(57)));
    /// ```
    pub fn security(&self) -> Security {
        let cap = self.field_bits.min(self.collision_bits);
        let conjectured_bits = (self.queries * self.rate_bits + self.grinding_bits).min(cap);
        let proven = (3..=1_000).map(|m| self.proven_with(f64::from(m))).fold(0.0, f64::max);
        // Bits are rounded down: what is claimed must hold.
        Security { conjectured_bits, proven_bits: Some((proven.floor() as u32).min(conjectured_bits)) }
    }

    fn proven_with(&self, m: f64) -> f64 {
        let rate_bits = f64::from(self.rate_bits);
        let domain_bits = f64::from(self.degree_bits) + rate_bits;
        let commit = f64::from(self.field_bits) + libm::log2(3.0)
            - 7.0 * libm::log2(m + 0.5)
            - 2.0 * domain_bits
            - 1.5 * rate_bits;
        let query = rate_bits / 2.0 - libm::log2(1.0 + 1.0 / (2.0 * m));
        commit.min(f64::from(self.queries) * query + f64::from(self.grinding_bits))
    }
}

#[cfg(test)]
mod tests {
    use super::Fri;

    const FRI: Fri = Fri {
        field_bits: 128,
        rate_bits: 3,
        queries: 28,
        grinding_bits: 16,
        degree_bits: 12,
        collision_bits: 128,
    };

    #[test]
    fn nothing_is_above_the_hash_or_the_field() {
        let many = Fri { queries: 100, ..FRI };
        assert_eq!(many.security().conjectured_bits, 128);
        assert_eq!(Fri { collision_bits: 100, ..many }.security().conjectured_bits, 100);
        assert_eq!(Fri { field_bits: 64, ..many }.security().conjectured_bits, 64);
    }

    /// The formula of the source, m by hand: 28 queries of 1.5 − log2(1 + 1/2m) bits and 16 of grinding.
    #[test]
    fn proven_bits_are_those_of_the_source() {
        let with_m_20 = 28.0 * (1.5 - (1.0 + 1.0 / 40.0_f64).log2()) + 16.0;
        assert!((FRI.proven_with(20.0) - with_m_20).abs() < 1e-9, "{}", FRI.proven_with(20.0));
        let proven = FRI.security().proven_bits.expect("a bound");
        assert!(f64::from(proven) >= with_m_20.floor() && proven < 58, "{proven}");
        // A larger domain leaves less, and a small field nothing.
        let larger = Fri { degree_bits: 24, ..FRI }.security().proven_bits;
        assert!(larger < Some(proven), "{larger:?}");
        assert_eq!(Fri { field_bits: 40, ..FRI }.security().proven_bits, Some(0));
    }
}
