//! How many proofs one merge takes, how many rows it has, and the configurations under which so many verifications fit.
//!
//! Owns no constraint. A verification of a proof of 2^14 rows takes 4,336 rows under plonky2's standard configuration,
//! and four of them do not fit 2^14. Two settings that leave the conjectured security as it is make it fewer: two
//! reductions of the low-degree test in place of three, with a last polynomial of 2^6 coefficients; and 27 queries with
//! 19 bits of proof of work in place of 28 with 16. The second is for the merges alone: a batch is proved more often.

use plonky2::fri::reduction_strategies::FriReductionStrategy;
use plonky2::plonk::circuit_data::CircuitConfig;

/// How many proofs one merge takes at most.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FanIn {
    /// Two: 2^13 rows over proofs of at most 2^13.
    #[default]
    Two,
    /// Four: 2^14 rows over proofs of at most 2^14.
    Four,
}

/// How many rows a merge of verifications has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MergeRows {
    /// As many as its constraints take: a smaller child may make a smaller merge.
    #[default]
    Needed,
    /// As many as every level has above another, however small its child is: so levels over different batch circuits
    /// have one form.
    OneForm,
}

impl FanIn {
    /// The number.
    pub fn children(self) -> usize {
        match self {
            Self::Two => 2,
            Self::Four => 4,
        }
    }

    /// The configuration of the circuits of batches.
    pub fn batch_config(self) -> CircuitConfig {
        let mut config = CircuitConfig::standard_recursion_config();
        if self == Self::Four {
            config.fri_config.reduction_strategy = FriReductionStrategy::ConstantArityBits(4, 6);
        }
        config
    }

    /// The configuration of the circuits of merges.
    pub fn merge_config(self) -> CircuitConfig {
        let mut config = self.batch_config();
        if self == Self::Four {
            config.fri_config.num_query_rounds = 27;
            config.fri_config.proof_of_work_bits = 19;
        }
        config
    }
}

#[cfg(test)]
mod tests {
    use super::FanIn;
    use plonky2::plonk::circuit_data::CircuitConfig;

    #[test]
    fn merges_of_two_are_under_the_standard_configuration_and_no_shape_is_weaker() {
        let standard = CircuitConfig::standard_recursion_config();
        assert_eq!(FanIn::Two.batch_config(), standard);
        assert_eq!(FanIn::Two.merge_config(), standard);
        let bits = |config: &CircuitConfig| {
            let fri = &config.fri_config;
            fri.num_query_rounds * fri.rate_bits + fri.proof_of_work_bits as usize
        };
        for config in [FanIn::Four.batch_config(), FanIn::Four.merge_config()] {
            assert_eq!((bits(&config), config.security_bits), (bits(&standard), standard.security_bits));
            // Of what is proven a query gives half of what is conjectured, and a bit of work a whole one.
            assert!(config.fri_config.proof_of_work_bits >= standard.fri_config.proof_of_work_bits);
        }
    }
}
